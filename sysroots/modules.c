// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Module names, aliases and dependencies inside a sysroot, through libkmod
 * pointed at its lib/modules/RELEASE, with no configuration of this machine.
 */
#include <errno.h>
#include <libkmod.h>
#include <stdlib.h>

#include "sysroots/modules.h"

#define MODULES_DEP_MAX (64 << 20)

const char *sysroot_modules_dir(struct arena *a, const struct sysroot *s)
{
	return arena_printf(a, "%s/lib/modules/%s",
			    s->modules ? s->modules : s->dir, s->release);
}

static struct kmod_ctx *context(struct arena *a, const struct sysroot *s)
{
	const char *const no_config[] = { NULL };
	struct kmod_ctx *ctx;

	ctx = kmod_new(sysroot_modules_dir(a, s), no_config);
	if (ctx)
		kmod_set_log_priority(ctx, 0);
	return ctx;
}

const char *sysroot_module_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = arena_strdup(a, slash ? slash + 1 : path);
	char *dot = strstr(name, ".ko");

	if (dot)
		*dot = 0;
	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

/* Debian keeps NAME.ko under the debug folder, Fedora NAME.ko.debug; a build
 * tree has it in the module itself. */
static const char *debug_of(struct arena *a, const struct sysroot *s,
			    const char *ko)
{
	const char *base = s->modules ? s->modules : s->dir;
	size_t n = strlen(base);
	const char *rel = ko, *p, *ext;

	if (!strncmp(ko, base, n) && ko[n] == '/')
		rel = ko + n + 1;
	ext = strstr(rel, ".ko");
	if (s->debug && ext) {
		rel = arena_strndup(a, rel, (size_t)(ext - rel) + 3);
		p = path_join(a, s->debug, rel);
		if (path_exists(p))
			return p;
		p = arena_printf(a, "%s.debug", p);
		if (path_exists(p))
			return p;
	}
	return elf_has_debug(ko) ? ko : NULL;
}

static struct sysroot_module describe(struct arena *a, const struct sysroot *s,
				      struct kmod_module *mod)
{
	const char *path = kmod_module_get_path(mod);
	struct sysroot_module m = { 0 };

	m.name = arena_strdup(a, kmod_module_get_name(mod));
	if (path) {
		m.ko = arena_strdup(a, path);
		m.debug = debug_of(a, s, m.ko);
	}
	return m;
}

/* The first module a name or an alias stands for. */
static int lookup(struct kmod_ctx *ctx, const char *name,
		  struct kmod_module **out)
{
	struct kmod_list *list = NULL;
	int err = kmod_module_new_from_lookup(ctx, name, &list);

	if (!err && !list)
		err = -ENOENT;
	if (!err)
		*out = kmod_module_get_module(list);
	kmod_module_unref_list(list);
	return err;
}

int sysroot_module_path(struct arena *a, const struct sysroot *s,
			const char *name, const char **ko, const char **debug)
{
	struct kmod_ctx *ctx = context(a, s);
	struct kmod_module *mod;
	struct sysroot_module m;
	int err = ctx ? lookup(ctx, name, &mod) : -ENOENT;

	if (!err) {
		m = describe(a, s, mod);
		*ko = m.ko;
		*debug = m.debug;
		kmod_module_unref(mod);
	}
	kmod_unref(ctx);
	return err;
}

static void push_once(struct arena *a, struct module_list *out,
		      struct sysroot_module m)
{
	vec_for(i, &out->list)
		if (!strcmp(out->list.v[i].name, m.name))
			return;
	if (m.ko)
		vec_push(a, &out->list, m);
}

/* libkmod gives them in the order to load. */
static void push_deps(struct arena *a, const struct sysroot *s,
		      struct kmod_module *mod, struct module_list *out)
{
	struct kmod_list *deps = kmod_module_get_dependencies(mod), *l;

	kmod_list_foreach(l, deps) {
		struct kmod_module *dep = kmod_module_get_module(l);

		push_once(a, out, describe(a, s, dep));
		kmod_module_unref(dep);
	}
	kmod_module_unref_list(deps);
}

int sysroot_module_deps(struct arena *a, const struct sysroot *s,
			const char *name, struct module_list *out)
{
	struct kmod_ctx *ctx = context(a, s);
	struct kmod_list *pre = NULL, *post = NULL, *l;
	struct kmod_module *mod;
	int err = ctx ? lookup(ctx, name, &mod) : -ENOENT;

	if (!err) {
		kmod_module_get_softdeps(mod, &pre, &post);
		kmod_list_foreach(l, pre) {
			struct kmod_module *p = kmod_module_get_module(l);

			push_deps(a, s, p, out);
			push_once(a, out, describe(a, s, p));
			kmod_module_unref(p);
		}
		push_deps(a, s, mod, out);
		push_once(a, out, describe(a, s, mod));
		kmod_module_unref_list(pre);
		kmod_module_unref_list(post);
		kmod_module_unref(mod);
	}
	kmod_unref(ctx);
	return err;
}

static int by_name(const void *a, const void *b)
{
	const struct sysroot_module *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static const char *normal_glob(struct arena *a, const char *glob)
{
	char *g = arena_strdup(a, glob ? glob : "*");
	bool set = false;

	/* Inside [a-z] a '-' is a range. */
	for (char *p = g; *p; p++) {
		set = *p == '[' || (set && *p != ']');
		if (*p == '-' && !set)
			*p = '_';
	}
	return g;
}

int sysroot_modules_list(struct arena *a, const struct sysroot *s,
			 const char *glob, struct module_list *out)
{
	const char *dir = sysroot_modules_dir(a, s);
	size_t size;
	char *text = file_read(a, path_join(a, dir, "modules.dep"),
			       MODULES_DEP_MAX, &size);
	char *next;

	if (!text)
		return -errno;
	glob = normal_glob(a, glob);
	for (char *line = text; line && *line; line = next) {
		char *colon;
		struct sysroot_module m;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		colon = strchr(line, ':');
		if (!colon)
			continue;
		*colon = 0;
		m.name = sysroot_module_name(a, line);
		if (!glob_match(glob, m.name))
			continue;
		m.ko = path_join(a, dir, line);
		m.debug = debug_of(a, s, m.ko);
		vec_push(a, &out->list, m);
	}
	if (out->list.n)
		qsort(out->list.v, out->list.n, sizeof *out->list.v, by_name);
	return 0;
}
