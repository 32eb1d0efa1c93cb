/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel part of the runtime, in the order in which a session uses it.
 * The core (core/core.h) knows what a hit is; this part knows how a kernel
 * makes one, and carries its records out.
 */
#ifndef STAPX_KERNEL_H
#define STAPX_KERNEL_H

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/poll.h>
#include "../core/core.h"

/* ---- control.c: the file /proc/stapx_MODULE ---- */
int stp_control_open(void);
void stp_control_close(void);

/* ---- session.c: from START to STOP; process context, callers serialise ---- */
int stp_begin(void);		/* allocates, arms, runs begin probes */
void stp_disarm(void);		/* no handler runs when it returns */
void stp_finish(void);		/* STOP: disarm, end or error probes */
void stp_discard(void);		/* frees what begin made */
/* A warning for the user, from process context. */
void stp_tell(const char *fmt, ...) __printf(1, 2);

/* ---- ring.c: records on their way out ---- */
int stp_rings_make(u64 total_bytes);	/* 0: a share of this machine */
void stp_rings_free(void);
/* Data bytes of one, and from one to the next when mapped; 0: none yet. */
void stp_rings_sizes(u64 *size, u64 *stride);
/* Records that they lost and bytes that they hold.  The reader sees the state
 * that is looked up after this. */
void stp_rings_status(u64 *lost, u64 *memory);
int stp_rings_mmap(struct vm_area_struct *vma);
__poll_t stp_rings_poll(struct file *file, poll_table *wait);

/*
 * ---- kinds of probes: one file each, a vtable at its foot ----
 * Every call is made once for a kind that the script uses, and deals with all
 * probes of that kind; process context, one caller.
 */
struct stp_probe_kind {
	const char *name;
	/* The instruction pointer of a hit lies behind the breakpoint. */
	bool ip_behind;
	bool arm_first;		/* before the other kinds */
	int (*prepare)(void);	/* memory and addresses; 0 or -errno */
	int (*arm)(void);	/* what cannot be armed is told; 0 or -errno */
	void (*disarm)(void);	/* may follow a prepare that failed */
	void (*release)(void);
};
#define stp_for_each_probe(p, of)                                         \
	for ((p) = stp_script.probes;                                     \
	     (p) < stp_script.probes + stp_script.nprobes; (p)++)         \
		if ((p)->kind == (of))
u32 stp_count_probes(const struct stp_probe_kind *kind);

/*
 * ---- arming.c: probes armed while their condition holds, by way of
 * script.arming ----
 */
struct stp_arming_calls {
	/* Asks all conditions and turns the probes whose answer is new: now,
	 * and whenever a handler wants it; or no more.  Process context. */
	void (*ask)(bool on);
};
struct stp_switch {
	/* Before arm: what arm shall do with p.  After: arms or disarms it.
	 * Process context, one caller, never while disarm is at work. */
	void (*turn)(const struct stp_probe *p, bool on);
};

/* ---- hit.c: what all kinds do with a hit ---- */
/* Runs the handler of p on this CPU, interrupts off while it runs. */
void stp_hit(const struct stp_probe *p, struct pt_regs *regs);
/* The same for one that has arguments (c->saved) and no registers. */
void stp_hit_arguments(const struct stp_probe *p, stp_i64 *args);
/* Entry of a .return: true when the handler shall see the return too. */
bool stp_hit_entry(const struct stp_probe *p, struct pt_regs *regs,
		   void *saved);
void stp_hit_return(const struct stp_probe *p, struct pt_regs *regs,
		    void *saved);

int stp_slide_learn(void);		/* slide.c */

/* ---- module.c: where modules are loaded ---- */
/* Learns the sections of a loaded module; -ENOENT: not loaded. */
int stp_module_learn(const char *name);
void stp_module_forget(const char *name);

/* ---- kmodule.c: probes in modules, by way of script.modules ---- */
struct stp_kpoint;
struct stp_kpoints;
struct stp_modules {
	int (*prepare)(struct stp_kpoint *k);	/* one that is in a module */
	void (*watch)(struct stp_kpoints *s, bool on);
	void (*lock)(bool on);	/* of what modules that come and go change */
	u64 (*address)(const char *module, const char *section, u64 offset);
};

/* ---- unwind.c ---- */
#ifdef CONFIG_UNWINDER_ORC
/* Filled in where the module is made (translator/build/shrink.c). */
struct stp_unwind {
	int *ip;
	char *text;
	u64 n;			/* rows at ip */
};
extern struct stp_unwind stp_unwind;
void stp_unwind_learn(void);
#else
static inline void stp_unwind_learn(void) {}
#endif

/* ---- pointers.c ---- */
/* Filled in where the module is made (translator/build/pointers.c). */
struct stp_pointers {
	char *base[4];		/* .data, .rodata, .text, .bss */
	u32 list;		/* from base[0]: where in the first two */
	u16 n[2];		/* there are pointers */
};
extern struct stp_pointers stp_pointers;
void stp_pointers_learn(void);

/* ---- arch/CPU.c ---- */
/* Place of a register in struct pt_regs, and the bytes to take; or -1. */
int stp_arch_register(const char *name, int *size);
/* Places of the arguments in registers: 0 … n-1; -1: on the stack. */
int stp_arch_argument(int n);
/* From the stack pointer at entry: where the first stack argument lies. */
extern const int stp_arch_stack_argument;
int stp_arch_syscall_argument(int n);
/* Return addresses from regs on, innermost first; at most max. */
int stp_arch_backtrace(struct pt_regs *regs, unsigned long *to, int max);

#endif
