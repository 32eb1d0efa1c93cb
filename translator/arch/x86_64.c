// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * x86-64: register numbers of the psABI's DWARF table (figure 3.36), their
 * places in the kernel's struct pt_regs, and the integer calling convention.
 */
#include <elf.h>

#include "arch/arch.h"

static const char *const names[] = {
	"rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8",
	"r9",	"r10", "r11", "r12", "r13", "r14", "r15", "rip",
};
/* struct pt_regs: r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax
 * ip cs flags sp ss, 8 bytes each. */
static const int offsets[] = {
	80, 96, 88, 40, 104, 112, 32, 152, 72, 64, 56, 48, 24, 16, 8, 0, 128,
};
static const int arg_regs[] = { 5, 4, 1, 2, 8, 9 };

static const char *reg_name(unsigned n)
{
	return n < ARRAY_SIZE(names) ? names[n] : "?";
}

const struct arch arch_x86_64 = {
	.name = "x86_64",
	.machine = EM_X86_64,
	.pointer_size = 8,
	.nregs = ARRAY_SIZE(names),
	.reg_names = names,
	.reg_offsets = offsets,
	.reg_name = reg_name,
	.return_reg = 0,
	.sp_reg = 7,
	.link_reg = -1,
	.pc_reg = 16,
	.pc_offset = 128,
	.arg_regs = arg_regs,
	.nargs = ARRAY_SIZE(arg_regs),
	.data_breakpoints = 4,
	.syscall_prefix = "__x64_sys_",
};
