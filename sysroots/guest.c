// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds the initramfs of a throw-away target.  In: the guest folder of the
 * sysroot (unpacked BusyBox, dropbear and libraries of the target's CPU), or
 * another sysroot's of the same CPU, or this machine's own programs; and the
 * modules that libkmod finds the network card to need.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysroots/cpio.h"
#include "sysroots/guest.h"
#include "sysroots/modules.h"
#include "sysroots/places.h"

#define GUEST_FORMAT 1 /* a new number makes all images anew */

struct guest {
	struct arena *a;
	const struct sysroot *s;
	const char *files; /* folder the programs are taken from */
	struct cpio c;
	struct map have;   /* names already written */
	struct buf boot;   /* modules to load, in order */
	const char **why;
};

static int fail(struct guest *g, int err, const char *what, const char *cure)
{
	*g->why = arena_printf(g->a, "'%s': %s; %s", what, strerror(-err),
			       cure);
	return err;
}

static bool once(struct guest *g, const char *name)
{
	if (map_get(&g->have, name))
		return false;
	map_set(g->a, &g->have, arena_strdup(g->a, name), g);
	return true;
}

/* Every folder above name. */
static void parents(struct guest *g, const char *name)
{
	for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/')) {
		const char *dir = arena_strndup(g->a, name, (size_t)(p - name));

		if (*dir && once(g, dir))
			cpio_dir(&g->c, dir, 0755);
	}
}

static int add(struct guest *g, const char *name, mode_t mode,
	       const char *path)
{
	int err;

	if (!once(g, name))
		return 0;
	parents(g, name);
	err = cpio_file(&g->c, g->a, name, mode, path);
	if (err)
		fail(g, err, path, "import the sysroot again");
	return err;
}

static void text(struct guest *g, const char *name, const char *s)
{
	parents(g, name);
	if (once(g, name))
		cpio_data(&g->c, name, 0644, s, strlen(s));
}

/* A program or library below the guest's folder, wherever it was packaged. */
static const char *locate(struct guest *g, const char *name)
{
	static const char *const dirs[] = {
		"bin", "sbin", "usr/bin", "usr/sbin", "lib", "usr/lib", "lib64",
		"lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu",
		"lib/aarch64-linux-gnu", "usr/lib/aarch64-linux-gnu",
		"lib/arm-linux-gnueabihf", "usr/lib/arm-linux-gnueabihf",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		const char *p = arena_printf(g->a, "%s/%s/%s", g->files,
					     dirs[i], name);

		if (path_exists(p))
			return p;
	}
	return NULL;
}

static int add_libraries(struct guest *g, const char *program);

/* The loader keeps the path that programs name it by; libraries go to /lib,
 * which every loader searches. */
static int add_library(struct guest *g, const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *path = locate(g, slash ? slash + 1 : name);
	const char *to = slash ? name + 1 : arena_printf(g->a, "lib/%s", name);
	int err;

	if (!path)
		return fail(g, -ENOENT, name, "a library of the guest is "
			    "missing; import the sysroot again");
	if (map_get(&g->have, to))
		return 0;
	err = add(g, to, 0755, path);
	return err ? err : add_libraries(g, path);
}

static int add_libraries(struct guest *g, const char *program)
{
	struct elf_names need = { 0 };
	int err = elf_needed(g->a, program, &need);

	vec_for(i, &need.list)
		if (!err)
			err = add_library(g, need.list.v[i]);
	return err;
}

static int add_program(struct guest *g, const char *name, const char *to)
{
	const char *path = locate(g, name);
	int err;

	if (!path)
		return fail(g, -ENOENT, name, "the guest's programs are "
			    "missing; install busybox-static and dropbear-bin, "
			    "or import a Debian sysroot of this CPU");
	err = add(g, to, 0755, path);
	return err ? err : add_libraries(g, path);
}

/* BusyBox loads plain modules on every kernel: packed ones are unpacked. */
static int add_packed(struct guest *g, const char *to, const char *tool,
		      const char *ko)
{
	char *argv[] = { (char *)tool, "-dc", (char *)ko, NULL };
	struct proc_result r = proc_run(argv, NULL, PROC_CAPTURE_OUT);
	int err = r.status ? -EIO : 0;

	if (err)
		fail(g, err, ko, arena_printf(g->a, "it is unpacked by '%s', "
					      "which failed", tool));
	else if (once(g, to)) {
		parents(g, to);
		cpio_data(&g->c, to, 0644, r.out.s, r.out.n);
	}
	buf_free(&r.out);
	return err;
}

/* Where a module stands in the guest: its place without the packer's ending,
 * which is in *tool's column. */
static const char *module_name(struct guest *g, const char *ko,
			       const char **tool)
{
	static const struct { const char *ending, *tool; } packers[] = {
		{ ".xz", "xz" }, { ".zst", "zstd" }, { ".gz", "gzip" },
	};
	const char *base = sysroot_modules_dir(g->a, g->s);
	size_t n = strlen(ko);

	*tool = NULL;
	if (strncmp(ko, base, strlen(base)))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++)
		if (str_ends(ko, packers[i].ending)) {
			*tool = packers[i].tool;
			n -= strlen(packers[i].ending);
		}
	return arena_printf(g->a, "%.*s", (int)(n - strlen(base) - 1),
			    ko + strlen(base) + 1);
}

static int add_module(struct guest *g, const struct sysroot_module *m,
		      struct buf *order)
{
	const char *tool, *name = module_name(g, m->ko, &tool), *to;
	int err;

	if (!name)
		return fail(g, -EINVAL, m->ko, "the module is outside the "
			    "sysroot");
	to = arena_printf(g->a, "lib/modules/%s/%s", g->s->release, name);
	err = tool ? add_packed(g, to, tool, m->ko)
		   : add(g, to, 0644, m->ko);
	if (!err && order)
		buf_printf(order, "/%s\n", to);
	return err;
}

/* A driver that the kernel does not have, or has built in, is no error: the
 * guest has no card then, and says so. */
static int add_driver(struct guest *g, const char *name)
{
	struct module_list list = { 0 };
	int err = sysroot_module_deps(g->a, g->s, name, &list);

	if (err)
		return 0;
	vec_for(i, &list.list)
		if (!map_get(&g->have, list.list.v[i].name)) {
			map_set(g->a, &g->have, list.list.v[i].name, g);
			err = add_module(g, &list.list.v[i], &g->boot);
			if (err)
				return err;
		}
	return 0;
}

static int add_drivers(struct guest *g)
{
	static const char *const drivers[] = {
		"virtio_pci", "virtio_mmio", "virtio_net",
	};
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(drivers); i++)
		err = add_driver(g, drivers[i]);
	text(g, "etc/modules.boot", buf_str(&g->boot));
	return err;
}

static void add_settings(struct guest *g)
{
	static const char *const dirs[] = {
		"proc", "sys", "dev", "tmp", "run", "root", "root/.ssh",
		"sbin", "usr", "usr/bin", "usr/sbin", "etc", "etc/dropbear",
		"home", "home/user", "var", "var/tmp", "var/log", "lib",
		"lib/modules",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		bool secret = str_ends(dirs[i], "root") ||
			      str_ends(dirs[i], ".ssh");

		if (once(g, dirs[i]))
			cpio_dir(&g->c, dirs[i], secret ? 0700 : 0755);
	}
	cpio_node(&g->c, "dev/console", S_IFCHR | 0600, 5, 1);
	cpio_node(&g->c, "dev/null", S_IFCHR | 0666, 1, 3);
	text(g, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
			      "user:x:1000:1000:user:/home/user:/bin/sh\n");
	text(g, "etc/group", "root:x:0:\nuser:x:1000:\n");
	text(g, "etc/shells", "/bin/sh\n");
	text(g, "etc/hosts", "127.0.0.1 localhost guest\n");
	text(g, "etc/inittab",
	     "::respawn:/usr/sbin/dropbear -F -E -s -r /etc/dropbear/key\n"
	     "::ctrlaltdel:/bin/busybox reboot -f\n");
}

/* The sysroot's own, one of the same CPU, or this machine. */
static const char *guest_files(struct arena *a, const struct sysroot *s)
{
	struct sysroot_list all = { 0 };

	if (s->guest && is_dir(s->guest))
		return s->guest;
	sysroot_all(a, &all, NULL);
	vec_for(i, &all.list)
		if (!strcmp(all.list.v[i]->arch, s->arch) &&
		    all.list.v[i]->guest && is_dir(all.list.v[i]->guest))
			return all.list.v[i]->guest;
	return strcmp(s->arch, arch_here()) ? NULL : "";
}

static bool newer(const char *a, const char *b)
{
	struct stat x, y;

	if (stat(a, &x) || stat(b, &y))
		return false;
	return x.st_mtim.tv_sec > y.st_mtim.tv_sec ||
	       (x.st_mtim.tv_sec == y.st_mtim.tv_sec &&
		x.st_mtim.tv_nsec >= y.st_mtim.tv_nsec);
}

static int build(struct guest *g, const char *init, const char *out)
{
	int err;

	add_settings(g);
	err = add(g, "init", 0755, init);
	if (!err)
		err = add_program(g, "busybox", "bin/busybox");
	if (!err)
		err = add_program(g, "dropbear", "usr/sbin/dropbear");
	if (!err)
		err = add_program(g, "dropbearconvert",
				  "usr/bin/dropbearconvert");
	if (!err)
		err = add_drivers(g);
	if (err)
		return err;
	cpio_end(&g->c);
	err = file_replace(out, g->c.b.s, g->c.b.n, 0644);
	return err ? fail(g, err, out, "is the disk full?") : 0;
}

int guest_image(struct arena *a, const struct sysroot *s, const char **path,
		const char **why)
{
	const char *init = place_helper(a, "vm/init");
	const char *conf = path_join(a, s->dir, "sysroot.conf");
	struct guest g = { .a = a, .s = s, .why = why };
	int err;

	*path = arena_printf(a, "%s/guest-%d.cpio", s->dir, GUEST_FORMAT);
	if (newer(*path, conf) && newer(*path, init))
		return 0;
	g.files = guest_files(a, s);
	if (!g.files) {
		*why = arena_printf(a, "no BusyBox and dropbear for %s; "
				    "`stap-sysroot import debian --arch …` of "
				    "this CPU brings them", s->arch);
		return -ENOENT;
	}
	err = mkdir_p(s->dir, 0755);
	if (!err)
		err = build(&g, init, *path);
	cpio_free(&g.c);
	buf_free(&g.boot);
	return err;
}

/* Lines of modules.dep for a list in load order: each is said to need all
 * before it, nearest first. */
static void dep_lines(struct guest *g, const struct module_list *l,
		      struct buf *dep)
{
	const char *tool;

	vec_for(i, &l->list) {
		buf_printf(dep, "%s:", module_name(g, l->list.v[i].ko, &tool));
		for (size_t j = i; j-- > 0;)
			buf_printf(dep, " %s",
				   module_name(g, l->list.v[j].ko, &tool));
		buf_putc(dep, '\n');
	}
}

static int add_run_modules(struct guest *g, const char *const *modules)
{
	struct buf dep = { 0 };
	int err = 0;

	for (; modules && *modules && !err; modules++) {
		struct module_list list = { 0 };

		err = sysroot_module_deps(g->a, g->s, *modules, &list);
		if (err)
			fail(g, err, *modules,
			     "the sysroot's kernel has no such module");
		for (size_t i = 0; i < list.list.n && !err; i++)
			err = add_module(g, &list.list.v[i], NULL);
		if (!err)
			dep_lines(g, &list, &dep);
	}
	if (dep.n && !err)
		text(g, arena_printf(g->a, "lib/modules/%s/modules.dep",
				     g->s->release), dep.s);
	buf_free(&dep);
	return err;
}

int guest_for_run(struct arena *a, const struct sysroot *s, const char *image,
		  const char *host_key, const char *client_pub,
		  const char *const *modules, const char *out, const char **why)
{
	struct guest g = { .a = a, .s = s, .why = why };
	size_t n;
	char *base = file_read(a, image, 256u << 20, &n);
	int err = base ? 0 : fail(&g, -errno, image, "run the same again");

	if (!err) {
		buf_write(&g.c.b, base, n);
		once(&g, "etc");
		once(&g, "root");
		once(&g, "lib");
		err = add(&g, "etc/dropbear/key.openssh", 0600, host_key);
	}
	if (!err)
		err = add(&g, "root/.ssh/authorized_keys", 0600, client_pub);
	if (!err)
		err = add_run_modules(&g, modules);
	if (!err) {
		cpio_end(&g.c);
		err = file_replace(out, g.c.b.s, g.c.b.n, 0600);
		if (err)
			fail(&g, err, out, "is the disk full?");
	}
	cpio_free(&g.c);
	return err;
}
