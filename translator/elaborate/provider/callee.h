/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions that are probed when certain others call them. */
#ifndef STAPX_CALLEE_H
#define STAPX_CALLEE_H

#include "elaborate/target.h"

/* How a place is reached: the calls that the stack must show, the latest
 * first.  What is inlined has no call. */
struct call_chain {
	const struct dbg_callee *call;
	const struct call_chain *up;	/* NULL: whoever called that caller */
};

/* -D STAP_CALLEE_MATCHALL: whoever calls. */
bool matches_all_callers(const struct elab *e);

/* Has the probe's handler do nothing unless it was called so.  is_return: a
 * .return probe, which looks when the function is entered.  is_within: the
 * place is no function's entry, its own frame is on the stack. */
void guard_callers(struct elab *e, struct sysmod *mod, struct probe *p,
		   const struct call_chain *chain, bool is_return,
		   bool is_within);

#endif
