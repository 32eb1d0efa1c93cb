// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maps, as scripts see them.  Statistics are kept a table a CPU, each with a
 * lock that only a reader on another CPU ever contends; readers merge.
 * Everything else relies on the lock of the global.
 */
#include "map.h"

static const char being_walked[] = "cannot modify array during iteration";
static const char is_locked[] = "statistics are locked";

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

static stp_u32 insert(struct stp_ctx *c, struct stp_map *m,
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

/* ---- plain values ---- */

static void *value_get(struct stp_map *m, const union stp_val *k)
{
	struct stp_table *t = m->part[0];
	struct stp_probe_key key STP_UNINITIALIZED;
	stp_u32 i = stp_table_lookup(t, k, &key);

	return i ? stp_table_value(t, stp_table_entry(t, i)) : 0;
}

static void *value_make(struct stp_ctx *c, struct stp_map *m,
			const union stp_val *k, const struct stp_site *at)
{
	struct stp_table *t = m->part[0];
	struct stp_probe_key key STP_UNINITIALIZED;
	stp_u32 i = stp_table_lookup(t, k, &key);

	if (stp_unlikely(!i)) {
		i = insert(c, m, t, k, &key, at);
		if (!i)
			return 0;
	}
	return stp_table_value(t, stp_table_entry(t, i));
}

stp_i64 stp_map_get_long(struct stp_map *m, const union stp_val *k)
{
	const stp_i64 *v = value_get(m, k);

	return v ? *v : 0;
}

const char *stp_map_get_string(struct stp_map *m, const union stp_val *k)
{
	const char *v = value_get(m, k);

	return v ? v : "";
}

stp_i64 *stp_map_long(struct stp_ctx *c, struct stp_map *m,
		      const union stp_val *k, const struct stp_site *at)
{
	return value_make(c, m, k, at);
}

char *stp_map_string(struct stp_ctx *c, struct stp_map *m,
		     const union stp_val *k, const struct stp_site *at)
{
	return value_make(c, m, k, at);
}

/* ---- statistics ---- */

void stp_map_stat_add(struct stp_ctx *c, struct stp_map *m,
		      const union stp_val *k, stp_i64 value,
		      const struct stp_site *at)
{
	struct stp_table *t = m->part[c->cpu];
	struct stp_probe_key key STP_UNINITIALIZED;
	stp_u32 i;

	if (stp_unlikely(!stp_spin_lock(&t->lock))) {
		stp_fail(c, is_locked, at);
		return;
	}
	i = stp_table_lookup(t, k, &key);
	if (stp_unlikely(!i))
		i = insert(c, m, t, k, &key, at);
	if (stp_likely(i))
		stp_stat_value(stp_table_value(t, stp_table_entry(t, i)),
			       m->desc->stat, value);
	stp_spin_unlock(&t->lock);
}

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
			stp_fail(c, is_locked, 0);
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

/* Locks part cpu of m for a change. */
static struct stp_table *change(struct stp_ctx *c, struct stp_map *m, int cpu,
				const struct stp_site *at)
{
	if (walked(c, m)) {
		stp_fail(c, being_walked, at);
		return 0;
	}
	if (!stp_spin_lock(&m->part[cpu]->lock)) {
		stp_fail(c, is_locked, at);
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
		t = change(c, m, cpu, at);
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
		t = change(c, m, cpu, at);
		if (!t)
			return;
		stp_table_clear(t);
		stp_spin_unlock(&t->lock);
	}
}

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
		t = change(c, m, cpu, at);
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
		stp_fail(c, is_locked, at);
		return 0;
	}
	stp_table_clear(m->view);
	for (cpu = 0; cpu < m->nparts && !what; cpu++) {
		if (!stp_spin_lock(&m->part[cpu]->lock)) {
			what = is_locked;
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
