// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a .BTF section.  In: its bytes, whatever they are.  Out: the record
 * of each type.  All lengths are checked once, here; a name or a type number
 * that leads nowhere reads as "" or void.
 */
#include "debuginfo/btf.h"

#include <dwarf.h>

#define MAGIC 0xeb9f
#define HEADER 24
#define MAX_PEEL 64

static uint32_t word(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

int64_t btf_extra_words(uint32_t kind, uint32_t vlen)
{
	switch (kind) {
	case BTF_INT:
	case BTF_VAR:
	case BTF_DECL_TAG:
		return 1;
	case BTF_ARRAY:
		return 3;
	case BTF_STRUCT:
	case BTF_UNION:
	case BTF_DATASEC:
	case BTF_ENUM64:
		return 3 * (int64_t)vlen;
	case BTF_ENUM:
	case BTF_FUNC_PROTO:
		return 2 * (int64_t)vlen;
	case BTF_PTR:
	case BTF_FWD:
	case BTF_TYPEDEF:
	case BTF_VOLATILE:
	case BTF_CONST:
	case BTF_RESTRICT:
	case BTF_FUNC:
	case BTF_FLOAT:
	case BTF_TYPE_TAG:
		return 0;
	}
	return -1;
}

static bool list_types(struct arena *a, struct btf *b, size_t n,
		       const char **why)
{
	VEC(uint32_t) off = {0};
	size_t at = 0;

	if (!b->base)
		vec_push(a, &off, 0); /* void */
	while (at < n) {
		uint32_t info;
		int64_t words = -1;

		if (n - at >= BTF_RECORD) {
			info = word(b->types + at + 4);
			words = btf_extra_words(info >> 24 & 31, info & 0xffff);
		}
		if (words < 0 || (uint64_t)words * 4 > n - at - BTF_RECORD) {
			*why = arena_printf(a, "its type %zu is malformed",
					    off.n);
			return false;
		}
		if (b->base && word(b->types + at) >= b->nstr) {
			*why = "it belongs to another build of the kernel";
			return false;
		}
		vec_push(a, &off, (uint32_t)at);
		at += BTF_RECORD + (size_t)words * 4;
	}
	b->off = b->base ? off.v : off.v + 1;
	b->first = b->base ? b->base->n : 1;
	b->n = b->first + (uint32_t)off.n - !b->base;
	return true;
}

/* Strings that start with "" stand alone; a module's as the kernel's build
 * makes them go on from vmlinux's. */
static bool settle_strings(struct btf *b, const struct btf *base,
			   const char **why)
{
	bool alone = b->nstr && !*b->str;

	if ((!b->nstr && !base) || (b->nstr && b->str[b->nstr - 1])) {
		*why = "its header does not fit its length";
		return false;
	}
	if (!alone && !base) {
		*why = "it goes on from the BTF of the kernel, which is not "
		       "there";
		return false;
	}
	if (!alone) {
		b->base = base;
		b->first_str = base->nstr;
		b->nstr += base->nstr;
	}
	return true;
}

bool btf_read(struct arena *a, const void *data, size_t n,
	      const struct btf *base, struct btf *b, const char **why)
{
	const uint8_t *p = data;
	uint64_t head, types, ntypes, str, nstr;

	*b = (struct btf){0};
	if (n < HEADER || n > INT32_MAX || (p[0] | p[1] << 8) != MAGIC ||
	    p[2] != 1) {
		*why = "it is no BTF of version 1 in this machine's byte order";
		return false;
	}
	head = word(p + 4);
	types = head + word(p + 8);
	ntypes = word(p + 12);
	str = head + word(p + 16);
	nstr = word(p + 20);
	if (head < HEADER || types + ntypes > n || str + nstr > n) {
		*why = "its header does not fit its length";
		return false;
	}
	b->types = p + types;
	b->str = (const char *)p + str;
	b->nstr = (uint32_t)nstr;
	return settle_strings(b, base, why) && list_types(a, b, ntypes, why);
}

const char *btf_str(const struct btf *b, uint32_t off)
{
	while (b->base && off < b->first_str)
		b = b->base;
	return off < b->nstr ? b->str + (off - b->first_str) : "";
}

bool btf_get(const struct btf *b, uint32_t id, struct btf_rec *r)
{
	const uint8_t *p;
	uint32_t info;

	while (b->base && id < b->first)
		b = b->base;
	if (!id || id >= b->n)
		return false;
	p = b->types + b->off[id - b->first];
	info = word(p + 4);
	*r = (struct btf_rec){
		.name = btf_str(b, word(p)),
		.kind = (enum btf_kind)(info >> 24 & 31),
		.flag = info >> 31,
		.vlen = info & 0xffff,
		.size = word(p + 8),
		.more = p + BTF_RECORD,
	};
	return true;
}

uint32_t btf_tag(const struct btf_rec *r)
{
	switch (r->kind) {
	case BTF_STRUCT:
		return DW_TAG_structure_type;
	case BTF_UNION:
		return DW_TAG_union_type;
	case BTF_ENUM:
	case BTF_ENUM64:
		return DW_TAG_enumeration_type;
	case BTF_TYPEDEF:
		return DW_TAG_typedef;
	case BTF_INT:
	case BTF_FLOAT:
		return DW_TAG_base_type;
	case BTF_VOID:
	case BTF_PTR:
	case BTF_ARRAY:
	case BTF_FWD:
	case BTF_VOLATILE:
	case BTF_CONST:
	case BTF_RESTRICT:
	case BTF_FUNC:
	case BTF_FUNC_PROTO:
	case BTF_VAR:
	case BTF_DATASEC:
	case BTF_DECL_TAG:
	case BTF_TYPE_TAG:
	case BTF_NKINDS:
		break;
	}
	return 0;
}

uint32_t btf_named(const struct btf *b, const char *name, uint32_t tag)
{
	struct btf_rec r;

	for (uint32_t id = 1; id < b->n; id++)
		if (btf_get(b, id, &r) && btf_tag(&r) == tag &&
		    !strcmp(r.name, name))
			return id;
	return 0;
}

uint32_t btf_word(const struct btf_rec *r, uint32_t i)
{
	return word(r->more + 4 * (size_t)i);
}

uint32_t btf_peel(const struct btf *b, uint32_t id)
{
	struct btf_rec r;

	for (int i = 0; i < MAX_PEEL && btf_get(b, id, &r); i++) {
		if (r.kind != BTF_TYPEDEF && r.kind != BTF_VOLATILE &&
		    r.kind != BTF_CONST && r.kind != BTF_RESTRICT &&
		    r.kind != BTF_TYPE_TAG)
			return id;
		id = r.size;
	}
	return 0;
}
