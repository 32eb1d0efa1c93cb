// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that extractors say of a set of values what the peer's manual says,
 * however the values are spread over CPUs, and that histograms count each
 * value in the bucket whose bounds hold it.
 */
#include "tests/unit/core_test.h"

static struct stp_stat_var *v;

static void with(const struct stp_stat_desc *d, int ncpus)
{
	static struct stp_global g;

	g = (struct stp_global){ .name = "s", .kind = STP_G_STAT, .storage = &v,
				 .stat = d };
	start(&g, 1, ncpus);
}

static stp_i64 ask(const struct stp_stat_desc *d, enum stp_stat_op op)
{
	struct stp_ctx *c = cpu(0);

	return stp_stat_extract(c, stp_stat_get(c, v), d, op, &test_site);
}

/* Values 1 … 5 and what @variance gives, as the manual of the peer shows. */
static void variance_of_manual(void)
{
	struct stp_stat_desc d = { .variance = 1 };
	int i;

	with(&d, 1);
	for (i = 1; i <= 5; i++)
		stp_stat_add(cpu(0), v, i);
	IS(12, ask(&d, STP_VARIANCE));
	stp_session_fini();
	d.shift = 1;
	with(&d, 1);
	for (i = 1; i <= 5; i++)
		stp_stat_add(cpu(0), v, i);
	IS(2, ask(&d, STP_VARIANCE));
	stp_session_fini();
}

/* With bits to spare the true variance comes out, over any CPUs. */
static void variance_is_true(void)
{
	struct stp_stat_desc d = { .variance = 1, .shift = 8 };
	static const stp_i64 values[] = { 2, 4, 4, 4, 5, 5, 7, 9, 100, -50 };
	int ncpus;
	size_t i;

	for (ncpus = 1; ncpus <= 3; ncpus++) {
		with(&d, ncpus);
		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			stp_stat_add(cpu((int)i % ncpus), v, values[i]);
		/* sum 90, squares 12732: (12732 - 90 * 90 / 10) / 9 = 1324.7 */
		HOLDS(ask(&d, STP_VARIANCE) >= 1323 &&
		      ask(&d, STP_VARIANCE) <= 1326);
		stp_session_fini();
	}
}

static const struct {
	int n;
	stp_i64 values[4];
	stp_i64 sum, min, max, avg;
} extremes[] = {
	{ 1, { 0 }, 0, 0, 0, 0 },
	{ 1, { -7 }, -7, -7, -7, -7 },
	{ 3, { 1, 2, 4 }, 7, 1, 4, 2 },
	{ 3, { -1, -2, -4 }, -7, -4, -1, -2 },	/* towards zero */
	{ 2, { 0x7fffffffffffffffLL, 1 }, STP_INT64_MIN, 1,
	  0x7fffffffffffffffLL, STP_INT64_MIN / 2 },	/* wraps */
	{ 2, { STP_INT64_MIN, STP_INT64_MIN }, 0, STP_INT64_MIN,
	  STP_INT64_MIN, 0 },
};

static void extractors(void)
{
	static const struct stp_stat_desc d;
	size_t i;
	int j;

	for (i = 0; i < sizeof(extremes) / sizeof(extremes[0]); i++) {
		with(&d, 2);
		for (j = 0; j < extremes[i].n; j++)
			stp_stat_add(cpu(j % 2), v, extremes[i].values[j]);
		IS(extremes[i].n, ask(&d, STP_COUNT));
		IS(extremes[i].sum, ask(&d, STP_SUM));
		IS(extremes[i].min, ask(&d, STP_MIN));
		IS(extremes[i].max, ask(&d, STP_MAX));
		IS(extremes[i].avg, ask(&d, STP_AVG));
		stp_session_fini();
	}
}

static void empty(void)
{
	static const enum stp_stat_op failing[] = { STP_MIN, STP_MAX, STP_AVG,
						    STP_VARIANCE };
	static const struct stp_stat_desc d;
	size_t i;

	with(&d, 2);
	stp_stat_add(cpu(1), v, 5);
	stp_stat_reset(cpu(0), v);
	IS(0, ask(&d, STP_COUNT));
	IS(0, ask(&d, STP_SUM));
	SAYS(NULL, stp_session.cpus[0]->ctx.error);
	for (i = 0; i < 4; i++) {
		IS(0, ask(&d, failing[i]));
		SAYS("empty aggregate", stp_session.cpus[0]->ctx.error);
	}
	IS(0, stp_stat_extract(cpu(0), NULL, &d, STP_COUNT, NULL));
	stp_session_fini();
}

/* ---- buckets ---- */
static const struct {
	stp_i64 low, high, step, value;
	int bucket;
} linear[] = {
	{ 1, 3, 1, -100, 0 },	/* the manual's example: 5 buckets */
	{ 1, 3, 1, 1, 1 },
	{ 1, 3, 1, 2, 2 },
	{ 1, 3, 1, 3, 3 },
	{ 1, 3, 1, 100, 4 },
	{ 0, 100, 10, 9, 1 },
	{ 0, 100, 10, 10, 2 },
	{ 0, 100, 10, 100, 11 },
	{ 0, 100, 10, 101, 12 },
	{ 0, 25, 10, 25, 3 },	/* the last one is cut short */
	{ 0, 25, 10, 26, 4 },
	{ -50, 50, 25, -50, 1 },
	{ -50, 50, 25, -51, 0 },
	{ -50, 50, 25, 0, 3 },
	{ 0, 100, 10, STP_INT64_MIN, 0 },
	{ 0, 100, 10, 0x7fffffffffffffffLL, 12 },
};

static const struct {
	stp_i64 value;
	int bucket;
} logarithmic[] = {
	{ 0, 64 }, { 1, 65 }, { 2, 66 }, { 3, 66 }, { 4, 67 }, { 7, 67 },
	{ 1024, 75 }, { 0x7fffffffffffffffLL, 127 }, { -1, 63 }, { -2, 62 },
	{ -3, 62 }, { STP_INT64_MIN, 0 }, { STP_INT64_MIN + 1, 1 },
};

static void one_bucket(const struct stp_stat_desc *d, stp_i64 value, int want)
{
	struct stp_hist h = { .desc = d };
	struct stp_ctx *c;
	stp_u32 i;

	with(d, 1);
	c = cpu(0);
	stp_stat_add(c, v, value);
	h.stat = stp_stat_get(c, v);
	for (i = 0; i < d->buckets; i++)
		IS((int)i == want, stp_hist_bucket(c, &h, i, NULL));
	SAYS(NULL, c->error);
	IS(0, stp_hist_bucket(c, &h, d->buckets, NULL));
	SAYS("histogram index out of range", c->error);
	c = cpu(0);
	IS(0, stp_hist_bucket(c, &h, -1, NULL));
	SAYS("histogram index out of range", c->error);
	stp_session_fini();
}

static void buckets(void)
{
	struct stp_stat_desc d;
	size_t i;

	for (i = 0; i < sizeof(linear) / sizeof(linear[0]); i++) {
		d = (struct stp_stat_desc){ .hist = STP_HIST_LINEAR,
			.low = linear[i].low, .high = linear[i].high,
			.step = linear[i].step };
		d.buckets = (stp_u32)((d.high - d.low) / d.step + 3);
		one_bucket(&d, linear[i].value, linear[i].bucket);
	}
	d = (struct stp_stat_desc){ .hist = STP_HIST_LOG,
				    .buckets = STP_HIST_LOG_BUCKETS };
	for (i = 0; i < sizeof(logarithmic) / sizeof(logarithmic[0]); i++)
		one_bucket(&d, logarithmic[i].value, logarithmic[i].bucket);
}

int main(void)
{
	variance_of_manual();
	variance_is_true();
	extractors();
	empty();
	buckets();
	return check_report();
}
