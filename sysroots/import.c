// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `stap-sysroot import KIND …`: runs import/KIND.sh, which makes a folder
 * NAME.part, then adds what needs ELF knowledge (the build-id), checks that
 * kernel and debug information are of one build, and gives the folder its
 * name.  Interrupted at any moment, nothing stands under that name.
 */
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "debuginfo/btf.h"
#include "sysroots/child.h"
#include "sysroots/commands.h"
#include "sysroots/conf.h"
#include "sysroots/places.h"

#define MAP_MAX (64 << 20) /* System.map */

/* What was fetched is kept beside the sysroots' default place. */
static const char *cache_dir(struct arena *a)
{
	const char *e = getenv("SYSTEMTAP_DIR");

	if (e && *e)
		return path_join(a, e, "cache-debian");
	e = getenv("HOME");
	return path_join(a, e && *e ? e : "/root", ".systemtap/cache-debian");
}

static void last_line(void *arg, const char *line)
{
	struct buf *b = arg;

	b->n = 0;
	buf_puts(b, line);
}

/* The build-id of vmlinux, which must be the image's where both are there. */
static int find_build_id(struct arena *a, const struct sysroot *s,
			 struct build_id *id, const char **why)
{
	struct build_id image = { 0 };

	id->n = 0;
	if (s->vmlinux && build_id_of_elf(s->vmlinux, id))
		id->n = 0; /* or it is BTF alone */
	if (s->image && !build_id_of_image(s->image, &image) && id->n &&
	    !build_id_equal(id, &image)) {
		*why = arena_printf(a, "'%s' has build-id %s and '%s' has %s: "
				    "they are of different builds; give the "
				    "vmlinux that belongs to the image",
				    s->vmlinux, build_id_hex(a, id), s->image,
				    build_id_hex(a, &image));
		return -EINVAL;
	}
	if (!id->n)
		*id = image;
	return 0;
}

static int machine_of(const char *arch)
{
	return !strcmp(arch, "x86_64") ? EM_X86_64 :
	       !strcmp(arch, "arm64")  ? EM_AARCH64 :
					 EM_NONE;
}

/* A copy of /sys/kernel/btf/vmlinux was given as vmlinux. */
static bool is_bare_btf(struct arena *a, const char *path)
{
	size_t n;
	const unsigned char *p = path ? (void *)file_read(a, path, MAP_MAX,
							  &n) : NULL;

	return p && n > 2 && p[0] == 0x9f && p[1] == 0xeb;
}

/* The BTF given, or that in the image. */
static void find_btf(struct arena *a, const struct sysroot *s,
		     struct buf *plain, struct btf_elf *from)
{
	if (s->vmlinux)
		from->btf = file_read(a, s->vmlinux, MAP_MAX, &from->nbtf);
	else if (s->image && !image_expand(a, s->image, plain))
		from->btf = btf_find((const uint8_t *)plain->s, plain->n,
				     &from->nbtf);
}

/* No vmlinux: types and functions from the kernel's BTF.  Kernels built
 * without it leave the sysroot with symbols alone. */
static void add_btf(struct arena *a, const struct sysroot *s, const char *part,
		    const struct build_id *id)
{
	const char *path = path_join(a, part, "vmlinux.btf"), *why = NULL;
	struct btf_elf from = { .machine = machine_of(s->arch),
				.build_id = id->bytes, .nbuild_id = id->n };
	struct buf plain = { 0 };
	size_t n;

	if (from.machine == EM_NONE)
		return;
	find_btf(a, s, &plain, &from);
	if (s->system_map)
		from.system_map = file_read(a, s->system_map, MAP_MAX, &n);
	if (from.btf && !btf_elf_write(a, path, &from, &why) &&
	    !conf_put(a, path_join(a, part, "sysroot.conf"), "vmlinux",
		      "vmlinux.btf"))
		fprintf(stderr, "no debug information: parameters, results "
			"and types are known by the kernel's BTF\n");
	else if (why)
		complain("the BTF in '%s' is not used: %s",
			 s->vmlinux ? s->vmlinux : s->image, why);
	buf_free(&plain);
}

static int complete(struct arena *a, const char *part, const char **why)
{
	struct build_id id;
	struct sysroot *s;
	int err = sysroot_open(a, part, &s, why);

	if (!err)
		err = find_build_id(a, s, &id, why);
	if (err)
		return err;
	if (!s->vmlinux || is_bare_btf(a, s->vmlinux))
		add_btf(a, s, part, &id);
	if (!id.n) {
		complain("the kernel's build-id is not known (no vmlinux, and "
			 "none found in the image): targets are then matched "
			 "by release alone");
		return 0;
	}
	err = conf_put(a, path_join(a, part, "sysroot.conf"), "build_id",
		       build_id_hex(a, &id));
	if (err)
		*why = arena_printf(a, "'%s/sysroot.conf': %s", part,
				    strerror(-err));
	return err;
}

/* NAME.part becomes NAME. */
static int finish(struct arena *a, const char *part)
{
	size_t n = strlen(part);
	const char *dir, *name, *why = NULL;

	if (!str_ends(part, ".part") || !is_dir(part))
		return complain("the import left no folder");
	dir = arena_strndup(a, part, n - 5);
	if (complete(a, part, &why)) {
		remove_tree(part);
		return complain("%s", why);
	}
	if (rename(part, dir)) {
		int err = errno;

		remove_tree(part);
		return complain("'%s': %s", dir, strerror(err));
	}
	name = strrchr(dir, '/') + 1;
	fprintf(stderr, "sysroot %s is ready; `stap-sysroot prepare %s` gets "
		"it ready for scripts\n", name, name);
	return 0;
}

static int run_script(struct arena *a, const char *script, int argc,
		      char **argv, struct buf *out)
{
	char **words = arena_array(a, (size_t)argc + 3, char *);
	struct child c = { .on_line = last_line, .arg = out };
	struct child *all[] = { &c };
	int signals, status;

	words[0] = "sh";
	words[1] = (char *)script;
	for (int i = 0; i < argc; i++)
		words[i + 2] = argv[i];
	signals = signals_begin();
	status = child_start(&c, words, NULL)
			 ? 127 : children_wait(all, 1, signals);
	signals_end(signals);
	return status;
}

int cmd_import(struct arena *a, int argc, char **argv)
{
	const char *script;
	struct buf part = { 0 };
	int status;

	if (argc < 1 || strchr(argv[0], '/') || argv[0][0] == '.')
		return complain("usage: stap-sysroot import debian|tree …");
	script = place_helper(a, arena_printf(a, "import/%s.sh", argv[0]));
	if (!path_exists(script))
		return complain("'%s' cannot be imported from; debian and "
				"tree can ('%s' does not exist)", argv[0],
				script);
	setenv("STAPX_SYSROOTS", sysroot_home(a), 1);
	setenv("STAPX_CACHE", cache_dir(a), 1);
	status = run_script(a, script, argc - 1, argv + 1, &part);
	if (status == 0 && part.n)
		status = finish(a, part.s);
	buf_free(&part);
	return status;
}
