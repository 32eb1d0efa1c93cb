// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names: equal text gives the equal pointer, for the life of the arena.
 */
#include "util/util.h"

struct intern_entry {
	const char *s;
	uint32_t len;
	uint32_t hash;
};

struct interns {
	struct arena *arena;
	struct intern_entry *slots; /* s == NULL: free */
	size_t nslots, n;
};

struct interns *interns_new(struct arena *a)
{
	struct interns *t = arena_new(a, struct interns);

	t->arena = a;
	t->nslots = 1024;
	t->slots = arena_array(a, t->nslots, struct intern_entry);
	return t;
}

static struct intern_entry *intern_slot(struct interns *t, const char *s,
					size_t n, uint32_t hash)
{
	size_t i = hash & (t->nslots - 1);

	for (;; i = (i + 1) & (t->nslots - 1)) {
		struct intern_entry *e = &t->slots[i];

		if (!e->s)
			return e;
		if (e->hash == hash && e->len == n && !memcmp(e->s, s, n))
			return e;
	}
}

static void intern_rehash(struct interns *t)
{
	struct intern_entry *old = t->slots;
	size_t n = t->nslots;

	t->nslots *= 2;
	t->slots = arena_array(t->arena, t->nslots, struct intern_entry);
	for (size_t i = 0; i < n; i++)
		if (old[i].s)
			*intern_slot(t, old[i].s, old[i].len, old[i].hash) =
				old[i];
}

const char *intern_n(struct interns *t, const char *s, size_t n)
{
	uint64_t h = hash_bytes(s, n, 0);
	uint32_t hash = (uint32_t)(h ^ (h >> 32));
	struct intern_entry *e;

	if (n > UINT32_MAX)
		fatal("a name of %zu bytes is too long", n);
	if (t->n * 2 >= t->nslots)
		intern_rehash(t);
	e = intern_slot(t, s, n, hash);
	if (!e->s) {
		e->s = arena_strndup(t->arena, s, n);
		e->len = (uint32_t)n;
		e->hash = hash;
		t->n++;
	}
	return e->s;
}

const char *intern(struct interns *t, const char *s)
{
	return intern_n(t, s, strlen(s));
}
