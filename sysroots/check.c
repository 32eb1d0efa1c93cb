// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `stap-sysroot check`: looks at everything a sysroot claims and everything a
 * script's build will need of this machine.  Each finding is one line: what
 * is wrong, the likely cause, the next command.  Nothing is changed.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debuginfo/index.h"
#include "sysroots/commands.h"
#include "sysroots/modules.h"
#include "sysroots/prepare.h"

#define HEADER_MAX (1 << 20)

struct check {
	struct arena *a;
	const struct sysroot *s;
	int bad;
};

static void finding(struct check *c, const char *cure, const char *fmt, ...)
	PRINTF(3, 4);
static void finding(struct check *c, const char *cure, const char *fmt, ...)
{
	va_list ap;

	printf("%s: ", c->s->name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("; %s\n", cure);
	c->bad++;
}

static const char *again(struct check *c)
{
	return arena_printf(c->a, "`stap-sysroot remove %s` and import it "
			    "again", c->s->name);
}

/* ---- paths ---- */

static void check_path(struct check *c, const char *key, const char *path,
		       bool folder)
{
	if (!path)
		return;
	if (folder ? is_dir(path) : path_exists(path) && !is_dir(path))
		return;
	finding(c, again(c), "%s '%s' %s", key, path,
		path_exists(path) ? folder ? "is no folder" : "is no file"
				  : "does not exist");
}

static void check_paths(struct check *c)
{
	const struct sysroot *s = c->s;

	check_path(c, "build", s->build, true);
	check_path(c, "vmlinux", s->vmlinux, false);
	check_path(c, "modules", s->modules, true);
	check_path(c, "debug", s->debug, true);
	check_path(c, "image", s->image, false);
	check_path(c, "system_map", s->system_map, false);
	check_path(c, "root", s->root, true);
	check_path(c, "guest", s->guest, true);
}

static void check_build_tree(struct check *c)
{
	static const char *const files[] = {
		".config", "Makefile", "Module.symvers",
		"include/generated/autoconf.h",
		"include/generated/utsrelease.h", "include/config/auto.conf",
		"scripts/Makefile.build",
	};
	const char *build = c->s->build;

	if (!is_dir(build))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!path_exists(path_join(c->a, build, files[i])))
			finding(c, "run `make modules_prepare` (and `make` "
				"for Module.symvers) in the tree, or import "
				"again", "the build tree has no '%s'",
				files[i]);
}

static void check_release(struct check *c)
{
	struct sysroot *tree;
	const char *why;

	if (!is_dir(c->s->build))
		return;
	if (sysroot_of_tree(c->a, c->s->build, &tree, &why)) {
		finding(c, again(c), "%s", why);
		return;
	}
	if (strcmp(tree->release, c->s->release))
		finding(c, "correct 'release' in its sysroot.conf, or import "
			"again", "release is '%s', the build tree's "
			"UTS_RELEASE is '%s'", c->s->release, tree->release);
	if (strcmp(tree->arch, c->s->arch))
		finding(c, "correct 'arch' in its sysroot.conf",
			"arch is '%s', the build tree's .config says '%s'",
			c->s->arch, tree->arch);
}

static void check_modules(struct check *c)
{
	const char *dir = sysroot_modules_dir(c->a, c->s);

	if (!c->s->modules)
		return;
	if (!is_dir(dir))
		finding(c, again(c), "'%s' does not exist: module probes "
			"cannot be resolved", dir);
	else if (!path_exists(path_join(c->a, dir, "modules.dep")))
		finding(c, arena_printf(c->a, "run `depmod -b %s %s`",
					c->s->modules, c->s->release),
			"'%s/modules.dep' does not exist", dir);
}

/* ---- builds agree ---- */

static void check_build_id(struct check *c)
{
	const struct sysroot *s = c->s;
	struct build_id vmlinux = { 0 }, image = { 0 };
	int err = 0;

	if (s->vmlinux && path_exists(s->vmlinux)) {
		err = build_id_of_elf(s->vmlinux, &vmlinux);
		if (err)
			finding(c, "give the vmlinux of this kernel",
				"'%s' has no build-id: %s", s->vmlinux,
				err == -ENODATA ? "no such note"
						: strerror(-err));
		else if (s->build_id.n &&
			 !build_id_equal(&vmlinux, &s->build_id))
			finding(c, again(c), "'%s' has build-id %s, "
				"sysroot.conf says %s", s->vmlinux,
				build_id_hex(c->a, &vmlinux),
				build_id_hex(c->a, &s->build_id));
	}
	if (!s->image || !path_exists(s->image))
		return;
	err = build_id_of_image(s->image, &image);
	if (err == -ENOPKG)
		finding(c, "install the tool it is compressed with (xz-utils, "
			"zstd, lz4)", "'%s' cannot be expanded here",
			s->image);
	else if (err)
		finding(c, again(c), "no build-id is found in '%s'", s->image);
	else if (vmlinux.n ? !build_id_equal(&vmlinux, &image)
			   : s->build_id.n &&
			     !build_id_equal(&s->build_id, &image))
		finding(c, "give the vmlinux that was built with the image",
			"'%s' has build-id %s, %s has %s: different builds",
			s->image, build_id_hex(c->a, &image),
			s->vmlinux ? s->vmlinux : "sysroot.conf",
			build_id_hex(c->a, vmlinux.n ? &vmlinux
						     : &s->build_id));
}

/* ---- what runs here ---- */

static const char *toolchain_package(struct check *c)
{
	const struct sysroot *s = c->s;
	size_t n = strlen(s->cross);

	if (!n)
		return arena_printf(c->a, "install the package %s", s->cc);
	return arena_printf(c->a, "install the package gcc-%.*s",
			    (int)n - 1, s->cross);
}

static void check_compiler(struct check *c)
{
	char *version[] = { (char *)c->s->cc, "--version", NULL };
	char *ld[] = { arena_printf(c->a, "%sld", c->s->cross), "--version",
		       NULL };
	struct proc_result r = proc_run(version, NULL, PROC_QUIET);

	if (r.status)
		finding(c, toolchain_package(c), "compiler '%s' %s", c->s->cc,
			r.status == 127 ? "cannot be run" : "fails");
	r = proc_run(ld, NULL, PROC_QUIET);
	if (r.status)
		finding(c, *c->s->cross
			? arena_printf(c->a, "install the package binutils-%.*s",
				       (int)strlen(c->s->cross) - 1,
				       c->s->cross)
			: "install the package binutils",
			"linker '%s' %s", ld[0],
			r.status == 127 ? "cannot be run" : "fails");
}

static bool config_has(struct check *c, const char *line)
{
	char *text = file_read(c->a, path_join(c->a, c->s->build, ".config"),
			       8 << 20, NULL);

	return text && strstr(text, line);
}

/* A tool that starts says something on its usage; what is built for another
 * CPU, or is missing, cannot be executed. */
static void check_tool(struct check *c, const char *tool)
{
	const char *path = path_join(c->a, c->s->build, tool);
	char *argv[] = { (char *)path, NULL };
	struct proc_result r;

	if (!path_exists(path)) {
		finding(c, "import again, or run `make modules_prepare` in "
			"the build tree", "the build tree has no '%s'", tool);
		return;
	}
	r = proc_run(argv, "/", PROC_QUIET);
	if (r.status == 127 || r.status == 126)
		finding(c, "its build tools are for another CPU: run `make "
			"modules_prepare` in the tree on this machine, or "
			"import again", "'%s' does not run here", path);
}

static void check_tools(struct check *c)
{
	char *make[] = { "make", "--version", NULL };

	if (proc_run(make, NULL, PROC_QUIET).status)
		finding(c, "install the package make", "'make' cannot be run");
	if (!is_dir(c->s->build))
		return;
	check_tool(c, "scripts/basic/fixdep");
	check_tool(c, "scripts/mod/modpost");
	if (config_has(c, "\nCONFIG_OBJTOOL=y"))
		check_tool(c, "tools/objtool/objtool");
}

/* ---- indexes of debug information ---- */

static void check_index(struct check *c, const char *path, const char *build_id)
{
	const char *why;

	if (path_exists(path) &&
	    !debuginfo_index_check(c->a, path, build_id, true, &why))
		finding(c, arena_printf(c->a, "the next script that needs it "
					"makes it again, or `stap-sysroot "
					"prepare --force %s` now", c->s->name),
			"%s", why);
}

static void check_indexes(struct check *c)
{
	const struct sysroot *s = c->s;
	const char *dir = path_join(c->a, s->dir, "prepared");
	struct words_vec files = { { 0 } };
	struct prepared *p;
	const char *why;

	/* Of one that is out of date, they may be of another version. */
	if (sysroot_prepared(c->a, s, &p, &why))
		return;
	check_index(c, path_join(c->a, dir, "vmlinux.index"),
		    s->build_id.n ? build_id_hex(c->a, &s->build_id) : NULL);
	index_files(c->a, s, &files);
	vec_for(i, &files.list) {
		const char *file = files.list.v[i];
		const char *path = path_join(c->a, path_join(c->a, dir,
							     MODULE_INDEXES),
					     file);

		/* A module that a script named by its path has none here. */
		check_index(c, path, index_file_build_id(c->a, s, file));
	}
}

static int check_one(struct arena *a, const struct sysroot *s)
{
	struct check c = { .a = a, .s = s };

	check_paths(&c);
	check_build_tree(&c);
	check_release(&c);
	check_modules(&c);
	check_build_id(&c);
	check_compiler(&c);
	check_tools(&c);
	check_indexes(&c);
	if (!c.bad)
		printf("%s: good%s\n", s->name,
		       s->vmlinux ? "" : " (no debug information: probes go "
					 "by symbols alone)");
	return c.bad ? 1 : 0;
}

/* A word of the command line; those that cannot even be opened are what
 * check is for. */
static struct sysroot *to_check(struct arena *a, const char *word)
{
	const char *dir = strchr(word, '/')
		? word : path_join(a, sysroot_home(a), word);
	struct sysroot *s;
	const char *why;

	if (!path_exists(path_join(a, dir, "sysroot.conf")))
		return named_sysroot(a, word);
	if (!sysroot_open(a, dir, &s, &why))
		return s;
	complain("%s; correct it, or import again", why);
	return NULL;
}

int cmd_check(struct arena *a, int argc, char **argv)
{
	struct sysroot_list list = { 0 };
	int status = 0, unreadable = 0;

	for (int i = 0; i < argc; i++) {
		struct sysroot *s = to_check(a, argv[i]);

		if (s)
			vec_push(a, &list.list, s);
		else
			status = 1;
	}
	if (!argc)
		sysroot_all(a, &list, &unreadable);
	if (unreadable)
		status = complain("%d cannot be read: name them to "
				  "`stap-sysroot check`", unreadable);
	else if (!argc && !list.list.n)
		return complain("there is no sysroot to check; make one with "
				"`stap-sysroot import debian`");
	vec_for(i, &list.list)
		status |= check_one(a, list.list.v[i]);
	return status;
}
