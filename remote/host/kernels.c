// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernels that a run's targets have.  In: targets that were reached, what
 * the user said about the sysroot.  Out: each target's kernel, each kernel's
 * sysroot.  The script is built once a kernel, so one run serves several, of
 * several CPUs.
 */
#include <errno.h>

#include "remote/host/target.h"
#include "session.h"

static bool same_kernel(const struct target *a, const struct target *b)
{
	return !strcmp(a->facts.release, b->facts.release) &&
	       !strcmp(a->facts.machine, b->facts.machine) &&
	       build_id_equal(&a->facts.build_id, &b->facts.build_id);
}

/* What the user named must be what the target runs. */
static bool fits(struct session *s, const struct sysroot *r,
		 const struct target *t)
{
	const struct build_id *want = &r->build_id,
			      *have = &t->facts.build_id;

	if (strcmp(r->arch, t->facts.arch)) {
		diag_error(&s->diag, "the sysroot '%s' is for %s, '%s' is %s: "
			   "leave -r and --sysroot away, or name one for %s",
			   r->name, r->arch, t->name, t->facts.arch,
			   t->facts.arch);
		return false;
	}
	if (strcmp(r->release, t->facts.release)) {
		diag_error(&s->diag, "the sysroot '%s' is of kernel %s "
			   "(build-id %s), '%s' runs %s (build-id %s): import "
			   "that one with `stap-sysroot import`", r->name,
			   r->release, build_id_hex(&s->arena, want), t->name,
			   t->facts.release, build_id_hex(&s->arena, have));
		return false;
	}
	if (want->n && have->n && !build_id_equal(want, have)) {
		diag_error(&s->diag, "the sysroot '%s' has the kernel with "
			   "build-id %s, '%s' runs the one with build-id %s, "
			   "of the same release %s: import the kernel that "
			   "runs there", r->name,
			   build_id_hex(&s->arena, want), t->name,
			   build_id_hex(&s->arena, have), r->release);
		return false;
	}
	return true;
}

static int find_for(struct session *s, struct target *t,
		    struct sysroot **out)
{
	struct sysroot_query q = { .release = s->opt.release,
				   .arch = s->opt.arch,
				   .dir = s->opt.sysroot };
	const char *why = "no sysroot fits";
	int err;

	if (t->vm && !q.release && !q.dir) {
		*out = t->vm_sysroot;
		return 0;
	}
	if (!q.release && !q.dir) {
		q.release = t->facts.release;
		q.arch = t->facts.arch;
		q.build_id = t->facts.build_id.n ? &t->facts.build_id : NULL;
	}
	err = sysroot_find(&s->arena, &q, out, &why);
	if (!err)
		return fits(s, *out, t) ? 0 : -ENOEXEC;
	diag_error(&s->diag, "'%s' runs kernel %s on %s, build-id %s: %s",
		   t->name, t->facts.release, t->facts.arch,
		   build_id_hex(&s->arena, &t->facts.build_id), why);
	return err;
}

/* The one that an earlier target runs, too; a new one needs a sysroot. */
static int kernel_of(struct session *s, struct target *t)
{
	struct remote *r = s->remote;
	struct kernel k = { .first = t };
	int err;

	for (t->kernel = 0; t->kernel < r->kernels.n; t->kernel++)
		if (same_kernel(r->kernels.v[t->kernel].first, t))
			return 0;
	err = find_for(s, t, &k.sysroot);
	if (!err)
		vec_push(&s->arena, &r->kernels, k);
	return err;
}

/* What there is only one of cannot be of several kernels. */
static bool may_be_several(struct session *s)
{
	const struct options *o = &s->opt;
	const struct remote *r = s->remote;
	const char *what = o->module_name ? "-m" : o->archive ? "--archive" :
		o->list ? "-l" : o->list_vars ? "-L" : NULL;

	if (!what || r->kernels.n < 2)
		return true;
	diag_error(&s->diag, "%s is for one kernel, and '%s' and '%s' run "
		   "different ones: give each a run of its own", what,
		   r->kernels.v[0].first->name, r->kernels.v[1].first->name);
	return false;
}

int remote_select_sysroot(struct session *s)
{
	int err = reach_all(s);

	if (err || !s->remote->targets.v[0]->url)
		return err;
	vec_for (i, &s->remote->targets) {
		err = kernel_of(s, s->remote->targets.v[i]);
		if (err)
			return err;
	}
	if (!may_be_several(s))
		return -EINVAL;
	s->sysroot = s->remote->kernels.v[0].sysroot;
	return 0;
}

struct sysroot *remote_sysroot(struct session *s, size_t i, const char **name)
{
	const struct remote *r = s->remote;

	if (!r || i >= r->kernels.n)
		return NULL;
	*name = r->kernels.v[i].first->name;
	return r->kernels.v[i].sysroot;
}
