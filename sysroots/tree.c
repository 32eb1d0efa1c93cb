// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Describes a kernel build tree from its own files.  UTS_RELEASE in
 * include/generated/utsrelease.h is the release: it is what was compiled in;
 * include/config/kernel.release and `make kernelrelease` may say otherwise.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "sysroots/sysroot.h"

#define HEADER_MAX (1 << 20)
#define CONFIG_MAX (8 << 20)

/* The text between the quotes of `#define NAME "…"` in one of the headers. */
static const char *define_of(struct arena *a, const char *tree,
			     const char *const *headers, const char *name)
{
	const char *want = arena_printf(a, "#define %s \"", name);

	for (; *headers; headers++) {
		char *text = file_read(a, path_join(a, tree, *headers),
				       HEADER_MAX, NULL);
		char *p = text ? strstr(text, want) : NULL;
		char *end = p ? strchr(p += strlen(want), '"') : NULL;

		if (end)
			return arena_strndup(a, p, (size_t)(end - p));
	}
	return NULL;
}

static const char *arch_of_config(const char *config)
{
	static const struct { const char *line, *arch; } table[] = {
		{ "\nCONFIG_X86_64=y\n", "x86_64" },
		{ "\nCONFIG_X86_32=y\n", "i386" },
		{ "\nCONFIG_ARM64=y\n", "arm64" },
		{ "\nCONFIG_ARM=y\n", "arm" },
		{ "\nCONFIG_RISCV=y\n", "riscv" },
		{ "\nCONFIG_PPC=y\n", "powerpc" },
		{ "\nCONFIG_S390=y\n", "s390" },
		{ "\nCONFIG_LOONGARCH=y\n", "loongarch" },
		{ "\nCONFIG_MIPS=y\n", "mips" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (strstr(config, table[i].line))
			return table[i].arch;
	return NULL;
}

/* The compiler's command in CONFIG_CC_VERSION_TEXT, cross prefix and all. */
static const char *compiler_of_config(struct arena *a, const char *config)
{
	static const char key[] = "\nCONFIG_CC_VERSION_TEXT=\"";
	const char *p = strstr(config, key);
	size_t n;

	if (!p)
		return NULL;
	p += sizeof key - 1;
	n = strcspn(p, " \"\n");
	return n ? arena_strndup(a, p, n) : NULL;
}

static const char *cross_of(const char *arch)
{
	static const struct { const char *arch, *cross; } table[] = {
		{ "x86_64", "x86_64-linux-gnu-" },
		{ "i386", "i686-linux-gnu-" },
		{ "arm64", "aarch64-linux-gnu-" },
		{ "arm", "arm-linux-gnueabihf-" },
		{ "riscv", "riscv64-linux-gnu-" },
		{ "powerpc", "powerpc64le-linux-gnu-" },
		{ "s390", "s390x-linux-gnu-" },
	};

	if (!strcmp(arch, arch_here()))
		return "";
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].arch, arch))
			return table[i].cross;
	return "";
}

/* A native tree keeps the command that made it ("gcc-12"); a foreign one
 * may name it without the prefix that it has on this machine. */
static void choose_compiler(struct arena *a, struct sysroot *s,
			    const char *config)
{
	const char *cc = compiler_of_config(a, config);
	const char *base, *gcc;

	s->cross = cross_of(s->arch);
	if (!cc)
		cc = "gcc";
	base = strrchr(cc, '/');
	base = base ? base + 1 : cc;
	gcc = strstr(base, "gcc");
	if (gcc)
		base = arena_printf(a, "%s%s", s->cross, gcc);
	s->cc = base;
}

static const char *first_of(struct arena *a, const char *const *paths)
{
	for (; *paths; paths++)
		if (path_exists(*paths))
			return arena_strdup(a, *paths);
	return NULL;
}

/* The places where a kernel of this machine, or a build tree, keeps them. */
static void find_binaries(struct arena *a, struct sysroot *s)
{
	const char *r = s->release;
	const char *prefix = s->root ? s->root : "";
	const char *vmlinux[] = {
		path_join(a, s->build, "vmlinux"),
		arena_printf(a, "%s/usr/lib/debug/boot/vmlinux-%s", prefix, r),
		arena_printf(a, "%s/usr/lib/debug/lib/modules/%s/vmlinux",
			     prefix, r),
		arena_printf(a, "%s/boot/vmlinux-%s", prefix, r), NULL
	};
	const char *map[] = {
		path_join(a, s->build, "System.map"),
		arena_printf(a, "%s/usr/lib/debug/boot/System.map-%s", prefix,
			     r),
		arena_printf(a, "%s/boot/System.map-%s", prefix, r), NULL
	};
	const char *image[] = {
		path_join(a, s->build, "arch/x86/boot/bzImage"),
		path_join(a, s->build, "arch/arm64/boot/Image"),
		arena_printf(a, "%s/boot/vmlinuz-%s", prefix, r), NULL
	};
	const char *debug = arena_printf(a, "%s/usr/lib/debug", prefix);

	s->vmlinux = first_of(a, vmlinux);
	s->system_map = first_of(a, map);
	s->image = first_of(a, image);
	if (is_dir(arena_printf(a, "%s/lib/modules/%s", debug, r)))
		s->debug = debug;
	if (is_dir(arena_printf(a, "%s/lib/modules/%s", prefix, r)))
		s->modules = *prefix ? prefix : "/";
	if (s->vmlinux)
		build_id_of_elf(s->vmlinux, &s->build_id);
}

int sysroot_of_tree(struct arena *a, const char *tree, struct sysroot **out,
		    const char **why)
{
	static const char *const uts[] = {
		"include/generated/utsrelease.h", NULL };
	static const char *const version[] = {
		"include/generated/utsversion.h",
		"include/generated/compile.h", NULL };
	struct sysroot *s = arena_new(a, struct sysroot);
	char real[PATH_MAX];
	char *config;

	if (!realpath(tree, real)) {
		*why = arena_printf(a, "'%s': %s", tree, strerror(errno));
		return -ENOENT;
	}
	s->build = arena_strdup(a, real);
	config = file_read(a, path_join(a, real, ".config"), CONFIG_MAX, NULL);
	s->release = define_of(a, real, uts, "UTS_RELEASE");
	s->arch = config ? arch_of_config(config) : NULL;
	if (!s->release || !release_valid(s->release) || !s->arch) {
		*why = arena_printf(a,
			"'%s' is no prepared kernel build tree: '%s' %s; "
			"run `make modules_prepare` in it", tree,
			!config	      ? ".config"
			: !s->release ? uts[0] : s->arch ? uts[0] : ".config",
			!config ? "is missing"
			: s->arch ? "has no valid UTS_RELEASE"
				  : "names no known CPU");
		return -ENOENT;
	}
	s->version = define_of(a, real, version, "UTS_VERSION");
	s->name = s->release;
	/* What is prepared for it stands beside the sysroots: the tree may
	 * belong to somebody else. */
	s->dir = arena_printf(a, "%s/.trees/%s-%016llx", sysroot_home(a),
			      s->release, (unsigned long long)
			      hash_bytes(real, strlen(real), 0));
	choose_compiler(a, s, config);
	find_binaries(a, s);
	*out = s;
	return 0;
}
