// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One worker's walk over compile units.  In: an open file of its own (libdw's
 * handles are not for two threads) and a unit.  Out: the functions, instances,
 * types and variables it defines, each text and each (name, file, line) once.
 *
 * Of a unit's tree only what can hold code is entered: functions, blocks and
 * inline instances.  Everything else is passed by its sibling.
 */
#include "debuginfo/internal.h"

#include <stdlib.h>

#define MAX_DEPTH 256

/* An instance whose function is known by its origin's DIE only. */
struct pending {
	uint64_t origin, pc;
	uint32_t die;
	bool is_inline;
};

/* A subprogram DIE of this unit and the function it is of. */
struct known {
	uint64_t die;
	uint32_t func;
};

struct unit {
	struct walk *w;
	struct arena tmp;
	struct file_table files;
	const char *name;
	uint32_t *file_ids; /* + 1 */
	uint32_t cu_no;
	uint64_t within; /* DIE of the function whose code is looked at */
	VEC(struct pending) pending;
	VEC(struct known) known; /* ascending by DIE */
};

/* What a DIE's attributes say, gathered in one pass over them. */
struct facts {
	const char *name;
	uint64_t file, line, origin, low_pc, entry_pc, entry_off;
	bool external, prototyped, decl_inline, declaration;
	bool has_low, has_entry, has_entry_off, has_ranges, has_location;
	bool has_const;
	bool has_address; /* its location is one, the same everywhere */
};

static int take_attr(Dwarf_Attribute *at, void *arg)
{
	struct facts *f = arg;
	Dwarf_Word v;
	Dwarf_Die die;
	bool flag;

	switch (dwarf_whatattr(at)) {
	case DW_AT_name:
		f->name = dwarf_formstring(at);
		break;
	case DW_AT_decl_file:
		if (!dwarf_formudata(at, &v))
			f->file = v;
		break;
	case DW_AT_decl_line:
		if (!dwarf_formudata(at, &v))
			f->line = v;
		break;
	case DW_AT_external:
		f->external = !dwarf_formflag(at, &flag) && flag;
		break;
	case DW_AT_prototyped:
		f->prototyped = !dwarf_formflag(at, &flag) && flag;
		break;
	case DW_AT_declaration:
		f->declaration = !dwarf_formflag(at, &flag) && flag;
		break;
	case DW_AT_inline:
		f->decl_inline = !dwarf_formudata(at, &v) &&
				 (v == DW_INL_declared_inlined ||
				  v == DW_INL_declared_not_inlined);
		break;
	case DW_AT_abstract_origin:
	case DW_AT_specification:
		if (dwarf_formref_die(at, &die))
			f->origin = dwarf_dieoffset(&die);
		break;
	case DW_AT_low_pc:
		f->has_low = !dwarf_formaddr(at, &f->low_pc);
		break;
	case DW_AT_entry_pc:
		f->has_entry = !dwarf_formaddr(at, &f->entry_pc);
		if (!f->has_entry) /* an offset (DWARF5 2.18) */
			f->has_entry_off = !dwarf_formudata(at, &f->entry_off);
		break;
	case DW_AT_ranges:
		f->has_ranges = true;
		break;
	case DW_AT_location:
		f->has_location = true;
		f->has_address = dwarf_has_address(at);
		break;
	case DW_AT_const_value:
		f->has_const = true;
		break;
	}
	return DWARF_CB_OK;
}

static bool first_range(Dwarf_Die *die, uint64_t *pc)
{
	Dwarf_Addr base, lo, hi;
	ptrdiff_t off = 0;

	while ((off = dwarf_ranges(die, off, &base, &lo, &hi)) > 0) {
		if (lo == hi)
			continue;
		*pc = lo;
		return true;
	}
	return false;
}

static bool entry_of(Dwarf_Die *die, const struct facts *f, uint64_t *pc)
{
	if (f->has_entry) {
		*pc = f->entry_pc;
		return true;
	}
	if (f->has_low)
		*pc = f->low_pc;
	else if (!f->has_ranges || !first_range(die, pc))
		return false;
	if (f->has_entry_off)
		*pc += f->entry_off;
	return true;
}

/* ---- tables of what was seen, over all units of this worker ---- */

static size_t hash3(uint32_t a, uint32_t b, uint32_t c)
{
	uint64_t h = a * 0x9e3779b97f4a7c15ull;

	h = (h ^ b) * 0xff51afd7ed558ccdull;
	h = (h ^ (h >> 29) ^ c) * 0xc4ceb9fe1a85ec53ull;
	return h ^ (h >> 32);
}

static uint32_t *new_slots(uint32_t *old, size_t *n)
{
	free(old);
	*n = *n ? *n * 2 : 4096;
	old = xmalloc(*n * sizeof *old);
	memset(old, 0, *n * sizeof *old);
	return old;
}

static uint32_t *func_slot(struct walk *w, const struct walk_func *f)
{
	size_t mask = w->nfunc_slots - 1;
	size_t h = hash3(f->name, f->file, f->line) & mask;

	for (; w->func_slots[h]; h = (h + 1) & mask) {
		const struct walk_func *o = &w->funcs.v[w->func_slots[h] - 1];

		if (o->name == f->name && o->file == f->file &&
		    o->line == f->line)
			break;
	}
	return &w->func_slots[h];
}

static uint32_t add_func(struct walk *w, struct walk_func f)
{
	uint32_t *slot;

	if (w->funcs.n * 2 >= w->nfunc_slots) {
		w->func_slots = new_slots(w->func_slots, &w->nfunc_slots);
		vec_for(i, &w->funcs)
			*func_slot(w, &w->funcs.v[i]) = i + 1;
	}
	slot = func_slot(w, &f);
	if (*slot) {
		w->funcs.v[*slot - 1].flags |= f.flags;
		return *slot - 1;
	}
	vec_push(w->a, &w->funcs, f);
	*slot = w->funcs.n;
	return *slot - 1;
}

static uint32_t *type_slot(struct walk *w, uint32_t name, uint32_t tag)
{
	size_t mask = w->ntype_slots - 1;
	size_t h = hash3(name, tag, 0) & mask;

	for (; w->type_slots[h]; h = (h + 1) & mask) {
		const struct index_type *o = &w->types.v[w->type_slots[h] - 1];

		if (o->name == name && o->tag == tag)
			break;
	}
	return &w->type_slots[h];
}

static void add_type(struct walk *w, struct index_type t)
{
	uint32_t *slot;

	if (w->types.n * 2 >= w->ntype_slots) {
		w->type_slots = new_slots(w->type_slots, &w->ntype_slots);
		vec_for(i, &w->types)
			*type_slot(w, w->types.v[i].name, w->types.v[i].tag) =
				i + 1;
	}
	slot = type_slot(w, t.name, t.tag);
	if (*slot) {
		/* The lowest offset wins, so that the index does not depend
		 * on which worker came first. */
		struct index_type *o = &w->types.v[*slot - 1];

		o->die = MIN(o->die, t.die);
		return;
	}
	vec_push(w->a, &w->types, t);
	*slot = w->types.n;
}

/* ---- one unit ---- */

static uint32_t file_id(struct unit *u, uint64_t n)
{
	if (n >= u->files.files.n)
		return 0;
	if (!u->file_ids[n])
		u->file_ids[n] =
			strtab_add(&u->w->str, u->files.files.v[n]) + 1;
	return u->file_ids[n] - 1;
}

static void take_function(struct unit *u, Dwarf_Die *die, uint32_t off,
			  const struct facts *f)
{
	struct walk *w = u->w;
	uint64_t pc;
	bool has_pc = !f->declaration && entry_of(die, f, &pc);

	if (f->name) {
		struct walk_func wf = {
			.name = strtab_add(&w->str, f->name),
			.file = file_id(u, f->file),
			.line = f->line,
			.flags = (f->external ? INDEX_FUNC_EXTERNAL : 0) |
				 (f->prototyped ? INDEX_FUNC_PROTOTYPED : 0) |
				 (f->decl_inline ? INDEX_FUNC_DECL_INLINE : 0),
		};
		uint32_t id;

		/* The assembler names no file: its unit is the file. */
		if (!wf.file)
			wf.file = strtab_add(&w->str, u->name);
		id = add_func(w, wf);
		vec_push(&u->tmp, &u->known, (struct known){off, id});
		if (has_pc)
			vec_push(w->a, &w->insts,
				 (struct walk_inst){pc, id, off, u->cu_no,
						    false});
	} else if (f->origin && has_pc) {
		vec_push(&u->tmp, &u->pending,
			 (struct pending){f->origin, pc, off, false});
	}
}

static void take_variable(struct unit *u, uint32_t off, const struct facts *f,
			  uint32_t flags)
{
	struct walk *w = u->w;

	if (!f->name || f->declaration || !(f->has_location || f->has_const) ||
	    str_starts(f->name, "__UNIQUE_ID_"))
		return;
	vec_push(w->a, &w->vars,
		 (struct index_var){.name = strtab_add(&w->str, f->name),
				    .file = file_id(u, f->file),
				    .line = f->line,
				    .die = off,
				    .cu = u->cu_no,
				    .flags = flags |
					(f->external ? INDEX_VAR_EXTERNAL :
						       0)});
}

/* A definition whose name stands at the extern declaration before it. */
static void take_specified(struct unit *u, Dwarf_Die *die, uint32_t off,
			   struct facts *f)
{
	Dwarf_Attribute at;
	Dwarf_Die spec;

	if (!f->has_location ||
	    !dwarf_formref_die(dwarf_attr(die, DW_AT_specification, &at),
			       &spec))
		return;
	struct facts s = {0};

	dwarf_getattrs(&spec, take_attr, &s, 0);
	f->name = s.name;
	f->external |= s.external;
	if (!f->line) {
		f->line = s.line;
		f->file = s.file;
	} else if (!f->file) {
		f->file = s.file;
	}
	take_variable(u, off, f, 0);
}

static bool walk_code(struct unit *u, Dwarf_Die *parent, int depth);

static bool enter(struct unit *u, Dwarf_Die *die, int depth)
{
	return !dwarf_haschildren(die) || walk_code(u, die, depth + 1);
}

static bool enter_function(struct unit *u, Dwarf_Die *die, uint64_t func,
			   int depth)
{
	uint64_t outer = u->within;
	bool ok;

	u->within = func;
	ok = enter(u, die, depth);
	u->within = outer;
	return ok;
}

/* GCC takes the rare part out of a function and may put it back: that is
 * described as the function inlined into itself, but nobody calls it there. */
static void take_inlined(struct unit *u, Dwarf_Die *die, uint32_t off,
			 const struct facts *f)
{
	uint64_t pc;

	if (f->origin && f->origin != u->within && entry_of(die, f, &pc))
		vec_push(&u->tmp, &u->pending,
			 (struct pending){f->origin, pc, off, true});
}

static bool walk_die(struct unit *u, Dwarf_Die *die, int depth)
{
	struct walk *w = u->w;
	struct facts f = {0};
	int tag = dwarf_tag(die);
	uint64_t off = dwarf_dieoffset(die);

	if (off > UINT32_MAX) {
		w->why = "its .debug_info is over 4 GiB";
		return false;
	}
	switch (tag) {
	case DW_TAG_subprogram:
		dwarf_getattrs(die, take_attr, &f, 0);
		take_function(u, die, off, &f);
		return f.declaration ||
		       enter_function(u, die, f.origin ? f.origin : off, depth);
	case DW_TAG_inlined_subroutine:
		dwarf_getattrs(die, take_attr, &f, 0);
		take_inlined(u, die, off, &f);
		return enter_function(u, die, f.origin, depth);
	case DW_TAG_lexical_block:
		return enter(u, die, depth);
	case DW_TAG_variable:
		dwarf_getattrs(die, take_attr, &f, 0);
		if (depth && f.has_address)
			take_variable(u, off, &f, INDEX_VAR_LOCAL);
		else if (depth)
			return true;
		else if (f.name)
			take_variable(u, off, &f, 0);
		else if (f.origin)
			take_specified(u, die, off, &f);
		return true;
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_enumeration_type:
	case DW_TAG_typedef:
	case DW_TAG_base_type:
		if (depth)
			return true;
		dwarf_getattrs(die, take_attr, &f, 0);
		if (f.name && !f.declaration)
			add_type(w, (struct index_type){
					    strtab_add(&w->str, f.name), tag,
					    off});
		return true;
	}
	return true;
}

static bool walk_code(struct unit *u, Dwarf_Die *parent, int depth)
{
	Dwarf_Die die;
	int r;

	if (depth > MAX_DEPTH) {
		u->w->why = "its DIEs are nested too deep";
		return false;
	}
	r = dwarf_child(parent, &die);
	while (r == 0) {
		if (!walk_die(u, &die, depth))
			return false;
		r = dwarf_siblingof(&die, &die);
	}
	if (r < 0)
		u->w->why = dwarf_errmsg(-1);
	return r > 0;
}

static bool known_func(const struct unit *u, uint64_t die, uint32_t *func)
{
	size_t lo = 0, hi = u->known.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (u->known.v[mid].die < die)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == u->known.n || u->known.v[lo].die != die)
		return false;
	*func = u->known.v[lo].func;
	return true;
}

/* An origin that is not a named function of this unit: a chain of origins, or
 * another unit (link-time optimisation). */
static bool origin_func(struct unit *u, uint64_t die_off, uint32_t *func)
{
	Dwarf_Die die;
	struct facts f = {0};
	struct walk_func wf;

	for (int hops = 0; hops < 8; hops++) {
		if (known_func(u, die_off, func))
			return true;
		if (!dwarf_offdie(u->w->f.dw, die_off, &die))
			return false;
		f = (struct facts){0};
		dwarf_getattrs(&die, take_attr, &f, 0);
		if (f.name)
			break;
		if (!f.origin)
			return false;
		die_off = f.origin;
	}
	if (!f.name)
		return false;
	wf = (struct walk_func){.name = strtab_add(&u->w->str, f.name),
				.line = f.line};
	{
		struct file_table t = {0};
		Dwarf_Die cu;

		if (dwarf_diecu(&die, &cu, NULL, NULL)) {
			file_table_read(&u->tmp, &u->w->f, &cu, u->w->root, &t);
			if (f.file < t.files.n)
				wf.file = strtab_add(&u->w->str,
						     t.files.v[f.file]);
		}
	}
	*func = add_func(u->w, wf);
	return true;
}

static void settle_pending(struct unit *u)
{
	vec_for(i, &u->pending) {
		const struct pending *p = &u->pending.v[i];
		uint32_t func;

		if (origin_func(u, p->origin, &func))
			vec_push(u->w->a, &u->w->insts,
				 (struct walk_inst){p->pc, func, p->die,
						    u->cu_no, p->is_inline});
	}
}

bool walk_unit(struct walk *w, uint64_t cu_die, uint32_t cu_no)
{
	struct unit u = {.w = w, .cu_no = cu_no};
	Dwarf_Die cu;
	Dwarf_Attribute at;
	const char *name, *comp_dir;
	bool ok;

	if (!dwarf_offdie(w->f.dw, cu_die, &cu)) {
		w->why = dwarf_errmsg(-1);
		return false;
	}
	if (dwarf_tag(&cu) != DW_TAG_compile_unit)
		return true;
	comp_dir = dwarf_formstring(dwarf_attr(&cu, DW_AT_comp_dir, &at));
	name = dwarf_diename(&cu);
	u.name = source_path(&u.tmp, comp_dir,
			     w->root ? w->root :
				       source_root(&u.tmp, comp_dir,
						   name ? name : ""),
			     name ? name : "");
	file_table_read(&u.tmp, &w->f, &cu, w->root, &u.files);
	u.file_ids = arena_array(&u.tmp, u.files.files.n + 1, uint32_t);
	ok = walk_code(&u, &cu, 0);
	if (ok)
		settle_pending(&u);
	arena_free(&u.tmp);
	return ok;
}

void walk_init(struct walk *w, struct arena *a)
{
	*w = (struct walk){.a = a};
	w->func_slots = new_slots(NULL, &w->nfunc_slots);
	w->type_slots = new_slots(NULL, &w->ntype_slots);
}

void walk_free(struct walk *w)
{
	elf_file_close(&w->f);
	strtab_free(&w->str);
	free(w->func_slots);
	free(w->type_slots);
	w->func_slots = w->type_slots = NULL;
}
