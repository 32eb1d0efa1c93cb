// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pointers in data: each is 8 bytes that the kernel fills in by a relocation
 * of 24.  Here it becomes the number of a section and an offset, and its place
 * goes into a list of 16-bit numbers; the runtime does the rest before anything
 * else runs (runtime/kernel/pointers.c).
 *
 * In: a linked module.  Out: the same without those relocations.  What was
 * read-only still is, once the module is initialised.  Must hold: nobody follows
 * a pointer before the module's own code runs; modules with lists that the
 * kernel looks through as it loads them stay as they are.
 */
#include "build/build.h"
#include "build/shrink.h"

#define NBASES 4
/* Of which there can be completed pointers. */
#define NHOLDERS 2

/* As runtime/kernel/kernel.h has it. */
struct pointers {
	uint64_t base[NBASES];
	uint32_t list;
	uint16_t n[NHOLDERS];
};

struct fold {
	struct elf_image *img;
	size_t base[NBASES];	/* numbers of sections; 0: it has none */
	struct buf list;
	size_t n[NHOLDERS];
};

static bool followed_early(const struct elf_image *img)
{
	static const char *const lists[] = {
		"__param", "___srcu_struct_ptrs", "__tracepoints_ptrs",
		"__bpf_raw_tp_map", "_ftrace_events", "_ftrace_eval_map",
		".ctors", ".init_array", "__ksymtab", "__ksymtab_gpl",
		".kunit_test_suites", "__dyndbg_classes",
	};

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (elf_find(img, lists[i]))
			return true;
	return false;
}

/* The base that a relocation's target is an offset of; -1: none. */
static int base_of(const struct fold *f, const Elf64_Rela *rela,
		   uint64_t *offset)
{
	const Elf64_Sym *sym = &f->img->sym[ELF64_R_SYM(rela->r_info)];

	*offset = sym->st_value + (uint64_t)rela->r_addend;
	for (int i = 0; i < NBASES && *offset <= UINT32_MAX; i++)
		if (f->base[i] && sym->st_shndx == f->base[i])
			return i;
	return -1;
}

static bool is_pointer(const struct fold *f, const Elf64_Rela *rela)
{
	uint32_t type = ELF64_R_TYPE(rela->r_info);

	return type == (f->img->h.e_machine == EM_X86_64 ? R_X86_64_64 :
			R_AARCH64_ABS64) && rela->r_offset <= UINT16_MAX;
}

static void fold_section(struct fold *f, size_t holder)
{
	struct elf_section *s = &f->img->sec[f->base[holder]];
	struct elf_section *r = elf_relas_of(f->img, f->base[holder]);

	if (!f->base[holder] || !r)
		return;
	for (size_t i = 0; i < elf_nrelas(r); i++) {
		Elf64_Rela *rela = &elf_relas(r)[i];
		unsigned char *at = elf_place(s, rela->r_offset, 8);
		uint16_t place = (uint16_t)rela->r_offset;
		uint64_t word;
		int base = is_pointer(f, rela) ? base_of(f, rela, &word) : -1;

		if (base < 0 || !at || f->n[holder] == UINT16_MAX)
			continue;
		word |= (uint64_t)base << 32;
		memcpy(at, &word, sizeof word);
		buf_write(&f->list, &place, sizeof place);
		rela->r_info = 0;
		f->n[holder]++;
	}
	shrink_drop_nones(r);
}

/* Behind the data; its offset. */
static uint32_t append_list(struct fold *f, struct elf_section *data)
{
	size_t at = (data->h.sh_size + 1) & ~(size_t)1;
	unsigned char *bytes = arena_alloc(f->img->arena, at + f->list.n);

	memcpy(bytes, data->data, data->h.sh_size);
	memcpy(bytes + at, f->list.s, f->list.n);
	data->data = bytes;
	data->h.sh_size = at + f->list.n;
	return (uint32_t)at;
}

/* Where the runtime finds all this. */
static void describe(struct fold *f, const Elf64_Sym *where,
		     struct elf_section *relas, uint32_t list)
{
	struct elf_section *data = &f->img->sec[f->base[0]];
	struct pointers p = { .list = list };

	for (int i = 0; i < NHOLDERS; i++)
		p.n[i] = (uint16_t)f->n[i];
	memcpy(elf_place(data, where->st_value, sizeof p), &p, sizeof p);
	for (size_t i = 0; i < NBASES; i++)
		if (f->base[i])
			shrink_add_rela(f->img, relas, where->st_value + 8 * i,
					f->base[i]);
}

/* Writable until the module is initialised, by the kernel's own rule. */
static void make_late_constant(struct elf_section *s)
{
	s->name = ".data..ro_after_init";
	s->h.sh_flags |= SHF_WRITE;
}

void shrink_pointers(struct elf_image *img)
{
	static const char *const names[NBASES] = {
		".data", ".rodata", ".text", ".bss",
	};
	struct fold f = { .img = img };
	const Elf64_Sym *where = &img->sym[elf_symbol(img, "stp_pointers")];
	struct elf_section *data = elf_find(img, names[0]), *relas;

	for (size_t i = 0; i < NBASES; i++) {
		const struct elf_section *s = elf_find(img, names[i]);
		size_t index = s ? (size_t)(s - img->sec) : 0;

		f.base[i] = shrink_can_refer(img, index) ? index : 0;
	}
	relas = elf_relas_of(img, f.base[0]);
	if (!data || !data->data || where->st_shndx != f.base[0] ||
	    !elf_place(data, where->st_value, sizeof(struct pointers)) ||
	    !relas || followed_early(img))
		return;
	for (size_t i = 0; i < NHOLDERS; i++)
		fold_section(&f, i);
	describe(&f, where, relas, append_list(&f, data));
	if (f.n[1])
		make_late_constant(&img->sec[f.base[1]]);
	buf_free(&f.list);
}
