// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chooses the sysroot that a user or a remote target means.  In: what was
 * asked; out: one sysroot whose release, CPU and build-id agree with all of
 * it, or the reason and the next command.  Nothing is guessed: two that fit
 * are an error that names both.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "sysroots/sysroot.h"

#define NEAR_MAX 4

static const char *import_hint(struct arena *a, const struct sysroot_query *q)
{
	const char *arch = q->arch ? arch_of_machine(q->arch) : NULL;

	if (arch && !strcmp(arch, "x86_64"))
		arch = "amd64";
	return arena_printf(a, "stap-sysroot import debian%s%s%s%s",
			    arch ? " --arch " : "", arch ? arch : "",
			    q->release ? " --release " : "",
			    q->release ? q->release : "");
}

/* Names of the known ones, the nearest to what was asked first. */
static const char *known_names(struct arena *a, const struct sysroot_list *all,
			       const char *near)
{
	const char **names = arena_array(a, all->list.n + 1, const char *);
	struct buf b = { 0 };
	const char *s = "";

	vec_for(i, &all->list)
		names[i] = all->list.v[i]->name;
	if (near)
		s = nearest_names(a, near, names, all->list.n, NEAR_MAX);
	if (*s)
		return s;
	vec_for(i, &all->list)
		buf_printf(&b, "%s%s", i ? ", " : "", names[i]);
	s = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static int not_found(struct arena *a, const struct sysroot_query *q,
		     const struct sysroot_list *all, const char *what,
		     const char **why)
{
	const char *known = known_names(a, all, q->release);

	*why = arena_printf(a, "%s; %s%s%s; make one with `%s`, or of "
			    "a kernel of your own with `stap-sysroot import "
			    "tree BUILD-TREE`", what,
			    *known ? "known sysroots: " : "there is none yet",
			    known, "", import_hint(a, q));
	return -ENOENT;
}

static bool arch_fits(const struct sysroot_query *q, const struct sysroot *s)
{
	return !q->arch || !strcmp(arch_of_machine(q->arch), s->arch);
}

/* The last check on every way: what the target runs is what was chosen. */
static int agree(struct arena *a, const struct sysroot_query *q,
		 struct sysroot *s, struct sysroot **out, const char **why)
{
	if (!arch_fits(q, s)) {
		*why = arena_printf(a, "sysroot '%s' is of a kernel for %s, "
				    "not for %s", s->name, s->arch,
				    arch_of_machine(q->arch));
		return -ENOENT;
	}
	if (q->build_id && q->build_id->n && s->build_id.n &&
	    !build_id_equal(q->build_id, &s->build_id)) {
		*why = arena_printf(a, "the target's kernel has build-id %s, "
				    "sysroot '%s' (%s) has %s: not the same "
				    "build; make a sysroot of the target's "
				    "kernel", build_id_hex(a, q->build_id),
				    s->name, s->release,
				    build_id_hex(a, &s->build_id));
		return -ENOENT;
	}
	*out = s;
	return 0;
}

/* lib/modules/RELEASE/build under root, whose links may be meant inside it. */
static const char *build_under(struct arena *a, const char *root,
			       const char *release)
{
	const char *link = arena_printf(a, "%s/lib/modules/%s/build", root,
					release);
	char to[PATH_MAX];
	ssize_t n = readlink(link, to, sizeof to - 1);

	if (n > 0 && to[0] == '/' && *root) {
		to[n] = 0;
		return arena_printf(a, "%s%s", root, to);
	}
	return link;
}

static int of_root(struct arena *a, const char *root, const char *release,
		   struct sysroot **out, const char **why)
{
	int err = sysroot_of_tree(a, build_under(a, root, release), out, why);

	if (!err && *root)
		(*out)->root = root;
	return err;
}

/* The only release under root/lib/modules, or NULL. */
static const char *only_release(struct arena *a, const char *root)
{
	DIR *d = opendir(path_join(a, root, "lib/modules"));
	const char *found = NULL;
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && release_valid(e->d_name)) {
			found = arena_strdup(a, e->d_name);
			n++;
		}
	if (d)
		closedir(d);
	return n == 1 ? found : NULL;
}

static int find_tree(struct arena *a, const char *dir, struct sysroot **out,
		     const char **why)
{
	if (path_exists(path_join(a, dir, "sysroot.conf")))
		return sysroot_open(a, dir, out, why);
	return sysroot_of_tree(a, dir, out, why);
}

/* Those of a release or a name; the count, and the last found in *out. */
static int match_release(const struct sysroot_query *q, const char *release,
			 const struct sysroot_list *all, struct sysroot **out)
{
	int n = 0;

	vec_for(i, &all->list)
		if (!strcmp(all->list.v[i]->name, release)) {
			*out = all->list.v[i];
			return 1;
		}
	vec_for(i, &all->list) {
		struct sysroot *s = all->list.v[i];

		if (strcmp(s->release, release) || !arch_fits(q, s))
			continue;
		*out = s;
		if (q->build_id && q->build_id->n &&
		    build_id_equal(q->build_id, &s->build_id))
			return 1;
		n++;
	}
	return n;
}

static struct sysroot *match_build_id(const struct sysroot_query *q,
				      const struct sysroot_list *all)
{
	if (!q->build_id || !q->build_id->n)
		return NULL;
	vec_for(i, &all->list)
		if (build_id_equal(q->build_id, &all->list.v[i]->build_id))
			return all->list.v[i];
	return NULL;
}

static int find_release(struct arena *a, const struct sysroot_query *q,
			const struct sysroot_list *all, struct sysroot **out,
			const char **why)
{
	bool here = !q->arch ||
		    !strcmp(arch_of_machine(q->arch), arch_here());
	int n = match_release(q, q->release, all, out);
	const char *ignored;

	if (n == 1)
		return 0;
	if (n > 1) {
		*why = arena_printf(a, "several sysroots have the release "
				    "'%s'; name one by -r NAME: %s", q->release,
				    known_names(a, all, NULL));
		return -ENOENT;
	}
	if (here && release_valid(q->release) &&
	    !of_root(a, "", q->release, out, &ignored))
		return 0;
	return not_found(a, q, all,
			 arena_printf(a, "no sysroot is known for '%s'%s%s",
				      q->release, q->arch ? " on " : "",
				      q->arch ? q->arch : ""), why);
}

/* A folder of target files that has no build tree in it goes with a known
 * sysroot of that release. */
static int of_root_or_known(struct arena *a, const struct sysroot_query *q,
			    const char *root, const char *release,
			    struct sysroot **out, const char **why)
{
	struct sysroot_list all = { 0 };

	if (!of_root(a, strcmp(root, "/") ? root : "", release, out, why))
		return 0;
	sysroot_all(a, &all, NULL);
	if (match_release(q, release, &all, out) != 1)
		return -ENOENT;
	(*out)->root = root;
	return 0;
}

static int find_in_dir(struct arena *a, const struct sysroot_query *q,
		       struct sysroot **out, const char **why)
{
	const char *release = q->release;
	char real[PATH_MAX];
	int err;

	if (path_exists(path_join(a, q->dir, "sysroot.conf"))) {
		err = sysroot_open(a, q->dir, out, why);
		if (!err && release && strcmp(release, (*out)->release) &&
		    strcmp(release, (*out)->name)) {
			*why = arena_printf(a, "'%s' is a sysroot of '%s', "
					    "not of '%s'", q->dir,
					    (*out)->release, release);
			err = -ENOENT;
		}
		return err;
	}
	if (!realpath(q->dir, real)) {
		*why = arena_printf(a, "--sysroot '%s': %s", q->dir,
				    strerror(errno));
		return -ENOENT;
	}
	if (!release)
		release = only_release(a, real);
	if (!release) {
		*why = arena_printf(a, "'%s' is no sysroot and has not one "
				    "kernel in lib/modules; name the release "
				    "with -r", q->dir);
		return -ENOENT;
	}
	return of_root_or_known(a, q, arena_strdup(a, real), release, out, why);
}

int sysroot_find(struct arena *a, const struct sysroot_query *query,
		 struct sysroot **out, const char **why)
{
	struct sysroot_query q = *query;
	struct sysroot_list all = { 0 };
	struct sysroot *s = NULL;
	struct utsname u;
	int err;

	if (q.dir) {
		err = find_in_dir(a, &q, &s, why);
		return err ? err : agree(a, &q, s, out, why);
	}
	if (q.release && (strchr(q.release, '/') || is_dir(q.release))) {
		err = find_tree(a, q.release, &s, why);
		return err ? err : agree(a, &q, s, out, why);
	}
	sysroot_all(a, &all, NULL);
	if (!q.release) {
		s = match_build_id(&q, &all);
		if (s)
			return agree(a, &q, s, out, why);
		if (q.build_id && q.build_id->n)
			return not_found(a, &q, &all, arena_printf(a,
				"no sysroot has the build-id %s of the "
				"target's kernel",
				build_id_hex(a, q.build_id)), why);
		if (uname(&u))
			return -errno;
		q.release = arena_strdup(a, u.release);
		if (!q.arch)
			q.arch = arch_here();
	}
	err = find_release(a, &q, &all, &s, why);
	return err ? err : agree(a, &q, s, out, why);
}
