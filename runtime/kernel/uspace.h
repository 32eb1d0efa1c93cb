/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of the current task's user space, as records carry them.
 */
#ifndef STAPX_USPACE_H
#define STAPX_USPACE_H

#include "memory.h"

/* Where an address lies: a number of uspace.c's for the file in the top 16
 * bits, the place in the file below; 0: not known. */
struct stp_place {
	u64 addr, where;
};

/* Fills in where of n addresses.  Never waits: what another has locked stays
 * unknown. */
void stp_places(struct stp_ctx *c, struct stp_place *p, int n);

/* ---- ustack.c ---- */
/* A function that runs, or will go on when what it called returns. */
struct stp_uframe {
	u64 pc, sp, fp;
	u64 lr;			/* where the innermost returns to, on CPUs that
				 * keep it in a register; 0: no such */
};

/* ---- arch/user-CPU.c ---- */
void stp_arch_user_frame(const struct pt_regs *regs, struct stp_uframe *f);
/* f becomes its caller's, by the frame pointer; false: there is none. */
bool stp_arch_user_caller(struct stp_uframe *f);

#endif
