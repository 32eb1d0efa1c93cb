// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What stands in DIR/prepared, and whether it still fits: it was made for one
 * build of the kernel, by one compiler, of one state of the runtime's
 * sources.  All three are in its key.  A sysroot that was moved since only
 * gets its recorded paths rewritten.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debuginfo/index.h"
#include "sysroots/places.h"
#include "sysroots/prepare.h"

#define PREPARE_FORMAT 4 /* of the folder; a new number rebuilds it */
#define SOURCE_MAX (4 << 20)
#define WORDS_MAX (1 << 20)
#define DEPTH_MAX 6

/* ---- the key ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool ends_with_any(const char *s, const char *const *ends)
{
	for (; *ends; ends++)
		if (str_ends(s, *ends))
			return true;
	return false;
}

static void list_below(struct arena *a, const char *dir, const char *rel,
		       const char *const *ends, int depth,
		       struct words_vec *out)
{
	DIR *d = opendir(path_join(a, dir, rel));
	struct dirent *e;

	while (d && (e = readdir(d))) {
		const char *r = *rel ? path_join(a, rel, e->d_name)
				     : arena_strdup(a, e->d_name);

		if (e->d_name[0] == '.')
			continue;
		if (is_dir(path_join(a, dir, r))) {
			if (depth < DEPTH_MAX)
				list_below(a, dir, r, ends, depth + 1, out);
		} else if (ends_with_any(e->d_name, ends)) {
			vec_push(a, &out->list, r);
		}
	}
	if (d)
		closedir(d);
}

void list_files(struct arena *a, const char *dir, const char *const *ends,
		struct words_vec *out)
{
	list_below(a, dir, "", ends, 0, out);
	if (out->list.n)
		qsort(out->list.v, out->list.n, sizeof *out->list.v, by_text);
}

static uint64_t add(uint64_t h, const char *s)
{
	return hash_bytes(s, strlen(s) + 1, h);
}

/* A program by what it is: where PATH finds it, its size and time. */
static uint64_t add_program(struct arena *a, uint64_t h, const char *name)
{
	const char *path = getenv("PATH");
	struct stat st;

	while (path && *path) {
		size_t n = strcspn(path, ":");
		const char *p = strchr(name, '/')
			? name : arena_printf(a, "%.*s/%s", (int)n, path, name);

		path += n + (path[n] == ':');
		if (stat(p, &st) || !S_ISREG(st.st_mode))
			continue;
		h = add(h, p);
		h = hash_bytes(&st.st_size, sizeof st.st_size, h);
		return hash_bytes(&st.st_mtim, sizeof st.st_mtim, h);
	}
	return add(h, name);
}

static uint64_t add_file_stamp(uint64_t h, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return h;
	h = hash_bytes(&st.st_size, sizeof st.st_size, h);
	return hash_bytes(&st.st_mtim, sizeof st.st_mtim, h);
}

static uint64_t add_runtime(struct arena *a, uint64_t h, const char *dir)
{
	static const char *const ends[] = { ".c", ".h", ".S", NULL };
	struct words_vec files = { 0 };

	list_files(a, dir, ends, &files);
	vec_for(i, &files.list) {
		struct arena scratch = { 0 };
		size_t n = 0;
		char *text;

		/* The process port is no part of a module. */
		if (str_starts(files.list.v[i], "user/"))
			continue;
		text = file_read(&scratch,
				 path_join(&scratch, dir, files.list.v[i]),
				 SOURCE_MAX, &n);
		h = add(h, files.list.v[i]);
		if (text)
			h = hash_bytes(text, n, h);
		arena_free(&scratch);
	}
	return h;
}

const char *prepare_key(struct arena *a, const struct sysroot *s,
			const char *runtime_dir)
{
	uint64_t h = PREPARE_FORMAT << 16 | INDEX_VERSION;

	h = add(h, s->release);
	h = add(h, s->arch);
	h = add(h, build_id_hex(a, &s->build_id));
	/* A build tree in development changes under the same release. */
	h = add_file_stamp(h, path_join(a, s->build, "Module.symvers"));
	h = add_file_stamp(h, path_join(a, s->build,
					"include/generated/autoconf.h"));
	h = add(h, s->cc);
	h = add_program(a, h, s->cc);
	h = add(h, s->cross);
	h = add_runtime(a, h, runtime_dir);
	return arena_printf(a, "%d-%016llx", PREPARE_FORMAT,
			    (unsigned long long)h);
}

/* ---- a moved sysroot ---- */

static char *read_line(struct arena *a, const char *path)
{
	char *text = file_read(a, path, 8192, NULL);

	if (text)
		text[strcspn(text, "\n")] = 0;
	return text;
}

static int rewrite(struct arena *a, const char *path, const char *from,
		   const char *to)
{
	char *text = file_read(a, path, WORDS_MAX, NULL), *at;
	struct buf b = { 0 };
	int err;

	if (!text)
		return errno == ENOENT ? 0 : -errno;
	for (char *p = text; *p; p = at + strlen(from)) {
		at = strstr(p, from);
		if (!at) {
			buf_puts(&b, p);
			break;
		}
		buf_write(&b, p, (size_t)(at - p));
		buf_puts(&b, to);
	}
	err = file_replace(path, buf_str(&b), b.n, 0644);
	buf_free(&b);
	return err;
}

/* Recorded paths start with the folder they were recorded in. */
static int relocate(struct arena *a, const struct sysroot *s, const char *dir)
{
	static const char *const files[] = {
		"cflags", "cflags_embedded", "ldflags", "objtool_obj",
		"objtool_link", "embedded-pch.h",
	};
	const char *place = path_join(a, dir, "place");
	const char *was = read_line(a, place);
	int err = 0;

	if (!was || !*was)
		return -ENOENT;
	if (!strcmp(was, s->dir))
		return 0;
	/* The compiler does not look again at what is behind it. */
	unlink(path_join(a, dir, "embedded-pch.h.gch"));
	was = arena_printf(a, "%s/", was);
	for (size_t i = 0; !err && i < ARRAY_SIZE(files); i++)
		err = rewrite(a, path_join(a, dir, files[i]), was,
			      arena_printf(a, "%s/", s->dir));
	return err ? err : file_replace(place, s->dir, strlen(s->dir), 0644);
}

/* ---- the answer ---- */

static const char *have(struct arena *a, const char *dir, const char *name)
{
	const char *p = path_join(a, dir, name);

	return path_exists(p) ? p : NULL;
}

static struct prepared *describe(struct arena *a, const struct sysroot *s,
				 const char *dir, const char *key)
{
	struct prepared *p = arena_new(a, struct prepared);

	p->dir = dir;
	p->key = key;
	p->cflags = have(a, dir, "cflags");
	p->cflags_embedded = have(a, dir, "cflags_embedded");
	p->runtime = have(a, dir, "runtime.a");
	p->template_mod = have(a, dir, "template.mod.o");
	p->module_common = have(a, dir, "module-common.o");
	p->module_lds = have(a, dir, "module.lds");
	p->ldflags = have(a, dir, "ldflags");
	p->objtool_obj = have(a, dir, "objtool_obj");
	p->objtool_link = have(a, dir, "objtool_link");
	p->symvers = path_join(a, s->build, "Module.symvers");
	p->index = path_join(a, dir, "vmlinux.index");
	return p;
}

int sysroot_prepared_for(struct arena *a, const struct sysroot *s,
			 const char *runtime_dir, struct prepared **out,
			 const char **why)
{
	const char *dir = path_join(a, s->dir, "prepared");
	const char *key = read_line(a, path_join(a, dir, "key"));
	const char *want;
	struct prepared *p;

	if (!key) {
		*why = arena_printf(a, "'%s' is not prepared; run "
				    "`stap-sysroot prepare %s`", s->name,
				    s->name);
		return -ENOENT;
	}
	want = prepare_key(a, s, runtime_dir);
	p = describe(a, s, dir, want);
	if (strcmp(key, want) || relocate(a, s, dir) || !p->cflags ||
	    !p->cflags_embedded || !p->runtime || !p->template_mod ||
	    !p->ldflags) {
		*why = arena_printf(a, "'%s' was prepared for another state of "
				    "its kernel, compiler or runtime; run "
				    "`stap-sysroot prepare %s`", s->name,
				    s->name);
		return -ENOENT;
	}
	*out = p;
	return 0;
}

const char *prepared_module_index(struct arena *a, const struct prepared *p,
				  const char *module)
{
	const char *folder = path_join(a, p->dir, MODULE_INDEXES);

	mkdir_p(folder, 0755);
	return arena_printf(a, "%s/%s.index", folder, module);
}

int sysroot_prepared(struct arena *a, const struct sysroot *s,
		     struct prepared **out, const char **why)
{
	return sysroot_prepared_for(a, s, place_data(a, "runtime"), out, why);
}
