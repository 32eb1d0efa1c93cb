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

/* The lock of the current task's mappings, which this handler then has, or
 * NULL. */
struct mm_struct *stp_mappings(struct stp_ctx *c);
/* The number of the file that is mapped at addr, 0: none, or the table is
 * full; where, and the place in it. */
#define STP_UFILES_SEEN 512
u32 stp_file_number(struct mm_struct *mm, u64 addr,
		    struct vm_area_struct **vma, u64 *offset);

/* ---- ufile.c ---- */
/* NULL, where mm is, or the script has nothing of that file. */
const struct stp_ufile *stp_ufile_at(struct mm_struct *mm, u64 addr, u64 *at);
const struct stp_urule *stp_urule_at(struct mm_struct *mm, u64 addr);
/* The symbol, how far addr is behind it, and its file, also without one. */
const struct stp_usym *stp_usym_at(struct mm_struct *mm, u64 addr,
				   const struct stp_ufile **file, u64 *offset);

/* ---- ustack.c ---- */
/* A function that runs, or will go on when what it called returns. */
struct stp_uframe {
	u64 pc, sp, fp;
	u64 lr;			/* where the innermost returns to, on CPUs that
				 * keep it in a register; 0: no such */
	bool no_sp;		/* sp is not known, only that it is above */
};

/* ---- arch/user-CPU.c ---- */
void stp_arch_user_frame(const struct pt_regs *regs, struct stp_uframe *f);
/* f becomes its caller's, by the frame pointer; false: there is none. */
bool stp_arch_user_caller(struct stp_uframe *f);
u64 stp_arch_user_plain(u64 addr);	/* a return address as it was saved */

#endif
