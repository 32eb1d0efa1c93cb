// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Types.  In: a DIE, or a name as a script writes it.  Out: a handle that says
 * kind, size and name, and leads on to targets and elements.  Handles are made
 * once for each DIE.
 */
#include "debuginfo/internal.h"

#define MAX_DIMS 8

/* ---- handles ---- */

static size_t type_slot_of(const struct debuginfo *di, uint64_t die)
{
	size_t mask = di->ntype_slots - 1;
	size_t h = (die * 0x9e3779b97f4a7c15ull >> 32) & mask;

	while (di->types[h] && di->types[h]->die != die)
		h = (h + 1) & mask;
	return h;
}

static void remember(struct debuginfo *di, const struct dbg_type *t)
{
	if (di->ntypes * 2 >= di->ntype_slots) {
		const struct dbg_type **old = di->types;
		size_t n = di->ntype_slots;

		di->ntype_slots = n ? n * 2 : 256;
		di->types = arena_array(di->a, di->ntype_slots,
					const struct dbg_type *);
		for (size_t i = 0; i < n; i++)
			if (old[i])
				di->types[type_slot_of(di, old[i]->die)] =
					old[i];
	}
	di->types[type_slot_of(di, t->die)] = t;
	di->ntypes++;
}

const struct dbg_type *debuginfo_void(struct debuginfo *di)
{
	if (!di->void_type) {
		struct dbg_type *t = arena_new(di->a, struct dbg_type);

		*t = (struct dbg_type){
			.di = di, .kind = DBG_VOID, .name = "void"};
		di->void_type = t;
	}
	return di->void_type;
}

/* Typedefs and qualifiers off.  False: nothing is left, it is void. */
static bool peel(Dwarf_Die *die, Dwarf_Die *out)
{
	return dwarf_peel_type(die, out) == 0;
}

/* A struct, union or enum that is only declared in its unit, defined in
 * another. */
static bool find_definition(struct debuginfo *di, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);
	uint32_t tag = dwarf_tag(die);
	size_t lo, hi;

	if (!name)
		return false;
	index_named(&di->ix, INDEX_TYPES, name, true, &lo, &hi);
	for (size_t i = lo; i < hi; i++) {
		const struct index_type *t = index_type(&di->ix, i);

		if (t->tag == tag)
			return debuginfo_die(di, t->die, die) &&
			       dwarf_tag(die) == (int)tag;
	}
	return false;
}

static bool is_declaration(Dwarf_Die *die)
{
	Dwarf_Attribute at;
	bool flag;

	return dwarf_attr(die, DW_AT_declaration, &at) &&
	       !dwarf_formflag(&at, &flag) && flag;
}

static Dwarf_Word attr_uint(Dwarf_Die *die, unsigned name, Dwarf_Word otherwise)
{
	Dwarf_Attribute at;
	Dwarf_Word v;

	if (!dwarf_attr_integrate(die, name, &at) || dwarf_formudata(&at, &v))
		return otherwise;
	return v;
}

static void base_kind(struct dbg_type *t, Dwarf_Die *die)
{
	const char *name = dwarf_diename(die);

	t->kind = DBG_OTHER;
	switch (attr_uint(die, DW_AT_encoding, 0)) {
	case DW_ATE_boolean:
		t->kind = DBG_BOOL;
		break;
	case DW_ATE_signed:
	case DW_ATE_signed_char:
		t->kind = DBG_INT;
		t->is_signed = true;
		break;
	case DW_ATE_unsigned:
	case DW_ATE_unsigned_char:
	case DW_ATE_UTF:
		t->kind = DBG_UINT;
		break;
	case DW_ATE_float:
		t->kind = DBG_FLOAT;
		break;
	case DW_ATE_void:
		t->kind = DBG_VOID;
		break;
	}
	/* Only "char" is text: u8 and s8 have the same encoding. */
	if (name && !strcmp(name, "char") && t->size == 1)
		t->kind = DBG_CHAR;
}

/* Signed when the compiler says so, or when a value is below zero. */
static bool enum_is_signed(Dwarf_Die *die)
{
	Dwarf_Word enc = attr_uint(die, DW_AT_encoding, 0);
	Dwarf_Attribute at;
	Dwarf_Die base, e;
	Dwarf_Sword v;

	if (!enc && dwarf_formref_die(dwarf_attr(die, DW_AT_type, &at), &base))
		enc = attr_uint(&base, DW_AT_encoding, 0);
	if (enc)
		return enc == DW_ATE_signed || enc == DW_ATE_signed_char;
	if (dwarf_child(die, &e))
		return false;
	do {
		if (dwarf_attr(&e, DW_AT_const_value, &at) &&
		    dwarf_whatform(&at) == DW_FORM_sdata &&
		    !dwarf_formsdata(&at, &v) && v < 0)
			return true;
	} while (!dwarf_siblingof(&e, &e));
	return false;
}

static void set_kind(struct debuginfo *di, struct dbg_type *t, Dwarf_Die *die)
{
	Dwarf_Word size;

	t->size = dwarf_aggregate_size(die, &size) ? 0 : size;
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type:
		base_kind(t, die);
		break;
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
		t->kind = DBG_POINTER;
		t->size = di->f.addr_size;
		break;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
		t->kind = DBG_STRUCT;
		break;
	case DW_TAG_union_type:
		t->kind = DBG_UNION;
		break;
	case DW_TAG_enumeration_type:
		t->kind = DBG_ENUM;
		t->is_signed = enum_is_signed(die);
		break;
	case DW_TAG_array_type:
		t->kind = DBG_ARRAY;
		break;
	case DW_TAG_subroutine_type:
	case DW_TAG_subprogram:
		t->kind = DBG_FUNCTION;
		t->size = 0;
		break;
	case DW_TAG_unspecified_type:
		t->kind = DBG_VOID;
		break;
	default:
		t->kind = DBG_OTHER;
	}
}

const struct dbg_type *debuginfo_type_at(struct debuginfo *di, Dwarf_Die *die)
{
	uint64_t off = dwarf_dieoffset(die);
	struct dbg_type *t;
	Dwarf_Die bare;

	if (di->ntype_slots) {
		size_t slot = type_slot_of(di, off);

		if (di->types[slot])
			return di->types[slot];
	}
	t = arena_new(di->a, struct dbg_type);
	*t = (struct dbg_type){.di = di, .die = off, .kind = DBG_VOID};
	t->name = type_name(di, die);
	if (peel(die, &bare)) {
		if (is_declaration(&bare))
			t->is_incomplete = !find_definition(di, &bare);
		t->peeled = dwarf_dieoffset(&bare);
		set_kind(di, t, &bare);
		if (t->is_incomplete)
			t->size = 0;
	}
	remember(di, t);
	return t;
}

const struct dbg_type *debuginfo_type_of(struct debuginfo *di, Dwarf_Die *die)
{
	Dwarf_Attribute at;
	Dwarf_Die type;

	if (!dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &at),
			       &type))
		return debuginfo_void(di);
	return debuginfo_type_at(di, &type);
}

static bool peeled_die(const struct dbg_type *t, Dwarf_Die *die)
{
	return t->peeled && debuginfo_die(t->di, t->peeled, die);
}

/* ---- from one type to another ---- */

const struct dbg_type *dbg_type_pointer_to(const struct dbg_type *t)
{
	struct dbg_type *p = arena_new(t->di->a, struct dbg_type);

	*p = (struct dbg_type){
		.di = t->di,
		.kind = DBG_POINTER,
		.size = t->di->f.addr_size,
		.name = arena_printf(t->di->a, "%s*", t->name),
		.target = t,
	};
	return p;
}

const struct dbg_type *dbg_type_strip(const struct dbg_type *t)
{
	Dwarf_Die die;

	if (t->target || t->ndims || t->die == t->peeled)
		return t;
	if (t->di->btf)
		return btf_type(t->di, (uint32_t)t->peeled);
	if (!peeled_die(t, &die))
		return debuginfo_void(t->di);
	return debuginfo_type_at(t->di, &die);
}

struct shape {
	unsigned n;
	struct {
		bool known;
		uint64_t count;
	} dim[MAX_DIMS];
};

static void read_dim(struct shape *s, Dwarf_Die *die)
{
	Dwarf_Attribute at;
	Dwarf_Word v;
	unsigned i = s->n++;

	if (dwarf_attr(die, DW_AT_count, &at) && !dwarf_formudata(&at, &v)) {
		s->dim[i].known = true;
		s->dim[i].count = v;
	} else if (dwarf_attr(die, DW_AT_upper_bound, &at) &&
		   !dwarf_formudata(&at, &v)) {
		/* The upper bound of [0] is -1. */
		s->dim[i].known = v < INT64_MAX || v == UINT64_MAX;
		s->dim[i].count = v + 1;
	}
}

static bool array_shape(const struct dbg_type *t, Dwarf_Die *array,
			struct shape *s)
{
	Dwarf_Die die;

	*s = (struct shape){0};
	if (t->kind != DBG_ARRAY || !peeled_die(t, array))
		return false;
	if (!dwarf_child(array, &die))
		do {
			if (dwarf_tag(&die) == DW_TAG_subrange_type &&
			    s->n < MAX_DIMS)
				read_dim(s, &die);
		} while (!dwarf_siblingof(&die, &die));
	return t->ndims < MAX(s->n, 1u);
}

/* int[2][3] without its first dimension. */
static const struct dbg_type *inner_array(const struct dbg_type *t,
					  const struct shape *s,
					  const struct dbg_type *element)
{
	struct dbg_type *in = arena_new(t->di->a, struct dbg_type);
	struct buf name = {0};

	*in = *t;
	in->die = 0;
	in->ndims = t->ndims + 1;
	in->size = element->size;
	buf_puts(&name, element->name);
	for (unsigned i = in->ndims; i < s->n; i++) {
		buf_puts(&name, "[]");
		in->size *= s->dim[i].known ? s->dim[i].count : 0;
	}
	in->name = arena_strdup(t->di->a, buf_str(&name));
	buf_free(&name);
	return in;
}

const struct dbg_type *dbg_type_target(const struct dbg_type *t)
{
	Dwarf_Attribute at;
	Dwarf_Die die;
	struct shape s;

	if (t->di->btf)
		return btf_target(t);
	switch (t->kind) {
	case DBG_POINTER:
		if (t->target)
			return t->target;
		return peeled_die(t, &die) ? debuginfo_type_of(t->di, &die) :
					     NULL;
	case DBG_ARRAY:
		if (!array_shape(t, &die, &s))
			return NULL;
		if (t->ndims + 1 < s.n)
			return inner_array(t, &s,
					   debuginfo_type_of(t->di, &die));
		return debuginfo_type_of(t->di, &die);
	case DBG_ENUM:
		return peeled_die(t, &die) &&
				       dwarf_hasattr(&die, DW_AT_type) &&
				       dwarf_attr(&die, DW_AT_type, &at) ?
			       debuginfo_type_of(t->di, &die) :
			       NULL;
	case DBG_VOID:
	case DBG_INT:
	case DBG_UINT:
	case DBG_BOOL:
	case DBG_CHAR:
	case DBG_FLOAT:
	case DBG_STRUCT:
	case DBG_UNION:
	case DBG_FUNCTION:
	case DBG_OTHER:
		break;
	}
	return NULL;
}

bool dbg_type_count(const struct dbg_type *t, uint64_t *n)
{
	struct shape s;
	Dwarf_Die die;

	if (t->di->btf)
		return btf_count(t, n);
	if (!array_shape(t, &die, &s) || t->ndims >= s.n ||
	    !s.dim[t->ndims].known)
		return false;
	*n = s.dim[t->ndims].count;
	return true;
}

const struct dbg_type *dbg_type_result(const struct dbg_type *t)
{
	Dwarf_Die die;

	if (t->kind == DBG_POINTER)
		t = dbg_type_target(t);
	if (t && t->kind == DBG_FUNCTION && t->di->btf)
		return btf_result(t);
	if (!t || t->kind != DBG_FUNCTION || !peeled_die(t, &die))
		return NULL;
	return debuginfo_type_of(t->di, &die);
}

bool dbg_type_is_string(const struct dbg_type *t)
{
	const struct dbg_type *to;

	if (t->kind != DBG_POINTER && t->kind != DBG_ARRAY)
		return false;
	to = dbg_type_target(t);
	return to && to->kind == DBG_CHAR;
}

/* ---- by name ---- */

static const struct dbg_type *lookup(struct debuginfo *di, const char *name,
				     uint32_t tag)
{
	size_t lo, hi;
	Dwarf_Die die;

	index_named(&di->ix, INDEX_TYPES, name, true, &lo, &hi);
	for (size_t i = lo; i < hi; i++) {
		const struct index_type *t = index_type(&di->ix, i);

		if (t->tag == tag && di->btf)
			return btf_type(di, t->die);
		if (t->tag == tag && debuginfo_die(di, t->die, &die) &&
		    dwarf_tag(&die) == (int)tag)
			return debuginfo_type_at(di, &die);
	}
	return di->btf ? btf_base_type(di, name, tag) : NULL;
}

/* What the words of a C integer type count up to. */
struct words {
	unsigned longs, shorts, chars, ints, signeds, unsigneds, others;
};

static void count_word(struct words *w, const char *s, size_t n)
{
	static const struct {
		const char *word;
		size_t member;
	} known[] = {
		{"long", offsetof(struct words, longs)},
		{"short", offsetof(struct words, shorts)},
		{"char", offsetof(struct words, chars)},
		{"int", offsetof(struct words, ints)},
		{"signed", offsetof(struct words, signeds)},
		{"unsigned", offsetof(struct words, unsigneds)},
	};

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (n == strlen(known[i].word) &&
		    !memcmp(s, known[i].word, n)) {
			++*(unsigned *)((char *)w + known[i].member);
			return;
		}
	w->others++;
}

/* "unsigned long" as the compiler names it: "long unsigned int". */
static const char *canonical_int(struct arena *a, const char *name)
{
	struct words w = {0};

	for (const char *p = name; *p;) {
		size_t n = strcspn(p, " ");

		count_word(&w, p, n);
		p += n;
		p += strspn(p, " ");
	}
	if (w.others)
		return NULL;
	if (w.chars)
		return w.unsigneds ? "unsigned char" :
		       w.signeds   ? "signed char" :
				     "char";
	if (w.shorts || w.longs)
		return arena_printf(a, "%s%s int",
				    w.shorts	    ? "short" :
				    w.longs > 1	    ? "long long" :
						      "long",
				    w.unsigneds ? " unsigned" : "");
	return w.unsigneds ? "unsigned int" : "int";
}

static const struct dbg_type *unprefixed(struct debuginfo *di, const char *name)
{
	static const uint32_t tags[] = {
		DW_TAG_typedef,	   DW_TAG_base_type,	    DW_TAG_structure_type,
		DW_TAG_union_type, DW_TAG_enumeration_type,
	};
	const struct dbg_type *t;
	const char *other;

	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if ((t = lookup(di, name, tags[i])))
			return t;
	other = canonical_int(di->a, name);
	return other ? lookup(di, other, DW_TAG_base_type) : NULL;
}

static const struct dbg_type *named(struct debuginfo *di, const char *name)
{
	static const struct {
		const char *word;
		uint32_t tag;
	} prefixes[] = {
		{"struct ", DW_TAG_structure_type},
		{"union ", DW_TAG_union_type},
		{"enum ", DW_TAG_enumeration_type},
	};

	if (!strcmp(name, "void"))
		return debuginfo_void(di);
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_starts(name, prefixes[i].word))
			return lookup(di, name + strlen(prefixes[i].word),
				      prefixes[i].tag);
	return unprefixed(di, name);
}

static bool is_qualifier(const char *s, size_t n)
{
	static const char *const words[] = {"const", "volatile", "restrict"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (n == strlen(words[i]) && !memcmp(s, words[i], n))
			return true;
	return false;
}

/* Words by single spaces, qualifiers off; stars counted. */
static const char *simplify(struct arena *a, const char *s, unsigned *stars)
{
	char *out = arena_alloc(a, strlen(s) + 2), *o = out;

	*stars = 0;
	while (*s) {
		size_t n = strcspn(s, " \t*&");

		if (!n) {
			*stars += *s == '*';
			s++;
			continue;
		}
		if (!is_qualifier(s, n)) {
			if (o > out)
				*o++ = ' ';
			memcpy(o, s, n);
			o += n;
		}
		s += n;
	}
	*o = 0;
	return out;
}

const struct dbg_type *debuginfo_type(struct debuginfo *di, const char *name)
{
	unsigned stars;
	const struct dbg_type *t =
		named(di, simplify(di->a, name, &stars));

	while (t && stars--)
		t = dbg_type_pointer_to(t);
	return t;
}
