/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside debuginfo/ only: the open file, and the handles its parts share.
 */
#ifndef STAPX_DEBUGINFO_INTERNAL_H
#define STAPX_DEBUGINFO_INTERNAL_H

#include "debuginfo/debuginfo.h"
#include "debuginfo/index.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <libelf.h>

/* ---- elffile.c: an ELF file, mapped; a relocatable one laid out ---- */

struct elf_section {
	const char *name;
	uint64_t addr, size; /* addr: in this layer's address space */
	uint64_t flags;	     /* SHF_* */
	uint64_t fileoff;
	uint32_t type; /* SHT_* */
	size_t ndx;
	bool in_image; /* SHF_ALLOC, with a place in the address space */
};

struct elf_file {
	const char *path;
	int fd;
	char *map; /* whole file, private */
	size_t size;
	Elf *elf;
	Dwarf *dw; /* NULL until elf_file_dwarf() */
	Dwfl *dwfl; /* relocatable files only */
	Dwfl_Module *mod;
	int machine, type; /* EM_*, ET_* */
	unsigned addr_size;
	bool big_endian;
	bool has_dwarf, has_btf;
	const struct elf_section *sections; /* all, in file order */
	size_t nsections;
	uint8_t build_id[INDEX_MAX_BUILD_ID];
	size_t build_id_len;
};

bool elf_file_open(struct arena *a, const char *path, struct elf_file *f,
		   const char **why);
void elf_file_close(struct elf_file *f);
/* Opens the DWARF, relocated where needed.  NULL with *why set. */
Dwarf *elf_file_dwarf(struct arena *a, struct elf_file *f, const char **why);
/* The section that holds addr among those in the image, or NULL. */
const struct elf_section *elf_file_section_at(const struct elf_file *f,
					      uint64_t addr);
const struct elf_section *elf_file_section(const struct elf_file *f,
					   const char *name);
const struct elf_section *elf_file_section_no(const struct elf_file *f,
					      size_t n);
/* Where a symbol of a section is; false for one of none. */
bool elf_file_symbol_addr(const struct elf_file *f, const GElf_Sym *sym,
			  uint64_t *addr);
bool elf_file_read(const struct elf_file *f, uint64_t addr, void *to, size_t n);
/* Contents of a section that is not compressed; NULL with *n zero. */
const char *elf_file_data(const struct elf_file *f,
			  const struct elf_section *s, size_t *n);
/* Gives pages that were read back to the system: they count against this
 * process as long as they are mapped. */
void elf_file_forget_pages(const struct elf_file *f);

/* ---- filetable.c: names of a unit's source files ---- */

struct file_table {
	VEC(const char *) files; /* by DW_AT_decl_file; "" when unknown */
};
/* Reads the header of a unit's line table, not its lines. */
void file_table_read(struct arena *a, const struct elf_file *f, Dwarf_Die *cu,
		     const char *root, struct file_table *t);
/* path relative to the source tree: comp_dir or root, "./", "../" off. */
const char *source_path(struct arena *a, const char *comp_dir,
			const char *root, const char *path);
/* The source root that absolute unit names have in common, or NULL. */
const char *source_root(struct arena *a, const char *comp_dir,
			const char *name);

/* ---- index building: walk.c, symbols.c, index_build.c ---- */

/* Text, each string once, by offset. */
struct strtab {
	char *s;
	size_t n, cap;
	uint32_t *slots; /* offset + 1 */
	size_t nslots, used;
};
uint32_t strtab_add(struct strtab *t, const char *s);
void strtab_free(struct strtab *t);

struct walk_func {
	uint32_t name, file, line, flags;
};
struct walk_inst {
	uint64_t pc;
	uint32_t func, die, cu;
	bool is_inline;
};
/* What one worker found. */
struct walk {
	struct arena *a; /* its own */
	struct elf_file f;
	const char *root;
	struct strtab str;
	VEC(struct walk_func) funcs;
	VEC(struct walk_inst) insts;
	VEC(struct index_type) types;
	VEC(struct index_var) vars;
	uint32_t *func_slots, *type_slots; /* position + 1 */
	size_t nfunc_slots, ntype_slots;
	const char *why; /* set: the walk failed */
};
void walk_init(struct walk *w, struct arena *a);
/* Everything in the unit whose DIE is at this offset. */
bool walk_unit(struct walk *w, uint64_t cu_die, uint32_t cu_no);
void walk_free(struct walk *w);

/* ELF symbols by address, exported ones marked; and blacklist ranges. */
typedef VEC(struct index_sym) index_syms;
typedef VEC(struct index_range) index_ranges;
void elf_symbols(struct arena *a, const struct elf_file *f, struct strtab *str,
		 index_syms *out);
void elf_blacklist(struct arena *a, const struct elf_file *f,
		   const index_syms *syms, struct strtab *str,
		   index_ranges *out);

/* The whole index in one malloc'ed block; NULL with *why.  base: the kernel's
 * BTF, for a module's, or NULL. */
struct btf;
void *index_make(struct arena *a, const char *elf_path, const struct btf *base,
		 index_progress progress, void *ctx, size_t *size,
		 const char **why);

/* ---- the open file ---- */

/* The variables that were last asked for. */
struct vars_memo {
	uint64_t die, inst_pc, pc;
	dbg_vars vars;
};

struct code_calls;
struct call_site {
	uint64_t returns, die; /* the call site's DIE */
	struct dbg_inst caller;
};
struct callers { /* of one function */
	uint64_t pc;
	size_t calls; /* by the code */
	VEC(struct call_site) sites;
	const char *why; /* no use can be made of them */
};

struct debuginfo {
	struct arena *a;
	struct elf_file f;
	struct index ix;
	struct debuginfo_facts facts;
	Dwarf *dw; /* NULL until asked */
	const char *dw_why;
	Dwarf_CFI *cfi_debug, *cfi_eh;
	bool cfi_tried;
	const struct dbg_type **types; /* handles, hashed by DIE */
	size_t ntypes, ntype_slots;
	const struct dbg_type *void_type;
	const struct btf *btf; /* in place of the DWARF, where there is none */
	const struct btf *own_btf; /* the kernel's, for its modules */
	const struct dbg_type **btf_types; /* handles, by number */
	size_t asked; /* DIEs */
	size_t led; /* units of the index that libdw has been led past */
	const char *root; /* source root, or NULL */
	struct vars_memo vars;
	struct code_calls *calls; /* code_calls.c; NULL until asked */
	VEC(struct callers) callers; /* call_sites.c: functions asked about */
	struct cu_files *cu_files; /* file tables read so far */
	size_t ncu_files;
};

struct cu_files {
	uint64_t cu;
	struct file_table t;
};

/* The DWARF, NULL when there is none or it cannot be read (di->dw_why). */
Dwarf *debuginfo_dwarf(struct debuginfo *di);
/* The DIE at an offset; false when there is none. */
bool debuginfo_die(struct debuginfo *di, uint64_t off, Dwarf_Die *die);
/* pc as the DWARF has it: an instance may begin with instructions that its
 * DIE does not cover (see start_at_symbols()). */
uint64_t inst_code_pc(const struct dbg_inst *inst, Dwarf_Die *die, uint64_t pc);
/* The function and instance of a DW_TAG_inlined_subroutine. */
bool func_of_inline(struct debuginfo *di, Dwarf_Die *die, struct dbg_func *f,
		    struct dbg_inst *inst);
/* The unit's source files, by number. */
const struct file_table *debuginfo_files(struct debuginfo *di, Dwarf_Die *cu);
/* Does a glob match a file name, or what follows any '/' in it? */
bool file_glob(const char *glob, const char *file);
/* Name of an attribute's file, relative to the source root. */
const char *debuginfo_decl_file(struct debuginfo *di, Dwarf_Die *die);
/* The type a DIE's DW_AT_type (or its origin's) names; void when none. */
const struct dbg_type *debuginfo_type_of(struct debuginfo *di, Dwarf_Die *die);
const struct dbg_type *debuginfo_type_at(struct debuginfo *di, Dwarf_Die *die);
const struct dbg_type *debuginfo_void(struct debuginfo *di);
/* frame.c: rules at a pc.  The CFA's; *n zero: not known. */
void frame_cfa(struct debuginfo *di, uint64_t pc, const Dwarf_Op **rule,
	       size_t *n);
/* Where the caller's register reg is (FRAME_RETURN: the return address), as a
 * location over the registers at pc. */
struct frame_rule {
	const Dwarf_Op *ops;
	size_t n;
};
#define FRAME_RETURN (-1)
bool frame_register(struct debuginfo *di, uint64_t pc, int reg,
		    struct frame_rule *out);
/* Is a place counted from the stack pointer?  For a whole function, that holds
 * only where the pointer is as far down as it goes. */
bool frame_is_from_stack(const struct debuginfo *di, const Dwarf_Op *ops);
bool frame_is_made(struct debuginfo *di, const struct dbg_inst *inst,
		   uint64_t pc);
/* The subprogram whose frame the instance's code runs in. */
bool frame_owner(struct debuginfo *di, const struct dbg_inst *inst,
		 Dwarf_Die *out);
/* refer.c: the location being read, and what it may refer to. */
struct locating {
	struct debuginfo *di;
	Dwarf_Attribute *at;
	uint64_t pc;
	bool at_entry;
};
void fill_env(struct locating *l, const struct dbg_inst *inst,
	      const Dwarf_Op *ops, size_t n, struct place_env *env);
/* code_calls.c: where the direct calls of the code at target return to. */
typedef VEC(uint64_t) dbg_addrs;
void code_calls_to(struct debuginfo *di, uint64_t target, dbg_addrs *out);
/* calls.c: the functions (not inlined ones) a call site's origin stands for;
 * cu: of the site.  Several copies are all given. */
bool callee_named(struct debuginfo *di, const char *name, uint32_t cu,
		  struct dbg_func *out);
/* functions.c: the instance (out of line) that a DIE is. */
bool func_of_die(struct debuginfo *di, Dwarf_Die *die, struct dbg_func *f,
		 struct dbg_inst *inst);
/* abi.c: where parameters of these types are at a function's entry; out has
 * room for as many.  False: this CPU's convention is not known. */
typedef VEC(const struct dbg_type *) dbg_types;
bool abi_params(struct debuginfo *di, const struct dbg_type *result,
		const dbg_types *types, struct place *out);
/* Some part of it lies where its type would not be aligned. */
bool abi_is_unaligned(const struct dbg_type *t);
/* What a place is at a function's entry. */
enum abi_slot {
	ABI_SLOT_NONE,	 /* not on the stack */
	ABI_SLOT_CALLER, /* above the stack pointer: the caller's */
	ABI_SLOT_OWN,	 /* of the frame that it has not made yet */
};
enum abi_slot abi_slot(const struct debuginfo *di, const struct place *place);
/* DWARF's number of the stack pointer, -1 when not known. */
int abi_stack_reg(const struct debuginfo *di);
/* returns.c: the result and its place; is it written to memory? */
struct place abi_result(struct debuginfo *di, const struct dbg_type *t);
bool abi_result_in_memory(struct debuginfo *di, const struct dbg_type *t);
/* params.c: a parameter of inst at its first instruction, by the calling
 * convention; false when the function may not keep to it. */
bool param_at_entry(struct debuginfo *di, const struct dbg_inst *inst,
		    const struct dbg_var *v, struct place *out);
/* Has the code up to pc stored the registers it came in on the stack?  True
 * when it came in none. */
bool param_is_stored(struct debuginfo *di, const struct dbg_inst *inst,
		     const struct place *by_abi, uint64_t pc);
/* btf_funcs.c, btf_types.c: the same questions put to BTF.  A DIE is a number
 * of a type there. */
const struct btf *btf_of(struct arena *a, const struct elf_file *f,
			 const struct btf *base, const char **why);
/* What its modules' goes on from, whether it has DWARF or not; NULL: nothing. */
const struct btf *debuginfo_kernel_btf(struct debuginfo *kernel);
/* Functions that a symbol of syms (names in symtext) gives an address, and
 * types. */
void btf_walk(struct walk *w, const struct btf *b, const index_syms *syms,
	      const char *symtext);
void btf_params(struct debuginfo *di, const struct dbg_inst *inst,
		dbg_vars *out);
struct place btf_param_place(struct debuginfo *di, const struct dbg_inst *inst,
			     const struct dbg_var *v, uint64_t pc);
const struct dbg_type *btf_inst_result(struct debuginfo *di,
				       const struct dbg_inst *inst);
const struct dbg_type *btf_type(struct debuginfo *di, uint32_t id);
/* Of the kernel, as a module sees it; NULL: it has none of that name. */
const struct dbg_type *btf_base_type(struct debuginfo *di, const char *name,
				     uint32_t tag);
const struct dbg_type *btf_target(const struct dbg_type *t);
bool btf_count(const struct dbg_type *t, uint64_t *n);
const struct dbg_type *btf_result(const struct dbg_type *t);
void btf_members(const struct dbg_type *t, bool flat, dbg_members *out);
bool btf_member(const struct dbg_type *t, const char *name,
		struct dbg_member *out);
void btf_enumerators(const struct dbg_type *t, dbg_enumerators *out);
/* What the DWARF alone says of where v is; fixed: that is for the whole
 * function. */
struct place dwarf_var_place(struct debuginfo *di, const struct dbg_inst *inst,
			     const struct dbg_var *v, uint64_t pc, bool *fixed);
/* The DIE that another is an instance of; 0 when it is none. */
uint64_t dwarf_origin_of(Dwarf_Die *die);
/* A DW_AT_location (or NULL) that is one address, as of a static variable. */
bool dwarf_has_address(Dwarf_Attribute *at);
/* typename.c: a type as C text, in the form scripts match on. */
const char *type_name(struct debuginfo *di, Dwarf_Die *die);

#endif
