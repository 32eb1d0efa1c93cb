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
#include <linux/uaccess.h>
#include "kernel.h"

#define DEFS_MAX (1u << 24)	/* bytes of definitions */

static struct proc_dir_entry *entry;
static atomic_t taken;			/* the file is open */
static DEFINE_MUTEX(session_lock);	/* requests that change something */

static void get_info(struct stp_info *info)
{
	const struct stp_script *s = stp_base(&stp_script);

	info->version = STP_UAPI_VERSION;
	info->ncpus = stp_session.ncpus;
	info->page_size = PAGE_SIZE;
	info->maxstringlen = s->limits.maxstringlen;
	stp_rings_sizes(&info->ring_size, &info->ring_stride);
	info->defs_size = stp_session_defs(NULL, 0);
	info->nprobes = s->nprobes;
	info->nglobals = s->nglobals;
	stp_strcpy(info->release, s->release, sizeof(info->release));
	stp_strcpy(info->build_id, s->build_id, sizeof(info->build_id));
}

static long get_defs(const struct stp_defs *d)
{
	int size = min3(d->size, stp_session_defs(NULL, 0), DEFS_MAX);
	void *buf = stp_port_alloc(size);
	long err;

	if (!buf)
		return -ENOMEM;
	stp_session_defs(buf, size);
	err = copy_to_user(u64_to_user_ptr(d->buf), buf, size) ? -EFAULT : 0;
	stp_port_free(buf);
	return err;
}

static bool is_text(const char *s, size_t size)
{
	while (size--)
		if (!*s++)
			return true;
	return false;
}

static long set_global(const struct stp_set *set)
{
	if (stp_session.state != STP_STATE_LOADED)
		return -EBUSY;
	if (!is_text(set->name, sizeof(set->name)) ||
	    !is_text(set->value, sizeof(set->value)))
		return -EINVAL;
	return stp_session_set(set->name, set->value);
}

static long make_buffers(struct stp_buffers *b)
{
	int err = stp_rings_make(b->total_bytes);

	stp_rings_sizes(&b->ring_size, &b->ring_stride);
	return err;
}

static long start(const struct stp_start *start)
{
	if (start->flags || start->pad)
		return -EINVAL;
	if (stp_session.state != STP_STATE_LOADED)
		return -EBUSY;
	stp_session.target = start->target;
	return stp_begin();
}

static long stop(void)
{
	if (stp_session.state == STP_STATE_LOADED)
		return -EINVAL;
	stp_finish();
	return 0;
}

static void get_status(struct stp_status *st)
{
	u64 lost, memory;

	stp_rings_status(&lost, &memory);
	stp_get_status(st);
	st->lost = lost;
	st->memory += memory;
}

static long get_report(struct stp_report *r)
{
	const struct stp_probe *p = stp_script.probes + r->index;
	struct stp_times t;

	if (r->index >= stp_script.nprobes)
		return 0;
	stp_get_times(r->index, &t);
	r->hits = t.hits;
	r->time_min = t.min;
	r->time_max = t.max;
	r->time_sum = t.sum;
	stp_strcpy(r->name, p->name, sizeof(r->name));
	stp_strcpy(r->where, p->where, sizeof(r->where));
	return 1;
}

static long get_symbol(struct stp_symbol *s)
{
	if (!stp_script.symbol_text)
		return -ENOTTY;
	stp_script.symbol_text(&s->addr, s->text, sizeof(s->text));
	return 0;
}

static noinline long change(unsigned int request, void *r)
{
	switch (request) {
	case STP_IOC_SET:
		return set_global(r);
	case STP_IOC_BUFFERS:
		return make_buffers(r);
	case STP_IOC_START:
		return start(r);
	case STP_IOC_STOP:
		return stop();
	}
	return -ENOTTY;
}

/* What only reads may come while a STOP is at work. */
static long serve(unsigned int request, void *r)
{
	long err;

	switch (request) {
	case STP_IOC_INFO:
		get_info(r);
		return 0;
	case STP_IOC_DEFS:
		return get_defs(r);
	case STP_IOC_STATUS:
		get_status(r);
		return 0;
	case STP_IOC_REPORT:
		return get_report(r);
	case STP_IOC_SYMBOL:
		return get_symbol(r);
	}
	mutex_lock(&session_lock);
	err = change(request, r);
	mutex_unlock(&session_lock);
	return err;
}

/* A request's number says how large its struct is and which way it goes. */
static long control_ioctl(struct file *file, unsigned int request,
			  unsigned long value)
{
	void __user *arg = (void __user *)value;
	size_t size = _IOC_SIZE(request);
	void *r = size ? stp_port_alloc(size) : NULL;
	long err;

	if (size && !r)
		return -ENOMEM;
	if (size && copy_from_user(r, arg, size))
		err = -EFAULT;
	else
		err = serve(request, r);
	if (err >= 0 && (_IOC_DIR(request) & _IOC_READ) &&
	    copy_to_user(arg, r, size))
		err = -EFAULT;
	stp_port_free(r);
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
	return 0;
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

	stp_strcpy(name, STP_PROC_PREFIX, sizeof(name));
	stp_strcat(name, THIS_MODULE->name, sizeof(name));
	entry = proc_create(name, 0600, NULL, &control_ops);
	return entry ? 0 : -ENOMEM;
}

void stp_control_close(void)
{
	proc_remove(entry);
}
