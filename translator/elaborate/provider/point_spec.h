/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "name@file:line,line-line": what kernel.function and its like are given. */
#ifndef STAPX_POINT_SPEC_H
#define STAPX_POINT_SPEC_H

#include "util/util.h"

struct line_range {
	unsigned first, last;
};
struct point_spec {
	const char *name;	/* glob */
	const char *file;	/* glob, NULL: any */
	bool relative;		/* lines count from the declaration */
	VEC(struct line_range) lines; /* none: any */
};

/* False: the text is not of that form. */
bool point_spec_parse(struct arena *a, const char *text,
		      struct point_spec *out);
/* Is the line of a function declared at decl one of those? */
bool point_spec_has(const struct point_spec *q, unsigned decl, unsigned line);

#endif
