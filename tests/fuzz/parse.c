// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes pass 1: lexer, macros and conditions, parser.  Any text either has
 * an error that is reported, or gives a tree whose printed form parses again
 * to a tree that prints the same.  The first byte chooses guru mode and
 * whether it is a macro file.
 */
#include <stdlib.h>

#include "parse/parser.h"

static FILE *nowhere;

static void open_session(struct session *s, bool guru)
{
	static const char *const args[] = { "begin", "5", "\"x\" $1 \\" };

	*s = (struct session){ 0 };
	s->names = interns_new(&s->arena);
	diag_init(&s->diag, &s->arena, nowhere);
	s->opt.guru = guru;
	s->release = "6.1.0-9-amd64";
	s->kernel_v = "6.1.0";
	s->arch = "x86_64";
	for (size_t i = 0; i < ARRAY_SIZE(args); i++)
		vec_push(&s->arena, &s->opt.args, args[i]);
	s->args_used = arena_array(&s->arena, ARRAY_SIZE(args), bool);
	map_set(&s->arena, &s->config, "CONFIG_A", (void *)"y");
}

static struct source *source_of(struct session *s, const char *text, size_t n,
				enum source_kind kind)
{
	struct source *src = arena_new(&s->arena, struct source);
	char *copy = arena_alloc(&s->arena, n + 1);

	memcpy(copy, text, n);
	*src = (struct source){ .name = "fuzz", .text = copy, .size = n,
				.kind = kind };
	return src;
}

/* The printed tree, on the heap; NULL when the text has an error. */
static char *parse_and_print(const char *text, size_t n, bool guru, size_t *len)
{
	struct session s;
	struct file *f;
	char *out = NULL;
	FILE *mem;
	bool ok;

	open_session(&s, guru);
	f = parse_source(&s, source_of(&s, text, n, SOURCE_USER), &ok);
	if (ok != (s.diag.errors == 0))
		abort(); /* an error that was not reported, or the reverse */
	if (ok) {
		mem = open_memstream(&out, len);
		ast_print_file(mem, f);
		fclose(mem);
	}
	arena_free(&s.arena);
	return out;
}

static void fuzz_macros(const char *text, size_t n)
{
	struct session s;

	open_session(&s, false);
	parse_macro_library(&s, source_of(&s, text, n, SOURCE_MACRO));
	arena_free(&s.arena);
}

static void fuzz_script(const char *text, size_t n, bool guru)
{
	size_t len = 0, len2 = 0;
	char *once = parse_and_print(text, n, guru, &len), *twice;

	if (!once)
		return;
	twice = parse_and_print(once, len, guru, &len2);
	if (!twice || len != len2 || memcmp(once, twice, len)) {
		fprintf(stderr, "printed:\n%s\nprints as:\n%s\n", once,
			twice ? twice : "(an error)");
		abort();
	}
	free(once);
	free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (!n || !nowhere)
		return 0;
	if (data[0] & 2)
		fuzz_macros((const char *)data + 1, n - 1);
	else
		fuzz_script((const char *)data + 1, n - 1, data[0] & 1);
	return 0;
}
