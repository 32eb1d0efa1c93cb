// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: a regular expression and a subject, beside libc.  Input: the
 * pattern up to a NUL, then the subject.  What both accept must match alike,
 * in all groups; where libc has its own idea of groups that may be nothing,
 * only the match itself is compared.  What we accept alone must do no harm.
 */
#include <stdint.h>
#include <stdlib.h>

#include "regex/internal.h"
#include "tests/unit/regex_test.h"

#define PATTERN_MAX 48
#define SUBJECT_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool may_be_nothing(const struct re_node *n)
{
	bool all = true, any = false;

	vec_for(i, &n->parts) {
		bool part = may_be_nothing(n->parts.v[i]);

		all &= part;
		any |= part;
	}
	switch (n->kind) {
	case RE_SET:
		return false;
	case RE_BOL:
	case RE_EOL:
		return true;
	case RE_ALT:
		return any;
	case RE_REPEAT:
		return all || !n->min;
	case RE_CAT:
	case RE_GROUP:
		return all;
	}
	return false;
}

static bool has_group(const struct re_node *n)
{
	if (n->kind == RE_GROUP)
		return true;
	vec_for(i, &n->parts)
		if (has_group(n->parts.v[i]))
			return true;
	return false;
}

/* Where libc's groups are not those of the first way that leads there: what
 * may be nothing is repeated, or stands as an alternative.  It may even look for
 * them without end. */
static bool libc_differs(const struct re_node *n)
{
	if (n->kind == RE_REPEAT && may_be_nothing(n->parts.v[0]) &&
	    has_group(n->parts.v[0]))
		return true;
	vec_for(i, &n->parts) {
		const struct re_node *part = n->parts.v[i];

		if (n->kind == RE_ALT && n->parts.n > 1 && !part->parts.n)
			return true;
		if (libc_differs(part))
			return true;
	}
	return false;
}

static bool repeats_nothing(const struct re_node *n)
{
	if (n->kind == RE_REPEAT && may_be_nothing(n->parts.v[0]))
		return true;
	vec_for(i, &n->parts)
		if (repeats_nothing(n->parts.v[i]))
			return true;
	return false;
}

/* libc writes every repetition out, without a limit, and looks at what may be
 * nothing again and again. */
static size_t written_out(const struct re_node *n)
{
	size_t sum = 1;

	vec_for(i, &n->parts)
		sum += written_out(n->parts.v[i]);
	if (n->kind == RE_REPEAT)
		sum *= (size_t)MAX(MAX(n->min, n->max), 1) + 1;
	return MIN(sum, 1000000);
}

static void compare(const struct regex_run *r, const struct regex *re,
		    const struct regex *whether, const char *pattern,
		    const char *subject)
{
	static char ours[REGEX_TEXT], libc[REGEX_TEXT];
	bool differs = libc_differs(r->tree);
	regex_t other;

	extents_ours(re, subject, ours);
	if (!tests_agree(whether, re, subject, ours))
		abort();
	if (written_out(r->tree) > (repeats_nothing(r->tree) ? 100 : 2000) ||
	    regcomp(&other, pattern, REG_EXTENDED))
		return;
	extents_libc(&other, differs ? 1 : other.re_nsub + 1, subject, libc);
	regfree(&other);
	if (differs)
		ours[strcspn(ours, ")") + 1] = 0;
	if (strcmp(ours, libc)) {
		fprintf(stderr, "'%s' on '%s': libc %s, ours %s\n", pattern,
			subject, libc, ours);
		abort();
	}
}

static void one(const char *pattern, const char *subject)
{
	struct arena a = { 0 };
	struct regex_error why;
	struct regex_run r = { .a = &a, .why = &why };
	const struct regex *re = regex_compile(&a, pattern, true, &why);
	const struct regex *whether = regex_compile(&a, pattern, false, &why);

	if (re && whether) {
		regex_parse(&r, pattern);
		compare(&r, re, whether, pattern, subject);
	}
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct stp_global none;
	static int started;
	char text[PATTERN_MAX + SUBJECT_MAX + 2] = { 0 };
	size_t n;

	if (!started) {
		test_script.match_groups = STP_REGEX_GROUPS_MAX;
		start(&none, 0, 1);
		started = 1;
	}
	memcpy(text, data, MIN(size, PATTERN_MAX + SUBJECT_MAX));
	n = strnlen(text, PATTERN_MAX);
	if (text[n])			/* the subject begins at the limit */
		memmove(text + n + 1, text + n, SUBJECT_MAX);
	text[n] = 0;
	one(text, text + n + 1);
	return 0;
}
