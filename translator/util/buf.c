// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text being built on the heap; always NUL-terminated once anything was
 * written.  The owner calls buf_free().
 */
#include <stdlib.h>

#include "util/util.h"

static void buf_room(struct buf *b, size_t more)
{
	size_t need = b->n + more + 1;

	if (need < more)
		fatal("out of memory (%zu bytes more)", more);
	if (need <= b->cap)
		return;
	b->cap = MAX(need, b->cap * 2);
	b->cap = MAX(b->cap, (size_t)64);
	b->s = xrealloc(b->s, b->cap);
}

void buf_write(struct buf *b, const void *p, size_t n)
{
	buf_room(b, n);
	if (n)
		memcpy(b->s + b->n, p, n);
	b->n += n;
	b->s[b->n] = 0;
}

void buf_putc(struct buf *b, char c)
{
	buf_write(b, &c, 1);
}

void buf_puts(struct buf *b, const char *s)
{
	buf_write(b, s, strlen(s));
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list ap2;
	int n;

	va_copy(ap2, ap);
	n = vsnprintf(NULL, 0, fmt, ap2);
	va_end(ap2);
	if (n < 0)
		fatal("cannot format text");
	buf_room(b, (size_t)n);
	vsnprintf(b->s + b->n, (size_t)n + 1, fmt, ap);
	b->n += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

const char *buf_str(const struct buf *b)
{
	return b->s ? b->s : "";
}

void buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf){ 0 };
}
