// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --kbuild: the same sources by the kernel's own build, slowly.  It proves
 * the quick way and stands in for it where a kernel's way is not known yet.
 *
 * As with any use of make, what did not change is not compiled again: the
 * first build of a sysroot leaves the runtime's objects, linked into one, in
 * prepared/ (so they go with it), and later ones take them as they are.
 */
#include <dirent.h>
#include <errno.h>

#include "build/build.h"

#define KEPT "kbuild-runtime.o"
#define KEPT_MAX (64u << 20)

struct sources { VEC(const char *) list; };

/* The .c files of a folder of the runtime, as objects for kbuild. */
static void add_folder(struct session *s, const char *rel, struct sources *out)
{
	DIR *d = opendir(path_join(&s->arena, s->runtime_dir, rel));
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (e->d_name[0] != '.' && str_ends(e->d_name, ".c"))
			vec_push(&s->arena, &out->list,
				 arena_printf(&s->arena, "runtime/%s/%.*so",
					      rel, (int)strlen(e->d_name) - 1,
					      e->d_name));
	if (d)
		closedir(d);
}

static void add_arch(struct session *s, struct sources *out)
{
	const char *arch = s->sysroot->arch;
	const char *file = arena_printf(&s->arena, "kernel/arch/%s.c", arch);

	if (path_exists(path_join(&s->arena, s->runtime_dir, file)))
		vec_push(&s->arena, &out->list,
			 arena_printf(&s->arena, "runtime/kernel/arch/%s.o",
				      arch));
	add_folder(s, arena_printf(&s->arena, "kernel/arch/%s", arch), out);
}

/* Everything of the runtime that goes into a module, as objects. */
static void find_sources(struct session *s, struct sources *src)
{
	add_folder(s, "core", src);
	add_folder(s, "kernel", src);
	add_arch(s, src);
}

static bool write_in(struct session *s, const char *dir, const char *name,
		     const struct buf *b)
{
	int err = file_replace(path_join(&s->arena, dir, name), buf_str(b),
			       b->n, 0644);

	if (err)
		diag_error(&s->diag, "cannot write '%s' in '%s': %s", name,
			   dir, strerror(-err));
	return !err;
}

/* The module's name and -D are for the script alone: the runtime is the same
 * for all. */
static bool write_kbuild(struct session *s, const char *dir,
			 const struct sources *src)
{
	struct buf b = { 0 };
	bool ok;

	buf_printf(&b, "ccflags-y := -I%s -g0\n"
		   "ccflags-remove-y := $(CC_FLAGS_FTRACE)\n"
		   "CFLAGS_script.o := -DSTP_MODULE_NAME='\"%s\"'\n"
		   "CFLAGS_embedded.o := $(CFLAGS_script.o)", dir,
		   s->module_name);
	for (size_t i = 0; i < s->opt.defines.n; i++)
		buf_printf(&b, " -D%s", s->opt.defines.v[i]);
	buf_printf(&b, "\nobj-m := %s.o\n%s-y := script.o", s->module_name,
		   s->module_name);
	if (s->embedded_path)
		buf_puts(&b, " embedded.o");
	vec_for(i, &src->list)
		buf_printf(&b, " \\\n\t%s", src->list.v[i]);
	buf_putc(&b, '\n');
	ok = write_in(s, dir, "Kbuild", &b);
	buf_free(&b);
	return ok;
}

static bool copy(struct session *s, const char *from, const char *to)
{
	struct args v = { 0 };

	args_add(&s->arena, &v, "cp");
	args_add(&s->arena, &v, "-RL");
	args_add(&s->arena, &v, "%s", from);
	args_add(&s->arena, &v, "%s", to);
	return run_tool(s, &v, NULL, "copying the runtime");
}

static bool run_make(struct session *s, const char *dir)
{
	char **argv = sysroot_make_argv(&s->arena, s->sysroot, dir);
	struct args v = { 0 };

	for (; *argv; argv++)
		args_add(&s->arena, &v, "%s", *argv);
	for (size_t i = 0; i < s->opt.make_args.n; i++)
		args_add(&s->arena, &v, "%s", s->opt.make_args.v[i]);
	return run_tool(s, &v, NULL, "the kernel's build");
}

/* ---- the runtime's objects from one build to the next ---- */
static const char *kept_path(struct session *s)
{
	return path_join(&s->arena, s->prepared->dir, KEPT);
}

/* -B may change how they are compiled. */
static bool may_keep(const struct session *s)
{
	return !s->opt.make_args.n;
}

/* As an object that comes with the sources; kbuild copies it. */
static bool take_kept(struct session *s, const char *dir, struct sources *src)
{
	struct buf none = { 0 };

	vec_push(&s->arena, &src->list, "runtime.o");
	return copy(s, kept_path(s), path_join(&s->arena, dir,
					       "runtime.o_shipped")) &&
	       write_in(s, dir, ".runtime.o.cmd", &none);
}

static bool keep(struct session *s, const char *dir, const struct sources *src)
{
	const char *tmp = path_join(&s->arena, s->tmpdir, KEPT);
	struct args v = { 0 };
	size_t n = 0;
	char *data;

	args_add(&s->arena, &v, "%sld", s->sysroot->cross);
	args_add(&s->arena, &v, "-r");
	args_add(&s->arena, &v, "-o");
	args_add(&s->arena, &v, "%s", tmp);
	vec_for(i, &src->list)
		args_add(&s->arena, &v, "%s", src->list.v[i]);
	if (!run_tool(s, &v, dir, "the linker"))
		return false;
	data = file_read(&s->arena, tmp, KEPT_MAX, &n);
	/* A sysroot that cannot be written is only slower. */
	if (data)
		file_replace(kept_path(s), data, n, 0644);
	return true;
}

/* ---- a module ---- */
static bool copy_script(struct session *s, const char *dir)
{
	return copy(s, s->c_path, path_join(&s->arena, dir, "script.c")) &&
	       (!s->embedded_path ||
		copy(s, s->embedded_path,
		     path_join(&s->arena, dir, "embedded.c")));
}

static bool make_in(struct session *s, const char *dir)
{
	bool kept = may_keep(s) && path_exists(kept_path(s));
	struct sources src = { 0 };

	if (!copy(s, s->runtime_dir, path_join(&s->arena, dir, "runtime")) ||
	    !copy_script(s, dir))
		return false;
	if (!kept)
		find_sources(s, &src);
	else if (!take_kept(s, dir, &src))
		return false;
	return write_kbuild(s, dir, &src) && run_make(s, dir) &&
	       (kept || !may_keep(s) || keep(s, dir, &src));
}

bool kbuild_build(struct session *s, const char *out)
{
	const char *dir = path_join(&s->arena, s->tmpdir, "kbuild");
	struct args strip = { 0 };
	int err = mkdir_p(dir, 0755);

	if (err) {
		diag_error(&s->diag, "cannot make '%s': %s", dir,
			   strerror(-err));
		return false;
	}
	args_add(&s->arena, &strip, "%sobjcopy", s->sysroot->cross);
	args_add(&s->arena, &strip, "--strip-debug");
	args_add(&s->arena, &strip, "%s/%s.ko", dir, s->module_name);
	args_add(&s->arena, &strip, "%s", out);
	return make_in(s, dir) && run_tool(s, &strip, NULL, "objcopy");
}
