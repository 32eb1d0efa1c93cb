// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A type as C text: "struct file*", "char const*", "long int[]",
 * "int (*) (void*, u64)".  Qualifiers follow what they qualify, so that every
 * layer is a suffix; scripts and people match on this form in -L.
 */
#include "debuginfo/internal.h"

#define MAX_LAYERS 64

static void put(struct debuginfo *di, struct buf *b, Dwarf_Die *die, int depth);

/* The type a DIE refers to; void when it has none. */
static void put_target(struct debuginfo *di, struct buf *b, Dwarf_Die *die,
		       int depth)
{
	Dwarf_Attribute at;
	Dwarf_Die target;

	if (dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &at),
			      &target))
		put(di, b, &target, depth + 1);
	else
		buf_puts(b, "void");
}

static void put_named(struct buf *b, Dwarf_Die *die, const char *word)
{
	const char *name = dwarf_diename(die);

	buf_printf(b, "%s%s", word, name ? name : "{...}");
}

static void put_arguments(struct debuginfo *di, struct buf *b, Dwarf_Die *fn,
			  int depth)
{
	const char *sep = "";
	Dwarf_Die die;

	if (dwarf_child(fn, &die)) {
		buf_puts(b, "void");
		return;
	}
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_formal_parameter) {
			buf_puts(b, sep);
			put_target(di, b, &die, depth);
		} else if (tag == DW_TAG_unspecified_parameters) {
			buf_printf(b, "%s...", sep);
		} else {
			continue;
		}
		sep = ", ";
	} while (!dwarf_siblingof(&die, &die));
	if (!*sep)
		buf_puts(b, "void");
}

static void put_pointer(struct debuginfo *di, struct buf *b, Dwarf_Die *die,
			int depth)
{
	Dwarf_Attribute at;
	Dwarf_Die fn;

	if (dwarf_formref_die(dwarf_attr(die, DW_AT_type, &at), &fn) &&
	    dwarf_tag(&fn) == DW_TAG_subroutine_type) {
		put_target(di, b, &fn, depth);
		buf_puts(b, " (*) (");
		put_arguments(di, b, &fn, depth);
		buf_puts(b, ")");
		return;
	}
	put_target(di, b, die, depth);
	buf_puts(b, "*");
}

static void put_array(struct debuginfo *di, struct buf *b, Dwarf_Die *die,
		      int depth)
{
	Dwarf_Die dim;

	put_target(di, b, die, depth);
	if (dwarf_child(die, &dim)) {
		buf_puts(b, "[]");
		return;
	}
	do {
		if (dwarf_tag(&dim) == DW_TAG_subrange_type)
			buf_puts(b, "[]");
	} while (!dwarf_siblingof(&dim, &dim));
}

static void put(struct debuginfo *di, struct buf *b, Dwarf_Die *die, int depth)
{
	if (depth > MAX_LAYERS) {
		buf_puts(b, "?");
		return;
	}
	switch (dwarf_tag(die)) {
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
		put_named(b, die, "struct ");
		break;
	case DW_TAG_union_type:
		put_named(b, die, "union ");
		break;
	case DW_TAG_enumeration_type:
		put_named(b, die, "enum ");
		break;
	case DW_TAG_pointer_type:
		put_pointer(di, b, die, depth);
		break;
	case DW_TAG_array_type:
		put_array(di, b, die, depth);
		break;
	case DW_TAG_const_type:
		put_target(di, b, die, depth);
		buf_puts(b, " const");
		break;
	case DW_TAG_volatile_type:
		put_target(di, b, die, depth);
		buf_puts(b, " volatile");
		break;
	case DW_TAG_restrict_type:
		put_target(di, b, die, depth);
		buf_puts(b, " restrict");
		break;
	case DW_TAG_atomic_type:
		put_target(di, b, die, depth);
		buf_puts(b, " _Atomic");
		break;
	case DW_TAG_subroutine_type:
		put_target(di, b, die, depth);
		buf_puts(b, " (");
		put_arguments(di, b, die, depth);
		buf_puts(b, ")");
		break;
	default: /* base types, typedefs, and what has just a name */
		put_named(b, die, "");
	}
}

const char *type_name(struct debuginfo *di, Dwarf_Die *die)
{
	struct buf b = {0};
	const char *s;

	put(di, &b, die, 0);
	s = arena_strdup(di->a, buf_str(&b));
	buf_free(&b);
	return s;
}
