// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The current task, whose fields are simply there.  Numbers of processes and
 * users are those of the initial namespaces.  Any context; probes run with
 * preemption off, so what RCU protects stays.
 */
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/mm_types.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/uidgid.h>
#include "memory.h"

void stp_execname(struct stp_ctx *c, char *dst)
{
	if (unlikely(stp_script.limits.maxstringlen < TASK_COMM_LEN)) {
		stp_strcpy(dst, current->comm, stp_script.limits.maxstringlen);
		return;
	}
	/* Two words; what is behind the NUL does not matter. */
	memcpy(dst, current->comm, TASK_COMM_LEN);
	dst[TASK_COMM_LEN - 1] = 0;
}

stp_i64 stp_pid(void)
{
	return current->tgid;
}

stp_i64 stp_tid(void)
{
	return current->pid;
}

stp_i64 stp_ppid(void)
{
	return rcu_dereference_raw(current->real_parent)->tgid;
}

stp_i64 stp_pgrp(void)
{
	return __task_pid_nr_ns(current, PIDTYPE_PGID, &init_pid_ns);
}

stp_i64 stp_sid(void)
{
	return __task_pid_nr_ns(current, PIDTYPE_SID, &init_pid_ns);
}

stp_i64 stp_uid(void)
{
	return __kuid_val(current_uid());
}

stp_i64 stp_euid(void)
{
	return __kuid_val(current_euid());
}

stp_i64 stp_gid(void)
{
	return __kgid_val(current_gid());
}

stp_i64 stp_egid(void)
{
	return __kgid_val(current_egid());
}

stp_i64 stp_user_mode(struct stp_ctx *c)
{
	return c->regs && user_mode((struct pt_regs *)c->regs);
}

stp_u64 stp_task_current(void)
{
	return (unsigned long)current;
}

stp_i64 stp_in_irq(void)
{
	return in_hardirq() || in_nmi();
}

stp_i64 stp_is_compat(void)
{
	return !IS_ENABLED(CONFIG_64BIT) || in_compat_syscall();
}

void stp_cmdline_str(struct stp_ctx *c, char *dst)
{
	struct mm_struct *mm = current->mm;
	s64 size, max = stp_script.limits.maxstringlen, i;

	dst[0] = 0;
	if (!mm || (current->flags & PF_KTHREAD))
		return;
	size = READ_ONCE(mm->arg_end) - READ_ONCE(mm->arg_start);
	if (size <= 0)
		return;
	size = min(size, max - 1);
	if (!stp_read_user(dst, READ_ONCE(mm->arg_start), size))
		return;
	/* The arguments end in a NUL each. */
	while (size > 0 && !dst[size - 1])
		size--;
	for (i = 0; i < size; i++)
		if (!dst[i])
			dst[i] = ' ';
	dst[size] = 0;
}
