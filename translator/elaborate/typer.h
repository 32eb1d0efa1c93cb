/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Type inference, between its files: types.c has expressions, types_print.c
 * formats and statistics, types_stmt.c statements and the whole program.
 */
#ifndef STAPX_TYPER_H
#define STAPX_TYPER_H

#include "elaborate/elab.h"

#define INFER_DEPTH_MAX 2000

struct typer {
	struct elab *e;
	struct func *func;	/* whose body is being walked, or … */
	struct probe *probe;
	bool changed;
	bool report;		/* the last walk: say what does not agree */
	bool last_chance;	/* what is not known now will not be */
	bool slice_ok;		/* a * may stand in the next index */
	bool wants_pointers;	/* v->member was met whose v is untyped */
	struct loc origin;	/* what made the wanted type what it is */
	int depth;
};

enum op_class { CLASS_LONG, CLASS_STRING, CLASS_COMPARE, CLASS_MATCH };
enum op_class infer_class(enum op op);

/* types.c */
enum type infer_expr(struct typer *t, struct expr **pe, enum type want);
/* The same; origin is what made the wanted type what it is. */
enum type infer_from(struct typer *t, struct expr **pe, enum type want,
		     struct loc origin);

/* types_stmt.c */
void infer_stmt(struct typer *t, struct stmt **ps);

/* types_unify.c: long chains of variables, in one walk */
void unify_program(struct elab *e);

/* types_check.c: what is wrong although the types agree */
/* A probe's condition: it changes nothing and calls nothing. */
void check_condition(struct typer *t, struct expr *e);
/* Variables of which nothing says what they are. */
void check_unresolved(struct elab *e);

/* types_print.c */
enum type infer_print(struct typer *t, struct expr *e, enum type want);
void infer_stat(struct typer *t, struct expr *e);
void infer_hist(struct typer *t, struct expr *e);

/* types_target.c */
enum type infer_target(struct typer *t, struct expr **pe, enum type want);
enum type infer_defined(struct typer *t, struct expr **pe, enum type want);
/* What the C of f says that its value points to, once that is asked for. */
void infer_pointer(struct typer *t, struct func *f);
void infer_store(struct typer *t, struct expr **pe);

#endif
