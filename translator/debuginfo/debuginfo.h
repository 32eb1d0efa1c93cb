/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a target's binary says about itself: functions, variables, types,
 * symbols, and where each variable is at a program counter.
 *
 * One struct debuginfo a file: vmlinux, or a module's .ko (the one with the
 * .debug sections).  Nothing is read before it is asked for: names come from
 * the index (index.h), DIEs by their offset, so a run touches only the
 * compile units its script names.
 *
 * Addresses.  In vmlinux they are link-time addresses.  A module's file is
 * not linked; its sections are laid out here at made-up addresses, and
 * debuginfo_section() turns one into section and offset, which is what may
 * leave this layer.
 *
 * Everything returned belongs to the arena given to debuginfo_open(), or to
 * the mapped files, and lives until debuginfo_close().  Not for two threads.
 */
#ifndef STAPX_DEBUGINFO_H
#define STAPX_DEBUGINFO_H

#include "debuginfo/place.h"
#include "util/util.h"

struct debuginfo;
struct dbg_type;

/* ---- the file ---- */

/* index: where the index is, or is to be written when it is missing, stale or
 * damaged; NULL, or a place that cannot be written, or a file without a
 * build-id: built in memory.  NULL with the message in *why.  A file with
 * symbols but no DWARF opens: see has_dwarf. */
struct debuginfo *debuginfo_open(struct arena *a, const char *elf_path,
				 const char *index, const char **why);
/* The same of a module, whose BTF goes on from the kernel's (or NULL): both
 * are closed together. */
struct debuginfo *debuginfo_open_module(struct arena *a, const char *elf_path,
					const char *index,
					struct debuginfo *kernel,
					const char **why);
void debuginfo_close(struct debuginfo *di);

struct debuginfo_facts {
	const char *path;
	const char *build_id; /* hex, "" when none */
	int machine;	      /* EM_X86_64, EM_AARCH64 … */
	unsigned addr_size;   /* 4 or 8 */
	bool is_module;	      /* relocatable: addresses need a section */
	bool has_dwarf;
	bool has_btf;	      /* used where there is no DWARF */
	const char *no_dwarf; /* neither: the message with its cure */
};
const struct debuginfo_facts *debuginfo_facts(const struct debuginfo *di);

/* The section an address lies in: its name and the offset in it.  False for
 * an address of no section.  Either pointer may be NULL. */
bool debuginfo_section(const struct debuginfo *di, uint64_t addr,
		       const char **section, uint64_t *offset);
/* The address of an offset in a section, the other way round. */
bool debuginfo_section_addr(const struct debuginfo *di, const char *section,
			    uint64_t offset, uint64_t *addr);

/* Bytes of the file's image at an address (initialised data, text).  False
 * when they are not in the file. */
bool debuginfo_read(const struct debuginfo *di, uint64_t addr, void *to,
		    size_t n);

/* ---- functions ---- */

enum dbg_func_flags {
	DBG_EXTERNAL = 1,
	DBG_PROTOTYPED = 2,
	DBG_DECL_INLINE = 4,
};

/* A function as written in the source: name, file and line are unique.  A
 * static inline of a header that many units use is one of these. */
struct dbg_func {
	const char *name;
	const char *file; /* "fs/read_write.c": below the source root */
	unsigned line;
	unsigned flags;
	unsigned copies;  /* out-of-line copies: may be more than one */
	unsigned inlines; /* inline instances */
	uint32_t first;	  /* the index's */
};

/* A place in the code where a function stands. */
struct dbg_inst {
	uint64_t pc;	   /* the first instruction; nothing is skipped */
	uint64_t die;	   /* offset in .debug_info */
	uint32_t cu;	   /* position in the index's units */
	bool is_inline;
};

enum dbg_line_spec {
	DBG_LINE_ANY,
	DBG_LINE_EXACT, /* :line, the line of the declaration, or … */
	DBG_LINE_RANGE, /* :line-line2 */
	DBG_LINE_DELTA, /* +line: that many lines below the declaration */
};

struct dbg_query {
	const char *name; /* glob; NULL is "*" */
	const char *file; /* glob, matches the whole name or any trailing
			     part of it that follows a '/'; NULL: any */
	enum dbg_line_spec spec;
	unsigned line, line2;
};

typedef VEC(struct dbg_func) dbg_funcs;
/* Those that match, by name, file, line; only functions with an instance.
 * EXACT and RANGE select on the declaration's line. */
void debuginfo_funcs(struct debuginfo *di, const struct dbg_query *q,
		     dbg_funcs *out);
/* Does a glob of a query match a function's file? */
bool dbg_file_matches(const char *glob, const char *file);
/* i below copies + inlines; the copies come first. */
bool dbg_func_inst(struct debuginfo *di, const struct dbg_func *f, unsigned i,
		   struct dbg_inst *out);
/* The function whose code holds addr: the out-of-line one, or the innermost
 * inline one. */
bool debuginfo_func_at(struct debuginfo *di, uint64_t addr, bool innermost,
		       struct dbg_func *f, struct dbg_inst *inst);

struct dbg_range {
	uint64_t lo, hi;
};
/* All the code of an instance; the first range holds its entry.  Count. */
size_t dbg_inst_ranges(struct debuginfo *di, const struct dbg_inst *inst,
		       const struct dbg_range **out);
/* File and line of an address, from the line table. */
bool debuginfo_line_at(struct debuginfo *di, uint64_t addr, const char **file,
		       unsigned *line);
struct dbg_stmt {
	uint64_t pc;
	unsigned line;
};
/* The statements on a line (line2: up to that one) within an instance, by
 * address and line, one a line-table row that starts a statement (where none
 * does, the lowest of the line); for nearest of the first line that has code,
 * at or after line. */
size_t dbg_inst_statements(struct debuginfo *di, const struct dbg_inst *inst,
			   const char *file, unsigned line, unsigned line2,
			   bool nearest, const struct dbg_stmt **out);

/* "vfs_read@fs/read_write.c:450" */
const char *dbg_func_str(struct debuginfo *di, const struct dbg_func *f);

/* The (at most max) nearest names of functions, as "a, b, c"; "" if none. */
const char *debuginfo_similar_funcs(struct debuginfo *di, const char *name,
				    size_t max);

/* ---- within a function ---- */

struct dbg_label {
	const char *name;
	unsigned line;
	uint64_t pc;
};
typedef VEC(struct dbg_label) dbg_labels;
/* Those that have an address of their own. */
void dbg_inst_labels(struct debuginfo *di, const struct dbg_inst *inst,
		     dbg_labels *out);

typedef VEC(struct dbg_inst) dbg_insts;
struct dbg_callee {
	struct dbg_func func;
	bool is_inline;		/* at inst, directly within the caller */
	struct dbg_inst inst;
	VEC(uint64_t) returns;	/* else: where its calls return to */
};
typedef VEC(struct dbg_callee) dbg_callees;
/* Adds what an instance calls by name, jumps at its end (tail calls) left
 * out; a function that out has already gets more returns. */
void dbg_inst_callees(struct debuginfo *di, const struct dbg_inst *inst,
		      dbg_callees *out);

/* ---- what may not be probed ---- */

enum dbg_blacklist {
	DBG_PROBEABLE,
	DBG_KPROBES_TEXT, /* .kprobes.text: the kprobes machinery */
	DBG_NOKPROBE,	  /* NOKPROBE_SYMBOL() */
	DBG_NOINSTR_TEXT, /* .noinstr.text */
	DBG_ENTRY_TEXT,	  /* .entry.text, exception entry */
	DBG_HYP_TEXT,	  /* arm64: idmap and hypervisor text */
	DBG_INIT_TEXT,	  /* freed after boot (after load, in a module) */
	DBG_EXIT_TEXT,	  /* not in the running kernel */
	DBG_NO_TEXT,	  /* not in an executable section */
};
/* where: the section or symbol that says so; may be NULL. */
enum dbg_blacklist debuginfo_blacklisted(const struct debuginfo *di,
					 uint64_t addr, const char **where);
/* "in .noinstr.text, which must not be instrumented" … */
const char *dbg_blacklist_str(enum dbg_blacklist why);

/* ---- symbols ---- */

struct dbg_sym {
	const char *name;
	uint64_t addr, size;
	uint8_t type, bind; /* STT_*, STB_* */
	bool exported, gpl;
	bool unique; /* no other symbol of this file has its name */
};
/* The symbol that holds addr; *off is the distance from its start. */
bool debuginfo_sym_at(struct debuginfo *di, uint64_t addr, struct dbg_sym *out,
		      uint64_t *off);
/* By name; of several the lowest.  Count of those with that name. */
unsigned debuginfo_sym(struct debuginfo *di, const char *name,
		       struct dbg_sym *out);
/* Every symbol whose name matches a glob, by name. */
typedef VEC(struct dbg_sym) dbg_syms;
void debuginfo_syms(struct debuginfo *di, const char *glob, dbg_syms *out);

/* ---- names as the running kernel has them: kallsyms.c ---- */

struct dbg_kallsym {
	char name[1024];
	uint64_t addr, size;
};
/* The table in vmlinux that the kernel looks its own names up in; NULL: the
 * file has none that can be read.  The arena's. */
struct dbg_kallsyms;
struct dbg_kallsyms *debuginfo_kallsyms(struct debuginfo *di);
/* The addresses that it has names for. */
struct dbg_range kallsyms_range(const struct dbg_kallsyms *k);
/* The symbol that holds addr; false outside of the range. */
bool kallsyms_find(const struct dbg_kallsyms *k, uint64_t addr,
		   struct dbg_kallsym *out);

/* ---- tracepoints ---- */

struct dbg_tracepoint {
	const char *name;
	const char *system;	/* NULL: BTF does not tell it */
	const char *file;	/* that declares it; "" when not known */
	struct dbg_inst inst;	/* of the function that calls its probes: its
				   first parameter is the probe's data, the
				   others are the arguments */
};
typedef VEC(struct dbg_tracepoint) dbg_tracepoints;
/* Those that match two globs (system NULL: any), by name.  One whose system is
 * not known is of the system it is asked for by, when it is asked for by its
 * name. */
void debuginfo_tracepoints(struct debuginfo *di, const char *system,
			   const char *name, dbg_tracepoints *out);

/* ---- variables ---- */

struct dbg_var {
	const char *name;
	const struct dbg_type *type;
	bool is_param;
	bool is_global;
	const char *file; /* of the declaration */
	unsigned line;
	uint64_t die;
	uint64_t scope_die; /* function or inline instance it belongs to; 0
			       for a global */
	bool is_inherited;  /* static, and told of the inline function alone,
			       not of this copy */
};
typedef VEC(struct dbg_var) dbg_vars;

/* The parameters of an instance in order, located or not; unnamed ones and
 * "..." are left out. */
void dbg_inst_params(struct debuginfo *di, const struct dbg_inst *inst,
		     dbg_vars *out);
/* Parameters, then locals whose block holds pc, outermost block first: of two
 * with one name the later is the visible one.  Without inherited ones. */
void dbg_inst_vars(struct debuginfo *di, const struct dbg_inst *inst,
		   uint64_t pc, dbg_vars *out);
/* The variable a name means at pc: innermost block, enclosing ones, the
 * parameters, the unit's globals, then globals of other units. */
bool dbg_inst_var(struct debuginfo *di, const struct dbg_inst *inst,
		  uint64_t pc, const char *name, struct dbg_var *out);
/* A global by name, in the file that matches the glob (NULL: external ones
 * first). */
bool debuginfo_global(struct debuginfo *di, const char *name, const char *file,
		      struct dbg_var *out);
/* The static variables of functions with that name in such a file (NULL:
 * any). */
void debuginfo_statics(struct debuginfo *di, const char *name,
		       const char *file, dbg_vars *out);

/* Where v is at pc.  inst is the instance given when v was found; NULL for a
 * global. */
struct place dbg_var_place(struct debuginfo *di, const struct dbg_inst *inst,
			   const struct dbg_var *v, uint64_t pc);

/* Of a PLACE_POINTER, where what it points to (of that type) is; p->offset is
 * still to be added. */
struct place dbg_pointee_place(struct debuginfo *di,
			       const struct dbg_inst *inst,
			       const struct place *p,
			       const struct dbg_type *type, uint64_t pc);
/* The nearest statement of the function's own file that has a place for v. */
bool dbg_var_nearest(struct debuginfo *di, const struct dbg_inst *inst,
		     const struct dbg_func *f, const struct dbg_var *v,
		     uint64_t pc, struct dbg_stmt *out);

/* What a register or parameter held when the function was entered, told by
 * its callers (DWARF5 2.5.1.7, 3.4): by what a call returns to, an expression
 * over the registers at pc. */
struct dbg_entry_case {
	struct place value;
	VEC(uint64_t) returns;
};
struct dbg_entry_value {
	struct place returns_to; /* the return address at pc … */
	uint64_t always_set;	 /* … once these bits are set */
	VEC(struct dbg_entry_case) cases;
	size_t calls; /* direct ones, told or not */
	const char *why;
};
/* what: a PLACE_ENTRY_REG or PLACE_ENTRY_PARAM of a place at pc.  False with
 * the reason in out->why.  A caller that is in no case does not say, or jumps
 * here instead of calling: the value is not known then. */
bool dbg_entry_value(struct debuginfo *di, const struct dbg_inst *inst,
		     uint64_t pc, const struct place_op *what,
		     struct dbg_entry_value *out);

/* The type an instance returns (NULL: void, *place is PLACE_NONE), and where
 * the value is when the function has just returned, by the CPU's ABI. */
const struct dbg_type *dbg_inst_return(struct debuginfo *di,
				       const struct dbg_inst *inst,
				       struct place *place);

/* ---- types ---- */

enum dbg_kind {
	DBG_VOID,
	DBG_INT,      /* signed */
	DBG_UINT,
	DBG_BOOL,
	DBG_CHAR,     /* see is_signed */
	DBG_FLOAT,
	DBG_ENUM,
	DBG_POINTER,
	DBG_ARRAY,
	DBG_STRUCT,
	DBG_UNION,
	DBG_FUNCTION,
	DBG_OTHER,    /* complex numbers, … : can be named, not read */
};

/* Equal pointers are equal types; the reverse does not hold.  kind, size and
 * is_signed are those of the type below typedefs and qualifiers. */
struct dbg_type {
	struct debuginfo *di;
	uint64_t die;	  /* as referred to, typedefs and qualifiers on; 0
			     for void and derived types */
	uint64_t peeled;  /* without them, forward declarations resolved */
	enum dbg_kind kind;
	bool is_signed;
	bool is_incomplete; /* struct, union, enum that no unit defines */
	uint64_t size;	    /* bytes; 0 when unknown or void */
	const char *name;   /* "struct file*", "char const*", "size_t" */
	const struct dbg_type *target; /* derived types only; use
					  dbg_type_target() */
	uint32_t ndims;	 /* derived arrays: dimensions taken off */
};

/* By name as a script writes it: "struct task_struct", "task_struct",
 * "union u", "enum e", "long", "size_t", "struct file*", "char const*".  NULL
 * when nothing has that name. */
const struct dbg_type *debuginfo_type(struct debuginfo *di, const char *name);
/* A pointer to t, for the address of something. */
const struct dbg_type *dbg_type_pointer_to(const struct dbg_type *t);
/* t without typedefs and qualifiers, as a handle whose name says so. */
const struct dbg_type *dbg_type_strip(const struct dbg_type *t);

/* What a pointer points to (void: kind DBG_VOID), what an array is made of
 * (int[2][3]: int[3]), the type below an enum.  NULL for others. */
const struct dbg_type *dbg_type_target(const struct dbg_type *t);
/* Elements of the outermost dimension; false when unknown ("[]"). */
bool dbg_type_count(const struct dbg_type *t, uint64_t *n);
/* A function type's (or a pointer to one's) result; void has DBG_VOID. */
const struct dbg_type *dbg_type_result(const struct dbg_type *t);
/* Pointer to char or array of char: text. */
bool dbg_type_is_string(const struct dbg_type *t);

struct dbg_member {
	const char *name;	     /* "" for an anonymous struct or union */
	const struct dbg_type *type;
	uint64_t offset;	     /* bytes from the start of the outer type */
	unsigned bit_size;	     /* 0: not a bit field, else … */
	unsigned bit_offset;	     /* … from the lowest bit of the type->size
					bytes at offset (big endian: done) */
	bool is_anonymous;
};
typedef VEC(struct dbg_member) dbg_members;

/* By name, through anonymous structs and unions. */
bool dbg_type_member(const struct dbg_type *t, const char *name,
		     struct dbg_member *out);
/* In order; flat: members of anonymous ones in their stead. */
void dbg_type_members(const struct dbg_type *t, bool flat, dbg_members *out);
/* "a, b, c" for an error message: the nearest, or all when few. */
const char *dbg_type_similar_members(const struct dbg_type *t, const char *name,
				     size_t max);

struct dbg_enumerator {
	const char *name;
	int64_t value;
};
typedef VEC(struct dbg_enumerator) dbg_enumerators;
void dbg_type_enumerators(const struct dbg_type *t, dbg_enumerators *out);

#endif
