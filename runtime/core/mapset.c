// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maps beyond reading and counting: making them, room for new elements,
 * membership, removal.
 */
#include "map.h"

static const char being_walked[] = "cannot modify array during iteration";

struct stp_map *stp_map_new(const struct stp_map_desc *d)
{
	int n = d->value == STP_STATS ? stp_session.ncpus : 1, i;
	struct stp_map *m;

	m = stp_session_alloc(sizeof(*m) + (stp_size)n * sizeof(m->part[0]));
	if (!m)
		return 0;
	m->desc = d;
	m->nparts = n;
	for (i = 0; i < n; i++) {
		m->part[i] = stp_table_new(d);
		if (!m->part[i])
			return 0;
	}
	if (n > 1) {
		m->view = stp_table_new(d);
		if (!m->view)
			return 0;
	}
	return m;
}

/* A foreach loop of this CPU walks m (others are kept out by the lock). */
static int walked(const struct stp_ctx *c, const struct stp_map *m)
{
	const struct stp_cpu *t = stp_this(c);
	int i;

	for (i = 0; i < t->iters; i++)
		if (t->iter[i].map == m)
			return 1;
	return 0;
}

stp_u32 stp_map_insert(struct stp_ctx *c, struct stp_map *m,
		       struct stp_table *t, const union stp_val *k,
		       const struct stp_probe_key *key,
		       const struct stp_site *at)
{
	const char *what = being_walked;
	stp_u32 i = 0;

	if (!walked(c, m))
		i = stp_table_insert(t, k, key, &what);
	if (!i)
		stp_fail(c, what, at);
	return i;
}

/* ---- membership and removal, over all parts ---- */

int stp_map_has(struct stp_map *m, const union stp_val *k)
{
	struct stp_probe_key key STP_UNINITIALIZED;
	int cpu, found = 0;

	stp_table_hash(m->part[0], k, &key);
	for (cpu = 0; cpu < m->nparts && !found; cpu++) {
		struct stp_table *t = m->part[cpu];

		if (!stp_spin_lock(&t->lock))
			continue;
		found = stp_table_find(t, k, &key) != 0;
		stp_spin_unlock(&t->lock);
	}
	return found;
}

struct stp_table *stp_map_change(struct stp_ctx *c, struct stp_map *m, int cpu,
				 const struct stp_site *at)
{
	if (walked(c, m)) {
		stp_fail(c, being_walked, at);
		return 0;
	}
	if (!stp_spin_lock(&m->part[cpu]->lock)) {
		stp_fail(c, STP_STATS_LOCKED, at);
		return 0;
	}
	return m->part[cpu];
}

void stp_map_delete(struct stp_ctx *c, struct stp_map *m,
		    const union stp_val *k, const struct stp_site *at)
{
	struct stp_probe_key key STP_UNINITIALIZED;
	struct stp_table *t;
	stp_u32 i;
	int cpu;

	stp_table_hash(m->part[0], k, &key);
	for (cpu = 0; cpu < m->nparts; cpu++) {
		t = stp_map_change(c, m, cpu, at);
		if (!t)
			return;
		i = stp_table_find(t, k, &key);
		if (i)
			stp_table_remove(t, i);
		stp_spin_unlock(&t->lock);
	}
}

void stp_map_clear(struct stp_ctx *c, struct stp_map *m,
		   const struct stp_site *at)
{
	struct stp_table *t;
	int cpu;

	for (cpu = 0; cpu < m->nparts; cpu++) {
		t = stp_map_change(c, m, cpu, at);
		if (!t)
			return;
		stp_table_clear(t);
		stp_spin_unlock(&t->lock);
	}
}
