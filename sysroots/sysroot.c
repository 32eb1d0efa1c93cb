// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens a sysroot: reads its sysroot.conf and makes its paths absolute.  What
 * the conf claims is not checked here beyond its form (see check.c), so that
 * `show` and `check` work on a damaged one.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "sysroots/conf.h"
#include "sysroots/sysroot.h"

#define RELEASE_MAX 64 /* the kernel's own __NEW_UTS_LEN */

/* NULL for a machine nobody has named here. */
static const char *known_arch(const char *machine)
{
	static const struct { const char *machine, *arch; } table[] = {
		{ "x86_64", "x86_64" },	  { "amd64", "x86_64" },
		{ "aarch64", "arm64" },	  { "arm64", "arm64" },
		{ "aarch64_be", "arm64" }, { "armv*", "arm" },
		{ "armhf", "arm" },	  { "arm", "arm" },
		{ "i?86", "i386" },	  { "riscv*", "riscv" },
		{ "ppc*", "powerpc" },	  { "s390*", "s390" },
		{ "loongarch*", "loongarch" }, { "mips*", "mips" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (glob_match(table[i].machine, machine))
			return table[i].arch;
	return NULL;
}

const char *arch_of_machine(const char *machine)
{
	const char *arch = known_arch(machine);

	return arch ? arch : machine;
}

const char *arch_here(void)
{
	struct utsname u;
	const char *arch = uname(&u) ? NULL : known_arch(u.machine);

	return arch ? arch : "unknown";
}

bool release_valid(const char *release)
{
	size_t n = strlen(release);

	if (n == 0 || n > RELEASE_MAX || !isdigit((unsigned char)release[0]))
		return false;
	return strspn(release, "abcdefghijklmnopqrstuvwxyz"
			       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "0123456789.+-_~") == n;
}

struct reading {
	struct arena *a;
	struct sysroot *s;
};

static const char *set_build_id(struct sysroot *s, const char *value)
{
	return build_id_parse(value, &s->build_id)
		       ? NULL : "a build-id is an even number of hex digits";
}

/* Text keys are kept as they are, path keys become absolute. */
static const char *set_key(void *arg, const char *key, const char *value)
{
	struct reading *r = arg;
	struct sysroot *s = r->s;
	const struct { const char *key; const char **to; bool path; } keys[] = {
		{ "release", &s->release, false },
		{ "version", &s->version, false },
		{ "arch", &s->arch, false },
		{ "cc", &s->cc, false },
		{ "cross", &s->cross, false },
		{ "source", &s->source, false },
		{ "build", &s->build, true },
		{ "vmlinux", &s->vmlinux, true },
		{ "modules", &s->modules, true },
		{ "debug", &s->debug, true },
		{ "image", &s->image, true },
		{ "system_map", &s->system_map, true },
		{ "root", &s->root, true },
		{ "guest", &s->guest, true },
	};

	if (!strcmp(key, "build_id"))
		return set_build_id(s, value);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].key, key))
			continue;
		if (keys[i].path && !*value)
			return "the path is empty";
		if (keys[i].path && !strcmp(value, "."))
			value = "";
		*keys[i].to = keys[i].path && *value
				      ? path_join(r->a, s->dir, value)
			      : keys[i].path ? s->dir
					     : arena_strdup(r->a, value);
	}
	return NULL;
}

static int complete(struct arena *a, const char *conf, struct sysroot *s,
		    const char **why)
{
	const char *missing = !s->release ? "release"
			      : !s->arch  ? "arch"
			      : !s->build ? "build" : NULL;

	if (missing) {
		*why = arena_printf(a, "%s: '%s' is missing", conf, missing);
		return -EINVAL;
	}
	if (!release_valid(s->release)) {
		*why = arena_printf(a, "%s: '%s' is no kernel release", conf,
				    s->release);
		return -EINVAL;
	}
	s->arch = arch_of_machine(s->arch);
	if (!s->cross)
		s->cross = "";
	if (!s->cc)
		s->cc = arena_printf(a, "%sgcc", s->cross);
	return 0;
}

int sysroot_open(struct arena *a, const char *dir, struct sysroot **out,
		 const char **why)
{
	struct sysroot *s = arena_new(a, struct sysroot);
	struct reading r = { a, s };
	char real[PATH_MAX];
	const char *conf, *slash;
	int err;

	if (!realpath(dir, real)) {
		err = -errno;
		*why = arena_printf(a, "'%s' is no sysroot: %s", dir,
				    strerror(-err));
		return err;
	}
	s->dir = arena_strdup(a, real);
	slash = strrchr(s->dir, '/');
	s->name = slash[1] ? slash + 1 : s->dir;
	conf = path_join(a, s->dir, "sysroot.conf");
	err = conf_read(a, conf, set_key, &r, why);
	if (!err)
		err = complete(a, conf, s, why);
	if (!err)
		*out = s;
	return err;
}

const char *sysroot_home(struct arena *a)
{
	const char *e = getenv("STAPX_SYSROOTS");

	if (e && *e)
		return arena_strdup(a, e);
	e = getenv("SYSTEMTAP_DIR");
	if (e && *e)
		return path_join(a, e, "sysroots");
	e = getenv("HOME");
	return path_join(a, e && *e ? e : "/root", ".systemtap/sysroots");
}

static int by_name(const void *a, const void *b)
{
	const struct sysroot *const *x = a, *const *y = b;

	return strverscmp((*x)->name, (*y)->name);
}

void sysroot_all(struct arena *a, struct sysroot_list *out, int *bad)
{
	const char *home = sysroot_home(a), *why;
	DIR *d = opendir(home);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		const char *dir = path_join(a, home, e->d_name);
		struct sysroot *s;

		if (e->d_name[0] == '.' || str_ends(e->d_name, ".part") ||
		    !path_exists(path_join(a, dir, "sysroot.conf")))
			continue;
		if (!sysroot_open(a, dir, &s, &why))
			vec_push(a, &out->list, s);
		else if (bad)
			++*bad;
	}
	if (d)
		closedir(d);
	if (out->list.n)
		qsort(out->list.v, out->list.n, sizeof *out->list.v, by_name);
}
