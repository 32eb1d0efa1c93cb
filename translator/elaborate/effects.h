/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What code reads, writes and does besides; see effects.c. */
#ifndef STAPX_EFFECTS_H
#define STAPX_EFFECTS_H

#include "elaborate/elab.h"

/* True when evaluating x changes nothing that can be seen. */
bool expr_is_pure(const struct expr *x);
/* The same of statements; writing local variables does not count. */
bool stmt_is_pure(const struct stmt *s);
/* Which functions are pure, from their bodies: sets func->pure. */
void mark_pure_functions(struct program *p);
/* Sets read and written of every variable anew. */
void mark_uses(struct program *p);
/* what is "pragma:read:" or "pragma:write:". */
bool code_names_global(const struct func *f, const char *what,
		       const char *name);

#endif
