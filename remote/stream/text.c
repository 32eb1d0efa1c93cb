// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The view that people read.  In: records in order of time.  Out: what the
 * script prints on out; warnings (each once), errors and loss on err, out
 * flushed before, so that the two keep their order on a terminal.
 */
#include "remote/stream/stream.h"
#include "runtime/core/render.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WARNINGS_MAX 4096	/* remembered, so that each is shown once */

struct text_view {
	FILE *out, *err;
	const char *prefix, *name;
	bool line_begun;
	bool verbose, quiet;
	bool reported;		/* the heading of -t was written */
	uint64_t errors;
	uint64_t damaged;	/* records that did not fit their format */
	struct stream_status status;
	uint64_t warnings[WARNINGS_MAX];
	size_t nwarnings;
	char *text;		/* the line being rendered */
	size_t text_size;
	void *mem;		/* what decoded arguments point into */
	size_t mem_size;
	const struct stream_finder *finder;
	uint32_t maxstringlen;	/* of the script; 0: not known */
	void *names;		/* of addresses in the arguments */
	size_t names_size;
};

struct text_view *text_view_new(FILE *out, FILE *err, const char *prefix)
{
	struct text_view *v = calloc(1, sizeof(*v));

	if (v) {
		v->out = out;
		v->err = err;
		v->prefix = prefix && *prefix ? prefix : NULL;
	}
	return v;
}

void text_view_free(struct text_view *v)
{
	if (!v)
		return;
	free(v->text);
	free(v->mem);
	free(v->names);
	free(v);
}

uint64_t text_view_errors(const struct text_view *v)
{
	return v->errors;
}

void text_view_verbose(struct text_view *v, bool on)
{
	v->verbose = on;
}

void text_view_name(struct text_view *v, const char *name)
{
	v->name = name;
}

void text_view_quiet(struct text_view *v, bool on)
{
	v->quiet = on;
}

void text_view_finder(struct text_view *v, const struct stream_finder *f)
{
	v->finder = f;
}

/* ---- writing ---- */
static void put_lines(struct text_view *v, const char *s, size_t n)
{
	while (n) {
		const char *nl = memchr(s, '\n', n);
		size_t part = nl ? (size_t)(nl + 1 - s) : n;

		if (!v->line_begun)
			fputs(v->prefix, v->out);
		fwrite(s, 1, part, v->out);
		v->line_begun = !nl;
		s += part;
		n -= part;
	}
}

static void put_text(struct text_view *v, const char *s, size_t n)
{
	if (v->prefix)
		put_lines(v, s, n);
	else
		fwrite(s, 1, n, v->out);
}

void text_view_put(struct text_view *v, const void *p, size_t n)
{
	put_text(v, p, n);
	fflush(v->out);
}

/* What a message about a target begins with. */
static void begin_message(struct text_view *v, const char *kind)
{
	fprintf(v->err, "%s%s%s", kind, v->name ? v->name : "",
		v->name ? ": " : "");
}

static void put_message(struct text_view *v, const char *kind, const char *s)
{
	size_t n = strlen(s);
	size_t skip = strncmp(s, kind, strlen(kind)) ? 0 : strlen(kind);

	while (n && s[n - 1] == '\n')
		n--;
	fflush(v->out);
	begin_message(v, kind);
	fprintf(v->err, "%.*s\n", (int)(n - skip), s + skip);
}

static uint64_t hash_text(const char *s)
{
	uint64_t h = 0xcbf29ce484222325ull;

	while (*s)
		h = (h ^ (unsigned char)*s++) * 0x100000001b3ull;
	return h;
}

static bool warned_before(struct text_view *v, const char *s)
{
	uint64_t h = hash_text(s);

	for (size_t i = 0; i < v->nwarnings; i++)
		if (v->warnings[i] == h)
			return true;
	if (v->nwarnings < WARNINGS_MAX)
		v->warnings[v->nwarnings++] = h;
	return false;
}

/* ---- arguments ---- */
static bool room(void **p, size_t *size, size_t wanted)
{
	void *q;

	if (wanted <= *size)
		return true;
	q = realloc(*p, wanted);
	if (!q)
		return false;
	*p = q;
	*size = wanted;
	return true;
}

static bool decode_args(struct text_view *v, const struct stream *s,
			const struct stream_record *r, const char *letters,
			struct stp_args *args)
{
	size_t wanted = STP_DECODE_MEM(r->nargs);

	if (room(&v->mem, &v->mem_size, wanted) &&
	    !stp_args_decode(args, letters, r->args, r->nargs,
			     stream_swapped(s), v->mem, v->mem_size))
		return true;
	v->damaged++;
	return false;
}

/* ---- addresses ---- */
/* As long as the string would be that the script prints. */
static void cut(const struct text_view *v, char *text)
{
	if (v->maxstringlen && v->maxstringlen < STREAM_NAME_MAX)
		text[v->maxstringlen - 1] = '\0';
}

static bool is_address(char letter)
{
	return strchr(STP_ADDRESSES STP_PLACES, letter);
}

/* As the letter says, which the argument was decoded by. */
static void name_one(struct text_view *v, const struct stream *s, char letter,
		     const union stp_val *arg, char *to)
{
	struct user_place p;
	uint16_t n;

	if (strchr(STP_ADDRESSES, letter)) {
		address_text(s, v->finder, arg->n, letter, to);
		return;
	}
	memcpy(&n, arg->s, 2);
	to[0] = '\0';
	if (n != sizeof(p))
		return;
	p = place_read(s, arg->s + 2);
	place_text(s, v->finder, &p, letter, to);
}

/* Arguments that are addresses become their names; letters gets what they are
 * then. */
static bool name_addresses(struct text_view *v, const struct stream *s,
			   const char *have, struct stp_args *args,
			   char letters[STP_ARGS_MAX + 1])
{
	size_t n = 0;

	strcpy(letters, have);
	for (int i = 0; i < args->n; i++)
		n += is_address(have[i]);
	if (!room(&v->names, &v->names_size, n * STREAM_NAME_MAX))
		return false;
	for (int i = args->n - 1; i >= 0; i--) {
		char *text;

		if (!is_address(have[i]))
			continue;
		text = (char *)v->names + --n * STREAM_NAME_MAX;
		name_one(v, s, have[i], &args->v[i], text);
		cut(v, text);
		args->v[i].s = text;
		letters[i] = 's';
	}
	return true;
}

/* A line for each of them. */
static void show_stack(struct text_view *v, const struct stream *s,
		       const struct stream_record *r)
{
	char name[STREAM_NAME_MAX], line[STREAM_NAME_MAX + 32];

	for (size_t at = 0; at + 8 <= r->nargs; at += 8) {
		uint64_t addr;
		int n;

		memcpy(&addr, r->args + at, 8);
		if (stream_swapped(s))
			addr = __builtin_bswap64(addr);
		address_text(s, v->finder, addr, 'b', name);
		n = snprintf(line, sizeof(line), " 0x%" PRIx64 " : %s\n", addr,
			     name);
		put_text(v, line, n);
	}
}

static void show_user_stack(struct text_view *v, const struct stream *s,
			    const struct stream_record *r)
{
	char line[STREAM_NAME_MAX + 65];

	for (size_t at = 0; at + 16 <= r->nargs; at += 16) {
		struct user_place p = place_read(s, r->args + at);

		place_line(s, v->finder, &p, r->format, at, line);
		strcat(line, "\n");
		put_text(v, line, strlen(line));
	}
}

/* ---- the vtable ---- */
static void show_print(struct text_view *v, const struct stream *s,
		       const struct stream_record *r)
{
	const struct stream_format *f = stream_format(s, r->format);
	char letters[STP_ARGS_MAX + 1];
	struct stp_args args;
	void *text = v->text;
	stp_size n;

	if (!f) {
		v->damaged++;
		return;
	}
	if (!decode_args(v, s, r, f->letters, &args) ||
	    !name_addresses(v, s, f->letters, &args, letters))
		return;
	n = stp_format_render(v->text, v->text_size, f->text, letters, args.v);
	if (n >= v->text_size) {
		if (!room(&text, &v->text_size, n + 1))
			return;
		v->text = text;
		n = stp_format_render(v->text, v->text_size, f->text, letters,
				      args.v);
	}
	put_text(v, v->text, n);
}

static void show_string(struct text_view *v, const struct stream *s,
			const struct stream_record *r)
{
	struct stp_args args;
	const char *text;

	if (!decode_args(v, s, r, "s", &args))
		return;
	text = args.v[0].s;
	if (r->type == STP_REC_TEXT) {
		put_text(v, text, strlen(text));
	} else if (r->type == STP_REC_ERROR) {
		v->errors++;
		put_message(v, "ERROR: ", text);
	} else if (!v->quiet && !warned_before(v, text)) {
		put_message(v, "WARNING: ", text);
	}
}

static void text_record(void *arg, const struct stream *s,
			const struct stream_record *r)
{
	switch (r->type) {
	case STP_REC_PRINT:
		show_print(arg, s, r);
		break;
	case STP_REC_TEXT:
	case STP_REC_WARNING:
	case STP_REC_ERROR:
		show_string(arg, s, r);
		break;
	case STP_REC_STACK:
		show_stack(arg, s, r);
		break;
	case STP_REC_USTACK:
		show_user_stack(arg, s, r);
		break;
	}
}

static void text_info(void *arg, const struct stream_info *info)
{
	struct text_view *v = arg;

	v->maxstringlen = info->maxstringlen;
}

static void text_lost(void *arg, uint32_t cpu, uint64_t n)
{
	struct text_view *v = arg;

	fflush(v->out);
	begin_message(v, "WARNING: ");
	fprintf(v->err, "%llu record%s lost on cpu %u\n",
		(unsigned long long)n, n == 1 ? "" : "s", cpu);
}

static void text_status(void *arg, const struct stream_status *st)
{
	struct text_view *v = arg;

	v->status = *st;
}

static void text_report(void *arg, const struct stream_report *r)
{
	struct text_view *v = arg;
	char line[640];
	int n;

	if (!v->reported)
		put_text(v, "----- probe hit report: \n", 25);
	v->reported = true;
	n = snprintf(line, sizeof(line),
		     "%s, (%s), hits: %llu, ns: %llumin/%lluavg/%llumax\n",
		     r->name, r->where, (unsigned long long)r->hits,
		     (unsigned long long)r->time_min,
		     (unsigned long long)(r->hits ? r->time_sum / r->hits : 0),
		     (unsigned long long)r->time_max);
	put_text(v, line, n);
}

static void text_flush(void *arg)
{
	struct text_view *v = arg;

	fflush(v->out);
}

static void tell_skips(struct text_view *v)
{
	const struct {
		const char *why;
		uint32_t n;
	} skips[] = {
		{ "a context that was in use", v->status.skipped_busy },
		{ "lock contention", v->status.skipped_lock },
		{ "low stack", v->status.skipped_stack },
		{ "events that the kernel missed", v->status.skipped_missed },
		{ "overload", v->status.skipped_overload },
	};

	for (size_t i = 0; i < sizeof(skips) / sizeof(*skips); i++) {
		if (!skips[i].n)
			continue;
		begin_message(v, "WARNING: ");
		fprintf(v->err, "Skipped due to %s: %u\n", skips[i].why,
			skips[i].n);
	}
}

static void text_end(void *arg, bool ended, int status)
{
	struct text_view *v = arg;

	fflush(v->out);
	if (v->damaged) {
		begin_message(v, "WARNING: ");
		fprintf(v->err, "%llu damaged records are not shown\n",
			(unsigned long long)v->damaged);
	}
	if ((v->status.errors || v->status.skipped) && !v->quiet) {
		begin_message(v, "WARNING: ");
		fprintf(v->err, "Number of errors: %llu, skipped probes: %llu\n",
			(unsigned long long)v->status.errors,
			(unsigned long long)v->status.skipped);
	}
	if (v->verbose)
		tell_skips(v);
}

const struct stream_view stream_text_view = {
	.name = "text",
	.info = text_info,
	.record = text_record,
	.lost = text_lost,
	.status = text_status,
	.report = text_report,
	.flush = text_flush,
	.end = text_end,
};
