/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A long-running child whose output is read line by line while it runs, and
 * that Ctrl-C or a termination signal ends together with all it started.
 */
#ifndef STAPX_CHILD_H
#define STAPX_CHILD_H

#include "util/util.h"

enum child_flags {
	CHILD_STDERR = 1, /* its stderr is read with its stdout */
};

struct child {
	pid_t pid;   /* leads its own process group */
	int out;     /* read end */
	struct buf line;
};

/* 0 or -errno. */
int child_start(struct child *c, char *const argv[], const char *dir,
		int flags);
/* Blocks the signals that end a program and gives a signalfd for them, for
 * child_wait(); signals_end() puts things back. */
int signals_begin(void);
void signals_end(int fd);
/* Reads the child's output to its end, each line to on_line (may be NULL),
 * then waits for it.  A signal on the signalfd ends the child's group with
 * SIGTERM; the result is then 128 + that signal.  Else the exit status, or
 * 128 + the signal that ended it. */
int child_wait(struct child *c, int signals,
	       void (*on_line)(void *arg, const char *line), void *arg);

#endif
