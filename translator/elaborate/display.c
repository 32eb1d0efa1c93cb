// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Globals that the script writes and never reads are there to be looked at:
 * an end probe prints them.  It is made as script text and goes through the
 * passes like any other.
 */
#include "elaborate/effects.h"

/* Of each global its own: keys of two arrays may differ in type. */
static const char *key_names(struct buf *b, const struct var *v)
{
	b->n = 0;
	for (int i = 0; i < v->nkeys; i++)
		buf_printf(b, "%s__k%d_%d", i ? ", " : "", v->id, i);
	return buf_str(b);
}

/* name["%s",%d] of an element, with the quotes escaped for the format. */
static void put_label(struct buf *b, const struct var *v)
{
	buf_puts(b, v->name);
	if (!v->nkeys)
		return;
	buf_putc(b, '[');
	for (int i = 0; i < v->nkeys; i++)
		buf_printf(b, "%s%s", i ? "," : "",
			   v->key_types[i] == TYPE_STRING ? "\\\"%s\\\"" :
							    "%d");
	buf_putc(b, ']');
}

static void put_stats(struct buf *b, const struct var *v, const char *keys)
{
	const char *element = v->name;
	struct buf e = { 0 };

	if (v->nkeys) {
		buf_printf(&e, "%s[%s]", v->name, keys);
		element = buf_str(&e);
	}
	buf_printf(b, "if (@count(%s)) printf(\"", element);
	put_label(b, v);
	buf_puts(b, " @count=%d @min=%d @max=%d @sum=%d @avg=%d\\n\"");
	buf_printf(b, "%s%s, @count(%s), @min(%s), @max(%s), @sum(%s), "
		   "@avg(%s))", v->nkeys ? ", " : "", v->nkeys ? keys : "",
		   element, element, element, element, element);
	if (v->nkeys) {
		buf_free(&e);
		buf_putc(b, '\n');
		return;
	}
	buf_printf(b, " else println(\"%s @count=0\")\n", v->name);
	buf_free(&e);
}

static void put_value(struct buf *b, const struct var *v, const char *keys)
{
	const char *conv = v->ptype ? "%#x" : "%d";

	if (v->type == TYPE_STRING)
		conv = "\\\"%s\\\"";
	buf_puts(b, "printf(\"");
	put_label(b, v);
	if (v->nkeys)
		buf_printf(b, "=%s\\n\", %s, %s[%s])\n", conv, keys, v->name,
			   keys);
	else
		buf_printf(b, "=%s\\n\", %s)\n", conv, v->name);
}

static void put_global(struct buf *b, const struct var *v)
{
	struct buf names = { 0 };
	const char *keys = key_names(&names, v);

	if (v->nkeys)
		buf_printf(b, "foreach ([%s] in %s-) ", keys, v->name);
	if (v->type == TYPE_STATS)
		put_stats(b, v, keys);
	else
		put_value(b, v, keys);
	buf_free(&names);
}

static bool is_displayed(const struct elab *e, const struct var *v)
{
	return v->written && !v->read && v->decl &&
	       library_is_user(e, v->decl->file) && !v->decl->is_private;
}

static bool take_probes(struct elab *e, struct file *f)
{
	bool ok = true;

	vec_for(i, &f->probes)
		ok &= alias_expand(e, f->probes.v[i]);
	return ok && resolve_pending(e) && infer_program(e);
}

bool elaborate_display(struct session *s, struct program *p)
{
	struct buf b = { 0 };
	struct file *f;
	size_t n = 0;

	if (s->opt.no_global_display)
		return true;
	mark_uses(p);
	vec_for(i, &p->globals) {
		if (!is_displayed(p->elab, p->globals.v[i]))
			continue;
		if (!n++)
			buf_puts(&b, "probe end {\n");
		put_global(&b, p->globals.v[i]);
	}
	if (!n)
		return true;
	buf_puts(&b, "}\n");
	f = parse_text(s, "<global display>", arena_strdup(&s->arena,
							   buf_str(&b)),
		       SOURCE_COMMAND);
	buf_free(&b);
	return f && take_probes(p->elab, f);
}
