// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * .callee and .callees: only when called from that function.  In: a probe and
 * the calls that lead to it.  Out: its body begins with "if (the stack shows
 * others) next".
 */
#include "elaborate/provider/callee.h"

bool matches_all_callers(const struct elab *e)
{
	static const char name[] = "STAP_CALLEE_MATCHALL";

	vec_for(i, &e->s->opt.defines)
		if (str_starts(e->s->opt.defines.v[i], name))
			return true;
	return false;
}

struct guard {
	struct elab *e;
	struct sysmod *mod;
	struct loc at;
	bool is_within;
};

static struct expr *mk_node(const struct guard *g, enum expr_kind kind)
{
	struct expr *x = arena_new(g->e->a, struct expr);

	x->kind = kind;
	x->type = TYPE_LONG;
	x->loc = g->at;
	x->token = "the caller's address";
	return x;
}

/* Where a function that was just entered returns to. */
static struct expr *mk_return_address(const struct guard *g)
{
	const struct arch *arch = g->e->arch;
	struct expr *reg = mk_node(g, EXPR_REGISTER);

	reg->reg.dwarf_reg = arch->link_reg >= 0 ? arch->link_reg :
						   arch->sp_reg;
	return arch->link_reg >= 0 ? reg :
	       mk_load(g->e->a, g->at, reg->token, reg, arch->pointer_size,
		       false);
}

/* The n-th return address on the stack, from 1. */
static struct expr *mk_caller(const struct guard *g, int n)
{
	struct expr *x;

	if (n == 1 && !g->is_within)
		return mk_return_address(g);
	x = mk_node(g, EXPR_CALLCTX);
	x->callctx.what = CALLCTX_CALLER;
	x->callctx.n = n;
	return x;
}

static struct expr *mk_code_address(const struct guard *g, uint64_t pc)
{
	struct expr *x = mk_node(g, EXPR_ADDRESS);

	x->address.module = g->mod->name;
	x->address.addr = pc;
	if (debuginfo_facts(g->mod->di)->is_module)
		debuginfo_section(g->mod->di, pc, &x->address.section,
				  &x->address.addr);
	return x;
}

/* The n-th return address is behind one of the calls. */
static struct expr *mk_is_call(const struct guard *g, int n,
			       const struct dbg_callee *call)
{
	struct arena *a = g->e->a;
	struct expr *is = NULL, *one;

	vec_for(i, &call->returns) {
		one = mk_binary(a, g->at, OP_EQ, mk_caller(g, n),
				mk_code_address(g, call->returns.v[i]));
		is = is ? mk_binary(a, g->at, OP_OR, is, one) : one;
	}
	return is;
}

static struct expr *mk_logical(const struct guard *g, enum op op,
			       struct expr *left, struct expr *right)
{
	struct expr *x = mk_node(g, EXPR_LOGICAL);

	x->logical.op = op;
	x->logical.a = left;
	x->logical.b = right;
	return x;
}

/* The chain's calls, from the n-th return address on. */
static struct expr *mk_is_chain(const struct guard *g, int n,
				const struct call_chain *chain)
{
	struct expr *is = mk_is_call(g, n, chain->call);

	return chain->up ? mk_logical(g, OP_ANDAND, is,
				      mk_is_chain(g, n + 1, chain->up)) : is;
}

static struct expr *mk_is_called(const struct guard *g,
				 const struct call_chain *chain)
{
	struct expr *is = mk_is_chain(g, 1, chain);

	/* Within a function the link register may hold what its last call
	 * returned to, and look like a caller. */
	if (g->is_within && g->e->arch->link_reg >= 0)
		is = mk_logical(g, OP_OROR, is, mk_is_chain(g, 2, chain));
	return is;
}

void guard_callers(struct elab *e, struct sysmod *mod, struct probe *p,
		   const struct call_chain *chain, bool is_return,
		   bool is_within)
{
	struct guard g = { e, mod, p->loc, is_within };
	struct stmt *block = mk_stmt(e->a, p->loc, STMT_BLOCK);
	struct stmt *test = mk_stmt(e->a, p->loc, STMT_IF);
	struct expr *is = mk_is_called(&g, chain), *entry;

	if (is_return) {
		entry = mk_node(&g, EXPR_ENTRY);
		entry->entry.e = is;
		is = entry;
	}
	test->if_.cond = mk_unary(e->a, p->loc, OP_NOT, is);
	test->if_.then = mk_stmt(e->a, p->loc, STMT_NEXT);
	vec_push(e->a, &block->block.stmts, test);
	vec_push(e->a, &block->block.stmts, p->info->bodies.v[0].stmt);
	p->info->bodies.v[0].stmt = block;
	p->body = join_bodies(e->a, p->info);
}
