/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The debug-information index: what one ELF file defines, by name, in a file
 * that is mapped and never parsed.
 *
 * It is written once (the kernel's by stap-sysroot prepare, a module's when it
 * is first used) by a parallel walk over the DWARF and read by every later run.
 * Readers trust nothing in it: header and body have a checksum, the length must
 * match, and every offset is checked where it is used, so that a damaged index
 * costs a rebuild, never a crash or an answer.
 *
 * Names are sorted bytewise: an exact name is a binary search, a glob scans
 * only the names that share its literal prefix.
 */
#ifndef STAPX_DEBUGINFO_INDEX_H
#define STAPX_DEBUGINFO_INDEX_H

#include "util/util.h"

#define INDEX_MAGIC "STAPXIDX" /* eight bytes, no NUL */
#define INDEX_VERSION 7
#define INDEX_MAX_BUILD_ID 64

typedef void (*index_progress)(void *ctx, unsigned done, unsigned total);

/* Walks elf_path and writes out_path (a temporary file beside it, renamed at
 * the end: two builders do no harm).  progress may be NULL.  0, or -errno with
 * the message in *why (the arena's). */
int debuginfo_index_build(struct arena *a, const char *elf_path,
			  const char *out_path, index_progress progress,
			  void *ctx, const char **why);

/* True when the file at path is an index this program reads, complete, and
 * made from an ELF file with this build-id (as hex; NULL: any).  full: the
 * checksum over the whole body too (reads all of it). */
bool debuginfo_index_check(struct arena *a, const char *path,
			   const char *build_id, bool full, const char **why);

/* The build-id note of an ELF file as hex, NULL when it has none. */
const char *debuginfo_build_id_of(struct arena *a, const char *elf_path);

/* ---- what the file holds; all numbers in host byte order ---- */

enum index_table {
	INDEX_STRINGS, /* bytes; each string ends in NUL; offset 0 is "" */
	INDEX_CUS,
	INDEX_FUNCS,   /* by name, file, line: one entry a source function */
	INDEX_INSTS,   /* grouped by function, out-of-line copies first */
	INDEX_TYPES,   /* by name, tag */
	INDEX_VARS,    /* by name, file */
	INDEX_SYMS,    /* by address */
	INDEX_SYMNAMES, /* uint32_t: positions in SYMS, by name */
	INDEX_BLACKLIST, /* by start */
	INDEX_ENTRIES, /* out-of-line copies, by address */
	INDEX_NTABLES,
};

struct index_cu {
	uint32_t name, comp_dir; /* strings */
	uint32_t die;		 /* offset in .debug_info */
	uint32_t lang;		 /* DW_LANG_* */
};

enum index_func_flags {
	INDEX_FUNC_EXTERNAL = 1,
	INDEX_FUNC_PROTOTYPED = 2,
	INDEX_FUNC_DECL_INLINE = 4, /* declared inline */
};

struct index_func {
	uint32_t name, file; /* file relative to the kernel's source root */
	uint32_t line;
	uint32_t flags;
	uint32_t inst;	  /* first in INSTS */
	uint32_t copies;  /* out-of-line copies, first */
	uint32_t inlines; /* inline instances, after them */
};

struct index_inst {
	uint32_t pc;  /* entry, from header.text_base */
	uint32_t die; /* DW_TAG_subprogram or DW_TAG_inlined_subroutine */
	uint32_t cu;  /* position in CUS */
};

struct index_entry {
	uint32_t func, inst; /* positions in FUNCS, INSTS */
};

struct index_type {
	uint32_t name;
	uint32_t tag; /* DW_TAG_* */
	uint32_t die; /* a complete definition */
};

enum index_var_flags {
	INDEX_VAR_EXTERNAL = 1,
	INDEX_VAR_LOCAL = 2, /* a static variable of a function */
};

struct index_var {
	uint32_t name, file, line;
	uint32_t die;
	uint32_t cu;
	uint32_t flags; /* enum index_var_flags */
};

enum index_sym_flags {
	INDEX_SYM_EXPORTED = 1,
	INDEX_SYM_GPL = 2, /* exported for GPL modules only */
};

struct index_sym {
	uint64_t addr, size;
	uint32_t name;
	uint8_t type, bind; /* STT_*, STB_* */
	uint8_t flags;
	uint8_t pad;
};

struct index_range {
	uint64_t lo, hi;
	uint32_t reason; /* enum dbg_blacklist */
	uint32_t name;	 /* section or symbol that says so */
};

struct index_header {
	char magic[8];
	uint32_t version;
	uint32_t header_size;
	uint64_t file_size;
	uint64_t elf_size;     /* of the ELF file it was made from */
	uint64_t text_base;    /* lowest function address */
	uint16_t machine;      /* EM_* */
	uint16_t elf_type;     /* ET_* */
	uint8_t has_dwarf;
	uint8_t build_id_len;
	uint8_t build_id[INDEX_MAX_BUILD_ID];
	uint8_t pad[2];
	uint32_t root;	       /* source root, a string; "" when not known */
	uint32_t pad2;
	struct {
		uint64_t off, n; /* bytes from the start; entries */
	} table[INDEX_NTABLES];
	uint64_t body_sum;     /* over all that follows the header */
	uint64_t header_sum;   /* over all fields above */
};

uint64_t index_header_sum(const struct index_header *h);
uint64_t index_body_sum(const void *block, size_t size);

/* ---- reading ---- */

/* A mapped (or, for a file without a stored index, built in memory) index. */
struct index {
	const struct index_header *h;
	const char *map;
	size_t size;
	bool mapped; /* else malloc'ed */
};

bool index_map(struct arena *a, const char *path, struct index *ix,
	       const char **why);
void index_unmap(struct index *ix);
/* Is the body what was written?  Reads all of it. */
bool index_is_whole(const struct index *ix);

size_t index_count(const struct index *ix, enum index_table t);
/* "" when off is out of bounds. */
const char *index_str(const struct index *ix, uint32_t off);
/* NULL when i is out of bounds. */
const struct index_cu *index_cu(const struct index *ix, size_t i);
const struct index_func *index_func(const struct index *ix, size_t i);
const struct index_inst *index_inst(const struct index *ix, size_t i);
const struct index_type *index_type(const struct index *ix, size_t i);
const struct index_entry *index_entry(const struct index *ix, size_t i);
const struct index_var *index_var(const struct index *ix, size_t i);
const struct index_sym *index_sym(const struct index *ix, size_t i);
const struct index_range *index_blacklist(const struct index *ix, size_t i);

/* Positions [lo, hi) of the entries whose name starts with prefix (exact:
 * is equal to it).  For FUNCS, TYPES, VARS; for SYMNAMES the positions are
 * into that table (use index_symname()). */
void index_named(const struct index *ix, enum index_table t, const char *prefix,
		 bool exact, size_t *lo, size_t *hi);
const struct index_sym *index_symname(const struct index *ix, size_t i);

#endif
