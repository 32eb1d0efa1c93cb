// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stap: the passes, one after the other.  The table below is the program;
 * no pass calls another.  Only this file ends the process.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "elaborate/program.h"
#include "options.h"
#include "parse/parse.h"

#define C_FILE_MAX (64u << 20)

/* ---- what each pass says when it is done, at -v ---- */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void used_memory(FILE *out, const struct usage *u)
{
	fprintf(out, " using %ldvirt/%ldres/%ldshr/%lddata kb,", u->virt_kb,
		u->res_kb, u->shr_kb, u->data_kb);
}

static void used_time(FILE *out, const struct usage *u)
{
	fprintf(out, " in %ldusr/%ldsys/%ldreal ms.\n", u->usr_ms, u->sys_ms,
		u->real_ms);
}

static void said_parse(struct session *s, FILE *out, const struct usage *u)
{
	fprintf(out, "Pass 1: parsed user script and %zu library script%s",
		s->library.n, plural(s->library.n));
	used_memory(out, u);
	used_time(out, u);
}

static void said_elaborate(struct session *s, FILE *out, const struct usage *u)
{
	const struct program *p = s->program;

	fprintf(out, "Pass 2: analyzed script: %zu probe%s, %zu function%s, "
		     "%zu embed%s, %zu global%s",
		p->probes.n, plural(p->probes.n), p->funcs.n,
		plural(p->funcs.n), p->embeds.n, plural(p->embeds.n),
		p->globals.n, plural(p->globals.n));
	used_memory(out, u);
	used_time(out, u);
}

static void said_emit(struct session *s, FILE *out, const struct usage *u)
{
	if (s->c_cached) {
		fprintf(out, "Pass 3: using cached %s\n", s->c_path);
		return;
	}
	fprintf(out, "Pass 3: translated to C into \"%s\"", s->c_path);
	used_memory(out, u);
	used_time(out, u);
}

static void said_build(struct session *s, FILE *out, const struct usage *u)
{
	const char *slash = strrchr(s->module_path, '/');

	if (s->module_cached) {
		fprintf(out, "Pass 4: using cached %s\n", s->module_path);
		return;
	}
	fprintf(out, "Pass 4: compiled C into \"%s\"",
		slash ? slash + 1 : s->module_path);
	used_time(out, u);
}

static void said_run(struct session *s, FILE *out, const struct usage *u)
{
	(void)s;
	fputs("Pass 5: run completed", out);
	used_time(out, u);
}

/* ---- what is printed when a pass is the last, or asked for ---- */

static bool show_parse(struct session *s)
{
	parse_dump(s, stdout);
	return true;
}

static bool show_program(struct session *s)
{
	program_print(stdout, s->program, s->opt.verbose[2] > 0);
	return true;
}

static bool show_c(struct session *s)
{
	size_t n = 0;
	char *text = file_read(&s->arena, s->c_path, C_FILE_MAX, &n);

	if (!text) {
		diag_error(&s->diag, "cannot read '%s': %s", s->c_path,
			   strerror(errno));
		return false;
	}
	return fwrite(text, 1, n, stdout) == n;
}

/* Puts the module into the current folder; its name there, or NULL. */
static const char *leave_module(struct session *s)
{
	const char *name = strrchr(s->module_path, '/');
	size_t n = 0;
	char *data;
	int err = 0;

	name = name ? name + 1 : s->module_path;
	data = file_read(&s->arena, s->module_path, C_FILE_MAX, &n);
	if (data)
		err = file_replace(name, data, n,
				   s->opt.runtime == RUNTIME_USER ? 0755
								  : 0644);
	if (data && !err)
		return name;
	diag_error(&s->diag, "cannot write '%s' in this folder: %s", name,
		   strerror(err ? -err : errno));
	return NULL;
}

/* A module that no cache keeps is left in the current folder. */
static bool show_module(struct session *s)
{
	const char *name = s->module_path;

	if (s->opt.archive)
		name = s->opt.archive;
	else if (s->opt.module_name || str_starts(s->module_path, s->tmpdir))
		name = leave_module(s);
	if (name)
		printf("%s\n", name);
	return name;
}

/* ---- the passes ---- */

static bool run(struct session *s)
{
	if (s->opt.module_name && s->module_path && !leave_module(s))
		return false;
	vlog(s, 5, 1, "Pass 5: starting run.\n");
	return pass_run(s) == 0;
}

static const struct pass {
	const char *name;   /* --dump=NAME */
	const char *failed; /* "Pass N: … failed." */
	bool (*run)(struct session *s);
	void (*said)(struct session *s, FILE *out, const struct usage *u);
	bool (*show)(struct session *s);
} passes[] = {
	{ "parse", "parse", pass_parse, said_parse, show_parse },
	{ "elaborate", "analysis", pass_elaborate, said_elaborate,
	  show_program },
	{ "emit", "translation", pass_emit, said_emit, show_c },
	{ "build", "compilation", pass_build, said_build, show_module },
	{ "run", "run", run, said_run, NULL },
};

static void usage_since(struct usage *now, const struct usage *then)
{
	usage_now(now);
	now->usr_ms -= then->usr_ms;
	now->sys_ms -= then->sys_ms;
	now->real_ms -= then->real_ms;
}

static bool lists_library(const struct session *s)
{
	return s->opt.dump_functions || s->opt.dump_aliases ||
	       s->opt.dump_probe_types;
}

static bool wants_show(const struct session *s, const struct pass *p,
		       int number)
{
	if (s->opt.dump && !strcmp(s->opt.dump, p->name))
		return true;
	return p->show && s->opt.last_pass == number && !lists_library(s) &&
	       !s->opt.list && !s->opt.list_vars;
}

static bool run_pass(struct session *s, int number)
{
	const struct pass *p = &passes[number - 1];
	struct usage before, used;
	bool ok;

	usage_now(&before);
	ok = p->run(s) && s->diag.errors == 0;
	usage_since(&used, &before);
	fflush(stdout);
	if (s->opt.verbose[number] >= 1 && (ok || number == 5))
		p->said(s, stderr, &used);
	if (s->diag.suppressed) {
		fprintf(stderr, "Number of similar error messages suppressed: "
				"%d.\nRerun with -v to see them.\n",
			s->diag.suppressed);
		s->diag.suppressed = 0;
	}
	if (!ok) {
		fprintf(stderr, "Pass %d: %s failed.  [man error::pass%d]\n",
			number, p->failed, number);
		return false;
	}
	return !wants_show(s, p, number) || p->show(s);
}

static bool check_dump_name(struct session *s)
{
	if (!s->opt.dump)
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(passes); i++)
		if (!strcmp(s->opt.dump, passes[i].name) && passes[i].show)
			return true;
	diag_error(&s->diag, "--dump is parse, elaborate, emit or build, not "
			     "'%s'", s->opt.dump);
	return false;
}

/* -l and -L: pass 1, then the points of what it read. */
static int list(struct session *s)
{
	if (!run_pass(s, 1) || !session_prepare(s))
		return 1;
	return list_probes(s);
}

static int clean_cache(struct session *s)
{
	const char *dir = path_join(&s->arena, s->state_dir, "cache");
	int err = remove_tree(dir);

	if (!err || err == -ENOENT)
		return 0;
	diag_error(&s->diag, "cannot empty '%s': %s", dir, strerror(-err));
	return 1;
}

/* An archive that was built before: only to be run. */
static bool is_archive(const struct session *s)
{
	return s->opt.script_file && str_ends(s->opt.script_file, ".stapx");
}

static bool run_up_to(struct session *s, int last)
{
	for (int n = 1; n <= last; n++)
		if ((n == 2 && !session_prepare(s)) || !run_pass(s, n))
			return false;
	return true;
}

/* The same passes for each further kernel that the targets run. */
static bool build_others(struct session *s)
{
	struct session *last = s;
	struct sysroot *root;
	const char *name;

	for (size_t i = 1; (root = remote_sysroot(s, i, &name)); i++) {
		vlog(s, 0, 1, "Again for '%s': kernel %s, %s\n", name,
		     root->release, root->arch);
		last->next = session_for(s, root, arena_printf(&s->arena,
							       "kernel%zu", i));
		last = last->next;
		if (last && run_up_to(last, MIN(s->opt.last_pass, 4)))
			continue;
		diag_error(&s->diag, "no module for '%s' (kernel %s, %s): "
			   "nothing is run", name, root->release, root->arch);
		return false;
	}
	return true;
}

static int list_library(struct session *s)
{
	if (s->opt.dump_probe_types)
		dump_probe_types(s, stdout);
	if (!s->opt.dump_functions && !s->opt.dump_aliases)
		return 0;
	if (!run_pass(s, 1))
		return 1;
	if (s->opt.dump_functions)
		dump_functions(s, stdout);
	if (s->opt.dump_aliases)
		parse_list_aliases(s, stdout);
	return 0;
}

static int run_passes(struct session *s)
{
	if (!session_target(s) || !session_make_tmpdir(s))
		return 1;
	if (s->opt.list || s->opt.list_vars)
		return list(s);
	if (lists_library(s))
		return list_library(s);
	if (!run_up_to(s, MIN(s->opt.last_pass, 4)) || !build_others(s))
		return 1;
	return s->opt.last_pass < 5 || run_pass(s, 5) ? 0 : 1;
}

/* Before a target is asked for anything. */
static bool script_is_there(struct session *s)
{
	const char *path = s->opt.script_file;

	if (!path || !strcmp(path, "-") || !access(path, R_OK))
		return true;
	diag_error(&s->diag, "input file '%s' cannot be read: %s", path,
		   strerror(errno));
	return false;
}

static int run_archive(struct session *s)
{
	if (s->opt.last_pass < 5) {
		diag_error(&s->diag, "'%s' holds a module that is built "
			   "already: leave out -p%d, or name the script",
			   s->opt.script_file, s->opt.last_pass);
		return 1;
	}
	s->archive_path = s->opt.script_file;
	return session_make_tmpdir(s) && run_pass(s, 5) ? 0 : 1;
}

static int stap(struct session *s, int argc, char **argv)
{
	switch (options_parse(s, argc, argv)) {
	case OPTIONS_WRONG:
		return 1;
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_RUN:
		break;
	}
	if (s->opt.replay)
		return run_replay(s);
	if (s->opt.clean_cache && !s->opt.script_file &&
	    !s->opt.script_texts.n)
		return clean_cache(s);
	if (s->opt.clean_cache && clean_cache(s))
		return 1;
	if (!script_is_there(s) || !check_dump_name(s) || !session_places(s))
		return 1;
	vlog(s, 0, 2, "Systemtap translator/driver (stapx version %s)\n",
	     STAPX_VERSION);
	return is_archive(s) ? run_archive(s) : run_passes(s);
}

int main(int argc, char **argv)
{
	struct session s;
	int status;

	session_open(&s);
	status = stap(&s, argc, argv);
	session_close(&s);
	if (fflush(stdout) || ferror(stdout)) {
		perror("stap: cannot write the output");
		status = 1;
	}
	return status;
}
