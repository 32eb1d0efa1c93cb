// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The payload of each type of frame, both ways.  A payload that is longer
 * than this version's is accepted (a newer side may add to the end); one that
 * is shorter, or whose strings do not fit, is refused.
 */
#include "remote/wire/bytes.h"
#include "remote/wire/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct wire_reader reader(const struct wire_frame *f)
{
	return (struct wire_reader){ .at = f->payload,
				     .end = f->payload + f->n };
}

static int result(const struct wire_reader *r)
{
	return r->bad ? -EPROTO : 0;
}

bool wire_name_valid(const char *name)
{
	size_t n = strnlen(name, WIRE_NAME_MAX);

	return n && n < WIRE_NAME_MAX && name[0] != '.' && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

int wire_get_hello(const struct wire_frame *f, struct wire_hello *out)
{
	struct wire_reader r = reader(f);

	out->version = wire_read(&r, 2);
	wire_copy_string(&r, out->program, sizeof(out->program));
	wire_copy_string(&r, out->machine, sizeof(out->machine));
	wire_copy_string(&r, out->release, sizeof(out->release));
	return result(&r);
}

int wire_get_file(const struct wire_frame *f, struct wire_file *out)
{
	struct wire_reader r = reader(f);
	const unsigned char *digest;

	out->size = wire_read(&r, 8);
	out->mode = wire_read(&r, 4);
	digest = wire_read_bytes(&r, SHA256_SIZE);
	wire_copy_string(&r, out->name, sizeof(out->name));
	if (r.bad || out->size > WIRE_FILE_MAX || (out->mode & ~0777u) ||
	    !wire_name_valid(out->name))
		return -EPROTO;
	memcpy(out->digest, digest, SHA256_SIZE);
	return 0;
}

/* Copies a string behind the text kept so far. */
static const char *run_text(struct wire_run *run, struct wire_reader *r)
{
	size_t n;
	const char *s = wire_read_string(r, &n);
	char *to = run->text + run->text_size;

	if (r->bad)
		return NULL;
	memcpy(to, s, n);
	to[n] = '\0';
	run->text_size += n + 1;
	return to;
}

int wire_get_run(const struct wire_frame *f, struct wire_run *out)
{
	struct wire_reader r = reader(f);
	size_t n = wire_read(&r, 2);

	*out = (struct wire_run){ 0 };
	if (r.bad || n > WIRE_OPTIONS_MAX)
		return -EPROTO;
	/* A string of the payload takes two bytes for its length, one for
	 * its NUL here. */
	out->text = malloc(f->n + 1);
	if (!out->text)
		return -ENOMEM;
	for (size_t i = 0; i < n && !r.bad; i++) {
		out->options[i].key = run_text(out, &r);
		out->options[i].value = run_text(out, &r);
	}
	if (r.bad) {
		wire_run_free(out);
		return -EPROTO;
	}
	out->n = n;
	return 0;
}

const char *wire_run_get(const struct wire_run *run, const char *key)
{
	for (size_t i = 0; i < run->n; i++)
		if (!strcmp(run->options[i].key, key))
			return run->options[i].value;
	return NULL;
}

void wire_run_free(struct wire_run *run)
{
	free(run->text);
	run->text = NULL;
	run->n = 0;
}

/* A text that the other side may have made longer than we show is cut. */
static void copy_cut(struct wire_reader *r, char *text, size_t size)
{
	size_t n;
	const char *s = wire_read_string(r, &n);

	if (n >= size)
		n = size - 1;
	memcpy(text, s, n);
	text[n] = '\0';
}

int wire_get_log(const struct wire_frame *f, int *level, char *text,
		 size_t size)
{
	struct wire_reader r = reader(f);

	*level = wire_read(&r, 1);
	copy_cut(&r, text, size);
	return result(&r);
}

int wire_get_error(const struct wire_frame *f, char *text, size_t size)
{
	struct wire_reader r = reader(f);

	copy_cut(&r, text, size);
	return result(&r);
}

int wire_get_stop(const struct wire_frame *f, enum wire_stop *out)
{
	struct wire_reader r = reader(f);
	uint64_t how = wire_read(&r, 1);

	if (r.bad || (how != WIRE_STOP_PROPER && how != WIRE_STOP_FAST))
		return -EPROTO;
	*out = how;
	return 0;
}

int wire_get_status(const struct wire_frame *f, struct wire_status *out)
{
	struct wire_reader r = reader(f);

	out->status = (int32_t)wire_read(&r, 4);
	out->child = (int32_t)wire_read(&r, 4);
	return result(&r);
}

/* ---- the other way ---- */
#define BUILDER(name, bytes)                                                   \
	unsigned char name##_room[bytes];                                      \
	struct wire_builder name = { .p = name##_room, .size = bytes }

static void send_built(struct wire_queue *q, enum wire_type type,
		       const struct wire_builder *b)
{
	wire_put_bytes(q, type, b->p, b->n);
}

void wire_put_hello(struct wire_queue *q, const struct wire_hello *h)
{
	BUILDER(b, 256);

	wire_write(&b, h->version, 2);
	wire_write_string(&b, h->program);
	wire_write_string(&b, h->machine);
	wire_write_string(&b, h->release);
	send_built(q, WIRE_HELLO, &b);
}

void wire_put_file(struct wire_queue *q, const struct wire_file *f)
{
	BUILDER(b, 256);

	wire_write(&b, f->size, 8);
	wire_write(&b, f->mode, 4);
	wire_write_bytes(&b, f->digest, SHA256_SIZE);
	wire_write_string(&b, f->name);
	send_built(q, WIRE_FILE, &b);
}

int wire_put_run(struct wire_queue *q, const struct wire_option *o, size_t n)
{
	struct wire_builder b = { .size = WIRE_PAYLOAD_MAX };

	if (n > WIRE_OPTIONS_MAX)
		return -E2BIG;
	b.p = malloc(b.size);
	if (!b.p)
		return -ENOMEM;
	wire_write(&b, n, 2);
	for (size_t i = 0; i < n; i++) {
		wire_write_string(&b, o[i].key);
		wire_write_string(&b, o[i].value);
		b.full |= strlen(o[i].value) > WIRE_STRING_MAX;
	}
	if (!b.full)
		send_built(q, WIRE_RUN, &b);
	free(b.p);
	return b.full ? -E2BIG : 0;
}

static void put_text(struct wire_queue *q, enum wire_type type, int level,
		     const char *text)
{
	BUILDER(b, WIRE_STRING_MAX + 8);

	if (type == WIRE_LOG)
		wire_write(&b, level, 1);
	wire_write_string(&b, text);
	send_built(q, type, &b);
}

void wire_put_log(struct wire_queue *q, int level, const char *text)
{
	put_text(q, WIRE_LOG, level, text);
}

void wire_put_error(struct wire_queue *q, const char *text)
{
	put_text(q, WIRE_ERROR, 0, text);
}

void wire_put_stop(struct wire_queue *q, enum wire_stop how)
{
	BUILDER(b, 1);

	wire_write(&b, how, 1);
	send_built(q, WIRE_STOP, &b);
}

void wire_put_status(struct wire_queue *q, const struct wire_status *s)
{
	BUILDER(b, 8);

	wire_write(&b, (uint32_t)s->status, 4);
	wire_write(&b, (uint32_t)s->child, 4);
	send_built(q, WIRE_STATUS, &b);
}
