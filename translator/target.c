// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel a run aims at.  In: -r, -a, --sysroot, --remote.  Out: release,
 * CPU, configuration, and the sysroot where a pass needs one.  Pass 1 alone
 * needs none: it takes the words of the command line, or this machine's.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "session.h"

#define CONFIG_MAX (16u << 20)
#define SYMVERS_MAX (64u << 20)

/* "2.6.12" of "2.6.12-23.FC3". */
static const char *plain_version(struct arena *a, const char *release)
{
	size_t n = strspn(release, "0123456789.");

	while (n && release[n - 1] == '.')
		n--;
	return arena_strndup(a, release, n);
}

static const char *config_text(struct arena *a, const char *v, size_t n)
{
	if (n >= 2 && v[0] == '"' && v[n - 1] == '"')
		return arena_strndup(a, v + 1, n - 2);
	return arena_strndup(a, v, n);
}

/* CONFIG_X=value lines; the others say "is not set". */
static void load_config(struct session *s)
{
	struct arena *a = &s->arena;
	const char *path = path_join(a, s->sysroot->build, ".config");
	const char *p = file_read(a, path, CONFIG_MAX, NULL);

	if (!p) {
		diag_warn(&s->diag, (struct loc){ 0 },
			  "cannot read '%s' (%s); every CONFIG_… counts as "
			  "not set", path, strerror(errno));
		return;
	}
	while (*p) {
		size_t line = strcspn(p, "\n");
		const char *eq = memchr(p, '=', line);

		if (eq && str_starts(p, "CONFIG_"))
			map_set(a, &s->config,
				intern_n(s->names, p, (size_t)(eq - p)),
				(void *)config_text(a, eq + 1,
						    line - (size_t)(eq + 1 - p)));
		p += line + (p[line] == '\n');
	}
	vlog(s, 1, 2, "Parsed kernel \"%s\", containing %zu tuples\n", path,
	     s->config.entries.n);
}

/* A line: CRC, symbol, module, kind of export. */
static void count_symvers(struct session *s)
{
	const char *path = path_join(&s->arena, s->sysroot->build,
				     "Module.symvers");
	const char *p;
	size_t n = 0;

	if (s->opt.verbose[1] < 2)
		return;
	p = file_read(&s->arena, path, SYMVERS_MAX, NULL);
	if (!p)
		return;
	for (; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		const char *tab = strpbrk(p, "\t\n");

		if (tab && *tab == '\t')
			tab = strpbrk(tab + 1, "\t\n");
		n += tab && str_starts(tab, "\tvmlinux\t");
	}
	vlog(s, 1, 2, "Parsed kernel %s, which contained %zu vmlinux "
		      "exports\n", path, n);
}

static bool asked_for_target(const struct session *s)
{
	return s->opt.release || s->opt.arch || s->opt.sysroot;
}

static bool needs_sysroot(const struct session *s)
{
	return s->opt.runtime == RUNTIME_KERNEL && s->opt.last_pass >= 2;
}

/* Pass 1 on its own: names are enough. */
static bool target_by_name(struct session *s, const char *why)
{
	struct utsname u;

	if (s->opt.sysroot || (s->opt.release && strchr(s->opt.release, '/'))) {
		diag_error(&s->diag, "%s", why);
		return false;
	}
	if (s->opt.release && !release_valid(s->opt.release)) {
		diag_error(&s->diag, "'%s' is no kernel release",
			   s->opt.release);
		return false;
	}
	uname(&u);
	s->release = s->opt.release ? s->opt.release
				    : arena_strdup(&s->arena, u.release);
	s->arch = s->opt.arch ? s->opt.arch : arch_here();
	return true;
}

static bool find_sysroot(struct session *s)
{
	struct sysroot_query q = { .release = s->opt.release,
				   .arch = s->opt.arch,
				   .dir = s->opt.sysroot };
	const char *why = "no sysroot fits";

	if (s->sysroot) /* the remote target's */
		return true;
	if (!sysroot_find(&s->arena, &q, &s->sysroot, &why))
		return true;
	s->sysroot = NULL;
	if (!needs_sysroot(s))
		return target_by_name(s, why);
	if (asked_for_target(s))
		diag_error(&s->diag, "%s", why);
	else
		diag_error(&s->diag, "%s; or trace another machine than this "
			   "one, with --remote=[USER@]HOST", why);
	return false;
}

/* A module for another kernel cannot be run here. */
static void limit_passes(struct session *s)
{
	struct utsname u;

	if (s->opt.last_pass < 5 || s->opt.remotes.n ||
	    s->opt.runtime != RUNTIME_KERNEL)
		return;
	uname(&u);
	if (!strcmp(u.release, s->release) && !strcmp(arch_here(), s->arch))
		return;
	diag_warn(&s->diag, (struct loc){ 0 },
		  "kernel release/architecture mismatch with host forces "
		  "last-pass 4.");
	s->opt.last_pass = 4;
}

/* A run goes to the target anyway; without one it answers for -r. */
static bool wants_remote_facts(const struct session *s)
{
	return s->opt.remotes.n && !s->sysroot &&
	       (s->opt.last_pass >= 5 ||
		(needs_sysroot(s) && !asked_for_target(s)));
}

bool session_target(struct session *s)
{
	const char *release = getenv("SYSTEMTAP_RELEASE");

	if (!s->opt.release && release && *release)
		s->opt.release = release;
	if (wants_remote_facts(s) && remote_select_sysroot(s))
		return false;
	if (asked_for_target(s) || needs_sysroot(s)) {
		if (!find_sysroot(s))
			return false;
	} else if (!target_by_name(s, "")) {
		return false;
	}
	if (s->sysroot) {
		s->release = s->sysroot->release;
		s->arch = s->sysroot->arch;
	}
	s->kernel_v = plain_version(&s->arena, s->release);
	vlog(s, 0, 2, "Session arch: %s release: %s\n", s->arch, s->release);
	if (s->sysroot && s->sysroot->build) {
		vlog(s, 0, 2, "Build tree: \"%s\"\n", s->sysroot->build);
		load_config(s);
		count_symvers(s);
	}
	limit_passes(s);
	return true;
}

bool session_prepare(struct session *s)
{
	const char *why = "";
	int err;

	if (!s->sysroot || s->prepared || s->opt.runtime != RUNTIME_KERNEL)
		return true;
	if (!sysroot_prepared_for(&s->arena, s->sysroot, s->runtime_dir,
				  &s->prepared, &why))
		return true;
	vlog(s, 0, 1, "Preparing sysroot '%s': %s\n", s->sysroot->name, why);
	err = sysroot_prepare(&s->arena, s->sysroot, s->runtime_dir, false,
			      &why);
	if (!err)
		err = sysroot_prepared_for(&s->arena, s->sysroot,
					   s->runtime_dir, &s->prepared, &why);
	if (err)
		diag_error(&s->diag, "cannot prepare sysroot '%s': %s",
			   s->sysroot->name, why);
	return !err;
}
