// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pass 1.  In: the options, the target's release, CPU and configuration.
 * Out: s->user, s->extra, s->library.  No kernel is needed: without one the
 * configuration is empty.
 */
#include <errno.h>

#include "parse/parse.h"
#include "parse/parser.h"

#define SCRIPT_MAX (16u << 20)

static struct file *parse_user(struct session *s, const char *name,
			       const char *text, size_t size,
			       enum source_kind kind, bool *ok)
{
	struct source *src = arena_new(&s->arena, struct source);

	src->name = name;
	src->text = text;
	src->size = size;
	src->kind = kind;
	return parse_source(s, src, ok);
}

struct file *parse_text(struct session *s, const char *name, const char *text,
			enum source_kind kind)
{
	struct file *f;
	bool ok;

	f = parse_user(s, name, arena_strdup(&s->arena, text), strlen(text),
		       kind, &ok);
	if (!ok)
		return NULL;
	vec_push(&s->arena, &s->extra, f);
	return f;
}

static bool parse_script_file(struct session *s)
{
	const char *path = s->opt.script_file;
	const char *name = strcmp(path, "-") ? path : "<input>";
	size_t size = 0;
	char *text = file_read(&s->arena, path, SCRIPT_MAX, &size);
	bool ok;

	if (!text) {
		diag_error(&s->diag, "input file '%s' cannot be read: %s",
			   path, strerror(errno));
		return false;
	}
	s->user = parse_user(s, name, text, size, SOURCE_USER, &ok);
	return ok;
}

static bool check_not_empty(struct session *s)
{
	const struct file *f = s->user;

	if (f->probes.n || f->aliases.n || f->funcs.n || f->globals.n ||
	    f->embeds.n)
		return true;
	diag_parse(&s->diag, (struct loc){ 0 }, NULL,
		   "input file '%s' is empty%s", f->src->name,
		   f->src->text[strspn(f->src->text, " \t\n")]
			   ? " after preprocessing" : "");
	return false;
}

/* The script (-e or FILE), then what -E and -T add to it. */
static bool parse_scripts(struct session *s)
{
	const struct str_vec *texts = &s->opt.script_texts;
	size_t i = 0;
	bool ok = true;

	if (s->opt.script_file) {
		ok = parse_script_file(s);
	} else if (texts->n) {
		s->user = parse_user(s, "<input>", texts->v[0],
				     strlen(texts->v[0]), SOURCE_USER, &ok);
		i = 1;
	}
	if (ok && s->user)
		ok = check_not_empty(s);
	for (; i < texts->n; i++)
		ok &= parse_text(s, "<input>", texts->v[i], SOURCE_USER) !=
		      NULL;
	if (ok && s->opt.timeout_s > 0)
		ok = parse_text(s, "<-T>",
				arena_printf(&s->arena,
					     "probe timer.ms(%lld) { exit() }",
					     (long long)(s->opt.timeout_s *
							 1000 + 0.5)),
				SOURCE_COMMAND) != NULL;
	return ok;
}

static void warn_unused_args(struct session *s)
{
	if (s->opt.list || s->opt.list_vars)
		return;
	vec_for(i, &s->opt.args)
		if (!s->args_used[i])
			diag_warn(&s->diag, (struct loc){ 0 },
				  "unused command line option $%zu/@%zu",
				  i + 1, i + 1);
}

static void count_errors(struct session *s)
{
	int n = s->diag.parse_errors;

	if (n)
		fprintf(s->diag.out, "%d parse error%s.\n", n,
			n == 1 ? "" : "s");
}

bool pass_parse(struct session *s)
{
	s->args_used = arena_array(&s->arena, s->opt.args.n + 1, bool);
	if (!library_macros(s))
		return false;
	s->diag.parse_errors = 0; /* those of macro files were warnings */
	if (!parse_scripts(s)) {
		count_errors(s);
		return false;
	}
	if (!library_scripts(s))
		return false;
	warn_unused_args(s);
	return s->diag.errors == 0;
}

static void dump_file(FILE *out, const struct file *f)
{
	fprintf(out, "# file %s\n", f->src->name);
	ast_print_file(out, f);
}

void parse_dump(struct session *s, FILE *out)
{
	fputs("# parse tree dump\n", out);
	if (s->user)
		dump_file(out, s->user);
	vec_for(i, &s->extra)
		dump_file(out, s->extra.v[i]);
	if (s->opt.verbose[1] < 1)
		return;
	vec_for(i, &s->library)
		dump_file(out, s->library.v[i]);
}
