// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stap-sysroot: makes, prepares, checks and lists sysroots.  This file has
 * the table of commands and the small ones; each bigger one has a file.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "sysroots/commands.h"
#include "sysroots/modules.h"
#include "sysroots/prepare.h"

#ifndef STAPX_VERSION
#define STAPX_VERSION "0"
#endif

static const struct command {
	const char *name, *args, *what;
	int (*run)(struct arena *a, int argc, char **argv);
} commands[] = {
	{ "import", "debian [--arch A] [--release R] [--no-debuginfo] "
		    "[--name N]",
	  "make one from Debian's packages", cmd_import },
	{ "import", "tree BUILD-TREE [--vmlinux F] [--modules D] [--image F] "
		    "[--name N] [--cc CC]",
	  "make one from a kernel build tree", cmd_import },
	{ "prepare", "[--force] [NAME…]",
	  "compile the runtime for it and index its debug information",
	  cmd_prepare },
	{ "list", "[-q]", "the known sysroots", cmd_list },
	{ "show", "NAME", "what one holds", cmd_show },
	{ "check", "[NAME…]", "find what is wrong with one, and its cure",
	  cmd_check },
	{ "remove", "NAME…", "delete", cmd_remove },
	{ "build", "NAME FOLDER [MAKE-ARGUMENT…]",
	  "build the module in a folder for its kernel", cmd_build },
	{ "add", "NAME MODULE.ko…", "put modules of one's own into it",
	  cmd_add },
	{ "vm", "NAME [--port P] [--smp N] [--mem MB] [--append TEXT] "
		"[--module M]… [--keep] [--icount] [-- QEMU-ARGUMENTS]",
	  "boot its kernel as a throw-away SSH target", cmd_vm },
};

/* ---- the small commands ---- */

static const char *prepared_word(struct arena *a, const struct sysroot *s)
{
	struct prepared *p;
	const char *why;

	return sysroot_prepared(a, s, &p, &why) ? "no" : "yes";
}

int cmd_list(struct arena *a, int argc, char **argv)
{
	bool quiet = argc == 1 && !strcmp(argv[0], "-q");
	struct sysroot_list all = { 0 };
	int bad = 0;

	if (argc > 1 || (argc == 1 && !quiet))
		return complain("'%s': list takes no such argument",
				argv[argc - 1]);
	sysroot_all(a, &all, &bad);
	if (!all.list.n && !quiet)
		fprintf(stderr, "no sysroot in '%s'; make one with "
			"`stap-sysroot import debian`\n", sysroot_home(a));
	else if (!quiet)
		printf("%-34s %-8s %-8s %-5s %s\n", "NAME", "ARCH", "PREPARED",
		       "DWARF", "RELEASE");
	vec_for(i, &all.list) {
		struct sysroot *s = all.list.v[i];

		if (quiet)
			puts(s->name);
		else
			printf("%-34s %-8s %-8s %-5s %s\n", s->name, s->arch,
			       prepared_word(a, s), s->vmlinux ? "yes" : "no",
			       s->release);
	}
	if (bad)
		complain("%d more cannot be read; `stap-sysroot check` says "
			 "why", bad);
	return 0;
}

static void line(const char *key, const char *value)
{
	if (value && *value)
		printf("%-11s %s\n", key, value);
}

int cmd_show(struct arena *a, int argc, char **argv)
{
	struct module_list modules = { 0 };
	struct words_vec indexes = { { 0 } };
	struct sysroot *s;

	if (argc != 1)
		return complain("usage: stap-sysroot show NAME");
	s = named_sysroot(a, argv[0]);
	if (!s)
		return 1;
	line("name", s->name);
	line("folder", s->dir);
	line("release", s->release);
	line("version", s->version);
	line("arch", s->arch);
	line("build-id", build_id_hex(a, &s->build_id));
	line("source", s->source);
	line("build", s->build);
	line("vmlinux", s->vmlinux);
	line("debug", s->debug);
	line("system-map", s->system_map);
	line("image", s->image);
	line("root", s->root);
	line("guest", s->guest);
	line("compiler", s->cc);
	line("binutils", s->cross);
	line("modules", s->modules);
	if (!sysroot_modules_list(a, s, NULL, &modules))
		printf("%-11s %zu loadable\n", "", modules.list.n);
	line("prepared", prepared_word(a, s));
	index_files(a, s, &indexes);
	printf("%-11s of %zu modules, made at their first use\n", "indexes",
	       indexes.list.n);
	return 0;
}

static int remove_one(struct arena *a, const char *name)
{
	const char *dir = path_join(a, sysroot_home(a), name);
	int err;

	if (strchr(name, '/') || name[0] == '.' ||
	    !path_exists(path_join(a, dir, "sysroot.conf")))
		return complain("'%s' is no sysroot under '%s'; "
				"`stap-sysroot list` shows those that are",
				name, sysroot_home(a));
	/* Not one any more before it is half gone. */
	err = remove_tree(path_join(a, dir, "sysroot.conf"));
	if (!err)
		err = remove_tree(dir);
	if (err)
		return complain("'%s' cannot be removed: %s", dir,
				strerror(-err));
	fprintf(stderr, "removed %s\n", name);
	return 0;
}

int cmd_remove(struct arena *a, int argc, char **argv)
{
	int status = 0;

	if (!argc)
		return complain("usage: stap-sysroot remove NAME…");
	for (int i = 0; i < argc; i++)
		status |= remove_one(a, argv[i]);
	return status;
}

/* ---- the table's rows ---- */

static int usage(FILE *out, int status)
{
	fputs("Usage: stap-sysroot COMMAND …\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %s %s\n      %s\n", commands[i].name,
			commands[i].args, commands[i].what);
	fputs("\nSysroots stand in $STAPX_SYSROOTS, else "
	      "$SYSTEMTAP_DIR/sysroots, else ~/.systemtap/sysroots.\n", out);
	return status;
}

int main(int argc, char **argv)
{
	struct arena a = { 0 };
	int status;

	if (argc < 2)
		return usage(stderr, 1);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help"))
		return usage(stdout, 0);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("stap-sysroot (stapx) " STAPX_VERSION);
		return 0;
	}
	/* What is made serves other users of the same sysroot too. */
	umask(022);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		status = commands[i].run(&a, argc - 2, argv + 2);
		arena_free(&a);
		return status;
	}
	complain("'%s' is no command; `stap-sysroot --help` lists them",
		 argv[1]);
	return 1;
}
