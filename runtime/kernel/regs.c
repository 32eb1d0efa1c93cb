// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers and arguments of a hit, without debug information: by name, and
 * by the calling convention (arch/).  Any context.
 */
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>
#include "memory.h"

static struct pt_regs *regs_of(struct stp_ctx *c)
{
	if (unlikely(!c->regs))
		stp_failf(c, c->site, "no registers in probe %s",
			  c->probe->name);
	return c->regs;
}

static u64 take(const void *from, int at, int size)
{
	u64 v = *(const unsigned long *)((const char *)from + at);

	return size >= 8 ? v : v & ((1ULL << size * 8) - 1);
}

static u64 register_of(struct stp_ctx *c, const char *name, int *size)
{
	struct pt_regs *regs = regs_of(c);
	int at;

	*size = 8;
	if (!regs)
		return 0;
	at = stp_arch_register(name, size);
	if (at >= 0)
		return take(regs, at, *size);
	stp_failf(c, c->site, "unknown register '%s'", name);
	return 0;
}

stp_i64 stp_register(struct stp_ctx *c, const char *name)
{
	int size;
	u64 v = register_of(c, name, &size);

	return size == 4 ? (s32)v : v;
}

stp_i64 stp_u_register(struct stp_ctx *c, const char *name)
{
	int size;

	return register_of(c, name, &size);
}

stp_i64 stp_arg(struct stp_ctx *c, stp_i64 n)
{
	struct pt_regs *regs = regs_of(c);
	u64 value, addr;
	int at;

	if (!regs)
		return 0;
	if (n < 1 || n > 32) {
		stp_failf(c, c->site, "cannot access argument %lld", n);
		return 0;
	}
	at = stp_arch_argument(n - 1);
	if (at >= 0)
		return take(regs, at, sizeof(long));
	for (at = 0; stp_arch_argument(at) >= 0; at++)
		;
	addr = regs->sp + stp_arch_stack_argument +
	       (n - 1 - at) * sizeof(long);
	if (stp_read_kernel(&value, addr, sizeof(long)))
		return take(&value, 0, sizeof(long));
	stp_fail_fault(c, "stack read fault", addr);
	return 0;
}

void stp_set_arg(struct stp_ctx *c, stp_i64 n, stp_i64 value)
{
	struct pt_regs *regs = regs_of(c);
	int at, stack = 0;

	if (!regs)
		return;
	if (n < 1 || n > 32) {
		stp_failf(c, c->site, "cannot access argument %lld", n);
		return;
	}
	at = stp_arch_argument(n - 1);
	if (at >= 0) {
		*(unsigned long *)((char *)regs + at) = value;
		return;
	}
	while (stp_arch_argument(stack) >= 0)
		stack++;
	stp_kwrite(c, regs->sp + stp_arch_stack_argument +
		   (n - 1 - stack) * sizeof(long), sizeof(long), value,
		   c->site);
}

stp_i64 stp_syscall_nr(void)
{
	if (current->flags & PF_KTHREAD)
		return -1;
	return syscall_get_nr(current, task_pt_regs(current));
}

stp_i64 stp_returnval(struct stp_ctx *c)
{
	if (c->in_return)
		return c->retval;
	if (!regs_of(c))
		return 0;
	return regs_return_value(c->regs);
}

stp_u64 stp_addr(struct stp_ctx *c)
{
	struct pt_regs *regs = c->regs;

	if (!regs)
		return 0;
	return instruction_pointer(regs) - c->probe->kind->ip_behind;
}

stp_u64 stp_uaddr(struct stp_ctx *c)
{
	if (current->flags & PF_KTHREAD)
		return 0;
	return instruction_pointer(task_pt_regs(current));
}

stp_i64 stp_is_return(struct stp_ctx *c)
{
	return c->in_return;
}
