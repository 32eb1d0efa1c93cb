// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Merge sort of a linked list, bottom up: neighbouring runs of 1, 2, 4 …
 * items are merged until one run is left.
 */
#include "sort.h"

struct run {			/* a list that items are appended to */
	stp_u32 first, last;
};

static void append(struct stp_item *items, struct run *r, stp_u32 i)
{
	if (r->last == STP_ITEM_NONE)
		r->first = i;
	else
		items[r->last].next = i;
	r->last = i;
}

/* a stays before b. */
static int in_order(const struct stp_item *a, const struct stp_item *b,
		    const struct stp_order *o)
{
	int cmp = (a->key > b->key) - (a->key < b->key);

	if (!cmp && o->text_of)
		cmp = stp_strcmp(o->text_of(o->table, a->entry, o->key),
				 o->text_of(o->table, b->entry, o->key));
	return o->down ? cmp >= 0 : cmp <= 0;
}

/* Merges the width items at a with the width at b; returns what follows. */
static stp_u32 merge(struct stp_item *items, struct run *to, stp_u32 a,
		     stp_u32 b, stp_u32 width, const struct stp_order *o)
{
	stp_u32 na = width, nb = width, i;

	while (na || (nb && b != STP_ITEM_NONE)) {
		if (!nb || b == STP_ITEM_NONE ||
		    (na && in_order(&items[a], &items[b], o))) {
			i = a;
			a = items[a].next;
			na--;
		} else {
			i = b;
			b = items[b].next;
			nb--;
		}
		append(items, to, i);
	}
	return b;
}

stp_u32 stp_sort(struct stp_item *items, stp_u32 n,
		 const struct stp_order *order)
{
	stp_u32 width, list = 0, a, b, i;
	struct run run;

	for (i = 0; i < n; i++)
		items[i].next = i + 1 < n ? i + 1 : STP_ITEM_NONE;
	for (width = 1; width < n; width *= 2) {
		run.first = run.last = STP_ITEM_NONE;
		for (a = list; a != STP_ITEM_NONE;) {
			for (b = a, i = 0; i < width && b != STP_ITEM_NONE; i++)
				b = items[b].next;
			if (b == STP_ITEM_NONE) {
				append(items, &run, a);	/* the rest of it too */
				break;
			}
			a = merge(items, &run, a, b, width, order);
		}
		if (a == STP_ITEM_NONE)
			items[run.last].next = STP_ITEM_NONE;
		list = run.first;
	}
	return list;
}

stp_i64 stp_sort_prefix(const char *text)
{
	stp_u64 key = 0;
	int i;

	for (i = 0; i < 8; i++) {
		key = key << 8 | (stp_u8)*text;
		if (*text)
			text++;
	}
	return (stp_i64)(key ^ 1ULL << 63);
}
