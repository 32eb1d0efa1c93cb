// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a function was called with, where only its callers know.  In: a
 * register or a parameter at the entry of the function that is probed.  Out: a
 * call of a function made for it, which looks at the return address and works
 * out what the call that returns there passed; for any other it fails.
 */
#include "elaborate/target.h"

static struct expr *mk_assign(struct elab *e, struct loc at, struct var *v,
			      struct expr *value)
{
	struct expr *x = arena_new(e->a, struct expr);

	x->kind = EXPR_ASSIGN;
	x->type = TYPE_LONG;
	x->loc = at;
	x->token = "operator '='";
	x->assign.op = OP_ASSIGN;
	x->assign.lhs = mk_symbol(e->a, at, v);
	x->assign.rhs = value;
	return x;
}

static struct var *add_local(struct elab *e, struct func *f, const char *name)
{
	struct var *v = arena_new(e->a, struct var);

	v->name = name;
	v->loc = v->type_loc = f->loc;
	v->storage = VAR_LOCAL;
	v->type = TYPE_LONG;
	v->read = v->written = true;
	vec_push(e->a, &f->locals, v);
	return v;
}

static struct stmt *mk_result(struct elab *e, struct loc at, struct expr *value)
{
	struct stmt *s = mk_stmt(e->a, at, STMT_RETURN);

	s->token = "keyword 'return'";
	s->expr.e = value;
	return s;
}

/* ---- for a caller that is not known ---- */

static struct func *complaint(struct elab *e, struct loc at)
{
	static const char code[] = "\n\tSTAP_ERROR(\"%s\", STAP_ARG_msg);\n";
	struct func *f;
	struct var *msg;

	if (e->unknown_caller)
		return e->unknown_caller;
	f = arena_new(e->a, struct func);
	f->name = "__caller_unknown";
	f->loc = f->type_loc = at;
	f->type = TYPE_VOID;
	f->code = code;
	f->code_len = sizeof code - 1;
	f->builtin = true;
	msg = arena_new(e->a, struct var);
	msg->name = "msg";
	msg->loc = msg->type_loc = at;
	msg->storage = VAR_PARAM;
	msg->type = TYPE_STRING;
	vec_push(e->a, &f->params, msg);
	f->id = (int)e->p->funcs.n;
	vec_push(e->a, &e->p->funcs, f);
	e->unknown_caller = f;
	return f;
}

static struct stmt *mk_complaint(struct elab *e, const struct expr *at,
				 const char *name, const char *func)
{
	struct func *f = complaint(e, at->loc);
	struct expr *call = mk_call(e->a, at->loc, f->name, f);

	call->token = at->token;
	vec_push(e->a, &call->call.args,
		 mk_string(e->a, at->loc,
			   arena_printf(e->a, "what '%s' was when %s was "
					"entered is not known for this caller",
					name, func)));
	return mk_expr_stmt(e->a, call);
}

/* ---- the function ---- */

struct making {
	struct lower *l;
	const struct expr *at;
	struct sysmod *mod;
	const struct dbg_entry_value *v;
	struct func *f;
	struct var *from;	/* what the call returns to, … */
	struct var *offset;	/* … within a section (link-time, the kernel's) */
};

static void add_stmt(struct making *m, struct stmt *s)
{
	vec_push(m->l->e->a, &m->f->body->block.stmts, s);
}

/* A module's code may be in several sections; the kernel's is in one piece. */
static const char *section_of(const struct making *m, uint64_t addr,
			      uint64_t *offset)
{
	const char *section = "";

	*offset = addr;
	if (debuginfo_facts(m->mod->di)->is_module &&
	    !debuginfo_section(m->mod->di, addr, &section, offset))
		return NULL;
	return section;
}

/* "offset == 0x… || …" for those of a case in the section; NULL: none. */
static struct expr *is_from(struct making *m, const struct dbg_entry_case *c,
			    const char *section)
{
	struct arena *a = m->l->e->a;
	struct expr *any = NULL;

	vec_for(i, &c->returns) {
		uint64_t offset;
		const char *s = section_of(m, c->returns.v[i], &offset);
		struct expr *one;

		if (!s || strcmp(s, section))
			continue;
		one = mk_binary(a, m->at->loc, OP_EQ,
				mk_symbol(a, m->at->loc, m->offset),
				mk_number(a, m->at->loc, (int64_t)offset));
		any = any ? mk_binary(a, m->at->loc, OP_OR, any, one) : one;
	}
	return any;
}

static bool add_section(struct making *m, const char *section)
{
	struct elab *e = m->l->e;
	struct loc at = m->at->loc;
	struct expr *base = locate_section(m->l, m->at, m->mod, section);

	add_stmt(m, mk_expr_stmt(e->a, mk_assign(e, at, m->offset,
				mk_binary(e->a, at, OP_SUB,
					  mk_symbol(e->a, at, m->from),
					  base))));
	vec_for(i, &m->v->cases) {
		const struct dbg_entry_case *c = &m->v->cases.v[i];
		struct expr *is = is_from(m, c, section), *value;
		struct stmt *test;

		if (!is)
			continue;
		value = locate_value(m->l, m->at, m->mod, &c->value);
		if (!value)
			return false;
		test = mk_stmt(e->a, at, STMT_IF);
		test->token = "keyword 'if'";
		test->if_.cond = is;
		test->if_.then = mk_result(e, at, value);
		add_stmt(m, test);
	}
	return true;
}

static bool add_sections(struct making *m)
{
	struct { const char **v; size_t n, cap; } done = { 0 };
	uint64_t offset;

	vec_for(i, &m->v->cases)
		vec_for(j, &m->v->cases.v[i].returns) {
			const char *s = section_of(m,
					m->v->cases.v[i].returns.v[j], &offset);
			size_t k = 0;

			while (s && k < done.n && strcmp(done.v[k], s))
				k++;
			if (!s || k < done.n)
				continue;
			vec_push(m->l->e->a, &done, s);
			if (!add_section(m, s))
				return false;
		}
	return done.n > 0;
}

static bool fill_body(struct making *m, const char *name, const char *func)
{
	struct elab *e = m->l->e;
	struct loc at = m->at->loc;
	struct expr *from;

	m->f->body = mk_stmt(e->a, at, STMT_BLOCK);
	m->from = add_local(e, m->f, "__from");
	m->offset = add_local(e, m->f, "__offset");
	from = locate_value(m->l, m->at, m->mod, &m->v->returns_to);
	if (!from)
		return false;
	if (m->v->always_set)
		from = mk_binary(e->a, at, OP_OR, from,
				 mk_number(e->a, at,
					   (int64_t)m->v->always_set));
	add_stmt(m, mk_expr_stmt(e->a, mk_assign(e, at, m->from, from)));
	if (!add_sections(m))
		return false;
	add_stmt(m, mk_complaint(e, m->at, name, func));
	add_stmt(m, mk_result(e, at, mk_number(e->a, at, 0)));
	return true;
}

static struct func *make(struct lower *l, const struct expr *at,
			 struct sysmod *mod, const struct dbg_entry_value *v,
			 const char *name)
{
	struct elab *e = l->e;
	struct func *f = arena_new(e->a, struct func);
	struct making m = { .l = l, .at = at, .mod = mod, .v = v, .f = f };

	f->name = arena_printf(e->a, "__caller_%d", e->nsynthesized++);
	f->loc = f->type_loc = at->loc;
	f->type = TYPE_LONG;
	if (!fill_body(&m, name, l->probe->func ? l->probe->func :
						  "the function"))
		return NULL;
	f->id = (int)e->p->funcs.n;
	vec_push(e->a, &e->p->funcs, f);
	return f;
}

static const char *name_of(const struct expr *at)
{
	return at->kind == EXPR_TARGET && at->target.name ? at->target.name :
							    "it";
}

static bool same_case(const struct dbg_entry_case *a,
		      const struct dbg_entry_case *b)
{
	if (!place_equal(&a->value, &b->value) || a->returns.n != b->returns.n)
		return false;
	vec_for(i, &a->returns)
		if (a->returns.v[i] != b->returns.v[i])
			return false;
	return true;
}

/* At two pcs of a function, it is mostly one answer. */
static bool same_answer(const struct dbg_entry_value *a,
			const struct dbg_entry_value *b)
{
	if (!place_equal(&a->returns_to, &b->returns_to) ||
	    a->cases.n != b->cases.n)
		return false;
	vec_for(i, &a->cases)
		if (!same_case(&a->cases.v[i], &b->cases.v[i]))
			return false;
	return true;
}

static struct func *find_made(const struct elab *e, const struct sysmod *mod,
			      const struct dbg_entry_value *v, const char *name)
{
	vec_for(i, &e->callers) {
		const struct caller_func *c = &e->callers.v[i];

		if (c->mod == mod && !strcmp(c->name, name) &&
		    same_answer(c->v, v))
			return c->func;
	}
	return NULL;
}

struct expr *caller_value(struct lower *l, const struct expr *at,
			  struct sysmod *mod, const struct dbg_inst *inst,
			  uint64_t pc, const struct place_op *what)
{
	struct arena *a = l->e->a;
	const char *name = name_of(at);
	struct dbg_entry_value v;
	struct func *f;

	if (!dbg_entry_value(mod->di, inst, pc, what, &v)) {
		lower_fail(l, at->loc, "only its callers know what it was at "
			   "the entry, and %s", v.why);
		return NULL;
	}
	f = find_made(l->e, mod, &v, name);
	if (!f) {
		f = make(l, at, mod, &v, name);
		if (!f)
			return NULL;
		vec_push(a, &l->e->callers,
			 (struct caller_func){ f, mod,
					       arena_dup(a, &v, sizeof v),
					       name });
	}
	return mk_call(a, at->loc, f->name, f);
}

/* ---- does an expression ask? ---- */

struct search {
	const struct elab *e;
	bool found;
};

static void look(struct visitor *v, struct expr **px)
{
	struct search *s = v->arg;
	const struct expr *x = *px;

	if (x->kind == EXPR_CALL)
		vec_for(i, &s->e->callers)
			s->found |= s->e->callers.v[i].func == x->call.func;
	ast_walk_expr(v, *px);
}

bool asks_caller(const struct elab *e, struct expr *x)
{
	struct search s = { .e = e };
	struct visitor v = { .expr = look, .arg = &s };

	look(&v, &x);
	return s.found;
}
