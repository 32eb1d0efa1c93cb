// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * .return: a kretprobe each.  The entry handler keeps what the script wants
 * of the entry in the instance, so that the return finds its own call's.
 */
#include <linux/cpumask.h>
#include "kpoint.h"

#define SAVED_MAX 65536		/* bytes of one instance */

struct object {
	struct kretprobe rp;
	const struct stp_probe *probe;
};

static const struct stp_probe *probe_of(struct kretprobe_instance *ri)
{
	return container_of(get_kretprobe(ri), struct object, rp)->probe;
}

static int entry_hit(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return !stp_hit_entry(probe_of(ri), regs, ri->data);
}

static int return_hit(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	/* NULL after the probe was disarmed while the function ran. */
	if (get_kretprobe(ri))
		stp_hit_return(probe_of(ri), regs, ri->data);
	return 0;
}

static __cold struct kprobe *kretprobe_renew(struct stp_kpoint *k)
{
	const struct stp_kprobe_arg *arg = k->probe->arg;
	struct object *o = k->object;

	memset(o, 0, sizeof(*o));
	o->probe = k->probe;
	o->rp.handler = return_hit;
	if (k->probe->entry)
		o->rp.entry_handler = entry_hit;
	o->rp.data_size = min_t(u32, arg->saved_size, SAVED_MAX);
	o->rp.maxactive = arg->maxactive > 0
				  ? arg->maxactive
				  : max_t(int, 15, 6 * num_possible_cpus());
	return &o->rp.kp;
}

static __cold int kretprobe_place(void *object)
{
	return register_kretprobe(&((struct object *)object)->rp);
}

static __cold void kretprobe_remove(void **objects, int n)
{
	/* rp is an object's first member. */
	unregister_kretprobes((struct kretprobe **)objects, n);
}

static __cold unsigned long kretprobe_missed(const void *object)
{
	const struct object *o = object;

	return o->rp.nmissed + o->rp.kp.nmissed;
}

static struct stp_kpoints points = {
	.kind = &stp_kind_kretprobe,
	.object_size = sizeof(struct object),
	.renew = kretprobe_renew,
	.arm = kretprobe_place,
	.disarm = kretprobe_remove,
	.missed = kretprobe_missed,
};

static __cold int kretprobe_prepare(void)
{
	return stp_kpoints_prepare(&points);
}

static __cold int kretprobe_arm(void)
{
	return stp_kpoints_arm(&points);
}

static __cold void kretprobe_disarm(void)
{
	stp_kpoints_disarm(&points);
}

static __cold void kretprobe_release(void)
{
	stp_kpoints_release(&points);
}

static __cold void kretprobe_turn(const struct stp_probe *p, bool on)
{
	stp_kpoints_turn(&points, p, on);
}

const struct stp_switch stp_switch_kretprobe = { kretprobe_turn };

const struct stp_probe_kind stp_kind_kretprobe = {
	.name = "kretprobe",
	/* It puts its own address in the place of the caller's, and of the
	 * handlers at one address that runs first which was placed last: what
	 * looks for its caller must be placed behind. */
	.arm_first = true,
	.prepare = kretprobe_prepare,
	.arm = kretprobe_arm,
	.disarm = kretprobe_disarm,
	.release = kretprobe_release,
};
