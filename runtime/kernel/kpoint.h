/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kprobes and kretprobes have in common: where they are, arming and
 * disarming them together, modules that come and go.
 */
#ifndef STAPX_KPOINT_H
#define STAPX_KPOINT_H

#include <linux/kprobes.h>
#include <linux/list.h>
#include "kernel.h"

/* One place in the kernel. */
struct stp_kpoint {
	const struct stp_probe *probe;
	void *object;		/* struct kprobe or kretprobe */
	char *symbol;		/* "module:symbol" when it lies in a module */
	bool armed;		/* under script.modules' lock, if any */
	bool off;		/* the same: its condition does not hold */
};

/* All places of one kind. */
struct stp_kpoints {
	const struct stp_probe_kind *kind;
	size_t object_size;
	/* The struct kprobe to be placed, after making the object new: the
	 * kernel wants that before each registration. */
	struct kprobe *(*renew)(struct stp_kpoint *k);
	int (*arm)(void *object);
	void (*disarm)(void **objects, int n);
	unsigned long (*missed)(const void *object);

	struct stp_kpoint *v;
	u32 n;
	void *objects;		/* v's, in one block */
	void **batch;		/* n of them, for disarm */
	struct list_head list;	/* of those that watch modules */
	bool watching;
};

/* ---- for kmodule.c ---- */
static inline const struct stp_kprobe_arg *
stp_kpoint_arg(const struct stp_kpoint *k)
{
	return k->probe->arg;
}
/* Arms one that is not armed, and tells the user when that fails. */
void stp_kpoint_arm(struct stp_kpoints *s, struct stp_kpoint *k);
/* The points of one module (NULL: all). */
void stp_kpoints_disarm_in(struct stp_kpoints *s, const char *module);

int stp_kpoints_prepare(struct stp_kpoints *s);
int stp_kpoints_arm(struct stp_kpoints *s);
void stp_kpoints_disarm(struct stp_kpoints *s);
void stp_kpoints_release(struct stp_kpoints *s);
/* As struct stp_switch has it. */
void stp_kpoints_turn(struct stp_kpoints *s, const struct stp_probe *p,
		      bool on);

#endif
