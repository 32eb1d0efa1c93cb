// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statistics: what a value costs at a hit.  In: values, one CPU at a time.
 * Out: a statistic of each CPU; stats.c merges them.
 *
 * Variance is Welford's, in integers shifted left by desc->shift.  One CPU's
 * statistic holds its running mean in mean_s and the sum of squared
 * differences in m2.  Over n samples of mean M, with the true average A,
 *	sum (x - A)^2 = m2 + n (M - A)^2
 * and so a merged one keeps the sums over CPUs of n M in mean_s and of
 * m2 + n M^2 in m2; all arithmetic is modulo 2^64, so that the end is right
 * whenever the result fits.
 */
#include "stat.h"

/* Which bucket counts value; always inside desc->buckets. */
static stp_u32 bucket_of(const struct stp_stat_desc *d, stp_i64 value)
{
	stp_u64 size, i;

	if (d->hist == STP_HIST_LOG) {
		if (value == 0)
			return 64;
		size = value < 0 ? -(stp_u64)value : (stp_u64)value;
		i = 64 - (stp_u64)__builtin_clzll(size);
		return (stp_u32)(value < 0 ? 64 - i : 64 + i);
	}
	if (value < d->low)
		return 0;
	if (value > d->high)
		return d->buckets - 1;
	i = ((stp_u64)value - (stp_u64)d->low) / (stp_u64)d->step + 1;
	return i < d->buckets - 1 ? (stp_u32)i : d->buckets - 1;
}

static void welford(struct stp_stat *s, const struct stp_stat_desc *d,
		    stp_i64 value)
{
	stp_u64 x = (stp_u64)value << d->shift;
	stp_i64 delta = (stp_i64)(x - (stp_u64)s->mean_s);

	s->mean_s = (stp_i64)((stp_u64)s->mean_s + (stp_u64)(delta / s->count));
	s->m2 = (stp_i64)((stp_u64)s->m2 +
			  (stp_u64)delta * (x - (stp_u64)s->mean_s));
}

void stp_stat_more(struct stp_stat *s, const struct stp_stat_desc *d,
		   stp_i64 value)
{
	if (d->variance)
		welford(s, d, value);
	if (d->hist != STP_HIST_NONE)
		s->bucket[bucket_of(d, value)]++;
}

void stp_stat_add(struct stp_ctx *c, struct stp_stat_var *v, stp_i64 value)
{
	struct stp_stat_part *p = stp_stat_part(v, c->cpu);

	if (stp_unlikely(!stp_spin_lock(&p->lock))) {
		stp_fail(c, "statistic is locked", 0);
		return;
	}
	stp_stat_value(&p->stat, v->desc, value);
	stp_spin_unlock(&p->lock);
}
