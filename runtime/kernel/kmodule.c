// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Probes in modules, which come and go.
 *
 * In: the points of a kind; the kernel's word of each module.  Out: a probe in
 * a module that is not loaded is armed when the module comes: by symbol
 * before its init function runs, by address after it, when the kernel has
 * published its sections.  A module that goes takes its probes along.
 * Process context.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "kpoint.h"

/* Guards armed of every point and the list below.  Disarming sleeps in it. */
static DEFINE_MUTEX(points_lock);
static LIST_HEAD(watched);

static void module_comes(struct stp_kpoints *s, const char *name, bool by_symbol)
{
	u32 i;

	for (i = 0; i < s->n; i++) {
		const struct stp_kprobe_arg *arg = stp_kpoint_arg(&s->v[i]);

		if (arg->module && !strcmp(arg->module, name) &&
		    !arg->symbol != by_symbol)
			stp_kpoint_arm(s, &s->v[i]);
	}
}

static int module_event(struct notifier_block *nb, unsigned long event,
			void *data)
{
	const char *name = ((struct module *)data)->name;
	struct stp_kpoints *s;

	if (data == THIS_MODULE)
		return NOTIFY_DONE;
	if (event == MODULE_STATE_LIVE)
		stp_module_learn(name);
	mutex_lock(&points_lock);
	list_for_each_entry(s, &watched, list)
		if (event == MODULE_STATE_GOING)
			stp_kpoints_disarm_in(s, name);
		else
			module_comes(s, name, event == MODULE_STATE_COMING);
	mutex_unlock(&points_lock);
	if (event == MODULE_STATE_GOING)
		stp_module_forget(name);
	return NOTIFY_DONE;
}
static struct notifier_block module_nb = { .notifier_call = module_event };

static bool has_modules(const struct stp_kpoints *s)
{
	u32 i;

	for (i = 0; i < s->n; i++)
		if (stp_kpoint_arg(&s->v[i])->module)
			return true;
	return false;
}

static void watch(struct stp_kpoints *s, bool on)
{
	bool first;

	if (s->watching == on || !has_modules(s))
		return;
	s->watching = on;
	mutex_lock(&points_lock);
	if (on)
		list_add_tail(&s->list, &watched);
	else
		list_del(&s->list);
	first = on ? list_is_singular(&watched) : list_empty(&watched);
	mutex_unlock(&points_lock);
	if (first && on)
		register_module_notifier(&module_nb);
	else if (first)
		unregister_module_notifier(&module_nb);
}

static void lock(bool on)
{
	if (on)
		mutex_lock(&points_lock);
	else
		mutex_unlock(&points_lock);
}

static int prepare(struct stp_kpoint *k)
{
	const struct stp_kprobe_arg *arg = stp_kpoint_arg(k);

	stp_module_learn(arg->module);
	if (!arg->symbol)
		return 0;
	k->symbol = kasprintf(GFP_KERNEL, "%s:%s", arg->module, arg->symbol);
	return k->symbol ? 0 : -ENOMEM;
}

const struct stp_modules stp_modules = {
	.prepare = prepare,
	.watch = watch,
	.lock = lock,
	.address = stp_maddr,
};
