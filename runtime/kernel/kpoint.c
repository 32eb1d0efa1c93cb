// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places in the kernel: what kprobes and kretprobes have in common.
 *
 * In: a kind's probes, each with a symbol and an offset, or an address of
 * link time.  Out: every one that can be is armed; the others are told to the
 * user by name with the cause.  What probes in modules need besides is in
 * kmodule.c.  Process context.
 */
#include <linux/sched/signal.h>
#include "kpoint.h"

static const struct stp_kprobe_arg *arg_of(const struct stp_kpoint *k)
{
	return stp_kpoint_arg(k);
}

/* Guards armed of every point, where a module's coming may change it. */
static void lock(bool on)
{
	if (stp_script.modules)
		stp_script.modules->lock(on);
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
	address = arg->module
			  ? stp_script.modules->address(
				    arg->module, arg->section, arg->address)
		  : arg->absolute ? arg->address
				  : stp_kaddr(arg->address);
	if (!address)
		return -EAGAIN;
	kp->addr = (kprobe_opcode_t *)(unsigned long)address;
	return 0;
}

static int arm_one(struct stp_kpoints *s, struct stp_kpoint *k)
{
	struct kprobe *kp;
	int err;

	if (k->armed)
		return 0;
	kp = s->renew(k);
	kp->flags = k->off * KPROBE_FLAG_DISABLED;
	err = place(k, kp);
	if (!err)
		err = s->arm(k->object);
	k->armed = !err;
	return err;
}

void stp_kpoint_arm(struct stp_kpoints *s, struct stp_kpoint *k)
{
	int err = arm_one(s, k);

	if (err)
		tell_failure(k, err);
}

void stp_kpoints_disarm_in(struct stp_kpoints *s, const char *module)
{
	unsigned long missed = 0;
	int n = 0;
	u32 i;

	for (i = 0; i < s->n; i++) {
		struct stp_kpoint *k = &s->v[i];

		if (!k->armed || (module && (!arg_of(k)->module ||
					     stp_strcmp(arg_of(k)->module, module))))
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

/* ---- a kind's calls ---- */
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
		if (arg_of(k)->module)
			err = stp_script.modules->prepare(k);
		if (err)
			return err;
	}
	return 0;
}

static bool may_come_later(const struct stp_kpoint *k, int err)
{
	const char *module = arg_of(k)->module;

	return module && (err == -ENOENT || err == -EAGAIN) &&
	       !stp_script.modules->address(module, ".text", 0);
}

/* ---- points with a condition ---- */

/* They stand in the order of the script's table. */
static struct stp_kpoint *point_of(const struct stp_kpoints *s,
				   const struct stp_probe *p)
{
	u32 from = 0, to = s->n, middle;

	while (to - from > 1) {
		middle = from + (to - from) / 2;
		if (s->v[middle].probe <= p)
			from = middle;
		else
			to = middle;
	}
	return &s->v[from];
}

/* One that is off is in its place all the same, so that those at one address
 * keep their order.  A struct kretprobe begins with its kprobe. */
void stp_kpoints_turn(struct stp_kpoints *s, const struct stp_probe *p, bool on)
{
	struct stp_kpoint *k = point_of(s, p);
	int err = 0;

	lock(true);
	k->off = !on;
	if (k->armed)
		err = on ? enable_kprobe(k->object) : disable_kprobe(k->object);
	lock(false);
	/* One that stays armed costs time only: hits ask the condition. */
	if (err && on)
		tell_failure(k, err);
}

int stp_kpoints_arm(struct stp_kpoints *s)
{
	bool killed = false;
	u32 i;
	int err;

	if (stp_script.modules)
		stp_script.modules->watch(s, true);
	lock(true);
	for (i = 0; i < s->n && !killed; i++) {
		err = arm_one(s, &s->v[i]);
		if (err && !may_come_later(&s->v[i], err))
			tell_failure(&s->v[i], err);
		/* Thousands of them take their time. */
		killed = fatal_signal_pending(current);
	}
	lock(false);
	return killed ? -EINTR : 0;
}

void stp_kpoints_disarm(struct stp_kpoints *s)
{
	if (stp_script.modules)
		stp_script.modules->watch(s, false);
	lock(true);
	stp_kpoints_disarm_in(s, NULL);
	lock(false);
}

void stp_kpoints_release(struct stp_kpoints *s)
{
	while (s->n)
		stp_port_free(s->v[--s->n].symbol);
	stp_port_free(s->objects);
	stp_port_free(s->batch);
	stp_port_free(s->v);
	s->objects = s->batch = NULL;
	s->v = NULL;
}
