// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line.  options.def has a row for each option; the switch in
 * set_option() has a case for each, so a row without one does not compile.
 * What an option's value may be is checked here, what options mean together
 * in check_options().
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "options.h"

#define RC_MAX (64u << 10)
#define MODULE_NAME_MAX 55 /* what the kernel takes */

enum option_id {
#define OPTION(id, letter, name, arg, group, help) OPT_##id,
#include "options.def"
#undef OPTION
	OPT_COUNT
};

static const struct option_row {
	char letter;
	const char *name, *arg, *group, *help;
} rows[] = {
#define OPTION(id, letter, name, arg, group, help)                             \
	{ letter, name, arg, group, help },
#include "options.def"
#undef OPTION
};

static int arg_kind(const struct option_row *r)
{
	if (!r->arg)
		return no_argument;
	return r->arg[0] == '[' ? optional_argument : required_argument;
}

static void usage_row(const struct option_row *r)
{
	struct buf b = { 0 };

	if (r->letter)
		buf_printf(&b, "-%c", r->letter);
	if (r->name)
		buf_printf(&b, "%s--%s", r->letter ? ", " : "", r->name);
	if (r->arg && r->arg[0] == '[')
		buf_printf(&b, "[=%s", r->arg + 1);
	else if (r->arg)
		buf_printf(&b, "%s%s", r->name ? "=" : " ", r->arg);
	printf("  %-26s %s\n", b.s, r->help);
	buf_free(&b);
}

static void usage(void)
{
	const char *group = NULL;

	puts("Usage: stap [OPTION]... FILE [ARGUMENT]...\n"
	     "   or: stap [OPTION]... -e SCRIPT [ARGUMENT]...\n"
	     "   or: stap [OPTION]... -l POINT\n"
	     "Runs a script on this machine or, with --remote, on others.");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct option_row *r = &rows[i];

		if (!r->help)
			continue;
		if (!group || strcmp(group, r->group))
			printf("\n%s:\n", r->group);
		group = r->group;
		usage_row(r);
	}
}

static void version(void)
{
	printf("Systemtap translator/driver (stapx version %s)\n"
	       "This is free software under the GNU GPL, version 2 or later; "
	       "there is no warranty.\n", STAPX_VERSION);
}

/* ---- values ---- */

static bool wrong(struct session *s, const char *what, const char *arg)
{
	diag_error(&s->diag, "%s: '%s'; try 'stap -h'", what, arg);
	return false;
}

static bool number_in(const char *arg, long low, long high, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(arg, &end, 10);
	return !errno && end != arg && !*end && *out >= low && *out <= high;
}

static bool set_number(struct session *s, const char *what, const char *arg,
		       long low, long high, int *out)
{
	long n;

	if (!number_in(arg, low, high, &n))
		return wrong(s, arena_printf(&s->arena,
					     "%s wants a number from %ld to "
					     "%ld", what, low, high), arg);
	*out = (int)n;
	return true;
}

static bool set_vp(struct session *s, const char *arg)
{
	size_t n = strlen(arg);

	if (!n || n > 5 || strspn(arg, "0123456789") != n)
		return wrong(s, "--vp wants a digit for each of 5 passes", arg);
	for (size_t i = 0; i < n; i++)
		s->opt.verbose[i + 1] += arg[i] - '0';
	return true;
}

static bool set_timeout(struct session *s, const char *arg)
{
	char *end;

	s->opt.timeout_s = strtod(arg, &end);
	if (end == arg || *end || !(s->opt.timeout_s >= 0.001) ||
	    s->opt.timeout_s > 86400)
		return wrong(s, "-T wants seconds, up to a day", arg);
	return true;
}

/* NAME=VALUE with a C identifier; strict, as both end in commands. */
static bool is_assignment(const char *arg, const char *more)
{
	size_t n = 0;

	while (isalnum((unsigned char)arg[n]) || arg[n] == '_')
		n++;
	if (!n || isdigit((unsigned char)arg[0]))
		return false;
	if (arg[n] != '=')
		return !arg[n];
	for (arg += n + 1; *arg; arg++)
		if (!isalnum((unsigned char)*arg) && !strchr(more, *arg))
			return false;
	return true;
}

static bool set_define(struct session *s, const char *arg)
{
	if (!is_assignment(arg, "_-+."))
		return wrong(s, "-D wants NAME=VALUE, both plain words", arg);
	vec_push(&s->arena, &s->opt.defines, arg);
	return true;
}

static bool set_global(struct session *s, const char *arg)
{
	if (!strchr(arg, '=') || !is_assignment(arg, "_-+.:/@,"))
		return wrong(s, "-G wants NAME=VALUE, both plain words", arg);
	vec_push(&s->arena, &s->opt.globals, arg);
	return true;
}

static bool set_module_name(struct session *s, const char *arg)
{
	char *name = arena_strdup(&s->arena, arg);
	size_t n;

	if (str_ends(name, ".ko"))
		name[strlen(name) - 3] = 0;
	n = strlen(name);
	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return wrong(s, "a module name has letters, digits "
					"and '_'", arg);
	if (!n || n > MODULE_NAME_MAX)
		return wrong(s, "a module name has 1 to 55 characters", arg);
	s->opt.module_name = name;
	return true;
}

static bool set_color(struct session *s, const char *arg)
{
	if (!arg || !strcmp(arg, "always"))
		s->opt.color = COLOR_ALWAYS;
	else if (!strcmp(arg, "auto"))
		s->opt.color = COLOR_AUTO;
	else if (!strcmp(arg, "never"))
		s->opt.color = COLOR_NEVER;
	else
		return wrong(s, "--color is auto, always or never", arg);
	return true;
}

static bool set_runtime(struct session *s, const char *arg)
{
	if (!strcmp(arg, "kernel"))
		s->opt.runtime = RUNTIME_KERNEL;
	else if (!strcmp(arg, "user"))
		s->opt.runtime = RUNTIME_USER;
	else
		return wrong(s, "not supported by stapx: --runtime is kernel "
				"or user", arg);
	return true;
}

static bool set_privilege(struct session *s, const char *arg)
{
	if (strcmp(arg, "stapusr") && strcmp(arg, "stapsys") &&
	    strcmp(arg, "stapdev"))
		return wrong(s, "--privilege is stapusr, stapsys or stapdev",
			     arg);
	s->opt.privilege = arg;
	return true;
}

static bool set_rlimit(struct session *s, int which, const char *arg)
{
	struct rlimit r;
	long n;

	if (!number_in(arg, 0, LONG_MAX, &n))
		return wrong(s, "a resource limit is a number", arg);
	r.rlim_cur = r.rlim_max = (rlim_t)n;
	if (setrlimit((__rlimit_resource_t)which, &r))
		return wrong(s, "cannot set the resource limit", arg);
	return true;
}

static bool set_list(struct session *s, const char *arg, bool vars)
{
	if (s->opt.list || s->opt.list_vars)
		return wrong(s, "only one -l or -L", arg);
	s->opt.list = !vars;
	s->opt.list_vars = vars;
	s->opt.last_pass = 2;
	vec_push(&s->arena, &s->opt.script_texts,
		 arena_printf(&s->arena, "probe %s {}", arg));
	return true;
}

/* A folder that holds a runtime, or (as SystemTap's manual has it) the
 * kernel's release. */
static bool set_runtime_dir(struct session *s, const char *arg)
{
	struct arena *a = &s->arena;

	if (is_dir(arg) && path_exists(path_join(a, arg, "script.h"))) {
		s->opt.runtime_dir = arg;
		return true;
	}
	if (is_dir(arg) || strchr(arg, '/')) {
		diag_error(&s->diag, "-R '%s' holds no runtime of stapx (no "
				     "script.h); leave -R out to use the "
				     "installed one", arg);
		return false;
	}
	if (isdigit((unsigned char)arg[0]) && strchr(arg, '.') &&
	    release_valid(arg)) {
		s->opt.release = arg;
		return true;
	}
	return wrong(s, "-R wants the folder of a runtime or a kernel "
			"release", arg);
}

static bool set_remote(struct session *s, const char *arg)
{
	vec_push(&s->arena, &s->opt.remotes, arg);
	return true;
}

static bool not_supported(struct session *s, enum option_id id)
{
	const struct option_row *r = &rows[id];

	if (r->name)
		diag_error(&s->diag, "not supported by stapx: --%s", r->name);
	else
		diag_error(&s->diag, "not supported by stapx: -%c", r->letter);
	return false;
}

static void add_verbose(struct session *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(s->opt.verbose); i++)
		s->opt.verbose[i]++;
}

/* -e comes before every -E, whatever their order. */
static bool set_script(struct session *s, const char *arg, bool *have)
{
	struct str_vec *v = &s->opt.script_texts;

	if (*have)
		return wrong(s, "only one -e; add others with -E", arg);
	*have = true;
	vec_push(&s->arena, v, arg);
	memmove(v->v + 1, v->v, (v->n - 1) * sizeof *v->v);
	v->v[0] = arg;
	return true;
}

struct reader {
	bool have_script; /* -e, -l or -L */
	bool done;	  /* -h or -V */
};

static bool set_option(struct session *s, struct reader *rd, enum option_id id,
		       const char *arg)
{
	struct options *o = &s->opt;

	switch (id) {
	case OPT_HELP:
		usage();
		rd->done = true;
		return true;
	case OPT_VERSION:
		version();
		rd->done = true;
		return true;
	case OPT_VERBOSE:
		add_verbose(s);
		return true;
	case OPT_VP:
		return set_vp(s, arg);
	case OPT_LAST_PASS:
		return set_number(s, "-p", arg, 1, 5, &o->last_pass);
	case OPT_KEEP_TMP:
		o->keep_tmp = true;
		return true;
	case OPT_TMPDIR:
		o->tmpdir = arg;
		return true;
	case OPT_DUMP:
		o->dump = arg;
		return true;
	case OPT_COLOR:
	case OPT_COLOUR:
		return set_color(s, arg);
	case OPT_NO_WARNINGS:
		o->suppress_warnings = true;
		return true;
	case OPT_WARNINGS_FATAL:
		o->warnings_fatal = true;
		return true;
	case OPT_SCRIPT:
		return set_script(s, arg, &rd->have_script);
	case OPT_MORE_SCRIPT:
		vec_push(&s->arena, &o->script_texts, arg);
		return true;
	case OPT_GURU:
		o->guru = true;
		return true;
	case OPT_INCLUDE:
		vec_push(&s->arena, &o->includes, arg);
		return true;
	case OPT_DEFINE:
		return set_define(s, arg);
	case OPT_GLOBAL:
		return set_global(s, arg);
	case OPT_UNOPTIMIZED:
		o->unoptimized = true;
		return true;
	case OPT_COMPATIBLE:
		o->compatible = arg;
		return true;
	case OPT_PRIVILEGE:
		return set_privilege(s, arg);
	case OPT_UNPRIVILEGED:
		o->privilege = "stapusr";
		return true;
	case OPT_CHECK_VERSION:
	case OPT_SYSENV:
	case OPT_LDD:
	case OPT_ALL_MODULES:
		/* Taken so that scripts that pass them run; of no effect. */
		return true;
	case OPT_SKIP_BADVARS:
		o->skip_badvars = true;
		return true;
	case OPT_PROLOGUE:
		o->prologue_searching = true;
		return true;
	case OPT_PROLOGUE_LONG:
		o->prologue_searching = !arg || strcmp(arg, "never") != 0;
		return true;
	case OPT_NO_ERRORS:
		o->suppress_handler_errors = true;
		return true;
	case OPT_NO_TIME_LIMITS:
		o->suppress_time_limits = true;
		return true;
	case OPT_NO_DISPLAY:
		o->no_global_display = true;
		return true;
	case OPT_LIST:
	case OPT_LIST_VARS:
		rd->have_script = true;
		return set_list(s, arg, id == OPT_LIST_VARS);
	case OPT_DUMP_FUNCTIONS:
		o->dump_functions = true;
		o->last_pass = 1;
		return true;
	case OPT_DUMP_ALIASES:
		o->dump_aliases = true;
		o->last_pass = 1;
		return true;
	case OPT_RELEASE:
		o->release = arg;
		return true;
	case OPT_ARCH:
		o->arch = arch_of_machine(arg) ? arch_of_machine(arg) : arg;
		return true;
	case OPT_SYSROOT:
		o->sysroot = arg;
		return true;
	case OPT_REMOTE:
		return set_remote(s, arg);
	case OPT_REMOTE_PREFIX:
		o->remote_prefix = true;
		return true;
	case OPT_RUNTIME:
		return set_runtime(s, arg);
	case OPT_MODULE:
		return set_module_name(s, arg);
	case OPT_ARCHIVE:
		o->archive = arg;
		return true;
	case OPT_KBUILD:
		o->kbuild = true;
		return true;
	case OPT_MAKE_ARG:
		vec_push(&s->arena, &o->make_args, arg);
		return true;
	case OPT_RUNTIME_DIR:
		return set_runtime_dir(s, arg);
	case OPT_SYMBOLS_OF:
		vec_push(&s->arena, &o->modules, arg);
		return true;
	case OPT_DISABLE_CACHE:
		o->disable_cache = true;
		return true;
	case OPT_POISON_CACHE:
		o->poison_cache = true;
		return true;
	case OPT_CLEAN_CACHE:
		o->clean_cache = true;
		return true;
	case OPT_COMMAND:
		o->command = arg;
		return true;
	case OPT_TARGET_PID:
		return set_number(s, "-x", arg, 1, INT_MAX, &o->target_pid);
	case OPT_TIMEOUT:
		return set_timeout(s, arg);
	case OPT_OUTPUT:
		o->output = arg;
		return true;
	case OPT_ROTATE:
		o->rotate = arg;
		return true;
	case OPT_BUFFER:
		return set_number(s, "-s", arg, 1, 4095, &o->buffer_mb);
	case OPT_BULK:
		o->bulk = true;
		return true;
	case OPT_FLIGHT:
		o->flight_recorder = true;
		return true;
	case OPT_TIMING:
		o->timing = true;
		return true;
	case OPT_RLIMIT_AS:
		return set_rlimit(s, RLIMIT_AS, arg);
	case OPT_RLIMIT_CPU:
		return set_rlimit(s, RLIMIT_CPU, arg);
	case OPT_RLIMIT_NPROC:
		return set_rlimit(s, RLIMIT_NPROC, arg);
	case OPT_RLIMIT_STACK:
		return set_rlimit(s, RLIMIT_STACK, arg);
	case OPT_RLIMIT_FSIZE:
		return set_rlimit(s, RLIMIT_FSIZE, arg);
	case OPT_NO_DUMP_TYPES:
	case OPT_NO_INTERACTIVE:
	case OPT_NO_COVERAGE:
	case OPT_NO_BPF:
	case OPT_NO_DYNINST:
	case OPT_NO_USE_SERVER:
	case OPT_NO_USE_HTTP_SERVER:
	case OPT_NO_SERVER_ON_ERROR:
	case OPT_NO_LIST_SERVERS:
	case OPT_NO_TRUST_SERVERS:
	case OPT_NO_SIGN:
	case OPT_NO_MODINFO:
	case OPT_NO_MONITOR:
	case OPT_NO_EXAMPLE:
	case OPT_NO_DOWNLOAD:
	case OPT_NO_SAVE_UPROBES:
	case OPT_NO_NAMESPACES:
	case OPT_NO_LANGUAGE_SERVER:
	case OPT_NO_BUILD_AS:
		return not_supported(s, id);
	case OPT_COUNT:
		break;
	}
	return false;
}

/* ---- getopt's tables, made from the rows ---- */

#define LONG_BASE 256 /* + row: what getopt returns for a long name */

struct tables {
	char letters[3 * ARRAY_SIZE(rows) + 2];
	struct option names[ARRAY_SIZE(rows) + 1];
};

static void make_tables(struct tables *t)
{
	char *p = t->letters;
	size_t n = 0;

	*p++ = '+'; /* what follows the script is the script's */
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct option_row *r = &rows[i];

		if (r->letter) {
			*p++ = r->letter;
			if (arg_kind(r) == required_argument)
				*p++ = ':';
		}
		if (r->name)
			t->names[n++] = (struct option){
				r->name, arg_kind(r), NULL,
				LONG_BASE + (int)i
			};
	}
	*p = 0;
	t->names[n] = (struct option){ 0 };
}

static bool row_of(int c, enum option_id *id)
{
	if (c >= LONG_BASE) {
		*id = (enum option_id)(c - LONG_BASE);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].letter && rows[i].letter == c) {
			*id = (enum option_id)i;
			return true;
		}
	}
	return false;
}

static bool read_words(struct session *s, struct reader *rd, int argc,
		       char **argv)
{
	struct tables t;
	enum option_id id;
	int c;

	make_tables(&t);
	optind = 0;
	while ((c = getopt_long(argc, argv, t.letters, t.names, NULL)) != -1) {
		if (!row_of(c, &id)) {
			s->diag.errors++;
			fputs("Try 'stap -h'.\n", stderr);
			return false;
		}
		if (!set_option(s, rd, id, optarg))
			return false;
		if (rd->done)
			return true;
	}
	return true;
}

/* ---- the rc file: words as in a shell, without its expansions ---- */

/* The next word of *p into b; false at the end. */
static bool rc_word(const char **p, struct buf *b)
{
	const char *s = *p;
	char quote = 0;

	while (isspace((unsigned char)*s) || *s == '#') {
		if (*s == '#')
			s += strcspn(s, "\n");
		else
			s++;
	}
	*p = s;
	if (!*s)
		return false;
	buf_puts(b, "");
	for (; *s && (quote || !isspace((unsigned char)*s)); s++) {
		if (quote ? *s == quote : (*s == '"' || *s == '\''))
			quote = quote ? 0 : *s;
		else if (*s == '\\' && quote != '\'' && s[1])
			buf_putc(b, *++s);
		else
			buf_putc(b, *s);
	}
	*p = s;
	return true;
}

static bool read_rc(struct session *s, struct reader *rd)
{
	const char *path = path_join(&s->arena, s->state_dir, "rc");
	const char *text = file_read(&s->arena, path, RC_MAX, NULL);
	VEC(char *) words = { 0 };
	struct buf b = { 0 };

	if (!text)
		return true;
	vec_push(&s->arena, &words, arena_strdup(&s->arena, "stap"));
	while (rc_word(&text, &b)) {
		vec_push(&s->arena, &words,
			 arena_strdup(&s->arena, buf_str(&b)));
		buf_free(&b);
	}
	vec_push(&s->arena, &words, NULL);
	if (!read_words(s, rd, (int)words.n - 1, words.v))
		return false;
	if (optind < (int)words.n - 1) {
		diag_error(&s->diag, "'%s' in '%s' is no option",
			   words.v[optind], path);
		return false;
	}
	return true;
}

/* ---- what options mean together ---- */

static bool conflict(struct session *s, const char *what)
{
	diag_error(&s->diag, "%s; try 'stap -h'", what);
	return false;
}

static bool check_options(struct session *s, const struct reader *rd)
{
	struct options *o = &s->opt;
	bool listing = o->dump_functions || o->dump_aliases || o->clean_cache;

	if (!o->script_file && !rd->have_script && !o->script_texts.n &&
	    !listing)
		return conflict(s, "no script: name a file or use -e");
	if (o->command && o->target_pid)
		return conflict(s, "use either -c or -x, not both");
	if (o->rotate && !o->output)
		return conflict(s, "-S wants -o FILE");
	if (o->suppress_time_limits && !o->guru)
		return conflict(s, "--suppress-time-limits wants -g");
	if (o->tmpdir && o->remotes.n)
		return conflict(s, "--tmpdir does not go with --remote");
	if (o->runtime == RUNTIME_USER && o->remotes.n)
		return conflict(s, "--runtime=user runs here; leave --remote "
				   "out");
	if (o->output && o->last_pass == 4 && !o->archive &&
	    str_ends(o->output, ".stapx"))
		o->archive = o->output;
	return true;
}

enum options_result options_parse(struct session *s, int argc, char **argv)
{
	struct reader rd = { 0 };

	s->opt.last_pass = 5;
	if (!read_rc(s, &rd) || !read_words(s, &rd, argc, argv))
		return OPTIONS_WRONG;
	if (rd.done)
		return OPTIONS_DONE;
	if (!rd.have_script && optind < argc)
		s->opt.script_file = argv[optind++];
	for (; optind < argc; optind++)
		vec_push(&s->arena, &s->opt.args, argv[optind]);
	return check_options(s, &rd) ? OPTIONS_RUN : OPTIONS_WRONG;
}
