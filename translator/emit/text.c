// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The small pieces of C text: indented lines, literals, names, and the table
 * of places that messages at run time refer to.
 */
#include <ctype.h>
#include <inttypes.h>

#include "emit/emit.h"

void line(struct fn *f, const char *fmt, ...)
{
	va_list ap;

	for (int i = 0; i < f->indent; i++)
		buf_putc(f->out, '\t');
	va_start(ap, fmt);
	buf_vprintf(f->out, fmt, ap);
	va_end(ap);
	buf_putc(f->out, '\n');
}

void label(struct fn *f, const char *name, int n)
{
	buf_printf(f->out, "%s_%d:\n", name, n);
}

/* Bytes that do not print become three octal digits, which no following
 * digit can join. */
const char *c_string(struct arena *a, const char *s, size_t n)
{
	struct buf b = { 0 };
	const char *text;

	buf_putc(&b, '"');
	for (size_t i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)s[i];

		if (ch == '\n')
			buf_puts(&b, "\\n");
		else if (ch == '\t')
			buf_puts(&b, "\\t");
		else if (ch == '"' || ch == '\\')
			buf_printf(&b, "\\%c", ch);
		else if (ch < ' ' || ch >= 127)
			buf_printf(&b, "\\%03o", ch);
		else
			buf_putc(&b, (char)ch);
	}
	buf_putc(&b, '"');
	text = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return text;
}

/* Text that neither ends nor begins a comment, on one line. */
const char *c_comment(struct arena *a, const char *s)
{
	char *text = arena_strdup(a, s);

	for (char *p = text; *p; p++) {
		if (*p == '\n' || *p == '\\')
			*p = ' ';
		if ((p[0] == '*' && p[1] == '/') || (p[0] == '/' && p[1] == '*'))
			p[1] = ' ';
	}
	return text;
}

const char *c_number(struct arena *a, int64_t v)
{
	if (v == INT64_MIN)
		return "STP_INT64_MIN";
	if (v >= INT32_MIN + 1 && v <= INT32_MAX)
		return arena_printf(a, v < 0 ? "(%" PRId64 ")" : "%" PRId64, v);
	return arena_printf(a, v < 0 ? "(%" PRId64 "LL)" : "%" PRId64 "LL", v);
}

const char *c_name(struct arena *a, struct map *used, const char *prefix,
		   const char *name)
{
	char *base = arena_printf(a, "%s%s", prefix, name);
	const char *text = base;

	for (char *p = base; *p; p++)
		if (!isalnum((unsigned char)*p))
			*p = '_';
	for (int i = 2; map_get(used, text); i++)
		text = arena_printf(a, "%s_%d", base, i);
	map_set(a, used, text, (void *)text);
	return text;
}

const char *site_ref(struct emit *e, const char *token, struct loc at)
{
	struct arena *a = e->arena;
	const char *where = at.src ? loc_str(a, at) : "<unknown>";
	const char *row;
	size_t n;

	if (!token)
		token = "statement";
	row = arena_printf(a, "{ %s, %s }", c_string(a, token, strlen(token)),
			   c_string(a, where, strlen(where)));
	n = (size_t)(uintptr_t)map_get(&e->site_ids, row);
	if (!n) {
		vec_push(a, &e->sites, row);
		n = e->sites.n;
		map_set(a, &e->site_ids, row, (void *)(uintptr_t)n);
	}
	return arena_printf(a, "&site[%zu]", n - 1);
}

const char *expr_site(struct fn *f, const struct expr *e)
{
	return site_ref(f->e, e->token, e->loc);
}

const char *stmt_site(struct fn *f, const struct stmt *s)
{
	return site_ref(f->e, s->token, s->loc);
}
