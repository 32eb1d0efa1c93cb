/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A way to a program that speaks frames: over SSH, or as a child process
 * here.  Nothing blocks; the agent waits for all its links at once.
 */
#ifndef STAPX_LINK_H
#define STAPX_LINK_H

#include <poll.h>

#include "util/util.h"

struct link {
	const struct link_kind *kind;
};
struct link_kind {
	/* Bytes of the program's output: > 0, 0 none now, -EPIPE it ended,
	 * other -errno: the link broke. */
	ssize_t (*read)(struct link *l, void *p, size_t n);
	/* The same of its standard error (what is no frame: complaints). */
	ssize_t (*read_err)(struct link *l, void *p, size_t n);
	/* Bytes taken, may be 0, or -errno. */
	ssize_t (*write)(struct link *l, const void *p, size_t n);
	/* What to wait for; how many of the two were filled in. */
	int (*poll)(struct link *l, struct pollfd p[2], bool want_write);
	/* Exit status of the program that ended, 128 + signal; -1 unknown. */
	int (*status)(struct link *l);
	void (*close)(struct link *l);
};

#define LINK_STEP_MS 10000	/* a step of connecting that takes longer fails */

/* True once the user wants to stop: signals_fd (-1: none) has a signal. */
bool interrupted(int signals_fd);
int64_t clock_ms(void);		/* monotonic */

/* ---- local.c: a child process ---- */
/* NULL with the reason in *why. */
struct link *local_start(struct arena *a, char *const argv[], const char **why);

/* ---- ssh.c: the only file that knows libssh ---- */
struct remote_ssh;		/* a connection */
struct ssh_target {
	const char *name;	/* for messages: the URL without its scheme */
	const char *user, *host; /* user NULL: as configured */
	int port;		/* 0: as configured */
	const char *key;	/* private key file, NULL: as configured */
	const char *known_hosts; /* file, NULL: the user's */
};
/* ssh://[user@]host[:port] or [user@]host[:port]; host may be [IPv6]. */
bool ssh_target_parse(struct arena *a, const char *url, struct ssh_target *out,
		      const char **why);
/* 0 or -errno with the reason in *why; -EINTR: interrupted. */
int remote_ssh_open(struct arena *a, const struct ssh_target *t,
		    int signals_fd, struct remote_ssh **out, const char **why);
/* Runs a command of the remote shell, n bytes as its input, and waits.  out
 * and err get what it writes, at most LINK_OUTPUT_MAX each. */
#define LINK_OUTPUT_MAX ((size_t)1 << 20)
struct remote_command {
	const char *command;
	const void *in;
	size_t n;
	struct buf out, err;	/* the caller frees them */
	int status;
	int64_t sent_at;	/* when the last byte of input was taken */
};
int remote_ssh_run(struct remote_ssh *s, struct remote_command *c,
		   const char **why);
/* Starts one and leaves it running. */
struct link *remote_ssh_start(struct remote_ssh *s, const char *command,
			      const char **why);
void remote_ssh_close(struct remote_ssh *s);

#endif
