// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any task: its address came from the script and may be any number, so each
 * field is read through a fault-proof copy; what cannot be read is an error
 * and zero.  Numbers of processes and users are those of the initial
 * namespaces.  Any context; what a task points to may be gone by the time it
 * is read, which gives old values and no harm.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include "memory.h"

/* A number of 4 or 8 bytes, or 0. */
static noinline u64 field(struct stp_ctx *c, u64 object, size_t offset, size_t size)
{
	u64 wide = 0;
	u32 narrow = 0;

	if (!stp_read_kernel(size == 8 ? (void *)&wide : &narrow,
			     object + offset, size))
		stp_fail_fault(c, "task read fault", object);
	return size == 8 ? wide : narrow;
}

#define FIELD(c, object, type, member)                                        \
	((typeof(((type *)0)->member))(unsigned long)field(                   \
		c, object, offsetof(type, member),                            \
		sizeof(((type *)0)->member)))
#define TASK_FIELD(c, task, member) FIELD(c, task, struct task_struct, member)

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
	return FIELD(c, (unsigned long)TASK_FIELD(c, task, stack),
		     struct thread_info, cpu);
#endif
}

/* As /proc shows it: 20 is nice 0, real-time priorities are below 0. */
stp_i64 stp_task_prio(struct stp_ctx *c, stp_u64 task)
{
	return TASK_FIELD(c, task, prio) - MAX_RT_PRIO;
}

stp_i64 stp_task_nice(struct stp_ctx *c, stp_u64 task)
{
	return PRIO_TO_NICE(TASK_FIELD(c, task, static_prio));
}

/* A user's or group's number in the task's credentials. */
static stp_i64 credential(struct stp_ctx *c, u64 task, size_t offset)
{
	u64 cred = (unsigned long)TASK_FIELD(c, task, real_cred);

	return c->error ? 0 : field(c, cred, offset, sizeof(kuid_t));
}

stp_i64 stp_task_uid(struct stp_ctx *c, stp_u64 task)
{
	return credential(c, task, offsetof(struct cred, uid));
}

stp_i64 stp_task_euid(struct stp_ctx *c, stp_u64 task)
{
	return credential(c, task, offsetof(struct cred, euid));
}

stp_i64 stp_task_gid(struct stp_ctx *c, stp_u64 task)
{
	return credential(c, task, offsetof(struct cred, gid));
}

stp_i64 stp_task_egid(struct stp_ctx *c, stp_u64 task)
{
	return credential(c, task, offsetof(struct cred, egid));
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

void stp_pexecname(struct stp_ctx *c, char *dst)
{
	stp_task_execname(c, dst, (unsigned long)rcu_dereference_raw(
					  current->real_parent));
}
