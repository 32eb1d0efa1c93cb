/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * staprun: loads a script's module, carries its trace out, removes it.  The
 * contents in the order of a run.  Functions that can fail return 0 or
 * -errno and put the reason, as a line for the user, into struct why.
 *
 * Safety: the control file is open in this process alone (close-on-exec, the
 * child is forked before it is opened, the guardian is another program), so
 * whatever ends this process disarms the probes at once.
 */
#ifndef STAPX_TARGET_H
#define STAPX_TARGET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "remote/stream/names.h"
#include "remote/stream/pack.h"
#include "remote/stream/stream.h"
#include "runtime/uapi.h"

#define MODULE_FILE_MAX ((size_t)64 << 20)
#define MODULE_NAME_SIZE 56	/* MODULE_NAME_LEN of a 64-bit kernel */
#define FOLDER_PREFIX "stapx-"

struct why {
	char text[512];
};
/* Fills in the reason and returns err, so that it can be returned. */
int because(struct why *w, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int64_t now_ms(void);		/* monotonic */

/* ---- facts.c: this machine ---- */
struct facts {
	char machine[72], release[72];	/* uname */
	char build_id[129];		/* hex; "" unknown */
};
void facts_get(struct facts *f);
/* Whether modules can be loaded at all; says why not. */
int facts_can_load(struct why *w);

/* ---- image.c: the module as a file ---- */
struct image {
	unsigned char *bytes;	/* owned */
	size_t n;
	char name[MODULE_NAME_SIZE];
	char vermagic[160];
	char build_id[129];	/* it was built for; "" unknown */
	bool is_signed;
};
int image_read(struct image *im, const char *path, struct why *w);
/* Takes over bytes that came from elsewhere (malloc'd). */
int image_take(struct image *im, unsigned char *bytes, size_t n,
	       struct why *w);
/* CPU, release and build-id against this machine's. */
int image_check(const struct image *im, const struct facts *f, struct why *w);
/* Gives it a name that no other run has; a signed module keeps its own. */
int image_rename(struct image *im, struct why *w);
void image_free(struct image *im);

/* ---- load.c: into the kernel and out ---- */
/* folder: for the file that libkmod wants; NULL in the static build. */
int module_insert(const struct image *im, const char *folder, struct why *w);
/* Tries until ms have passed; -EBUSY: in use, 0 also when it is not there. */
int module_remove(const char *name, int ms);
/* One staprun at a time loads or sweeps; a descriptor to close, or -1 when
 * the lock is held for too long (the caller goes on without). */
int load_lock(void);

/* ---- folder.c: the run's temporary folder ---- */
/* Makes one in the first place that can be written; path in out. */
int folder_make(char *out, size_t size, struct why *w);
/* Writes who owns it, so that sweeps leave it alone. */
int folder_own(const char *path, struct why *w);
/* With all in it; nothing that is not a folder of ours, no link followed. */
int folder_remove(const char *path);

/* ---- sweep.c: what earlier runs left ---- */
struct outlet;
/* Modules that nobody has open, folders whose owner is dead. */
void sweep(struct outlet *o);
/* staprun -d NAME ("*": all); the number that could not be removed. */
int sweep_module(const char *name, struct outlet *o);

/* ---- device.c: /proc/stapx_NAME ---- */
struct device {
	int fd;			/* -1: closed */
	struct stp_info info;
	unsigned char **ring;	/* ncpus mappings: control page, then data;
				 * NULL: no such CPU */
	uint64_t ring_size, ring_stride;
};
int device_open(struct device *d, const char *name, struct why *w);
int device_set(struct device *d, const char *assignment, struct why *w);
int device_map(struct device *d, uint64_t total_bytes, struct why *w);
int device_defs(struct device *d, void **defs, size_t *n, struct why *w);
int device_status(struct device *d, struct stp_status *st);
/* One line of -t; false at the end. */
bool device_report(struct device *d, uint32_t index, struct stp_report *r);
/* 0 or -errno; the text ends in a NUL. */
int device_symbol(struct device *d, struct stp_symbol *s);
/* START and STOP run in a thread, so that the rings are read meanwhile; a
 * byte comes through *done when it is over, device_joined has the result. */
struct device_call;
struct device_call *device_begin(struct device *d, int64_t target, int *done);
struct device_call *device_end(struct device *d, int *done);
int device_joined(struct device_call *call);
void device_close(struct device *d);

/* ---- namer.c: names of places in the target's files ---- */
#define NAMER_TEXT_MAX 512
#define NAMER_PATH_MAX 1024
struct namer {
	pid_t pid;		/* 0: it does not run */
	int fd;
	int failures;
};
struct namer_question {
	uint64_t offset, size, inode;	/* in the file; of it */
	int32_t pid;		/* that had it mapped */
	char path[NAMER_PATH_MAX];
};
/* "name+0x1/0x2", "" where it has none, and the file's build-id, or "".  0, or
 * -errno: the file should not be asked for again. */
int namer_ask(struct namer *n, const struct namer_question *q,
	      char text[NAMER_TEXT_MAX], char build_id[136]);
void namer_end(struct namer *n);
int namer_main(int fd);		/* the other program */

/* ---- places.c: what of them the stream was told ---- */
#define PLACES_FILES 1024	/* numbers of them; more than the module has */
struct places_told {
	struct namer namer;
	struct file_told {
		bool asked;	/* the module, for its path */
		bool nameless;	/* the namer failed at it */
		uint64_t size, inode;
		int pid;
		char *path;	/* owned; NULL: not known */
	} files[PLACES_FILES];
	struct names names;	/* by place; "": it has none */
};
/* Defines what a reader needs for a place; 0 or -errno. */
int places_define(struct places_told *t, struct device *d,
		  const struct stream_writer *out, uint64_t where);
void places_told_free(struct places_told *t);

/* ---- symbols.c: names of the addresses in records ---- */
struct symbols {
	struct device *device;
	const struct stream_writer *out;
	bool on;		/* records may hold addresses */
	struct stream_kernel kernel;
	uint64_t image, image_size; /* what the host can name */
	void *defs;		/* owned */
	const char **letters;	/* of the formats with addresses, else NULL */
	uint32_t nformats;
	struct names names;	/* told so far */
	struct places_told places;
};
/* Takes over defs, the n bytes of device_defs, also when it fails.  image:
 * the host's word (RUN), or NULL.  Writes KERNEL where it is needed. */
int symbols_init(struct symbols *s, struct device *d,
		 const struct stream_writer *out, void *defs, size_t n,
		 const char *image);
/* Defines what the record of len bytes at p (checked) holds; 0 or -errno. */
int symbols_record(struct symbols *s, const unsigned char *p, size_t len);
void symbols_free(struct symbols *s);

/* ---- relay.c: rings → stream ---- */
struct relay {
	const struct stream_writer *out;
	struct ring {
		struct stp_ring_page *page;
		unsigned char *data;
		uint64_t size;
		uint64_t mark;	/* ns: all older records were read */
		uint64_t lost;	/* told so far */
	} *rings;
	unsigned int n;
	uint64_t watermark;	/* told last */
	uint64_t moved;		/* when records were moved last */
	struct packer packer;
	struct symbols *symbols; /* NULL: no record holds an address */
	/* A command that the script's system() wants run. */
	void (*command)(void *arg, const char *cmd);
	bool (*room)(void *arg);	/* NULL: there is always room */
	void *arg;
};
/* pages: n mappings (NULL: no such CPU) of a control page and size bytes. */
int relay_init(struct relay *r, const struct stream_writer *out,
	       unsigned char *const *pages, unsigned int n, uint64_t size);
/* Moves what the rings hold; bytes moved, or -errno (-EPROTO: a ring is
 * damaged). */
ssize_t relay_pump(struct relay *r);
/* Whether all that was written has been moved. */
bool relay_empty(const struct relay *r);
void relay_free(struct relay *r);
uint64_t relay_clock(void);	/* ns, the records' clock */

/* ---- child.c: -c CMD ---- */
struct child {
	pid_t pid;		/* 0: none */
	int go;			/* write end: a byte lets it run */
	int out, err;		/* read ends, or -1 when inherited */
	int status;		/* as waitpid has it, once over */
	bool over;
};
/* Forked, but waits; captured: out and err are ours to read. */
int child_prepare(struct child *c, const char *command, bool captured,
		  struct why *w);
void child_go(struct child *c);
bool child_reap(struct child *c);	/* true: it is over now */
void child_end(struct child *c);	/* not needed any more: ended */

/* ---- command.c: commands of system() ---- */
struct commands {
	int from[2], to[2];	/* pipes of their output and errors, or -1 */
};
void commands_init(struct commands *c);
/* 0, or -errno when it does not start; it is reaped by child_reap(). */
int command_run(struct commands *c, const char *command, bool captured);
/* No more of them: from ends when the last one does. */
void commands_last(struct commands *c);
void commands_free(struct commands *c);

/* ---- guardian.c: outlives kill -9 of this process ---- */
struct guardian {
	pid_t pid;		/* 0: none */
	int fd;			/* readable: it has died */
};
int guardian_start(struct guardian *g, struct why *w);
/* What to remove should this process die. */
void guardian_module(struct guardian *g, const char *name);
void guardian_folder(struct guardian *g, const char *path);
void guardian_release(struct guardian *g);	/* all is removed: go */
int guardian_main(int fd);			/* the other program */
/* In a child: another image of this program, with fd as its descriptor 3. */
void become(int fd, const char *option) __attribute__((noreturn));

/* ---- outlets: where a run's output goes; local.c, agent.c ---- */
struct outlet {
	const struct outlet_kind *kind;
};
struct outlet_kind {
	/* Bytes of the trace stream: 0 or -errno. */
	int (*stream)(struct outlet *o, const void *p, size_t n);
	void (*log)(struct outlet *o, int level, const char *text);
	void (*error)(struct outlet *o, const char *text);
	void (*warning)(struct outlet *o, const char *text);
	/* What the child wrote to 1 or 2; only when captures is set. */
	void (*child)(struct outlet *o, int fd, const void *p, size_t n);
	/* True: begin probes have run; false: end probes are about to. */
	void (*running)(struct outlet *o, bool on);
	/* False while it cannot take more: the rings wait. */
	bool (*room)(struct outlet *o);
	/* Descriptors to wait for; how many.  Then what poll said.  Returned:
	 * how the session should go on. */
	int (*prepare)(struct outlet *o, struct pollfd *p, int max);
	int (*handle)(struct outlet *o, const struct pollfd *p, int n);
	bool captures;
};
enum { OUTLET_ON = 0, OUTLET_STOP = 1, OUTLET_STOP_FAST = 2, OUTLET_GONE = 3 };
void outlet_log(struct outlet *o, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void outlet_error(struct outlet *o, const char *text);
void outlet_warning(struct outlet *o, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* ---- run.c: one session ---- */
struct run_options {
	const char *module;	/* file: .ko or archive */
	const char *folder;	/* the run's, or NULL: made when needed */
	const char *command;	/* -c */
	int pid;		/* -x */
	int buffer_mb;		/* -b -s, of a CPU; 0: the default */
	double timeout_s;	/* 0: none */
	int poll_ms;		/* -T; 0: the default */
	bool keep_name;		/* no -R */
	bool no_sweep;
	/* What the host expects; NULL: nothing. */
	const char *release, *build_id;
	const char *image;	/* what it can name (symbols.c), or NULL */
	const char **sets;	/* NAME=VALUE */
	size_t nsets;
};
/* Exit status of the session; child: of -c CMD, -1 none. */
int run_session(const struct run_options *opt, struct outlet *o, int *child);

/* Signals that ask a session to end come through this descriptor. */
int signals_open(void);
int signals_take(int fd);	/* the signal, 0: none */

/* ---- the two ways to use it ---- */
struct local_options {
	const char *output;	/* -o, NULL: stdout */
	const char *save;	/* the raw stream, too */
	int verbose;
	bool no_warnings;
};
int local_main(const struct run_options *run, const struct local_options *opt);
int agent_main(const char *folder);

#endif
