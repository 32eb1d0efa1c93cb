// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /proc/stapx_MODULE: the session's file, as uapi.h describes it.
 *
 * In: requests of one opener at a time; every size and string of theirs is
 * checked.  Out: facts, counts and the mapped rings.  The session belongs to
 * the opener: when the file closes, however that comes, no probe stays armed.
 * Process context only.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "kernel.h"

static struct proc_dir_entry *entry;
static atomic_t taken;			/* the file is open */
static DEFINE_MUTEX(session_lock);	/* requests that change something */

static long control_info(void __user *arg)
{
	struct stp_info info = {
		.version = STP_UAPI_VERSION,
		.ncpus = nr_cpu_ids,
		.page_size = PAGE_SIZE,
		.maxstringlen = stp_script.limits.maxstringlen,
		.ring_size = stp_rings_size(),
		.ring_stride = stp_rings_stride(),
		.defs_size = stp_session_defs(NULL, 0),
		.nprobes = stp_script.nprobes,
		.nglobals = stp_script.nglobals,
	};

	strscpy(info.release, stp_script.release, sizeof(info.release));
	strscpy(info.build_id, stp_script.build_id, sizeof(info.build_id));
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long control_defs(void __user *arg)
{
	struct stp_defs d;
	void *buf;
	u32 size;
	long err;

	if (copy_from_user(&d, arg, sizeof(d)))
		return -EFAULT;
	size = min(d.size, stp_session_defs(NULL, 0));
	buf = vmalloc(max_t(u32, size, 1));
	if (!buf)
		return -ENOMEM;
	stp_session_defs(buf, size);
	err = copy_to_user(u64_to_user_ptr(d.buf), buf, size) ? -EFAULT : 0;
	vfree(buf);
	return err;
}

static long control_set(void __user *arg)
{
	struct stp_set *set = memdup_user(arg, sizeof(*set));
	long err = -EINVAL;

	if (IS_ERR(set))
		return PTR_ERR(set);
	if (stp_session.state != STP_STATE_LOADED)
		err = -EBUSY;
	else if (strnlen(set->name, sizeof(set->name)) < sizeof(set->name) &&
		 strnlen(set->value, sizeof(set->value)) < sizeof(set->value))
		err = stp_session_set(set->name, set->value);
	kfree(set);
	return err;
}

static long control_buffers(void __user *arg)
{
	struct stp_buffers b;
	int err;

	if (copy_from_user(&b, arg, sizeof(b)))
		return -EFAULT;
	err = stp_rings_make(b.total_bytes);
	if (err)
		return err;
	b.ring_size = stp_rings_size();
	b.ring_stride = stp_rings_stride();
	return copy_to_user(arg, &b, sizeof(b)) ? -EFAULT : 0;
}

static long control_start(void __user *arg)
{
	struct stp_start start;

	if (copy_from_user(&start, arg, sizeof(start)))
		return -EFAULT;
	if (start.flags || start.pad)
		return -EINVAL;
	if (stp_session.state != STP_STATE_LOADED)
		return -EBUSY;
	stp_session.target = start.target;
	return stp_begin();
}

static long control_stop(void)
{
	if (stp_session.state == STP_STATE_LOADED)
		return -EINVAL;
	stp_finish();
	return 0;
}

/* Only reads, so it may come while a STOP is at work. */
static long control_status(void __user *arg)
{
	struct stp_status st = {};

	stp_rings_seen();
	stp_get_status(&st);
	st.lost = stp_rings_lost();
	st.memory += stp_rings_memory();
	return copy_to_user(arg, &st, sizeof(st)) ? -EFAULT : 0;
}

static long control_report(void __user *arg)
{
	struct stp_report *r = memdup_user(arg, sizeof(*r));
	const struct stp_probe *p;
	struct stp_times t = {};
	long left;

	if (IS_ERR(r))
		return PTR_ERR(r);
	left = r->index < stp_script.nprobes;
	if (left) {
		p = &stp_script.probes[r->index];
		stp_get_times(r->index, &t);
		r->hits = t.hits;
		r->time_min = t.min;
		r->time_max = t.max;
		r->time_sum = t.sum;
		strscpy_pad(r->name, p->name, sizeof(r->name));
		strscpy_pad(r->where, p->where, sizeof(r->where));
		if (copy_to_user(arg, r, sizeof(*r)))
			left = -EFAULT;
	}
	kfree(r);
	return left;
}

static long control_change(unsigned int request, void __user *arg)
{
	switch (request) {
	case STP_IOC_SET:
		return control_set(arg);
	case STP_IOC_BUFFERS:
		return control_buffers(arg);
	case STP_IOC_START:
		return control_start(arg);
	case STP_IOC_STOP:
		return control_stop();
	}
	return -ENOTTY;
}

static long control_ioctl(struct file *file, unsigned int request,
			  unsigned long value)
{
	void __user *arg = (void __user *)value;
	long err;

	switch (request) {
	case STP_IOC_INFO:
		return control_info(arg);
	case STP_IOC_DEFS:
		return control_defs(arg);
	case STP_IOC_STATUS:
		return control_status(arg);
	case STP_IOC_REPORT:
		return control_report(arg);
	}
	if (mutex_lock_interruptible(&session_lock))
		return -EINTR;
	err = control_change(request, arg);
	mutex_unlock(&session_lock);
	return err;
}

static int control_mmap(struct file *file, struct vm_area_struct *vma)
{
	int err;

	mutex_lock(&session_lock);
	err = stp_rings_mmap(vma);
	mutex_unlock(&session_lock);
	return err;
}

static int session_open(struct inode *inode, struct file *file)
{
	if (atomic_cmpxchg(&taken, 0, 1))
		return -EBUSY;
	/* So that rmmod says "in use" and does not pull the rug. */
	if (!try_module_get(THIS_MODULE)) {
		atomic_set(&taken, 0);
		return -ENODEV;
	}
	return nonseekable_open(inode, file);
}

static int session_close(struct inode *inode, struct file *file)
{
	mutex_lock(&session_lock);
	stp_disarm();
	mutex_unlock(&session_lock);
	atomic_set(&taken, 0);
	module_put(THIS_MODULE);
	return 0;
}

static const struct proc_ops control_ops = {
	.proc_open = session_open,
	.proc_release = session_close,
	.proc_ioctl = control_ioctl,
#ifdef CONFIG_COMPAT
	.proc_compat_ioctl = control_ioctl,
#endif
	.proc_mmap = control_mmap,
	.proc_poll = stp_rings_poll,
};

int stp_control_open(void)
{
	char name[sizeof(STP_PROC_PREFIX) + MODULE_NAME_LEN];

	snprintf(name, sizeof(name), STP_PROC_PREFIX "%s", THIS_MODULE->name);
	entry = proc_create(name, 0600, NULL, &control_ops);
	return entry ? 0 : -ENOMEM;
}

void stp_control_close(void)
{
	proc_remove(entry);
}
