/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scalar statistic: a part for each CPU, which only that CPU writes.
 */
#ifndef STAPX_STAT_H
#define STAPX_STAT_H

#include "lock.h"

struct stp_stat_part {
	int lock;		/* of stat; readers are other CPUs */
	struct stp_stat stat;
};

struct stp_stat_var {
	const struct stp_stat_desc *desc;
	stp_size stride;	/* bytes from one CPU's part to the next */
	char *parts;
};

static inline struct stp_stat_part *stp_stat_part(const struct stp_stat_var *v,
						  int cpu)
{
	return (struct stp_stat_part *)(v->parts + v->stride * (stp_size)cpu);
}

#endif
