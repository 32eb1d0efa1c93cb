// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names for the addresses in records, where the host has none.
 *
 * In: the records on their way out, the module's word for an address (the
 * kernel's own, whatever /proc/kallsyms shows).  Out: KERNEL once; SYMBOL
 * before the first record that holds an address, again when its text has
 * changed, as a module that goes may leave its place to another.  What lies
 * in the kernel's image the host can name by itself, when it said so.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRESH_MS 1000		/* so long a text is believed */
#define HIST_HEAD 26		/* of a histogram, behind its first 2 bytes … */
#define HIST_COUNT 2		/* … here the number of its buckets */

/* The letters of each format that takes addresses. */
static int read_formats(struct symbols *s, const char *defs, size_t n)
{
	const char *at = defs + 4, *end = defs + n;
	uint32_t count;

	if (n < 4)
		return -EPROTO;
	memcpy(&count, defs, 4);
	if (count > STREAM_FORMATS_MAX)
		return -EPROTO;
	s->letters = calloc(count + 1, sizeof(*s->letters));
	if (!s->letters)
		return -ENOMEM;
	for (; s->nformats < count; s->nformats++) {
		const char *nul = memchr(at, '\0', end - at);
		const char *letters = nul ? nul + 1 : NULL;

		nul = letters ? memchr(letters, '\0', end - letters) : NULL;
		if (!nul)
			return -EPROTO;
		at = nul + 1;
		if (strpbrk(letters, "ab" STP_PLACES))
			s->letters[s->nformats] = letters;
	}
	return 0;
}

/* "LO-HI", hexadecimal: how far from the anchor the image begins and ends,
 * modulo 2^64. */
static void read_range(struct symbols *s, const char *image)
{
	uint64_t lo, hi;

	if (!image || sscanf(image, "%" SCNx64 "-%" SCNx64, &lo, &hi) != 2)
		return;
	s->image = s->kernel.anchor + lo;
	s->image_size = hi - lo;
}

int symbols_init(struct symbols *s, struct device *d,
		 const struct stream_writer *out, void *defs, size_t n,
		 const char *image)
{
	struct stp_symbol anchor = { 0 };
	int err;

	memset(s, 0, sizeof(*s));
	s->device = d;
	s->out = out;
	s->defs = defs;
	if (device_symbol(d, &anchor))
		return 0;	/* no record holds an address */
	err = read_formats(s, defs, n);
	if (err)
		return err;
	s->kernel.anchor = anchor.addr;
	snprintf(s->kernel.symbol, sizeof(s->kernel.symbol), "%.63s",
		 anchor.text);
	snprintf(s->kernel.build_id, sizeof(s->kernel.build_id), "%s",
		 d->info.build_id);
	read_range(s, image);
	s->kernel.complete = !s->image_size;
	s->on = true;
	return stream_put(out, STREAM_KERNEL, &s->kernel, sizeof(s->kernel));
}

void symbols_free(struct symbols *s)
{
	free(s->defs);
	free(s->letters);
	names_free(&s->names);
	places_told_free(&s->places);
	memset(s, 0, sizeof(*s));
}

static int put_symbol(struct symbols *s, const struct stp_symbol *sym)
{
	unsigned char block[8 + sizeof(sym->text)];
	size_t n = strlen(sym->text);

	memcpy(block, &sym->addr, 8);
	memcpy(block + 8, sym->text, n);
	return stream_put(s->out, STREAM_SYMBOL, block, 8 + n);
}

/* What the reader is told of an address is kept; "": nothing yet, and its
 * number will do. */
static int define(struct symbols *s, uint64_t addr)
{
	struct name *n = names_get(&s->names, addr);
	struct stp_symbol sym = { .addr = addr };
	uint64_t now = now_ms();
	const char *said, *text;

	if (addr - s->image < s->image_size || !addr ||
	    (n && now - n->stamp < FRESH_MS))
		return 0;
	if (device_symbol(s->device, &sym))
		return 0;
	said = n ? names_text(&s->names, n) : "";
	text = !*said && !strncmp(sym.text, "0x", 2) ? "" : sym.text;
	if (strcmp(said, text)) {
		int err = put_symbol(s, &sym);

		if (err)
			return err;
	}
	n = names_put(&s->names, addr, text, strlen(text));
	if (n)
		n->stamp = now;
	else
		names_free(&s->names);
	return 0;
}

/* Bytes that an argument takes; more than left when it is cut off. */
static size_t size_of(char letter, const unsigned char *p, size_t left)
{
	uint16_t n;

	if (letter <= 'd')
		return 8;
	if (letter == 'h') {
		if (left < HIST_HEAD + 2)
			return SIZE_MAX;
		memcpy(&n, p + HIST_COUNT, 2);
		return HIST_HEAD + 2 + 8 * (size_t)n;
	}
	if (left < 2)
		return SIZE_MAX;
	memcpy(&n, p, 2);
	return 2 + (size_t)n;
}

/* The place in the last 8 of 16 bytes. */
static int define_place(struct symbols *s, const unsigned char *p)
{
	uint64_t where;

	memcpy(&where, p + 8, 8);
	return places_define(&s->places, s->device, s->out, where);
}

static int define_argument(struct symbols *s, char letter,
			   const unsigned char *p, size_t size)
{
	uint64_t addr;

	if (letter == 'a' || letter == 'b') {
		memcpy(&addr, p, 8);
		return define(s, addr);
	}
	if (strchr(STP_PLACES, letter) && size == 2 + 16)
		return define_place(s, p + 2);
	return 0;
}

static int define_arguments(struct symbols *s, const char *letters,
			    const unsigned char *p, size_t n)
{
	int err = 0;

	for (; *letters && !err; letters++) {
		size_t size = size_of(*letters, p, n);

		if (size > n)
			return 0;	/* the reader says so */
		err = define_argument(s, *letters, p, size);
		p += size;
		n -= size;
	}
	return err;
}

int symbols_record(struct symbols *s, const unsigned char *p, size_t len)
{
	struct stp_record r;
	uint64_t addr;
	int err = 0;

	memcpy(&r, p, sizeof(r));
	p += sizeof(r);
	len -= sizeof(r);
	if (r.type == STP_REC_PRINT && r.format < s->nformats &&
	    s->letters[r.format])
		return define_arguments(s, s->letters[r.format], p, len);
	for (; r.type == STP_REC_STACK && len >= 8 && !err; len -= 8) {
		memcpy(&addr, p, 8);
		err = define(s, addr);
		p += 8;
	}
	for (; r.type == STP_REC_USTACK && len >= 16 && !err; len -= 16) {
		err = define_place(s, p);
		p += 16;
	}
	return err;
}
