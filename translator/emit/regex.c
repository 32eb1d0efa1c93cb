// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * =~ and !~: the pattern's tables as constants, each pattern once, and the
 * call that runs them.
 */
#include "emit/emit.h"

static void put_numbers(struct emit *e, const char *name, int id,
			const unsigned short *v, size_t n)
{
	buf_printf(&e->decls, "static const stp_u16 regex%d_%s[] = {", id,
		   name);
	for (size_t i = 0; i < n; i++)
		buf_printf(&e->decls, "%s%u,", i % 16 ? " " : "\n\t", v[i]);
	buf_puts(&e->decls, "\n};\n");
}

static void put_bytes(struct emit *e, const char *name, int id,
		      const unsigned char *v, size_t n)
{
	buf_printf(&e->decls, "static const stp_u8 regex%d_%s[] = {", id,
		   name);
	for (size_t i = 0; i < n; i++)
		buf_printf(&e->decls, "%s%u,", i % 16 ? " " : "\n\t", v[i]);
	buf_puts(&e->decls, "\n};\n");
}

static void put_steps(struct emit *e, int id, const struct stp_regex_step *v,
		      size_t n)
{
	buf_printf(&e->decls, "static const struct stp_regex_step "
		   "regex%d_steps[] = {", id);
	for (size_t i = 0; i < n; i++)
		buf_printf(&e->decls, "%s{ %u, %u },", i % 8 ? " " : "\n\t",
			   v[i].from, v[i].path);
	buf_puts(&e->decls, "\n};\n");
}

static void put_walk(struct emit *e, int id, const struct regex *re)
{
	const struct stp_regex *r = &re->r;
	size_t cells = re->walk_states * r->classes;

	put_numbers(e, "walk", id, r->walk_next, cells);
	put_numbers(e, "made", id, r->walk_steps, cells);
	put_numbers(e, "match", id, r->walk_match, re->walk_states);
	put_steps(e, id, r->steps, re->nsteps);
	put_bytes(e, "paths", id, r->paths, re->npaths);
}

/* A member that points to a table. */
static void put_pointer(struct emit *e, const char *member, const char *name,
			int id)
{
	buf_printf(&e->decls, "\t.%s = regex%d_%s,\n", member, id, name);
}

static void put_regex(struct emit *e, int id, const char *pattern,
		      const struct regex *re)
{
	const struct stp_regex *r = &re->r;

	buf_printf(&e->decls, "/* %s */\n", c_comment(e->arena, pattern));
	put_bytes(e, "class", id, r->class_of, 256);
	put_numbers(e, "next", id, r->next, re->states * r->classes);
	put_bytes(e, "accept", id, r->accept, re->states);
	if (r->groups)
		put_walk(e, id, re);
	buf_printf(&e->decls, "static const struct stp_regex regex%d = {\n"
		   "\t.classes = %u, .backward = %u, .groups = %u, "
		   ".start = %u,\n", id, r->classes, r->backward, r->groups,
		   r->start);
	put_pointer(e, "class_of", "class", id);
	put_pointer(e, "next", "next", id);
	put_pointer(e, "accept", "accept", id);
	if (r->groups) {
		buf_printf(&e->decls, "\t.walk_start = { %u, %u }, "
			   ".first_steps = { %u, %u },\n", r->walk_start[0],
			   r->walk_start[1], r->first_steps[0],
			   r->first_steps[1]);
		put_pointer(e, "walk_next", "walk", id);
		put_pointer(e, "walk_steps", "made", id);
		put_pointer(e, "walk_match", "match", id);
		put_pointer(e, "steps", "steps", id);
		put_pointer(e, "paths", "paths", id);
	}
	buf_puts(&e->decls, "};\n\n");
}

/* The number of the pattern's tables, written when it is first met. */
static int regex_id(struct emit *e, const struct expr *x,
		    const struct regex *re)
{
	const char *key = arena_printf(e->arena, "%p", (const void *)re);
	intptr_t id = (intptr_t)map_get(&e->regex_ids, key);

	if (!id) {
		id = ++e->nregexes;
		map_set(e->arena, &e->regex_ids, key, (void *)id);
		put_regex(e, (int)id, x->binary.b->string.s, re);
		e->match_groups = MAX(e->match_groups, (int)re->r.groups);
	}
	return (int)id;
}

struct val emit_match(struct fn *f, const struct expr *e)
{
	const struct regex *re = program_regex(f->e->s, f->e->p, e, NULL);
	struct val v = emit_expr(f, e->binary.a), r;
	bool not = e->binary.op == OP_NMATCH;
	const char *t;
	int id;

	if (!re) {			/* pass 2 would have said so */
		unsupported(f, e, "this pattern");
		return val_number(f, 0);
	}
	id = regex_id(f->e, e, re);
	if (!re->r.groups) {
		r = val_text(arena_printf(f->e->arena,
					  "(%sstp_regex_test(&regex%d, %s))",
					  not ? "!" : "", id, v.text), v.reads);
		r.boolean = true;
		return r;
	}
	t = temp_new(f, TEMP_LONG);
	line(f, "%s = %sstp_regex_match(c, &regex%d, %s);", t, not ? "!" : "",
	     id, v.text);
	return val_temp(t);
}
