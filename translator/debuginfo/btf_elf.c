// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A vmlinux of BTF and symbols alone, for kernels whose own is not at hand.
 * In: BTF (found in a boot image, or copied from /sys/kernel/btf/vmlinux), the
 * build-id, and a System.map where there is a real one.  Out: an ELF file that
 * the rest reads as any other.
 *
 * Without a System.map nothing tells addresses.  Each function then gets one
 * that no kernel has, so that it can be told from others; the running kernel
 * finds it by its name.
 */
#include "debuginfo/btf.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <unistd.h>

#define MADE_UP 0x10000 /* the first such address */
#define MADE_UP_SIZE 16
#define ANCHOR "sprint_symbol" /* would tell how far the kernel was moved */
#define REAL_MAP 1000 /* a System.map has at least so many symbols */

enum { S_TEXT = 1, S_BTF, S_NOTE, S_SYMTAB, S_STRTAB, S_NAMES, S_COUNT };

static const char names[] = "\0.text\0.BTF\0.note.gnu.build-id\0.symtab\0"
			    ".strtab\0.shstrtab";

/* ---- BTF in an image ---- */

static uint32_t word(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

const uint8_t *btf_find(const uint8_t *p, size_t n, size_t *len)
{
	static const uint8_t start[] = {0x9f, 0xeb, 1, 0, 24, 0, 0, 0};
	const uint8_t *best = NULL;

	*len = 0;
	for (size_t i = 0; i + 24 <= n; i += 4) {
		uint64_t size;

		if (memcmp(p + i, start, sizeof start))
			continue;
		size = 24 + (uint64_t)word(p + i + 16) + word(p + i + 20);
		if (size > *len && size <= n - i) {
			best = p + i;
			*len = size;
		}
	}
	return best;
}

/* ---- symbols ---- */

struct symbols {
	struct arena *a;
	struct buf strings;
	VEC(Elf64_Sym) v;
	uint64_t lo, hi; /* of the functions */
};

static bool is_code(char type)
{
	return strchr("tTwW", type) != NULL;
}

static void add_symbol(struct symbols *s, const char *name, size_t n,
		       uint64_t addr, char type)
{
	bool local = type >= 'a' && type <= 'z' && type != 'w';
	Elf64_Sym sym = {
		.st_name = (uint32_t)s->strings.n,
		.st_info = ELF64_ST_INFO(local ? STB_LOCAL : STB_GLOBAL,
					 is_code(type) ? STT_FUNC :
							 STT_OBJECT),
		.st_shndx = is_code(type) ? S_TEXT : SHN_ABS,
		.st_value = addr,
	};

	buf_write(&s->strings, name, n);
	buf_putc(&s->strings, 0);
	vec_push(s->a, &s->v, sym);
}

/* "ffffffff81000000 T _stext", a line each. */
static void read_map(struct symbols *s, const char *text)
{
	while (text && *text) {
		const char *end = strchr(text, '\n');
		char *rest;
		uint64_t addr = strtoull(text, &rest, 16);

		if (!end)
			end = text + strlen(text);
		if (rest != text && *rest == ' ' && end - rest > 3 &&
		    rest[2] == ' ')
			add_symbol(s, rest + 3, strcspn(rest + 3, " \t\n"),
				   addr, rest[1]);
		text = *end ? end + 1 : NULL;
	}
}

static int by_address(const void *x, const void *y)
{
	const Elf64_Sym *a = x, *b = y;

	return (a->st_value > b->st_value) - (a->st_value < b->st_value);
}

/* A symbol reaches up to the next one. */
static void set_sizes(struct symbols *s)
{
	qsort(s->v.v + 1, s->v.n - 1, sizeof *s->v.v, by_address);
	for (size_t i = 1; i < s->v.n; i++) {
		Elf64_Sym *sym = &s->v.v[i];
		size_t next = i + 1;

		while (next < s->v.n && s->v.v[next].st_value == sym->st_value)
			next++;
		sym->st_size = next < s->v.n ?
				       s->v.v[next].st_value - sym->st_value :
				       MADE_UP_SIZE;
		if (sym->st_shndx != S_TEXT)
			continue;
		s->lo = MIN(s->lo, sym->st_value);
		s->hi = MAX(s->hi, sym->st_value + sym->st_size);
	}
}

static void make_up(struct symbols *s, const struct btf *b)
{
	uint64_t addr = MADE_UP;
	struct btf_rec r;

	for (uint32_t id = 1; id < b->n; id++) {
		if (!btf_get(b, id, &r) || r.kind != BTF_FUNC || !*r.name ||
		    !strcmp(r.name, ANCHOR))
			continue;
		add_symbol(s, r.name, strlen(r.name), addr, 'T');
		addr += MADE_UP_SIZE;
	}
}

static void read_symbols(struct symbols *s, const struct btf_elf *from,
			 const struct btf *b)
{
	vec_push(s->a, &s->v, (Elf64_Sym){0});
	buf_putc(&s->strings, 0);
	s->lo = UINT64_MAX;
	if (from->system_map)
		read_map(s, from->system_map);
	if (s->v.n < REAL_MAP) {
		s->v.n = 1;
		make_up(s, b);
	}
	set_sizes(s);
}

/* ---- the file ---- */

static bool add_section(Elf *elf, const char *name, GElf_Shdr sh,
			const void *data, size_t n)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *d;
	GElf_Shdr h;

	if (!scn || !gelf_getshdr(scn, &h))
		return false;
	for (size_t i = 1; i < sizeof names; i += strlen(names + i) + 1)
		if (!strcmp(names + i, name))
			sh.sh_name = (uint32_t)i;
	sh.sh_size = sh.sh_type == SHT_NOBITS ? sh.sh_size : n;
	if (!sh.sh_addralign)
		sh.sh_addralign = 8;
	d = elf_newdata(scn);
	if (!d)
		return false;
	d->d_buf = (void *)data;
	d->d_size = sh.sh_size;
	d->d_align = sh.sh_addralign;
	d->d_version = EV_CURRENT;
	d->d_type = sh.sh_type == SHT_SYMTAB ? ELF_T_SYM : ELF_T_BYTE;
	return gelf_update_shdr(scn, &sh);
}

static const void *note_of(struct arena *a, const struct btf_elf *from,
			   size_t *n)
{
	uint32_t head[3] = {4, (uint32_t)from->nbuild_id, 3};
	char *p = arena_alloc(a, 16 + from->nbuild_id);

	memcpy(p, head, sizeof head);
	memcpy(p + 12, "GNU", 4);
	memcpy(p + 16, from->build_id, from->nbuild_id);
	*n = from->nbuild_id ? 16 + from->nbuild_id : 0;
	return p;
}

static bool fill(Elf *elf, struct symbols *s, const struct btf_elf *from)
{
	GElf_Ehdr eh;
	size_t nnote;
	const void *note = note_of(s->a, from, &nnote);

	if (!gelf_newehdr(elf, ELFCLASS64) || !gelf_getehdr(elf, &eh))
		return false;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_machine = (uint16_t)from->machine;
	eh.e_type = ET_EXEC;
	eh.e_version = EV_CURRENT;
	eh.e_shstrndx = S_NAMES;
	return gelf_update_ehdr(elf, &eh) &&
	       add_section(elf, ".text",
			   (GElf_Shdr){.sh_type = SHT_NOBITS,
				       .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
				       .sh_addr = s->lo,
				       .sh_size = s->hi - s->lo,
				       .sh_addralign = 1},
			   NULL, 0) &&
	       add_section(elf, ".BTF", (GElf_Shdr){.sh_type = SHT_PROGBITS},
			   from->btf, from->nbtf) &&
	       add_section(elf, ".note.gnu.build-id",
			   (GElf_Shdr){.sh_type = SHT_NOTE, .sh_addralign = 4},
			   note, nnote) &&
	       add_section(elf, ".symtab",
			   (GElf_Shdr){.sh_type = SHT_SYMTAB,
				       .sh_link = S_STRTAB,
				       .sh_info = 1,
				       .sh_entsize = sizeof(Elf64_Sym)},
			   s->v.v, s->v.n * sizeof *s->v.v) &&
	       add_section(elf, ".strtab",
			   (GElf_Shdr){.sh_type = SHT_STRTAB,
				       .sh_addralign = 1},
			   s->strings.s, s->strings.n) &&
	       add_section(elf, ".shstrtab",
			   (GElf_Shdr){.sh_type = SHT_STRTAB,
				       .sh_addralign = 1},
			   names, sizeof names) &&
	       elf_update(elf, ELF_C_WRITE) > 0;
}

static int write_file(struct arena *a, const char *path, struct symbols *s,
		      const struct btf_elf *from, const char **why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	Elf *elf;
	int err = 0;

	if (fd < 0) {
		err = -errno;
		*why = arena_printf(a, "cannot write '%s': %s", path,
				    strerror(errno));
		return err;
	}
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	if (!elf || !fill(elf, s, from)) {
		*why = arena_printf(a, "cannot write '%s': %s", path,
				    elf_errmsg(-1));
		err = -EIO;
	}
	elf_end(elf);
	close(fd);
	if (err)
		unlink(path);
	return err;
}

int btf_elf_write(struct arena *a, const char *path,
		  const struct btf_elf *from, const char **why)
{
	struct symbols s = {.a = a};
	struct btf b;
	int err;

	if (!btf_read(a, from->btf, from->nbtf, NULL, &b, why))
		return -EINVAL;
	read_symbols(&s, from, &b);
	if (s.v.n > 1) {
		err = write_file(a, path, &s, from, why);
	} else {
		*why = "its BTF names no function";
		err = -ENODATA;
	}
	buf_free(&s.strings);
	return err;
}
