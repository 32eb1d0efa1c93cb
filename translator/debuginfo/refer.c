// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a location expression may refer to outside itself.  In: the location
 * being read.  Out: a place_env, whose callbacks fetch constants, types and
 * other DIEs' expressions from the DWARF.
 */
#include "debuginfo/internal.h"

static bool get_nested(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
		       size_t *n)
{
	struct locating *l = ctx;
	Dwarf_Attribute inner;
	Dwarf_Op *got;

	if (dwarf_getlocation_attr(l->at, op, &inner) ||
	    dwarf_getlocation(&inner, &got, n))
		return false;
	*ops = got;
	return true;
}

static bool get_bytes(void *ctx, const Dwarf_Op *op, const uint8_t **p,
		      size_t *n)
{
	struct locating *l = ctx;
	Dwarf_Attribute inner;
	Dwarf_Block block;

	if (op->atom == DW_OP_implicit_value) {
		if (dwarf_getlocation_implicit_value(l->at, op, &block))
			return false;
	} else if (dwarf_getlocation_attr(l->at, op, &inner) ||
		   dwarf_formblock(&inner, &block)) {
		return false;
	}
	*p = block.data;
	*n = block.length;
	return true;
}

static bool get_addrx(void *ctx, const Dwarf_Op *op, uint64_t *value)
{
	struct locating *l = ctx;
	Dwarf_Attribute inner;

	if (dwarf_getlocation_attr(l->at, op, &inner))
		return false;
	return !dwarf_formaddr(&inner, value) ||
	       !dwarf_formudata(&inner, value);
}

static bool get_call(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
		     size_t *n)
{
	struct locating *l = ctx;
	Dwarf_Attribute at;
	Dwarf_Die die;
	Dwarf_Op *got;

	if (dwarf_getlocation_die(l->at, op, &die) ||
	    !dwarf_attr(&die, DW_AT_location, &at) ||
	    dwarf_getlocation_addr(&at, l->pc, &got, n, 1) != 1)
		return false;
	*ops = got;
	return true;
}

static bool get_die(void *ctx, const Dwarf_Op *op, uint64_t *die)
{
	struct locating *l = ctx;
	Dwarf_Die found;

	if (dwarf_getlocation_die(l->at, op, &found))
		return false;
	*die = dwarf_dieoffset(&found);
	return true;
}

static bool get_base_type(void *ctx, const Dwarf_Op *op, unsigned *size,
			  bool *is_signed)
{
	struct locating *l = ctx;
	bool converts = op->atom == DW_OP_convert ||
			op->atom == DW_OP_GNU_convert ||
			op->atom == DW_OP_reinterpret ||
			op->atom == DW_OP_GNU_reinterpret;
	Dwarf_Die die;
	Dwarf_Attribute at;
	Dwarf_Word enc;
	int bytes;

	*size = 0;
	*is_signed = false;
	if (converts && !op->number) /* the generic type */
		return true;
	if (dwarf_getlocation_die(l->at, op, &die))
		return false;
	bytes = dwarf_bytesize(&die);
	if (bytes < 1 || bytes > 8 ||
	    dwarf_formudata(dwarf_attr(&die, DW_AT_encoding, &at), &enc) ||
	    enc == DW_ATE_float || enc == DW_ATE_complex_float)
		return false;
	*size = bytes;
	*is_signed = enc == DW_ATE_signed || enc == DW_ATE_signed_char;
	return true;
}

static bool uses(const Dwarf_Op *ops, size_t n, uint8_t atom)
{
	for (size_t i = 0; i < n; i++)
		if (ops[i].atom == atom)
			return true;
	return false;
}

void fill_env(struct locating *l, const struct dbg_inst *inst,
	      const Dwarf_Op *ops, size_t n, struct place_env *env)
{
	bool fbreg = uses(ops, n, DW_OP_fbreg);
	Dwarf_Attribute at;
	Dwarf_Die owner;
	Dwarf_Op *base;

	*env = (struct place_env){
		.addr_size = l->di->f.addr_size,
		.big_endian = l->di->f.big_endian,
		.ctx = l,
		.nested = get_nested,
		.bytes = get_bytes,
		.addrx = get_addrx,
		.call = get_call,
		.die = get_die,
		.base_type = get_base_type,
		.at_entry = l->at_entry,
	};
	if (!inst)
		return;
	if (fbreg && frame_owner(l->di, inst, &owner) &&
	    dwarf_attr_integrate(&owner, DW_AT_frame_base, &at) &&
	    dwarf_getlocation_addr(&at, l->pc, &base, &env->nframe_base, 1) ==
		    1)
		env->frame_base = base;
	else
		env->nframe_base = 0;
	if (uses(ops, n, DW_OP_call_frame_cfa) ||
	    uses(env->frame_base, env->nframe_base, DW_OP_call_frame_cfa))
		frame_cfa(l->di, l->pc, &env->cfa, &env->ncfa);
}
