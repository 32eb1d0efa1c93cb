// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that the table of a kernel's names is read as the kernel reads it:
 * of several names of an address the first, sizes up to the next address,
 * addresses in both encodings, long names; and that a damaged table gives
 * wrong names at worst.  tests/live/tapset.sh compares with real kernels.
 */
/* Beside those of the translator that the test is linked with. */
#define debuginfo_kallsyms own_kallsyms
#define kallsyms_find own_find
#define kallsyms_range own_range
#include "debuginfo/kallsyms.c"
#include "tests/unit/check.h"

/* Tokens: 0 to 127 are themselves, 128 is "vfs_", 129 a type and "sys". */
static uint8_t table[1024], names[1 << 18];
static uint8_t token_index[512], offsets[4 * 2048], markers[64];
static size_t nnames;
static struct dbg_kallsyms k;

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = v >> 8 * i;
}

static void tokens(void)
{
	static const char *const more[] = { "vfs_", "Tsys" };
	size_t at = 0;

	memset(token_index, 0, sizeof(token_index));
	for (int i = 0; i < 130; i++) {
		token_index[2 * i] = at;
		token_index[2 * i + 1] = at >> 8;
		if (i < 128)
			table[at++] = i;
		else
			at = stpcpy((char *)table + at, more[i - 128]) -
			     (char *)table;
		table[at++] = 0;
	}
}

static void begin(void)
{
	tokens();
	nnames = 0;
	k = (struct dbg_kallsyms){
		.offsets = { offsets, sizeof(offsets) },
		.names = { names, sizeof(names) },
		.markers = { markers, sizeof(markers) },
		.table = { table, sizeof(table) },
		.index = { token_index, sizeof(token_index) },
	};
}

static void symbol(uint32_t offset, const char *text)
{
	size_t n = strlen(text);

	if (k.n % MARKED == 0)
		put32(markers + 4 * (k.n / MARKED), nnames);
	put32(offsets + 4 * k.n++, offset);
	if (n < 0x80) {
		names[nnames++] = n;
	} else {
		names[nnames++] = 0x80 | (n & 0x7f);
		names[nnames++] = n >> 7;
	}
	memcpy(names + nnames, text, n);
	nnames += n;
}

static const char *name_of(uint64_t addr)
{
	static char text[1200];
	struct dbg_kallsym s;

	if (!kallsyms_find(&k, addr, &s))
		return "none";
	snprintf(text, sizeof(text), "%s+0x%llx/0x%llx", s.name,
		 (unsigned long long)(addr - s.addr),
		 (unsigned long long)s.size);
	return text;
}

static void names_of_addresses(void)
{
	begin();
	symbol(0, "T_text");
	symbol(0x100, "T_stext");
	symbol(0x100, "tsecond");
	symbol(0x140, "t\200read");	/* tokens */
	symbol(0x180, "\201_read");
	symbol(0x1c0, "tname.llvm.123");
	HOLDS(learn_base(&k, 0xffff0100));
	k.range = (struct dbg_range){ 0xffff0100, 0xffff0200 };
	SAYS("_stext+0x0/0x40", name_of(0xffff0100));
	SAYS("_stext+0x3f/0x40", name_of(0xffff013f));
	SAYS("vfs_read+0x1/0x40", name_of(0xffff0141));
	SAYS("sys_read+0x0/0x40", name_of(0xffff0180));
	SAYS("name+0x3f/0x40", name_of(0xffff01ff));
	SAYS("none", name_of(0xffff0200));
	SAYS("none", name_of(0xffff00ff));
	SAYS("none", name_of(0));
}

/* x86_64: small numbers are addresses, negative ones count from the base. */
static void percpu(void)
{
	begin();
	symbol(0x40, "Acpu_data");
	symbol(-1, "T_stext");
	symbol(-1 - 0x20, "tnext");
	HOLDS(learn_base(&k, 0xffffffff81000000));
	HOLDS(k.percpu);
	k.range = (struct dbg_range){ 0xffffffff81000000, 0xffffffff81000100 };
	SAYS("_stext+0x1f/0x20", name_of(0xffffffff8100001f));
	SAYS("next+0x0/0xe0", name_of(0xffffffff81000020));
	SAYS("none", name_of(0x40));
}

/* Behind a marker, and longer than one byte can say. */
static void many(void)
{
	char text[400], want[500];

	begin();
	symbol(0, "T_stext");
	for (uint32_t i = 1; i < 600; i++) {
		memset(text, 'a', sizeof(text));
		snprintf(text + 200 + i % 150, 20, "%u", i);
		text[0] = 't';
		symbol(i * 16, text);
	}
	HOLDS(learn_base(&k, 0x10000));
	k.range = (struct dbg_range){ 0x10000, 0x20000 };
	for (uint32_t i = 1; i < 599; i++) {
		memset(want, 'a', sizeof(want));
		snprintf(want + 199 + i % 150, 40, "%u+0x5/0x10", i);
		SAYS(want, name_of(0x10000 + i * 16 + 5));
	}
}

static void damaged(void)
{
	struct dbg_kallsym s;

	names_of_addresses();
	memset(names, 0xff, sizeof(names));	/* lengths that cannot be */
	kallsyms_find(&k, 0xffff0141, &s);
	names_of_addresses();
	memset(token_index, 0xff, sizeof(token_index));
	SAYS("none", name_of(0xffff0141));
	names_of_addresses();
	memset(table, 'x', sizeof(table));	/* a token without an end */
	HOLDS(kallsyms_find(&k, 0xffff0141, &s) &&
	      strlen(s.name) < sizeof(s.name));
	names_of_addresses();
	memset(markers, 0xff, sizeof(markers));
	SAYS("none", name_of(0xffff0141));
	names_of_addresses();
	k.names.n = 3;
	SAYS("none", name_of(0xffff0141));
	HOLDS(!learn_base(&k, 0));
}

int main(void)
{
	names_of_addresses();
	percpu();
	many();
	damaged();
	return check_report();
}
