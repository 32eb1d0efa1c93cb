// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hash table of texts by address (names.h).
 */
#include "remote/stream/names.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 256
#define NAMES_MAX ((size_t)1 << 20)

static size_t place_of(const struct names *s, uint64_t addr)
{
	uint64_t mix = addr * 0x9e3779b97f4a7c15ull;

	return (mix >> 32) & (s->cap - 1);
}

/* The place of addr, or the free one where it belongs. */
static struct name *find(const struct names *s, uint64_t addr)
{
	size_t i = place_of(s, addr);

	while (s->v[i].text && s->v[i].addr != addr)
		i = (i + 1) & (s->cap - 1);
	return &s->v[i];
}

struct name *names_get(const struct names *s, uint64_t addr)
{
	struct name *n = s->cap ? find(s, addr) : NULL;

	return n && n->text ? n : NULL;
}

const char *names_text(const struct names *s, const struct name *n)
{
	return s->text + n->text;
}

static bool grow_table(struct names *s)
{
	struct names to = { .cap = s->cap ? 2 * s->cap : FIRST_CAP };

	if (s->n < s->cap / 2)
		return true;
	if (s->n >= NAMES_MAX || !(to.v = calloc(to.cap, sizeof(*to.v))))
		return false;
	for (size_t i = 0; i < s->cap; i++)
		if (s->v[i].text)
			*find(&to, s->v[i].addr) = s->v[i];
	free(s->v);
	s->v = to.v;
	s->cap = to.cap;
	return true;
}

/* Where the text stands now; 0: there is no room.  Texts begin at 1. */
static uint32_t keep_text(struct names *s, const char *text, size_t n)
{
	size_t at = s->used ? s->used : 1;

	if (n > NAMES_BYTES_MAX || at + n + 1 > NAMES_BYTES_MAX)
		return 0;
	if (at + n + 1 > s->room) {
		size_t room = 2 * (at + n + 1);
		char *p = realloc(s->text, room);

		if (!p)
			return 0;
		s->text = p;
		s->room = room;
	}
	memcpy(s->text + at, text, n);
	s->text[at + n] = '\0';
	s->used = at + n + 1;
	return at;
}

static bool says(const struct names *s, const struct name *n, const char *text,
		 size_t len)
{
	const char *have = names_text(s, n);

	return strlen(have) == len && !memcmp(have, text, len);
}

struct name *names_put(struct names *s, uint64_t addr, const char *text,
		       size_t n)
{
	struct name *to;
	uint32_t at;

	if (!grow_table(s))
		return NULL;
	to = find(s, addr);
	if (to->text && says(s, to, text, n))
		return to;
	at = keep_text(s, text, n);
	if (!at)
		return NULL;
	s->n += !to->text;
	to->addr = addr;
	to->text = at;
	return to;
}

void names_free(struct names *s)
{
	free(s->v);
	free(s->text);
	*s = (struct names){ 0 };
}
