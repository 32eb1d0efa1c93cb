// SPDX-License-Identifier: GPL-2.0-or-later
/* arm64: registers by name, calling conventions, stacks. */
#include <linux/ptrace.h>
#include <linux/string.h>
#include <asm/pointer_auth.h>
#include "../memory.h"

#define AT(member) offsetof(struct pt_regs, member)

/* x0 … x30 and the lower halves w0 … w30. */
static int numbered(const char *name, int *size)
{
	unsigned int n;

	if ((*name != 'x' && *name != 'w') || kstrtouint(name + 1, 10, &n) ||
	    n > 30)
		return -1;
	*size = *name == 'x' ? 8 : 4;
	return AT(regs[0]) + 8 * n;
}

int stp_arch_register(const char *name, int *size)
{
	static const struct {
		const char *name;
		int at;
	} names[] = {
		{ "sp", AT(sp) },	{ "pc", AT(pc) },
		{ "pstate", AT(pstate) }, { "orig_x0", AT(orig_x0) },
		{ "fp", AT(regs[29]) }, { "lr", AT(regs[30]) },
	};
	int i;

	*size = 8;
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i].name, name))
			return names[i].at;
	return numbered(name, size);
}

int stp_arch_argument(int n)
{
	return n < 8 ? AT(regs[0]) + 8 * n : -1;
}

/* The return address is in a register. */
const int stp_arch_stack_argument = 0;

int stp_arch_syscall_argument(int n)
{
	if (n >= 6)
		return -1;
	/* The result has taken the place of the first one by now. */
	return n ? AT(regs[0]) + 8 * n : AT(orig_x0);
}

/* A return address without the signature that may stand in its top bits. */
static u64 plain(u64 addr)
{
	return addr | ptrauth_kernel_pac_mask();
}

/* Frame records: { caller's frame, return address }, upwards in the stack
 * (AAPCS64 6.4.6). */
int stp_arch_backtrace(struct pt_regs *regs, unsigned long *to, int max)
{
	u64 record[2], frame = regs->regs[29];
	u64 lr = plain(regs->regs[30]);
	int n = 0;

	if (max > 0)
		to[n++] = regs->pc;
	/* At a function's entry its own frame is not there yet. */
	if (n < max && !(frame & 7) && stp_read_kernel(record, frame, 16) &&
	    plain(record[1]) != lr)
		to[n++] = lr;
	while (n < max && !(frame & 7) && stp_read_kernel(record, frame, 16)) {
		/* The last record is empty. */
		if (!record[1])
			break;
		to[n++] = plain(record[1]);
		if (record[0] <= frame)
			break;
		frame = record[0];
	}
	return n;
}
