/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of regular expressions: a pattern on a subject, by the
 * translator's tables and by libc's regexec, each as text: "no", or
 * "(0,2)(1,2)(-1,-1)", or "refused".
 */
#ifndef REGEX_TEST_H
#define REGEX_TEST_H

#include <regex.h>

#include "regex/regex.h"
#include "tests/unit/core_test.h"

#define REGEX_TEXT 4096

static inline void extents_ours(const struct regex *re, const char *subject,
				char *out)
{
	struct stp_ctx *c = cpu(0);
	const struct stp_match *m = stp_this(c)->match;
	size_t n = 0;

	if (!stp_regex_match(c, &re->r, subject)) {
		strcpy(out, m->groups ? "groups without a match" : "no");
		return;
	}
	for (int i = 0; i < m->groups; i++)
		n += (size_t)snprintf(out + n, REGEX_TEXT - n, "(%d,%d)",
				      m->group[i].start, m->group[i].end);
}

static inline void extents_libc(const regex_t *re, size_t groups,
				const char *subject, char *out)
{
	regmatch_t m[STP_REGEX_GROUPS_MAX];
	size_t n = 0;

	strcpy(out, "no");
	if (regexec(re, subject, groups, m, 0))
		return;
	for (size_t i = 0; i < groups; i++)
		n += (size_t)snprintf(out + n, REGEX_TEXT - n, "(%d,%d)",
				      (int)m[i].rm_so, (int)m[i].rm_eo);
}

/* Both searches, too, say whether it matches. */
static inline int tests_agree(const struct regex *whether,
			      const struct regex *re, const char *subject,
			      const char *extents)
{
	int matches = strcmp(extents, "no") != 0;

	return stp_regex_test(&whether->r, subject) == matches &&
	       stp_regex_test(&re->r, subject) == matches &&
	       regex_matches(whether, subject) == matches &&
	       regex_matches(re, subject) == matches;
}

#endif
