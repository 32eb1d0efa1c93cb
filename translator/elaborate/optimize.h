/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The optimiser, between its files. */
#ifndef STAPX_OPTIMIZE_H
#define STAPX_OPTIMIZE_H

#include "elaborate/elab.h"

struct opt {
	struct elab *e;
	bool changed;
	int round;
	const struct expr *left; /* of the assignment just dropped */
};

/* Notes for -vv what went. */
void opt_removed(struct opt *o, const char *what, const char *name,
		 struct loc at);

/* fold.c: true when *px was replaced by something simpler. */
bool fold_expr(struct opt *o, struct expr **px);
/* merge.c: of functions that are the same, one is called by all. */
void merge_functions(struct opt *o);

#endif
