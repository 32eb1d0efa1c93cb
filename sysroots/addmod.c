// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Modules that are not the kernel's own.  `build` makes the one in a folder
 * as the sysroot's kernel makes its own, for that kernel's CPU; `add` puts
 * finished ones into the sysroot, where module("NAME") finds them.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "sysroots/commands.h"
#include "sysroots/modules.h"

struct command_line { VEC(char *) list; };

static int run(struct command_line *c, struct arena *a, const char *what,
	       bool quiet)
{
	struct proc_result r;
	int status;

	vec_push(a, &c->list, NULL);
	r = proc_run(c->list.v, NULL,
		     quiet ? PROC_CAPTURE_OUT | PROC_CAPTURE_ERR : 0);
	status = r.status ? complain("%s failed%s%s", what,
				     r.out.n ? ":\n" : "",
				     r.out.n ? buf_str(&r.out) : "") : 0;
	buf_free(&r.out);
	return status;
}

int cmd_build(struct arena *a, int argc, char **argv)
{
	struct command_line c = { 0 };
	struct sysroot *s;
	char real[PATH_MAX];

	if (argc < 2)
		return complain("usage: stap-sysroot build NAME FOLDER "
				"[MAKE-ARGUMENT…]");
	s = named_sysroot(a, argv[0]);
	if (!s)
		return 1;
	if (!s->build)
		return complain("sysroot '%s' has no build tree; import it "
				"again with its headers", s->name);
	if (!realpath(argv[1], real))
		return complain("'%s': %s; name the folder that holds the "
				"module's Kbuild or Makefile", argv[1],
				strerror(errno));
	for (char **w = sysroot_make_argv(a, s, real); *w; w++)
		vec_push(a, &c.list, *w);
	for (int i = 2; i < argc; i++)
		vec_push(a, &c.list, argv[i]);
	return run(&c, a, "the kernel's build", false);
}

/* ---- add ---- */

static bool is_module_name(const char *path)
{
	return str_ends(path, ".ko") || str_ends(path, ".ko.xz") ||
	       str_ends(path, ".ko.gz") || str_ends(path, ".ko.zst");
}

static int copy_in(struct arena *a, const char *from, const char *folder)
{
	struct command_line c = { 0 };
	char *words[] = { "cp", "-f", "--", (char *)from, (char *)folder };

	if (!is_module_name(from) || !path_exists(from))
		return complain("'%s' is no module: name a FILE.ko that is "
				"there", from);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		vec_push(a, &c.list, words[i]);
	return run(&c, a, "cp", true);
}

/* Its lists of names and dependencies. */
static int relist(struct arena *a, const struct sysroot *s)
{
	struct command_line c = { 0 };
	const char *base = s->modules ? s->modules : s->dir;
	char *words[] = { "env", "PATH=/usr/sbin:/sbin:/usr/bin:/bin",
			  "depmod", "-b", (char *)base, (char *)s->release };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		vec_push(a, &c.list, words[i]);
	return run(&c, a, "depmod (of the package kmod)", true);
}

int cmd_add(struct arena *a, int argc, char **argv)
{
	const char *folder;
	struct sysroot *s;
	int err;

	if (argc < 2)
		return complain("usage: stap-sysroot add NAME MODULE.ko…");
	s = named_sysroot(a, argv[0]);
	if (!s)
		return 1;
	folder = path_join(a, sysroot_modules_dir(a, s), "updates");
	err = mkdir_p(folder, 0755);
	if (err)
		return complain("cannot make '%s': %s", folder,
				strerror(-err));
	for (int i = 1; i < argc; i++)
		if (copy_in(a, argv[i], folder))
			return 1;
	return relist(a, s);
}
