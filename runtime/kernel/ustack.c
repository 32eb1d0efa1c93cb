// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stacks of user space.
 *
 * In: the current task.  It begins at the registers with which it was in user
 * mode last: those of the hit, or what the entry into the kernel kept.  Out:
 * addresses, at most MAXBACKTRACE, in a record where they are printed, as a
 * string where the script wants one.  A frame is left by the rule that the
 * script brought for its place (ufile.c), else by the frame pointer.  Any
 * context; memory of the task is read where it is there, and the first frame
 * that makes no sense is the last.
 */
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include "uspace.h"

#define FRAMES_MAX 32		/* whatever MAXBACKTRACE says */
#define STACK_WANTED 2048	/* bytes: arrays here */

static bool begin(struct stp_ctx *c, struct stp_uframe *f)
{
	struct pt_regs *regs = c->regs;

	if ((current->flags & PF_KTHREAD) || !current->mm)
		return false;
	if (!regs || !user_mode(regs))
		regs = task_pt_regs(current);
	stp_arch_user_frame(regs, f);
	if (regs == c->regs)
		f->pc -= c->probe->kind->ip_behind;
	return true;
}

static bool read_word(u64 cfa, u16 below, u64 *to)
{
	return stp_read_user(to, cfa - 8 * below, 8);
}

/* f becomes its caller's by the rule; false: there is none. */
static bool follow(const struct stp_urule *r, struct stp_uframe *f)
{
	bool by_sp = (r->cfa & 3) == STP_URULE_SP;
	u64 cfa = (by_sp ? f->sp : f->fp) + (r->cfa >> 2);
	u64 pc = f->lr, fp = f->fp;

	/* The innermost function's frame may be empty. */
	if (cfa < f->sp || (cfa == f->sp && !f->lr) || (cfa & 7) ||
	    (r->ra && !read_word(cfa, r->ra, &pc)) ||
	    (r->fp && !read_word(cfa, r->fp, &fp)))
		return false;
	*f = (struct stp_uframe){ .pc = stp_arch_user_plain(pc), .sp = cfa,
				  .fp = fp };
	return true;
}

/* By the rule that the script brought for the place, else by the frame
 * pointer.  A return address may be behind the last instruction of its
 * function. */
static bool go_up(struct mm_struct *mm, struct stp_uframe *f, bool innermost)
{
	const struct stp_urule *r = stp_urule_at(mm, f->pc - !innermost);
	u32 kind = r ? r->cfa & 3 : STP_URULE_NONE;

	if (kind == STP_URULE_END)
		return false;
	if (kind == STP_URULE_NONE || (kind == STP_URULE_SP && f->no_sp))
		return stp_arch_user_caller(f);
	return follow(r, f);
}

static int walk(struct mm_struct *mm, struct stp_uframe *f,
		struct stp_place *to, int max)
{
	int n = 0;

	do {
		to[n++].addr = f->pc;
	} while (n < max && go_up(mm, f, n == 1) && f->pc &&
		 f->pc < TASK_SIZE_MAX);
	return n;
}

/* from NULL: where the task is. */
static int frames(struct stp_ctx *c, const struct stp_uframe *from,
		  struct stp_place *to)
{
	int max = clamp(stp_script.limits.maxbacktrace, 1, FRAMES_MAX);
	struct stp_uframe f;

	if (stp_port_stack_left() < STACK_WANTED || !begin(c, &f))
		return 0;
	if (from)
		f = *from;
	return walk(stp_user_files.n ? stp_mappings(c) : NULL, &f, to, max);
}

/* At most the first max addresses. */
void stp_ucallers(struct stp_ctx *c, char *dst, stp_i64 max)
{
	struct stp_place at[FRAMES_MAX];
	size_t size = stp_script.limits.maxstringlen, len = 0;
	int i, n = frames(c, NULL, at);

	if (max >= 0 && max < n)
		n = max + 1;
	dst[0] = 0;
	/* An address that does not fit whole would be a wrong one. */
	for (i = 0; i < n && len + 20 < size; i++)
		len += scnprintf(dst + len, size - len, "%s0x%llx",
				 i ? " " : "", at[i].addr);
}

/* ---- names as values ---- */
void stp_usymname(struct stp_ctx *c, char *dst, stp_u64 addr)
{
	size_t size = stp_script.limits.maxstringlen;
	const struct stp_ufile *f;
	const struct stp_usym *s;
	u64 offset;

	s = stp_usym_at(stp_user_files.n ? stp_mappings(c) : NULL, addr, &f,
			&offset);
	if (s)
		stp_strcpy(dst, f->names + s->name, size);
	else
		stp_symhex(c, dst, addr);
}

void stp_usymdata(struct stp_ctx *c, char *dst, stp_u64 addr, int whole)
{
	size_t size = stp_script.limits.maxstringlen;
	const struct stp_ufile *f;
	const struct stp_usym *s;
	u64 offset;
	int n;

	s = stp_usym_at(stp_user_files.n ? stp_mappings(c) : NULL, addr, &f,
			&offset);
	if (!s) {
		stp_symhex(c, dst, addr);
		return;
	}
	n = scnprintf(dst, size, "%s+0x%llx", f->names + s->name, offset);
	if (whole)
		n += scnprintf(dst + n, size - n, "/0x%x", s->size);
	scnprintf(dst + n, size - n, " [%s]", f->path);
}

/* ---- elements of the stack, and records of it ---- */
stp_u64 stp_ustack(struct stp_ctx *c, stp_i64 n)
{
	struct stp_place at[FRAMES_MAX];

	return n >= 0 && n < frames(c, NULL, at) ? at[n].addr : 0;
}

/* The reader names the addresses. */
static void put_record(struct stp_ctx *c, struct stp_place *at, int n, int form)
{
	struct stp_record *r;

	stp_places(c, at, n);
	r = n ? stp_port_reserve(c->cpu, sizeof(*r) + n * sizeof(*at)) : NULL;
	if (!r)
		return;		/* the port has counted it */
	r->type = STP_REC_USTACK;
	r->format = form;
	memcpy(r + 1, at, n * sizeof(*at));
	stp_port_commit(c->cpu, r);
}

void stp_print_ubacktrace(struct stp_ctx *c, int form)
{
	struct stp_place at[FRAMES_MAX];

	put_record(c, at, frames(c, NULL, at), form);
}

void stp_print_ubacktrace_at(struct stp_ctx *c, int form, stp_u64 pc,
			     stp_u64 sp, stp_u64 fp)
{
	const struct stp_uframe from = { pc, sp, fp };
	struct stp_place at[FRAMES_MAX];

	put_record(c, at, frames(c, &from, at), form);
}
