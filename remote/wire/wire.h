/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames between the host's agent and `staprun --agent`, over one pair of
 * byte streams (docs/protocol.md has the order in which they come).
 *
 *	'S' 'X', u8 type, u8 0, u32 size, then size bytes of payload
 *
 * Numbers are little-endian; a string is u16 length and bytes, no NUL inside.
 * Everything here is a pure function of its arguments: no file, no clock.
 */
#ifndef STAPX_WIRE_H
#define STAPX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "remote/wire/sha256.h"

/* Raised with every change that the other side must know of: frames, options
 * of RUN, the stream. */
#define WIRE_VERSION 2
/* What `staprun -V` says and stap compares; with the number above. */
#define STAPRUN_PROGRAM "staprun (stapx) " STAPX_VERSION ", protocol %d"
#define WIRE_HEAD 8
#define WIRE_PAYLOAD_MAX (64u << 10)	/* bytes of one frame's payload */
#define WIRE_STRING_MAX 4096
#define WIRE_NAME_MAX 64		/* of a file: letters, digits, ._- */
#define WIRE_FILE_MAX ((uint64_t)64 << 20)
#define WIRE_FILES_MAX 16		/* in one session */
#define WIRE_OPTIONS_MAX 512

/* Both sides speak at least so often.  A running session gives a silent host
 * up soon, so that no probe stays armed behind a cut link (the host may ask
 * for another limit: option "silence_ms"); otherwise there is time. */
#define WIRE_KEEPALIVE_MS 300
#define WIRE_ARMED_SILENCE_MS 1200
#define WIRE_SILENCE_MS 8000

enum wire_type {
	WIRE_HELLO = 1,		/* first, both ways: struct wire_hello */
	WIRE_FILE = 2,		/* host: struct wire_file, then its bytes in */
	WIRE_FILE_DATA = 3,	/* … as many of these as it takes */
	WIRE_RUN = 4,		/* host: struct wire_run */
	WIRE_STREAM = 5,	/* target: bytes of the trace stream */
	WIRE_STDOUT = 6,	/* target: what -c CMD wrote */
	WIRE_STDERR = 7,
	WIRE_LOG = 8,		/* target: a step, for -v: u8 level, string */
	WIRE_STOP = 9,		/* host: u8 enum wire_stop */
	WIRE_STATUS = 10,	/* target, last: struct wire_status */
	WIRE_ERROR = 11,	/* either: string, a line for the user */
	WIRE_KEEPALIVE = 12,	/* both ways: nothing */
	WIRE_RUNNING = 13,	/* target: begin probes have run: nothing */
};

enum wire_stop {
	WIRE_STOP_PROPER = 1,	/* end probes run, all output comes */
	WIRE_STOP_FAST = 2,	/* no end probes */
};

struct wire_frame {
	uint8_t type;		/* may be one this side does not know */
	const unsigned char *payload;
	size_t n;
};

struct wire_hello {
	uint16_t version;
	char program[64];	/* "staprun (stapx) 0.1, protocol 2" */
	char machine[32], release[72]; /* uname; "" from the host */
};

struct wire_file {
	uint64_t size;
	uint32_t mode;
	unsigned char digest[SHA256_SIZE];
	char name[WIRE_NAME_MAX];
};

/* How to run: keys of wire_run_keys[], each value a string; "set" may come
 * several times. */
struct wire_option {
	const char *key, *value; /* in the struct's own text */
};
struct wire_run {
	size_t n;
	struct wire_option options[WIRE_OPTIONS_MAX];
	char *text;		/* owned; wire_run_free */
	size_t text_size;
};

struct wire_status {
	int32_t status;		/* of staprun: 0, 1, 255 */
	int32_t child;		/* of -c CMD, as waitpid has it; -1: none */
};

/* ---- taking frames from bytes ---- */
/* The frame at the start of the n bytes; returns its whole length, 0 when
 * more bytes are needed, -EPROTO when this is no frame. */
ssize_t wire_take(const void *p, size_t n, struct wire_frame *out);
/* Each 0, or -EPROTO when the payload is not what its type says. */
int wire_get_hello(const struct wire_frame *f, struct wire_hello *out);
int wire_get_file(const struct wire_frame *f, struct wire_file *out);
int wire_get_run(const struct wire_frame *f, struct wire_run *out); /* -ENOMEM */
int wire_get_log(const struct wire_frame *f, int *level, char *text,
		 size_t size);
int wire_get_error(const struct wire_frame *f, char *text, size_t size);
int wire_get_stop(const struct wire_frame *f, enum wire_stop *out);
int wire_get_status(const struct wire_frame *f, struct wire_status *out);
/* Letters, digits and ._- only, neither "." nor "..", not too long. */
bool wire_name_valid(const char *name);
const char *wire_run_get(const struct wire_run *r, const char *key); /* NULL */
void wire_run_free(struct wire_run *r);

/* ---- bytes on their way out ---- */
struct wire_queue {
	unsigned char *bytes;	/* owned */
	size_t at, n, cap;	/* bytes[at … n) wait */
	size_t last;		/* of them, from the last frame's head on */
	bool failed;		/* no memory: the queue takes nothing more */
};
size_t wire_queued(const struct wire_queue *q);
const unsigned char *wire_queue_bytes(const struct wire_queue *q);
void wire_queue_sent(struct wire_queue *q, size_t n);
void wire_queue_free(struct wire_queue *q);

/* n bytes as frames of that type, as many as it takes. */
void wire_put_bytes(struct wire_queue *q, enum wire_type type, const void *p,
		    size_t n);
/* The same, but adds to the last frame where that is of this type, has room
 * and nothing of it was sent. */
void wire_put_joined(struct wire_queue *q, enum wire_type type, const void *p,
		     size_t n);
void wire_put_empty(struct wire_queue *q, enum wire_type type);
void wire_put_hello(struct wire_queue *q, const struct wire_hello *h);
void wire_put_file(struct wire_queue *q, const struct wire_file *f);
/* -E2BIG when the options need more than a frame holds. */
int wire_put_run(struct wire_queue *q, const struct wire_option *o, size_t n);
void wire_put_log(struct wire_queue *q, int level, const char *text);
void wire_put_error(struct wire_queue *q, const char *text);
void wire_put_stop(struct wire_queue *q, enum wire_stop how);
void wire_put_status(struct wire_queue *q, const struct wire_status *s);

#endif
