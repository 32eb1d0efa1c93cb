// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * arm64: register numbers of "DWARF for the Arm 64-bit Architecture" (4.1),
 * their places in the kernel's struct pt_regs, and AAPCS64's integer arguments.
 */
#include <elf.h>

#include "arch/arch.h"

static const char *const names[] = {
	"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",	"x8",
	"x9",  "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
	"x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26",
	"x27", "x28", "x29", "x30", "sp",  "pc",
};
/* struct pt_regs starts with regs[31], sp, pc, pstate. */
static const int offsets[] = {
	0,   8,	  16,  24,  32,	 40,  48,  56,	64,  72,  80,
	88,  96,  104, 112, 120, 128, 136, 144, 152, 160, 168,
	176, 184, 192, 200, 208, 216, 224, 232, 240, 248, 256,
};
static const int arg_regs[] = { 0, 1, 2, 3, 4, 5, 6, 7 };

static const char *reg_name(unsigned n)
{
	return n < ARRAY_SIZE(names) ? names[n] : "x?";
}

const struct arch arch_arm64 = {
	.name = "arm64",
	.machine = EM_AARCH64,
	.pointer_size = 8,
	.nregs = ARRAY_SIZE(names),
	.reg_names = names,
	.reg_offsets = offsets,
	.reg_name = reg_name,
	.return_reg = 0,
	.sp_reg = 31,
	.link_reg = 30,
	.pc_reg = 32,
	.pc_offset = 256,
	.arg_regs = arg_regs,
	.nargs = ARRAY_SIZE(arg_regs),
	.data_breakpoints = 16,
	.syscall_prefix = "__arm64_sys_",
};
