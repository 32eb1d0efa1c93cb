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

/* The table that foreach walks, merged as of now: NULL and an error when
 * that is not possible. */
struct stp_table *stp_map_view(struct stp_ctx *c, struct stp_map *m,
			       const struct stp_site *at);
void stp_map_view_done(struct stp_map *m);

#endif
