// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --runtime=user: the script as a process.  script.c and the portable runtime
 * (libstapuser.a) become one executable by the host's compiler.
 *
 * STAPX_USER_CC and STAPX_USER_CFLAGS name another compiler and add arguments
 * (for a runtime that was built with sanitizers).
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "build/build.h"

#define USER_LIBRARY "libstapuser.a"

static const char *user_cc(void)
{
	const char *cc = getenv("STAPX_USER_CC");

	return cc && *cc ? cc : "cc";
}

static const char *user_cflags(void)
{
	const char *flags = getenv("STAPX_USER_CFLAGS");

	return flags ? flags : "";
}

/* Beside the program (a build folder), else with the installed data. */
static const char *user_library(struct session *s)
{
	const char *path = path_join(&s->arena, program_folder(&s->arena),
				     USER_LIBRARY);

	if (path_exists(path))
		return path;
	return path_join(&s->arena, s->datadir, USER_LIBRARY);
}

void user_key(struct session *s, struct hashing *h,
	      void (*identity)(struct hashing *h, const char *what,
			       const char *path))
{
	identity(h, user_cc(), user_library(s));
	identity(h, user_cflags(), path_join(&s->arena, s->runtime_dir,
					     "script.h"));
}

static void add_words(struct session *s, struct args *v, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, " \t");

		if (n)
			args_add(&s->arena, v, "%.*s", (int)n, text);
		text += n + (text[n] != 0);
	}
}

/* A folder in which "runtime/" is the runtime, whatever its real name. */
static const char *include_dir(struct session *s)
{
	const char *dir = path_join(&s->arena, s->tmpdir, "include");
	const char *link = path_join(&s->arena, dir, "runtime");
	char *real = realpath(s->runtime_dir, NULL);
	int err = real ? mkdir_p(dir, 0755) : -errno;

	if (!err && symlink(real, link) && errno != EEXIST)
		err = -errno;
	free(real);
	if (err)
		diag_error(&s->diag, "cannot use the runtime '%s': %s",
			   s->runtime_dir, strerror(-err));
	return err ? NULL : dir;
}

bool user_build(struct session *s, const char *out)
{
	const char *library = user_library(s), *include = include_dir(s);
	struct args v = { 0 };

	if (!include)
		return false;
	if (!path_exists(library)) {
		diag_error(&s->diag, "cannot find '%s', the runtime of "
			   "--runtime=user; run `make` where stap was built",
			   library);
		return false;
	}
	args_add(&s->arena, &v, "%s", user_cc());
	args_add(&s->arena, &v, "-pipe");
	args_add(&s->arena, &v, "-O1");
	args_add(&s->arena, &v, "-fwrapv");
	args_add(&s->arena, &v, "-std=gnu11");
	args_add(&s->arena, &v, "-Wall");
	args_add(&s->arena, &v, "-DSTP_USER");
	args_add(&s->arena, &v, "-DSTP_MODULE_NAME=\"%s\"", s->module_name);
	for (size_t i = 0; i < s->opt.defines.n; i++)
		args_add(&s->arena, &v, "-D%s", s->opt.defines.v[i]);
	args_add(&s->arena, &v, "-I%s", include);
	add_words(s, &v, user_cflags());
	args_add(&s->arena, &v, "-o");
	args_add(&s->arena, &v, "%s", out);
	args_add(&s->arena, &v, "%s", s->c_path);
	if (s->embedded_path)
		args_add(&s->arena, &v, "%s", s->embedded_path);
	args_add(&s->arena, &v, "%s", library);
	args_add(&s->arena, &v, "-lpthread");
	if (run_tool(s, &v, s->tmpdir, "the compiler"))
		return true;
	if (!s->embedded_path)
		diag_error(&s->diag, "a script that asks a kernel for "
			   "something cannot run as a process; leave out "
			   "--runtime=user");
	return false;
}
