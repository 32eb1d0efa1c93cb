/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs: what the translator must know of each.  One file a CPU, listed once
 * in arch.c; a new one is a new file and a line there.
 */
#ifndef STAPX_ARCH_H
#define STAPX_ARCH_H

#include "util/util.h"

struct arch {
	const char *name;	/* the kernel's: x86_64, arm64 */
	int machine;		/* EM_* */
	int pointer_size;	/* bytes */
	/* Registers by DWARF number; a name or offset that is missing is
	 * NULL or -1. */
	unsigned nregs;
	const char *const *reg_names;	/* as people write them: "rdi", "x0" */
	const int *reg_offsets;		/* bytes from the start of struct pt_regs */
	const char *(*reg_name)(unsigned dwarf_reg); /* never NULL */
	int return_reg, sp_reg, pc_reg;	/* DWARF numbers; pc_reg may be -1 */
	int link_reg;			/* return address at entry; -1: at sp */
	int pc_offset;			/* of the program counter in pt_regs */
	const int *arg_regs;		/* DWARF numbers, integer arguments */
	unsigned nargs;
	int data_breakpoints;		/* debug registers for them, at most */
	const char *syscall_prefix;	/* "__x64_sys_": wrapper of a system
					 * call, takes one struct pt_regs * */
};

extern const struct arch arch_x86_64, arch_arm64;

/* By the kernel's name; NULL: not known here. */
const struct arch *arch_find(const char *name);
/* Place of a DWARF register in struct pt_regs; -1: it is not kept there. */
int arch_reg_offset(const struct arch *a, unsigned dwarf_reg);
/* "x86_64, arm64": for messages. */
const char *arch_names(struct arena *a);

#endif
