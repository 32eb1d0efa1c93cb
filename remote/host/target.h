/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The targets of a run, in the order in which they are dealt with: reached,
 * asked what they are, given staprun, run, left.
 */
#ifndef STAPX_HOST_TARGET_H
#define STAPX_HOST_TARGET_H

#include <signal.h>

#include "remote/host/link.h"
#include "remote/stream/stream.h"
#include "remote/wire/wire.h"
#include "sysroots/sysroot.h"

struct session;
struct vm;
struct host_symbols;
struct host_files;

/* ---- facts.c: what a target says of itself ---- */
struct target_facts {
	const char *machine, *release, *version; /* uname -m -r -v */
	const char *arch;	/* the kernel's name of the machine */
	struct build_id build_id;
	const char *place;	/* a folder where programs can be put and run */
	const char *staprun;	/* what an installed one calls itself, or NULL */
	long free_kb;		/* in place; -1 unknown */
	long memory_kb;		/* available; -1 unknown */
	bool modules_disabled, root;
};
/* The command for the target's shell; then what it wrote, taken apart. */
const char *facts_command(struct arena *a);
int facts_parse(struct arena *a, const struct buf *out, struct target_facts *f,
		const char **why);

/* ---- a target ---- */
struct target {
	const char *url;	/* NULL: this machine */
	const char *name;	/* for messages */
	const char *prefix;	/* of its lines, or NULL */
	struct vm *vm;		/* vm:SYSROOT */
	struct sysroot *vm_sysroot;
	struct remote_ssh *ssh;	/* NULL: this machine */
	struct target_facts facts;
	const char *folder;	/* the run's, there; NULL: none yet */
	struct agent *agent;	/* while it runs */
	size_t kernel;		/* which of the run's */
};
/* What at least one target runs. */
struct kernel {
	struct target *first;	/* of those that run it */
	struct sysroot *sysroot;
};
struct remote {
	int signals_fd;		/* interrupts, while they are blocked */
	sigset_t before;
	VEC(struct target *) targets;
	VEC(struct kernel) kernels;	/* once the sysroots are selected */
};

/* push.c: staprun into a folder of the target, and started there. */
/* The static one for a CPU: $STAPX_TARGETS, or where this program's data is;
 * NULL with *why. */
const char *staprun_static(struct session *s, const char *arch,
			   const char **why);
const char *staprun_native(struct session *s, const char **why);
struct link *push_staprun(struct session *s, struct target *t,
			  const char **why);

/* ---- symbols.c: names of a kernel's addresses ---- */
/* NULL: the sysroot (may be NULL) does not have them.  In the arena. */
struct host_symbols *symbols_open(struct arena *a, const struct sysroot *r);
void symbols_close(struct host_symbols *h);	/* may be NULL, as below */
const struct stream_finder *symbols_finder(const struct host_symbols *h);
/* For RUN: which addresses it names. */
const char *symbols_image(struct arena *a, const struct host_symbols *h);

/* ---- files.c: names of places in its files ---- */
/* In the session's arena; the sysroot may be NULL. */
struct host_files *host_files_new(struct session *s, const struct sysroot *r);
bool host_files_find(struct host_files *h, const struct stream_file *file,
		     const char *path, uint64_t offset, char form, char *to,
		     size_t size);
/* Asks the one and the other; symbols may be NULL, both must stay. */
const struct stream_finder *host_finder(struct host_files *h,
					const struct host_symbols *symbols);
void host_files_free(struct host_files *h);	/* may be NULL */

/* ---- agent.c: one session on one target ---- */
struct agent_job {
	const unsigned char *module;	/* bytes to send; they must stay */
	size_t module_size;
	const char *module_name;	/* "NAME.ko" */
	VEC(struct wire_option) options;
	int verbose;			/* pass 5's */
	bool quiet;			/* -w */
	bool several;			/* targets: messages say which */
	const struct stream_finder *finder; /* or NULL; must stay */
	FILE *save;			/* gets the stream, or NULL */
};
/* The link becomes the agent's; prefix may be NULL. */
struct agent *agent_new(struct arena *a, const char *name, struct link *link,
			const struct agent_job *job, FILE *out, FILE *err,
			const char *prefix);
/* What to wait for; may_read false: the output is full. */
int agent_poll(struct agent *g, struct pollfd p[2], bool may_read);
/* What came was not all read: the next turn should not wait. */
bool agent_has_more(const struct agent *g);
uint64_t agent_bytes(const struct agent *g); /* of the trace, so far */
/* Deals with what came and what is due. */
void agent_turn(struct agent *g, bool may_read);
void agent_stop(struct agent *g, enum wire_stop how);
/* No more patience: told to the user, the link is not used any more. */
void agent_give_up(struct agent *g, const char *reason);
bool agent_over(const struct agent *g);
/* Shows what is pending and closes the link.  Exit status; greeted: staprun
 * ran there at all, so what it made is its own to remove. */
int agent_finish(struct agent *g, bool *greeted);

/* ---- sink.c: output that never blocks the agent ---- */
struct sink;
struct sink *sink_new(void);
/* For standard output (1) and error (2), kept in order. */
FILE *sink_file(struct sink *s, int fd);
bool sink_full(struct sink *s);		/* slow reader: take no more */
/* Writes what is left, at most ms; 0 or -errno (-EPIPE: reader gone). */
int sink_close(struct sink *s, int ms);
int sink_error(struct sink *s);		/* of standard output: 0 or an errno */

/* ---- output.c: files that a run writes here ---- */
FILE *output_open(struct session *s, const char *name);	/* NULL: reported */
/* 0, or 1 and reported; f may be NULL. */
int output_close(struct session *s, const char *name, FILE *f);

/* ---- replay.c: session.h's run_replay ---- */

/* ---- kernels.c: session.h's remote_select_sysroot, remote_sysroot ---- */

/* ---- host.c: session.h's pass_run ---- */
/* Reaches every --remote, once in a run; 0, or -errno and reported. */
int reach_all(struct session *s);
void remote_close(struct session *s);

/* ---- user.c: --runtime=user ---- */
int run_user(struct session *s);

#endif
