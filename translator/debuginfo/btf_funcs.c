// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The functions that BTF describes.  For the index: those that a symbol gives
 * an address.  For a script: parameters at the entry and the result at the
 * return, by the CPU's calling convention; BTF knows of no others.
 */
#include "debuginfo/btf.h"
#include "debuginfo/internal.h"

#include <stdlib.h>

/* ---- for the index ---- */

struct name_ctx {
	const struct index_sym *syms;
	const char *s;
};

static int by_name(const void *x, const void *y, void *arg)
{
	const struct name_ctx *c = arg;
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	int r = strcmp(c->s + c->syms[a].name, c->s + c->syms[b].name);

	return r ? r : (a > b) - (a < b);
}

/* The first function symbol of that name. */
static const struct index_sym *find_symbol(const struct name_ctx *c,
					   const uint32_t *order, size_t n,
					   const char *name)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(c->s + c->syms[order[mid]].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < n; lo++) {
		const struct index_sym *s = &c->syms[order[lo]];

		if (strcmp(c->s + s->name, name))
			break;
		if (s->type == STT_FUNC)
			return s;
	}
	return NULL;
}

static uint32_t tag_of(const struct btf_rec *r)
{
	switch (r->kind) {
	case BTF_STRUCT:
		return DW_TAG_structure_type;
	case BTF_UNION:
		return DW_TAG_union_type;
	case BTF_ENUM:
	case BTF_ENUM64:
		return DW_TAG_enumeration_type;
	case BTF_TYPEDEF:
		return DW_TAG_typedef;
	case BTF_INT:
	case BTF_FLOAT:
		return DW_TAG_base_type;
	case BTF_VOID:
	case BTF_PTR:
	case BTF_ARRAY:
	case BTF_FWD:
	case BTF_VOLATILE:
	case BTF_CONST:
	case BTF_RESTRICT:
	case BTF_FUNC:
	case BTF_FUNC_PROTO:
	case BTF_VAR:
	case BTF_DATASEC:
	case BTF_DECL_TAG:
	case BTF_TYPE_TAG:
	case BTF_NKINDS:
		break;
	}
	return 0;
}

static void take_func(struct walk *w, const struct btf_rec *r, uint32_t id,
		      const struct index_sym *sym)
{
	vec_push(w->a, &w->funcs,
		 (struct walk_func){.name = strtab_add(&w->str, r->name),
				    .flags = INDEX_FUNC_PROTOTYPED |
					     (sym->bind == STB_LOCAL ?
						      0 :
						      INDEX_FUNC_EXTERNAL)});
	vec_push(w->a, &w->insts,
		 (struct walk_inst){.pc = sym->addr,
				    .func = (uint32_t)w->funcs.n - 1,
				    .die = id});
}

bool btf_walk(struct walk *w, const struct elf_file *f, const index_syms *syms,
	      const char *symtext)
{
	const struct elf_section *s = elf_file_section(f, ".BTF");
	struct name_ctx ctx = {syms->v, symtext};
	uint32_t *order;
	struct btf b;
	size_t size;
	const char *data = s ? elf_file_data(f, s, &size) : NULL;

	if (!data || !btf_read(w->a, data, size, &b, &w->why))
		return false;
	order = xmalloc((syms->n + 1) * sizeof *order);
	vec_for(i, syms)
		order[i] = (uint32_t)i;
	if (syms->n)
		qsort_r(order, syms->n, sizeof *order, by_name, &ctx);
	for (uint32_t id = 1; id < b.n; id++) {
		const struct index_sym *sym;
		struct btf_rec r;

		if (!btf_get(&b, id, &r) || !*r.name)
			continue;
		if (tag_of(&r))
			vec_push(w->a, &w->types,
				 (struct index_type){
					 strtab_add(&w->str, r.name),
					 tag_of(&r), id});
		if (r.kind == BTF_FUNC &&
		    (sym = find_symbol(&ctx, order, syms->n, r.name)))
			take_func(w, &r, id, sym);
	}
	free(order);
	return true;
}

/* ---- for a script ---- */

static bool prototype(struct debuginfo *di, const struct dbg_inst *inst,
		      struct btf_rec *proto)
{
	struct btf_rec fn;

	return btf_get(di->btf, (uint32_t)inst->die, &fn) &&
	       fn.kind == BTF_FUNC && btf_get(di->btf, fn.size, proto) &&
	       proto->kind == BTF_FUNC_PROTO;
}

void btf_params(struct debuginfo *di, const struct dbg_inst *inst,
		dbg_vars *out)
{
	struct btf_rec p;

	if (!prototype(di, inst, &p))
		return;
	for (uint32_t i = 0; i < p.vlen; i++) {
		const char *name = btf_str(di->btf, btf_word(&p, 2 * i));

		if (*name)
			vec_push(di->a, out,
				 (struct dbg_var){
					 .name = name,
					 .type = btf_type(di, btf_word(&p,
								2 * i + 1)),
					 .is_param = true,
					 .file = "",
					 .die = i,
					 .scope_die = inst->die});
	}
}

struct place btf_param_place(struct debuginfo *di, const struct dbg_inst *inst,
			     const struct dbg_var *v, uint64_t pc)
{
	dbg_types types = {0};
	struct place *places;
	struct btf_rec p;

	if (pc != inst->pc)
		return place_none(di->a, "BTF tells of parameters at a "
				  "function's entry only; DWARF knows more: "
				  "import the sysroot with its debug "
				  "information");
	if (!prototype(di, inst, &p) || v->die >= p.vlen)
		return place_none(di->a, "its description cannot be read");
	for (uint32_t i = 0; i < p.vlen; i++)
		vec_push(di->a, &types, btf_type(di, btf_word(&p, 2 * i + 1)));
	places = arena_array(di->a, types.n + 1, struct place);
	if (!abi_params(di, btf_type(di, p.size), &types, places))
		return place_none(di->a, "this CPU's calling convention is "
				  "not known");
	return places[v->die];
}

const struct dbg_type *btf_inst_result(struct debuginfo *di,
				       const struct dbg_inst *inst)
{
	struct btf_rec p;

	return prototype(di, inst, &p) ? btf_type(di, p.size) :
					 debuginfo_void(di);
}

const struct btf *btf_of(struct arena *a, const struct elf_file *f,
			 const char **why)
{
	const struct elf_section *s = elf_file_section(f, ".BTF");
	struct btf *b = arena_new(a, struct btf);
	size_t n;
	const char *data = s ? elf_file_data(f, s, &n) : NULL;

	if (!data) {
		*why = "it has no .BTF section";
		return NULL;
	}
	return btf_read(a, data, n, b, why) ? b : NULL;
}
