/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port to user space: a script as a process of one thread, which is CPU 0.
 */
#ifndef STAPX_USER_H
#define STAPX_USER_H

#include "../core/core.h"

struct stp_probe_kind {
	const char *name;
};

/* ---- stream.c: the trace stream, to a file descriptor ---- */
int user_stream_start(int fd);		/* 0 or -errno */
/* Writes what handlers have left so far; -errno once writing failed. */
int user_stream_flush(void);
/* Everything after the last record.  status: what the process ends with. */
int user_stream_end(int status);

/* ---- arming.c: timers that are armed while their condition holds ---- */
struct stp_arming_calls {
	/* When a handler asked for it, or first: all conditions are asked. */
	void (*look)(int first);
};
struct stp_switch {
	void (*turn)(const struct stp_probe *p, int on);
};
static inline void user_look(int first)
{
	if (stp_session.script->arming)
		stp_session.script->arming->calls->look(first);
}

/* ---- timer.c ---- */
void user_timers_start(void);
/* Runs the timers that are due; ns until the next one, -1: there is none. */
stp_i64 user_timers_run(void);

/* Runs p's handler, unless the session lets no hits in. */
static inline void user_hit(const struct stp_probe *p)
{
	struct stp_ctx *c = stp_enter(p, 0, 0);

	if (c) {
		p->handler(c);
		stp_leave(c);
		user_look(0);
	}
}

#endif
