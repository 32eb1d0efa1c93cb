// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The script library.  Each folder of the search path is looked through from
 * its most particular part to its most general one; for a kernel 2.6.12-23 on
 * x86_64: linux/2.6.12-23/x86_64 linux/2.6.12-23 linux/2.6.12/x86_64 … linux,
 * then the same without "linux/".  The order of s->library is the order of
 * precedence.  A file that is wrong is left out with a warning: it belongs
 * to somebody else than the script that is run.
 *
 * Scripts of the library are parsed when the script can reach them; the rest
 * is known by the index (index.h).
 */
#include <errno.h>
#include <glob.h>
#include <sys/stat.h>

#include "parse/index.h"
#include "parse/parser.h"

#define LIBRARY_FILE_MAX (16u << 20)

struct search {
	struct session *s;
	const char *suffix; /* "stpm" or "stp" */
	struct map seen;    /* inodes, and paths below a search folder */
	struct str_vec dirs; /* "linux/6.1.0/x86_64", … "" */
	/* What to do with a file; false when it is left out. */
	bool (*take)(struct search *x, const char *path, const struct stat *st,
		     bool builtin);
};

/* A script of the library. */
struct lib_script {
	const char *path;
	bool builtin;
	struct lib_entry *entry;
	struct file *file;	 /* NULL: not parsed yet */
};

struct lib_scripts {
	VEC(struct lib_script) list; /* in order of precedence */
	struct lib_index index;
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

/* The text of a library file; NULL with a warning. */
static struct source *read_source(struct session *s, const char *path,
				  enum source_kind kind, bool builtin)
{
	struct source *src = arena_new(&s->arena, struct source);

	src->name = path;
	src->kind = kind;
	src->builtin = builtin;
	src->text = file_read(&s->arena, path, LIBRARY_FILE_MAX, &src->size);
	if (src->text)
		return src;
	diag_warn(&s->diag, (struct loc){ 0 },
		  "cannot read tapset file '%s': %s", path, strerror(errno));
	return NULL;
}

static bool skip_broken(struct session *s, const char *path, int errors)
{
	s->diag.errors = errors;
	diag_warn(&s->diag, (struct loc){ 0 },
		  "tapset '%s' has errors, and will be skipped", path);
	return false;
}

static bool take_macros(struct search *x, const char *path,
			const struct stat *st, bool builtin)
{
	struct session *s = x->s;
	struct source *src = read_source(s, path, SOURCE_MACRO, builtin);
	int errors = s->diag.errors;

	if (!src)
		return false;
	s->macros_hash = hash_bytes(path, strlen(path), s->macros_hash);
	s->macros_hash = hash_bytes(&st->st_size, sizeof st->st_size,
				    s->macros_hash);
	s->macros_hash = hash_bytes(&st->st_mtim, sizeof st->st_mtim,
				    s->macros_hash);
	return parse_macro_library(s, src) || skip_broken(s, path, errors);
}

static struct file *parse_script(struct session *s, const char *path,
				 bool builtin)
{
	struct source *src = read_source(s, path, SOURCE_TAPSET, builtin);
	int errors = s->diag.errors;
	struct file *f;
	bool ok;

	if (!src)
		return NULL;
	src->args_used = arena_array(&s->arena, s->opt.args.n + 1, bool);
	f = parse_source(s, src, &ok);
	return ok || skip_broken(s, path, errors) ? f : NULL;
}

/* One the index does not know is parsed, so that it does. */
static bool take_script(struct search *x, const char *path,
			const struct stat *st, bool builtin)
{
	struct session *s = x->s;
	struct lib_scripts *all = s->scripts;
	struct lib_script one = { .path = path, .builtin = builtin };
	int warnings = s->diag.warnings;

	one.entry = lib_index_find(&all->index, path, st);
	if (!one.entry) {
		one.file = parse_script(s, path, builtin);
		if (!one.file)
			return false;
		one.entry = lib_index_add(&all->index, path, st, one.file);
		one.entry->save &= s->diag.warnings == warnings;
	}
	vec_push(&s->arena, &all->list, one);
	return true;
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
	*processed += x->take(x, path, &st, builtin);
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

bool library_macros(struct session *s)
{
	struct search x = { .s = s, .suffix = "stpm", .take = take_macros };

	return search_all(&x);
}

static uint64_t hash_text(const char *text, uint64_t seed)
{
	return text ? hash_bytes(text, strlen(text) + 1, seed)
		    : hash_bytes("", 1, seed);
}

static uint64_t hash_texts(const struct str_vec *list, uint64_t h)
{
	vec_for(i, list)
		h = hash_text(list->v[i], h);
	return hash_text(NULL, h);
}

/* All that decides what a library script parses to, beside itself. */
static uint64_t environment(const struct session *s)
{
	const char *texts[] = { s->release, s->kernel_v, s->arch,
				s->tapset_dir, s->opt.compatible,
				s->opt.privilege };
	int numbers[] = { s->opt.guru, (int)s->opt.runtime };
	uint64_t h = hash_bytes(numbers, sizeof numbers, s->macros_hash);
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		h = hash_text(texts[i], h);
	h = hash_texts(&s->opt.includes, h);
	h = hash_texts(&s->opt.args, h);
	vec_for(i, &s->config.entries) {
		h = hash_text(s->config.entries.v[i].key, h);
		h = hash_text(s->config.entries.v[i].value, h);
	}
	if (!stat("/proc/self/exe", &st)) {
		h = hash_bytes(&st.st_size, sizeof st.st_size, h);
		h = hash_bytes(&st.st_mtim, sizeof st.st_mtim, h);
	}
	return h;
}

static bool wants_all(const struct session *s)
{
	bool dump = s->opt.last_pass == 1 ||
		    (s->opt.dump && !strcmp(s->opt.dump, "parse"));

	return s->opt.list || s->opt.list_vars || s->opt.dump_functions ||
	       s->opt.dump_aliases || (dump && s->opt.verbose[1] >= 1);
}

/* Parses what is marked, or all, and puts s->library together. */
static size_t load_scripts(struct session *s, bool all)
{
	size_t loaded = 0;

	s->library.n = 0;
	vec_for(i, &s->scripts->list) {
		struct lib_script *one = &s->scripts->list.v[i];

		if (!one->file && (all || one->entry->reached)) {
			one->file = parse_script(s, one->path, one->builtin);
			loaded++;
		}
		if (one->file)
			vec_push(&s->arena, &s->library, one->file);
	}
	return loaded;
}

/* An argument may be there for what the script uses of the library. */
static void note_args(struct session *s, const struct lib_script *one)
{
	if (!one->file || !one->entry->reached)
		return;
	for (size_t i = 0; i < s->opt.args.n; i++)
		s->args_used[i] |= one->file->src->args_used[i];
}

bool library_scripts(struct session *s)
{
	struct search x = { .s = s, .suffix = "stp", .take = take_script };
	struct lib_index *ix;

	s->scripts = arena_new(&s->arena, struct lib_scripts);
	ix = &s->scripts->index;
	lib_index_open(ix, s, environment(s));
	if (!search_all(&x))
		return false;
	lib_index_save(ix);
	if (!wants_all(s))
		lib_index_reach(ix);
	load_scripts(s, wants_all(s));
	vec_for(i, &s->scripts->list)
		note_args(s, &s->scripts->list.v[i]);
	vlog(s, 1, 2, "The library has %zu scripts; %zu of them parsed\n",
	     s->scripts->list.n, s->library.n);
	return true;
}

bool library_load_func(struct session *s, const char *name)
{
	return s->scripts && lib_index_reach_func(&s->scripts->index, name) &&
	       load_scripts(s, false);
}

void library_names(struct session *s, char kind, struct str_vec *out)
{
	for (size_t i = 0; s->scripts && i < s->scripts->list.n; i++) {
		const struct lib_entry *e = s->scripts->list.v[i].entry;
		const char *p = e->text, *name;
		char found;

		while ((found = lib_index_line(&s->arena, &p, e->refs, &name)))
			if (found == kind)
				vec_push(&s->arena, out, name);
	}
}
