// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cache: STATE/cache/XX/NAME.{c,ko}, named after what the result depends
 * on.  The key is known when pass 3 has its texts, so a script that was seen
 * before costs no compiler.  The folder's size is bounded; what was used least
 * recently goes first.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "build/build.h"
#include "remote/wire/sha256.h"

#define CACHE_VERSION "1"
#define CACHE_LIMIT_MB 256
#define CACHE_INTERVAL_S 300
#define CACHE_FILE_MAX (256u << 20)
#define FLAGS_MAX (1 << 20)

/* ---- the key ---- */
struct hashing {
	struct session *s;
	struct sha256 sha;
	size_t bytes;
};

/* Each part with its name and length, so that no two lists run together. */
static void add_bytes(struct hashing *h, const char *what, const void *p,
		      size_t n)
{
	char head[96];
	int len = snprintf(head, sizeof head, "%s %zu\n", what, n);

	sha256_add(&h->sha, head, (size_t)len);
	sha256_add(&h->sha, p, n);
	h->bytes += n;
}

static void add_text(struct hashing *h, const char *what, const char *text)
{
	add_bytes(h, what, text ? text : "", text ? strlen(text) : 0);
}

static void add_contents(struct hashing *h, const char *what, const char *path)
{
	size_t n = 0;
	char *text = path ? file_read(&h->s->arena, path, FLAGS_MAX, &n) : NULL;

	add_bytes(h, what, text ? text : "", n);
}

/* A file by what changes when it is built anew. */
static void add_identity(struct hashing *h, const char *what, const char *path)
{
	struct stat st = { 0 };
	char text[128];

	if (path && stat(path, &st))
		st.st_size = -1;
	snprintf(text, sizeof text, "%lld %lld.%09ld", (long long)st.st_size,
		 (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	add_text(h, what, path);
	add_text(h, what, text);
}

static void add_list(struct hashing *h, const char *what,
		     const struct str_vec *v)
{
	for (size_t i = 0; i < v->n; i++)
		add_text(h, what, v->v[i]);
}

static void add_target(struct hashing *h)
{
	struct session *s = h->s;
	const struct prepared *p = s->prepared;

	add_text(h, "arch", s->sysroot->arch);
	add_text(h, "release", s->sysroot->release);
	add_text(h, "build-id",
		 build_id_hex(&s->arena, &s->sysroot->build_id));
	add_text(h, "cc", s->sysroot->cc);
	add_text(h, "cross", s->sysroot->cross);
	add_text(h, "prepared", p->key);
	add_contents(h, "cflags", p->cflags);
	add_contents(h, "cflags_embedded", p->cflags_embedded);
	add_contents(h, "ldflags", p->ldflags);
	add_contents(h, "objtool", p->objtool_obj);
	add_contents(h, "objtool", p->objtool_link);
	add_identity(h, "runtime", p->runtime);
	add_identity(h, "template", p->template_mod);
	add_identity(h, "symvers", p->symvers);
}

void cache_key_of(struct session *s, const struct emit_texts *t,
		  struct cache_key *key)
{
	struct hashing h = { .s = s };
	unsigned char digest[SHA256_SIZE];

	sha256_init(&h.sha);
	add_text(&h, "stapx", STAPX_VERSION " " CACHE_VERSION);
	add_text(&h, "runtime", s->opt.runtime == RUNTIME_USER ? "user" :
		 "kernel");
	add_bytes(&h, "script.c", buf_str(&t->script), t->script.n);
	add_bytes(&h, "embedded.c", buf_str(&t->embedded), t->embedded.n);
	add_list(&h, "define", &s->opt.defines);
	add_list(&h, "make", &s->opt.make_args);
	add_text(&h, "kbuild", s->opt.kbuild ? "1" : "0");
	if (s->opt.runtime == RUNTIME_USER)
		user_key(s, &h, add_identity);
	else if (s->prepared)
		add_target(&h);
	sha256_end(&h.sha, digest);
	sha256_hex(digest, key->hex);
	key->bytes = h.bytes;
}

/* ---- the folder ---- */
static const char *cache_dir(struct session *s)
{
	return s->state_dir ? path_join(&s->arena, s->state_dir, "cache") :
			      NULL;
}

const char *cache_path(struct session *s, const char *name, const char *suffix)
{
	const char *dir = cache_dir(s);

	if (!dir || strlen(name) < 7)
		return NULL;
	return arena_printf(&s->arena, "%s/%.2s/%s%s", dir,
			    name + strlen("stap_"), name, suffix);
}

bool cache_holds(const char *path)
{
	struct stat st;

	if (!path || stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return false;
	utime(path, NULL);	/* least recently used goes first */
	return true;
}

bool cache_add(struct session *s, const char *from, const char *to)
{
	size_t n = 0;
	char *data = file_read(&s->arena, from, CACHE_FILE_MAX, &n);
	struct stat st;
	const char *slash = strrchr(to, '/');
	int err = data && !stat(from, &st) ? 0 : -errno;

	if (!err)
		err = mkdir_p(arena_strndup(&s->arena, to,
					    (size_t)(slash - to)), 0755);
	if (!err)
		err = file_replace(to, data, n, st.st_mode & 0777);
	if (err)
		diag_warn(&s->diag, (struct loc){ 0 }, "cannot keep '%s' in "
			  "the cache: %s", to, strerror(-err));
	return !err;
}

/* ---- its size ---- */
struct cached {
	const char *path;
	int64_t size;
	struct timespec used;
};
struct cached_list { VEC(struct cached) list; };

static void list_folder(struct arena *a, const char *dir,
			struct cached_list *out)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		const char *path = path_join(a, dir, e->d_name);

		if (e->d_name[0] == '.' || lstat(path, &st) ||
		    !S_ISREG(st.st_mode))
			continue;
		vec_push(a, &out->list, (struct cached){
			 path, st.st_size, st.st_mtim });
	}
	if (d)
		closedir(d);
}

static void list_cache(struct arena *a, const char *dir,
		       struct cached_list *out)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (strlen(e->d_name) == 2 && e->d_name[0] != '.')
			list_folder(a, path_join(a, dir, e->d_name), out);
	if (d)
		closedir(d);
}

static int by_use(const void *x, const void *y)
{
	const struct cached *a = x, *b = y;

	if (a->used.tv_sec != b->used.tv_sec)
		return a->used.tv_sec < b->used.tv_sec ? -1 : 1;
	return (a->used.tv_nsec > b->used.tv_nsec) -
	       (a->used.tv_nsec < b->used.tv_nsec);
}

/* STATE/cache/cache_mb_limit: a number of MiB, written when there is none. */
static int64_t limit_bytes(struct session *s, const char *dir)
{
	const char *path = path_join(&s->arena, dir, "cache_mb_limit");
	char *text = file_read(&s->arena, path, 64, NULL), *end = text;
	long long mb = text ? strtoll(text, &end, 10) : CACHE_LIMIT_MB;
	char number[32];

	if (!text)
		file_replace(path, number, (size_t)snprintf(number,
			     sizeof number, "%d\n", CACHE_LIMIT_MB), 0644);
	if (text && (end == text || mb < 0 || mb > (1 << 30))) {
		diag_warn(&s->diag, (struct loc){ 0 }, "'%s' holds no number "
			  "of MiB; using %d", path, CACHE_LIMIT_MB);
		mb = CACHE_LIMIT_MB;
	}
	return (int64_t)mb << 20;
}

static bool cleaned_lately(const char *stamp)
{
	struct stat st;

	return !stat(stamp, &st) &&
	       time(NULL) - st.st_mtime < CACHE_INTERVAL_S &&
	       time(NULL) >= st.st_mtime;
}

void cache_clean(struct session *s, bool force)
{
	const char *dir = cache_dir(s), *stamp;
	struct cached_list all = { 0 };
	int64_t total = 0, limit;

	if (!dir || !is_dir(dir))
		return;
	stamp = path_join(&s->arena, dir, "cache_clean_interval_s");
	if (!force && cleaned_lately(stamp))
		return;
	file_replace(stamp, "300\n", 4, 0644);
	limit = limit_bytes(s, dir);
	list_cache(&s->arena, dir, &all);
	vec_for(i, &all.list)
		total += all.list.v[i].size;
	if (all.list.n)
		qsort(all.list.v, all.list.n, sizeof *all.list.v, by_use);
	vec_for(i, &all.list) {
		if (total <= limit)
			break;
		vlog(s, 4, 2, "Removing %s from the cache\n",
		     all.list.v[i].path);
		if (!unlink(all.list.v[i].path))
			total -= all.list.v[i].size;
	}
}
