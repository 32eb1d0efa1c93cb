// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text in the target's memory that is no plain string: UTF-16, UTF-32, and
 * buffers of a length.  In: an address, checked byte by byte as all reads are.
 * Out: UTF-8, or the bytes in quotes; c->error where it cannot be read or is
 * no text.  Any context; at most maxstringlen characters are looked at.
 */
#include "core.h"
#include "render.h"

#define SURROGATE_HIGH 0xd800
#define SURROGATE_LOW 0xdc00
#define SURROGATE_END 0xe000
#define CODE_MAX 0x10ffff

static stp_size limit(void)
{
	return (stp_size)stp_session.script->limits.maxstringlen;
}

static stp_u64 read(struct stp_ctx *c, stp_u64 addr, int size, int user)
{
	return user ? stp_uread(c, addr, size, c->site) :
		      stp_kread(c, addr, size, c->site);
}

static int encode(char to[4], stp_u32 code)
{
	static const stp_u8 lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	int i;

	for (i = n - 1; i > 0; i--) {
		to[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	to[0] = (char)(lead[n] | code);
	return n;
}

/* The character at *addr, which moves behind it. */
static stp_u32 next_code(struct stp_ctx *c, stp_u64 *addr, int width, int user)
{
	stp_u32 code = (stp_u32)read(c, *addr, width, user), low;

	*addr += (stp_u64)width;
	if (code >= SURROGATE_HIGH && code < SURROGATE_END) {
		low = width == 2 && code < SURROGATE_LOW ?
		      (stp_u32)read(c, *addr, 2, user) : 0;
		if (low < SURROGATE_LOW || low >= SURROGATE_END)
			goto invalid;
		*addr += 2;
		return 0x10000 + ((code - SURROGATE_HIGH) << 10) +
		       (low - SURROGATE_LOW);
	}
	if (code <= CODE_MAX)
		return code;
invalid:
	if (!c->error)
		stp_fail(c, width == 2 ? "invalid UTF-16" : "invalid UTF-32",
			 c->site);
	return 0;
}

void stp_wide_string(struct stp_ctx *c, char *dst, stp_u64 addr, int width,
		     int user)
{
	struct stp_out o = { dst, limit(), 0 };
	char bytes[4];
	stp_u32 code;
	int n;

	while ((code = next_code(c, &addr, width, user)) && !c->error) {
		n = encode(bytes, code);
		/* Whole characters only. */
		if (o.len + (stp_size)n >= o.size)
			break;
		stp_out_bytes(&o, bytes, (stp_size)n);
	}
	stp_out_end(&o);
}

void stp_buffer_quoted(struct stp_ctx *c, char *dst, stp_u64 addr, stp_i64 n,
		       stp_i64 most, int user)
{
	/* Behind the text: the quote and, where it was cut, dots. */
	const stp_size tail = 4;
	struct stp_out o = { dst, limit(), 0 };
	char bytes[4];
	int k;

	if (most > 0 && (stp_size)most < o.size)
		o.size = (stp_size)most < tail + 2 ? tail + 2 : (stp_size)most;
	stp_out_char(&o, '"');
	for (; n > 0; n--, addr++) {
		k = stp_escape_quoted(bytes, (stp_u8)read(c, addr, 1, user));
		if (c->error || o.len + (stp_size)k + tail >= o.size)
			break;
		stp_out_bytes(&o, bytes, (stp_size)k);
	}
	stp_out_bytes(&o, "\"...", n > 0 ? 4 : 1);
	stp_out_end(&o);
}
