// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether a text matches a regular expression.  In: the translator's tables
 * and a terminated text.  Each of its bytes is looked at once; nothing is
 * written.  Any context.
 */
#include "core.h"

static int test_forward(const struct stp_regex *r, const char *s)
{
	stp_u32 at = r->start;

	for (;; s++) {
		if (r->accept[at] & STP_REGEX_HERE)
			return 1;
		if (!*s)
			return !!(r->accept[at] & STP_REGEX_AT_EDGE);
		at = r->next[at * r->classes + r->class_of[(stp_u8)*s]];
		if (at == STP_REGEX_DEAD)
			return 0;
	}
}

static int test_backward(const struct stp_regex *r, const char *s)
{
	stp_u32 at = r->start;
	stp_size n = strlen(s);

	for (;; n--) {
		if (r->accept[at] & STP_REGEX_HERE)
			return 1;
		if (!n)
			return !!(r->accept[at] & STP_REGEX_AT_EDGE);
		at = r->next[at * r->classes + r->class_of[(stp_u8)s[n - 1]]];
	}
}

int stp_regex_test(const struct stp_regex *r, const char *s)
{
	return r->backward ? test_backward(r, s) : test_forward(r, s);
}
