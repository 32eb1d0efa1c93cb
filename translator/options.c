// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line.  options.def has a row for each option, which says what
 * it sets or which function below takes it.  What an option's value may be is
 * checked in its function, what options mean together in check_options().
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "options.h"

#define RC_MAX (64u << 10)
#define MODULE_NAME_MAX 55 /* what the kernel takes */

/* What reading the words has come to. */
struct reader {
	struct session *s;
	struct options *o;
	bool have_script; /* -e, -l or -L */
	bool done;	  /* -h or -V */
};

/* Reports, and gives false for its caller to return. */
static bool wrong(struct reader *r, const char *what, const char *arg)
{
	diag_error(&r->s->diag, "%s: '%s'; try 'stap -h'", what, arg);
	return false;
}

/* ---- values ---- */

static bool number_in(const char *arg, long low, long high, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(arg, &end, 10);
	return !errno && end != arg && !*end && *out >= low && *out <= high;
}

static bool set_number(struct reader *r, const char *what, const char *arg,
		       long low, long high, int *out)
{
	long n;

	if (!number_in(arg, low, high, &n))
		return wrong(r, arena_printf(&r->s->arena,
					     "%s wants a number from %ld to "
					     "%ld", what, low, high), arg);
	*out = (int)n;
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

/* ---- general ---- */

static void usage(void);

static bool opt_help(struct reader *r, const char *arg)
{
	(void)arg;
	usage();
	return r->done = true;
}

static bool opt_version(struct reader *r, const char *arg)
{
	(void)arg;
	printf("Systemtap translator/driver (stapx version %s)\n"
	       "This is free software under the GNU GPL, version 2 or later; "
	       "there is no warranty.\n", STAPX_VERSION);
	return r->done = true;
}

static bool opt_verbose(struct reader *r, const char *arg)
{
	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(r->o->verbose); i++)
		r->o->verbose[i]++;
	return true;
}

static bool opt_vp(struct reader *r, const char *arg)
{
	size_t n = strlen(arg);

	if (!n || n > 5 || strspn(arg, "0123456789") != n)
		return wrong(r, "--vp wants a digit for each of 5 passes", arg);
	for (size_t i = 0; i < n; i++)
		r->o->verbose[i + 1] += arg[i] - '0';
	return true;
}

static bool opt_last_pass(struct reader *r, const char *arg)
{
	return set_number(r, "-p", arg, 1, 5, &r->o->last_pass);
}

static bool opt_color(struct reader *r, const char *arg)
{
	if (!arg || !strcmp(arg, "always"))
		r->o->color = COLOR_ALWAYS;
	else if (!strcmp(arg, "auto"))
		r->o->color = COLOR_AUTO;
	else if (!strcmp(arg, "never"))
		r->o->color = COLOR_NEVER;
	else
		return wrong(r, "--color is auto, always or never", arg);
	return true;
}

/* ---- script ---- */

/* The script itself comes before every -E, whatever their order. */
static bool first_script(struct reader *r, const char *text)
{
	struct str_vec *v = &r->o->script_texts;

	if (r->have_script)
		return wrong(r, "only one of -e, -l and -L; add scripts with "
				"-E", text);
	r->have_script = true;
	vec_push(&r->s->arena, v, text);
	memmove(v->v + 1, v->v, (v->n - 1) * sizeof *v->v);
	v->v[0] = text;
	return true;
}

static bool opt_script(struct reader *r, const char *arg)
{
	return first_script(r, arg);
}

static bool opt_define(struct reader *r, const char *arg)
{
	if (!is_assignment(arg, "_-+."))
		return wrong(r, "-D wants NAME=VALUE, both plain words", arg);
	vec_push(&r->s->arena, &r->o->defines, arg);
	return true;
}

static bool opt_global(struct reader *r, const char *arg)
{
	if (!strchr(arg, '=') || !is_assignment(arg, "_-+.:/@,"))
		return wrong(r, "-G wants NAME=VALUE, both plain words", arg);
	vec_push(&r->s->arena, &r->o->globals, arg);
	return true;
}

static bool opt_privilege(struct reader *r, const char *arg)
{
	if (strcmp(arg, "stapusr") && strcmp(arg, "stapsys") &&
	    strcmp(arg, "stapdev"))
		return wrong(r, "--privilege is stapusr, stapsys or stapdev",
			     arg);
	r->o->privilege = arg;
	return true;
}

static bool opt_unprivileged(struct reader *r, const char *arg)
{
	(void)arg;
	r->o->privilege = "stapusr";
	return true;
}

/* ---- listing ---- */

static bool set_list(struct reader *r, const char *arg, bool vars)
{
	r->o->list = !vars;
	r->o->list_vars = vars;
	r->o->last_pass = 2;
	return first_script(r, arena_printf(&r->s->arena, "probe %s {}", arg));
}

static bool opt_list(struct reader *r, const char *arg)
{
	return set_list(r, arg, false);
}

static bool opt_list_vars(struct reader *r, const char *arg)
{
	return set_list(r, arg, true);
}

static bool opt_dump_functions(struct reader *r, const char *arg)
{
	(void)arg;
	r->o->last_pass = 1;
	return r->o->dump_functions = true;
}

static bool opt_dump_probe_types(struct reader *r, const char *arg)
{
	(void)arg;
	r->o->last_pass = 1;
	return r->o->dump_probe_types = true;
}

static bool opt_dump_aliases(struct reader *r, const char *arg)
{
	(void)arg;
	r->o->last_pass = 1;
	return r->o->dump_aliases = true;
}

/* ---- target and building ---- */

static bool opt_arch(struct reader *r, const char *arg)
{
	const char *arch = arch_of_machine(arg);

	r->o->arch = arch ? arch : arg;
	return true;
}

/* Programs are looked for in the sysroot, whatever PATH is there; the form is
 * checked all the same. */
static bool opt_sysenv(struct reader *r, const char *arg)
{
	const char *eq = strchr(arg, '=');

	if (!eq || eq == arg)
		return wrong(r, "--sysenv wants VAR=VALUE", arg);
	if (!r->o->sysroot)
		return wrong(r, "--sysenv is about a --sysroot, which comes "
				"before it", arg);
	return true;
}

static bool opt_runtime(struct reader *r, const char *arg)
{
	if (!strcmp(arg, "kernel"))
		r->o->runtime = RUNTIME_KERNEL;
	else if (!strcmp(arg, "user"))
		r->o->runtime = RUNTIME_USER;
	else
		return wrong(r, "not supported by stapx: --runtime is kernel "
				"or user", arg);
	return true;
}

static bool opt_module(struct reader *r, const char *arg)
{
	char *name = arena_strdup(&r->s->arena, arg);
	size_t n;

	if (str_ends(name, ".ko"))
		name[strlen(name) - 3] = 0;
	n = strlen(name);
	for (char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return wrong(r, "a module name has letters, digits "
					"and '_'", arg);
	if (!n || n > MODULE_NAME_MAX)
		return wrong(r, "a module name has 1 to 55 characters", arg);
	r->o->module_name = name;
	return true;
}

/* A folder that holds a runtime, or (as SystemTap's manual has it) the
 * kernel's release. */
static bool opt_runtime_dir(struct reader *r, const char *arg)
{
	struct arena *a = &r->s->arena;

	if (is_dir(arg) && path_exists(path_join(a, arg, "script.h"))) {
		r->o->runtime_dir = arg;
		return true;
	}
	if (is_dir(arg) || strchr(arg, '/')) {
		diag_error(&r->s->diag, "-R '%s' holds no runtime of stapx (no "
					"script.h); leave -R out to use the "
					"installed one", arg);
		return false;
	}
	if (isdigit((unsigned char)arg[0]) && strchr(arg, '.') &&
	    release_valid(arg)) {
		r->o->release = arg;
		return true;
	}
	return wrong(r, "-R wants the folder of a runtime or a kernel "
			"release", arg);
}

/* ---- running ---- */

static bool opt_target_pid(struct reader *r, const char *arg)
{
	return set_number(r, "-x", arg, 1, INT_MAX, &r->o->target_pid);
}

static bool opt_buffer(struct reader *r, const char *arg)
{
	return set_number(r, "-s", arg, 1, 4095, &r->o->buffer_mb);
}

static bool opt_timeout(struct reader *r, const char *arg)
{
	char *end;

	r->o->timeout_s = strtod(arg, &end);
	if (end == arg || *end || !(r->o->timeout_s >= 0.001) ||
	    r->o->timeout_s > 86400)
		return wrong(r, "-T wants seconds, up to a day", arg);
	return true;
}

static bool set_rlimit(struct reader *r, int which, const char *arg)
{
	struct rlimit limit;
	long n;

	if (!number_in(arg, 0, LONG_MAX, &n))
		return wrong(r, "a resource limit is a number", arg);
	limit.rlim_cur = limit.rlim_max = (rlim_t)n;
	if (setrlimit((__rlimit_resource_t)which, &limit))
		return wrong(r, "cannot set the resource limit", arg);
	return true;
}

static bool opt_rlimit_as(struct reader *r, const char *arg)
{
	return set_rlimit(r, RLIMIT_AS, arg);
}

static bool opt_rlimit_cpu(struct reader *r, const char *arg)
{
	return set_rlimit(r, RLIMIT_CPU, arg);
}

static bool opt_rlimit_nproc(struct reader *r, const char *arg)
{
	return set_rlimit(r, RLIMIT_NPROC, arg);
}

static bool opt_rlimit_stack(struct reader *r, const char *arg)
{
	return set_rlimit(r, RLIMIT_STACK, arg);
}

static bool opt_rlimit_fsize(struct reader *r, const char *arg)
{
	return set_rlimit(r, RLIMIT_FSIZE, arg);
}

/* ---- the rows ---- */

enum row_kind { ROW_FLAG, ROW_TEXT, ROW_LIST, ROW_CALL, ROW_IGNORED,
		ROW_REFUSED };

static const struct option_row {
	enum row_kind kind;
	char letter;
	const char *name, *arg;
	size_t field; /* its place in struct options */
	bool (*call)(struct reader *r, const char *arg);
	const char *group, *help; /* of a refused one: group is the reason */
} rows[] = {
#define FIELD(field) offsetof(struct options, field)
#define FLAG(letter, name, field, group, help)                                 \
	{ ROW_FLAG, letter, name, NULL, FIELD(field), NULL, group, help },
#define TEXT(letter, name, arg, field, group, help)                            \
	{ ROW_TEXT, letter, name, arg, FIELD(field), NULL, group, help },
#define LIST(letter, name, arg, field, group, help)                            \
	{ ROW_LIST, letter, name, arg, FIELD(field), NULL, group, help },
#define CALL(letter, name, arg, function, group, help)                         \
	{ ROW_CALL, letter, name, arg, 0, function, group, help },
#define IGNORED(letter, name, arg)                                             \
	{ ROW_IGNORED, letter, name, arg, 0, NULL, NULL, NULL },
#define REFUSED(letter, name, arg, why)                                        \
	{ ROW_REFUSED, letter, name, arg, 0, NULL, why, NULL },
#include "options.def"
#undef FLAG
#undef TEXT
#undef LIST
#undef CALL
#undef IGNORED
#undef REFUSED
#undef FIELD
};

static bool refuse(struct reader *r, const struct option_row *row)
{
	const char letter[2] = { row->letter };

	diag_error(&r->s->diag, "not supported by stapx: %s%s%s%s",
		   row->name ? "--" : "-", row->name ? row->name : letter,
		   row->group ? ": " : "", row->group ? row->group : "");
	return false;
}

static bool take_option(struct reader *r, const struct option_row *row,
			const char *arg)
{
	char *field = (char *)r->o + row->field;

	switch (row->kind) {
	case ROW_FLAG:
		*(bool *)field = true;
		return true;
	case ROW_TEXT:
		*(const char **)field = arg;
		return true;
	case ROW_LIST:
		vec_push(&r->s->arena, (struct str_vec *)field, arg);
		return true;
	case ROW_CALL:
		return row->call(r, arg);
	case ROW_IGNORED:
		return true;
	case ROW_REFUSED:
		return refuse(r, row);
	}
	return false;
}

static void usage_row(const struct option_row *row)
{
	struct buf b = { 0 };

	if (row->letter)
		buf_printf(&b, "-%c", row->letter);
	if (row->name)
		buf_printf(&b, "%s--%s", row->letter ? ", " : "", row->name);
	if (row->arg && row->arg[0] == '[')
		buf_printf(&b, "[=%s", row->arg + 1);
	else if (row->arg)
		buf_printf(&b, "%s%s", row->name ? "=" : " ", row->arg);
	printf("  %-26s %s\n", b.s, row->help);
	buf_free(&b);
}

static void usage(void)
{
	const char *group = "";

	puts("Usage: stap [OPTION]... FILE [ARGUMENT]...\n"
	     "   or: stap [OPTION]... -e SCRIPT [ARGUMENT]...\n"
	     "   or: stap [OPTION]... -l POINT\n"
	     "Runs a script on this machine or, with --remote, on others.");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].help)
			continue;
		if (strcmp(group, rows[i].group))
			printf("\n%s:\n", rows[i].group);
		group = rows[i].group;
		usage_row(&rows[i]);
	}
}

/* ---- getopt's tables, made from the rows ---- */

#define LONG_BASE 256 /* + row: what getopt returns for a long name */

struct tables {
	char letters[2 * ARRAY_SIZE(rows) + 2];
	struct option names[ARRAY_SIZE(rows) + 1];
};

static int arg_kind(const struct option_row *row)
{
	if (!row->arg)
		return no_argument;
	return row->arg[0] == '[' ? optional_argument : required_argument;
}

static void make_tables(struct tables *t)
{
	char *p = t->letters;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct option_row *row = &rows[i];

		if (row->letter) {
			*p++ = row->letter;
			if (arg_kind(row) == required_argument)
				*p++ = ':';
		}
		if (row->name)
			t->names[n++] = (struct option){
				row->name, arg_kind(row), NULL,
				LONG_BASE + (int)i
			};
	}
	*p = 0;
	t->names[n] = (struct option){ 0 };
}

static const struct option_row *row_of(int c)
{
	if (c >= LONG_BASE)
		return &rows[c - LONG_BASE];
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].letter && rows[i].letter == c)
			return &rows[i];
	return NULL;
}

static bool read_words(struct reader *r, int argc, char **argv)
{
	struct tables t;
	int c;

	make_tables(&t);
	optind = 0;
	while ((c = getopt_long(argc, argv, t.letters, t.names, NULL)) != -1) {
		const struct option_row *row = row_of(c);

		if (!row) {
			r->s->diag.errors++;
			fputs("Try 'stap -h'.\n", stderr);
			return false;
		}
		if (!take_option(r, row, optarg))
			return false;
		if (r->done)
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

	while (isspace((unsigned char)*s) || *s == '#')
		s += *s == '#' ? strcspn(s, "\n") : 1;
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

static bool read_rc(struct reader *r)
{
	struct arena *a = &r->s->arena;
	const char *path = path_join(a, r->s->state_dir, "rc");
	const char *text = file_read(a, path, RC_MAX, NULL);
	VEC(char *) words = { 0 };
	struct buf b = { 0 };

	if (!text)
		return true;
	vec_push(a, &words, arena_strdup(a, "stap"));
	while (rc_word(&text, &b)) {
		vec_push(a, &words, arena_strdup(a, buf_str(&b)));
		buf_free(&b);
	}
	vec_push(a, &words, NULL);
	if (!read_words(r, (int)words.n - 1, words.v))
		return false;
	if (optind < (int)words.n - 1) {
		diag_error(&r->s->diag, "'%s' in '%s' is no option",
			   words.v[optind], path);
		return false;
	}
	return true;
}

/* ---- what options mean together ---- */

static bool conflict(struct reader *r, const char *what)
{
	diag_error(&r->s->diag, "%s; try 'stap -h'", what);
	return false;
}

static bool check_options(struct reader *r)
{
	struct options *o = r->o;
	bool no_script = o->dump_functions || o->dump_aliases ||
			 o->dump_probe_types || o->clean_cache || o->replay;

	if (!o->script_file && !o->script_texts.n && !no_script)
		return conflict(r, "no script: name a file or use -e");
	if (o->replay && (o->script_file || o->script_texts.n))
		return conflict(r, "--replay runs no script: leave it out");
	if (o->command && o->target_pid)
		return conflict(r, "use either -c or -x, not both");
	if (o->guru && o->privilege && strcmp(o->privilege, "stapdev")) {
		diag_error(&r->s->diag, "You can't specify -g and "
			   "--privilege=%s together: guru mode is for stapdev",
			   o->privilege);
		return false;
	}
	if (o->suppress_time_limits && !o->guru)
		return conflict(r, "--suppress-time-limits wants -g");
	if (o->tmpdir && o->remotes.n)
		return conflict(r, "--tmpdir does not go with --remote");
	if (o->runtime == RUNTIME_USER && o->remotes.n)
		return conflict(r, "--runtime=user runs here; leave --remote "
				   "out");
	if (o->output && o->last_pass == 4 && !o->archive &&
	    str_ends(o->output, ".stapx"))
		o->archive = o->output;
	return true;
}

enum options_result options_parse(struct session *s, int argc, char **argv)
{
	struct reader r = { .s = s, .o = &s->opt };

	s->opt.last_pass = 5;
	if (!read_rc(&r) || !read_words(&r, argc, argv))
		return OPTIONS_WRONG;
	if (r.done)
		return OPTIONS_DONE;
	if (!r.have_script && optind < argc)
		s->opt.script_file = argv[optind++];
	for (; optind < argc; optind++)
		vec_push(&s->arena, &s->opt.args, argv[optind]);
	return check_options(&r) ? OPTIONS_RUN : OPTIONS_WRONG;
}
