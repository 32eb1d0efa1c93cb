// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages.  In: a kind, a place, a text.  Out: the text, the source line
 * with a caret, the chain of macros and aliases that led there.  An error
 * that comes again at the same place is counted, not shown (all == false);
 * a warning is shown once.
 */
#include <stdlib.h>
#include <unistd.h>

#include "util/diag.h"

#define FROM_DEPTH 8   /* steps of origin shown */
#define LINE_SHOWN 240 /* of a longer source line, the part at the caret */

/* Default colours; $SYSTEMTAP_COLORS overrides them key by key. */
static const struct {
	const char *key, *sgr;
} default_colors[] = {
	{ "error", "01;31" }, { "warning", "00;33" }, { "source", "00;34" },
	{ "caret", "01" },    { "token", "01" },
};

void diag_init(struct diag *d, struct arena *a, FILE *out)
{
	*d = (struct diag){ .out = out, .arena = a };
}

/* The value of key in "error=01;31:warning=…"; NULL when it is not there. */
static const char *color_lookup(const char *list, const char *key, size_t *n)
{
	size_t len = strlen(key);

	while (list && *list) {
		if (!strncmp(list, key, len) && list[len] == '=') {
			list += len + 1;
			*n = strspn(list, "0123456789;");
			return list;
		}
		list = strchr(list, ':');
		if (list)
			list++;
	}
	return NULL;
}

static const char *colored(struct diag *d, const char *key, const char *text)
{
	const char *sgr;
	size_t n = 0;

	if (!d->color)
		return text;
	sgr = color_lookup(getenv("SYSTEMTAP_COLORS"), key, &n);
	for (size_t i = 0; !sgr && i < ARRAY_SIZE(default_colors); i++) {
		if (strcmp(default_colors[i].key, key))
			continue;
		sgr = default_colors[i].sgr;
		n = strlen(sgr);
	}
	if (!sgr)
		return text;
	return arena_printf(d->arena, "\033[%.*sm\033[K%s\033[m\033[K", (int)n,
			    sgr, text);
}

const char *loc_str(struct arena *a, struct loc at)
{
	if (!at.src)
		return "<unknown>";
	return arena_printf(a, "%s:%u:%u", at.src->name, at.line, at.col);
}

/* "identifier 'foo'" with only what stands in the quotes coloured. */
static const char *colored_token(struct diag *d, const char *token)
{
	const char *q = strchr(token, '\'');

	if (!d->color || !q)
		return token;
	return arena_printf(d->arena, "%.*s%s", (int)(q - token), token,
			    colored(d, "token", q));
}

static const char *source_line(const struct source *src, uint32_t line,
			       size_t *len)
{
	const char *p = src->text, *end = src->text + src->size;

	while (--line && p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (!nl)
			return NULL;
		p = nl + 1;
	}
	*len = strcspn(p, "\r\n");
	return p;
}

/* The source line and the caret; tabs stay tabs so that the two align. */
static void print_source(struct diag *d, struct loc at, const char *label)
{
	size_t len = 0, col = at.col - 1, skip;
	struct buf pad = { 0 };
	const char *line;

	if (!at.src || !at.src->text || !at.line || !at.col)
		return;
	line = source_line(at.src, at.line, &len);
	if (!line)
		return;
	skip = col > LINE_SHOWN / 2 && len > LINE_SHOWN ? col - LINE_SHOWN / 2
							: 0;
	skip = MIN(skip, len);
	line += skip;
	len = MIN(len - skip, (size_t)LINE_SHOWN);
	fprintf(d->out, "%s%s\n", label,
		colored(d, "source", arena_strndup(d->arena, line, len)));
	for (size_t i = 0; i < strlen(label); i++)
		buf_putc(&pad, ' ');
	for (size_t i = 0; i + skip < col && i < len; i++)
		buf_putc(&pad, line[i] == '\t' ? '\t' : ' ');
	fprintf(d->out, "%s%s\n", buf_str(&pad), colored(d, "caret", "^"));
	buf_free(&pad);
}

static void print_origin(struct diag *d, struct loc at, const char *label)
{
	int depth = 0;

	for (; at.from && depth < FROM_DEPTH; depth++) {
		const char *what = at.from_what ? at.from_what : "from";

		at = *at.from;
		fprintf(d->out, "\t%s%s%s\n", what,
			strchr(what, ':') ? " at " : ": ",
			loc_str(d->arena, at));
		print_source(d, at, label);
	}
}

/* True when this text at this place was reported before. */
static bool seen_before(struct diag *d, struct loc at, const char *text)
{
	const char *key;

	if (d->all)
		return false;
	key = arena_printf(d->arena, "%s %p %u %u", text, (const void *)at.src,
			   at.line, at.col);
	if (map_get(&d->seen, key))
		return true;
	map_set(d->arena, &d->seen, key, d);
	return false;
}

void diag_parse(struct diag *d, struct loc at, const char *saw,
		const char *fmt, ...)
{
	const char *msg;
	va_list ap;

	if (d->muted)
		return;
	va_start(ap, fmt);
	msg = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	d->errors++;
	d->parse_errors++;
	fprintf(d->out, "%s %s\n", colored(d, "error", "parse error:"), msg);
	if (saw && !at.src)
		fprintf(d->out, "        saw: %s\n", saw);
	else if (saw)
		fprintf(d->out, "        saw: %s at %s\n",
			colored_token(d, saw), loc_str(d->arena, at));
	else if (at.src)
		fprintf(d->out, "         at: %s\n", loc_str(d->arena, at));
	print_source(d, at, "     source: ");
	print_origin(d, at, "     source: ");
	fputc('\n', d->out);
}

static void print_semantic(struct diag *d, struct loc at, const char *where,
			   const char *token, const char *msg)
{
	fprintf(d->out, "%s %s", colored(d, "error", "semantic error:"), msg);
	if (token)
		fprintf(d->out, ": %s", colored_token(d, token));
	if (at.src)
		fprintf(d->out, "%s at %s", token ? "" : ":", where);
	fputc('\n', d->out);
	print_source(d, at, "        source: ");
	print_origin(d, at, "        source: ");
	fputc('\n', d->out);
}

void diag_semantic(struct diag *d, struct loc at, const char *token,
		   const char *fmt, ...)
{
	const char *msg;
	va_list ap;

	if (d->muted)
		return;
	d->errors++;
	/* By format, so that forty lists of alternatives count as one. */
	if (at.src && seen_before(d, at, fmt)) {
		d->suppressed++;
		return;
	}
	va_start(ap, fmt);
	msg = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	print_semantic(d, at, loc_str(d->arena, at), token, msg);
}

static void also(struct diag *d, struct loc at, const char *token,
		 const char *msg)
{
	if (!at.src || !seen_before(d, at, msg))
		print_semantic(d, at, loc_str(d->arena, at), token, msg);
}

void diag_also(struct diag *d, struct loc at, const char *fmt, ...)
{
	va_list ap;

	if (d->muted)
		return;
	va_start(ap, fmt);
	also(d, at, NULL, arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
}

void diag_also_token(struct diag *d, struct loc at, const char *token,
		     const char *fmt, ...)
{
	va_list ap;

	if (d->muted)
		return;
	va_start(ap, fmt);
	also(d, at, token, arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
}

static bool warns(const struct diag *d)
{
	return !d->muted && (!d->no_warnings || d->warnings_fatal);
}

static void warn(struct diag *d, struct loc at, const char *token,
		 const char *msg)
{
	if (seen_before(d, (struct loc){ 0 }, msg))
		return;
	d->warnings++;
	if (d->warnings_fatal)
		d->errors++;
	fprintf(d->out, "%s %s", colored(d, "warning", "WARNING:"), msg);
	if (at.src && token)
		fprintf(d->out, ": %s at %s", colored_token(d, token),
			loc_str(d->arena, at));
	else if (at.src)
		fprintf(d->out, ": at %s", loc_str(d->arena, at));
	fputc('\n', d->out);
	print_source(d, at, " source: ");
	print_origin(d, at, " source: ");
}

void diag_warn(struct diag *d, struct loc at, const char *fmt, ...)
{
	va_list ap;

	if (!warns(d))
		return;
	va_start(ap, fmt);
	warn(d, at, NULL, arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
}

void diag_warn_token(struct diag *d, struct loc at, const char *token,
		     const char *fmt, ...)
{
	va_list ap;

	if (!warns(d))
		return;
	va_start(ap, fmt);
	warn(d, at, token, arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
}

void diag_error(struct diag *d, const char *fmt, ...)
{
	const char *msg;
	va_list ap;

	if (d->muted)
		return;
	va_start(ap, fmt);
	msg = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	d->errors++;
	fprintf(d->out, "%s %s\n", colored(d, "error", "ERROR:"), msg);
}
