// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers and strings of payloads: little-endian, every read in bounds. */
#include "remote/wire/bytes.h"
#include "remote/wire/wire.h"

#include <string.h>

uint32_t wire_le32(const void *p)
{
	const unsigned char *b = p;

	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

void wire_put32(void *p, uint32_t v)
{
	unsigned char *b = p;

	for (int i = 0; i < 4; i++)
		b[i] = v >> 8 * i;
}

const unsigned char *wire_read_bytes(struct wire_reader *r, size_t n)
{
	const unsigned char *p = r->at;

	if (r->bad || (size_t)(r->end - r->at) < n) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return p;
}

uint64_t wire_read(struct wire_reader *r, int bytes)
{
	const unsigned char *p = wire_read_bytes(r, bytes);
	uint64_t v = 0;

	for (int i = bytes; p && i--;)
		v = v << 8 | p[i];
	return v;
}

const char *wire_read_string(struct wire_reader *r, size_t *n)
{
	const unsigned char *p;

	*n = wire_read(r, 2);
	if (*n > WIRE_STRING_MAX)
		r->bad = true;
	p = wire_read_bytes(r, *n);
	if (!p || memchr(p, '\0', *n)) {
		r->bad = true;
		*n = 0;
		return "";
	}
	return (const char *)p;
}

void wire_copy_string(struct wire_reader *r, char *dst, size_t size)
{
	size_t n;
	const char *s = wire_read_string(r, &n);

	if (n >= size) {
		r->bad = true;
		n = 0;
	}
	memcpy(dst, s, n);
	dst[n] = '\0';
}

void wire_write_bytes(struct wire_builder *b, const void *p, size_t n)
{
	if (b->full || n > b->size - b->n) {
		b->full = true;
		return;
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void wire_write(struct wire_builder *b, uint64_t v, int bytes)
{
	unsigned char p[8];

	for (int i = 0; i < bytes; i++)
		p[i] = v >> 8 * i;
	wire_write_bytes(b, p, bytes);
}

void wire_write_string(struct wire_builder *b, const char *s)
{
	size_t n = strnlen(s, WIRE_STRING_MAX);

	wire_write(b, n, 2);
	wire_write_bytes(b, s, n);
}
