// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A string table: each text is stored once and named by its offset; offset 0
 * is the empty string.  What the index is written with.
 */
#include "debuginfo/internal.h"

#include <stdlib.h>

static void strtab_rehash(struct strtab *t)
{
	size_t n = t->nslots ? t->nslots * 2 : 1024;
	uint32_t *old = t->slots;
	size_t nold = t->nslots;

	t->slots = xmalloc(n * sizeof *t->slots);
	memset(t->slots, 0, n * sizeof *t->slots);
	t->nslots = n;
	for (size_t i = 0; i < nold; i++) {
		const char *s;
		size_t h;

		if (!old[i])
			continue;
		s = t->s + old[i] - 1;
		h = hash_bytes(s, strlen(s), 0) & (n - 1);
		while (t->slots[h])
			h = (h + 1) & (n - 1);
		t->slots[h] = old[i];
	}
	free(old);
}

static uint32_t strtab_append(struct strtab *t, const char *s, size_t len)
{
	uint32_t off = t->n;

	if (t->n + len + 1 > UINT32_MAX)
		fatal("the index's string table is over 4 GiB");
	if (t->n + len + 1 > t->cap) {
		t->cap = MAX(t->cap * 2, t->n + len + 4096);
		t->s = xrealloc(t->s, t->cap);
	}
	memcpy(t->s + t->n, s, len + 1);
	t->n += len + 1;
	return off;
}

uint32_t strtab_add(struct strtab *t, const char *s)
{
	size_t len = strlen(s), h;

	if (!t->n)
		strtab_append(t, "", 0);
	if (!len)
		return 0;
	if (t->used * 2 >= t->nslots)
		strtab_rehash(t);
	h = hash_bytes(s, len, 0) & (t->nslots - 1);
	for (; t->slots[h]; h = (h + 1) & (t->nslots - 1))
		if (!strcmp(t->s + t->slots[h] - 1, s))
			return t->slots[h] - 1;
	t->slots[h] = strtab_append(t, s, len) + 1;
	t->used++;
	return t->slots[h] - 1;
}

void strtab_free(struct strtab *t)
{
	free(t->s);
	free(t->slots);
	*t = (struct strtab){0};
}
