/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts of addresses, as a target's kernel has them.  In: definitions, a
 * later one of an address counts.  Out: the text, by address.  Memory is
 * bounded: what comes when it is full is not kept.
 */
#ifndef STAPX_NAMES_H
#define STAPX_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAMES_BYTES_MAX ((size_t)32 << 20)	/* of text */

struct name {
	uint64_t addr;
	uint64_t stamp;		/* the owner's */
	uint32_t text;		/* from names.text, 0: a free place */
};
struct names {
	struct name *v;		/* hashed, open addressing */
	size_t n, cap;		/* cap: a power of two, or 0 */
	char *text;		/* each ends in a NUL */
	size_t used, room;
};

/* NULL: not there.  Valid until the next names_put. */
struct name *names_get(const struct names *s, uint64_t addr);
const char *names_text(const struct names *s, const struct name *n);
/* n bytes of text without a NUL in them.  NULL: no memory, or full. */
struct name *names_put(struct names *s, uint64_t addr, const char *text,
		       size_t n);
void names_free(struct names *s);	/* and empty */

#endif
