// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What structs, unions and enums consist of.  In: a type.  Out: members with
 * their offsets, through anonymous ones; enumerators.
 */
#include "debuginfo/internal.h"


#define MAX_NESTING 16 /* of anonymous members */

static bool attr_uint(Dwarf_Die *die, unsigned name, uint64_t *v)
{
	Dwarf_Attribute at;
	Dwarf_Word w;

	if (!dwarf_attr(die, name, &at) || dwarf_formudata(&at, &w))
		return false;
	*v = w;
	return true;
}

/* Bytes from the start: a number, or (old compilers) "add this". */
static uint64_t member_offset(Dwarf_Die *die)
{
	Dwarf_Attribute at;
	Dwarf_Word v;
	Dwarf_Op *ops;
	size_t n;

	if (!dwarf_attr(die, DW_AT_data_member_location, &at))
		return 0;
	if (!dwarf_formudata(&at, &v))
		return v;
	if (!dwarf_getlocation(&at, &ops, &n) && n == 1 &&
	    ops[0].atom == DW_OP_plus_uconst)
		return ops[0].number;
	return 0;
}

/* Where a bit field lies: bits from the start of the outer type, counted as
 * the CPU does (from the lowest bit of each byte, or the highest). */
static uint64_t first_bit(const struct debuginfo *di, Dwarf_Die *die,
			  const struct dbg_member *m)
{
	uint64_t v, size = m->type->size;

	if (attr_uint(die, DW_AT_data_bit_offset, &v))
		return v;
	/* Before DWARF 4: from the highest bit of a storage unit. */
	if (attr_uint(die, DW_AT_bit_offset, &v)) {
		attr_uint(die, DW_AT_byte_size, &size);
		if (di->f.big_endian)
			return m->offset * 8 + v;
		return m->offset * 8 + size * 8 - v - m->bit_size;
	}
	return m->offset * 8;
}

static void place_bits(const struct debuginfo *di, Dwarf_Die *die,
		       struct dbg_member *m)
{
	uint64_t bit = first_bit(di, die, m);
	uint64_t unit = m->type->size ? m->type->size : 1;

	m->offset = bit / (8 * unit) * unit;
	m->bit_offset = bit - m->offset * 8;
	if (m->bit_offset + m->bit_size > 8 * unit) { /* packed */
		m->offset = bit / 8;
		m->bit_offset = bit % 8;
	}
	if (di->f.big_endian)
		m->bit_offset = 8 * unit - m->bit_offset - m->bit_size;
}

static struct dbg_member read_member(struct debuginfo *di, Dwarf_Die *die,
				     uint64_t base)
{
	const char *name = dwarf_diename(die);
	uint64_t bits;
	struct dbg_member m = {
		.name = name ? name : "",
		.type = debuginfo_type_of(di, die),
		.offset = member_offset(die),
	};

	if (attr_uint(die, DW_AT_bit_size, &bits) && bits <= 64) {
		m.bit_size = bits;
		place_bits(di, die, &m);
	}
	m.is_anonymous = !*m.name && (m.type->kind == DBG_STRUCT ||
				      m.type->kind == DBG_UNION);
	m.offset += base;
	return m;
}

static bool body_of(const struct dbg_type *t, Dwarf_Die *die)
{
	return (t->kind == DBG_STRUCT || t->kind == DBG_UNION) &&
	       !t->is_incomplete && t->peeled &&
	       debuginfo_die(t->di, t->peeled, die);
}

static bool find_member(const struct dbg_type *t, const char *name,
			uint64_t base, int depth, struct dbg_member *out)
{
	Dwarf_Die body, die;

	if (depth > MAX_NESTING || !body_of(t, &body) ||
	    dwarf_child(&body, &die))
		return false;
	do {
		const char *own;
		struct dbg_member m;

		if (dwarf_tag(&die) != DW_TAG_member)
			continue;
		own = dwarf_diename(&die);
		if (own && strcmp(own, name))
			continue;
		m = read_member(t->di, &die, base);
		if (own) {
			*out = m;
			return true;
		}
		if (m.is_anonymous &&
		    find_member(m.type, name, m.offset, depth + 1, out))
			return true;
	} while (!dwarf_siblingof(&die, &die));
	return false;
}

bool dbg_type_member(const struct dbg_type *t, const char *name,
		     struct dbg_member *out)
{
	if (t->di->btf)
		return btf_member(t, name, out);
	return find_member(t, name, 0, 0, out);
}

static void list_members(const struct dbg_type *t, bool flat, uint64_t base,
			 int depth, dbg_members *out)
{
	Dwarf_Die body, die;

	if (depth > MAX_NESTING || !body_of(t, &body) ||
	    dwarf_child(&body, &die))
		return;
	do {
		struct dbg_member m;

		if (dwarf_tag(&die) != DW_TAG_member)
			continue;
		m = read_member(t->di, &die, base);
		if (flat && m.is_anonymous)
			list_members(m.type, true, m.offset, depth + 1, out);
		else
			vec_push(t->di->a, out, m);
	} while (!dwarf_siblingof(&die, &die));
}

void dbg_type_members(const struct dbg_type *t, bool flat, dbg_members *out)
{
	if (t->di->btf)
		btf_members(t, flat, out);
	else
		list_members(t, flat, 0, 0, out);
}

const char *dbg_type_similar_members(const struct dbg_type *t, const char *name,
				     size_t max)
{
	dbg_members m = {0};
	VEC(const char *) names = {0};
	const char *near;
	struct buf b = {0};

	dbg_type_members(t, true, &m);
	vec_for(i, &m)
		if (*m.v[i].name)
			vec_push(t->di->a, &names, m.v[i].name);
	near = nearest_names(t->di->a, name, names.v, names.n, max);
	if (*near || names.n > max)
		return near;
	vec_for(i, &names)
		buf_printf(&b, "%s%s", i ? ", " : "", names.v[i]);
	near = arena_strdup(t->di->a, buf_str(&b));
	buf_free(&b);
	return near;
}

static int64_t enumerator_value(const struct dbg_type *t, Dwarf_Die *die)
{
	Dwarf_Attribute at;
	Dwarf_Sword s = 0;
	Dwarf_Word u = 0;

	if (!dwarf_attr(die, DW_AT_const_value, &at))
		return 0;
	if (t->is_signed || dwarf_whatform(&at) == DW_FORM_sdata)
		return dwarf_formsdata(&at, &s) ? 0 : s;
	return dwarf_formudata(&at, &u) ? 0 : (int64_t)u;
}

void dbg_type_enumerators(const struct dbg_type *t, dbg_enumerators *out)
{
	Dwarf_Die body, die;

	if (t->di->btf) {
		btf_enumerators(t, out);
		return;
	}
	if (t->kind != DBG_ENUM || !t->peeled ||
	    !debuginfo_die(t->di, t->peeled, &body) ||
	    dwarf_child(&body, &die))
		return;
	do {
		const char *name = dwarf_diename(&die);

		if (dwarf_tag(&die) == DW_TAG_enumerator && name)
			vec_push(t->di->a, out,
				 (struct dbg_enumerator){
					 name, enumerator_value(t, &die)});
	} while (!dwarf_siblingof(&die, &die));
}
