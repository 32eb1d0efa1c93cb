/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A map: one table, or for statistics one a CPU and one to merge them into.
 */
#ifndef STAPX_MAP_H
#define STAPX_MAP_H

#include "lock.h"
#include "table.h"

struct stp_map {
	const struct stp_map_desc *desc;
	int nparts;		/* 1, or the CPUs */
	/* Statistics over several CPUs: what foreach walks.  The users are the
	 * open loops of the CPU that holds view_lock. */
	struct stp_table *view;
	int view_lock, view_users, view_cpu;
	struct stp_table *part[];
};

#define STP_STATS_LOCKED "statistics are locked"

/* Makes an element that is not there; 0 and an error when it cannot be. */
stp_u32 stp_map_insert(struct stp_ctx *c, struct stp_map *m,
		       struct stp_table *t, const union stp_val *k,
		       const struct stp_probe_key *key,
		       const struct stp_site *at);
/* Locks part cpu of m for a change: its table, or NULL and an error. */
struct stp_table *stp_map_change(struct stp_ctx *c, struct stp_map *m, int cpu,
				 const struct stp_site *at);
/* The table that foreach walks, merged as of now: NULL and an error when
 * that is not possible. */
struct stp_table *stp_map_view(struct stp_ctx *c, struct stp_map *m,
			       const struct stp_site *at);
void stp_map_view_done(struct stp_map *m);

#endif
