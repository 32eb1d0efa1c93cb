/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The optimiser, between its files. */
#ifndef STAPX_OPTIMIZE_H
#define STAPX_OPTIMIZE_H

#include "elaborate/elab.h"

struct opt {
	struct elab *e;
	bool changed;
};

/* fold.c: true when *px was replaced by something simpler. */
bool fold_expr(struct opt *o, struct expr **px);

#endif
