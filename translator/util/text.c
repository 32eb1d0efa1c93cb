// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about text: prefixes, wildcards, and which name a person may
 * have meant; and text that is printed into an arena.
 */
#include <fnmatch.h>
#include <stdlib.h>

#include "util/util.h"

#define NAME_MAX_LEN 128 /* longer names are not worth a suggestion */

bool str_starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && !strcmp(s + n - m, suffix);
}

bool has_wildcard(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

bool glob_match(const char *pattern, const char *s)
{
	return fnmatch(pattern, s, 0) == 0;
}

/* The optimal string alignment form: a swap of neighbours counts as one. */
int edit_distance(const char *a, const char *b, int max)
{
	size_t n = strlen(a), m = strlen(b);
	int rows[3][NAME_MAX_LEN + 1];
	int *before = rows[0], *prev = rows[1], *cur = rows[2];

	if (n > NAME_MAX_LEN || m > NAME_MAX_LEN)
		return max + 1;
	if (labs((long)n - (long)m) > max)
		return max + 1;
	for (size_t j = 0; j <= m; j++)
		prev[j] = (int)j;
	for (size_t i = 1; i <= n; i++) {
		int best = cur[0] = (int)i, *t;

		for (size_t j = 1; j <= m; j++) {
			int cost = a[i - 1] != b[j - 1];
			int d = prev[j - 1] + cost;

			d = MIN(d, prev[j] + 1);
			d = MIN(d, cur[j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d = MIN(d, before[j - 2] + 1);
			cur[j] = d;
			best = MIN(best, d);
		}
		if (best > max)
			return max + 1;
		t = before;
		before = prev;
		prev = cur;
		cur = t;
	}
	return MIN(prev[m], max + 1);
}

struct near_name {
	const char *name;
	int distance;
};

static int near_cmp(const void *x, const void *y)
{
	const struct near_name *a = x, *b = y;

	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	return strcmp(a->name, b->name);
}

const char *nearest_names(struct arena *a, const char *name,
			  const char *const *names, size_t n, size_t max)
{
	int limit = MAX(1, (int)MIN(strlen(name), (size_t)30) / 3);
	VEC(struct near_name) near = { 0 };
	struct buf b = { 0 };
	const char *out;
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		int d = edit_distance(name, names[i], limit);

		if (d <= limit)
			vec_push(a, &near, (struct near_name){ names[i], d });
	}
	if (near.n)
		qsort(near.v, near.n, sizeof *near.v, near_cmp);
	for (size_t i = 0; i < near.n && shown < max; i++) {
		if (i && !strcmp(near.v[i].name, near.v[i - 1].name))
			continue;
		buf_printf(&b, "%s%s", shown++ ? ", " : "", near.v[i].name);
	}
	out = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return out;
}

FILE *text_open(struct text_stream *t)
{
	*t = (struct text_stream){ 0 };
	t->f = open_memstream(&t->text, &t->n);
	if (!t->f)
		fatal("out of memory");
	return t->f;
}

char *text_close(struct text_stream *t, struct arena *a)
{
	char *s;

	if (fclose(t->f))
		fatal("out of memory");
	s = arena_strndup(a, t->text, t->n);
	free(t->text);
	return s;
}
