// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that maps keep what is put into them, by every kind of key and value;
 * what happens when they are full, wrapped, changed while they are walked; and
 * that statistics of several CPUs come together without a lost value.
 */
#include <pthread.h>

#include "tests/unit/core_test.h"

static const struct stp_stat_desc plain_stat;

static struct stp_map *map_of(const struct stp_map_desc *d, int ncpus)
{
	static struct stp_map *m;
	static struct stp_global g;

	g = (struct stp_global){ .name = "m", .kind = STP_G_MAP, .storage = &m,
				 .map = d };
	start(&g, 1, ncpus);
	return m;
}

static union stp_val num(stp_i64 n)
{
	return (union stp_val){ .n = n };
}

static union stp_val str(const char *s)
{
	return (union stp_val){ .s = s };
}

/* ---- strings of every length and alignment are keys ---- */
static void string_keys(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_STRING },
		.value = STP_LONG, .max_entries = 200 };
	struct stp_map *m = map_of(&d, 1);
	char buf[300];
	union stp_val k;
	int len, at;

	for (len = 0; len < 127; len++) {
		memset(buf, 'a', sizeof(buf));
		at = len % 8;
		buf[at + len] = 0;
		k = str(buf + at);
		*stp_map_long(cpu(0), m, &k, NULL) = len + 1;
	}
	for (len = 0; len < 127; len++) {
		memset(buf, 'a', sizeof(buf));
		at = (len + 3) % 8;	/* elsewhere than when it was stored */
		buf[at + len] = 0;
		k = str(buf + at);
		IS(len + 1, stp_map_get_long(m, &k));
	}
	k = str("aaab");
	IS(0, stp_map_has(m, &k));
	IS(0, stp_map_get_long(m, &k));
	stp_session_fini();
}

/* Longer than MAXSTRINGLEN: cut, and the same key again. */
static void long_keys(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_STRING },
		.value = STP_LONG, .max_entries = 4 };
	struct stp_map *m = map_of(&d, 1);
	char a[400], b[400];
	union stp_val ka = str(a), kb = str(b);

	memset(a, 'x', sizeof(a));
	memset(b, 'x', sizeof(b));
	a[399] = b[399] = 0;
	b[200] = 'y';
	*stp_map_long(cpu(0), m, &ka, NULL) = 5;
	IS(5, stp_map_get_long(m, &kb));
	stp_session_fini();
}

/* A string that ends where its page ends: nothing behind it is touched. */
static void page_end(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_STRING },
		.value = STP_LONG, .max_entries = 16 };
	struct stp_map *m = map_of(&d, 1);
	char *page = aligned_alloc(4096, 4096), *s;
	union stp_val k;
	int len;

	for (len = 0; len < 16; len++) {
		s = page + 4096 - len - 1;
		memset(s, 'q', (size_t)len);
		s[len] = 0;
		k = str(s);
		*stp_map_long(cpu(0), m, &k, NULL) = len;
	}
	for (len = 0; len < 16; len++) {
		k = str("qqqqqqqqqqqqqqqq" + 16 - len);
		IS(len, stp_map_get_long(m, &k));
	}
	free(page);
	stp_session_fini();
}

static void tuples(void)
{
	static const struct stp_map_desc d = { .nkeys = 3,
		.key = { STP_LONG, STP_STRING, STP_LONG },
		.value = STP_STRING, .max_entries = 50 };
	struct stp_map *m = map_of(&d, 1);
	union stp_val k[3] = { num(1), str("one"), num(-1) };

	SAYS("", stp_map_get_string(m, k));
	stp_strcpy(stp_map_string(cpu(0), m, k, NULL), "first", 128);
	k[2] = num(0);
	stp_strcpy(stp_map_string(cpu(0), m, k, NULL), "second", 128);
	SAYS("second", stp_map_get_string(m, k));
	k[2] = num(-1);
	SAYS("first", stp_map_get_string(m, k));
	k[1] = str("onf");
	IS(0, stp_map_has(m, k));
	IS(1, stp_map_has_any(m, k, 2));	/* [1, *, -1] */
	k[0] = num(2);
	IS(0, stp_map_has_any(m, k, 2));
	k[0] = num(1);
	stp_map_delete_any(cpu(0), m, k, 6, NULL); /* [1, *, *] */
	IS(0, stp_map_has_any(m, k, 7));
	stp_session_fini();
}

/* ---- full ---- */
static void overflow(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_LONG },
		.value = STP_LONG, .max_entries = 3 };
	struct stp_map *m = map_of(&d, 1);
	struct stp_ctx *c = cpu(0);
	union stp_val k;
	int i;

	for (i = 0; i < 3; i++) {
		k = num(i);
		HOLDS(stp_map_long(c, m, &k, &test_site));
	}
	k = num(3);
	HOLDS(!stp_map_long(c, m, &k, &test_site));
	SAYS("Array overflow, check MAXMAPENTRIES", c->error);
	HOLDS(c->site == &test_site);
	c = cpu(0);
	k = num(1);
	stp_map_delete(c, m, &k, NULL);
	k = num(3);
	HOLDS(stp_map_long(c, m, &k, NULL));
	SAYS(NULL, c->error);
	stp_map_clear(c, m, NULL);
	IS(0, stp_map_has(m, &k));
	for (i = 10; i < 13; i++) {
		k = num(i);
		HOLDS(stp_map_long(c, m, &k, NULL));
	}
	stp_session_fini();
}

static void wrapping(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_STRING },
		.value = STP_LONG, .max_entries = 3, .wrap = 1 };
	struct stp_map *m = map_of(&d, 1);
	struct stp_ctx *c = cpu(0);
	char name[20];
	union stp_val k = str(name);
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "key %d", i);
		*stp_map_long(c, m, &k, NULL) = i;
	}
	SAYS(NULL, c->error);
	for (i = 90; i < 100; i++) {
		snprintf(name, sizeof(name), "key %d", i);
		IS(i >= 97, stp_map_has(m, &k));
	}
	stp_session_fini();
}

/* Seven digits at the start of a long name. */
static void number_name(char *name, int n)
{
	int i;

	for (i = 6; i >= 0; i--, n /= 10)
		name[i] = (char)('0' + n % 10);
}

/* Text runs out before the entries do: an error, and removal makes room. */
static void text_overflow(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_STRING },
		.value = STP_LONG, .max_entries = 4000 };
	struct stp_map *m;
	struct stp_ctx *c;
	char name[1024];
	union stp_val k = str(name);
	int i, n;

	test_script.limits.maxstringlen = 1024;
	m = map_of(&d, 1);
	c = cpu(0);
	memset(name, 'n', sizeof(name));
	name[1000] = 0;
	for (n = 0; n < 4000; n++) {
		number_name(name, n);
		if (!stp_map_long(c, m, &k, NULL))
			break;
	}
	HOLDS(n >= 500 && n < 4000);
	SAYS("Array overflow by long keys, check MAXMAPENTRIES", c->error);
	c = cpu(0);
	for (i = 0; i < n; i += 2) {
		number_name(name, i);
		stp_map_delete(c, m, &k, NULL);
	}
	for (i = 0; i < n; i++) {
		number_name(name, i);
		IS(i % 2, stp_map_has(m, &k));
	}
	number_name(name, 5000);
	HOLDS(stp_map_long(c, m, &k, NULL));
	stp_session_fini();
	test_script.limits.maxstringlen = 128;
}

/* Against a plain table, 20,000 random operations. */
static void random_operations(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_STRING },
		.value = STP_LONG, .max_entries = 300 };
	enum { KEYS = 500 };
	static stp_i64 model[KEYS];
	static int present[KEYS];
	struct stp_map *m = map_of(&d, 1);
	struct stp_ctx *c = cpu(0);
	unsigned int seed = 1;
	int i, key, count = 0;
	char name[100];
	union stp_val k = str(name);
	stp_i64 *v;

	for (i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		key = (int)((seed >> 8) % KEYS);
		snprintf(name, sizeof(name), "%.*s%d", key % 60,
			 "------------------------------------------------------"
			 "------", key);
		if (seed >> 31) {
			stp_map_delete(c, m, &k, NULL);
			count -= present[key];
			present[key] = 0;
		} else if (count < 300 || present[key]) {
			v = stp_map_long(c, m, &k, NULL);
			if (!present[key])
				IS(0, *v);
			*v = model[key] = i;
			count += !present[key];
			present[key] = 1;
		}
		IS(present[key] ? model[key] : 0, stp_map_get_long(m, &k));
	}
	SAYS(NULL, c->error);
	for (i = 0; i < KEYS; i++) {
		snprintf(name, sizeof(name), "%.*s%d", i % 60,
			 "------------------------------------------------------"
			 "------", i);
		IS(present[i], stp_map_has(m, &k));
	}
	stp_session_fini();
}

/* ---- changed while it is walked ---- */
static void change_in_foreach(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_LONG },
		.value = STP_LONG, .max_entries = 9 };
	struct stp_map *m = map_of(&d, 1);
	struct stp_ctx *c = cpu(0);
	union stp_val k = num(1);
	struct stp_iter it;

	*stp_map_long(c, m, &k, NULL) = 1;
	IS(1, stp_iter_open(c, &it, m, (struct stp_sort){ 0 }, -1, NULL, 0,
			    NULL));
	*stp_map_long(c, m, &k, NULL) = 2;	/* no new element */
	SAYS(NULL, c->error);
	stp_map_delete(c, m, &k, NULL);
	SAYS("cannot modify array during iteration", c->error);
	c = cpu(0);
	k = num(2);
	HOLDS(!stp_map_long(c, m, &k, NULL));
	SAYS("cannot modify array during iteration", c->error);
	c = cpu(0);
	stp_map_clear(c, m, NULL);
	SAYS("cannot modify array during iteration", c->error);
	c = cpu(0);
	stp_iter_close(c, &it);
	HOLDS(stp_map_long(c, m, &k, NULL));
	SAYS(NULL, c->error);
	stp_session_fini();
}

/* ---- statistics over CPUs ---- */
static void stats_merge(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_STRING },
		.value = STP_STATS, .max_entries = 4, .stat = &plain_stat };
	struct stp_map *m = map_of(&d, 3);
	const struct stp_stat *s;
	union stp_val k;
	int i;

	for (i = 0; i < 9; i++) {
		k = str(i < 6 ? "all" : "some");
		stp_map_stat_add(cpu(i % 3), m, &k, i, NULL);
	}
	k = str("all");
	s = stp_map_stat_get(cpu(1), m, &k);
	IS(6, s->count);
	IS(15, s->sum);
	IS(0, s->min);
	IS(5, s->max);
	k = str("none");
	HOLDS(!stp_map_stat_get(cpu(1), m, &k));
	k = str("some");
	IS(1, stp_map_has(m, &k));
	stp_map_delete(cpu(0), m, &k, NULL);
	IS(0, stp_map_has(m, &k));
	stp_session_fini();
}

/* Each CPU may hold max_entries; all of them together may not be walked. */
static void stats_aggregation_overflow(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_LONG },
		.value = STP_STATS, .max_entries = 4, .stat = &plain_stat };
	struct stp_map *m = map_of(&d, 2);
	struct stp_ctx *c;
	struct stp_iter it;
	union stp_val k;
	int i;

	for (i = 0; i < 8; i++) {
		k = num(i);
		stp_map_stat_add(cpu(i % 2), m, &k, 1, NULL);
		SAYS(NULL, stp_session.cpus[i % 2]->ctx.error);
	}
	c = cpu(0);
	IS(0, stp_iter_open(c, &it, m, (struct stp_sort){ 0 }, -1, NULL, 0,
			    &test_site));
	SAYS("aggregation overflow, check MAXMAPENTRIES", c->error);
	c = cpu(1);
	k = num(0);
	stp_map_delete(c, m, &k, NULL);	/* no loop is left open */
	SAYS(NULL, c->error);
	stp_session_fini();
}

enum { THREADS = 4, ADDS = 20000, THREAD_KEYS = 13 };
static struct stp_map *shared;
static int adding, refused;

/* A thread whose reader lost its CPU with the lock may be refused: it is told. */
static void *add_values(void *arg)
{
	struct stp_ctx *c = &stp_session.cpus[(long)arg]->ctx;
	char name[20];
	union stp_val k = str(name);
	int i;

	for (i = 0; i < ADDS; i++) {
		snprintf(name, sizeof(name), "key %d", i % THREAD_KEYS);
		stp_map_stat_add(c, shared, &k, 1, NULL);
		if (c->error) {
			c->error = NULL;
			stp_add(&refused, 1);
		}
	}
	stp_add(&adding, -1);
	return NULL;
}

static stp_i64 walk_sum(struct stp_ctx *c)
{
	struct stp_iter it;
	stp_i64 sum = 0;

	if (!stp_iter_open(c, &it, shared, (struct stp_sort){ 2, 0, STP_SUM },
			   -1, NULL, 0, NULL))
		return -1;
	while (stp_iter_next(c, &it))
		sum += stp_iter_stat(c, &it)->sum;
	stp_iter_close(c, &it);
	return sum;
}

/* Writers on their CPUs, a reader that merges meanwhile: nothing is lost
 * unreported, and the reader, where it gets the lock, never sees less than
 * before. */
static void stats_threads(void)
{
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_STRING },
		.value = STP_STATS, .max_entries = 20, .stat = &plain_stat };
	pthread_t t[THREADS];
	stp_i64 sum, last = 0;
	int grows = 1;
	long i;

	shared = map_of(&d, THREADS + 1);
	adding = THREADS;
	for (i = 0; i < THREADS; i++)
		pthread_create(&t[i], NULL, add_values, (void *)i);
	while (stp_load(&adding)) {
		sum = walk_sum(cpu(THREADS));
		if (sum < 0)	/* a writer lost its CPU for long */
			continue;
		grows &= sum >= last;
		last = sum;
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	HOLDS(grows);
	IS(THREADS * ADDS, walk_sum(cpu(THREADS)) + stp_load(&refused));
	stp_session_fini();
}

int main(void)
{
	string_keys();
	long_keys();
	page_end();
	tuples();
	overflow();
	wrapping();
	text_overflow();
	random_operations();
	change_in_foreach();
	stats_merge();
	stats_aggregation_overflow();
	stats_threads();
	return check_report();
}
