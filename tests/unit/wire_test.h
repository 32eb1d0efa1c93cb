/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of the remote tests: what was wanted beside what came. */
#ifndef WIRE_TEST_H
#define WIRE_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

static inline void check_long(const char *file, int line, const char *what,
			      long long want, long long got)
{
	if (want == got) {
		passed++;
		return;
	}
	failed++;
	printf("%s:%d: %s: wanted %lld, got %lld\n", file, line, what, want,
	       got);
}

static inline void check_text(const char *file, int line, const char *what,
			      const char *want, const char *got)
{
	if (!strcmp(want, got ? got : "(none)")) {
		passed++;
		return;
	}
	failed++;
	printf("%s:%d: %s:\n--- wanted\n%s\n--- got\n%s\n", file, line, what,
	       want, got ? got : "(none)");
}

#define IS(want, got) check_long(__FILE__, __LINE__, #got, (want), (got))
#define SAYS(want, got) check_text(__FILE__, __LINE__, #got, (want), (got))

static inline int test_result(void)
{
	printf("%d checks passed, %d failed\n", passed, failed);
	return failed || !passed;
}

#endif
