// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module's BTF that brings the part of the kernel's it goes on from
 * (.BTF.base, of modules built outside of kernels since 6.12), so that it
 * outlives changes of the kernel's numbers.  Of structures and enumerations the
 * part has names and sizes alone.  In: both, and the kernel's BTF.  Out: the
 * module's types, going on from the kernel's.  What the kernel has no type for,
 * or several, stays without members: nothing is guessed.
 */
#include <stdlib.h>

#include "debuginfo/btf.h"

struct told {			/* of the part: a type without members */
	const char *name;
	uint32_t tag, size, id;
	uint32_t match, matches; /* the kernel's */
};

struct rebase {
	const struct btf *part, *split, *kernel;
	VEC(struct told) told;	/* by name */
	uint32_t *map;		/* old number to new one */
	struct arena *a;
	struct btf *out;
	uint8_t *at;		/* where the next record goes */
};

static uint32_t word(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put(uint8_t *p, uint32_t n)
{
	p[0] = (uint8_t)n;
	p[1] = (uint8_t)(n >> 8);
	p[2] = (uint8_t)(n >> 16);
	p[3] = (uint8_t)(n >> 24);
}

static uint32_t tag_of(const struct btf_rec *r)
{
	switch (r->kind) {
	case BTF_STRUCT:
	case BTF_UNION:
	case BTF_ENUM:
	case BTF_ENUM64:
		return *r->name ? btf_tag(r) : 0;
	case BTF_VOID:
	case BTF_INT:
	case BTF_PTR:
	case BTF_ARRAY:
	case BTF_FWD:
	case BTF_TYPEDEF:
	case BTF_VOLATILE:
	case BTF_CONST:
	case BTF_RESTRICT:
	case BTF_FUNC:
	case BTF_FUNC_PROTO:
	case BTF_VAR:
	case BTF_DATASEC:
	case BTF_FLOAT:
	case BTF_DECL_TAG:
	case BTF_TYPE_TAG:
	case BTF_NKINDS:
		break;
	}
	return 0;
}

static int told_cmp(const void *x, const void *y)
{
	const struct told *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static void list_told(struct rebase *r)
{
	struct btf_rec rec;

	for (uint32_t id = 1; id < r->part->n; id++) {
		uint32_t tag = btf_get(r->part, id, &rec) ? tag_of(&rec) : 0;

		if (tag && !rec.vlen)
			vec_push(r->a, &r->told, (struct told){
				.name = rec.name, .tag = tag, .size = rec.size,
				.id = id });
	}
	if (r->told.n)
		qsort(r->told.v, r->told.n, sizeof *r->told.v, told_cmp);
}

/* The first of that name, or where it would be. */
static size_t told_find(const struct rebase *r, const char *name)
{
	size_t lo = 0, hi = r->told.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (strcmp(r->told.v[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void match_all(struct rebase *r)
{
	struct btf_rec rec;

	for (uint32_t id = 1; r->told.n && id < r->kernel->n; id++) {
		uint32_t tag = btf_get(r->kernel, id, &rec) ? tag_of(&rec) : 0;

		if (!tag)
			continue;
		for (size_t i = told_find(r, rec.name); i < r->told.n &&
		     !strcmp(r->told.v[i].name, rec.name); i++) {
			struct told *t = &r->told.v[i];

			if (t->tag != tag || t->size != rec.size)
				continue;
			t->match = id;
			t->matches++;
		}
	}
}

/* Numbers in order: those of the part that stay, then the module's own. */
static void number_all(struct rebase *r)
{
	uint32_t next = r->kernel->n;

	r->map = arena_array(r->a, r->split->n, uint32_t);
	vec_for(i, &r->told)
		if (r->told.v[i].matches == 1)
			r->map[r->told.v[i].id] = r->told.v[i].match;
	for (uint32_t id = 1; id < r->split->n; id++)
		if (!r->map[id])
			r->map[id] = next++;
	r->out->n = next;
}

static void move_type(const struct rebase *r, uint8_t *p)
{
	uint32_t id = word(p);

	put(p, id < r->split->n ? r->map[id] : 0);
}

static void move_name(const struct rebase *r, uint8_t *p)
{
	uint32_t off = word(p);

	put(p, r->kernel->nstr + (off < r->split->nstr ? off : 0));
}

/* vlen times that many words, with a name and a type among them (-1: none). */
static void move_each(const struct rebase *r, uint8_t *p, uint32_t vlen,
		      int words, int name, int type)
{
	for (uint32_t i = 0; i < vlen; i++, p += 4 * words) {
		if (name >= 0)
			move_name(r, p + 4 * name);
		if (type >= 0)
			move_type(r, p + 4 * type);
	}
}

static void move_record(const struct rebase *r, uint8_t *p)
{
	uint32_t info = word(p + 4), vlen = info & 0xffff;
	uint8_t *more = p + BTF_RECORD;

	move_name(r, p);
	switch ((enum btf_kind)(info >> 24 & 31)) {
	case BTF_STRUCT:
	case BTF_UNION:
		move_each(r, more, vlen, 3, 0, 1);
		break;
	case BTF_ENUM:
		move_each(r, more, vlen, 2, 0, -1);
		break;
	case BTF_ENUM64:
		move_each(r, more, vlen, 3, 0, -1);
		break;
	case BTF_DATASEC:
		move_each(r, more, vlen, 3, -1, 0);
		break;
	case BTF_ARRAY:
		move_each(r, more, 2, 1, -1, 0);
		break;
	case BTF_FUNC_PROTO:
		move_type(r, p + 8);
		move_each(r, more, vlen, 2, 0, 1);
		break;
	case BTF_PTR:
	case BTF_TYPEDEF:
	case BTF_VOLATILE:
	case BTF_CONST:
	case BTF_RESTRICT:
	case BTF_FUNC:
	case BTF_VAR:
	case BTF_DECL_TAG:
	case BTF_TYPE_TAG:
		move_type(r, p + 8);
		break;
	case BTF_VOID:
	case BTF_INT:
	case BTF_FWD:
	case BTF_FLOAT:
	case BTF_NKINDS:
		break;
	}
}

static const uint8_t *record(const struct rebase *r, uint32_t id, size_t *n)
{
	const struct btf *b = id < r->split->first ? r->part : r->split;
	const uint8_t *p = b->types + b->off[id - b->first];
	uint32_t info = word(p + 4);

	*n = BTF_RECORD + 4 * (size_t)btf_extra_words(info >> 24 & 31,
						      info & 0xffff);
	return p;
}

static bool copy_types(struct rebase *r, const char **why)
{
	uint64_t total = 0;
	uint32_t *off;
	uint8_t *types;
	size_t n;

	for (uint32_t id = 1; id < r->split->n; id++) {
		record(r, id, &n);
		total += r->map[id] >= r->kernel->n ? n : 0;
	}
	if (total > INT32_MAX) {
		*why = "it is too large";
		return false;
	}
	types = r->at = arena_array(r->a, total + 1, uint8_t);
	off = arena_array(r->a, r->out->n - r->kernel->n + 1, uint32_t);
	for (uint32_t id = 1; id < r->split->n; id++) {
		const uint8_t *p = record(r, id, &n);

		if (r->map[id] < r->kernel->n)
			continue;
		memcpy(r->at, p, n);
		move_record(r, r->at);
		off[r->map[id] - r->kernel->n] = (uint32_t)(r->at - types);
		r->at += n;
	}
	r->out->types = types;
	r->out->off = off;
	return true;
}

static bool copy_strings(struct rebase *r, const char **why)
{
	size_t own = r->split->nstr - r->part->nstr;
	char *str;

	if ((uint64_t)r->kernel->nstr + r->split->nstr > UINT32_MAX) {
		*why = "its strings are too many";
		return false;
	}
	str = arena_array(r->a, (size_t)r->split->nstr, char);
	memcpy(str, r->part->str, r->part->nstr);
	if (own)
		memcpy(str + r->part->nstr, r->split->str, own);
	r->out->str = str;
	r->out->first_str = r->kernel->nstr;
	r->out->nstr = r->kernel->nstr + r->split->nstr;
	return true;
}

bool btf_rebase(struct arena *a, const struct btf *part,
		const struct btf *split, const struct btf *kernel,
		struct btf *out, const char **why)
{
	struct rebase r = { .part = part, .split = split, .kernel = kernel,
			    .a = a, .out = out };

	*out = (struct btf){ .base = kernel, .first = kernel->n };
	list_told(&r);
	match_all(&r);
	number_all(&r);
	return copy_strings(&r, why) && copy_types(&r, why);
}
