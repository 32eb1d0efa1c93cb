// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text to pointer: open addressing over indices into a list of entries, so a
 * walk over the entries sees them as they were put in.  There is no removal.
 */
#include "util/util.h"

uint64_t hash_bytes(const void *p, size_t n, uint64_t seed)
{
	const unsigned char *s = p;
	uint64_t h = 0xcbf29ce484222325u ^ seed;

	while (n--)
		h = (h ^ *s++) * 0x100000001b3u;
	return h;
}

/* The slot that holds key, or the free one where it belongs. */
static uint32_t *map_slot(const struct map *m, const char *key, uint64_t hash)
{
	size_t i = hash & (m->nslots - 1);

	for (;; i = (i + 1) & (m->nslots - 1)) {
		const struct map_entry *e;

		if (!m->slots[i])
			return &m->slots[i];
		e = &m->entries.v[m->slots[i] - 1];
		if (e->hash == hash && !strcmp(e->key, key))
			return &m->slots[i];
	}
}

static void map_rehash(struct arena *a, struct map *m)
{
	m->nslots = m->nslots ? m->nslots * 2 : 16;
	m->slots = arena_array(a, m->nslots, uint32_t);
	vec_for(i, &m->entries) {
		struct map_entry *e = &m->entries.v[i];

		*map_slot(m, e->key, e->hash) = (uint32_t)i + 1;
	}
}

void *map_get(const struct map *m, const char *key)
{
	uint32_t *slot;

	if (!m->nslots)
		return NULL;
	slot = map_slot(m, key, hash_bytes(key, strlen(key), 0));
	return *slot ? m->entries.v[*slot - 1].value : NULL;
}

void map_set(struct arena *a, struct map *m, const char *key, void *value)
{
	uint64_t hash = hash_bytes(key, strlen(key), 0);
	uint32_t *slot;

	/* At most half full keeps the chains short. */
	if (m->entries.n * 2 >= m->nslots)
		map_rehash(a, m);
	slot = map_slot(m, key, hash);
	if (*slot) {
		m->entries.v[*slot - 1].value = value;
		return;
	}
	vec_push(a, &m->entries, (struct map_entry){ key, value, hash });
	*slot = (uint32_t)m->entries.n;
}
