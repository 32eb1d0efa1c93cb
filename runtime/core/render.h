/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From records to text: pure functions that the engine, the user-space port
 * and the reader on the host share.  No state, no allocation, every length
 * checked; what comes in may be hostile.
 */
#ifndef STAPX_RENDER_H
#define STAPX_RENDER_H

#include "../script.h"
#include "../record.h"

/* Text being written into size bytes; len may grow past size - 1 and then
 * says how much was wanted.  size 0: only count. */
struct stp_out {
	char *dst;
	stp_size size, len;
};
void stp_out_char(struct stp_out *o, char c);
void stp_out_fill(struct stp_out *o, char c, stp_i64 n);
void stp_out_bytes(struct stp_out *o, const char *s, stp_size n);
void stp_out_number(struct stp_out *o, stp_i64 v);
void stp_out_end(struct stp_out *o);	/* puts the NUL */
/* One byte as it shows in text, escaped as in C; how many bytes that takes. */
int stp_escape(char to[4], stp_u8 c);
int stp_escape_quoted(char to[4], stp_u8 c);	/* the same between quotes */

/*
 * printf's rendering: text with one argument letter (d s h) a conversion, in
 * order, `*` widths and precisions taking a d each.  Writes at most size
 * bytes, NUL included when size > 0; returns the length wanted.  A format
 * that does not fit its letters renders what fits and drops the rest.
 */
stp_size stp_format_render(char *dst, stp_size size, const char *text,
			   const char *letters, const union stp_val *args);

/* The drawing of a histogram, lines ended by \n. */
void stp_hist_render(struct stp_out *o, const struct stp_hist *h);

/* A record's arguments, taken apart. */
#define STP_ARGS_MAX 64
#define STP_HIST_BUCKETS_MAX 4096
struct stp_args {
	union stp_val v[STP_ARGS_MAX];
	struct stp_hist hist[STP_ARGS_MAX];
	struct stp_stat_desc desc[STP_ARGS_MAX];
	int n;
};
/*
 * data: the len bytes behind a record's header.  letters say what to expect.
 * swap: the writer had the other byte order.  mem: memory the values point
 * into, 8-aligned; STP_DECODE_MEM(len) bytes are always enough.  0, or -1: cut
 * short or out of bounds.  a and b come out as numbers.
 */
#define STP_DECODE_MEM(len) (2 * (stp_size)(len) + STP_ARGS_MAX * 64)
int stp_args_decode(struct stp_args *a, const char *letters, const void *data,
		    stp_size len, int swap, void *mem, stp_size mem_size);

#endif
