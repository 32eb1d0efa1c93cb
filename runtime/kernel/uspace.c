// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which file an address of user space belongs to.
 *
 * In: addresses of the current task, at a hit.  Out: the file's number and
 * the place in it; later, in process context, staprun asks for the path.
 *
 * The task's mappings are looked at under a lock that is only tried for.  A
 * handler runs with interrupts off, maybe inside the scheduler, and giving the
 * lock back may wake a waiter: so an irq_work does that.  Until it runs, which
 * is not before interrupts are on again, this CPU has the lock still.
 *
 * A file is kept in the table when it is first seen, with a reference that
 * ends when staprun has asked, or with the session.  Any context but for
 * stp_uspace_text and stp_uspace_discard; in an NMI nothing is looked up.
 */
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/irq_work.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include "compat/fs.h"
#include "uspace.h"

#define FILES STP_UFILES_SEEN	/* a power of two */
#define FILES_TRIED 32		/* places of the table looked at */
#define UNLOCKS 64
#define OFFSET_BITS 48
#define NOBODY -1

/* ---- the lock of the task's mappings ---- */
struct unlock {
	struct irq_work work;
	struct mm_struct *mm;	/* NULL: free */
	int cpu;		/* that holds the lock of mm, or NOBODY */
};
static struct unlock unlocks[UNLOCKS];

static void unlock_now(struct irq_work *work)
{
	struct unlock *u = container_of(work, struct unlock, work);

	/* A hit within up_read must not take it for held. */
	WRITE_ONCE(u->cpu, NOBODY);
	barrier();
	up_read_non_owner(&u->mm->mmap_lock);
	smp_store_release(&u->mm, NULL);
}

/* Interrupts are off. */
static bool lock(struct mm_struct *mm, int cpu)
{
	struct unlock *u = &unlocks[cpu % UNLOCKS];

	if (READ_ONCE(u->mm) == mm && READ_ONCE(u->cpu) == cpu)
		return true;
	if (cmpxchg(&u->mm, NULL, mm))
		return false;
	if (!down_read_trylock(&mm->mmap_lock)) {
		smp_store_release(&u->mm, NULL);
		return false;
	}
	rwsem_release(&mm->mmap_lock.dep_map, _RET_IP_);
	WRITE_ONCE(u->cpu, cpu);
	u->work.func = unlock_now;
	irq_work_queue(&u->work);
	return true;
}

/* ---- files ---- */
enum { FREE, TAKEN, READY };
static struct known {
	int state;
	int tgid;		/* of the process in which it was seen first */
	dev_t dev;
	u32 generation;
	u64 ino;
	struct file *file;	/* NULL: its path was asked for */
} files[FILES];

static bool is_file(const struct known *k, const struct inode *inode)
{
	return smp_load_acquire(&k->state) == READY && k->ino == inode->i_ino &&
	       k->dev == inode->i_sb->s_dev &&
	       k->generation == inode->i_generation;
}

static void keep(struct known *k, struct file *file)
{
	const struct inode *inode = file_inode(file);

	k->tgid = current->tgid;
	k->dev = inode->i_sb->s_dev;
	k->generation = inode->i_generation;
	k->ino = inode->i_ino;
	k->file = get_file(file);
	smp_store_release(&k->state, READY);
}

/* From 1; 0: the table is full.  What another CPU is just writing does not
 * count, so that a file may have two numbers. */
static u32 number_of(struct file *file)
{
	const struct inode *inode = file_inode(file);
	u32 i, at = (u32)inode->i_ino * 0x9e3779b1u >> 16;

	for (i = 0; i < FILES_TRIED; i++, at++) {
		struct known *k = &files[at % FILES];

		if (is_file(k, inode))
			return at % FILES + 1;
		if (cmpxchg(&k->state, FREE, TAKEN) == FREE) {
			keep(k, file);
			return at % FILES + 1;
		}
	}
	return 0;
}

/* ---- addresses ---- */
struct mm_struct *stp_mappings(struct stp_ctx *c)
{
	struct mm_struct *mm = current->mm;

	if (IS_ENABLED(CONFIG_PREEMPT_RT) || !mm || in_nmi() ||
	    (current->flags & PF_KTHREAD) || !lock(mm, c->cpu))
		return NULL;
	return mm;
}

/* The file that is mapped there, or NULL. */
static struct file *file_at(struct mm_struct *mm, u64 addr,
			    struct vm_area_struct **vma, u64 *offset)
{
	struct vm_area_struct *v;

	if (!mm || addr >= TASK_SIZE_MAX)
		return NULL;
	*vma = v = find_vma(mm, addr);
	if (!v || addr < v->vm_start)
		return NULL;
	*offset = addr - v->vm_start + ((u64)v->vm_pgoff << PAGE_SHIFT);
	return v->vm_file;
}

u32 stp_file_number(struct mm_struct *mm, u64 addr,
		    struct vm_area_struct **vma, u64 *offset)
{
	struct file *file = file_at(mm, addr, vma, offset);

	return file && !(*offset >> OFFSET_BITS) ? number_of(file) : 0;
}

static u64 place_of(struct mm_struct *mm, u64 addr)
{
	struct vm_area_struct *vma;
	u64 offset, n = stp_file_number(mm, addr, &vma, &offset);

	return n ? n << OFFSET_BITS | offset : 0;
}

void stp_places(struct stp_ctx *c, struct stp_place *p, int n)
{
	struct mm_struct *mm = stp_mappings(c);

	for (; n > 0; n--, p++)
		p->where = place_of(mm, p->addr);
}

const char *stp_uplace(struct stp_ctx *c, char *buf, stp_size size, stp_u64 addr)
{
	struct stp_place p = { .addr = addr };
	u16 n = size < sizeof(n) + sizeof(p) ? 0 : sizeof(p);

	stp_places(c, &p, 1);
	memcpy(buf, &n, sizeof(n));
	memcpy(buf + sizeof(n), &p, n);
	return buf;
}

/* The last part of the path.  A rename may change it meanwhile. */
void stp_umodname(struct stp_ctx *c, char *dst, stp_u64 addr)
{
	size_t n, size = stp_script.limits.maxstringlen;
	struct vm_area_struct *vma;
	u64 offset;
	const struct file *file = file_at(stp_mappings(c), addr, &vma, &offset);
	struct qstr name;

	dst[0] = 0;
	if (!file || !stp_read_member(&name, (unsigned long)file->f_path.dentry,
				      struct dentry, d_name)) {
		stp_failf(c, c->site, "no file is mapped at the address "
			  "0x%llx", addr);
		return;
	}
	n = min3((size_t)name.len, (size_t)NAME_MAX, size - 1);
	if (n && stp_read_kernel(dst, (unsigned long)name.name, n))
		dst[n] = 0;
	else
		dst[0] = 0;
}

/* ---- for staprun, process context ---- */
/* "SIZE INODE PROCESS PATH" of a file, once; "": it was asked for, or its
 * path is too long. */
static void tell_file(struct known *k, char *text, size_t size)
{
	struct file *file = NULL;
	const char *path;
	int n;

	text[0] = 0;
	if (smp_load_acquire(&k->state) == READY)
		file = xchg(&k->file, NULL);
	if (!file)
		return;
	n = scnprintf(text, size, "%lld %llu %d ", i_size_read(file_inode(file)),
		      k->ino, k->tgid);
	path = d_path(stp_user_path(file), text + n, size - n);
	if (IS_ERR(path))
		text[0] = 0;
	else
		memmove(text + n, path, strlen(path) + 1);
	fput(file);
}

void stp_uspace_text(stp_u64 *addr, char *text, stp_size size)
{
	if (*addr && *addr <= FILES)
		tell_file(&files[*addr - 1], text, size);
	else
		stp_symbol_text(addr, text, size);
}

/* No handler may be left. */
void stp_uspace_discard(void)
{
	int i;

	for (i = 0; i < UNLOCKS; i++)
		irq_work_sync(&unlocks[i].work);
	for (i = 0; i < FILES; i++)
		if (files[i].file)
			fput(files[i].file);
}
