// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Kernel stacks and names of kernel addresses.
 *
 * In: the registers of a hit, or none (timers, begin), then the stack as it
 * is here.  Out: addresses, at most MAXBACKTRACE, in a record where they are
 * printed, as a string where the script wants one; then the names come from
 * the running kernel.  Any context but for stp_symbol_text.
 */
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/stacktrace.h>
#include "kernel.h"

#define FRAMES_MAX 32		/* whatever MAXBACKTRACE says */
#define STACK_WANTED 3072	/* bytes: arrays here, the unwinder, kallsyms */
#define LINE_MAX (KSYM_SYMBOL_LEN + 40)

/* Its address itself and not that of a call's stub. */
static int (*const anchor)(char *, unsigned long) = sprint_symbol;

/* The stack as it is here, without this module's part of it. */
static int frames_here(unsigned long *to, int max)
{
	int n = stack_trace_save(to, max, 0), own = 0;

	while (own < n && within_module(to[own], THIS_MODULE))
		own++;
	memmove(to, to + own, (n - own) * sizeof(*to));
	return n - own;
}

static int frames(struct stp_ctx *c, unsigned long *to)
{
	int max = clamp(stp_script.limits.maxbacktrace, 1, FRAMES_MAX);
	int n;

	if (stp_port_stack_left() < STACK_WANTED)
		return 0;
	if (!c->regs)
		return frames_here(to, max);
	n = stp_arch_backtrace(c->regs, to, max);
	if (n)
		to[0] -= c->probe->kind->ip_behind;
	return n;
}

stp_u64 stp_caller(struct stp_ctx *c, int n)
{
	unsigned long at[FRAMES_MAX];

	if (n >= FRAMES_MAX || !c->regs ||
	    stp_port_stack_left() < STACK_WANTED)
		return 0;
	return stp_arch_backtrace(c->regs, at, n + 1) > n ? at[n] : 0;
}

/* "name+0x1/0x2 [module]"; false: the address has no name, "0x…" instead. */
static bool describe(char *to, u64 addr)
{
	int n = sprint_symbol(to, addr);

	if (!strncmp(to, "0x", 2))
		return false;
	if (!strchr(to, '['))
		strcpy(to + n, " [kernel]");
	return true;
}

void stp_symdata(struct stp_ctx *c, char *dst, stp_u64 addr)
{
	char line[LINE_MAX];

	describe(line, addr);
	stp_strcpy(dst, line, stp_script.limits.maxstringlen);
}

void stp_symname(struct stp_ctx *c, char *dst, stp_u64 addr)
{
	char line[LINE_MAX];

	if (describe(line, addr))
		*strchrnul(line, '+') = 0;
	stp_strcpy(dst, line, stp_script.limits.maxstringlen);
}

void stp_modname(struct stp_ctx *c, char *dst, stp_u64 addr)
{
	char line[LINE_MAX], *name;

	if (!describe(line, addr)) {
		dst[0] = 0;
		stp_failf(c, c->site, "no module holds the address 0x%llx",
			  addr);
		return;
	}
	name = strrchr(line, '[') + 1;
	*strchrnul(name, ']') = 0;
	/* A module's build-id may follow its name. */
	*strchrnul(name, ' ') = 0;
	stp_strcpy(dst, name, stp_script.limits.maxstringlen);
}

/* At most the first max addresses. */
static void put_addresses(struct stp_ctx *c, char *dst, int max)
{
	unsigned long at[FRAMES_MAX];
	size_t size = stp_script.limits.maxstringlen, len = 0;
	int i, n = min(frames(c, at), max);

	dst[0] = 0;
	/* An address that does not fit whole would be a wrong one. */
	for (i = 0; i < n && len + 20 < size; i++)
		len += scnprintf(dst + len, size - len, "%s0x%lx",
				 i ? " " : "", at[i]);
}

void stp_backtrace(struct stp_ctx *c, char *dst)
{
	put_addresses(c, dst, FRAMES_MAX);
}

void stp_callers(struct stp_ctx *c, char *dst, stp_i64 n)
{
	put_addresses(c, dst, n < 0 || n >= FRAMES_MAX ? FRAMES_MAX : n + 1);
}

stp_u64 stp_stack(struct stp_ctx *c, stp_i64 n)
{
	unsigned long at[FRAMES_MAX];

	return n >= 0 && n < frames(c, at) ? at[n] : 0;
}

/* The reader names the addresses. */
void stp_print_backtrace(struct stp_ctx *c)
{
	unsigned long at[FRAMES_MAX];
	int i, n = frames(c, at);
	struct stp_record *r;
	u64 *to;

	if (!n)
		return;
	r = stp_port_reserve(c->cpu, sizeof(*r) + n * sizeof(u64));
	if (!r)
		return;		/* the port has counted it */
	r->type = STP_REC_STACK;
	r->format = 0;
	to = (u64 *)(r + 1);
	for (i = 0; i < n; i++)
		to[i] = at[i];
	stp_port_commit(c->cpu, r);
}

/* Process context: what the reader cannot name it asks for. */
void stp_symbol_text(stp_u64 *addr, char *text, stp_size size)
{
	char line[LINE_MAX];

	if (!*addr) {
		*addr = (u64)(unsigned long)anchor;
		stp_strcpy(text, "sprint_symbol", size);
		return;
	}
	describe(line, *addr);
	stp_strcpy(text, line, size);
}

/* "name+0x1/0x2 [module]" to "name+0x1 [module]". */
static void drop_size(char *line)
{
	char *slash = strchr(line, '/');

	if (slash)
		memmove(slash, strchrnul(slash, ' '),
			strlen(strchrnul(slash, ' ')) + 1);
}

/* A line for the address behind the len bytes of dst; how many there are
 * then. */
static size_t put_line(char *dst, size_t len, u64 addr, bool whole)
{
	size_t size = stp_script.limits.maxstringlen;
	char line[LINE_MAX];

	describe(line, addr);
	if (!whole)
		drop_size(line);
	return len + scnprintf(dst + len, size - len, "%s\n", line);
}

void stp_sprint_backtrace(struct stp_ctx *c, char *dst)
{
	unsigned long at[FRAMES_MAX];
	size_t size = stp_script.limits.maxstringlen, len = 0;
	int i, n = frames(c, at);

	dst[0] = 0;
	for (i = 0; i < n && len + 1 < size; i++)
		len = put_line(dst, len, at[i], false);
}

/* The text comes from the script: it may be anything, and as long as
 * MAXSTRINGLEN. */
void stp_sprint_syms(struct stp_ctx *c, char *dst, const char *stk, int whole)
{
	size_t size = stp_script.limits.maxstringlen, len = 0;
	int i;

	dst[0] = 0;
	for (i = 0; i < FRAMES_MAX && len + 1 < size; i++) {
		while (*stk == ' ')
			stk++;
		if (!*stk)
			break;
		len = put_line(dst, len, stp_strtol(stk, 16), whole);
		stk = strchrnul(stk, ' ');
	}
}

void stp_symhex(struct stp_ctx *c, char *dst, stp_u64 addr)
{
	scnprintf(dst, stp_script.limits.maxstringlen, "0x%llx", addr);
}
