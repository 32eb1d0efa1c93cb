// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel and its modules, opened when something first asks for them.
 */
#include <errno.h>

#include "debuginfo/debuginfo.h"
#include "elaborate/elab.h"
#include "sysroots/modules.h"

#define SIMILAR_MAX 5

static void open_file(struct elab *e, struct sysmod *m, const char *path,
		      const char *index)
{
	/* What its modules' BTF goes on from. */
	const struct sysmod *kernel = strcmp(m->name, "kernel") ?
					      sysmod_get(e, NULL) : NULL;

	m->di = debuginfo_open_module(e->a, path, index,
				      kernel ? kernel->di : NULL, &m->why);
	if (!m->di && !m->why)
		m->why = arena_printf(e->a, "cannot read \"%s\"", path);
	if (m->di)
		vlog(e->s, 2, 1, "%s: %s of \"%s\"\n", m->name,
		     debuginfo_facts(m->di)->has_dwarf ? "DWARF" :
		     debuginfo_facts(m->di)->has_btf ? "BTF" : "symbols",
		     path);
}

static const char *index_of_module(struct elab *e, const struct sysmod *m)
{
	const struct prepared *p = e->s->prepared;

	return p ? prepared_module_index(e->a, p, m->name) : NULL;
}

static void open_kernel(struct elab *e, struct sysmod *m)
{
	const struct session *s = e->s;
	const struct sysroot *root = s->sysroot;

	if (!root->vmlinux) {
		m->why = arena_printf(e->a,
				      "no debug information for kernel %s in "
				      "\"%s\": import it again with its "
				      "debug package, or add one with "
				      "stap-sysroot import tree … --vmlinux FILE",
				      root->release, root->dir);
		return;
	}
	open_file(e, m, root->vmlinux, s->prepared ? s->prepared->index : NULL);
}

/* An alias or a name with '-' led here: the kernel has its own. */
static void open_found(struct elab *e, struct sysmod *m, const char *ko,
		       const char *debug)
{
	m->name = sysroot_module_name(e->a, ko);
	open_file(e, m, debug ? debug : ko, index_of_module(e, m));
}

static const char *similar_modules(struct elab *e, const char *name)
{
	struct module_list all = { 0 };
	VEC(const char *) names = { 0 };
	const char *near;

	sysroot_modules_list(e->a, e->s->sysroot, NULL, &all);
	vec_for(i, &all.list)
		vec_push(e->a, &names, all.list.v[i].name);
	near = nearest_names(e->a, name, names.v, names.n, SIMILAR_MAX);
	return *near ? arena_printf(e->a, " (similar: %s)", near) : "";
}

static void open_module(struct elab *e, struct sysmod *m)
{
	const struct sysroot *root = e->s->sysroot;
	const char *ko = NULL, *debug = NULL;
	int err = sysroot_module_path(e->a, root, m->name, &ko, &debug);

	if (err)
		m->why = arena_printf(e->a, "kernel %s has no module '%s'%s%s%s; "
				      "see the names with: find %s -name "
				      "'*.ko*'", root->release, m->name,
				      err == -ENOENT ? "" : ": ",
				      err == -ENOENT ? "" : strerror(-err),
				      similar_modules(e, m->name),
				      sysroot_modules_dir(e->a, root));
	else if (!ko)
		m->why = arena_printf(e->a, "'%s' is built into kernel %s; "
				      "probe it with kernel.function(…)",
				      m->name, root->release);
	else
		open_found(e, m, ko, debug);
}

/* "/path/foo.ko": a module that is none of the sysroot's. */
static void open_path(struct elab *e, struct sysmod *m)
{
	const char *path = m->name;

	m->name = sysroot_module_name(e->a, path);
	open_file(e, m, path, index_of_module(e, m));
}

static struct sysmod *find_open(const struct elab *e, const char *name)
{
	vec_for(i, &e->mods)
		if (!strcmp(e->mods.v[i]->name, name) ||
		    !strcmp(e->mods.v[i]->asked, name))
			return e->mods.v[i];
	return NULL;
}

struct sysmod *sysmod_get(struct elab *e, const char *name)
{
	struct sysmod *m;

	if (!name)
		name = "kernel";
	m = find_open(e, name);
	if (m)
		return m;
	m = arena_new(e->a, struct sysmod);
	m->name = m->asked = name;
	vec_push(e->a, &e->mods, m);
	if (e->s->opt.runtime == RUNTIME_USER)
		m->why = "--runtime=user knows no kernel; leave it out and name "
			 "one with -r RELEASE";
	else if (!e->s->sysroot)
		m->why = "no kernel to look in: name one with -r RELEASE "
			 "(stap-sysroot list shows those there are)";
	else if (!e->arch)
		m->why = arena_printf(e->a, "CPU '%s' is not supported (%s are)",
				      e->s->sysroot->arch, arch_names(e->a));
	else if (!strcmp(name, "kernel"))
		open_kernel(e, m);
	else if (strchr(name, '/'))
		open_path(e, m);
	else
		open_module(e, m);
	return m;
}

struct sysmod *sysmod_dwarf(struct elab *e, const char *name, const char **why)
{
	struct sysmod *m = sysmod_get(e, name);

	if (!m->di) {
		*why = m->why;
		return NULL;
	}
	if (!debuginfo_facts(m->di)->has_dwarf &&
	    !debuginfo_facts(m->di)->has_btf) {
		*why = debuginfo_facts(m->di)->no_dwarf;
		return NULL;
	}
	return m;
}

void sysmod_close_all(struct elab *e)
{
	vec_for(i, &e->mods)
		if (e->mods.v[i]->di)
			debuginfo_close(e->mods.v[i]->di);
	e->mods.n = 0;
}
