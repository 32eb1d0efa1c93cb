// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Literals as script text; the lexer makes the same bytes of them again.
 */
#include <inttypes.h>

#include "ast/quote.h"

static void quote_byte(FILE *out, unsigned char c)
{
	static const char from[] = "\n\t\r\a\b\f\v\"\\";
	static const char to[] = "ntrabfv\"\\";
	const char *p = c ? strchr(from, c) : NULL;

	if (p)
		fprintf(out, "\\%c", to[p - from]);
	else if (c < 0x20 || c == 0x7f)
		fprintf(out, "\\%03o", c);
	else
		fputc(c, out);
}

void quote_text(FILE *out, const char *s, size_t n)
{
	fputc('"', out);
	for (size_t i = 0; i < n; i++)
		quote_byte(out, (unsigned char)s[i]);
	fputc('"', out);
}

void quote_number(FILE *out, int64_t value, bool hex)
{
	if (hex)
		fprintf(out, "0x%" PRIx64, (uint64_t)value);
	else
		fprintf(out, "%" PRIu64, (uint64_t)value);
}

static void quote_literal(FILE *out, const struct format_part *p)
{
	for (size_t i = 0; i < p->len; i++) {
		if (p->text[i] == '%')
			fputc('%', out);
		quote_byte(out, (unsigned char)p->text[i]);
	}
}

static void quote_conversion(FILE *out, const struct format_part *p)
{
	fprintf(out, "%%%s%s%s%s%s", p->minus ? "-" : "", p->plus ? "+" : "",
		p->space ? " " : "", p->alt ? "#" : "", p->zero ? "0" : "");
	if (p->width_arg)
		fputc('*', out);
	else if (p->width >= 0)
		fprintf(out, "%d", p->width);
	if (p->precision_arg)
		fputs(".*", out);
	else if (p->precision >= 0)
		fprintf(out, ".%d", p->precision);
	if (p->modifier)
		fputc(p->modifier, out);
	fputc(p->conv, out);
}

void quote_format(FILE *out, const struct format_vec *parts)
{
	fputc('"', out);
	vec_for(i, parts) {
		if (parts->v[i].conv)
			quote_conversion(out, &parts->v[i]);
		else
			quote_literal(out, &parts->v[i]);
	}
	fputc('"', out);
}
