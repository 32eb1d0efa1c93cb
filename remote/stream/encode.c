// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the blocks of a trace stream.  In: payloads in native order.  Out:
 * bytes through the caller's function, each block whole and padded to 8.
 * Never keeps anything back.
 */
#include "remote/stream/stream.h"

#include <errno.h>
#include <string.h>

int stream_put_head(const struct stream_writer *w)
{
	struct stream_head head = { .order = STREAM_ORDER,
				    .version = STREAM_VERSION };

	memcpy(head.magic, STREAM_MAGIC, sizeof(head.magic));
	return w->write(w->arg, &head, sizeof(head));
}

static int put_tail(const struct stream_writer *w, size_t n)
{
	static const char zero[8];

	return n % 8 ? w->write(w->arg, zero, 8 - n % 8) : 0;
}

int stream_put(const struct stream_writer *w, enum stream_type type,
	       const void *payload, size_t n)
{
	struct stream_block block = { .type = type, .size = n };
	int err;

	if (n > STREAM_BLOCK_MAX)
		return -EMSGSIZE;
	err = w->write(w->arg, &block, sizeof(block));
	if (!err && n)
		err = w->write(w->arg, payload, n);
	return err ? err : put_tail(w, n);
}

/* How many of the n bytes fit into one block without cutting a record. */
static size_t whole_records(const unsigned char *p, size_t n)
{
	const size_t room = STREAM_BLOCK_MAX - sizeof(struct stream_data);
	size_t at = 0;

	if (n <= room)
		return n;
	while (n - at >= 8) {
		uint32_t len;

		memcpy(&len, p + at, sizeof(len));
		if (len < 8 || len > n - at || at + len > room)
			break;
		at += len;
	}
	return at;
}

int stream_put_records(const struct stream_writer *w, uint32_t cpu,
		       const void *records, size_t n)
{
	const unsigned char *p = records;

	while (n) {
		struct stream_data data = { .cpu = cpu };
		size_t part = whole_records(p, n);
		struct stream_block block = { .type = STREAM_DATA,
					      .size = sizeof(data) + part };
		int err;

		if (!part)
			return -EPROTO;
		err = w->write(w->arg, &block, sizeof(block));
		if (!err)
			err = w->write(w->arg, &data, sizeof(data));
		if (!err)
			err = w->write(w->arg, p, part);
		if (!err)
			err = put_tail(w, sizeof(data) + part);
		if (err)
			return err;
		p += part;
		n -= part;
	}
	return 0;
}
