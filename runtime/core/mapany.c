// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Elements by some of their keys: [a, *] in map, delete map[*, b].
 */
#include "map.h"

/* The first match at or behind entry i; 0: none. */
static stp_u32 next_match(const struct stp_table *t, stp_u32 i,
			  const union stp_val *k, stp_u32 any)
{
	while (i && !stp_table_matches(t, stp_table_entry(t, i), k, any))
		i = stp_table_entry(t, i)->next;
	return i;
}

int stp_map_has_any(struct stp_map *m, const union stp_val *k, stp_u32 any)
{
	int cpu, found = 0;

	for (cpu = 0; cpu < m->nparts && !found; cpu++) {
		struct stp_table *t = m->part[cpu];

		if (!stp_spin_lock(&t->lock))
			continue;
		found = next_match(t, t->first, k, any) != 0;
		stp_spin_unlock(&t->lock);
	}
	return found;
}

void stp_map_delete_any(struct stp_ctx *c, struct stp_map *m,
			const union stp_val *k, stp_u32 any,
			const struct stp_site *at)
{
	struct stp_table *t;
	stp_u32 i, next;
	int cpu;

	for (cpu = 0; cpu < m->nparts; cpu++) {
		t = stp_map_change(c, m, cpu, at);
		if (!t)
			return;
		i = next_match(t, t->first, k, any);
		while (i) {
			next = stp_table_entry(t, i)->next;
			stp_table_remove(t, i);
			i = next_match(t, next, k, any);
		}
		stp_spin_unlock(&t->lock);
	}
}
