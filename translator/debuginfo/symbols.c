// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * For the index: the ELF symbols of a file, by address, with what is exported;
 * and the address ranges that must not be probed.
 *
 * The kernel keeps its own blacklist and refuses what stands in it.  Knowing
 * it here lets a wildcard leave those functions out instead of failing one by
 * one on the target.
 */
#include "debuginfo/internal.h"

#include <stdlib.h>

static const char ksymtab[] = "__ksymtab_";
static const char kbl_addr[] = "_kbl_addr_";

/* Linker-made names that are in no running kernel's symbol table. */
static bool is_bookkeeping(const char *name)
{
	static const char *const prefixes[] = {
		"__ksymtab_", "__kstrtab_", "__kstrtabns_", "__crc_",
		"_kbl_addr_", "__export_symbol_", "__pfx_", ".L", "$x", "$d",
		"$a", "$t",
	};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_starts(name, prefixes[i]))
			return true;
	return false;
}

struct symtab {
	const struct elf_file *f;
	Elf_Data *data;
	size_t n, strings;
};

static bool symtab_open(const struct elf_file *f, struct symtab *t)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	*t = (struct symtab){.f = f};
	while ((scn = elf_nextscn(f->elf, scn))) {
		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB ||
		    !sh.sh_entsize)
			continue;
		t->data = elf_getdata(scn, NULL);
		t->n = t->data ? t->data->d_size / sh.sh_entsize : 0;
		t->strings = sh.sh_link;
		return t->data != NULL;
	}
	return false;
}

static const char *symtab_get(const struct symtab *t, size_t i, GElf_Sym *sym)
{
	const char *name;

	if (!gelf_getsym(t->data, i, sym) || sym->st_shndx == SHN_UNDEF)
		return NULL;
	name = elf_strptr(t->f->elf, t->strings, sym->st_name);
	return name && *name ? name : NULL;
}

static int by_addr(const void *x, const void *y)
{
	const struct index_sym *a = x, *b = y;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	/* What sorts first is what an address is named after. */
	if ((a->type == STT_FUNC) != (b->type == STT_FUNC))
		return a->type == STT_FUNC ? -1 : 1;
	if ((a->bind == STB_GLOBAL) != (b->bind == STB_GLOBAL))
		return a->bind == STB_GLOBAL ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

/* Name offset to 1 (exported) or 2 (to GPL modules only). */
static uint8_t *exports_of(const struct symtab *t, struct strtab *str)
{
	uint8_t *flag = NULL;
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		GElf_Sym sym;
		const char *name = symtab_get(t, i, &sym);
		const struct elf_section *s;
		uint32_t off;

		if (!name || !str_starts(name, ksymtab))
			continue;
		off = strtab_add(str, name + strlen(ksymtab));
		if (off >= n) {
			size_t m = MAX(n * 2, (size_t)off + 65536);

			flag = xrealloc(flag, m);
			memset(flag + n, 0, m - n);
			n = m;
		}
		s = elf_file_section_no(t->f, sym.st_shndx);
		flag[off] = INDEX_SYM_EXPORTED |
			    (s && strstr(s->name, "_gpl") ? INDEX_SYM_GPL : 0);
	}
	/* One byte for every offset that may be asked for. */
	if (str->n > n) {
		flag = xrealloc(flag, str->n);
		memset(flag + n, 0, str->n - n);
	}
	return flag;
}

void elf_symbols(struct arena *a, const struct elf_file *f, struct strtab *str,
		 index_syms *out)
{
	struct symtab t;
	uint8_t *exported;
	size_t known;

	if (!symtab_open(f, &t))
		return;
	exported = exports_of(&t, str);
	known = str->n;
	for (size_t i = 0; i < t.n; i++) {
		GElf_Sym sym;
		const char *name = symtab_get(&t, i, &sym);
		struct index_sym s = {0};
		int type = GELF_ST_TYPE(sym.st_info);

		if (!name || type == STT_SECTION || type == STT_FILE ||
		    is_bookkeeping(name) ||
		    !elf_file_symbol_addr(f, &sym, &s.addr))
			continue;
		s.size = sym.st_size;
		s.name = strtab_add(str, name);
		s.type = type;
		s.bind = GELF_ST_BIND(sym.st_info);
		if (s.name < known && s.bind != STB_LOCAL)
			s.flags = exported[s.name];
		vec_push(a, out, s);
	}
	free(exported);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_addr);
}

/* ---- blacklist ---- */

static const struct {
	const char *start, *end;
	enum dbg_blacklist reason;
} marks[] = {
	{"__kprobes_text_start", "__kprobes_text_end", DBG_KPROBES_TEXT},
	{"__noinstr_text_start", "__noinstr_text_end", DBG_NOINSTR_TEXT},
	{"__entry_text_start", "__entry_text_end", DBG_ENTRY_TEXT},
	{"__irqentry_text_start", "__irqentry_text_end", DBG_ENTRY_TEXT},
	{"__idmap_text_start", "__idmap_text_end", DBG_HYP_TEXT},
	{"__hyp_text_start", "__hyp_text_end", DBG_HYP_TEXT},
	{"__hyp_idmap_text_start", "__hyp_idmap_text_end", DBG_HYP_TEXT},
	{"_sinittext", "_einittext", DBG_INIT_TEXT},
};

static const struct {
	const char *name;
	enum dbg_blacklist reason;
	bool in_modules;
} section_marks[] = {
	{".kprobes.text", DBG_KPROBES_TEXT, true},
	{".noinstr.text", DBG_NOINSTR_TEXT, true},
	{".entry.text", DBG_ENTRY_TEXT, true},
	{".init.text", DBG_INIT_TEXT, true},
	/* A module's exit code stays as long as the module does. */
	{".exit.text", DBG_EXIT_TEXT, false},
};

static void add_range(struct arena *a, index_ranges *out, struct strtab *str,
		      uint64_t lo, uint64_t hi, enum dbg_blacklist why,
		      const char *name)
{
	if (lo < hi)
		vec_push(a, out,
			 (struct index_range){lo, hi, why,
					      strtab_add(str, name)});
}

static void blacklist_sections(struct arena *a, const struct elf_file *f,
			       struct strtab *str, index_ranges *out)
{
	for (size_t i = 0; i < f->nsections; i++)
		for (size_t k = 0; k < ARRAY_SIZE(section_marks); k++) {
			const struct elf_section *s = &f->sections[i];

			if (!s->in_image ||
			    strcmp(s->name, section_marks[k].name) ||
			    (f->type == ET_REL && !section_marks[k].in_modules))
				continue;
			add_range(a, out, str, s->addr, s->addr + s->size,
				  section_marks[k].reason, s->name);
		}
}

static void blacklist_marks(struct arena *a, const index_syms *syms,
			    struct strtab *str, index_ranges *out)
{
	uint64_t lo[ARRAY_SIZE(marks)] = {0}, hi[ARRAY_SIZE(marks)] = {0};

	vec_for(i, syms) {
		const struct index_sym *s = &syms->v[i];
		const char *name = str->s + s->name;

		if (*name != '_')
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(marks); k++) {
			if (!strcmp(name, marks[k].start))
				lo[k] = s->addr;
			else if (!strcmp(name, marks[k].end))
				hi[k] = s->addr;
		}
	}
	for (size_t k = 0; k < ARRAY_SIZE(marks); k++)
		add_range(a, out, str, lo[k], hi[k], marks[k].reason,
			  marks[k].start);
}

static int by_offset(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return a < b ? -1 : a > b;
}

/* NOKPROBE_SYMBOL(f) leaves a variable _kbl_addr_f behind.  Its name is taken
 * rather than its value: the value needs the file's relocations, and of two
 * functions with one name it is safe to refuse both. */
static void blacklist_nokprobe(struct arena *a, const struct elf_file *f,
			       const index_syms *syms, struct strtab *str,
			       index_ranges *out)
{
	struct symtab t;
	VEC(uint32_t) names = {0};

	if (!symtab_open(f, &t))
		return;
	for (size_t i = 0; i < t.n; i++) {
		GElf_Sym sym;
		const char *name = symtab_get(&t, i, &sym);

		if (name && str_starts(name, kbl_addr))
			vec_push(a, &names,
				 strtab_add(str, name + strlen(kbl_addr)));
	}
	if (!names.n)
		return;
	qsort(names.v, names.n, sizeof *names.v, by_offset);
	vec_for(i, syms) {
		const struct index_sym *s = &syms->v[i];

		if (bsearch(&s->name, names.v, names.n, sizeof *names.v,
			    by_offset))
			add_range(a, out, str, s->addr,
				  s->addr + MAX(s->size, (uint64_t)1),
				  DBG_NOKPROBE, str->s + s->name);
	}
}

static int by_start(const void *x, const void *y)
{
	const struct index_range *a = x, *b = y;

	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return a->hi < b->hi ? -1 : a->hi > b->hi;
}

void elf_blacklist(struct arena *a, const struct elf_file *f,
		   const index_syms *syms, struct strtab *str,
		   index_ranges *out)
{
	blacklist_sections(a, f, str, out);
	if (f->type != ET_REL)
		blacklist_marks(a, syms, str, out);
	blacklist_nokprobe(a, f, syms, str, out);
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_start);
}
