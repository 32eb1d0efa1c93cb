// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run's surroundings: folders, colours, the temporary folder and its end.
 * target.c finds the kernel.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "elaborate/program.h"
#include "session.h"

/*
 * What a signal handler can reach, and nothing else reads: the folder that
 * must not outlive the process.  Set before the handlers are.
 */
static char doomed_dir[PATH_MAX];

static const char *env_or(const char *name, const char *fallback)
{
	const char *v = getenv(name);

	return v && *v ? v : fallback;
}

void session_open(struct session *s)
{
	*s = (struct session){ 0 };
	s->names = interns_new(&s->arena);
	diag_init(&s->diag, &s->arena, stderr);
	s->state_dir = env_or("SYSTEMTAP_DIR",
			      path_join(&s->arena, env_or("HOME", "/"),
					".systemtap"));
}

/* In a build folder the sources serve; installed, the tree may have been
 * moved, so it is looked for beside the program first. */
static const char *find_datadir(struct arena *a)
{
	const char *exe = program_folder(a);
	const char *beside = arena_printf(a, "%s/../share/stapx", exe);
	char real[PATH_MAX];

	if (path_exists(path_join(a, exe, "config.mk")))
		return STAPX_SRCDIR;
	if (is_dir(beside) && realpath(beside, real))
		return arena_strdup(a, real);
	return STAPX_DATADIR;
}

static bool want_color(const struct session *s)
{
	const char *term = env_or("TERM", "dumb");
	const char *keys = getenv("SYSTEMTAP_COLORS");

	switch (s->opt.color) {
	case COLOR_ALWAYS:
		return true;
	case COLOR_NEVER:
		return false;
	case COLOR_AUTO:
		break;
	}
	return isatty(2) && strcmp(term, "dumb") && (!keys || *keys);
}

bool session_places(struct session *s)
{
	struct arena *a = &s->arena;

	s->datadir = find_datadir(a);
	s->tapset_dir = env_or("SYSTEMTAP_TAPSET",
			       path_join(a, s->datadir, "tapset"));
	s->runtime_dir = s->opt.runtime_dir;
	if (!s->runtime_dir)
		s->runtime_dir = env_or("SYSTEMTAP_RUNTIME",
					path_join(a, s->datadir, "runtime"));
	s->diag.color = want_color(s);
	s->diag.all = s->opt.verbose[0] > 0;
	s->diag.no_warnings = s->opt.suppress_warnings;
	s->diag.warnings_fatal = s->opt.warnings_fatal;
	if (!is_dir(s->tapset_dir)) {
		diag_error(&s->diag, "no script library in '%s'; set "
				     "SYSTEMTAP_TAPSET to its folder, or "
				     "install stapx again", s->tapset_dir);
		return false;
	}
	return true;
}

/* ---- the temporary folder ---- */

/* A child removes it, as nothing in this process may be used from here. */
static void remove_and_die(int sig)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", "--", doomed_dir, (char *)NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void remove_on_signals(const char *dir)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction sa = { .sa_handler = remove_and_die,
				.sa_flags = SA_NODEFER | SA_RESETHAND };
	struct sigaction old;

	snprintf(doomed_dir, sizeof doomed_dir, "%s", dir);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (!sigaction(signals[i], NULL, &old) &&
		    old.sa_handler != SIG_IGN)
			sigaction(signals[i], &sa, NULL);
}

static bool make_tmpdir_failed(struct session *s, const char *dir)
{
	diag_error(&s->diag, "cannot create a temporary folder in '%s': %s; "
			     "set TMPDIR to a folder that can be written",
		   dir, strerror(errno));
	return false;
}

bool session_make_tmpdir(struct session *s)
{
	struct arena *a = &s->arena;
	char *dir;
	int err;

	if (s->opt.tmpdir) {
		s->tmpdir = s->opt.tmpdir;
		s->opt.keep_tmp = true;
		err = mkdir_p(s->tmpdir, 0700);
		errno = -err;
		return !err || make_tmpdir_failed(s, s->tmpdir);
	}
	dir = path_join(a, env_or("TMPDIR", "/tmp"), "stapXXXXXX");
	if (!mkdtemp(dir))
		return make_tmpdir_failed(s, env_or("TMPDIR", "/tmp"));
	s->tmpdir = dir;
	vlog(s, 0, 2, "Created temporary directory \"%s\"\n", dir);
	if (!s->opt.keep_tmp)
		remove_on_signals(dir);
	return true;
}

/* What was read from standard input is not there again. */
static void take_script(struct session *to, const struct session *from)
{
	struct str_vec *texts = &to->opt.script_texts;

	*texts = (struct str_vec){ 0 };
	if (to->opt.script_file && !strcmp(to->opt.script_file, "-")) {
		to->opt.script_file = NULL;
		vec_push(&to->arena, texts, from->user->src->text);
	}
	for (size_t i = 0; i < from->opt.script_texts.n; i++)
		vec_push(&to->arena, texts, from->opt.script_texts.v[i]);
}

struct session *session_for(struct session *s, struct sysroot *root,
			    const char *folder)
{
	struct session *other = arena_new(&s->arena, struct session);
	int err;

	session_open(other);
	other->opt = s->opt;
	take_script(other, s);
	other->sysroot = root;
	other->tmpdir = path_join(&s->arena, s->tmpdir, folder);
	err = mkdir_p(other->tmpdir, 0700);
	errno = -err;
	if (err) {
		make_tmpdir_failed(s, s->tmpdir);
		return NULL;
	}
	if (session_places(other) && session_target(other))
		return other;
	other->tmpdir = NULL;
	session_close(other);
	return NULL;
}

/* Their folders are within the first's. */
static void close_next(struct session *s)
{
	struct session *next = s->next;

	if (!next)
		return;
	next->tmpdir = NULL;
	session_close(next);
}

void session_close(struct session *s)
{
	close_next(s);
	remote_close(s);
	if (s->program)
		elaborate_close(s->program);
	if (s->tmpdir && s->opt.keep_tmp) {
		fprintf(stderr, "Keeping temporary directory \"%s\"\n",
			s->tmpdir);
	} else if (s->tmpdir) {
		remove_tree(s->tmpdir);
		vlog(s, 0, 2, "Removed temporary directory \"%s\"\n",
		     s->tmpdir);
	}
	arena_free(&s->arena);
}
