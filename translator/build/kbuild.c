// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --kbuild: the same sources by the kernel's own build, slowly.  It proves
 * the quick way and stands in for it where a kernel's way is not known yet.
 */
#include <dirent.h>
#include <errno.h>

#include "build/build.h"

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

static bool write_kbuild(struct session *s, const char *dir)
{
	struct sources src = { 0 };
	struct buf b = { 0 };
	int err;

	add_folder(s, "core", &src);
	add_folder(s, "kernel", &src);
	add_arch(s, &src);
	buf_printf(&b, "ccflags-y := -I%s -g0 -DSTP_MODULE_NAME='\"%s\"'", dir,
		   s->module_name);
	for (size_t i = 0; i < s->opt.defines.n; i++)
		buf_printf(&b, " -D%s", s->opt.defines.v[i]);
	buf_printf(&b, "\nccflags-remove-y := $(CC_FLAGS_FTRACE)\n"
		   "obj-m := %s.o\n%s-y := script.o", s->module_name,
		   s->module_name);
	if (s->embedded_path)
		buf_puts(&b, " embedded.o");
	vec_for(i, &src.list)
		buf_printf(&b, " \\\n\t%s", src.list.v[i]);
	buf_putc(&b, '\n');
	err = file_replace(path_join(&s->arena, dir, "Kbuild"), b.s, b.n,
			   0644);
	buf_free(&b);
	if (err)
		diag_error(&s->diag, "cannot write in '%s': %s", dir,
			   strerror(-err));
	return !err;
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

bool kbuild_build(struct session *s, const char *out)
{
	const char *dir = path_join(&s->arena, s->tmpdir, "kbuild");
	const char *ko = arena_printf(&s->arena, "%s/%s.ko", dir,
				      s->module_name);
	struct args strip = { 0 };
	int err = mkdir_p(dir, 0755);

	if (err) {
		diag_error(&s->diag, "cannot make '%s': %s", dir,
			   strerror(-err));
		return false;
	}
	args_add(&s->arena, &strip, "%sobjcopy", s->sysroot->cross);
	args_add(&s->arena, &strip, "--strip-debug");
	args_add(&s->arena, &strip, "%s", ko);
	args_add(&s->arena, &strip, "%s", out);
	return copy(s, s->runtime_dir, path_join(&s->arena, dir, "runtime")) &&
	       copy(s, s->c_path, path_join(&s->arena, dir, "script.c")) &&
	       (!s->embedded_path ||
		copy(s, s->embedded_path,
		     path_join(&s->arena, dir, "embedded.c"))) &&
	       write_kbuild(s, dir) && run_make(s, dir) &&
	       run_tool(s, &strip, NULL, "objcopy");
}
