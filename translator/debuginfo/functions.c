// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions by name, file, line and address; what may not be probed; symbols.
 * In: questions.  Out: answers, all but ranges and lines from the index alone.
 */
#include "debuginfo/internal.h"

/* ---- functions ---- */

/* The part of a glob before its first special character. */
static char *literal_prefix(struct arena *a, const char *glob)
{
	return arena_strndup(a, glob, strcspn(glob, "*?[\\"));
}

bool file_glob(const char *glob, const char *file)
{
	const char *s = file;

	for (;;) {
		if (glob_match(glob, s))
			return true;
		s = strchr(s, '/');
		if (!s)
			return false;
		s++;
	}
}

bool dbg_file_matches(const char *glob, const char *file)
{
	return file_glob(glob, file);
}

static bool line_matches(const struct dbg_query *q, unsigned line)
{
	switch (q->spec) {
	case DBG_LINE_ANY:
	case DBG_LINE_DELTA:
		return true;
	case DBG_LINE_EXACT:
		return line == q->line;
	case DBG_LINE_RANGE:
		return line >= q->line && line <= q->line2;
	}
	return true;
}

static struct dbg_func to_func(const struct debuginfo *di,
			       const struct index_func *f)
{
	/* INDEX_FUNC_* and DBG_* are the same bits. */
	return (struct dbg_func){
		.name = index_str(&di->ix, f->name),
		.file = index_str(&di->ix, f->file),
		.line = f->line,
		.flags = f->flags,
		.copies = f->copies,
		.inlines = f->inlines,
		.first = f->inst,
	};
}

void debuginfo_funcs(struct debuginfo *di, const struct dbg_query *q,
		     dbg_funcs *out)
{
	const char *glob = q->name ? q->name : "*";
	bool exact = !has_wildcard(glob);
	const char *prefix = exact ? glob : literal_prefix(di->a, glob);
	size_t lo, hi;

	index_named(&di->ix, INDEX_FUNCS, prefix, exact, &lo, &hi);
	for (size_t i = lo; i < hi; i++) {
		struct dbg_func f = to_func(di, index_func(&di->ix, i));

		if ((exact || glob_match(glob, f.name)) &&
		    (!q->file || file_glob(q->file, f.file)) &&
		    line_matches(q, f.line))
			vec_push(di->a, out, f);
	}
}

bool dbg_func_inst(struct debuginfo *di, const struct dbg_func *f, unsigned i,
		   struct dbg_inst *out)
{
	const struct index_inst *x;

	if (i >= f->copies && i - f->copies >= f->inlines)
		return false;
	x = index_inst(&di->ix, (size_t)f->first + i);
	if (!x)
		return false;
	*out = (struct dbg_inst){
		.pc = di->ix.h->text_base + x->pc,
		.die = x->die,
		.cu = x->cu,
		.is_inline = i >= f->copies,
	};
	return true;
}

const char *dbg_func_str(struct debuginfo *di, const struct dbg_func *f)
{
	if (!*f->file)
		return f->name;
	if (!f->line)
		return arena_printf(di->a, "%s@%s", f->name, f->file);
	return arena_printf(di->a, "%s@%s:%u", f->name, f->file, f->line);
}

const char *debuginfo_similar_funcs(struct debuginfo *di, const char *name,
				    size_t max)
{
	size_t n = index_count(&di->ix, INDEX_FUNCS);
	VEC(const char *) names = {0};

	for (size_t i = 0; i < n; i++) {
		const char *s = index_str(&di->ix,
					  index_func(&di->ix, i)->name);

		if (!names.n || strcmp(names.v[names.n - 1], s))
			vec_push(di->a, &names, s);
	}
	return nearest_names(di->a, name, names.v, names.n, max);
}

/* ---- by address ---- */

static size_t ranges_of(struct debuginfo *di, Dwarf_Die *die, uint64_t entry,
			struct dbg_range **out)
{
	VEC(struct dbg_range) v = {0};
	Dwarf_Addr base, lo, hi;
	ptrdiff_t off = 0;

	while ((off = dwarf_ranges(die, off, &base, &lo, &hi)) > 0)
		if (lo < hi)
			vec_push(di->a, &v, (struct dbg_range){lo, hi});
	for (size_t i = 1; i < v.n; i++)
		if (entry >= v.v[i].lo && entry < v.v[i].hi) {
			struct dbg_range r = v.v[0];

			v.v[0] = v.v[i];
			v.v[i] = r;
		}
	*out = v.v;
	return v.n;
}

uint64_t inst_code_pc(const struct dbg_inst *inst, Dwarf_Die *die, uint64_t pc)
{
	Dwarf_Addr base, lo, hi;

	if (inst->is_inline || pc < inst->pc || dwarf_haspc(die, pc) > 0)
		return pc;
	if (dwarf_lowpc(die, &lo) &&
	    dwarf_ranges(die, 0, &base, &lo, &hi) <= 0)
		return pc;
	return pc < lo ? lo : pc;
}

size_t dbg_inst_ranges(struct debuginfo *di, const struct dbg_inst *inst,
		       const struct dbg_range **out)
{
	struct dbg_range *r;
	Dwarf_Die die;
	uint64_t pc;
	size_t n;

	*out = NULL;
	if (!debuginfo_die(di, inst->die, &die))
		return 0;
	pc = inst_code_pc(inst, &die, inst->pc);
	n = ranges_of(di, &die, pc, &r);
	if (n && r[0].lo == pc)
		r[0].lo = inst->pc;
	*out = r;
	return n;
}

/* The entry that starts nearest below an offset from the text's base. */
static const struct index_entry *entry_below(const struct index *ix,
					     uint64_t want)
{
	size_t lo = 0, hi = index_count(ix, INDEX_ENTRIES);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct index_inst *x =
			index_inst(ix, index_entry(ix, mid)->inst);

		if (x && x->pc <= want)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? index_entry(ix, lo - 1) : NULL;
}

/* The function whose out-of-line copy starts nearest below addr. */
static bool func_below(struct debuginfo *di, uint64_t addr, struct dbg_func *f,
		       struct dbg_inst *inst)
{
	const struct index_entry *x;
	const struct index_func *in;

	if (addr < di->ix.h->text_base)
		return false;
	x = entry_below(&di->ix, addr - di->ix.h->text_base);
	in = x ? index_func(&di->ix, x->func) : NULL;
	if (!in || x->inst < in->inst || x->inst - in->inst >= in->copies)
		return false;
	*f = to_func(di, in);
	return dbg_func_inst(di, f, x->inst - in->inst, inst);
}

/* The innermost inline instance below parent that holds addr. */
static bool inline_at(Dwarf_Die *parent, uint64_t addr, Dwarf_Die *out)
{
	Dwarf_Die die;

	if (dwarf_child(parent, &die))
		return false;
	do {
		int tag = dwarf_tag(&die);

		if ((tag != DW_TAG_lexical_block &&
		     tag != DW_TAG_inlined_subroutine) ||
		    dwarf_haspc(&die, addr) <= 0)
			continue;
		if (inline_at(&die, addr, out))
			return true;
		if (tag == DW_TAG_inlined_subroutine) {
			*out = die;
			return true;
		}
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

/* The instance whose DIE it is, among a function's inlined ones or others. */
static bool func_with(struct debuginfo *di, Dwarf_Die *die, bool inlined,
		      struct dbg_func *f, struct dbg_inst *inst)
{
	const char *name = dwarf_diename(die);
	uint64_t off = dwarf_dieoffset(die);
	size_t lo, hi;

	if (!name)
		return false;
	index_named(&di->ix, INDEX_FUNCS, name, true, &lo, &hi);
	for (size_t i = lo; i < hi; i++) {
		unsigned k, end;

		*f = to_func(di, index_func(&di->ix, i));
		k = inlined ? f->copies : 0;
		end = f->copies + (inlined ? f->inlines : 0);
		for (; k < end; k++)
			if (dbg_func_inst(di, f, k, inst) && inst->die == off)
				return true;
	}
	return false;
}

bool func_of_inline(struct debuginfo *di, Dwarf_Die *die, struct dbg_func *f,
		    struct dbg_inst *inst)
{
	return func_with(di, die, true, f, inst);
}

bool func_of_die(struct debuginfo *di, Dwarf_Die *die, struct dbg_func *f,
		 struct dbg_inst *inst)
{
	return func_with(di, die, false, f, inst);
}

bool debuginfo_func_at(struct debuginfo *di, uint64_t addr, bool innermost,
		       struct dbg_func *f, struct dbg_inst *inst)
{
	Dwarf_Die die, inner;

	if (!func_below(di, addr, f, inst))
		return false;
	if (!debuginfo_die(di, inst->die, &die))
		return false;
	addr = inst_code_pc(inst, &die, addr);
	if (dwarf_haspc(&die, addr) <= 0)
		return false;
	if (innermost && inline_at(&die, addr, &inner)) {
		struct dbg_func g;
		struct dbg_inst x;

		if (func_of_inline(di, &inner, &g, &x)) {
			*f = g;
			*inst = x;
		}
	}
	return true;
}

/* ---- what may not be probed ---- */

enum dbg_blacklist debuginfo_blacklisted(const struct debuginfo *di,
					 uint64_t addr, const char **where)
{
	size_t n = index_count(&di->ix, INDEX_BLACKLIST);
	const struct elf_section *s;

	for (size_t i = 0; i < n; i++) {
		const struct index_range *r = index_blacklist(&di->ix, i);

		if (addr < r->lo || addr >= r->hi ||
		    r->reason > DBG_NO_TEXT)
			continue;
		if (where)
			*where = index_str(&di->ix, r->name);
		return r->reason;
	}
	s = elf_file_section_at(&di->f, addr);
	if (where)
		*where = s ? s->name : "";
	return s && (s->flags & SHF_EXECINSTR) ? DBG_PROBEABLE : DBG_NO_TEXT;
}

const char *dbg_blacklist_str(enum dbg_blacklist why)
{
	switch (why) {
	case DBG_PROBEABLE:
		return "";
	case DBG_KPROBES_TEXT:
		return "it is part of the kprobes machinery (.kprobes.text)";
	case DBG_NOKPROBE:
		return "the kernel marks it with NOKPROBE_SYMBOL()";
	case DBG_NOINSTR_TEXT:
		return "it must not be instrumented (.noinstr.text)";
	case DBG_ENTRY_TEXT:
		return "it is entry code (.entry.text)";
	case DBG_HYP_TEXT:
		return "it runs outside the kernel's mapping (idmap or "
		       "hypervisor text)";
	case DBG_INIT_TEXT:
		return "it is freed after start-up (.init.text)";
	case DBG_EXIT_TEXT:
		return "it is not part of the running kernel (.exit.text)";
	case DBG_NO_TEXT:
		return "it is not in executable code";
	}
	return "";
}

/* ---- symbols ---- */

static bool name_is_unique(const struct debuginfo *di, const char *name)
{
	size_t lo, hi;

	index_named(&di->ix, INDEX_SYMNAMES, name, true, &lo, &hi);
	return hi - lo == 1;
}

static struct dbg_sym to_sym(const struct debuginfo *di,
			     const struct index_sym *s)
{
	const char *name = index_str(&di->ix, s->name);

	return (struct dbg_sym){
		.name = name,
		.addr = s->addr,
		.size = s->size,
		.type = s->type,
		.bind = s->bind,
		.exported = s->flags & INDEX_SYM_EXPORTED,
		.gpl = s->flags & INDEX_SYM_GPL,
		.unique = name_is_unique(di, name),
	};
}

/* Does symbol s, the best at its address, hold addr?  Assembler labels have
 * no size: they reach to the next symbol. */
static bool holds(const struct index_sym *s, uint64_t addr)
{
	return !s->size || addr - s->addr < s->size || addr == s->addr;
}

bool debuginfo_sym_at(struct debuginfo *di, uint64_t addr, struct dbg_sym *out,
		      uint64_t *off)
{
	size_t lo = 0, hi = index_count(&di->ix, INDEX_SYMS);
	const struct index_sym *s;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (index_sym(&di->ix, mid)->addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return false;
	s = index_sym(&di->ix, --lo);
	while (lo && index_sym(&di->ix, lo - 1)->addr == s->addr)
		s = index_sym(&di->ix, --lo);
	if (!holds(s, addr) || (s->addr != addr &&
				elf_file_section_at(&di->f, s->addr) !=
					elf_file_section_at(&di->f, addr)))
		return false;
	*out = to_sym(di, s);
	if (off)
		*off = addr - s->addr;
	return true;
}

unsigned debuginfo_sym(struct debuginfo *di, const char *name,
		       struct dbg_sym *out)
{
	const struct index_sym *s;
	size_t lo, hi;

	index_named(&di->ix, INDEX_SYMNAMES, name, true, &lo, &hi);
	if (lo == hi || !(s = index_symname(&di->ix, lo)))
		return 0;
	if (out)
		*out = to_sym(di, s);
	return hi - lo;
}

void debuginfo_syms(struct debuginfo *di, const char *glob, dbg_syms *out)
{
	bool exact = !has_wildcard(glob);
	const char *prefix = exact ? glob : literal_prefix(di->a, glob);
	size_t lo, hi;

	index_named(&di->ix, INDEX_SYMNAMES, prefix, exact, &lo, &hi);
	for (size_t i = lo; i < hi; i++) {
		const struct index_sym *s = index_symname(&di->ix, i);

		if (s && (exact ||
			  glob_match(glob, index_str(&di->ix, s->name))))
			vec_push(di->a, out, to_sym(di, s));
	}
}
