/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records made small for a link: the payload of PACKED blocks.
 *
 * Most records repeat one that came shortly before but for its time and a few
 * bytes.  Both sides keep the same table of earlier records; a record names a
 * place of it and says what differs.  Format, length, process name and pid
 * then cost nothing; a typical record takes 2 to 6 bytes instead of 48.
 *
 *	struct stream_packed, then a record after the other, each begins with
 *	0ctttttt  just like the record before, and the next number: t is the
 *		time since then, its low 6 bits; c: a varint with the rest
 *	1cpppppp  like the record kept in place p of the table; c: with other
 *		arguments.  varint, the time since the record before; c: for
 *		each 8 words of 8 bytes of the arguments u8, which of them
 *		differ; each of those: u8, which of its bytes differ, and these
 *	PACK_WHOLE  like none before: u8 place where it is kept (PACK_NOWHERE:
 *		in none), the first 8 bytes of struct stp_record, varint time,
 *		the arguments with their padding
 *	PACK_GAP  no record: varint, how many numbers are left out
 *
 * A varint has 7 bits a byte, the lowest first, the top bit set on all but
 * the last; times are modulo 2^64.  The table lives as long as the stream, all
 * CPUs share it; a block's first record is never just like the one before.
 */
#ifndef STAPX_PACK_H
#define STAPX_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "remote/stream/stream.h"

#define PACK_PLACES 62
#define PACK_NOWHERE PACK_PLACES
#define PACK_LIKE 0x80		/* | place */
#define PACK_OTHER 0x40		/* c above */
#define PACK_LOW 0x3f		/* t, p above */
#define PACK_LOW_BITS 6
#define PACK_GAP 0xbe
#define PACK_WHOLE 0xbf
#define PACK_WORDS 32		/* longer arguments are not kept */

struct pack_table {
	struct pack_place {
		uint64_t key;	/* first 8 bytes of the record; 0: nothing */
		uint64_t args[PACK_WORDS];
	} place[PACK_PLACES];
};

/* ---- making them: pack.c.  Native order ---- */
struct packer {
	struct pack_table table;
	struct stream_packed head; /* of the block being made */
	struct pack_place *last; /* of the record before; NULL: none */
	uint64_t time;		/* of the record before */
	uint32_t seq;		/* that would follow */
	unsigned char *out;	/* owned; the block's records */
	size_t n, cap;
};
int packer_init(struct packer *p); /* 0 or -ENOMEM */
/* n bytes of whole records of one CPU, at a multiple of 8, as one or more
 * blocks.  0, what w says, or -EPROTO: they are no records. */
int packer_put(struct packer *p, const struct stream_writer *w, uint32_t cpu,
	       const void *records, size_t n);
void packer_free(struct packer *p);

/* ---- taking them apart: unpack.c.  Bytes from outside ---- */
/* The n bytes behind a block's head become exactly head->size bytes of
 * records at out, in the writer's order; head is in ours.  NULL, or what is
 * wrong with them; the table is of no use then. */
const char *unpack(struct pack_table *t, const struct stream_packed *head,
		   bool swapped, const unsigned char *p, size_t n,
		   unsigned char *out);

#endif
