/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF as the kernel and its build keep it: types by number, each a record of
 * checked length; and a file made of it, for stap-sysroot.
 */
#ifndef STAPX_DEBUGINFO_BTF_H
#define STAPX_DEBUGINFO_BTF_H

#include "util/util.h"

enum btf_kind {
	BTF_VOID, BTF_INT, BTF_PTR, BTF_ARRAY, BTF_STRUCT, BTF_UNION, BTF_ENUM,
	BTF_FWD, BTF_TYPEDEF, BTF_VOLATILE, BTF_CONST, BTF_RESTRICT, BTF_FUNC,
	BTF_FUNC_PROTO, BTF_VAR, BTF_DATASEC, BTF_FLOAT, BTF_DECL_TAG,
	BTF_TYPE_TAG, BTF_ENUM64,
	BTF_NKINDS
};

struct btf {
	const struct btf *base; /* a module's: the kernel's, whose numbers and
				   strings its own continue; NULL: none */
	const uint8_t *types;
	const uint32_t *off; /* of each own type's record, from first on */
	uint32_t first;	     /* the first own number; 1 without a base */
	uint32_t n;	     /* one above the last number */
	const char *str;     /* its own */
	uint32_t first_str;  /* their first offset */
	uint32_t nstr;	     /* one above the last offset */
};

/* A record as read: what follows it is reached by btf_word(). */
struct btf_rec {
	const char *name; /* "" when none */
	enum btf_kind kind;
	bool flag;	  /* kind_flag */
	uint32_t vlen;
	uint32_t size;	  /* or type */
	const uint8_t *more;
};

/* data stays the caller's.  base: what a module's may go on from, or NULL.
 * False: *why says what is wrong with it. */
bool btf_read(struct arena *a, const void *data, size_t n,
	      const struct btf *base, struct btf *b, const char **why);
/* split goes on from part, which holds of the kernel's types the names and
 * sizes alone: the same types going on from the kernel's, those names standing
 * for the kernel's where it has exactly one such type. */
bool btf_rebase(struct arena *a, const struct btf *part,
		const struct btf *split, const struct btf *kernel,
		struct btf *out, const char **why);
/* Words behind a record; -1: no such kind. */
int64_t btf_extra_words(uint32_t kind, uint32_t vlen);
#define BTF_RECORD 12	/* bytes of a record before them */
/* False for void and for a number that is none. */
bool btf_get(const struct btf *b, uint32_t id, struct btf_rec *r);
/* The i'th word behind the record; i is below what its kind and vlen say. */
uint32_t btf_word(const struct btf_rec *r, uint32_t i);
const char *btf_str(const struct btf *b, uint32_t off);
/* The first type of that name and DW_TAG_*, defined and not only declared; 0:
 * there is none.  Looks at all. */
uint32_t btf_named(const struct btf *b, const char *name, uint32_t tag);
/* DW_TAG_* of a type that has a name to be found by; 0: it is none. */
uint32_t btf_tag(const struct btf_rec *r);
/* Typedefs and qualifiers off; 0: void, or no end of them. */
uint32_t btf_peel(const struct btf *b, uint32_t id);

/* ---- btf_elf.c ---- */

struct btf_elf {
	int machine; /* EM_* */
	const void *btf;
	size_t nbtf;
	const uint8_t *build_id;
	size_t nbuild_id;
	const char *system_map; /* its text; NULL, or one without symbols:
				   functions are known by name alone */
};
/* Writes path; 0 or -errno with *why. */
int btf_elf_write(struct arena *a, const char *path,
		  const struct btf_elf *from, const char **why);
/* The largest BTF in an image; NULL: there is none. */
const uint8_t *btf_find(const uint8_t *p, size_t n, size_t *len);

#endif
