// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a file and its index, and leads to its DIEs.  In: paths.  Out: a
 * struct debuginfo.  The DWARF itself is opened when the first DIE is wanted.
 */
#include "debuginfo/internal.h"

#include <errno.h>
#include <stdlib.h>

/* Units libdw is led past before their pages are given back. */
#define LEAD_STEP 128
/* DIEs asked for between two times that pages are given back. */
#define FORGET_EVERY 4096

static const char *hex(struct arena *a, const uint8_t *p, size_t n)
{
	char *s = arena_alloc(a, n * 2 + 1);

	for (size_t i = 0; i < n; i++)
		snprintf(s + 2 * i, 3, "%02x", p[i]);
	return s;
}

static bool index_fits(const struct index *ix, const struct elf_file *f)
{
	return ix->h->elf_size == f->size &&
	       ix->h->machine == f->machine &&
	       ix->h->elf_type == f->type &&
	       ix->h->build_id_len == f->build_id_len &&
	       !memcmp(ix->h->build_id, f->build_id, f->build_id_len) &&
	       index_is_whole(ix);
}

static bool open_index(struct debuginfo *di, const char *path,
		       const struct btf *base, const char **why)
{
	const char *ignored;
	size_t size;
	void *block;

	if (path && di->f.build_id_len &&
	    index_map(di->a, path, &di->ix, &ignored)) {
		if (index_fits(&di->ix, &di->f))
			return true;
		index_unmap(&di->ix);
	}
	block = index_make(di->a, di->f.path, base, NULL, NULL, &size, why);
	if (!block)
		return false;
	/* One that cannot be kept still serves this run.  Without a build-id
	 * nothing would tell it from the next build's. */
	if (path && di->f.build_id_len && !file_replace(path, block, size, 0644) &&
	    index_map(di->a, path, &di->ix, &ignored)) {
		free(block);
		return true;
	}
	di->ix = (struct index){block, block, size, false};
	return true;
}

static void fill_facts(struct debuginfo *di, const struct btf *base)
{
	const char *why = NULL;

	di->facts = (struct debuginfo_facts){
		.path = di->f.path,
		.build_id = hex(di->a, di->f.build_id, di->f.build_id_len),
		.machine = di->f.machine,
		.addr_size = di->f.addr_size,
		.is_module = di->f.type == ET_REL,
		.has_dwarf = di->f.has_dwarf,
	};
	if (!di->f.has_dwarf && di->f.has_btf)
		di->btf = btf_of(di->a, &di->f, base, &why);
	di->facts.has_btf = di->btf != NULL;
	if (!di->f.has_dwarf && !di->btf) {
		elf_file_dwarf(di->a, &di->f, &why);
		di->facts.no_dwarf = why;
	}
}

struct debuginfo *debuginfo_open_module(struct arena *a, const char *elf_path,
					const char *index,
					struct debuginfo *kernel,
					const char **why)
{
	struct debuginfo *di = arena_new(a, struct debuginfo);
	const struct btf *base = NULL;

	di->a = a;
	if (!elf_file_open(a, elf_path, &di->f, why))
		return NULL;
	if (!di->f.has_dwarf && di->f.has_btf)
		base = debuginfo_kernel_btf(kernel);
	if (!open_index(di, index, base, why)) {
		elf_file_close(&di->f);
		return NULL;
	}
	fill_facts(di, base);
	di->root = index_str(&di->ix, di->ix.h->root);
	if (!*di->root)
		di->root = NULL;
	return di;
}

struct debuginfo *debuginfo_open(struct arena *a, const char *elf_path,
				 const char *index, const char **why)
{
	return debuginfo_open_module(a, elf_path, index, NULL, why);
}

void debuginfo_close(struct debuginfo *di)
{
	if (!di)
		return;
	if (di->cfi_eh && !di->f.dwfl)
		dwarf_cfi_end(di->cfi_eh);
	index_unmap(&di->ix);
	elf_file_close(&di->f);
}

const struct debuginfo_facts *debuginfo_facts(const struct debuginfo *di)
{
	return &di->facts;
}

/* ---- addresses ---- */

bool debuginfo_section(const struct debuginfo *di, uint64_t addr,
		       const char **section, uint64_t *offset)
{
	const struct elf_section *s = elf_file_section_at(&di->f, addr);

	if (!s)
		return false;
	if (section)
		*section = s->name;
	if (offset)
		*offset = addr - s->addr;
	return true;
}

bool debuginfo_section_addr(const struct debuginfo *di, const char *section,
			    uint64_t offset, uint64_t *addr)
{
	const struct elf_section *s = elf_file_section(&di->f, section);

	if (!s || !s->in_image || offset >= s->size)
		return false;
	*addr = s->addr + offset;
	return true;
}

bool debuginfo_read(const struct debuginfo *di, uint64_t addr, void *to,
		    size_t n)
{
	return elf_file_read(&di->f, addr, to, n);
}

/* ---- DIEs ---- */

Dwarf *debuginfo_dwarf(struct debuginfo *di)
{
	if (!di->dw && !di->dw_why)
		di->dw = elf_file_dwarf(di->a, &di->f, &di->dw_why);
	return di->dw;
}

/* How many of the index's units start at or before off. */
static size_t units_up_to(const struct debuginfo *di, uint64_t off)
{
	size_t lo = 0, hi = index_count(&di->ix, INDEX_CUS);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (index_cu(&di->ix, mid)->die <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* libdw reads every unit's header up to the one asked for, and the system
 * maps a good part of .debug_info around them.  Led there in steps, it
 * leaves nothing mapped. */
static void lead_to(struct debuginfo *di, uint64_t off)
{
	size_t to = units_up_to(di, off);
	Dwarf_Die die;

	if (di->f.dwfl || di->led >= to)
		return;
	for (size_t i = di->led + LEAD_STEP; i < to; i += LEAD_STEP) {
		dwarf_offdie(di->dw, index_cu(&di->ix, i)->die, &die);
		elf_file_forget_pages(&di->f);
	}
	dwarf_offdie(di->dw, off, &die);
	elf_file_forget_pages(&di->f);
	di->led = to;
}

bool debuginfo_die(struct debuginfo *di, uint64_t off, Dwarf_Die *die)
{
	if (!debuginfo_dwarf(di))
		return false;
	lead_to(di, off);
	if (++di->asked % FORGET_EVERY == 0)
		elf_file_forget_pages(&di->f);
	return dwarf_offdie(di->dw, off, die) != NULL;
}

/* ---- names of files ---- */

const struct file_table *debuginfo_files(struct debuginfo *di, Dwarf_Die *cu)
{
	uint64_t off = dwarf_dieoffset(cu);
	struct cu_files *c;

	for (size_t i = 0; i < di->ncu_files; i++)
		if (di->cu_files[i].cu == off)
			return &di->cu_files[i].t;
	if (!(di->ncu_files & (di->ncu_files + 1)) || !di->cu_files) {
		/* full at 0, 1, 3, 7 …: double */
		c = arena_array(di->a, di->ncu_files * 2 + 2, struct cu_files);
		if (di->ncu_files)
			memcpy(c, di->cu_files, di->ncu_files * sizeof *c);
		di->cu_files = c;
	}
	c = &di->cu_files[di->ncu_files++];
	c->cu = off;
	file_table_read(di->a, &di->f, cu, di->root, &c->t);
	return &c->t;
}

const char *debuginfo_decl_file(struct debuginfo *di, Dwarf_Die *die)
{
	Dwarf_Attribute at;
	Dwarf_Word n;
	Dwarf_Die cu;
	const struct file_table *t;

	if (!dwarf_attr_integrate(die, DW_AT_decl_file, &at) ||
	    dwarf_formudata(&at, &n) ||
	    !dwarf_diecu(die, &cu, NULL, NULL))
		return "";
	t = debuginfo_files(di, &cu);
	return n < t->files.n ? t->files.v[n] : "";
}
