// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places in the kernel: what kprobes and kretprobes have in common.
 *
 * In: a kind's probes, each with a symbol and an offset, or an address of
 * link time.  Out: every one that can be is armed; the others are told to the
 * user by name with the cause.  A probe in a module that is not loaded is
 * armed when the module comes: by symbol before its init function runs, by
 * address after it, when the kernel has published its sections.  A module
 * that goes takes its probes along.  Process context.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "kpoint.h"

/* Guards armed of every point and the list below.  Disarming sleeps in it. */
static DEFINE_MUTEX(points_lock);
static LIST_HEAD(watched);

static const struct stp_kprobe_arg *arg_of(const struct stp_kpoint *k)
{
	return k->probe->arg;
}

static const char *why_not(int err)
{
	switch (err) {
	case -ENOENT:
		return "the running kernel has no such symbol";
	case -EILSEQ:
		return "no instruction begins there; is this the kernel it "
		       "was built for?";
	case -EINVAL:
	case -EOPNOTSUPP:
		return "the kernel forbids probes there";
	case -ENOMEM:
		return "out of memory";
	}
	return "the kernel refused it";
}

static void tell_failure(const struct stp_kpoint *k, int err)
{
	if (!arg_of(k)->optional)
		stp_tell("probe %s is not armed: %s (%d)", k->probe->name,
			 why_not(err), err);
}

/* Says where kp is to be placed; -EAGAIN: its module is not here yet. */
static int place(const struct stp_kpoint *k, struct kprobe *kp)
{
	const struct stp_kprobe_arg *arg = arg_of(k);
	u64 address;

	if (arg->symbol) {
		kp->symbol_name = k->symbol ? k->symbol : arg->symbol;
		kp->offset = arg->offset;
		return 0;
	}
	address = arg->module ? stp_maddr(arg->module, arg->section,
					  arg->address)
			      : stp_kaddr(arg->address);
	if (!address)
		return -EAGAIN;
	kp->addr = (kprobe_opcode_t *)(unsigned long)address;
	return 0;
}

static int arm_one(struct stp_kpoints *s, struct stp_kpoint *k)
{
	int err;

	if (k->armed)
		return 0;
	err = place(k, s->renew(k));
	if (!err)
		err = s->arm(k->object);
	k->armed = !err;
	return err;
}

/* The probes of one module (NULL: all probes) that are armed. */
static void disarm_some(struct stp_kpoints *s, const char *module)
{
	unsigned long missed = 0;
	int n = 0;
	u32 i;

	for (i = 0; i < s->n; i++) {
		struct stp_kpoint *k = &s->v[i];

		if (!k->armed || (module && (!arg_of(k)->module ||
					     strcmp(arg_of(k)->module, module))))
			continue;
		k->armed = false;
		s->batch[n++] = k->object;
	}
	if (!n)
		return;
	/* Waits until no handler runs: once for all of them. */
	s->disarm(s->batch, n);
	while (n)
		missed += s->missed(s->batch[--n]);
	if (missed)
		stp_skip(STP_SKIP_MISSED, min_t(unsigned long, missed, INT_MAX),
			 raw_smp_processor_id());
}

/* ---- modules that come and go ---- */
static void module_comes(struct stp_kpoints *s, const char *name, bool by_symbol)
{
	u32 i;
	int err;

	for (i = 0; i < s->n; i++) {
		struct stp_kpoint *k = &s->v[i];

		if (!arg_of(k)->module || strcmp(arg_of(k)->module, name) ||
		    !arg_of(k)->symbol == by_symbol)
			continue;
		err = arm_one(s, k);
		if (err)
			tell_failure(k, err);
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
			disarm_some(s, name);
		else
			module_comes(s, name, event == MODULE_STATE_COMING);
	mutex_unlock(&points_lock);
	if (event == MODULE_STATE_GOING)
		stp_module_forget(name);
	return NOTIFY_DONE;
}
static struct notifier_block module_nb = { .notifier_call = module_event };

static void watch(struct stp_kpoints *s, bool on)
{
	bool first;

	if (s->watching == on)
		return;
	s->watching = on;
	mutex_lock(&points_lock);
	if (on)
		list_add(&s->list, &watched);
	else
		list_del(&s->list);
	first = on ? list_is_singular(&watched) : list_empty(&watched);
	mutex_unlock(&points_lock);
	if (first && on)
		register_module_notifier(&module_nb);
	else if (first)
		unregister_module_notifier(&module_nb);
}

/* ---- a kind's calls ---- */
static int name_in_module(struct stp_kpoint *k)
{
	const struct stp_kprobe_arg *arg = arg_of(k);

	if (!arg->symbol || !arg->module)
		return 0;
	k->symbol = kasprintf(GFP_KERNEL, "%s:%s", arg->module, arg->symbol);
	return k->symbol ? 0 : -ENOMEM;
}

int stp_kpoints_prepare(struct stp_kpoints *s)
{
	u32 n = stp_count_probes(s->kind);
	struct stp_probe *p;
	int err = 0;

	s->v = stp_port_alloc(n * sizeof(*s->v));
	s->batch = stp_port_alloc(n * sizeof(*s->batch));
	s->objects = stp_port_alloc(n * s->object_size);
	if (!s->v || !s->batch || !s->objects)
		return -ENOMEM;
	stp_for_each_probe(p, s->kind) {
		struct stp_kpoint *k = &s->v[s->n];

		k->probe = p;
		k->object = (char *)s->objects + s->object_size * s->n++;
		err = name_in_module(k);
		if (err)
			return err;
		if (arg_of(k)->module)
			stp_module_learn(arg_of(k)->module);
	}
	return 0;
}

static bool may_come_later(const struct stp_kpoint *k, int err)
{
	const char *module = arg_of(k)->module;

	return module && (err == -ENOENT || err == -EAGAIN) &&
	       !stp_maddr(module, ".text", 0);
}

int stp_kpoints_arm(struct stp_kpoints *s)
{
	bool modules = false, killed = false;
	u32 i;
	int err;

	for (i = 0; i < s->n; i++)
		modules |= arg_of(&s->v[i])->module != NULL;
	if (modules)
		watch(s, true);
	mutex_lock(&points_lock);
	for (i = 0; i < s->n && !killed; i++) {
		err = arm_one(s, &s->v[i]);
		if (err && !may_come_later(&s->v[i], err))
			tell_failure(&s->v[i], err);
		/* Thousands of them take their time. */
		killed = fatal_signal_pending(current);
	}
	mutex_unlock(&points_lock);
	return killed ? -EINTR : 0;
}

void stp_kpoints_disarm(struct stp_kpoints *s)
{
	watch(s, false);
	mutex_lock(&points_lock);
	disarm_some(s, NULL);
	mutex_unlock(&points_lock);
}

void stp_kpoints_release(struct stp_kpoints *s)
{
	while (s->n)
		kfree(s->v[--s->n].symbol);
	stp_port_free(s->objects);
	stp_port_free(s->batch);
	stp_port_free(s->v);
	s->objects = s->batch = NULL;
	s->v = NULL;
}
