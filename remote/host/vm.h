/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A throw-away target: the kernel of a sysroot, booted by QEMU with an
 * initramfs of BusyBox and dropbear, reached by SSH on a port of 127.0.0.1.
 * Client key and host key are made for each run and known in advance, so the
 * connection is checked like any other.
 *
 * QEMU ends with the thread that called vm_start(): call it from the main
 * thread, or from one that lives as long as the guest is needed.
 */
#ifndef STAPX_VM_H
#define STAPX_VM_H

#include "sysroots/sysroot.h"

struct vm_options {
	int smp;	     /* 0: 2 CPUs */
	int mem_mb;	     /* 0: 512 */
	int port;	     /* 0: a free one */
	bool icount;	     /* clock runs by instructions; one CPU */
	bool keep;	     /* vm_stop() leaves the folder (console log) */
	int timeout_s;	     /* 0: 120 until ssh answers */
	const char *append;  /* more kernel parameters, or NULL */
	const char *const *modules;    /* for modprobe in the guest, or NULL */
	const char *const *extra_args; /* more arguments of QEMU, or NULL */
	/* Called about ten times a second while the guest boots (may be
	 * NULL); false gives up with -EINTR. */
	bool (*waiting)(void *arg, int elapsed_ms);
	void *arg;
};

struct vm {
	pid_t pid;		  /* QEMU's */
	int port;		  /* on 127.0.0.1 */
	const char *dir;	  /* of this run; removed by vm_stop() */
	const char *key;	  /* private key file, user root (or "user") */
	const char *known_hosts;  /* file with the guest's host key */
	const char *console;	  /* log of its console */
	bool keep;
	int boot_ms;		  /* from start until ssh answered */
};

/* 0 or -errno, the reason (with the end of the console log where that says
 * more) in *why. */
int vm_start(struct arena *a, const struct sysroot *s,
	     const struct vm_options *opt, struct vm **out, const char **why);
/* Ends QEMU by its own pid and removes the folder; NULL is allowed. */
void vm_stop(struct vm *vm);
/* False once QEMU has ended (guest powered off, crashed or killed). */
bool vm_alive(const struct vm *vm);

#endif
