// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frame's head, and the queue of bytes that wait to be written.  In:
 * payloads, or bytes from the other side.  Must hold: no length is believed
 * before it was compared with the limit and with what is there.
 */
#include "remote/wire/wire.h"
#include "remote/wire/bytes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_KEEP ((size_t)1 << 20) /* memory of an empty queue */

ssize_t wire_take(const void *data, size_t n, struct wire_frame *out)
{
	const unsigned char *p = data;
	uint32_t size;

	if ((n > 0 && p[0] != 'S') || (n > 1 && p[1] != 'X') ||
	    (n > 3 && p[3] != 0))
		return -EPROTO;
	if (n < WIRE_HEAD)
		return 0;
	size = wire_le32(p + 4);
	if (size > WIRE_PAYLOAD_MAX)
		return -EPROTO;
	if (n - WIRE_HEAD < size)
		return 0;
	*out = (struct wire_frame){ .type = p[2], .payload = p + WIRE_HEAD,
				    .n = size };
	return WIRE_HEAD + (ssize_t)size;
}

/* ---- the queue ---- */
size_t wire_queued(const struct wire_queue *q)
{
	return q->n - q->at;
}

const unsigned char *wire_queue_bytes(const struct wire_queue *q)
{
	return q->bytes + q->at;
}

void wire_queue_sent(struct wire_queue *q, size_t n)
{
	q->at += n;
	if (q->last > q->n - q->at)	/* it is on its way */
		q->last = 0;
	if (q->at == q->n)
		q->at = q->n = 0;
	if (!q->n && q->cap > QUEUE_KEEP)
		wire_queue_free(q);
}

void wire_queue_free(struct wire_queue *q)
{
	free(q->bytes);
	*q = (struct wire_queue){ 0 };
}

/* Room for n bytes at the end; NULL when there is none. */
static unsigned char *queue_room(struct wire_queue *q, size_t n)
{
	if (q->failed)
		return NULL;
	/* Moved only when that gains as much as it costs. */
	if (q->at > q->n / 2 && q->n + n > q->cap) {
		memmove(q->bytes, q->bytes + q->at, q->n - q->at);
		q->n -= q->at;
		q->at = 0;
	}
	if (q->n + n > q->cap) {
		size_t cap = q->n + n + (q->n + n) / 2;
		void *p = realloc(q->bytes, cap);

		if (!p) {
			q->failed = true;
			return NULL;
		}
		q->bytes = p;
		q->cap = cap;
	}
	return q->bytes + q->n;
}

static void put_frame(struct wire_queue *q, enum wire_type type, const void *p,
		      size_t n)
{
	unsigned char *to = queue_room(q, WIRE_HEAD + n);

	if (!to)
		return;
	to[0] = 'S';
	to[1] = 'X';
	to[2] = type;
	to[3] = 0;
	wire_put32(to + 4, n);
	if (n)
		memcpy(to + WIRE_HEAD, p, n);
	q->n += WIRE_HEAD + n;
	q->last = WIRE_HEAD + n;
}

void wire_put_bytes(struct wire_queue *q, enum wire_type type, const void *p,
		    size_t n)
{
	const unsigned char *at = p;

	while (n) {
		size_t part = n < WIRE_PAYLOAD_MAX ? n : WIRE_PAYLOAD_MAX;

		put_frame(q, type, at, part);
		at += part;
		n -= part;
	}
}

void wire_put_joined(struct wire_queue *q, enum wire_type type, const void *p,
		     size_t n)
{
	unsigned char *head, *to;

	if (q->last < WIRE_HEAD ||
	    n > WIRE_PAYLOAD_MAX + WIRE_HEAD - q->last ||
	    q->bytes[q->n - q->last + 2] != type) {
		wire_put_bytes(q, type, p, n);
		return;
	}
	to = queue_room(q, n);
	if (!to)
		return;
	memcpy(to, p, n);
	q->n += n;
	q->last += n;
	head = q->bytes + q->n - q->last;
	wire_put32(head + 4, q->last - WIRE_HEAD);
}

void wire_put_empty(struct wire_queue *q, enum wire_type type)
{
	put_frame(q, type, NULL, 0);
}
