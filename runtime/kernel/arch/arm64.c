// SPDX-License-Identifier: GPL-2.0-or-later
/* arm64: registers by name, calling conventions, stacks. */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/llist.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <asm/pointer_auth.h>
#include "../uspace.h"

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

/*
 * A function with a .return probe returns to the kernel's trampoline.  Where
 * it would have returned to is in the task's list of such calls, the latest
 * first, which is the order of the frames.
 */
#if defined(CONFIG_KRETPROBES) && !defined(CONFIG_KRETPROBE_ON_RETHOOK)
#define call_of(node) llist_entry(node, struct kretprobe_instance, llist)

static struct llist_node *hooked_calls(void)
{
	return current->kretprobe_instances.first;
}

/* The trampoline has no exported name, so it is known by the first look. */
static bool is_trampoline(u64 addr)
{
	static unsigned long trampoline;
	char name[KSYM_SYMBOL_LEN];

	if (READ_ONCE(trampoline))
		return addr == trampoline;
	sprint_symbol_no_offset(name, addr);
	if (strcmp(name, "__kretprobe_trampoline"))
		return false;
	WRITE_ONCE(trampoline, addr);
	return true;
}

static u64 unhook(u64 addr, struct llist_node **call)
{
	while (*call && is_trampoline(addr)) {
		addr = plain((unsigned long)call_of(*call)->ret_addr);
		*call = (*call)->next;
	}
	return addr;
}

/* The newest call is the one that the registers are at the entry of. */
static bool is_hooked_entry(const struct pt_regs *regs, struct llist_node *call)
{
	return call && (unsigned long)call_of(call)->fp == regs->sp;
}
#else
static struct llist_node *hooked_calls(void)
{
	return NULL;
}

static u64 unhook(u64 addr, struct llist_node **call)
{
	return addr;
}

static bool is_hooked_entry(const struct pt_regs *regs, struct llist_node *call)
{
	return false;
}
#endif

/* Frame records: { caller's frame, return address }, upwards in the stack
 * (AAPCS64 6.4.6). */
int stp_arch_backtrace(struct pt_regs *regs, unsigned long *to, int max)
{
	u64 record[2], frame = regs->regs[29];
	u64 lr = plain(regs->regs[30]);
	struct llist_node *call = hooked_calls();
	int n = 0;

	if (max > 0)
		to[n++] = regs->pc;
	/* At a function's entry its own frame is not there yet. */
	if (n < max && !(frame & 7) && stp_read_kernel(record, frame, 16) &&
	    (is_hooked_entry(regs, call) || plain(record[1]) != lr))
		to[n++] = unhook(lr, &call);
	while (n < max && !(frame & 7) && stp_read_kernel(record, frame, 16)) {
		/* The last record is empty. */
		if (!record[1])
			break;
		to[n++] = unhook(plain(record[1]), &call);
		if (record[0] <= frame)
			break;
		frame = record[0];
	}
	return n;
}

/* ---- user space ---- */
u64 stp_arch_user_plain(u64 addr)
{
	return addr & (TASK_SIZE_MAX - 1);
}

void stp_arch_user_frame(const struct pt_regs *regs, struct stp_uframe *f)
{
	*f = (struct stp_uframe){ regs->pc, regs->sp, regs->regs[29],
				  stp_arch_user_plain(regs->regs[30]) };
}

/* The innermost function may have no record yet, or need none. */
bool stp_arch_user_caller(struct stp_uframe *f)
{
	u64 record[2], lr = f->lr;
	bool read = !compat_user_mode(task_pt_regs(current)) &&
		    f->fp >= f->sp && !(f->fp & 7) &&
		    stp_read_user(record, f->fp, sizeof(record));

	f->lr = 0;
	f->no_sp = true;
	if (lr && (!read || stp_arch_user_plain(record[1]) != lr)) {
		f->pc = lr;
		return true;
	}
	if (!read)
		return false;
	f->sp = f->fp + sizeof(record);
	f->fp = record[0];
	f->pc = stp_arch_user_plain(record[1]);
	return true;
}
