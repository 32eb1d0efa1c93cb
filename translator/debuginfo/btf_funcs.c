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

/* Where symbols of that name start in order. */
static size_t first_symbol(const struct name_ctx *c, const uint32_t *order,
			   size_t n, const char *name)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(c->s + c->syms[order[mid]].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void add_copy(struct walk *w, const struct index_sym *sym, uint32_t id)
{
	vec_push(w->a, &w->insts,
		 (struct walk_inst){.pc = sym->addr,
				    .func = (uint32_t)w->funcs.n - 1,
				    .die = id});
}

/* Of several functions of one name BTF describes one, and does not say which:
 * they are known by their names alone. */
static void take_func(struct walk *w, const struct name_ctx *c,
		      const uint32_t *order, size_t n,
		      const struct btf_rec *r, uint32_t id)
{
	size_t from = first_symbol(c, order, n, r->name), copies = 0;
	struct walk_func f = {.flags = INDEX_FUNC_PROTOTYPED};

	for (size_t i = from; i < n; i++) {
		const struct index_sym *sym = &c->syms[order[i]];

		if (strcmp(c->s + sym->name, r->name))
			break;
		if (sym->type != STT_FUNC)
			continue;
		if (sym->bind != STB_LOCAL)
			f.flags |= INDEX_FUNC_EXTERNAL;
		if (!copies++) {
			f.name = strtab_add(&w->str, r->name);
			vec_push(w->a, &w->funcs, f);
		}
		add_copy(w, sym, id);
	}
	if (!copies)
		return;
	w->funcs.v[w->funcs.n - 1].flags = f.flags;
	for (size_t i = 0; copies > 1 && i < copies; i++)
		w->insts.v[w->insts.n - 1 - i].die = 0;
}

void btf_walk(struct walk *w, const struct btf *b, const index_syms *syms,
	      const char *symtext)
{
	struct name_ctx ctx = {syms->v, symtext};
	uint32_t *order = xmalloc((syms->n + 1) * sizeof *order);

	vec_for(i, syms)
		order[i] = (uint32_t)i;
	if (syms->n)
		qsort_r(order, syms->n, sizeof *order, by_name, &ctx);
	for (uint32_t id = b->first; id < b->n; id++) {
		struct btf_rec r;

		if (!btf_get(b, id, &r) || !*r.name)
			continue;
		if (btf_tag(&r))
			vec_push(w->a, &w->types,
				 (struct index_type){
					 strtab_add(&w->str, r.name),
					 btf_tag(&r), id});
		if (r.kind == BTF_FUNC)
			take_func(w, &ctx, order, syms->n, &r, id);
	}
	free(order);
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

static const struct btf *read_section(struct arena *a, const struct elf_file *f,
				      const char *name, const struct btf *base,
				      const char **why)
{
	struct btf *b = arena_new(a, struct btf);
	size_t n;
	const char *data = elf_file_data(f, elf_file_section(f, name), &n);

	if (!data) {
		*why = arena_printf(a, "it has no %s section", name);
		return NULL;
	}
	return btf_read(a, data, n, base, b, why) ? b : NULL;
}

/* Modules built outside the kernel may bring the part they go on from. */
const struct btf *btf_of(struct arena *a, const struct elf_file *f,
			 const struct btf *base, const char **why)
{
	const struct btf *part, *split;
	struct btf *out;

	if (!elf_file_section(f, ".BTF.base"))
		return read_section(a, f, ".BTF", base, why);
	part = read_section(a, f, ".BTF.base", NULL, why);
	split = part ? read_section(a, f, ".BTF", part, why) : NULL;
	if (!split || !split->base || !base)
		return split;
	out = arena_new(a, struct btf);
	return btf_rebase(a, part, split, base, out, why) ? out : NULL;
}

const struct btf *debuginfo_kernel_btf(struct debuginfo *kernel)
{
	const char *why;

	if (!kernel)
		return NULL;
	if (!kernel->own_btf)
		kernel->own_btf = kernel->btf ? kernel->btf :
				  btf_of(kernel->a, &kernel->f, NULL, &why);
	return kernel->own_btf;
}
