// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory of a run: chunks that are filled from the front and freed together.
 * Every block comes zeroed and aligned for any type.  Nothing here returns
 * NULL: a machine without memory ends the process.
 */
#include <stdlib.h>

#include "util/util.h"

#define CHUNK_MIN (64u << 10)
#define CHUNK_MAX (4u << 20)
#define ALIGN 16u

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size; /* of data[] */
	_Alignas(ALIGN) unsigned char data[];
};

void fatal(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("stap: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		fatal("out of memory (%zu bytes more)", size);
	return p;
}

void *xrealloc(void *p, size_t size)
{
	void *q = realloc(p, size ? size : 1);

	if (!q)
		fatal("out of memory (%zu bytes more)", size);
	return q;
}

char *xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xmalloc(n), s, n);
}

static struct arena_chunk *chunk_new(struct arena *a, size_t need)
{
	size_t size = a->chunk ? MIN(a->chunk->size * 2, CHUNK_MAX) : CHUNK_MIN;
	struct arena_chunk *c;

	if (size < need)
		size = need;
	/* calloc, as fresh pages are zero already. */
	c = calloc(1, sizeof *c + size);
	if (!c)
		fatal("out of memory (%zu bytes more)", size);
	c->size = size;
	a->total += sizeof *c + size;
	return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->chunk;
	void *p;

	if (size > SIZE_MAX / 2)
		fatal("out of memory (%zu bytes asked)", size);
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (!c || c->size - c->used < size) {
		c = chunk_new(a, size);
		/* A big block of its own goes behind the one being filled. */
		if (a->chunk && size > CHUNK_MAX / 4) {
			c->next = a->chunk->next;
			a->chunk->next = c;
		} else {
			c->next = a->chunk;
			a->chunk = c;
		}
	}
	p = c->data + c->used;
	c->used += size;
	return p;
}

void *arena_dup(struct arena *a, const void *p, size_t size)
{
	void *q = arena_alloc(a, size);

	if (size)
		memcpy(q, p, size);
	return q;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_dup(a, s, strlen(s) + 1);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = arena_alloc(a, len + 1);

	memcpy(p, s, len);
	return p;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list ap2;
	char *s;
	int n;

	va_copy(ap2, ap);
	n = vsnprintf(NULL, 0, fmt, ap2);
	va_end(ap2);
	if (n < 0)
		fatal("cannot format text");
	s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	return s;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

void arena_free(struct arena *a)
{
	struct arena_chunk *c = a->chunk, *next;

	for (; c; c = next) {
		next = c->next;
		free(c);
	}
	a->chunk = NULL;
	a->total = 0;
}

void *vec_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
	void *p;

	*cap = *cap ? *cap * 2 : 4;
	p = arena_alloc(a, *cap * size);
	if (n)
		memcpy(p, v, n * size);
	return p;
}
