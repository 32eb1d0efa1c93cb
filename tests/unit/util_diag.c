// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows each form of message to the byte: people and scripts match on them.
 */
#include <stdlib.h>

#include "tests/unit/check.h"
#include "util/diag.h"

static const char text[] = "probe begin {\n\tfoo(bar)\n}\n";
static const struct source src = { .name = "t.stp", .text = text,
				   .size = sizeof text - 1 };
static const struct source library = { .name = "lib.stp",
				       .text = "probe a = b { }\n",
				       .size = 16 };

struct capture {
	struct diag d;
	struct arena arena;
	char *out;
	size_t n;
};

static void begin(struct capture *c)
{
	*c = (struct capture){ 0 };
	diag_init(&c->d, &c->arena, open_memstream(&c->out, &c->n));
}

static void end(struct capture *c, const char *want)
{
	fclose(c->d.out);
	SAYS(want, c->out);
	free(c->out);
	arena_free(&c->arena);
}

static struct loc at(uint32_t line, uint32_t col)
{
	return (struct loc){ .src = &src, .line = line, .col = col };
}

static void parse_errors(void)
{
	struct capture c;

	begin(&c);
	diag_parse(&c.d, at(2, 6), "identifier 'bar'", "expected '%s'", ")");
	diag_parse(&c.d, at(2, 6), NULL, "again");
	diag_parse(&c.d, (struct loc){ 0 }, "t.stp EOF", "expected '}'");
	IS(3, c.d.errors);
	end(&c, "parse error: expected ')'\n"
		"        saw: identifier 'bar' at t.stp:2:6\n"
		"     source: \tfoo(bar)\n"
		"             \t    ^\n\n"
		"parse error: again\n"
		"         at: t.stp:2:6\n"
		"     source: \tfoo(bar)\n"
		"             \t    ^\n\n"
		"parse error: expected '}'\n"
		"        saw: t.stp EOF\n\n");
}

static void semantic_errors(void)
{
	struct loc from = { .src = &library, .line = 1, .col = 7 };
	struct loc place = at(1, 7);
	struct capture c;

	place.from = &from;
	place.from_what = "in synthesized code from";
	begin(&c);
	diag_semantic(&c.d, at(2, 2), "identifier 'foo'", "unresolved function");
	diag_semantic(&c.d, at(2, 2), "identifier 'foo'", "unresolved function");
	diag_semantic(&c.d, place, NULL, "no match");
	diag_also(&c.d, at(2, 6), "type was first inferred here");
	IS(3, c.d.errors);
	IS(1, c.d.suppressed);
	end(&c, "semantic error: unresolved function: identifier 'foo' at t.stp:2:2\n"
		"        source: \tfoo(bar)\n"
		"                \t^\n\n"
		"semantic error: no match: at t.stp:1:7\n"
		"        source: probe begin {\n"
		"                      ^\n"
		"\tin synthesized code from: lib.stp:1:7\n"
		"        source: probe a = b { }\n"
		"                      ^\n\n"
		"semantic error: type was first inferred here: at t.stp:2:6\n"
		"        source: \tfoo(bar)\n"
		"                \t    ^\n\n");
}

static void warnings(void)
{
	struct capture c;

	begin(&c);
	diag_warn(&c.d, (struct loc){ 0 }, "slow");
	diag_warn(&c.d, (struct loc){ 0 }, "slow");
	diag_warn(&c.d, at(1, 1), "never used");
	diag_error(&c.d, "no '%s'", "file");
	c.d.no_warnings = true;
	diag_warn(&c.d, (struct loc){ 0 }, "unseen");
	c.d.muted = 1;
	diag_error(&c.d, "unseen");
	diag_semantic(&c.d, at(1, 1), NULL, "unseen");
	IS(2, c.d.warnings);
	IS(1, c.d.errors);
	end(&c, "WARNING: slow\n"
		"WARNING: never used: at t.stp:1:1\n"
		" source: probe begin {\n"
		"         ^\n"
		"ERROR: no 'file'\n");
}

static void colours(void)
{
	struct capture c;

	unsetenv("SYSTEMTAP_COLORS");
	begin(&c);
	c.d.color = true;
	diag_semantic(&c.d, at(3, 1), "operator '}'", "odd");
	end(&c, "\033[01;31m\033[Ksemantic error:\033[m\033[K odd: "
		"operator \033[01m\033[K'}'\033[m\033[K at t.stp:3:1\n"
		"        source: \033[00;34m\033[K}\033[m\033[K\n"
		"                \033[01m\033[K^\033[m\033[K\n\n");
	setenv("SYSTEMTAP_COLORS", "caret=04:error=07", 1);
	begin(&c);
	c.d.color = true;
	diag_error(&c.d, "x");
	end(&c, "\033[07m\033[KERROR:\033[m\033[K x\n");
}

/* Of a very long line, the part around the caret. */
static void long_lines(void)
{
	static char line[2000];
	struct source wide = { .name = "w", .text = line, .size = 1999 };
	struct loc place = { .src = &wide, .line = 1, .col = 1001 };
	struct capture c;
	char *caret;

	memset(line, '.', sizeof line - 1);
	line[1000] = '!';
	begin(&c);
	diag_parse(&c.d, place, NULL, "wide");
	fclose(c.d.out);
	caret = strchr(c.out, '^');
	HOLDS(caret && c.n < 1000);
	if (caret) {
		char *bang = strchr(c.out, '!');
		char *nl = bang ? strchr(bang, '\n') : NULL;
		char *start = strstr(c.out, "     source:");

		HOLDS(bang && nl && start && caret - (nl + 1) == bang - start);
	}
	free(c.out);
	arena_free(&c.arena);
}

int main(void)
{
	parse_errors();
	semantic_errors();
	warnings();
	colours();
	long_lines();
	return check_report();
}
