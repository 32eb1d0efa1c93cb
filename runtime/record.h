/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records: what a probe writes and a reader formats.  Native byte order (the
 * stream's header says which); every record starts at a multiple of 8.
 *
 * After struct stp_record come the arguments in order, without padding
 * between them:
 *	d	8 bytes
 *	a b A B C  8 bytes: an address of the kernel.  The reader shows its
 *		name, or name, offset, size and module; or the source file, the
 *		line, or both; as a string
 *	s	u16 length, then the bytes, no NUL
 *	i j k l n  u16 16, an address of user space, where it lies (below).  The
 *		reader shows its name, or name, offset, size and file; or the
 *		source file, the line, or both; as a string
 *	m	the same; the bytes are memory, and may be NUL
 *	h	u8 kind, u8 0, u16 n, 8 bytes each low, high, step, then n
 *		buckets of 8 bytes
 * and then padding up to len.
 */
#ifndef STAPX_RECORD_H
#define STAPX_RECORD_H

#define STP_ADDRESSES "abABC"	/* letters, as above; all below 'd' */
#define STP_PLACES "ijkln"	/* letters, as above; above 'h', below 's' */
#define STP_RECORD_MAX 65536	/* bytes, header and padding included */

enum stp_record_type {
	STP_REC_PAD = 0,	/* skip it: end of the ring.  May be as short
				 * as 8 bytes, then only len and type count */
	STP_REC_PRINT,		/* format is a number of the script's formats */
	STP_REC_TEXT,		/* one string argument, for stdout as it is */
	/* Their text without the prefix, which the reader adds. */
	STP_REC_WARNING,	/* one string: "WARNING: …" on stderr, once */
	STP_REC_ERROR,		/* one string: "ERROR: …" on stderr */
	STP_REC_EXIT,		/* the script asked to end */
	STP_REC_SYSTEM,		/* one string: a command to run on the target */
	STP_REC_STACK,		/* addresses of the kernel, 8 bytes each: a
				 * line of text for each on stdout */
	STP_REC_USTACK,		/* of user space, 16 bytes each: the address,
				 * then the number of its file in the top 16
				 * bits and the place in the file below, or 0.
				 * format: enum stp_ustack_form */
};

enum stp_ustack_form { STP_USTACK_FULL, STP_USTACK_BRIEF, STP_USTACK_LINES };

struct stp_record {
	unsigned int len;	/* all of it, a multiple of 8 */
	unsigned char type;	/* enum stp_record_type */
	unsigned char reserved;
	unsigned short format;
	unsigned long long time; /* ns, monotonic */
	unsigned int seq;	/* of this CPU, one up each, lost ones counted */
	unsigned short cpu;
	unsigned short reserved2;
};				/* 24 bytes */

#endif
