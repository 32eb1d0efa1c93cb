// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Statistics: making them, merging the CPUs' parts, and what the extractors
 * say of all together.  How variance is kept: stat.c.
 */
#include "stat.h"

#define INT64_MAX_ 0x7fffffffffffffffLL

stp_size stp_stat_size(const struct stp_stat_desc *d)
{
	return sizeof(struct stp_stat) +
	       (d->hist == STP_HIST_NONE ? 0 : d->buckets * sizeof(stp_i64));
}

void stp_stat_clear(struct stp_stat *s, const struct stp_stat_desc *d)
{
	memset(s, 0, stp_stat_size(d));
	s->min = INT64_MAX_;
	s->max = STP_INT64_MIN;
}

void stp_stat_merge(struct stp_stat *to, const struct stp_stat *from,
		    const struct stp_stat_desc *d)
{
	stp_u64 weighted = (stp_u64)from->count * (stp_u64)from->mean_s;
	stp_u32 i;

	if (!from->count)
		return;
	to->count += from->count;
	to->sum = (stp_i64)((stp_u64)to->sum + (stp_u64)from->sum);
	if (from->min < to->min)
		to->min = from->min;
	if (from->max > to->max)
		to->max = from->max;
	to->mean_s = (stp_i64)((stp_u64)to->mean_s + weighted);
	to->m2 = (stp_i64)((stp_u64)to->m2 + (stp_u64)from->m2 +
			   weighted * (stp_u64)from->mean_s);
	if (d->hist == STP_HIST_NONE)
		return;
	for (i = 0; i < d->buckets; i++)
		to->bucket[i] += from->bucket[i];
}

static stp_i64 variance(const struct stp_stat *s,
			const struct stp_stat_desc *d)
{
	stp_u64 avg, squares;

	if (s->count < 2)
		return 0;
	avg = (stp_u64)((stp_i64)((stp_u64)s->sum << d->shift) / s->count);
	squares = (stp_u64)s->m2 - 2 * avg * (stp_u64)s->mean_s +
		  (stp_u64)s->count * avg * avg;
	/* Twice, since the shift of the squares can be more than 63. */
	return ((stp_i64)squares / (s->count - 1)) >> d->shift >> d->shift;
}

stp_i64 stp_stat_read(const struct stp_stat *s, const struct stp_stat_desc *d,
		      enum stp_stat_op op)
{
	if (!s || !s->count)
		return 0;
	switch (op) {
	case STP_COUNT:
		return s->count;
	case STP_SUM:
		return s->sum;
	case STP_MIN:
		return s->min;
	case STP_MAX:
		return s->max;
	case STP_AVG:
		return s->sum / s->count;
	case STP_VARIANCE:
		return variance(s, d);
	}
	return 0;
}

stp_i64 stp_stat_extract(struct stp_ctx *c, const struct stp_stat *s,
			 const struct stp_stat_desc *d, enum stp_stat_op op,
			 const struct stp_site *at)
{
	if (stp_unlikely(!s || !s->count) && op != STP_COUNT && op != STP_SUM) {
		stp_fail(c, "empty aggregate", at);
		return 0;
	}
	return stp_stat_read(s, d, op);
}

stp_i64 stp_hist_bucket(struct stp_ctx *c, const struct stp_hist *h, stp_i64 i,
			const struct stp_site *at)
{
	if (i < 0 || i >= (stp_i64)h->desc->buckets) {
		stp_fail(c, "histogram index out of range", at);
		return 0;
	}
	return h->stat ? h->stat->bucket[i] : 0;
}

/* ---- scalar statistics ---- */

struct stp_stat_var *stp_stat_new(const struct stp_stat_desc *d)
{
	struct stp_stat_var *v = stp_session_alloc(sizeof(*v));
	int i, n = stp_session.ncpus;

	if (!v)
		return 0;
	v->desc = d;
	v->stride = (__builtin_offsetof(struct stp_stat_part, stat) +
		     stp_stat_size(d) + STP_CACHE_LINE - 1) &
		    ~(stp_size)(STP_CACHE_LINE - 1);
	v->parts = stp_session_alloc(v->stride * (stp_size)n);
	if (!v->parts)
		return 0;
	for (i = 0; i < n; i++)
		stp_stat_clear(&stp_stat_part(v, i)->stat, d);
	return v;
}

const struct stp_stat *stp_stat_get(struct stp_ctx *c, struct stp_stat_var *v)
{
	struct stp_stat *to = stp_this(c)->scratch;
	struct stp_stat_part *p;
	int i;

	stp_stat_clear(to, v->desc);
	for (i = 0; i < stp_session.ncpus; i++) {
		p = stp_stat_part(v, i);
		if (stp_unlikely(!stp_spin_lock(&p->lock))) {
			stp_fail(c, "statistic is locked", 0);
			break;
		}
		stp_stat_merge(to, &p->stat, v->desc);
		stp_spin_unlock(&p->lock);
	}
	return to;
}

void stp_stat_reset(struct stp_ctx *c, struct stp_stat_var *v)
{
	struct stp_stat_part *p;
	int i;

	for (i = 0; i < stp_session.ncpus; i++) {
		p = stp_stat_part(v, i);
		if (stp_unlikely(!stp_spin_lock(&p->lock))) {
			stp_fail(c, "statistic is locked", 0);
			return;
		}
		stp_stat_clear(&p->stat, v->desc);
		stp_spin_unlock(&p->lock);
	}
}
