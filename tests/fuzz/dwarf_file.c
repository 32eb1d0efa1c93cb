// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes what reads a whole file's debug information: the index made of it,
 * then functions, variables, places and types as a script asks for them.  The
 * input is an ELF file; seeds are small ones with DWARF.
 */
#include "debuginfo/debuginfo.h"

#include <stdlib.h>
#include <unistd.h>

#define ASKED 40

static volatile size_t sum;

static void ask_type(const struct dbg_type *t, int depth)
{
	dbg_members members = {0};
	dbg_enumerators values = {0};
	struct dbg_member m;
	uint64_t n;

	if (!t || depth > 3)
		return;
	sum += strlen(t->name) + t->size;
	ask_type(dbg_type_target(t), depth + 1);
	ask_type(dbg_type_result(t), depth + 1);
	sum += dbg_type_count(t, &n) + dbg_type_is_string(t) +
	       (dbg_type_strip(t) != NULL) + dbg_type_member(t, "a", &m);
	dbg_type_members(t, true, &members);
	dbg_type_enumerators(t, &values);
	for (size_t i = 0; i < members.n && i < ASKED && depth < 2; i++)
		ask_type(members.v[i].type, depth + 1);
}

static void ask_places(struct debuginfo *di, const struct dbg_inst *inst,
		       uint64_t pc)
{
	dbg_vars vars = {0};

	dbg_inst_vars(di, inst, pc, &vars);
	for (size_t k = 0; k < vars.n && k < ASKED; k++) {
		struct place p = dbg_var_place(di, inst, &vars.v[k], pc);

		sum += p.nops + p.npieces;
		ask_type(vars.v[k].type, 0);
	}
}

static void ask_funcs(struct debuginfo *di)
{
	const struct dbg_query q = {.name = "*"};
	dbg_funcs funcs = {0};

	debuginfo_funcs(di, &q, &funcs);
	for (size_t i = 0; i < funcs.n && i < ASKED; i++) {
		struct dbg_inst inst;
		const struct dbg_range *r;
		struct place p;

		if (!dbg_func_inst(di, &funcs.v[i], 0, &inst))
			continue;
		ask_places(di, &inst, inst.pc);
		if (dbg_inst_ranges(di, &inst, &r))
			ask_places(di, &inst, r[0].lo + (r[0].hi - r[0].lo) / 2);
		ask_type(dbg_inst_return(di, &inst, &p), 0);
	}
}

static void ask_names(struct debuginfo *di)
{
	const struct dbg_kallsyms *k = debuginfo_kallsyms(di);
	struct dbg_range r = k ? kallsyms_range(k) : (struct dbg_range){0};
	struct dbg_kallsym sym;

	for (unsigned i = 0; k && i < ASKED; i++)
		if (kallsyms_find(k, r.lo + (r.hi - r.lo) / ASKED * i, &sym))
			sum += strlen(sym.name) + sym.size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/stapx-fuzz-XXXXXX";
	struct arena a = {0};
	struct debuginfo *di;
	const char *why;
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	di = debuginfo_open(&a, path, NULL, &why);
	if (di) {
		ask_funcs(di);
		ask_names(di);
		debuginfo_close(di);
	}
	unlink(path);
	arena_free(&a);
	return 0;
}
