/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files of a target's user space and the names of places in them, as a
 * stream defines them.  Memory is bounded: what comes when it is full is not
 * kept.
 */
#ifndef STAPX_PLACES_H
#define STAPX_PLACES_H

#include "remote/stream/names.h"
#include "remote/stream/stream.h"

#define PLACE_NUMBER(where) ((uint32_t)((where) >> 48))
#define PLACE_OFFSET(where) ((where) & 0xffffffffffffull)

struct place_file {
	struct stream_file f;	/* number 0: not defined */
	char *path;
};
struct places {
	struct place_file *files;	/* by number */
	size_t nfiles;
	struct names symbols;	/* by place */
};

/* n bytes of path without a NUL in them. */
void places_file(struct places *s, const struct stream_file *f,
		 const char *path, size_t n);
/* NULL: not defined. */
const struct place_file *places_get(const struct places *s, uint32_t number);
void places_free(struct places *s);

#endif
