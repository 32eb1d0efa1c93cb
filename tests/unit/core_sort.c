// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows the order of foreach: by insertion, by value, by any key, by a
 * statistic, up and down, equal ones as they came; limits, slices, loops in
 * loops, and what an error or a catch leaves behind.
 */
#include "tests/unit/core_test.h"
#include "runtime/core/sort.h"

static struct stp_map *m;

static struct stp_sort by(stp_u8 direction, stp_u8 key, stp_u8 stat)
{
	return (struct stp_sort){ direction, key, stat };
}

static void with(const struct stp_map_desc *d, int ncpus)
{
	static struct stp_global g;

	g = (struct stp_global){ .name = "m", .kind = STP_G_MAP, .storage = &m,
				 .map = d };
	start(&g, 1, ncpus);
}

/* ---- the sort itself, against a check of its result ---- */
static void sizes(void)
{
	enum { MOST = 1000 };
	static struct stp_item items[MOST];
	struct stp_order o = { 0 };
	unsigned int seed = 7;
	stp_u32 n, i, at, seen;
	int ok, up;

	for (n = 1; n <= MOST; n += n < 40 ? 1 : 97)
		for (up = 0; up < 2; up++) {
			o.down = !up;
			for (i = 0; i < n; i++) {
				seed = seed * 1103515245 + 12345;
				items[i].key = (stp_i64)(seed >> 8) % 50 - 25;
				items[i].entry = i;
			}
			at = stp_sort(items, n, &o);
			ok = 1;
			for (seen = 1; items[at].next != STP_ITEM_NONE &&
			     seen <= n; at = i, seen++) {
				i = items[at].next;
				if (items[i].key == items[at].key)
					ok &= i > at;	/* stable */
				else
					ok &= (items[i].key > items[at].key) ==
					      up;
			}
			HOLDS(ok);
			IS(n, seen);
		}
}

/* ---- loops, written down as the keys that they meet ---- */
static const char *loop(struct stp_sort sort, stp_i64 limit,
			const union stp_val *slice, stp_u32 any)
{
	static char text[512];
	struct stp_ctx *c = cpu(0);
	struct stp_iter it;
	size_t n = 0;

	text[0] = 0;
	if (!stp_iter_open(c, &it, m, sort, limit, slice, any, NULL))
		return c->error;
	while (stp_iter_next(c, &it))
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%lld",
				      n ? " " : "",
				      stp_iter_key_string(&it, 0),
				      stp_iter_key_long(&it, 1));
	stp_iter_close(c, &it);
	IS(0, stp_session.cpus[0]->iters);
	IS(0, stp_session.cpus[0]->items_used);
	return text;
}

static const struct {
	const char *name;
	stp_i64 n, value;
} rows[] = {
	{ "b", 2, 5 }, { "a", 1, 5 }, { "c", -3, 9 }, { "a", 7, -1 },
	{ "bb", 0, 5 },
};

static void long_values(void)
{
	static const struct stp_map_desc d = { .nkeys = 2,
		.key = { STP_STRING, STP_LONG }, .value = STP_LONG,
		.max_entries = 8 };
	union stp_val k[2];
	size_t i;

	with(&d, 1);
	SAYS("", loop(by(0, 0, 0), -1, NULL, 0));
	SAYS("", loop(by(1, 0, 0), -1, NULL, 0));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		k[0].s = rows[i].name;
		k[1].n = rows[i].n;
		*stp_map_long(cpu(0), m, k, NULL) = rows[i].value;
	}
	SAYS("b2 a1 c-3 a7 bb0", loop(by(0, 0, 0), -1, NULL, 0));
	SAYS("a7 b2 a1 bb0 c-3", loop(by(1, 0, 0), -1, NULL, 0));
	SAYS("c-3 b2 a1 bb0 a7", loop(by(2, 0, 0), -1, NULL, 0));
	SAYS("a1 a7 b2 bb0 c-3", loop(by(1, 1, 0), -1, NULL, 0));
	SAYS("c-3 bb0 b2 a1 a7", loop(by(2, 1, 0), -1, NULL, 0));
	SAYS("c-3 bb0 a1 b2 a7", loop(by(1, 2, 0), -1, NULL, 0));
	SAYS("c-3 b2", loop(by(2, 0, 0), 2, NULL, 0));
	SAYS("", loop(by(2, 0, 0), 0, NULL, 0));
	SAYS("b2", loop(by(0, 0, 0), 1, NULL, 0));
	k[0].s = "a";
	SAYS("a1 a7", loop(by(0, 0, 0), -1, k, 2));
	SAYS("a7 a1", loop(by(1, 0, 0), -1, k, 2));
	k[1].n = 7;
	SAYS("a7", loop(by(1, 0, 0), -1, k, 0));
	stp_session_fini();
}

static void string_values(void)
{
	static const struct stp_map_desc d = { .nkeys = 2,
		.key = { STP_STRING, STP_LONG }, .value = STP_STRING,
		.max_entries = 8 };
	static const char *const values[] = { "longer than eight b",
		"longer than eight a", "", "longer t", "\xff" };
	union stp_val k[2] = { { .s = "v" } };
	int i;

	with(&d, 1);
	for (i = 0; i < 5; i++) {
		k[1].n = i;
		stp_strcpy(stp_map_string(cpu(0), m, k, NULL), values[i], 128);
	}
	SAYS("v2 v3 v1 v0 v4", loop(by(1, 0, 0), -1, NULL, 0));
	SAYS("v4 v0 v1 v3 v2", loop(by(2, 0, 0), -1, NULL, 0));
	stp_session_fini();
}

static void statistics(void)
{
	static const struct stp_stat_desc s;
	static const struct stp_map_desc d = { .nkeys = 2,
		.key = { STP_STRING, STP_LONG }, .value = STP_STATS,
		.max_entries = 8, .stat = &s };
	static const struct {
		const char *name;
		stp_i64 value;
	} adds[] = { { "x", 1 }, { "x", 2 }, { "x", 3 }, { "y", 100 },
		     { "z", -4 }, { "z", 50 } };
	union stp_val k[2] = { { .s = "" }, { .n = 0 } };
	int ncpus;
	size_t i;

	for (ncpus = 1; ncpus <= 2; ncpus++) {
		with(&d, ncpus);
		for (i = 0; i < sizeof(adds) / sizeof(adds[0]); i++) {
			k[0].s = adds[i].name;
			stp_map_stat_add(cpu((int)i % ncpus), m, k,
					 adds[i].value, NULL);
		}
		SAYS("x0 z0 y0", loop(by(2, 0, STP_COUNT), -1, NULL, 0));
		SAYS("x0 z0 y0", loop(by(1, 0, STP_SUM), -1, NULL, 0));
		SAYS("z0 x0 y0", loop(by(1, 0, STP_MIN), -1, NULL, 0));
		SAYS("y0 z0 x0", loop(by(2, 0, STP_MAX), -1, NULL, 0));
		SAYS("y0 z0", loop(by(2, 0, STP_AVG), 2, NULL, 0));
		SAYS("z0 y0 x0", loop(by(2, 1, 0), -1, NULL, 0));
		k[0].s = "z";	/* on both CPUs, where there are two */
		SAYS("z0", loop(by(1, 0, STP_SUM), -1, k, 2));
		SAYS("z0", loop(by(0, 0, 0), -1, k, 2));
		IS(1, stp_map_has_any(m, k, 2));
		stp_map_delete_any(cpu(0), m, k, 2, NULL);
		IS(0, stp_map_has_any(m, k, 2));
		SAYS("x0 y0", loop(by(1, 1, 0), -1, k, 3));
		stp_session_fini();
	}
}

/* The inner loop sorts otherwise and does not disturb the outer one. */
static void nested(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_LONG },
		.value = STP_LONG, .max_entries = 4 };
	struct stp_sort down = by(2, 1, 0), up = by(1, 1, 0);
	struct stp_iter a, b, extra;
	struct stp_ctx *c;
	union stp_val k;
	char text[64] = "";
	size_t n = 0;

	with(&d, 1);
	c = cpu(0);
	for (k.n = 1; k.n <= 3; k.n++)
		*stp_map_long(c, m, &k, NULL) = k.n;
	HOLDS(stp_iter_open(c, &a, m, down, -1, NULL, 0, NULL));
	while (stp_iter_next(c, &a)) {
		HOLDS(stp_iter_open(c, &b, m, up, -1, NULL, 0, NULL));
		while (stp_iter_next(c, &b))
			n += (size_t)snprintf(text + n, sizeof(text) - n,
				"%lld%lld ", stp_iter_key_long(&a, 0),
				stp_iter_key_long(&b, 0));
		stp_iter_close(c, &b);
	}
	SAYS("31 32 33 21 22 23 11 12 13 ", text);
	/* Two sorted loops over 3 of 4 elements fit, a third one does not. */
	HOLDS(stp_iter_open(c, &b, m, up, -1, NULL, 0, NULL));
	IS(0, stp_iter_open(c, &extra, m, up, -1, NULL, 0, NULL));
	SAYS("sorted foreach loops nested too deep", c->error);
	IS(2, stp_session.cpus[0]->iters);
	stp_iter_close(c, &a);	/* closes what is inside it, too */
	IS(0, stp_session.cpus[0]->iters);
	stp_session_fini();
}

static void left_by_error(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_LONG },
		.value = STP_LONG, .max_entries = 4 };
	struct stp_sort up = by(1, 0, 0);
	struct stp_iter it;
	struct stp_try t;
	struct stp_ctx *c;
	union stp_val k = { .n = 1 };
	char text[64];

	with(&d, 1);
	c = cpu(0);
	*stp_map_long(c, m, &k, NULL) = 1;
	t = stp_try_begin(c);
	HOLDS(stp_iter_open(c, &it, m, up, -1, NULL, 0, NULL));
	stp_frame_push(c, 64, NULL);
	stp_div(c, 1, 0, &test_site);
	stp_catch(c, &t, text, sizeof(text));
	SAYS("division by 0", text);
	SAYS(NULL, c->error);
	IS(0, stp_session.cpus[0]->iters);
	IS(0, stp_session.cpus[0]->items_used);
	HOLDS(c->frame == t.frame);
	stp_map_clear(c, m, NULL);
	SAYS(NULL, c->error);
	stp_session_fini();
}

int main(void)
{
	sizes();
	long_values();
	string_values();
	statistics();
	nested();
	left_by_error();
	return check_report();
}
