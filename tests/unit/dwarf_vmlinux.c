// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows on the vmlinux of every sysroot at hand that the index is made within
 * its budget of CPU and memory, and that functions, places, types and symbols
 * of a real kernel come out right, within theirs.  Skipped where there is no
 * sysroot with debug information.
 */
#include "debuginfo/debuginfo.h"
#include "debuginfo/index.h"

#include <elf.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned failed, checked;
static const char *doing;

static void expect(const char *what, bool ok, const char *fmt, ...)
	PRINTF(3, 4);

static void expect(const char *what, bool ok, const char *fmt, ...)
{
	va_list ap;

	checked++;
	if (ok)
		return;
	failed++;
	printf("%s: %s: came ", doing, what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

static double cpu_seconds(const struct rusage *r)
{
	return r->ru_utime.tv_sec + r->ru_stime.tv_sec +
	       (r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static double cpu_now(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return cpu_seconds(&r);
}

static bool one_function(struct debuginfo *di, const char *name,
			 struct dbg_func *f, struct dbg_inst *inst)
{
	struct dbg_query q = {.name = name};
	dbg_funcs all = {0};

	debuginfo_funcs(di, &q, &all);
	expect(name, all.n == 1, "%zu functions", all.n);
	if (all.n != 1)
		return false;
	*f = all.v[0];
	return dbg_func_inst(di, f, 0, inst);
}

static void check_vfs_read(struct arena *a, struct debuginfo *di)
{
	static const unsigned x86[] = {5, 4, 1, 2}, arm[] = {0, 1, 2, 3};
	static const char *const want[] = {"file:struct file*", "buf:char*",
					   "count:size_t", "pos:loff_t*"};
	const unsigned *regs =
		debuginfo_facts(di)->machine == EM_AARCH64 ? arm : x86;
	struct dbg_func f;
	struct dbg_inst inst;
	struct dbg_sym sym;
	dbg_vars v = {0};
	uint64_t off = 1;
	const char *file = "", *s;
	struct place p;
	const struct dbg_type *t;
	unsigned line;

	if (!one_function(di, "vfs_read", &f, &inst))
		return;
	expect("file", !strcmp(f.file, "fs/read_write.c"), "%s", f.file);
	expect("symbol", debuginfo_sym_at(di, inst.pc, &sym, &off) && !off &&
				 !strcmp(sym.name, "vfs_read") && sym.unique,
	       "%s+%llu", sym.name, (unsigned long long)off);
	dbg_inst_params(di, &inst, &v);
	expect("parameters", v.n == 4, "%zu", v.n);
	for (size_t i = 0; i < MIN(v.n, (size_t)4); i++) {
		s = arena_printf(a, "%s:%s", v.v[i].name, v.v[i].type->name);
		p = dbg_var_place(di, &inst, &v.v[i], inst.pc);
		expect(want[i], !strcmp(s, want[i]), "%s", s);
		expect(want[i], p.kind == PLACE_VALUE && p.nops == 1 &&
					p.ops[0].code == PLACE_REG &&
					p.ops[0].n == regs[i],
		       "%s", place_str(a, &p, NULL));
	}
	t = dbg_inst_return(di, &inst, &p);
	expect("result", t && !strcmp(t->name, "ssize_t") &&
				 p.kind == PLACE_VALUE && p.ops[0].n == 0,
	       "%s %s", t ? t->name : "void", place_str(a, &p, NULL));
	expect("line", debuginfo_line_at(di, inst.pc, &file, &line) &&
			       !strcmp(file, "fs/read_write.c"), "%s", file);
	s = debuginfo_similar_funcs(di, "vfs_raed", 5);
	expect("similar", strstr(s, "vfs_read") != NULL, "%s", s);
}

/* Follows "a.b.c" through structs and pointers to them. */
static bool follow(struct arena *a, struct debuginfo *di, const char *type,
		   const char *path, struct dbg_member *m)
{
	const struct dbg_type *t = debuginfo_type(di, type);

	while (t && *path) {
		size_t n = strcspn(path, ".");

		if (t->kind == DBG_POINTER)
			t = dbg_type_target(t);
		if (!t || !dbg_type_member(t, arena_strndup(a, path, n), m))
			return false;
		t = m->type;
		path += n + (path[n] == '.');
	}
	return t != NULL;
}

static void check_types(struct arena *a, struct debuginfo *di)
{
	static const struct {
		const char *type, *path, *name;
		enum dbg_kind kind;
		bool text, bits;
	} members[] = {
		{"struct task_struct", "comm", "char[]", DBG_ARRAY, .text = 1},
		{"task_struct", "pid", "pid_t", DBG_INT, .text = 0},
		{"struct task_struct", "mm.mm_users.counter", "int", DBG_INT,
		 .text = 0},
		{"struct task_struct", "sched_reset_on_fork", "unsigned int",
		 DBG_UINT, .bits = 1},
		{"struct task_struct", "real_parent.tgid", "pid_t", DBG_INT,
		 .text = 0},
		{"struct file", "f_path.dentry.d_name.name",
		 "unsigned char const*", DBG_POINTER, .text = 0},
		{"struct file", "f_path.dentry.d_name.len", "u32", DBG_UINT,
		 .text = 0},
		{"struct file*", "f_inode.i_sb.s_id", "char[]", DBG_ARRAY,
		 .text = 1},
		{"struct page", "mapping", "struct address_space*",
		 DBG_POINTER, .text = 0},
		{"struct list_head", "next", "struct list_head*", DBG_POINTER,
		 .text = 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		struct dbg_member m = {.name = "nothing"};
		bool found = follow(a, di, members[i].type, members[i].path,
				    &m);

		expect(members[i].path,
		       found && !strcmp(m.type->name, members[i].name) &&
			       m.type->kind == members[i].kind &&
			       dbg_type_is_string(m.type) == members[i].text &&
			       (m.bit_size != 0) == members[i].bits,
		       "%s", found ? m.type->name : "nothing");
	}
}

/* Nearly every copy begins where a function's symbol is, and the parameters
 * of a function that is not a clone can be read at its entry. */
static void check_entries(struct debuginfo *di)
{
	struct dbg_query q = {.name = "*"};
	dbg_funcs all = {0};
	size_t copies = 0, at_symbol = 0, params = 0, located = 0;
	double start = cpu_now(), listed;

	debuginfo_funcs(di, &q, &all);
	vec_for(i, &all) {
		for (unsigned k = 0; k < all.v[i].copies; k++) {
			struct dbg_inst inst;
			struct dbg_sym sym;
			uint64_t off;

			if (!dbg_func_inst(di, &all.v[i], k, &inst) ||
			    debuginfo_blacklisted(di, inst.pc, NULL))
				continue;
			copies++;
			at_symbol += debuginfo_sym_at(di, inst.pc, &sym,
						      &off) && !off;
		}
	}
	listed = cpu_now() - start;
	expect("functions", all.n > 50000, "%zu", all.n);
	expect("seconds for all", listed < 1, "%.2f", listed);
	expect("at symbols", at_symbol >= copies - copies / 1000, "%zu of %zu",
	       at_symbol, copies);
	vec_for(i, &all) {
		struct dbg_inst inst;
		struct dbg_sym sym;
		dbg_vars v = {0};

		if (!all.v[i].copies || !str_starts(all.v[i].name, "vfs_") ||
		    !dbg_func_inst(di, &all.v[i], 0, &inst) ||
		    !debuginfo_sym_at(di, inst.pc, &sym, NULL) ||
		    strchr(sym.name, '.'))
			continue;
		dbg_inst_params(di, &inst, &v);
		params += v.n;
		vec_for(n, &v)
			located += dbg_var_place(di, &inst, &v.v[n], inst.pc)
					   .kind != PLACE_NONE;
	}
	expect("parameters at entry", params > 50 && located == params,
	       "%zu of %zu", located, params);
}

static void check_blacklist(struct debuginfo *di)
{
	static const char *const names[] = {"notify_die", "__die"};
	struct dbg_sym sym;
	unsigned known = 0, refused = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (debuginfo_sym(di, names[i], &sym)) {
			known++;
			refused += debuginfo_blacklisted(di, sym.addr, NULL) !=
				   DBG_PROBEABLE;
		}
	expect("NOKPROBE", known && refused == known, "%u of %u", refused,
	       known);
	if (debuginfo_sym(di, "start_kernel", &sym))
		expect("init text", debuginfo_blacklisted(di, sym.addr, NULL) ==
					    DBG_INIT_TEXT, "another reason");
	if (debuginfo_sym(di, "kernel_read", &sym))
		expect("exported", sym.exported, "not");
}

static int query(const char *vmlinux, const char *index)
{
	struct arena a = {0};
	const char *why = "";
	double start = cpu_now(), spent;
	struct debuginfo *di = debuginfo_open(&a, vmlinux, index, &why);
	struct rusage r;

	expect("open", di != NULL, "%s", why);
	if (!di)
		return 1;
	check_vfs_read(&a, di);
	spent = cpu_now() - start;
	getrusage(RUSAGE_SELF, &r);
	printf("%s: one function: %.3f s CPU, %ld MB\n", doing, spent,
	       r.ru_maxrss / 1024);
	expect("seconds of one function", spent < 0.5, "%.2f", spent);
	expect("its memory, MB", r.ru_maxrss < 100 << 10, "%ld",
	       r.ru_maxrss / 1024);
	check_types(&a, di);
	check_entries(di);
	check_blacklist(di);
	debuginfo_close(di);
	arena_free(&a);
	return failed != 0;
}

static int build(const char *vmlinux, const char *index)
{
	struct arena a = {0};
	const char *why = "";
	int err = debuginfo_index_build(&a, vmlinux, index, NULL, NULL, &why);

	expect("index", !err, "%s", why);
	arena_free(&a);
	return err != 0;
}

/* In a process of its own, so that its memory can be measured. */
static bool in_child(int (*fn)(const char *, const char *), const char *a,
		     const char *b, struct rusage *r)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		status = fn(a, b);
		fflush(stdout);
		_exit(status);
	}
	return pid > 0 && wait4(pid, &status, 0, r) == pid && !status;
}

static void check_kernel(const char *vmlinux)
{
	char index[] = "/tmp/dwarf_vmlinux.XXXXXX";
	int fd = mkstemp(index);
	struct rusage r = {0};

	if (fd < 0)
		return;
	close(fd);
	doing = strrchr(vmlinux, '/') + 1;
	if (in_child(build, vmlinux, index, &r)) {
		printf("%s: index: %.1f s CPU, %ld MB\n", doing,
		       cpu_seconds(&r), r.ru_maxrss / 1024);
#ifndef __SANITIZE_ADDRESS__
		expect("index seconds", cpu_seconds(&r) < 10, "%.1f",
		       cpu_seconds(&r));
		expect("index MB", r.ru_maxrss < 600 << 10, "%ld",
		       r.ru_maxrss / 1024);
#endif
		expect("queries", in_child(query, vmlinux, index, &r),
		       "a failure");
	} else {
		expect("index", false, "a failure");
	}
	unlink(index);
}

int main(void)
{
	const char *dir = getenv("STAPX_SYSROOTS"), *home = getenv("HOME");
	struct arena a = {0};
	glob_t g = {0};

	if (!dir)
		dir = arena_printf(&a, "%s/.systemtap/sysroots",
				   home ? home : "");
	glob(arena_printf(&a, "%s/*/usr/lib/debug/boot/vmlinux-*", dir), 0,
	     NULL, &g);
	for (size_t i = 0; i < g.gl_pathc; i++)
		check_kernel(g.gl_pathv[i]);
	if (!g.gl_pathc) {
		printf("no vmlinux below \"%s\"\n", dir);
		globfree(&g);
		return 77;
	}
	printf("%zu kernels, %u failed\n", g.gl_pathc, failed);
	globfree(&g);
	arena_free(&a);
	return failed != 0;
}
