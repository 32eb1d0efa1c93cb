/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between a loaded module and staprun: one file, /proc/stapx_MODULE, mode
 * 0600, one opener at a time.
 *
 *	open			takes the session; EBUSY when it is taken
 *	ioctl INFO DEFS SET	before START
 *	mmap			ring of CPU n at offset n * ring_stride
 *	ioctl START		allocates, arms, runs begin probes
 *	poll			POLLIN: a ring holds data or the state changed
 *	ioctl STATUS		state and counts
 *	ioctl SYMBOL		the kernel's text for an address
 *	ioctl STOP		disarms, runs end (or error) probes
 *	close			disarms at once; without STOP no end probe runs.
 *				A mapped ring keeps the file open: unmap first
 */
#ifndef STAPX_UAPI_H
#define STAPX_UAPI_H

#ifdef __KERNEL__
#include <linux/ioctl.h>
#include <linux/types.h>
#else
#include <linux/types.h>
#include <sys/ioctl.h>
#endif

#define STP_UAPI_VERSION 1
#define STP_PROC_PREFIX "stapx_"

struct stp_info {
	__u32 version;		/* STP_UAPI_VERSION */
	__u32 ncpus;		/* possible CPUs: rings 0 … ncpus-1 */
	__u32 page_size;
	__u32 maxstringlen;
	__u64 ring_size;	/* data bytes of a ring, a power of two; set by START's budget */
	__u64 ring_stride;	/* mmap distance of two rings: control page + data */
	__u32 defs_size;	/* bytes DEFS gives */
	__u32 nprobes, nglobals;
	char release[65];
	char build_id[129];	/* hex, of the kernel it was built for */
};

/* Copies at most size bytes of definitions to buf; layout: u32 count, then for
 * each format its text and its argument letters, both NUL-terminated. */
struct stp_defs {
	__u64 buf;		/* user address */
	__u32 size;
	__u32 pad;
};

struct stp_set {		/* VAR=value */
	char name[128];
	char value[512];
};

struct stp_buffers {		/* before mmap: memory for all rings together */
	__u64 total_bytes;	/* 0: the default for this machine */
	__u64 ring_size;	/* out: per CPU */
	__u64 ring_stride;	/* out */
};

struct stp_start {
	__s64 target;		/* target(): pid, 0 none */
	__u32 flags;
	__u32 pad;
};

enum stp_state {
	STP_STATE_LOADED, STP_STATE_STARTING, STP_STATE_RUNNING,
	STP_STATE_ERROR,	/* too many errors: STOP runs error probes */
	STP_STATE_STOPPING, STP_STATE_STOPPED,
};

struct stp_status {
	__u32 state;		/* enum stp_state */
	__u32 exit_requested;	/* exit() ran, or errors ended it: call STOP */
	__u64 errors, skipped, lost; /* lost: records that found no room */
	__u64 memory;		/* bytes the session holds, rings included */
	__u32 skipped_busy, skipped_lock, skipped_stack, skipped_missed,
	      skipped_overload;
	__u32 failed;		/* what happened makes the session a failure */
};

/* The control page of a ring; the data follows it.  The producer owns head,
 * the consumer tail; both count bytes since the start and only grow.  Bytes
 * up to committed are whole records. */
struct stp_ring_page {
	__u64 size;		/* of the data, a power of two */
	__u64 reserved;		/* producer: bytes handed out to writers */
	__u64 committed;	/* producer: bytes readable */
	__u64 lost;		/* records that found no room */
	__u64 seq;		/* next sequence number */
	__u64 pad[3];
	__u64 tail __attribute__((aligned(64))); /* consumer */
};

#define STP_IOC_INFO	_IOR('S', 1, struct stp_info)
#define STP_IOC_DEFS	_IOW('S', 2, struct stp_defs)
#define STP_IOC_SET	_IOW('S', 3, struct stp_set)
#define STP_IOC_BUFFERS	_IOWR('S', 4, struct stp_buffers)
#define STP_IOC_START	_IOW('S', 5, struct stp_start)
#define STP_IOC_STATUS	_IOR('S', 6, struct stp_status)
#define STP_IOC_STOP	_IO('S', 7)
/* A line of the -t report into buf; returns 0 at the end. */
struct stp_report {
	__u32 index;		/* in: probe number */
	__u32 pad;
	__u64 hits, time_min, time_max, time_sum; /* ns */
	char name[256];
	char where[128];
};
#define STP_IOC_REPORT	_IOWR('S', 8, struct stp_report)
/* "name+0x1/0x2 [module]", "0x…" for an address without a name.  Of address 0:
 * the name of a symbol of the kernel, and addr is its address.  ENOTTY: no
 * record of this script holds an address. */
struct stp_symbol {
	__u64 addr;		/* or, as no kernel has anything there, the
				 * number of a file of user space (record.h):
				 * "SIZE INODE PROCESS PATH", once, then "" */
	char text[1016];
};
#define STP_IOC_SYMBOL	_IOWR('S', 9, struct stp_symbol)

#endif
