/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks for unit tests: each prints what was wanted beside what came.
 * End with "return check_report();".
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int checks, wrong;

static inline void check_that(const char *file, int line, const char *what,
			      int holds)
{
	checks++;
	if (holds)
		return;
	wrong++;
	printf("%s:%d: does not hold: %s\n", file, line, what);
}

static inline void check_same(const char *file, int line, const char *what,
			      const char *want, const char *got)
{
	checks++;
	if (want == got || (want && got && !strcmp(want, got)))
		return;
	wrong++;
	printf("%s:%d: %s\n--- wanted\n%s\n--- came\n%s\n", file, line, what,
	       want ? want : "(none)", got ? got : "(none)");
}

static inline void check_equal(const char *file, int line, const char *what,
			       long long want, long long got)
{
	checks++;
	if (want == got)
		return;
	wrong++;
	printf("%s:%d: %s: wanted %lld, came %lld\n", file, line, what, want,
	       got);
}

#define HOLDS(e) check_that(__FILE__, __LINE__, #e, !!(e))
#define SAYS(want, got) check_same(__FILE__, __LINE__, #got, (want), (got))
#define IS(want, got) check_equal(__FILE__, __LINE__, #got, (want), (got))

static inline int check_report(void)
{
	printf("%d checks, %d wrong\n", checks, wrong);
	return wrong || !checks;
}

#endif
