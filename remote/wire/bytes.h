/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Little-endian numbers and strings in payloads, bounds kept. */
#ifndef STAPX_BYTES_H
#define STAPX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

uint32_t wire_le32(const void *p);
void wire_put32(void *p, uint32_t v);

/* A payload being taken apart: once something does not fit, bad stays set and
 * every later value is zero. */
struct wire_reader {
	const unsigned char *at, *end;
	bool bad;
};
uint64_t wire_read(struct wire_reader *r, int bytes); /* 1 2 4 8 */
const unsigned char *wire_read_bytes(struct wire_reader *r, size_t n);
/* The string's place and length; at most WIRE_STRING_MAX, no NUL in it. */
const char *wire_read_string(struct wire_reader *r, size_t *n);
/* The same, copied with a NUL; one that does not fit is bad. */
void wire_copy_string(struct wire_reader *r, char *dst, size_t size);

/* A payload being made, at most size bytes; full says that it did not fit. */
struct wire_builder {
	unsigned char *p;
	size_t n, size;
	bool full;
};
void wire_write(struct wire_builder *b, uint64_t v, int bytes);
void wire_write_bytes(struct wire_builder *b, const void *p, size_t n);
/* Cut at WIRE_STRING_MAX. */
void wire_write_string(struct wire_builder *b, const char *s);

#endif
