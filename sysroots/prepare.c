// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Prepares a sysroot: the kernel's build of the runtime and the index of its
 * debug information, side by side.  All is made in DIR/prepared.part and
 * takes the place of DIR/prepared in one step, so that an interrupt leaves
 * the old state; a lock keeps two of them apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "debuginfo/index.h"
#include "sysroots/commands.h"
#include "sysroots/places.h"
#include "sysroots/prepare.h"
#include "sysroots/record.h"

#define FLAGS_MAX (1 << 20)

/* Where there is an index to make, it is about as much work. */
void prepare_progress(struct prepare *p)
{
	long cc = MIN(p->cc_done, p->cc_total);
	long ix = MAX(p->index_done, 0);
	const char *text = arena_printf(p->a, "preparing %s: runtime %ld of "
					"%ld", p->s->name, cc, p->cc_total);

	if (p->indexing)
		text = arena_printf(p->a, "%s, debug information %ld%%", text,
				    ix);
	cc = p->cc_total ? 100 * cc / p->cc_total : 100;
	progress_show(&p->bar, p->indexing ? cc + ix : 2 * cc, 200, text);
}

/* ---- the index, in a child ---- */

struct index_job {
	const char *vmlinux, *path;
	FILE *out;
	long last;
};

static void index_told(void *arg, unsigned done, unsigned total)
{
	struct index_job *j = arg;
	long percent = total ? 100L * done / total : 100;

	if (percent == j->last)
		return;
	j->last = percent;
	fprintf(j->out, "%ld\n", percent);
	fflush(j->out);
}

static int index_run(void *arg, FILE *out)
{
	struct index_job *j = arg;
	struct arena a = { 0 };
	const char *why = NULL;
	int err;

	j->out = out;
	j->last = -1;
	err = debuginfo_index_build(&a, j->vmlinux, j->path, index_told, j,
				    &why);
	if (err)
		fprintf(out, "!%s\n", why ? why : strerror(-err));
	arena_free(&a);
	return 0;
}

/* A line is a percentage, or '!' and why there is no index. */
static void index_line(void *arg, const char *line)
{
	struct prepare *p = arg;

	if (line[0] == '!') {
		*p->why = arena_strdup(p->a, line + 1);
		p->index_done = -1;
	} else if (p->index_done >= 0) {
		p->index_done = atol(line);
		prepare_progress(p);
	}
}

/* ---- the run ---- */

static int run_children(struct prepare *p, bool force)
{
	struct child make, ix = { .on_line = index_line, .arg = p };
	struct index_job job = { .vmlinux = p->s->vmlinux };
	struct child *all[2] = { &make };
	size_t n = 1;
	int signals, status, err;

	job.path = path_join(p->a, p->part, "vmlinux.index");
	signals = signals_begin();
	err = kbuild_start(p, &make);
	if (!err && p->s->vmlinux && (force || !index_reuse(p, job.path))) {
		p->indexing = true;
		err = child_fork(&ix, index_run, &job);
		if (!err)
			all[n++] = &ix;
	}
	status = make.out >= 0 ? children_wait(all, n, signals) : 127;
	if (p->log_file)
		fclose(p->log_file);
	signals_end(signals);
	progress_end(&p->bar);
	if (status == 128 + SIGINT || status == 128 + SIGTERM ||
	    status == 128 + SIGHUP) {
		*p->why = "interrupted; what was prepared before is kept";
		return -EINTR;
	}
	if (make.status || err) {
		kbuild_explain(p, make.status);
		return -EIO;
	}
	if (!force)
		index_reuse_modules(p);
	if (p->index_done < 0)
		complain("no index of '%s': %s; probes then go by symbols "
			 "alone", p->s->vmlinux, *p->why);
	return 0;
}

/* part takes dir's name; what was there goes. */
static int publish(struct prepare *p)
{
	const char *key = path_join(p->a, p->part, "key");
	const char *place = path_join(p->a, p->part, "place");
	int err = file_replace(place, p->s->dir, strlen(p->s->dir), 0644);

	if (!err)
		err = file_replace(key, p->key, strlen(p->key), 0644);
	if (err)
		return err;
	remove_tree(p->build);
	if (renameat2(AT_FDCWD, p->part, AT_FDCWD, p->dir, RENAME_EXCHANGE)) {
		remove_tree(p->dir);
		return rename(p->part, p->dir) ? -errno : 0;
	}
	remove_tree(p->part);
	return 0;
}

/* Embedded C that includes kernel headers is slow to compile: most of it is
 * done here.  A prepared sysroot without this is slower, and no less right. */
static void precompile(struct prepare *p)
{
	const char *header = path_join(p->a, p->dir, "embedded-pch.h");
	const char *tmp = arena_printf(p->a, "%s.gch.part", header);
	char *flags = file_read(p->a, path_join(p->a, p->dir,
						"cflags_embedded"),
				FLAGS_MAX, NULL);
	struct words w = { 0 };
	struct proc_result r;

	if (!flags || !path_exists(path_join(p->a, p->dir,
					     "include/runtime/embedded.h")))
		return;
	vec_push(p->a, &w.list, p->s->cc);
	for (char *line = flags, *next; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		/* The header itself is what is compiled. */
		if (strcmp(line, "-include") && strcmp(line, header))
			vec_push(p->a, &w.list, line);
	}
	vec_push(p->a, &w.list, "-x");
	vec_push(p->a, &w.list, "c-header");
	vec_push(p->a, &w.list, header);
	vec_push(p->a, &w.list, "-o");
	vec_push(p->a, &w.list, tmp);
	vec_push(p->a, &w.list, NULL);
	r = proc_run((char **)w.list.v, NULL, PROC_QUIET);
	if (r.status || rename(tmp, arena_printf(p->a, "%s.gch", header)))
		unlink(tmp);
}

static int make_all(struct prepare *p, bool force)
{
	int err;

	remove_tree(p->part);
	progress_start(&p->bar);
	err = kbuild_set_up(p);
	/* Of what was copied: the sources may be edited meanwhile. */
	p->key = prepare_key(p->a, p->s, path_join(p->a, p->build, "runtime"));
	if (!err)
		err = run_children(p, force);
	if (!err)
		err = kbuild_collect(p);
	if (!err) {
		err = publish(p);
		if (err)
			*p->why = arena_printf(p->a, "'%s': %s", p->dir,
					       strerror(-err));
		else
			precompile(p);
	}
	remove_tree(p->part);
	return err;
}

static int take_lock(struct prepare *p)
{
	const char *path = path_join(p->a, p->s->dir, ".prepare.lock");
	int fd, err = mkdir_p(p->s->dir, 0755);

	if (err)
		fd = err;
	else
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (!err && fd < 0)
		fd = -errno;
	if (fd < 0) {
		*p->why = arena_printf(p->a, "'%s': %s; set STAPX_SYSROOTS to "
				       "a folder you can write", path,
				       strerror(-fd));
		return fd;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		fprintf(stderr, "waiting for another preparation of %s\n",
			p->s->name);
		flock(fd, LOCK_EX);
	}
	return fd;
}

int sysroot_prepare(struct arena *a, const struct sysroot *s,
		    const char *runtime_dir, bool force, const char **why)
{
	const char *dir = path_join(a, s->dir, "prepared"), *ignored;
	struct prepare p = {
		.a = a, .s = s, .runtime_dir = runtime_dir, .why = why,
		.dir = dir, .part = arena_printf(a, "%s.part", dir),
		.build = arena_printf(a, "%s.part/build", dir),
		.log = path_join(a, s->dir, "prepare.log"),
	};
	struct prepared *done;
	int lock, err = 0;

	if (!force && !sysroot_prepared_for(a, s, runtime_dir, &done, &ignored))
		return 0;
	lock = take_lock(&p);
	if (lock < 0)
		return lock;
	/* Another process may have done it while we waited. */
	if (force || sysroot_prepared_for(a, s, runtime_dir, &done, &ignored))
		err = make_all(&p, force);
	close(lock);
	return err;
}

/* ---- the command ---- */

static int prepare_one(struct arena *a, const struct sysroot *s, bool force)
{
	const char *runtime = place_data(a, "runtime"), *why = NULL;
	struct prepared *p;
	struct timespec t0, t1;
	int err;

	if (!force && !sysroot_prepared(a, s, &p, &why)) {
		fprintf(stderr, "%s is prepared already\n", s->name);
		return 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &t0);
	err = sysroot_prepare(a, s, runtime, force, &why);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	if (err) {
		complain("%s", why ? why : strerror(-err));
		return err == -EINTR ? 128 + SIGINT : 1;
	}
	fprintf(stderr, "%s is prepared (%.1f s)\n", s->name,
		(double)(t1.tv_sec - t0.tv_sec) +
		(double)(t1.tv_nsec - t0.tv_nsec) / 1e9);
	return 0;
}

int cmd_prepare(struct arena *a, int argc, char **argv)
{
	struct sysroot_list list = { 0 };
	bool force = false;
	int status = 0;

	for (int i = 0; i < argc; i++) {
		struct sysroot *s;

		if (!strcmp(argv[i], "--force")) {
			force = true;
			continue;
		}
		if (argv[i][0] == '-')
			return complain("'%s': prepare knows --force only",
					argv[i]);
		s = named_sysroot(a, argv[i]);
		if (!s)
			return 1;
		vec_push(a, &list.list, s);
	}
	if (!list.list.n)
		sysroot_all(a, &list, NULL);
	if (!list.list.n)
		return complain("there is no sysroot to prepare; make one with "
				"`stap-sysroot import debian`");
	vec_for(i, &list.list)
		if (!status)
			status = prepare_one(a, list.list.v[i], force);
	return status;
}
