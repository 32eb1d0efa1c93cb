/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sorting without allocation.
 */
#ifndef STAPX_SORT_H
#define STAPX_SORT_H

#include "table.h"

#define STP_ITEM_NONE 0xffffffffu

/* Whose text decides between equal keys; text_of NULL: numbers only. */
struct stp_order {
	int down;
	const struct stp_table *table;
	const char *(*text_of)(const struct stp_table *t, stp_u32 entry,
			       int key);
	int key;
};

/*
 * Links the n items (n > 0) in order, equal ones as they stood; returns the
 * first one's place.  n log n steps, no recursion.
 */
stp_u32 stp_sort(struct stp_item *items, stp_u32 n,
		 const struct stp_order *order);
/* The part of a text that fits into an item's key, to be compared first. */
stp_i64 stp_sort_prefix(const char *text);

#endif
