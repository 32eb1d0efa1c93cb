// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statistics in maps, over all CPUs: one element's, and all of them in one
 * table for foreach.
 */
#include "map.h"

const struct stp_stat *stp_map_stat_get(struct stp_ctx *c, struct stp_map *m,
					const union stp_val *k)
{
	struct stp_stat *to = stp_this(c)->scratch;
	struct stp_probe_key key STP_UNINITIALIZED;
	struct stp_table *t;
	int cpu, found = 0;
	stp_u32 i;

	stp_table_hash(m->part[0], k, &key);
	stp_stat_clear(to, m->desc->stat);
	for (cpu = 0; cpu < m->nparts; cpu++) {
		t = m->part[cpu];
		if (stp_unlikely(!stp_spin_lock(&t->lock))) {
			stp_fail(c, STP_STATS_LOCKED, 0);
			return 0;
		}
		i = stp_table_find(t, k, &key);
		if (i) {
			stp_stat_merge(to, stp_table_value(t,
						stp_table_entry(t, i)),
				       m->desc->stat);
			found = 1;
		}
		stp_spin_unlock(&t->lock);
	}
	return found ? to : 0;
}

/* ---- the merged view ---- */

static void entry_keys(const struct stp_table *t, const struct stp_entry *e,
		       union stp_val *k)
{
	stp_u32 i;

	for (i = 0; i < t->desc->nkeys; i++) {
		if (t->desc->key[i] == STP_STRING)
			k[i].s = stp_table_text(t, &e->key[i]);
		else
			k[i].n = e->key[i].n;
	}
}

/* 0, or what is wrong. */
static const char *merge_part(struct stp_table *view,
			      const struct stp_table *t)
{
	union stp_val k[STP_KEYS_MAX] STP_UNINITIALIZED;
	const char *what = 0;
	struct stp_probe_key key STP_UNINITIALIZED;
	struct stp_entry *e;
	stp_u32 i, to;

	for (i = t->first; i; i = e->next) {
		e = stp_table_entry(t, i);
		entry_keys(t, e, k);
		stp_table_hash(view, k, &key);
		to = stp_table_find(view, k, &key);
		if (!to)
			to = stp_table_insert(view, k, &key, &what);
		if (!to)
			return "aggregation overflow, check MAXMAPENTRIES";
		stp_stat_merge(stp_table_value(view, stp_table_entry(view, to)),
			       stp_table_value(t, e), t->desc->stat);
	}
	return 0;
}

struct stp_table *stp_map_view(struct stp_ctx *c, struct stp_map *m,
			       const struct stp_site *at)
{
	const char *what = 0;
	int cpu;

	if (!m->view)
		return m->part[0];
	if (stp_load(&m->view_users) && stp_load(&m->view_cpu) == c->cpu) {
		m->view_users++;
		return m->view;
	}
	if (!stp_spin_lock(&m->view_lock)) {
		stp_fail(c, STP_STATS_LOCKED, at);
		return 0;
	}
	stp_table_clear(m->view);
	for (cpu = 0; cpu < m->nparts && !what; cpu++) {
		if (!stp_spin_lock(&m->part[cpu]->lock)) {
			what = STP_STATS_LOCKED;
			break;
		}
		what = merge_part(m->view, m->part[cpu]);
		stp_spin_unlock(&m->part[cpu]->lock);
	}
	if (what) {
		stp_spin_unlock(&m->view_lock);
		stp_fail(c, what, at);
		return 0;
	}
	stp_store(&m->view_cpu, c->cpu);
	stp_store(&m->view_users, 1);
	return m->view;
}

void stp_map_view_done(struct stp_map *m)
{
	if (!m->view || --m->view_users)
		return;
	stp_store(&m->view_cpu, -1);
	stp_spin_unlock(&m->view_lock);
}
