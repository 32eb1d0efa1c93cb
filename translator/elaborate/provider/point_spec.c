// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a probe point of the debug information is to be, as text: "name",
 * "name@file", and behind that ":12", ":12-20", ":12,20-30", ":*" or "+3".
 */
#include <stdlib.h>

#include "elaborate/provider/point_spec.h"

#define LINE_MAX_NO 0x7fffffffu

static bool parse_number(const char **s, unsigned *n)
{
	unsigned long v;
	char *end;

	if (**s < '0' || **s > '9')
		return false;
	v = strtoul(*s, &end, 10);
	if (v > LINE_MAX_NO)
		return false;
	*n = (unsigned)v;
	*s = end;
	return true;
}

/* "12" or "12-20" */
static bool parse_range(const char **s, struct line_range *r)
{
	if (!parse_number(s, &r->first))
		return false;
	r->last = r->first;
	if (**s != '-')
		return true;
	++*s;
	return parse_number(s, &r->last) && r->last >= r->first;
}

static bool parse_lines(struct arena *a, const char *s, struct point_spec *q)
{
	struct line_range r;

	if (!strcmp(s, "*")) {
		vec_push(a, &q->lines, (struct line_range){ 0, LINE_MAX_NO });
		return true;
	}
	for (;;) {
		if (!parse_range(&s, &r))
			return false;
		vec_push(a, &q->lines, r);
		if (!*s)
			return true;
		if (*s++ != ',')
			return false;
	}
}

bool point_spec_parse(struct arena *a, const char *text, struct point_spec *q)
{
	const char *at = strchr(text, '@'), *line;

	*q = (struct point_spec){ .name = text };
	if (!at)
		return true;
	q->name = arena_strndup(a, text, (size_t)(at - text));
	line = strpbrk(at + 1, ":+");
	if (!line) {
		q->file = at + 1;
		return true;
	}
	q->file = arena_strndup(a, at + 1, (size_t)(line - at - 1));
	q->relative = *line == '+';
	return parse_lines(a, line + 1, q);
}

bool point_spec_has(const struct point_spec *q, unsigned decl, unsigned line)
{
	unsigned base = q->relative ? decl : 0;

	if (line < base)
		return false;
	vec_for(i, &q->lines)
		if (line - base >= q->lines.v[i].first &&
		    line - base <= q->lines.v[i].last)
			return true;
	return !q->lines.n;
}
