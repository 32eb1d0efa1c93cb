// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes passes 1 to 3 as one: a script, with the library it reaches, to C.
 * Whatever the text is, each pass either succeeds without an error or reports
 * one, and what is translated twice comes out the same.  The first byte
 * chooses guru mode and whether what is not used stays.
 */
#include <stdlib.h>

#include "emit/emit.h"
#include "build/build.h"
#include "session.h"

static FILE *nowhere;

static void open_session(struct session *s, const char *text, uint8_t choice)
{
	static const char *const args[] = { "begin", "5", "\"x\" $1 \\" };

	session_open(s);
	diag_init(&s->diag, &s->arena, nowhere);
	s->opt.runtime = RUNTIME_USER;
	s->opt.guru = choice & 1;
	s->opt.unoptimized = choice & 2;
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		vec_push(&s->arena, &s->opt.args, args[i]);
	vec_push(&s->arena, &s->opt.script_texts, text);
	if (!session_places(s) || !session_target(s)) {
		fputs("no script library: SYSTEMTAP_TAPSET names none\n",
		      stderr);
		exit(1);
	}
}

static bool passed(struct session *s, bool ok)
{
	if (ok != (s->diag.errors == 0))
		abort(); /* an error that was not reported, or the reverse */
	return ok;
}

/* The C of the script; empty when it has an error. */
static void translate(const char *text, uint8_t choice, struct emit_texts *out)
{
	struct session s;

	open_session(&s, text, choice);
	if (passed(&s, pass_parse(&s)) && passed(&s, pass_elaborate(&s)))
		passed(&s, emit_program(&s, out));
	session_close(&s);
}

static void must_be_same(const struct buf *a, const struct buf *b)
{
	if (a->n == b->n && (!a->n || !memcmp(buf_str(a), buf_str(b), a->n)))
		return;
	fprintf(stderr, "once:\n%s\nthen:\n%s\n", buf_str(a), buf_str(b));
	abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	nowhere = fopen("/dev/null", "w");
	setenv("SYSTEMTAP_TAPSET", STAPX_SRCDIR "/tapset", 1);
	setenv("SYSTEMTAP_RUNTIME", STAPX_SRCDIR "/runtime", 1);
	return nowhere ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct emit_texts once = { 0 }, then = { 0 };
	char *text;

	if (!n)
		return 0;
	text = malloc(n);
	memcpy(text, data + 1, n - 1);
	text[n - 1] = 0;
	translate(text, data[0], &once);
	if (once.script.n) {
		translate(text, data[0], &then);
		must_be_same(&once.script, &then.script);
		must_be_same(&once.embedded, &then.embedded);
	}
	emit_texts_free(&once);
	emit_texts_free(&then);
	free(text);
	return 0;
}
