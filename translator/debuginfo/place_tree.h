/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * place.c's trees: what an expression has put on its stack.
 */
#ifndef STAPX_PLACE_TREE_H
#define STAPX_PLACE_TREE_H

#include "debuginfo/place.h"

struct node {
	enum place_code code;
	uint8_t size;
	bool is_signed;
	uint64_t n;
	const struct node *a, *b, *c; /* operands */
	unsigned count;		      /* ops of the whole tree */
	/* The value's DWARF 5 type; size zero: the generic type. */
	uint8_t type_size;
	bool type_signed;
};

/* Where trees grow.  After a failure every tree is as good as another. */
struct trees {
	struct arena *a;
	const char *why; /* set: stop */
};

extern const struct node tree_zero;

void tree_fail(struct trees *t, const char *why);
/* A copy that stays, its ops counted. */
const struct node *tree_keep(struct trees *t, struct node n);
const struct node *tree_leaf(struct trees *t, enum place_code code, uint64_t n);
/* Constants are worked out, sums with them joined. */
const struct node *tree_add(struct trees *t, const struct node *x, uint64_t v);
const struct node *tree_binary(struct trees *t, enum place_code code,
			       const struct node *a, const struct node *b);
const struct node *tree_unary(struct trees *t, enum place_code code,
			      const struct node *a);
/* The program that works the tree out. */
struct place tree_place(struct arena *a, enum place_kind kind,
			const struct node *n);

#endif
