// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a run sends to its targets.  In: the modules that this run's sessions
 * built, or an archive of an earlier one.  Out: bytes, and the kernel that
 * they are for; whether a target is that kernel is said before they are sent.
 */
#include <errno.h>

#include "remote/host/cargo.h"
#include "session.h"

#define MODULE_MAX ((size_t)64 << 20)

static bool cargo_of_module(struct session *s, struct cargo *c)
{
	char *data = file_read(&s->arena, s->module_path, MODULE_MAX, &c->size);

	if (!data) {
		diag_error(&s->diag, "cannot read '%s': %s", s->module_path,
			   strerror(errno));
		return false;
	}
	c->module = (unsigned char *)data;
	c->name = arena_printf(&s->arena, "%s.ko", s->module_name);
	c->release = s->release;
	c->arch = s->arch;
	c->build_id = s->sysroot ? build_id_hex(&s->arena,
						&s->sysroot->build_id) : "";
	c->sysroot = s->sysroot;
	return true;
}

static const char *archive_text(struct session *s, const struct package *ar,
				const char *key)
{
	char value[256];

	return package_value(ar, key, value, sizeof(value)) ?
		arena_strdup(&s->arena, value) : "";
}

/* The one that has the kernel's names; none is needed to run. */
static const struct sysroot *sysroot_of(struct session *s,
					const struct cargo *c)
{
	struct build_id id;
	struct sysroot_query q = { .release = c->release, .arch = c->arch,
				   .build_id = &id };
	struct sysroot *r;
	const char *why;

	if (!build_id_parse(c->build_id, &id) ||
	    sysroot_find(&s->arena, &q, &r, &why))
		return NULL;
	return r;
}

static bool cargo_of_archive(struct session *s, struct cargo *c)
{
	const struct package_member *m;
	char why[256];
	size_t n;
	char *data = file_read(&s->arena, s->archive_path, ARCHIVE_PACKED_MAX,
			       &n);

	if (!data) {
		diag_error(&s->diag, "cannot read '%s': %s", s->archive_path,
			   strerror(errno));
		return false;
	}
	if (package_read(data, n, &c->archive, why, sizeof(why))) {
		diag_error(&s->diag, "'%s': %s; make it again with `stap -p4 "
			   "--archive`", s->archive_path, why);
		return false;
	}
	m = package_module(&c->archive);
	if (!m) {
		diag_error(&s->diag, "'%s' holds no module", s->archive_path);
		return false;
	}
	c->module = m->data;
	c->size = m->size;
	c->name = arena_strdup(&s->arena, m->name);
	c->release = archive_text(s, &c->archive, "release");
	c->arch = archive_text(s, &c->archive, "arch");
	c->build_id = archive_text(s, &c->archive, "build_id");
	c->sysroot = sysroot_of(s, c);
	return true;
}

bool cargo_fits(struct session *s, const struct cargo *c,
		const struct target *t)
{
	const char *have = build_id_hex(&s->arena, &t->facts.build_id);

	if (!t->url)
		return true;	/* staprun here says it */
	if (*c->arch && strcmp(c->arch, t->facts.arch)) {
		diag_error(&s->diag, "the script was built for %s, '%s' is %s: "
			   "build it for that kernel", c->arch, t->name,
			   t->facts.arch);
		return false;
	}
	if (*c->release && strcmp(c->release, t->facts.release)) {
		diag_error(&s->diag, "the script was built for kernel %s "
			   "(build-id %s), '%s' runs %s (build-id %s): build "
			   "it for that kernel", c->release, c->build_id,
			   t->name, t->facts.release, have);
		return false;
	}
	if (*c->build_id && *have && strcmp(c->build_id, have)) {
		diag_error(&s->diag, "the script was built for the kernel with "
			   "build-id %s, '%s' runs %s", c->build_id, t->name,
			   have);
		return false;
	}
	return true;
}

bool cargo_load(struct session *s, struct cargo *c, size_t n)
{
	if (s->archive_path)
		return cargo_of_archive(s, c);
	for (; s && n--; s = s->next)
		if (!cargo_of_module(s, c++))
			return false;
	return true;
}
