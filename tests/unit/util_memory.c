// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that arenas give zeroed, aligned, separate memory; that lists, text
 * buffers, maps and names keep what is put into them however much it is.
 */
#include "tests/unit/check.h"
#include "util/util.h"

static void arenas(void)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 1000, 70000,
					3000000, 5, 9000000, 1 };
	struct arena a = { 0 };
	unsigned char *blocks[ARRAY_SIZE(sizes)];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		blocks[i] = arena_alloc(&a, sizes[i]);
		IS(0, (long long)((uintptr_t)blocks[i] % 16));
		for (size_t k = 0; k < sizes[i]; k++) {
			if (blocks[i][k]) {
				HOLDS(!"memory comes zeroed");
				break;
			}
		}
		memset(blocks[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (size_t k = 0; k < sizes[i]; k += 997)
			if (blocks[i][k] != i + 1)
				HOLDS(!"blocks are separate");
	SAYS("x=5", arena_printf(&a, "x=%d", 5));
	SAYS("ab", arena_strndup(&a, "abcdef", 2));
	SAYS("ab", arena_strndup(&a, "ab", 10));
	HOLDS(a.total > 12000000);
	arena_free(&a);
	IS(0, (long long)a.total);
}

static void lists(void)
{
	struct arena a = { 0 };
	VEC(int) v = { 0 };
	int wrong_ones = 0;

	for (int i = 0; i < 10000; i++)
		vec_push(&a, &v, i * 3);
	IS(10000, (long long)v.n);
	vec_for(i, &v)
		wrong_ones += v.v[i] != (int)i * 3;
	IS(0, wrong_ones);
	arena_free(&a);
}

static void buffers(void)
{
	struct buf b = { 0 };

	SAYS("", buf_str(&b));
	buf_puts(&b, "");
	SAYS("", buf_str(&b));
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i % 10);
	buf_putc(&b, '.');
	IS(2001, (long long)b.n);
	HOLDS(str_ends(buf_str(&b), "8,9,."));
	buf_write(&b, "a\0b", 3);
	IS(2004, (long long)b.n);
	IS('b', b.s[2003]);
	IS(0, b.s[2004]);
	buf_free(&b);
	SAYS("", buf_str(&b));
}

static void maps(void)
{
	struct arena a = { 0 };
	struct map m = { 0 };
	int lost = 0, disorder = 0;

	HOLDS(!map_get(&m, "x"));
	for (int i = 0; i < 5000; i++)
		map_set(&a, &m, arena_printf(&a, "key %d", i),
			(void *)(uintptr_t)(i + 1));
	map_set(&a, &m, "key 17", "other");
	IS(5000, (long long)m.entries.n);
	for (int i = 0; i < 5000; i++) {
		char key[32];

		snprintf(key, sizeof key, "key %d", i);
		if (i != 17 && map_get(&m, key) != (void *)(uintptr_t)(i + 1))
			lost++;
		disorder += strcmp(m.entries.v[i].key, key) != 0;
	}
	IS(0, lost);
	IS(0, disorder);
	SAYS("other", map_get(&m, "key 17"));
	HOLDS(!map_get(&m, "key 5000"));
	arena_free(&a);
}

static void names(void)
{
	struct arena a = { 0 };
	struct interns *t = interns_new(&a);
	const char *first = intern(t, "name 3");
	int different = 0;

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++)
			intern(t, arena_printf(&a, "name %d", i));
	for (int i = 0; i < 5000; i++)
		different += intern(t, arena_printf(&a, "name %d", i)) !=
			     intern(t, arena_printf(&a, "name %d", i));
	IS(0, different);
	HOLDS(first == intern(t, "name 3"));
	HOLDS(first == intern_n(t, "name 345", 6));
	HOLDS(intern(t, "a") != intern(t, "b"));
	SAYS("", intern(t, ""));
	arena_free(&a);
}

int main(void)
{
	arenas();
	lists();
	buffers();
	maps();
	names();
	return check_report();
}
