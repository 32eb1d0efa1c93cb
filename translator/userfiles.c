// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What -d and --ldd name: files of the target's user space, found where this
 * machine has them: in the sysroot's user space, else by their own path.  The
 * kernel and its modules may be named, too; the names of their addresses are
 * always known.
 */
#include <sys/stat.h>

#include "session.h"
#include "sysroots/modules.h"

#define NAMED_MAX 200		/* STP_UFILES_MAX of runtime/script.h */

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool known(const struct session *s, const char *here)
{
	vec_for(i, &s->user_files)
		if (!strcmp(s->user_files.v[i].here, here))
			return true;
	return false;
}

/* path: on the target.  False: there is no such file. */
static bool add_file(struct session *s, const char *root, const char *path)
{
	const char *here = root ? path_join(&s->arena, root, path +
					    (*path == '/')) : path;

	if (!is_file(here))
		return false;
	if (!known(s, here) && s->user_files.n < NAMED_MAX)
		vec_push(&s->arena, &s->user_files,
			 ((struct user_path){ here, path, root }));
	return true;
}

static bool add_named(struct session *s, const char *path)
{
	const char *root = s->sysroot ? s->sysroot->root : NULL;

	return (root && add_file(s, root, path)) || add_file(s, NULL, path);
}

/* Where the dynamic linker looks without being told. */
static void add_library(struct session *s, const char *root, const char *name)
{
	static const char *const folders[] = {
		"/lib", "/usr/lib", "/lib64", "/usr/lib64",
		"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
		"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
	};

	if (*name == '/') {
		add_file(s, root, name);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (add_file(s, root, path_join(&s->arena, folders[i], name)))
			return;
}

/* Each file that is added may need more. */
static void add_libraries(struct session *s)
{
	if (strcmp(s->arch, arch_here()) && !(s->sysroot && s->sysroot->root)) {
		diag_warn(&s->diag, (struct loc){ 0 },
			  "--ldd finds no libraries of %s here: give the "
			  "sysroot the target's files (root = DIR in its "
			  "sysroot.conf), or name them with -d", s->arch);
		return;
	}
	for (size_t i = 0; i < s->user_files.n; i++) {
		struct user_path p = s->user_files.v[i];
		struct elf_names need = { 0 };

		if (elf_needed(&s->arena, p.here, &need))
			continue;
		vec_for(k, &need.list)
			add_library(s, p.root, need.list.v[k]);
	}
}

static bool is_of_kernel(struct session *s, const char *name)
{
	const char *ko, *debug;

	return !strcmp(name, "kernel") ||
	       (s->sysroot && !sysroot_module_path(&s->arena, s->sysroot, name,
						   &ko, &debug));
}

void session_no_user_file(struct session *s, const char *name, const char *why)
{
	diag_warn(&s->diag, (struct loc){ 0 },
		  "missing unwind/symbol data for module '%s': %s", name, why);
}

void session_user_files(struct session *s)
{
	if (s->user_files_found)
		return;
	s->user_files_found = true;
	vec_for(i, &s->opt.modules) {
		const char *name = s->opt.modules.v[i];

		if (strchr(name, '/') ? !add_named(s, name) :
					!is_of_kernel(s, name))
			session_no_user_file(s, name, strchr(name, '/') ?
				"there is no such file, neither in the "
				"sysroot's user space nor here" :
				"the sysroot has no such module; give the path "
				"of a program or library");
	}
	if (s->opt.ldd)
		add_libraries(s);
}
