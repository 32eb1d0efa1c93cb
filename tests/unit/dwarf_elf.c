// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows what debuginfo/ says about a small program, compiled here as an
 * object (laid out like a module) and as a linked file, with DWARF 5 and 4:
 * functions, inline instances, places, types, members, results, symbols.
 * Then damages the index in every way it can and shows that nothing but a
 * refusal comes of it.
 */
#include "debuginfo/debuginfo.h"
#include "debuginfo/index.h"

#include <elf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static const char source[] =
	"typedef unsigned long size_type;\n"
	"struct inner { int a; const char *text; };\n"
	"struct fwd;\n"
	"enum color { RED, GREEN = 5, BLUE };\n"
	"enum sign { MINUS = -1, PLUS = 1 };\n"
	"struct outer {\n"
	"	unsigned flag : 3, rest : 7; signed s : 4;\n"
	"	union { struct inner in; long num; };\n"
	"	struct fwd *next;\n"
	"	struct inner arr[2][3];\n"
	"	char name[16];\n"
	"	enum color color;\n"
	"	int (*fn)(void *, size_type);\n"
	"	volatile const short vc;\n"
	"	unsigned char *bytes;\n"
	"};\n"
	"struct pair { long a; int b; };\n"
	"struct big { long a[4]; };\n"
	"int counter = 42;\n"
	"static long hidden;\n"
	"enum sign sign_of(long x);\n"
	"static inline __attribute__((always_inline))\n"
	"int helper(int x, const char *s)\n"
	"{\n"
	"	hidden += x;\n"
	"	return *s + x;\n"
	"}\n"
	"__attribute__((noinline))\n"
	"int work(struct outer *o, const char *label, size_type n)\n"
	"{\n"
	"	volatile int seen = o->in.a;\n"
	"	counter += helper(seen, label);\n"
	"	return counter + (int)n;\n"
	"}\n"
	"__attribute__((noinline)) enum sign sign_of(long x)\n"
	"{ return x < 0 ? MINUS : PLUS; }\n"
	"struct pair give_pair(long x) { return (struct pair){x, 2}; }\n"
	"struct big give_big(long x) { return (struct big){{x}}; }\n"
	"void nothing(void) { hidden = 0; }\n"
	"int twice(struct outer *o) { return helper(o->in.a, o->name); }\n";

static unsigned failed, checked;
static const char *doing;

static void expect(const char *what, const char *came, const char *want)
{
	checked++;
	if (!strcmp(came, want))
		return;
	failed++;
	printf("%s: %s:\n  wanted %s\n  came   %s\n", doing, what, want, came);
}

static void expect_num(const char *what, uint64_t came, uint64_t want)
{
	checked++;
	if (came == want)
		return;
	failed++;
	printf("%s: %s: wanted %" PRIu64 ", came %" PRIu64 "\n", doing, what,
	       want, came);
}

/* ---- what is asked ---- */

static bool function(struct debuginfo *di, const char *glob,
		     struct dbg_func *f, struct dbg_inst *inst)
{
	struct dbg_query q = {.name = glob};
	dbg_funcs all = {0};

	debuginfo_funcs(di, &q, &all);
	expect_num(glob, all.n, 1);
	if (all.n != 1)
		return false;
	*f = all.v[0];
	return dbg_func_inst(di, f, 0, inst);
}

static int machine;

/* A register by the argument it holds at a function's entry. */
static const char *arg_name(unsigned n)
{
	static const char *const arm[] = {"first", "second", "third"};
	static const char *const x86[] = {NULL, "third", NULL, NULL, "second",
					  "first"};

	if (machine == EM_AARCH64)
		return n < ARRAY_SIZE(arm) ? arm[n] : NULL;
	return n < ARRAY_SIZE(x86) ? x86[n] : NULL;
}

/* "name:type place" of each parameter at the entry. */
static const char *params(struct arena *a, struct debuginfo *di,
			  const struct dbg_inst *inst)
{
	dbg_vars v = {0};
	struct buf b = {0};
	const char *s;

	dbg_inst_params(di, inst, &v);
	vec_for(i, &v) {
		struct place p = dbg_var_place(di, inst, &v.v[i], inst->pc);

		buf_printf(&b, "%s%s:%s %s", i ? ", " : "", v.v[i].name,
			   v.v[i].type->name, place_str(a, &p, arg_name));
	}
	s = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static void check_functions(struct arena *a, struct debuginfo *di)
{
	struct dbg_func f, g;
	struct dbg_inst inst, at;
	struct dbg_sym sym;
	uint64_t off;
	const char *file;
	unsigned line;

	if (!function(di, "work", &f, &inst))
		return;
	expect("name", dbg_func_str(di, &f), "work@fixture.c:29");
	expect_num("copies", f.copies, 1);
	expect_num("inlines", f.inlines, 0);
	expect_num("external", f.flags & DBG_EXTERNAL, DBG_EXTERNAL);
	expect("params", params(a, di, &inst),
	       "o:struct outer* %first, label:char const* %second, "
	       "n:size_type %third");
	expect_num("symbol", debuginfo_sym_at(di, inst.pc, &sym, &off), true);
	expect("symbol's name", sym.name, "work");
	expect_num("symbol's offset", off, 0);
	expect_num("unique", sym.unique, true);
	expect_num("probeable", debuginfo_blacklisted(di, inst.pc, NULL),
		   DBG_PROBEABLE);
	expect_num("by address", debuginfo_func_at(di, inst.pc + 1, false, &g,
						   &at), true);
	expect("function there", g.name, "work");
	expect_num("line", debuginfo_line_at(di, inst.pc, &file, &line), true);
	expect("its file", file, "fixture.c");
	expect_num("its number", line >= 28 && line <= 33, true);

	if (!function(di, "helper", &f, &inst))
		return;
	expect_num("inline copies", f.copies, 0);
	expect_num("inline instances", f.inlines, 2);
	expect_num("is inline", inst.is_inline, true);
	expect("similar", debuginfo_similar_funcs(di, "hepler", 3), "helper");
	expect("not similar", debuginfo_similar_funcs(di, "zzzzzzzz", 3), "");
}

static void check_statements(struct debuginfo *di)
{
	struct dbg_func f;
	struct dbg_inst inst;
	const struct dbg_stmt *at;
	const struct dbg_range *r;
	size_t n, nr;

	if (!function(di, "work", &f, &inst))
		return;
	nr = dbg_inst_ranges(di, &inst, &r);
	expect_num("ranges", nr >= 1 && r[0].lo == inst.pc, true);
	n = dbg_inst_statements(di, &inst, "fixture.c", 33, 33, false, &at);
	expect_num("statements", n >= 1, true);
	for (size_t i = 0; i < n; i++)
		expect_num("within", at[i].pc >= r[0].lo && at[i].pc < r[0].hi, true);
	n = dbg_inst_statements(di, &inst, NULL, 5, 5, false, &at);
	expect_num("no statement", n, 0);
	n = dbg_inst_statements(di, &inst, NULL, 5, 5, true, &at);
	expect_num("nearest", n >= 1, true);
}

static void check_queries(struct debuginfo *di)
{
	static const struct {
		struct dbg_query q;
		size_t n;
	} queries[] = {
		{{.name = "*"}, 7},
		{{.name = NULL}, 7},
		{{.name = "give_*"}, 2},
		{{.name = "g*_p?ir"}, 1},
		{{.name = "[wn]o*"}, 2},
		{{.name = "*", .file = "fixture.c"}, 7},
		{{.name = "*", .file = "*.h"}, 0},
		{{.name = "wor"}, 0},
		{{.name = "*", .spec = DBG_LINE_EXACT, .line = 29}, 1},
		{{.name = "*", .spec = DBG_LINE_RANGE, .line = 20,
		  .line2 = 30}, 2},
	};

	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		dbg_funcs out = {0};

		debuginfo_funcs(di, &queries[i].q, &out);
		expect_num(queries[i].q.name ? queries[i].q.name : "NULL",
			   out.n, queries[i].n);
	}
}

static void check_type(struct arena *a, struct debuginfo *di, const char *name,
		       const char *want)
{
	const struct dbg_type *t = debuginfo_type(di, name);

	expect(name,
	       t ? arena_printf(a, "%s %d %" PRIu64, t->name, t->kind,
				t->size) :
		   "nothing",
	       want);
}

static void check_types(struct arena *a, struct debuginfo *di)
{
	const char *fmt = "%s %d %d";

	check_type(a, di, "struct outer",
		   arena_printf(a, fmt, "struct outer", DBG_STRUCT, 176));
	check_type(a, di, "outer",
		   arena_printf(a, fmt, "struct outer", DBG_STRUCT, 176));
	check_type(a, di, "  const  struct outer * *",
		   arena_printf(a, fmt, "struct outer**", DBG_POINTER, 8));
	check_type(a, di, "unsigned long",
		   arena_printf(a, fmt, "long unsigned int", DBG_UINT, 8));
	check_type(a, di, "int", arena_printf(a, fmt, "int", DBG_INT, 4));
	check_type(a, di, "char", arena_printf(a, fmt, "char", DBG_CHAR, 1));
	check_type(a, di, "size_type",
		   arena_printf(a, fmt, "size_type", DBG_UINT, 8));
	check_type(a, di, "enum color",
		   arena_printf(a, fmt, "enum color", DBG_ENUM, 4));
	check_type(a, di, "void", arena_printf(a, fmt, "void", DBG_VOID, 0));
	check_type(a, di, "struct fwd", "nothing");
	check_type(a, di, "struct color", "nothing");
	check_type(a, di, "no_such_type", "nothing");
}

static void check_members(struct arena *a, struct debuginfo *di)
{
	static const struct {
		const char *name, *want;
	} members[] = {
		{"flag", "unsigned int +0 bits 3@0"},
		{"rest", "unsigned int +0 bits 7@3"},
		{"s", "int +0 bits 4@10"},
		{"a", "nothing"},
		{"in", "struct inner +8 bits 0@0"},
		{"num", "long int +8 bits 0@0"},
		{"next", "struct fwd* +24 bits 0@0"},
		{"arr", "struct inner[][] +32 bits 0@0"},
		{"name", "char[] +128 bits 0@0"},
		{"color", "enum color +144 bits 0@0"},
		{"fn", "int (*) (void*, size_type) +152 bits 0@0"},
		{"vc", "short int const volatile +160 bits 0@0"},
	};
	const struct dbg_type *t = debuginfo_type(di, "struct outer"), *e;
	struct dbg_member m;
	dbg_members flat = {0};
	uint64_t n = 0;

	if (!t)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		bool found = dbg_type_member(t, members[i].name, &m);
		const char *came =
			!found ? "nothing" :
				 arena_printf(a, "%s +%" PRIu64 " bits %u@%u",
					      m.type->name, m.offset,
					      m.bit_size, m.bit_offset);

		/* Compilers differ in the order of two qualifiers. */
		if (!strcmp(members[i].name, "vc") &&
		    strstr(came, "volatile const"))
			continue;
		expect(members[i].name, came, members[i].want);
	}
	dbg_type_members(t, true, &flat);
	expect_num("flat members", flat.n, 12);
	expect("similar", dbg_type_similar_members(t, "nam", 2), "name, num");

	dbg_type_member(t, "name", &m);
	expect_num("text", dbg_type_is_string(m.type), true);
	expect_num("length", dbg_type_count(m.type, &n) ? n : 0, 16);
	dbg_type_member(t, "bytes", &m);
	expect_num("bytes are no text", dbg_type_is_string(m.type), false);
	dbg_type_member(t, "arr", &m);
	expect_num("rows", dbg_type_count(m.type, &n) ? n : 0, 2);
	e = dbg_type_target(m.type);
	expect("row", e ? e->name : "", "struct inner[]");
	expect_num("row's size", e ? e->size : 0, 48);
	expect_num("columns", e && dbg_type_count(e, &n) ? n : 0, 3);
	e = e ? dbg_type_target(e) : NULL;
	expect("element", e ? e->name : "", "struct inner");
	dbg_type_member(t, "next", &m);
	e = dbg_type_target(m.type);
	expect_num("incomplete", e && e->is_incomplete, true);
	dbg_type_member(t, "fn", &m);
	e = dbg_type_result(m.type);
	expect("result", e ? e->name : "", "int");
}

static void check_enums(struct debuginfo *di)
{
	const struct dbg_type *t = debuginfo_type(di, "enum color");
	dbg_enumerators e = {0};

	if (!t)
		return;
	dbg_type_enumerators(t, &e);
	expect_num("enumerators", e.n, 3);
	expect("last", e.n == 3 ? e.v[2].name : "", "BLUE");
	expect_num("its value", e.n == 3 ? e.v[2].value : 0, 6);
	expect_num("unsigned", t->is_signed, false);
	t = debuginfo_type(di, "enum sign");
	expect_num("signed", t && t->is_signed, true);
}

static void check_variables(struct arena *a, struct debuginfo *di)
{
	struct dbg_func f;
	struct dbg_inst inst;
	struct dbg_var v;
	struct dbg_sym sym;
	const struct dbg_range *r;
	struct place p;
	int value = 0;

	if (!function(di, "work", &f, &inst))
		return;
	expect_num("global", debuginfo_global(di, "counter", NULL, &v), true);
	p = dbg_var_place(di, NULL, &v, 0);
	expect_num("kind", p.kind, PLACE_ADDRESS);
	expect_num("one op", p.nops == 1 && p.ops[0].code == PLACE_ADDR, true);
	expect_num("symbol", debuginfo_sym(di, "counter", &sym), 1);
	if (p.nops)
		expect_num("address", p.ops[0].n, sym.addr);
	expect_num("read", debuginfo_read(di, sym.addr, &value, sizeof value),
		   true);
	expect_num("value", value, 42);
	expect_num("static", dbg_inst_var(di, &inst, inst.pc, "hidden", &v),
		   true);
	expect("its type", v.type->name, "long int");
	expect_num("in no such file",
		   debuginfo_global(di, "hidden", "other.c", &v), false);
	expect_num("local", dbg_inst_var(di, &inst, inst.pc, "seen", &v), true);
	p = dbg_var_place(di, &inst, &v, inst.pc);
	expect_num("no frame yet", p.kind, PLACE_NONE);
	expect_num("its code", dbg_inst_ranges(di, &inst, &r) > 0, true);
	p = dbg_var_place(di, &inst, &v, (r[0].lo + r[0].hi) / 2);
	expect_num("on the stack", p.kind, PLACE_ADDRESS);
	expect_num("none", dbg_inst_var(di, &inst, inst.pc, "nosuch", &v),
		   false);
}

static void check_result(struct arena *a, struct debuginfo *di,
			 const char *name, const char *want)
{
	struct dbg_func f;
	struct dbg_inst inst;
	struct place p;
	const struct dbg_type *t;

	if (!function(di, name, &f, &inst))
		return;
	t = dbg_inst_return(di, &inst, &p);
	expect(name,
	       arena_printf(a, "%s %s", t ? t->name : "void",
			    p.kind ? place_str(a, &p, NULL) : "nowhere"),
	       want);
}

static void check_results(struct arena *a, struct debuginfo *di)
{
	bool arm = machine == EM_AARCH64;

	check_result(a, di, "work", "int %reg0");
	check_result(a, di, "sign_of", "enum sign %reg0");
	check_result(a, di, "give_pair",
		     "struct pair [64 bits: %reg0; 64 bits: %reg1]");
	check_result(a, di, "give_big",
		     arm ? "struct big nowhere" : "struct big *%reg0");
	check_result(a, di, "nothing", "void nowhere");
}

static void check_sections(struct debuginfo *di, bool is_module)
{
	struct dbg_func f;
	struct dbg_inst inst;
	const char *section = "";
	uint64_t off = 0, back = 0;

	if (!function(di, "give_pair", &f, &inst))
		return;
	expect_num("module", debuginfo_facts(di)->is_module, is_module);
	expect_num("in a section",
		   debuginfo_section(di, inst.pc, &section, &off), true);
	expect("section", section, ".text");
	expect_num("and back", debuginfo_section_addr(di, section, off, &back),
		   true);
	expect_num("same", back, inst.pc);
	expect_num("nowhere", debuginfo_section(di, UINT64_MAX, NULL, NULL),
		   false);
}

static void check_file(const char *path, bool is_module)
{
	struct arena a = {0};
	const char *why = "";
	struct debuginfo *di = debuginfo_open(&a, path, NULL, &why);

	if (!di) {
		expect("open", why, "");
		return;
	}
	machine = debuginfo_facts(di)->machine;
	expect_num("DWARF", debuginfo_facts(di)->has_dwarf, true);
	if (machine == EM_X86_64 || machine == EM_AARCH64) {
		check_functions(&a, di);
		check_results(&a, di);
	}
	check_queries(di);
	check_statements(di);
	check_types(&a, di);
	check_members(&a, di);
	check_enums(di);
	check_variables(&a, di);
	check_sections(di, is_module);
	debuginfo_close(di);
	arena_free(&a);
}

/* ---- damage ---- */

/* Asks everything an index can answer; must not crash, may say nonsense. */
static void use_index(struct arena *a, const char *path)
{
	struct index ix;
	const char *why;
	volatile size_t sum = 0;
	size_t lo, hi;

	if (!index_map(a, path, &ix, &why))
		return;
	for (size_t i = 0; i < index_count(&ix, INDEX_FUNCS); i++) {
		const struct index_func *f = index_func(&ix, i);

		sum += strlen(index_str(&ix, f->name));
		sum += strlen(index_str(&ix, f->file));
		sum += index_inst(&ix, f->inst) != NULL;
	}
	for (size_t i = 0; i < index_count(&ix, INDEX_SYMNAMES); i++)
		sum += index_symname(&ix, i) != NULL;
	for (int t = INDEX_FUNCS; t <= INDEX_SYMNAMES; t++)
		if (t == INDEX_FUNCS || t == INDEX_TYPES || t == INDEX_VARS ||
		    t == INDEX_SYMNAMES)
			index_named(&ix, t, "work", true, &lo, &hi);
	index_unmap(&ix);
}

static void check_damage(const char *elf, const char *index)
{
	struct arena a = {0};
	const char *why = "";
	size_t size;
	char *text;

	doing = "index";
	expect_num("built",
		   debuginfo_index_build(&a, elf, index, NULL, NULL, &why), 0);
	expect_num("good", debuginfo_index_check(&a, index, NULL, true, &why),
		   true);
	expect_num("of another build",
		   debuginfo_index_check(&a, index, "0123", false, &why),
		   false);
	text = file_read(&a, index, 1 << 24, &size);
	if (!text) {
		expect("read back", "", "an index");
		return;
	}
	for (size_t i = 0; i < size; i += i < 400 ? 1 : 61) {
		text[i] ^= 0x5a;
		file_replace(index, text, size, 0600);
		expect_num("damage is seen",
			   debuginfo_index_check(&a, index, NULL, true, &why),
			   false);
		use_index(&a, index);
		text[i] ^= 0x5a;
	}
	for (size_t n = 0; n < size; n += size / 37 + 1) {
		file_replace(index, text, n, 0600);
		expect_num("truncation is seen",
			   debuginfo_index_check(&a, index, NULL, false, &why),
			   false);
	}
	arena_free(&a);
}

/* A damaged index is made anew, and then used. */
static void check_repair(const char *elf, const char *index)
{
	struct arena a = {0};
	const char *why = "";
	struct debuginfo *di;

	doing = "repair";
	file_replace(index, "rubbish", 7, 0600);
	di = debuginfo_open(&a, elf, index, &why);
	expect_num("opens", di != NULL, true);
	debuginfo_close(di);
	expect_num("repaired",
		   debuginfo_index_check(&a, index, NULL, true, &why), true);
	arena_free(&a);
}

static void check_refusals(const char *stripped, const char *text)
{
	struct arena a = {0};
	const char *why = "";
	struct debuginfo *di = debuginfo_open(&a, stripped, NULL, &why);
	struct dbg_sym sym;

	doing = "refusals";
	expect_num("opens without DWARF", di != NULL, true);
	if (di) {
		expect_num("none", debuginfo_facts(di)->has_dwarf, false);
		expect_num("says so",
			   str_starts(debuginfo_facts(di)->no_dwarf,
				      "no debug information in \""),
			   true);
		expect_num("symbols", debuginfo_sym(di, "work", &sym), 1);
	}
	debuginfo_close(di);
	expect_num("not ELF", debuginfo_open(&a, text, NULL, &why) != NULL,
		   false);
	expect_num("reason", strstr(why, "is not an ELF file") != NULL, true);
	expect_num("no file",
		   debuginfo_open(&a, "/nonexistent/x", NULL, &why) != NULL,
		   false);
	arena_free(&a);
}

/* ---- */

/* Objects get their frames in .debug_frame, as the kernel's do; linked files
 * in .eh_frame. */
static bool compile(const char *dir, const char *out, const char *f1,
		    const char *f2)
{
	bool object = !strcmp(f2, "-c");
	char *argv[] = {"cc", "-O2", "-fPIC", "-fno-ipa-icf", "-fno-lto",
			object ? "-fno-asynchronous-unwind-tables" :
				 "-fasynchronous-unwind-tables",
			(char *)f1, (char *)f2, "-o", (char *)out, "fixture.c",
			NULL};

	return !proc_run(argv, dir, PROC_QUIET).status;
}

int main(void)
{
	static const struct {
		const char *out, *f1, *f2;
		bool is_module;
	} builds[] = {
		{"m5.o", "-gdwarf-5", "-c", true},
		{"m4.o", "-gdwarf-4", "-c", true},
		{"l5.so", "-gdwarf-5", "-shared", false},
		{"l4.so", "-gdwarf-4", "-shared", false},
		{"none.o", "-g0", "-c", true},
	};
	struct arena a = {0};
	char dir[] = "/tmp/dwarf_elf.XXXXXX";

	if (!mkdtemp(dir))
		return 1;
	file_replace(path_join(&a, dir, "fixture.c"), source,
		     sizeof source - 1, 0600);
	for (size_t i = 0; i < ARRAY_SIZE(builds); i++) {
		doing = builds[i].out;
		if (!compile(dir, doing, builds[i].f1, builds[i].f2)) {
			printf("no C compiler that makes %s\n", doing);
			remove_tree(dir);
			arena_free(&a);
			return 77;
		}
		if (strcmp(builds[i].f1, "-g0"))
			check_file(path_join(&a, dir, doing),
				   builds[i].is_module);
	}
	check_damage(path_join(&a, dir, "m5.o"), path_join(&a, dir, "ix"));
	check_repair(path_join(&a, dir, "l5.so"), path_join(&a, dir, "ix"));
	check_refusals(path_join(&a, dir, "none.o"),
		       path_join(&a, dir, "fixture.c"));
	remove_tree(dir);
	arena_free(&a);
	printf("%u checks, %u failed\n", checked, failed);
	return failed != 0;
}
