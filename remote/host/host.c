// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pass 5, and reaching the targets before pass 1.  In: the session's options
 * and what pass 4 made for each kernel.  Out: the script's output, an
 * exit status, a target as it was before.
 *
 * All targets are reached first, then all are started, then one loop serves
 * them.  The user's first interrupt stops properly, the second without end
 * probes, the third gives up.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "elaborate/program.h"
#include "remote/host/cargo.h"
#include "remote/host/vm.h"
#include "session.h"

#define TURN_MS 150		/* below the keepalive's pace */
#define STOP_MS 12000		/* after a stop was asked for */
#define SINK_MS 3000
#define TARGETS_MAX 64

/* ---- interrupts: taken from a descriptor while a part of this file runs --- */
static void interrupt_set(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

/* The descriptor lives as long as the links that look at it. */
static void signals_begin(struct remote *r)
{
	sigset_t set;

	interrupt_set(&set);
	sigprocmask(SIG_BLOCK, &set, &r->before);
	signal(SIGPIPE, SIG_IGN);
	if (r->signals_fd < 0)
		r->signals_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool signals_take(struct remote *r)
{
	struct signalfd_siginfo info;

	return read(r->signals_fd, &info, sizeof(info)) == sizeof(info);
}

/* One that nobody took acts now as it would have before, unless it was meant
 * for the script. */
static void signals_end(struct remote *r, bool dealt_with)
{
	while (dealt_with && signals_take(r))
		;
	sigprocmask(SIG_SETMASK, &r->before, NULL);
}

/* ---- reaching the targets ---- */
static struct target *add_target(struct session *s, const char *url)
{
	struct target *t = arena_new(&s->arena, struct target);

	t->url = url;
	t->name = url;
	if (s->opt.remote_prefix && url)
		t->prefix = arena_printf(&s->arena, "%zu: ",
					 s->remote->targets.n);
	vec_push(&s->arena, &s->remote->targets, t);
	return t;
}

static bool vm_waiting(void *arg, int elapsed_ms)
{
	return !interrupted(*(int *)arg);
}

static int boot(struct session *s, struct target *t, struct ssh_target *where,
		const char **why)
{
	struct sysroot_query q = { .release = t->url + 3 };
	struct vm_options opt = { .waiting = vm_waiting,
				  .arg = &s->remote->signals_fd };
	int err = sysroot_find(&s->arena, &q, &t->vm_sysroot, why);

	if (err)
		return err;
	vlog(s, 5, 1, "Booting a guest of the sysroot '%s'\n",
	     t->vm_sysroot->name);
	err = vm_start(&s->arena, t->vm_sysroot, &opt, &t->vm, why);
	if (err)
		return err;
	vlog(s, 5, 1, "The guest is up after %d ms, SSH on port %d\n",
	     t->vm->boot_ms, t->vm->port);
	*where = (struct ssh_target){
		.name = t->name, .user = "root", .host = "127.0.0.1",
		.port = t->vm->port, .key = t->vm->key,
		.known_hosts = t->vm->known_hosts,
	};
	return 0;
}

static int ask_facts(struct session *s, struct target *t, const char **why)
{
	struct remote_command c = { .command = facts_command(&s->arena) };
	int err = remote_ssh_run(t->ssh, &c, why);

	if (!err) {
		err = facts_parse(&s->arena, &c.out, &t->facts, why);
		if (err)
			*why = arena_printf(&s->arena, "'%s': %s", t->name,
					    *why);
	}
	buf_free(&c.out);
	buf_free(&c.err);
	if (!err)
		vlog(s, 5, 1, "'%s' is %s, kernel %s, build-id %s\n", t->name,
		     t->facts.machine, t->facts.release,
		     build_id_hex(&s->arena, &t->facts.build_id));
	return err;
}

static int reach(struct session *s, struct target *t, const char **why)
{
	struct ssh_target where;
	int err = 0;

	if (str_starts(t->url, "vm:"))
		err = boot(s, t, &where, why);
	else if (!ssh_target_parse(&s->arena, t->url, &where, why))
		err = -EINVAL;
	if (err)
		return err;
	if (!t->vm)
		t->name = where.name;
	vlog(s, 5, 1, "Connecting to '%s'\n", t->name);
	err = remote_ssh_open(&s->arena, &where, s->remote->signals_fd,
			      &t->ssh, why);
	return err ? err : ask_facts(s, t, why);
}

int reach_all(struct session *s)
{
	const char *why = "";
	int err = 0;

	if (s->remote)
		return 0;
	s->remote = arena_new(&s->arena, struct remote);
	s->remote->signals_fd = -1;
	if (s->opt.remotes.n > TARGETS_MAX) {
		diag_error(&s->diag, "%zu targets, the limit is %d",
			   s->opt.remotes.n, TARGETS_MAX);
		return -E2BIG;
	}
	if (!s->opt.remotes.n) {
		add_target(s, NULL);
		return 0;
	}
	signals_begin(s->remote);
	for (size_t i = 0; i < s->opt.remotes.n && !err; i++)
		err = reach(s, add_target(s, s->opt.remotes.v[i]), &why);
	if (err)
		diag_error(&s->diag, "%s", why);
	signals_end(s->remote, err == -EINTR);
	return err;
}

void remote_close(struct session *s)
{
	if (!s->remote)
		return;
	vec_for (i, &s->remote->targets) {
		struct target *t = s->remote->targets.v[i];

		remote_ssh_close(t->ssh);
		vm_stop(t->vm);
	}
	if (s->remote->signals_fd >= 0)
		close(s->remote->signals_fd);
	s->remote = NULL;
}

/* ---- what the targets can ---- */
/* What the facts already forbid. */
static bool target_can(struct session *s, const struct target *t)
{
	const char *why = NULL;

	if (!t->url)
		return true;
	if (!t->facts.root)
		why = "only root can load a module: name root in --remote=";
	else if (t->facts.modules_disabled)
		why = "its kernel takes no more modules (\"/proc/sys/kernel/"
		      "modules_disabled\" is 1); only a reboot allows them "
		      "again";
	else if (!t->facts.place)
		why = "no folder there can be written and run programs from "
		      "(/tmp, /run, /var/tmp, /dev/shm): make room, or set "
		      "TMPDIR there";
	if (why)
		diag_error(&s->diag, "'%s': %s", t->name, why);
	return !why;
}

/* ---- the session's options as RUN's ---- */
static void add_option(struct session *s, struct agent_job *job,
		       const char *key, const char *value)
{
	vec_push(&s->arena, &job->options,
		 (struct wire_option){ .key = key, .value = value });
}

static void add_number(struct session *s, struct agent_job *job,
		       const char *key, long value)
{
	if (value)
		add_option(s, job, key, arena_printf(&s->arena, "%ld", value));
}

static void fill_job(struct session *s, const struct cargo *c,
		     struct agent_job *job)
{
	const struct options *o = &s->opt;
	const char *silence = getenv("STAPX_LINK_TIMEOUT");
	const char *image = symbols_image(&s->arena, c->symbols);

	*job = (struct agent_job){
		.module = c->module, .module_size = c->size,
		.module_name = c->name, .verbose = o->verbose[5],
		.quiet = o->suppress_warnings,
		.several = s->remote->targets.n > 1,
		.finder = host_finder(c->files, c->symbols),
	};
	add_option(s, job, "module", c->name);
	if (o->command)
		add_option(s, job, "command", o->command);
	add_number(s, job, "pid", o->target_pid);
	add_number(s, job, "buffer_mb", o->buffer_mb);
	add_number(s, job, "timeout_ms", (long)(o->timeout_s * 1000));
	add_number(s, job, "verbose", o->verbose[5]);
	if (silence)
		add_number(s, job, "silence_ms", 1000 * atol(silence));
	if (o->module_name)
		add_option(s, job, "keep_name", "1");
	if (*c->release)
		add_option(s, job, "release", c->release);
	if (*c->build_id)
		add_option(s, job, "build_id", c->build_id);
	if (image)
		add_option(s, job, "image", image);
	for (size_t i = 0; i < o->globals.n; i++)
		add_option(s, job, "set", o->globals.v[i]);
}

/* Functions of the library tell them, where the script has those. */
static void add_place(struct session *s, struct agent_job *job, size_t i,
		      const struct target *t)
{
	const struct session *own = s;
	const struct program *p;

	for (size_t k = t->kernel; k && own->next; k--)
		own = own->next;
	p = own->program;
	for (size_t k = 0; t->url && p && k < p->globals.n; k++) {
		const char *name = p->globals.v[k]->name;

		if (!strcmp(name, "_remote_id"))
			add_option(s, job, "set", arena_printf(&s->arena,
				   "_remote_id=%zu", i));
		else if (!strcmp(name, "_remote_uri"))
			add_option(s, job, "set", arena_printf(&s->arena,
				   "_remote_uri=%.200s", t->url));
	}
}

/* ---- the loop ---- */
struct loop {
	struct session *s;
	struct sink *sink;
	FILE *out, *err;
	FILE *save;		/* the stream as it came, or NULL */
	int interrupts;
	int64_t stop_at;	/* a stop was asked for, or the trace went on
				 * after that; 0 */
	uint64_t bytes;		/* of the trace by then */
	bool reader_gone;
};

static bool all_over(struct session *s)
{
	vec_for (i, &s->remote->targets)
		if (!agent_over(s->remote->targets.v[i]->agent))
			return false;
	return true;
}

static void stop_all(struct loop *l, enum wire_stop how)
{
	vec_for (i, &l->s->remote->targets)
		agent_stop(l->s->remote->targets.v[i]->agent, how);
	if (!l->stop_at)
		l->stop_at = clock_ms();
}

static void give_up(struct loop *l, const char *reason)
{
	vec_for (i, &l->s->remote->targets)
		agent_give_up(l->s->remote->targets.v[i]->agent, reason);
}

static void take_interrupts(struct loop *l)
{
	while (signals_take(l->s->remote)) {
		l->interrupts++;
		if (l->interrupts == 1)
			stop_all(l, WIRE_STOP_PROPER);
		else if (l->interrupts == 2)
			stop_all(l, WIRE_STOP_FAST);
		else
			give_up(l, "given up; the target removes the module "
				"by itself");
	}
}

/* Nobody reads the output any more, or it cannot be written: no need to go
 * on. */
static void check_output(struct loop *l)
{
	if (l->reader_gone || (!sink_error(l->sink) && !ferror(l->out)))
		return;
	l->reader_gone = true;
	stop_all(l, WIRE_STOP_FAST);
}

/* What is left of the trace may take its time, as long as it comes. */
static void check_stop(struct loop *l)
{
	uint64_t bytes = 0;

	if (!l->stop_at)
		return;
	vec_for (i, &l->s->remote->targets)
		bytes += agent_bytes(l->s->remote->targets.v[i]->agent);
	if (bytes != l->bytes && !l->reader_gone)
		l->stop_at = clock_ms();
	l->bytes = bytes;
	if (clock_ms() - l->stop_at > STOP_MS)
		give_up(l, "it did not stop within 12 s; it removes the module "
			"by itself");
}

static void turn(struct loop *l)
{
	struct pollfd p[1 + 2 * TARGETS_MAX];
	bool room = !sink_full(l->sink);
	struct remote *r = l->s->remote;
	int wait = TURN_MS;
	size_t n = 1;

	p[0] = (struct pollfd){ .fd = r->signals_fd, .events = POLLIN };
	vec_for (i, &r->targets) {
		struct agent *g = r->targets.v[i]->agent;

		if (!agent_over(g))
			n += agent_poll(g, p + n, room);
		if (agent_has_more(g) && room)
			wait = 0;
	}
	poll(p, n, wait);
	take_interrupts(l);
	vec_for (i, &r->targets)
		agent_turn(r->targets.v[i]->agent, room);
	check_output(l);
	check_stop(l);
}

/* ---- starting and leaving ---- */
static bool start(struct session *s, struct target *t,
		  const struct agent_job *job, struct loop *l)
{
	const char *why = "";
	struct link *link = push_staprun(s, t, &why);

	if (!link) {
		diag_error(&s->diag, "%s", why);
		return false;
	}
	t->agent = agent_new(&s->arena, t->url ? t->name : NULL, link, job,
			     l->out, l->err, t->prefix);
	return true;
}

/* A staprun that never ran cannot have removed its folder. */
static void leave(struct session *s, struct target *t, bool greeted)
{
	struct remote_command c = { 0 };
	const char *why;

	if (!t->folder || greeted)
		return;
	if (!t->ssh) {
		remove_tree(t->folder);
		return;
	}
	c.command = arena_printf(&s->arena, "rm -rf %s", t->folder);
	remote_ssh_run(t->ssh, &c, &why);
	buf_free(&c.out);
	buf_free(&c.err);
}

static int finish(struct session *s, struct target *t)
{
	bool greeted = false;
	int status = t->agent ? agent_finish(t->agent, &greeted) : 1;

	t->agent = NULL;
	leave(s, t, greeted);
	return status;
}

static bool start_all(struct session *s, const struct cargo *c,
		      struct loop *l)
{
	vec_for (i, &s->remote->targets) {
		struct target *t = s->remote->targets.v[i];
		struct agent_job job;

		fill_job(s, &c[t->kernel], &job);
		add_place(s, &job, i, t);
		job.save = l->save;
		if (!start(s, t, &job, l))
			return false;
	}
	return true;
}

static int run_targets(struct session *s, const struct cargo *c,
		       struct loop *l)
{
	bool started = start_all(s, c, l);
	int status = 0;

	while (started && !all_over(s))
		turn(l);
	vec_for (i, &s->remote->targets)
		if (finish(s, s->remote->targets.v[i]) && !status)
			status = 1;
	return status;
}

static int with_output(struct session *s, const struct cargo *c)
{
	struct loop l = { .s = s };
	const char *name = s->opt.output, *save = s->opt.save;
	FILE *file = name ? output_open(s, name) : NULL;
	int status = 1, err;

	signals_begin(s->remote);
	l.save = save ? output_open(s, save) : NULL;
	if ((file || !name) && (l.save || !save)) {
		l.sink = sink_new();
		l.out = file ? file : sink_file(l.sink, 1);
		l.err = sink_file(l.sink, 2);
		fflush(stdout);
		status = run_targets(s, c, &l);
		err = sink_close(l.sink, SINK_MS);
		if (err && err != -EPIPE && err != -ETIMEDOUT) {
			diag_error(&s->diag, "cannot write the output: %s",
				   strerror(-err));
			status = 1;
		}
	}
	status |= output_close(s, name, file);
	status |= output_close(s, save, l.save);
	signals_end(s->remote, true);
	return status;
}

static bool may_save(struct session *s)
{
	if (!s->opt.save || s->remote->targets.n < 2)
		return true;
	diag_error(&s->diag, "--save is for one target, and there are %zu: "
		   "give each a run of its own", s->remote->targets.n);
	return false;
}

int pass_run(struct session *s)
{
	struct cargo *c;
	int status = 1;
	size_t n;
	bool good;

	if (s->opt.runtime == RUNTIME_USER)
		return run_user(s);
	if (reach_all(s) || !may_save(s))
		return 1;
	n = MAX(s->remote->kernels.n, (size_t)1);
	c = arena_alloc(&s->arena, n * sizeof(*c));
	good = cargo_load(s, c, n);
	for (size_t i = 0; good && i < s->remote->targets.n; i++)
		good = target_can(s, s->remote->targets.v[i]) &&
		       cargo_fits(s, &c[s->remote->targets.v[i]->kernel],
				  s->remote->targets.v[i]);
	for (size_t i = 0; good && i < n; i++) {
		c[i].symbols = symbols_open(&s->arena, c[i].sysroot);
		c[i].files = host_files_new(s, c[i].sysroot);
	}
	if (good)
		status = with_output(s, c);
	for (size_t i = 0; i < n; i++) {
		symbols_close(c[i].symbols);
		host_files_free(c[i].files);
	}
	package_free(&c->archive);
	return status;
}
