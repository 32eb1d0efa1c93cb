// SPDX-License-Identifier: GPL-2.0-or-later
/* x86_64: registers by name, calling conventions, stacks. */
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <asm/unwind.h>
#include "../uspace.h"

#define AT(member) offsetof(struct pt_regs, member)

struct name {
	const char *name;
	u8 at;
	u8 size;	/* bytes */
};
static const struct name names[] = {
	{ "rax", AT(ax), 8 }, { "eax", AT(ax), 4 }, { "ax", AT(ax), 8 },
	{ "rbx", AT(bx), 8 }, { "ebx", AT(bx), 4 }, { "bx", AT(bx), 8 },
	{ "rcx", AT(cx), 8 }, { "ecx", AT(cx), 4 }, { "cx", AT(cx), 8 },
	{ "rdx", AT(dx), 8 }, { "edx", AT(dx), 4 }, { "dx", AT(dx), 8 },
	{ "rsi", AT(si), 8 }, { "esi", AT(si), 4 }, { "si", AT(si), 8 },
	{ "rdi", AT(di), 8 }, { "edi", AT(di), 4 }, { "di", AT(di), 8 },
	{ "rbp", AT(bp), 8 }, { "ebp", AT(bp), 4 }, { "bp", AT(bp), 8 },
	{ "rsp", AT(sp), 8 }, { "esp", AT(sp), 4 }, { "sp", AT(sp), 8 },
	{ "rip", AT(ip), 8 }, { "eip", AT(ip), 4 }, { "ip", AT(ip), 8 },
	{ "r8", AT(r8), 8 },   { "r9", AT(r9), 8 },   { "r10", AT(r10), 8 },
	{ "r11", AT(r11), 8 }, { "r12", AT(r12), 8 }, { "r13", AT(r13), 8 },
	{ "r14", AT(r14), 8 }, { "r15", AT(r15), 8 },
	{ "rflags", AT(flags), 8 }, { "eflags", AT(flags), 4 },
	{ "flags", AT(flags), 4 },
	{ "orig_rax", AT(orig_ax), 8 }, { "orig_eax", AT(orig_ax), 4 },
	{ "cs", AT(cs), 2 }, { "xcs", AT(cs), 2 },
	{ "ss", AT(ss), 2 }, { "xss", AT(ss), 2 },
};

int stp_arch_register(const char *name, int *size)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i].name, name)) {
			*size = names[i].size;
			return names[i].at;
		}
	return -1;
}

int stp_arch_argument(int n)
{
	static const u8 at[] = { AT(di), AT(si), AT(dx),
				 AT(cx), AT(r8), AT(r9) };

	return n < ARRAY_SIZE(at) ? at[n] : -1;
}

/* Above the return address. */
const int stp_arch_stack_argument = 8;

int stp_arch_syscall_argument(int n)
{
	static const u8 at[] = { AT(di),  AT(si), AT(dx),
				 AT(r10), AT(r8), AT(r9) };
	static const u8 at32[] = { AT(bx), AT(cx), AT(dx),
				   AT(si), AT(di), AT(bp) };

	if (n >= ARRAY_SIZE(at))
		return -1;
	return stp_is_compat() ? at32[n] : at[n];
}

int stp_arch_backtrace(struct pt_regs *regs, unsigned long *to, int max)
{
	struct unwind_state state;
	unsigned long addr;
	int n = 0;

	/* The unwinder begins at the caller. */
	if (max > 0)
		to[n++] = regs->ip;
	for (unwind_start(&state, current, regs, NULL);
	     n < max && !unwind_done(&state); unwind_next_frame(&state)) {
		addr = unwind_get_return_address(&state);
		if (!addr)
			break;
		to[n++] = addr;
	}
	return n;
}

/* ---- user space ---- */
void stp_arch_user_frame(const struct pt_regs *regs, struct stp_uframe *f)
{
	*f = (struct stp_uframe){ regs->ip, regs->sp, regs->bp };
}

u64 stp_arch_user_plain(u64 addr)
{
	return addr;
}

/* %rbp points to the caller's, which the return address lies above. */
bool stp_arch_user_caller(struct stp_uframe *f)
{
	bool wide = user_64bit_mode(task_pt_regs(current));
	size_t word = wide ? 8 : 4;
	u32 narrow[2];
	u64 record[2];

	if (f->fp < f->sp || f->fp % word ||
	    !stp_read_user(wide ? (void *)record : narrow, f->fp, 2 * word))
		return false;
	f->sp = f->fp + 2 * word;
	f->no_sp = false;
	f->fp = wide ? record[0] : narrow[0];
	f->pc = wide ? record[1] : narrow[1];
	return true;
}
