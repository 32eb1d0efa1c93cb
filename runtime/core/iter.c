// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * foreach.  An unsorted loop walks the table's own list; a sorted one puts
 * an item for each element onto the CPU's stack of items and links them in
 * order.  What a loop holds is noted in the CPU's struct, so that a handler
 * which an error ends leaves nothing behind.
 */
#include "map.h"
#include "sort.h"

static const char *text_of_key(const struct stp_table *t, stp_u32 entry,
			       int key)
{
	return stp_table_text(t, &stp_table_entry(t, entry)->key[key]);
}

static const char *text_of_value(const struct stp_table *t, stp_u32 entry,
				 int key)
{
	(void)key;
	return stp_table_value(t, stp_table_entry(t, entry));
}

/* The element's statistic, merged. */
static const struct stp_stat *stat_of(struct stp_cpu *cpu,
				      const struct stp_map *m,
				      const struct stp_table *t,
				      struct stp_entry *e)
{
	if (m->view)
		return stp_table_value(t, e);
	stp_stat_clear(cpu->scratch, m->desc->stat);
	stp_stat_merge(cpu->scratch, stp_table_value(t, e), m->desc->stat);
	return cpu->scratch;
}

static stp_i64 sort_key(struct stp_cpu *cpu, const struct stp_map *m,
			const struct stp_table *t, struct stp_entry *e,
			struct stp_sort sort)
{
	const void *v = stp_table_value(t, e);

	if (sort.key) {
		if (m->desc->key[sort.key - 1] == STP_STRING)
			return stp_sort_prefix(
				stp_table_text(t, &e->key[sort.key - 1]));
		return e->key[sort.key - 1].n;
	}
	switch ((enum stp_value)m->desc->value) {
	case STP_LONG:
		return *(const stp_i64 *)v;
	case STP_STRING:
		return stp_sort_prefix(v);
	case STP_STATS:
		return stp_stat_read(stat_of(cpu, m, t, e), m->desc->stat,
				     (enum stp_stat_op)sort.stat);
	}
	return 0;
}

static struct stp_order order_of(const struct stp_map *m,
				 const struct stp_table *t,
				 struct stp_sort sort)
{
	struct stp_order o = { sort.direction == 2, t, 0, 0 };

	if (sort.key) {
		o.key = sort.key - 1;
		if (m->desc->key[o.key] == STP_STRING)
			o.text_of = text_of_key;
	} else if (m->desc->value == STP_STRING) {
		o.text_of = text_of_value;
	}
	return o;
}

/* Fills in it->at: the first item in order, from 1, or 0. */
static int sort_items(struct stp_ctx *c, struct stp_iter *it,
		      struct stp_sort sort, const struct stp_site *at)
{
	struct stp_cpu *cpu = stp_this(c);
	struct stp_item *items = cpu->items + cpu->items_used;
	stp_u32 room = stp_session.items_max - cpu->items_used, n = 0, i;
	struct stp_table *t = it->table;
	struct stp_entry *e;
	struct stp_order o = order_of(it->map, t, sort);

	for (i = t->first; i; i = e->next) {
		e = stp_table_entry(t, i);
		if (it->slice && !stp_table_matches(t, e, it->slice, it->any))
			continue;
		if (n == room) {
			stp_fail(c, "sorted foreach loops nested too deep", at);
			return 0;
		}
		items[n].entry = i;
		items[n++].key = sort_key(cpu, it->map, t, e, sort);
	}
	it->at = n ? cpu->items_used + stp_sort(items, n, &o) + 1 : 0;
	for (i = 0; i < n; i++)	/* places within the whole stack, from 1 */
		items[i].next = items[i].next == STP_ITEM_NONE
					? 0
					: items[i].next + cpu->items_used + 1;
	cpu->items_used += n;
	return 1;
}

/* Unsorted: the first element at or behind entry i that the slice wants. */
static stp_u32 wanted(const struct stp_iter *it, stp_u32 i)
{
	struct stp_entry *e;

	for (; i; i = e->next) {
		e = stp_table_entry(it->table, i);
		if (!it->slice ||
		    stp_table_matches(it->table, e, it->slice, it->any))
			break;
	}
	return i;
}

int stp_iter_open(struct stp_ctx *c, struct stp_iter *it, struct stp_map *m,
		  struct stp_sort sort, stp_i64 limit,
		  const union stp_val *slice, stp_u32 any,
		  const struct stp_site *at)
{
	struct stp_cpu *cpu = stp_this(c);

	it->map = m;
	it->left = limit < 0 || limit > 0xffffffffLL ? 0xffffffffu
						     : (stp_u32)limit;
	it->any = any;
	it->slice = slice;
	it->stat = 0;
	it->entry = 0;
	it->depth = cpu->iters;
	it->sorted = sort.direction != 0;
	if (cpu->iters == STP_ITER_DEPTH) {
		stp_fail(c, "foreach loops nested too deep", at);
		return 0;
	}
	it->table = stp_map_view(c, m, at);
	if (!it->table)
		return 0;
	cpu->iter[cpu->iters].map = m;
	cpu->iter[cpu->iters++].items = cpu->items_used;
	if (!it->sorted)
		it->at = wanted(it, it->table->first);
	else if (!sort_items(c, it, sort, at)) {
		stp_iters_reset(cpu, it->depth);
		return 0;
	}
	return 1;
}

int stp_iter_next(struct stp_ctx *c, struct stp_iter *it)
{
	struct stp_entry *e;

	if (!it->at || !it->left)
		return 0;
	it->left--;
	if (it->sorted) {
		const struct stp_item *item = &stp_this(c)->items[it->at - 1];

		e = stp_table_entry(it->table, item->entry);
		it->at = item->next;
	} else {
		e = stp_table_entry(it->table, it->at);
		it->at = wanted(it, e->next);
	}
	it->entry = e;
	it->stat = 0;
	return 1;
}

stp_i64 stp_iter_key_long(const struct stp_iter *it, int key)
{
	return ((const struct stp_entry *)it->entry)->key[key].n;
}

const char *stp_iter_key_string(const struct stp_iter *it, int key)
{
	const struct stp_entry *e = it->entry;

	return stp_table_text(it->table, &e->key[key]);
}

stp_i64 stp_iter_long(const struct stp_iter *it)
{
	return *(stp_i64 *)stp_table_value(it->table, it->entry);
}

const char *stp_iter_string(const struct stp_iter *it)
{
	return stp_table_value(it->table, it->entry);
}

const struct stp_stat *stp_iter_stat(struct stp_ctx *c, struct stp_iter *it)
{
	it->stat = stat_of(stp_this(c), it->map, it->table, it->entry);
	return it->stat;
}

void stp_iters_reset(struct stp_cpu *t, int keep)
{
	while (t->iters > keep) {
		t->iters--;
		t->items_used = t->iter[t->iters].items;
		stp_map_view_done(t->iter[t->iters].map);
	}
}

void stp_iter_close(struct stp_ctx *c, struct stp_iter *it)
{
	stp_iters_reset(stp_this(c), it->depth);
}
