// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Globals in embedded C.  In: the functions of one C file, which name the
 * globals they use by "pragma:read:x" and "pragma:write:x".  Out: for each of
 * those STAP_GLOBAL_GET_x and STAP_GLOBAL_SET_x.  The handler holds their
 * locks by then (elaborate/locks.c).  Statistics are written by <<< alone.
 */
#include "elaborate/effects.h"
#include "emit/emit.h"

/* Some function of the file names v; second: of the second file. */
static bool is_named(const struct emit *e, const struct var *v, bool second)
{
	vec_for(i, &e->p->funcs) {
		const struct func *f = e->p->funcs.v[i];

		if (f->body || f->builtin == second || !f->code)
			continue;
		if (code_names_global(f, "pragma:read:", v->name) ||
		    code_names_global(f, "pragma:write:", v->name))
			return true;
	}
	return false;
}

bool is_shared(const struct emit *e, const struct var *v)
{
	return v->type != TYPE_STATS && is_named(e, v, true);
}

static void put_scalar(struct emit *e, const struct var *v, struct buf *out)
{
	const char *name = global_of(e, v);

	buf_printf(out, "#define STAP_GLOBAL_GET_%s() (%s%s)\n", v->name,
		   v->type == TYPE_STRING ? "(const char *)" : "", name);
	if (v->type == TYPE_STRING)
		buf_printf(out, "#define STAP_GLOBAL_SET_%s(v) stp_strcpy(%s, "
			   "(v), MAXSTRINGLEN)\n", v->name, name);
	else
		buf_printf(out, "#define STAP_GLOBAL_SET_%s(v) ((void)(%s = "
			   "(v)))\n", v->name, name);
}

static const char *c_value(enum type t)
{
	return t == TYPE_STRING ? "const char *" : "stp_i64 ";
}

static void put_keys(const struct var *v, struct buf *out)
{
	for (int i = 0; i < v->nkeys; i++)
		buf_printf(out, ", %sk%d", c_value(v->key_types[i]), i);
}

static void put_key_values(const struct var *v, struct buf *out)
{
	buf_puts(out, "\tconst union stp_val k[] = {");
	for (int i = 0; i < v->nkeys; i++)
		buf_printf(out, " { .%c = k%d },",
			   v->key_types[i] == TYPE_STRING ? 's' : 'n', i);
	buf_puts(out, " };\n\n");
}

static void put_array(struct emit *e, const struct var *v, struct buf *out)
{
	static const char unused[] = "static inline __attribute__((unused)) ";
	const char *name = global_of(e, v);
	bool text = v->type == TYPE_STRING;

	buf_printf(out, "%s%sget_%s(struct stp_map *m", unused,
		   c_value(v->type), name);
	put_keys(v, out);
	buf_puts(out, ")\n{\n");
	put_key_values(v, out);
	buf_printf(out, "\treturn stp_map_get_%s(m, k);\n}\n",
		   text ? "string" : "long");
	buf_printf(out, "%svoid set_%s(struct stp_ctx *c", unused, name);
	put_keys(v, out);
	buf_printf(out, ", %sv)\n{\n", c_value(v->type));
	put_key_values(v, out);
	buf_printf(out, "\t%s*p = stp_map_%s(c, %s, k, c->site);\n\n"
		   "\tif (p)\n\t\t%s;\n}\n", text ? "char " : "stp_i64 ",
		   text ? "string" : "long", name,
		   text ? "stp_strcpy(p, v, MAXSTRINGLEN)" : "*p = v");
	buf_printf(out, "#define STAP_GLOBAL_GET_%s(...) get_%s(%s, "
		   "__VA_ARGS__)\n#define STAP_GLOBAL_SET_%s(...) set_%s("
		   "CONTEXT, __VA_ARGS__)\n", v->name, name, name, v->name,
		   name);
}

static void put_extern(struct emit *e, const struct var *v, struct buf *out)
{
	const char *name = global_of(e, v);

	if (v->nkeys)
		buf_printf(out, "extern struct stp_map *%s;\n", name);
	else if (v->type == TYPE_STRING)
		buf_printf(out, "extern char %s[MAXSTRINGLEN];\n", name);
	else
		buf_printf(out, "extern stp_i64 %s;\n", name);
}

void emit_global_access(struct emit *e, bool second, struct buf *out)
{
	vec_for(i, &e->p->globals) {
		const struct var *v = e->p->globals.v[i];

		if (v->type == TYPE_STATS || !is_named(e, v, second))
			continue;
		if (second)
			put_extern(e, v, out);
		if (v->nkeys)
			put_array(e, v, out);
		else
			put_scalar(e, v, out);
		buf_putc(out, '\n');
	}
}
