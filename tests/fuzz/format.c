// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzz target: a format from a stranger's stream, its letters, and the record
 * that goes with it.  Input: a byte of options, letters up to a NUL, the format
 * up to a NUL, the record's arguments.  Whatever comes, no byte outside is
 * touched, and a smaller buffer holds the start of what a larger one holds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/core/render.h"

#define OUT_MAX 70000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A part that ends in a NUL, copied so that its end is watched; NULL: none. */
static char *part(const uint8_t **p, size_t *left)
{
	const uint8_t *end = memchr(*p, 0, *left);
	size_t n;
	char *s;

	if (!end)
		return NULL;
	n = (size_t)(end - *p) + 1;
	s = malloc(n);
	memcpy(s, *p, n);
	*p += n;
	*left -= n;
	return s;
}

static void render(const struct stp_args *args, const char *text,
		   const char *letters, size_t small)
{
	static char whole[OUT_MAX];
	char *cut = malloc(small + 1);
	stp_size n, m;

	n = stp_format_render(whole, sizeof(whole), text, letters, args->v);
	m = stp_format_render(cut, small, text, letters, args->v);
	if (n != m)
		abort();
	if (small && n < sizeof(whole) &&
	    memcmp(whole, cut, n < small ? n + 1 : small - 1))
		abort();
	free(cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct stp_args args;
	char *letters, *text = NULL;
	const uint8_t *p = data + 1;
	size_t left = size - 1;
	void *record, *memory;

	if (!size || size > STP_RECORD_MAX)
		return 0;
	letters = part(&p, &left);
	if (letters)
		text = part(&p, &left);
	if (text) {
		record = malloc(left ? left : 1);
		memory = malloc(STP_DECODE_MEM(left));
		memcpy(record, p, left);
		if (!stp_args_decode(&args, letters, record, left,
				     data[0] & 1, memory, STP_DECODE_MEM(left)))
			render(&args, text, letters, data[0] >> 1);
		free(memory);
		free(record);
	}
	free(text);
	free(letters);
	return 0;
}
