// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of BTF: the input is wrapped in an ELF file as
 * stap-sysroot makes one, opened as any vmlinux, and every function and type
 * in it is asked all that a script can ask.  A bare header in front, with
 * lengths that fit, gets the fuzzer past the first checks.
 */
#include "debuginfo/btf.h"
#include "debuginfo/debuginfo.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#define TYPES_ASKED 200

static volatile size_t sum;

static void ask_type(const struct dbg_type *t, int depth)
{
	dbg_members members = {0}, flat = {0};
	dbg_enumerators values = {0};
	struct dbg_member m;
	uint64_t n;

	if (!t || depth > 4)
		return;
	sum += strlen(t->name) + t->size;
	ask_type(dbg_type_target(t), depth + 1);
	ask_type(dbg_type_result(t), depth + 1);
	sum += dbg_type_count(t, &n) + dbg_type_is_string(t) +
	       (dbg_type_strip(t) != NULL) + dbg_type_member(t, "a", &m);
	dbg_type_members(t, false, &members);
	dbg_type_members(t, true, &flat);
	dbg_type_enumerators(t, &values);
	for (size_t i = 0; i < members.n && depth < 2; i++)
		ask_type(members.v[i].type, depth + 1);
}

static void ask_funcs(struct debuginfo *di)
{
	const struct dbg_query q = {.name = "*"};
	dbg_funcs funcs = {0};

	debuginfo_funcs(di, &q, &funcs);
	for (size_t i = 0; i < funcs.n && i < TYPES_ASKED; i++) {
		struct dbg_inst inst;
		dbg_vars vars = {0};
		struct place p;

		if (!dbg_func_inst(di, &funcs.v[i], 0, &inst))
			continue;
		dbg_inst_vars(di, &inst, inst.pc, &vars);
		for (size_t k = 0; k < vars.n; k++) {
			p = dbg_var_place(di, &inst, &vars.v[k], inst.pc);
			sum += p.nops + p.npieces;
			ask_type(vars.v[k].type, 0);
		}
		ask_type(dbg_inst_return(di, &inst, &p), 0);
	}
}

static void put_word(uint8_t *p, size_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* types, then strings: half of the input each. */
static uint8_t *with_header(const uint8_t *data, size_t size, size_t *n)
{
	static const uint8_t start[] = {0x9f, 0xeb, 1, 0, 24, 0, 0, 0};
	size_t types = size / 2 & ~(size_t)3, str = size - types + 2;
	uint8_t *p = calloc(1, 24 + size + 2);

	if (!p)
		abort();
	memcpy(p, start, sizeof start);
	put_word(p + 12, types);
	put_word(p + 16, types);
	put_word(p + 20, str);
	memcpy(p + 24, data, types);
	memcpy(p + 24 + types + 1, data + types, size - types);
	*n = 24 + size + 2;
	return p;
}

static void one(struct arena *a, const char *path, const void *btf, size_t n)
{
	const struct btf_elf from = {.machine = n & 1 ? EM_X86_64 : EM_AARCH64,
				     .btf = btf,
				     .nbtf = n,
				     .build_id = (const uint8_t *)"12345678",
				     .nbuild_id = 8};
	const char *why;
	struct debuginfo *di;

	if (btf_elf_write(a, path, &from, &why))
		return;
	di = debuginfo_open(a, path, NULL, &why);
	if (!di)
		return;
	ask_funcs(di);
	ask_type(debuginfo_type(di, "a"), 0);
	debuginfo_close(di);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/stapx-fuzz-XXXXXX";
	struct arena a = {0};
	uint8_t *whole;
	size_t n;
	int fd = mkstemp(path);

	if (fd < 0)
		abort();
	close(fd);
	one(&a, path, data, size);
	whole = with_header(data, size, &n);
	one(&a, path, whole, n);
	free(whole);
	unlink(path);
	arena_free(&a);
	return 0;
}
