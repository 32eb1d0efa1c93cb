// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The script library.  Each folder of the search path is looked through from
 * its most particular part to its most general one; for a kernel 2.6.12-23 on
 * x86_64: linux/2.6.12-23/x86_64 linux/2.6.12-23 linux/2.6.12/x86_64 … linux,
 * then the same without "linux/".  The order of s->library is the order of
 * precedence.  A file that is wrong is left out with a warning: it belongs
 * to somebody else than the script that is run.
 */
#include <errno.h>
#include <glob.h>
#include <sys/stat.h>

#include "parse/parser.h"

#define LIBRARY_FILE_MAX (16u << 20)

struct search {
	struct session *s;
	const char *suffix; /* "stpm" or "stp" */
	struct map seen;    /* inodes, and paths below a search folder */
	struct str_vec dirs; /* "linux/6.1.0/x86_64", … "" */
	bool (*load)(struct session *s, const struct source *src);
};

/* 6.1.0-9-amd64, 6.1.0, 6.1: each with and without the architecture. */
static void add_levels(struct search *x, const char *prefix)
{
	struct session *s = x->s;
	struct arena *a = &s->arena;
	struct str_vec levels = { 0 };
	char *v = arena_strdup(a, s->kernel_v ? s->kernel_v : "");

	if (s->release && *s->release)
		vec_push(a, &levels, s->release);
	if (*v && (!levels.n || strcmp(v, levels.v[0])))
		vec_push(a, &levels, arena_strdup(a, v));
	for (;;) {
		char *dot = strrchr(v, '.');

		if (!dot || dot == strchr(v, '.'))
			break;
		*dot = 0;
		vec_push(a, &levels, arena_strdup(a, v));
	}
	vec_push(a, &levels, "");
	vec_for(i, &levels) {
		const char *base = path_join(a, prefix, levels.v[i]);

		if (!*levels.v[i])
			base = prefix;
		if (s->arch && *s->arch)
			vec_push(a, &x->dirs, path_join(a, base, s->arch));
		vec_push(a, &x->dirs, base);
	}
}

/* True when it is new; path is below its search folder. */
static bool first_seen(struct search *x, const struct stat *st,
		       const char *path)
{
	struct arena *a = &x->s->arena;
	const char *inode = arena_printf(a, "%llx:%llx",
					 (unsigned long long)st->st_dev,
					 (unsigned long long)st->st_ino);
	bool seen = map_get(&x->seen, inode) || map_get(&x->seen, path);

	map_set(a, &x->seen, inode, x);
	map_set(a, &x->seen, path, x);
	return !seen;
}

static bool same_file(const struct stat *st, const char *path)
{
	struct stat other;

	return path && !stat(path, &other) && other.st_dev == st->st_dev &&
	       other.st_ino == st->st_ino;
}

static bool load_file(struct search *x, const char *path, bool builtin)
{
	struct session *s = x->s;
	struct source *src = arena_new(&s->arena, struct source);
	int errors = s->diag.errors;
	bool ok;

	src->name = path;
	src->kind = !strcmp(x->suffix, "stpm") ? SOURCE_MACRO : SOURCE_TAPSET;
	src->builtin = builtin;
	src->text = file_read(&s->arena, path, LIBRARY_FILE_MAX, &src->size);
	if (!src->text) {
		diag_warn(&s->diag, (struct loc){ 0 },
			  "cannot read tapset file '%s': %s", path,
			  strerror(errno));
		return false;
	}
	ok = x->load(s, src);
	s->diag.errors = errors;
	if (!ok)
		diag_warn(&s->diag, (struct loc){ 0 },
			  "tapset '%s' has errors, and will be skipped", path);
	return ok;
}

/* False only when the user's script turns out to be a library file. */
static bool try_file(struct search *x, const char *root, const char *path,
		     bool builtin, int *processed)
{
	struct session *s = x->s;
	struct stat st;

	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return true;
	if (same_file(&st, s->opt.script_file)) {
		diag_error(&s->diag, "tapset file '%s' cannot be run directly "
				     "as a session script", path);
		return false;
	}
	if (!first_seen(x, &st, path + strlen(root))) {
		vlog(s, 1, 3, "Skipping tapset \"%s\", duplicate\n", path);
		return true;
	}
	vlog(s, 1, 3, "Processing tapset \"%s\"\n", path);
	*processed += load_file(x, path, builtin);
	return true;
}

static bool search_dir(struct search *x, const char *root, const char *sub,
		       bool builtin)
{
	struct session *s = x->s;
	const char *dir = *sub ? path_join(&s->arena, root, sub) : root;
	const char *pattern = arena_printf(&s->arena, "%s/*.%s", dir,
					   x->suffix);
	glob_t found;
	int processed = 0;
	bool ok = true;

	if (glob(pattern, 0, NULL, &found))
		return true;
	for (size_t i = 0; ok && i < found.gl_pathc; i++)
		ok = try_file(x, root,
			      arena_strdup(&s->arena, found.gl_pathv[i]),
			      builtin, &processed);
	vlog(s, 1, 2, "Searched: \" %s \", found: %zu, processed: %d\n",
	     pattern, found.gl_pathc, processed);
	globfree(&found);
	return ok;
}

static bool search_root(struct search *x, const char *root, bool builtin)
{
	if (!is_dir(root)) {
		if (!builtin)
			diag_warn(&x->s->diag, (struct loc){ 0 },
				  "tapset folder '%s' is not there", root);
		return true;
	}
	vec_for(i, &x->dirs)
		if (!search_dir(x, root, x->dirs.v[i], builtin))
			return false;
	return true;
}

static bool search_all(struct search *x)
{
	struct session *s = x->s;

	add_levels(x, "linux");
	add_levels(x, "");
	if (s->tapset_dir && !search_root(x, s->tapset_dir, true))
		return false;
	vec_for(i, &s->opt.includes)
		if (!search_root(x, s->opt.includes.v[i], false))
			return false;
	return true;
}

static bool load_script(struct session *s, const struct source *src)
{
	bool ok;
	struct file *f = parse_source(s, src, &ok);

	if (ok)
		vec_push(&s->arena, &s->library, f);
	return ok;
}

bool library_macros(struct session *s)
{
	struct search x = { .s = s, .suffix = "stpm",
			    .load = parse_macro_library };

	return search_all(&x);
}

bool library_scripts(struct session *s)
{
	struct search x = { .s = s, .suffix = "stp", .load = load_script };

	return search_all(&x);
}
