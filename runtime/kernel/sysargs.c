// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arguments of the system call that the current process enters.  In: the
 * registers as the process set them, and where an argument stands: in the low
 * four bits its number for a native program, in the next four that for a 32-bit
 * one, 0 where it is the same.  Out: numbers, and text by a list of what they
 * are (tapset.h).  A 32-bit program's registers count with 32 bits, its pointers
 * have four bytes, and numbers of 64 bits are two of its arguments.  Any context;
 * nothing in the process's memory is believed, a place that cannot be read shows
 * as its address.
 */
#include "../core/names.h"
#include "memory.h"

#define CHUNK 64	/* bytes of a string taken at once; divides a page */
#define WORDS_MAX 32	/* of argv that are shown */
#define COUNT_MAX 1000	/* of envp that are counted */
#define FD_CWD (-100)
#define FLAG_CREAT 0x40

struct call {
	struct stp_ctx *c;
	u64 regs;
	bool compat;
	struct stp_out o;
};

static u64 read_arg(const struct call *k, int n)
{
	int at = n < 1 ? -1 : stp_arch_syscall_argument(n - 1);
	unsigned long value;

	if (at < 0) {
		stp_failf(k->c, k->c->site, "cannot access argument %d", n);
		return 0;
	}
	if (stp_read_kernel(&value, k->regs + at, sizeof(value)))
		return k->compat ? (u32)value : value;
	stp_fail_fault(k->c, "system call argument read fault", k->regs + at);
	return 0;
}

static int place_of(const struct call *k, stp_i64 place)
{
	return k->compat && place >> 4 ? place >> 4 & 15 : place & 15;
}

static u64 take(const struct call *k, int place, char kind)
{
	u64 v = read_arg(k, place_of(k, place));

	switch (kind) {
	case 'd':
	case 'f':
		return (int)v;
	case 'U':
	case 'x':
		return (u32)v;
	case 'l':
		return k->compat ? (int)v : v;
	case 'L':
		if (k->compat)
			v |= read_arg(k, place_of(k, place) + 1) << 32;
		return v;
	case 'o':
	case 'm':
		return v & 0xffff;
	}
	return v;
}

stp_i64 stp_syscall_arg(struct stp_ctx *c, stp_u64 regs, stp_i64 place,
			char kind)
{
	const struct call k = { c, regs, stp_is_compat() };

	return take(&k, place, kind);
}

/* ---- what pointers lead to ---- */
static void put_text(struct call *k, const char *text)
{
	stp_out_bytes(&k->o, text, strlen(text));
}

static void put_address(struct call *k, u64 addr)
{
	stp_out_unsigned(&k->o, addr, 16);
}

/* In quotes, at most max bytes of it, in no more than a string may have. */
static void put_quoted(struct call *k, u64 addr, u64 max)
{
	const stp_size limit = stp_script.limits.maxstringlen;
	const stp_size tail = 4, start = k->o.len;
	u64 at = addr, n = 0, i = 0;
	char chunk[CHUNK], bytes[4];
	int wide;

	if (!addr) {
		put_text(k, "NULL");
		return;
	}
	stp_out_char(&k->o, '"');
	for (max = min_t(u64, max, limit - 1); max; max -= n, at += n) {
		n = min_t(u64, CHUNK - (at & (CHUNK - 1)), max);
		if (!stp_read_user(chunk, at, n)) {
			k->o.len = start;
			put_address(k, addr);
			return;
		}
		for (i = 0; i < n && chunk[i]; i++) {
			wide = stp_escape_quoted(bytes, chunk[i]);
			if (k->o.len - start + wide + tail >= limit) {
				put_text(k, "\"...");
				return;
			}
			stp_out_bytes(&k->o, bytes, wide);
		}
		if (i < n)
			break;
	}
	stp_out_char(&k->o, '"');
}

/* Word i of a vector of pointers; false: it cannot be read. */
static bool word_at(const struct call *k, u64 vector, int i, u64 *word)
{
	int size = k->compat ? 4 : 8;

	*word = 0;
	return stp_read_user(word, vector + (u64)i * size, size);
}

static void put_words(struct call *k, u64 argv)
{
	u64 word;
	int i;

	if (argv && !word_at(k, argv, 0, &word)) {
		put_address(k, argv);
		return;
	}
	stp_out_char(&k->o, '[');
	for (i = 0; argv && i < WORDS_MAX; i++) {
		if (!word_at(k, argv, i, &word) || !word)
			break;
		if (i)
			put_text(k, ", ");
		put_quoted(k, word, ~0ULL);
	}
	stp_out_char(&k->o, ']');
}

static void put_count(struct call *k, u64 envp)
{
	u64 word;
	int i;

	for (i = 0; envp && i < COUNT_MAX; i++)
		if (!word_at(k, envp, i, &word) || !word)
			break;
	put_text(k, "[/* ");
	stp_out_number(&k->o, i);
	put_text(k, i == 1 ? " var */]" : " vars */]");
}

/* ---- one argument ---- */
static void put_number(struct call *k, char kind, u64 v, const char *table)
{
	if (*table == '!')
		stp_out_unsigned(&k->o, v, 16);
	else if (*table && *table != ' ')
		stp_out_names(&k->o, table, v);
	else if (kind == 'd' || kind == 'l' || kind == 'L')
		stp_out_number(&k->o, v);
	else
		stp_out_unsigned(&k->o, v, kind == 'x' || kind == 'p' ? 16 :
				 kind == 'o' || kind == 'm' ? 8 : 10);
}

static void put_item(struct call *k, int place, char kind, const char *table)
{
	u64 v = take(k, place, kind);

	switch (kind) {
	case 's':
		put_quoted(k, v, ~0ULL);
		return;
	case 'b':
		put_quoted(k, v, read_arg(k, place_of(k, place) + 1));
		return;
	case 'a':
		put_words(k, v);
		return;
	case 'e':
		put_count(k, v);
		return;
	case 'f':
		if ((int)v == FD_CWD) {
			put_text(k, "AT_FDCWD");
			return;
		}
		kind = 'd';
		break;
	}
	put_number(k, kind, v, table);
}

void stp_sysargs(struct stp_ctx *c, char *dst, stp_u64 regs, const char *what)
{
	struct call k = { c, regs, stp_is_compat(),
			  { dst, stp_script.limits.maxstringlen, 0 } };
	const char *start = what;
	int place;

	while (what[0] && what[1] && what[2] && !c->error) {
		place = (what[0] - '0') | (what[1] - '0') << 4;
		/* A mode counts only where something may be created. */
		if (what[2] != 'm' || read_arg(&k, place_of(&k, place) - 1) &
				      FLAG_CREAT) {
			if (what != start)
				put_text(&k, ", ");
			put_item(&k, place, what[2], what + 3);
		}
		what += 3;
		while (*what && *what++ != ' ')
			;
	}
	stp_out_end(&k.o);
}
