// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel.trace and module().trace: a probe function at a tracepoint each.
 *
 * In: names of tracepoints.  Out: each that exists has the probe; one of a
 * module that is not loaded gets it when the module comes, before its code
 * runs, and loses it before the module goes.  Those of the kernel and those
 * of modules are set apart: the former change in arm and disarm only, the
 * latter under the kernel's lock of the list of modules with tracepoints.
 * Handlers run with preemption off, in any context.
 */
#include <linux/module.h>
#include <linux/tracepoint.h>
#include "kernel.h"

struct point {
	const struct stp_probe *probe;
	struct tracepoint *tp;	/* NULL: not found yet */
	bool armed;
	bool off;		/* for its condition */
};
static struct point *points;
static u32 npoints;
static bool watching;

static const struct stp_tracepoint_arg *arg_of(const struct point *p)
{
	return p->probe->arg;
}

/* Every tracepoint calls this one, whatever it passes: slots it did not fill
 * hold nothing, and the translator knows which those are. */
static noinline notrace void point_hit(void *data, u64 a0, u64 a1, u64 a2,
				       u64 a3, u64 a4, u64 a5, u64 a6, u64 a7,
				       u64 a8, u64 a9, u64 a10, u64 a11)
{
	const struct point *p = data;
	stp_i64 args[] = { a0, a1, a2, a3, a4,	a5,
			   a6, a7, a8, a9, a10, a11 };

	stp_hit_arguments(p->probe, args);
}

static void arm_one(struct point *p)
{
	int err;

	if (p->armed || p->off)
		return;
	err = tracepoint_probe_register(p->tp, point_hit, p);
	p->armed = !err;
	if (err && !arg_of(p)->optional)
		stp_tell("probe %s is not armed: the kernel refused it (%d)",
			 p->probe->name, err);
}

static void disarm_one(struct point *p)
{
	if (p->armed)
		tracepoint_probe_unregister(p->tp, point_hit, p);
	p->armed = false;
}

/* ---- modules that come and go ---- */
static bool is_of(const struct point *p, const struct module *mod)
{
	return arg_of(p)->module && !strcmp(arg_of(p)->module, mod->name);
}

static void module_comes(struct point *p, struct module *mod)
{
	int i;

	for (i = 0; i < mod->num_tracepoints; i++) {
		struct tracepoint *tp =
			tracepoint_ptr_deref(&mod->tracepoints_ptrs[i]);

		if (strcmp(tp->name, arg_of(p)->name))
			continue;
		p->tp = tp;
		arm_one(p);
		return;
	}
}

static int module_event(struct notifier_block *nb, unsigned long event,
			void *data)
{
	struct module *mod = ((struct tp_module *)data)->mod;
	bool left = false;
	u32 i;

	for (i = 0; i < npoints; i++) {
		if (!is_of(&points[i], mod))
			continue;
		if (event == MODULE_STATE_COMING) {
			module_comes(&points[i], mod);
		} else if (event == MODULE_STATE_GOING) {
			left |= points[i].armed;
			disarm_one(&points[i]);
		}
	}
	if (left)
		tracepoint_synchronize_unregister();
	return NOTIFY_OK;
}
static struct notifier_block module_nb = { .notifier_call = module_event };

/* ---- the kind's calls ---- */
static int tracepoint_prepare(void)
{
	struct stp_probe *p;

	points = stp_port_alloc(stp_count_probes(&stp_kind_tracepoint) *
				sizeof(*points));
	if (!points)
		return -ENOMEM;
	stp_for_each_probe(p, &stp_kind_tracepoint)
		points[npoints++].probe = p;
	return 0;
}

static void found(struct tracepoint *tp, void *unused)
{
	u32 i;

	for (i = 0; i < npoints; i++)
		if (!arg_of(&points[i])->module &&
		    !strcmp(tp->name, arg_of(&points[i])->name))
			points[i].tp = tp;
}

static int tracepoint_arm(void)
{
	bool modules = false;
	u32 i;

	for_each_kernel_tracepoint(found, NULL);
	for (i = 0; i < npoints; i++) {
		struct point *p = &points[i];

		if (arg_of(p)->module)
			modules = true;
		else if (p->tp)
			arm_one(p);
		else if (!arg_of(p)->optional)
			stp_tell("probe %s is not armed: the running kernel has no such tracepoint",
				 p->probe->name);
	}
	/* Also tells of those that are here already. */
	if (modules)
		watching = !register_tracepoint_module_notifier(&module_nb);
	return 0;
}

static void tracepoint_disarm(void)
{
	u32 i;

	if (watching)
		unregister_tracepoint_module_notifier(&module_nb);
	watching = false;
	for (i = 0; i < npoints; i++)
		disarm_one(&points[i]);
	tracepoint_synchronize_unregister();
}

/* Those of modules stay armed while these are loaded: their lock is not ours. */
static void tracepoint_turn(const struct stp_probe *p, bool on)
{
	struct point *t = points;

	while (t->probe != p)
		t++;
	if (arg_of(t)->module)
		return;
	t->off = !on;
	if (!on)
		disarm_one(t);
	else if (t->tp)
		arm_one(t);
}

static void tracepoint_release(void)
{
	stp_port_free(points);
	points = NULL;
	npoints = 0;
}

const struct stp_switch stp_switch_tracepoint = { tracepoint_turn };

const struct stp_probe_kind stp_kind_tracepoint = {
	.name = "tracepoint",
	.prepare = tracepoint_prepare,
	.arm = tracepoint_arm,
	.disarm = tracepoint_disarm,
	.release = tracepoint_release,
};
