// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A print format to its parts: literal stretches and conversions.  The
 * escapes are undone by the lexer; "%%" is undone here.
 */
#include "parse/parser.h"

#define WIDTH_MAX 9999 /* more than a string can hold */

struct format_reader {
	struct parser *p;
	const struct token *t;
	const char *s, *end;
	struct format_vec out;
};

static void add_literal(struct format_reader *r, const char *s, size_t n)
{
	struct format_part part = { .width = -1, .precision = -1, .text = s,
				    .len = n };
	struct format_part *last = r->out.n ? &r->out.v[r->out.n - 1] : NULL;
	char *both;

	if (!n)
		return;
	if (!last || last->conv) {
		vec_push(r->p->a, &r->out, part);
		return;
	}
	both = arena_alloc(r->p->a, last->len + n + 1);
	memcpy(both, last->text, last->len);
	memcpy(both + last->len, s, n);
	last->text = both;
	last->len += n;
}

static int format_number(struct format_reader *r)
{
	int n = 0;

	while (r->s < r->end && *r->s >= '0' && *r->s <= '9') {
		n = n * 10 + (*r->s++ - '0');
		if (n > WIDTH_MAX)
			parse_fail(r->p, r->t,
				   "width or precision over %d in format",
				   WIDTH_MAX);
	}
	return n;
}

static bool format_accept(struct format_reader *r, char c)
{
	if (r->s >= r->end || *r->s != c)
		return false;
	r->s++;
	return true;
}

/* flags := {"-" | "+" | " " | "#" | "0"} */
static void format_flags(struct format_reader *r, struct format_part *part)
{
	for (;;) {
		if (format_accept(r, '-'))
			part->minus = true;
		else if (format_accept(r, '+'))
			part->plus = true;
		else if (format_accept(r, ' '))
			part->space = true;
		else if (format_accept(r, '#'))
			part->alt = true;
		else if (format_accept(r, '0'))
			part->zero = true;
		else
			return;
	}
}

/* conversion := "%" flags ["*" | DIGITS] ["." ["*" | DIGITS]] {"l"} LETTER */
static void format_conversion(struct format_reader *r)
{
	struct format_part part = { .width = -1, .precision = -1 };

	format_flags(r, &part);
	if (format_accept(r, '*'))
		part.width_arg = true;
	else if (r->s < r->end && *r->s >= '1' && *r->s <= '9')
		part.width = format_number(r);
	if (format_accept(r, '.')) {
		if (format_accept(r, '*'))
			part.precision_arg = true;
		else
			part.precision = format_number(r);
	}
	if (format_accept(r, 'l'))
		part.modifier = 'l';
	if (r->s >= r->end || !*r->s || !strchr("diuxXobpcsmM", *r->s))
		parse_fail(r->p, r->t, "invalid or missing conversion "
				       "specifier");
	part.conv = *r->s++;
	vec_push(r->p->a, &r->out, part);
}

struct format_vec parse_format(struct parser *p, const struct token *t)
{
	struct format_reader r = { .p = p, .t = t, .s = t->s,
				   .end = t->s + t->len };

	while (r.s < r.end) {
		const char *pct = memchr(r.s, '%', (size_t)(r.end - r.s));

		if (!pct)
			pct = r.end;
		add_literal(&r, r.s, (size_t)(pct - r.s));
		r.s = pct;
		if (!format_accept(&r, '%'))
			break;
		if (format_accept(&r, '%'))
			add_literal(&r, "%", 1);
		else
			format_conversion(&r);
	}
	return r.out;
}
