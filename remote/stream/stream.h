/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The trace stream: what staprun and the programs of --runtime=user write and
 * every view reads; kept in a file it can be shown again with no target.
 *
 *	struct stream_head, then blocks: struct stream_block, size bytes of
 *	payload, zero bytes up to a multiple of 8
 *
 * Numbers are in the writer's byte order, which the head tells.  Order of the
 * blocks: INFO, DEFS and KERNEL before the first records, an address's SYMBOL,
 * or PLACE and its FILE, before the first record that holds it, END last; a
 * stream without END was cut.  A reader skips types that it does not know.
 *
 * Time order: records of one block, and of one CPU, come nearly in the
 * order of their times.  WATERMARK says that no record older than its time
 * will follow: the reader may show all up to it, merged over the CPUs.
 */
#ifndef STAPX_STREAM_H
#define STAPX_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "runtime/record.h"

#define STREAM_MAGIC "\x89STPX\r\n\x1a" /* 8 bytes, no NUL */
#define STREAM_ORDER 0x0102
#define STREAM_VERSION 2
#define STREAM_BLOCK_MAX (1u << 20)	/* bytes of payload */
#define STREAM_CPUS_MAX 8192
#define STREAM_FORMATS_MAX 65536
#define STREAM_DEFS_MAX STREAM_BLOCK_MAX
#define STREAM_NAME_MAX 1024	/* bytes of the text of an address */
#define STREAM_FILES_MAX 65535
#define STREAM_PATH_MAX 1024	/* bytes of a path, with a NUL */

struct stream_head {		/* 16 bytes */
	char magic[8];
	uint16_t order;		/* STREAM_ORDER */
	uint16_t version;	/* STREAM_VERSION */
	uint32_t flags;		/* 0 */
};

enum stream_type {
	STREAM_INFO = 1,	/* struct stream_info */
	STREAM_DEFS = 2,	/* u32 count; each: format text NUL, letters NUL */
	STREAM_DATA = 3,	/* struct stream_data, then whole records */
	STREAM_WATERMARK = 4,	/* struct stream_watermark */
	STREAM_LOST = 5,	/* struct stream_lost */
	STREAM_STATUS = 6,	/* struct stream_status */
	STREAM_REPORT = 7,	/* struct stream_report: a line of -t */
	STREAM_END = 8,		/* struct stream_end */
	STREAM_PACKED = 9,	/* struct stream_packed, then as pack.h says */
	STREAM_KERNEL = 10,	/* struct stream_kernel: records hold addresses */
	STREAM_SYMBOL = 11,	/* u64 address, then its text without a NUL:
				 * "name+0x1/0x2 [module]" */
	STREAM_FILE = 12,	/* struct stream_file, then its path without a
				 * NUL: records hold places in it */
	STREAM_PLACE = 13,	/* u64 place (record.h), then its text without
				 * a NUL: "name+0x1/0x2" */
};

struct stream_block {
	uint32_t type;		/* enum stream_type */
	uint32_t size;		/* of the payload, without padding */
};

struct stream_info {
	uint32_t ncpus;		/* CPUs are numbered 0 … ncpus-1 */
	uint32_t maxstringlen;
	uint64_t start_mono_ns;	/* the records' clock and … */
	uint64_t start_real_ns;	/* … wall time since 1970, at the same moment */
	char module[64];	/* names end in a NUL */
	char release[72];
	char machine[32];
};

struct stream_data {
	uint32_t cpu;
	uint32_t pad;
};

struct stream_packed {
	uint32_t cpu;
	uint32_t size;		/* of the records, unpacked; a multiple of 8 */
	uint64_t time;		/* the first record's time is this and … */
	uint32_t seq;		/* … its number this and what it adds */
	uint32_t pad;
};

struct stream_watermark {
	uint64_t time;		/* ns, the records' clock */
};

struct stream_lost {
	uint32_t cpu;
	uint32_t pad;
	uint64_t total;		/* records lost on this CPU since the start */
};

struct stream_status {
	uint32_t state;		/* enum stp_state of runtime/uapi.h */
	uint32_t exit_requested;
	uint64_t errors, skipped, lost, memory;
	uint32_t skipped_busy, skipped_lock, skipped_stack, skipped_missed,
		skipped_overload, pad;
};

struct stream_report {
	uint64_t hits, time_min, time_max, time_sum; /* ns */
	char name[256];
	char where[128];
};

/* Where the kernel lies: the names of its addresses can be looked up in a
 * file with this build-id. */
struct stream_kernel {
	uint64_t anchor;	/* run-time address of … */
	char symbol[64];	/* … this symbol of the kernel */
	char build_id[136];	/* hex; names end in a NUL */
	uint32_t complete;	/* what SYMBOL does not define has no name */
	uint32_t pad;
};

/* A file of the target's user space, whose number places have. */
struct stream_file {
	uint32_t number;	/* 1 … STREAM_FILES_MAX */
	uint32_t pad;
	uint64_t size;		/* bytes */
	char build_id[136];	/* hex, "" not known; ends in a NUL */
};

struct stream_end {
	int32_t status;		/* 0: the session ended as it should, else 1 */
	uint32_t pad;
};

/* ---- writing: native order; encode.c ---- */
typedef int stream_write_fn(void *arg, const void *p, size_t n); /* 0, -errno */
struct stream_writer {
	stream_write_fn *write;
	void *arg;
};
int stream_put_head(const struct stream_writer *w);
int stream_put(const struct stream_writer *w, enum stream_type type,
	       const void *payload, size_t n);
/* DATA; n bytes of whole records, cut into blocks as needed. */
int stream_put_records(const struct stream_writer *w, uint32_t cpu,
		       const void *records, size_t n);

/* ---- views: what becomes of a stream.  Records come in order of time ---- */
struct stream_record {		/* decoded header, host order */
	uint8_t type;		/* enum stp_record_type */
	uint16_t format;
	uint16_t cpu;
	uint32_t seq;
	uint64_t time;
	const unsigned char *args; /* as in record.h, the writer's byte order */
	size_t nargs;		   /* bytes, padding included */
};
struct stream_format {
	const char *text, *letters;
};
struct stream;			/* the reader's state; below */

/* Whoever can name addresses that the stream itself does not, in the form of
 * a letter of STP_ADDRESSES other than a (b: "name+0x1/0x2 [module]"); or
 * false. */
struct stream_finder {
	bool (*find)(void *arg, const struct stream_kernel *k, uint64_t addr,
		     char form, char *to, size_t size);
	/* The same of a place in a file, in the form of a letter of STP_PLACES
	 * other than i (j: "name+0x1/0x2"); may be NULL. */
	bool (*find_place)(void *arg, const struct stream_file *file,
			   const char *path, uint64_t offset, char form,
			   char *to, size_t size);
	void *arg;
};

struct stream_view {
	const char *name;
	void (*info)(void *v, const struct stream_info *info);
	void (*record)(void *v, const struct stream *s,
		       const struct stream_record *r);
	void (*lost)(void *v, uint32_t cpu, uint64_t n); /* newly noticed */
	void (*status)(void *v, const struct stream_status *st);
	void (*report)(void *v, const struct stream_report *r);
	void (*flush)(void *v);	/* all that came so far was shown */
	/* ended false: the stream was cut */
	void (*end)(void *v, bool ended, int status);
};

/* text.c: stdout and stderr as SystemTap has them. */
struct text_view;
extern const struct stream_view stream_text_view;
/* prefix may be NULL; it begins every line of out ("1: ").  Ends in NULL
 * only when memory is short. */
struct text_view *text_view_new(FILE *out, FILE *err, const char *prefix);
void text_view_free(struct text_view *v);
/* Begins each message, where there are several targets; must stay. */
void text_view_name(struct text_view *v, const char *name);
/* Other output of the target, with the prefix. */
void text_view_put(struct text_view *v, const void *p, size_t n);
/* Errors shown so far: the run's exit status is 1 when there are any. */
uint64_t text_view_errors(const struct text_view *v);
/* -v: say why probes were skipped. */
void text_view_verbose(struct text_view *v, bool on);
/* -w: no warnings. */
void text_view_quiet(struct text_view *v, bool on);
/* Asked for addresses that the stream does not name; must stay. */
void text_view_finder(struct text_view *v, const struct stream_finder *f);

/* ---- outfile.c ---- */
/* Opened for writing, to be closed by the caller; strftime(3) forms its name,
 * which is left in path.  NULL: errno says why. */
FILE *output_file(const char *name, char *path, size_t size);

/* ---- reading: bytes as they come, in pieces of any size; decode.c ---- */
struct stream *stream_open(const struct stream_view *view, void *view_arg);
/* 0, or -EPROTO once the bytes are no stream (what is wrong: stream_why). */
int stream_feed(struct stream *s, const void *p, size_t n);
/* No more bytes: shows what is pending.  0, -EPROTO, or -EPIPE when there
 * was no END. */
int stream_finish(struct stream *s);
const char *stream_why(const struct stream *s);
bool stream_begun(const struct stream *s); /* its head has come */
bool stream_ended(const struct stream *s, int *status);
bool stream_swapped(const struct stream *s); /* other byte order than ours */
const struct stream_format *stream_format(const struct stream *s,
					  uint32_t number); /* NULL: none */
/* NULL: none came, or the address was not defined. */
const struct stream_kernel *stream_kernel(const struct stream *s);
const char *stream_symbol(const struct stream *s, uint64_t addr);
struct places;
const struct places *stream_places(const struct stream *s);
void stream_close(struct stream *s);

/* ---- addresses: address.c ---- */
/* In the form of a letter of STP_ADDRESSES, or "0x…" where nothing is known; f
 * may be NULL. */
void address_text(const struct stream *s, const struct stream_finder *f,
		  uint64_t addr, char form, char to[STREAM_NAME_MAX]);

/* ---- addresses of user space: places.c ---- */
struct user_place {			/* as a record has it, in our byte order */
	uint64_t addr, where;
};
/* The place at 16 bytes of a record. */
struct user_place place_read(const struct stream *s, const void *p);
/* In the form of a letter of STP_PLACES, or "0x…"; f may be NULL. */
void place_text(const struct stream *s, const struct stream_finder *f,
		const struct user_place *p, char form, char to[STREAM_NAME_MAX]);
/* A line of a stack, in a form of enum stp_ustack_form, without its end.
 * returns: it is where a call returns to, whose line is that before. */
void place_line(const struct stream *s, const struct stream_finder *f,
		const struct user_place *p, unsigned int form, bool returns,
		char to[STREAM_NAME_MAX + 64]);

#endif
