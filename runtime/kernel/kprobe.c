// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel.function, module.function, kernel.statement, kprobe.function: a
 * kprobe each.  Handlers run with preemption off, in whatever context the
 * code probed runs in, NMI included.
 */
#include "kpoint.h"

struct object {
	struct kprobe kp;
	const struct stp_probe *probe;
};

static int kprobe_hit(struct kprobe *kp, struct pt_regs *regs)
{
	stp_hit(container_of(kp, struct object, kp)->probe, regs);
	return 0;
}

static __cold struct kprobe *kprobe_renew(struct stp_kpoint *k)
{
	struct object *o = k->object;

	memset(o, 0, sizeof(*o));
	o->probe = k->probe;
	o->kp.pre_handler = kprobe_hit;
	return &o->kp;
}

static __cold int kprobe_place(void *object)
{
	return register_kprobe(&((struct object *)object)->kp);
}

static __cold void kprobe_remove(void **objects, int n)
{
	/* kp is an object's first member. */
	unregister_kprobes((struct kprobe **)objects, n);
}

static __cold unsigned long kprobe_missed(const void *object)
{
	return ((const struct object *)object)->kp.nmissed;
}

static struct stp_kpoints points = {
	.kind = &stp_kind_kprobe,
	.object_size = sizeof(struct object),
	.renew = kprobe_renew,
	.arm = kprobe_place,
	.disarm = kprobe_remove,
	.missed = kprobe_missed,
};

static __cold int kprobe_prepare(void)
{
	return stp_kpoints_prepare(&points);
}

static __cold int kprobe_arm(void)
{
	return stp_kpoints_arm(&points);
}

static __cold void kprobe_disarm(void)
{
	stp_kpoints_disarm(&points);
}

static __cold void kprobe_release(void)
{
	stp_kpoints_release(&points);
}

static __cold void kprobe_turn(const struct stp_probe *p, bool on)
{
	stp_kpoints_turn(&points, p, on);
}

const struct stp_switch stp_switch_kprobe = { kprobe_turn };

const struct stp_probe_kind stp_kind_kprobe = {
	.name = "kprobe",
	.ip_behind = IS_ENABLED(CONFIG_X86),
	.prepare = kprobe_prepare,
	.arm = kprobe_arm,
	.disarm = kprobe_disarm,
	.release = kprobe_release,
};
