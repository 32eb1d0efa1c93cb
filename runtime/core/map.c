// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maps, as scripts see them.  Statistics are kept a table a CPU, each with a
 * lock that only a reader on another CPU ever contends; readers merge.
 * Everything else relies on the lock of the global.
 */
#include "map.h"

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
		i = stp_map_insert(c, m, t, k, &key, at);
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
		stp_fail(c, STP_STATS_LOCKED, at);
		return;
	}
	i = stp_table_lookup(t, k, &key);
	if (stp_unlikely(!i))
		i = stp_map_insert(c, m, t, k, &key, at);
	if (stp_likely(i))
		stp_stat_value(stp_table_value(t, stp_table_entry(t, i)),
			       m->desc->stat, value);
	stp_spin_unlock(&t->lock);
}
