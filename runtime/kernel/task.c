// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks: the current one, whose fields are simply there, and any other, whose
 * address came from the script and may be any number, so that each field is
 * read through a fault-proof copy.  Numbers of processes and users are those
 * of the initial namespaces.  Any context; probes run with preemption off, so
 * what RCU protects stays.
 */
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/mm_types.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/uidgid.h>
#include "memory.h"

/* ---- the current task ---- */
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

void stp_pexecname(struct stp_ctx *c, char *dst)
{
	stp_task_execname(c, dst,
			  (unsigned long)rcu_dereference_raw(
				  current->real_parent));
}

stp_i64 stp_user_mode(struct stp_ctx *c)
{
	return c->regs && user_mode((struct pt_regs *)c->regs);
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

/* ---- any task ---- */
stp_u64 stp_task_current(void)
{
	return (unsigned long)current;
}

/* A field of a task; an error and zero when it cannot be read. */
#define TASK_FIELD(c, task, member)                                           \
	({                                                                    \
		typeof(((struct task_struct *)0)->member) v_;                 \
		if (unlikely(!stp_read_member(&v_, task, struct task_struct,  \
					      member))) {                     \
			stp_fail_fault(c, "task read fault", task);           \
			memset(&v_, 0, sizeof(v_));                           \
		}                                                             \
		v_;                                                           \
	})

stp_u64 stp_task_parent(struct stp_ctx *c, stp_u64 task)
{
	return (unsigned long)TASK_FIELD(c, task, real_parent);
}

stp_u64 stp_pid2task(struct stp_ctx *c, stp_i64 pid)
{
	struct task_struct *t = NULL;

	rcu_read_lock();
	if (pid > 0 && pid <= PID_MAX_LIMIT)
		t = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID);
	rcu_read_unlock();
	return (unsigned long)t;
}

stp_i64 stp_task_pid(struct stp_ctx *c, stp_u64 task)
{
	return TASK_FIELD(c, task, tgid);
}

stp_i64 stp_task_tid(struct stp_ctx *c, stp_u64 task)
{
	return TASK_FIELD(c, task, pid);
}

stp_i64 stp_task_state(struct stp_ctx *c, stp_u64 task)
{
	return TASK_FIELD(c, task, __state);
}

stp_i64 stp_task_cpu(struct stp_ctx *c, stp_u64 task)
{
#ifdef CONFIG_THREAD_INFO_IN_TASK
	return TASK_FIELD(c, task, thread_info.cpu);
#else
	struct thread_info *info = TASK_FIELD(c, task, stack);
	u32 cpu = 0;

	if (!stp_read_member(&cpu, (unsigned long)info, struct thread_info,
			     cpu))
		stp_fail_fault(c, "task read fault", task);
	return cpu;
#endif
}

/* As /proc shows it: 0 is nice 0, real-time priorities are below -1. */
stp_i64 stp_task_prio(struct stp_ctx *c, stp_u64 task)
{
	return TASK_FIELD(c, task, prio) - MAX_RT_PRIO;
}

stp_i64 stp_task_nice(struct stp_ctx *c, stp_u64 task)
{
	return PRIO_TO_NICE(TASK_FIELD(c, task, static_prio));
}

#define TASK_CRED(c, task, member)                                            \
	({                                                                    \
		struct cred cred_;                                            \
		u64 at_ = (unsigned long)TASK_FIELD(c, task, real_cred);      \
		if (!(c)->error &&                                            \
		    !stp_read_member(&cred_.member, at_, struct cred, member)) \
			stp_fail_fault(c, "task read fault", task);           \
		(c)->error ? 0 : (stp_i64)cred_.member.val;                   \
	})

stp_i64 stp_task_uid(struct stp_ctx *c, stp_u64 task)
{
	return TASK_CRED(c, task, uid);
}

stp_i64 stp_task_euid(struct stp_ctx *c, stp_u64 task)
{
	return TASK_CRED(c, task, euid);
}

stp_i64 stp_task_gid(struct stp_ctx *c, stp_u64 task)
{
	return TASK_CRED(c, task, gid);
}

stp_i64 stp_task_egid(struct stp_ctx *c, stp_u64 task)
{
	return TASK_CRED(c, task, egid);
}

void stp_task_execname(struct stp_ctx *c, char *dst, stp_u64 task)
{
	char comm[TASK_COMM_LEN];

	if (stp_read_member(comm, task, struct task_struct, comm)) {
		comm[sizeof(comm) - 1] = 0;
		stp_strcpy(dst, comm, stp_script.limits.maxstringlen);
	} else {
		dst[0] = 0;
		stp_fail_fault(c, "task read fault", task);
	}
}
