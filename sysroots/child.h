/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Long-running children whose output is read line by line while they run, and
 * that Ctrl-C or a termination signal ends together with all they started.
 */
#ifndef STAPX_CHILD_H
#define STAPX_CHILD_H

#include "util/util.h"

struct child {
	/* Set by the caller before the start; may be NULL. */
	void (*on_line)(void *arg, const char *line);
	void *arg;
	bool with_stderr; /* read its stderr with its stdout */

	pid_t pid;  /* leads its own process group */
	int out;    /* read end; -1 when it has ended */
	int status; /* exit status; 128 + signal; 127 could not start */
	struct buf line;
};

/* 0 or -errno. */
int child_start(struct child *c, char *const argv[], const char *dir);
/* A child that runs fn instead of a program; what fn returns is its status,
 * what it writes to out is read as lines. */
int child_fork(struct child *c, int (*fn)(void *arg, FILE *out), void *arg);

/* Blocks the signals that end a program and gives a signalfd for them, for
 * children_wait(); signals_end() puts things back. */
int signals_begin(void);
void signals_end(int fd);
/* Reads the children's output to its end and waits for them all.  A signal,
 * or the failure of one, ends the groups of the others with SIGTERM.  0 when
 * all ended with 0, 128 + the signal, or the status of the first failure. */
int children_wait(struct child *const c[], size_t n, int signals);

#endif
