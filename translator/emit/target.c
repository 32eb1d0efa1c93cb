// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a probe reads of its target: memory, registers, addresses, and what
 * the entry handler of a .return probe kept.  Every offset and size was
 * computed by pass 2; nothing here knows a type of the kernel.
 */
#include <inttypes.h>

#include "arch/arch.h"
#include "emit/emit.h"

/* The value of a bit field or of a whole integer of size bytes, t holding
 * what was read, zero-extended. */
static const char *widen(struct arena *a, const char *t, int size,
			 bool is_signed, int bit_offset, int bit_size)
{
	static const char *const types[] = {
		[1] = "signed char", [2] = "short", [4] = "int",
	};

	if (bit_size > 0 && is_signed)
		return arena_printf(a, "stp_shr(stp_shl(%s, %d), %d)", t,
				    64 - bit_offset - bit_size, 64 - bit_size);
	if (bit_size > 0)
		return arena_printf(a, "stp_lshr(stp_shl(%s, %d), %d)", t,
				    64 - bit_offset - bit_size, 64 - bit_size);
	if (is_signed && (size == 1 || size == 2 || size == 4))
		return arena_printf(a, "(stp_i64)(%s)%s", types[size], t);
	return t;
}

static const char *read_memory(struct fn *f, const char *addr,
			       const char *size, bool user, const char *site)
{
	const char *t = temp_new(f, TEMP_LONG);

	line(f, "%s = (stp_i64)stp_%sread(c, (stp_u64)%s, %s, %s);", t,
	     user ? "u" : "k", addr, size, site);
	check_error(f);
	return t;
}

static const char *number_text(struct fn *f, int n)
{
	return arena_printf(f->e->arena, "%d", n);
}

struct val emit_load(struct fn *f, const struct expr *e)
{
	struct val addr = emit_expr(f, e->load.addr), r;
	const char *t = read_memory(f, addr.text, number_text(f, e->load.size),
				    e->load.user, expr_site(f, e));

	r = val_temp(t);
	r.text = widen(f->e->arena, t, e->load.size, e->load.is_signed,
		       e->load.bit_offset, e->load.bit_size);
	r.temp = r.text == t;
	return r;
}

/* The whole unit with the field's bits replaced. */
static const char *merge_bits(struct fn *f, const struct expr *e,
			      const char *addr, const char *value)
{
	uint64_t mask = e->store.bit_size < 64 ?
			(UINT64_C(1) << e->store.bit_size) - 1 : UINT64_MAX;
	const char *old = read_memory(f, addr, number_text(f, e->store.size),
				      e->store.user, expr_site(f, e));

	mask <<= e->store.bit_offset;
	return arena_printf(f->e->arena,
			    "((stp_u64)%s & ~0x%" PRIx64 "ULL) | "
			    "((stp_u64)stp_shl(%s, %d) & 0x%" PRIx64 "ULL)",
			    old, mask, value, e->store.bit_offset, mask);
}

static int register_offset(struct fn *f, int dwarf_reg, const struct expr *at)
{
	const struct arch *arch = arch_find(f->e->s->arch);
	int offset = arch ? arch_reg_offset(arch, (unsigned)dwarf_reg) : -1;

	if (offset < 0)
		diag_semantic(&f->e->s->diag, at->loc, at->token,
			      "register %d of %s is not kept at a probe",
			      dwarf_reg, f->e->s->arch ? f->e->s->arch :
			      "this CPU");
	return offset;
}

static struct val store_register(struct fn *f, const struct expr *e)
{
	struct val value = hold(f, emit_expr(f, e->store.value), TYPE_LONG);
	int offset = register_offset(f, e->store.addr->reg.dwarf_reg, e);

	line(f, "stp_reg_set(c, %d, (stp_u64)%s);", offset, value.text);
	return value;
}

struct val emit_store_mem(struct fn *f, const struct expr *e)
{
	struct val addr, value;
	const char *bits;

	if (e->store.to_reg)
		return store_register(f, e);
	addr = emit_expr(f, e->store.addr);
	addr = hold(f, addr, TYPE_LONG);
	value = hold(f, emit_expr(f, e->store.value), TYPE_LONG);
	bits = e->store.bit_size > 0 ?
	       merge_bits(f, e, addr.text, value.text) :
	       arena_printf(f->e->arena, "(stp_u64)%s", value.text);
	line(f, "stp_%swrite(c, (stp_u64)%s, %d, %s, %s);",
	     e->store.user ? "u" : "k", addr.text, e->store.size, bits,
	     expr_site(f, e));
	check_error(f);
	return value;
}

struct val emit_register(struct fn *f, int dwarf_reg, const struct expr *at)
{
	int offset = register_offset(f, dwarf_reg, at);

	if (offset < 0)
		return val_number(f, 0);
	return val_text(arena_printf(f->e->arena,
				     "(stp_i64)stp_reg(c, %d /* %s */)",
				     offset,
				     arch_find(f->e->s->arch)->reg_name(
					     (unsigned)dwarf_reg)),
			READS_GLOBAL);
}

struct val emit_address(struct fn *f, const struct expr *e)
{
	struct arena *a = f->e->arena;
	const char *m = e->address.module, *sec = e->address.section;

	if (!sec)
		return val_text(arena_printf(a, "(stp_i64)stp_kaddr(0x%" PRIx64
					     "ULL)", e->address.addr), 0);
	return val_text(arena_printf(a, "(stp_i64)stp_maddr(%s, %s, 0x%" PRIx64
				     "ULL)", c_string(a, m, strlen(m)),
				     c_string(a, sec, strlen(sec)),
				     e->address.addr), 0);
}

/* Numbers take a slot of 8 bytes, strings MAXSTRINGLEN rounded up to slots. */
uint32_t saved_layout(const struct emit *e, const struct probe *p,
		      int *offsets)
{
	uint32_t at = 0;

	vec_for(i, &p->saved) {
		offsets[i] = (int)(at / 8);
		at += p->saved.v[i].type == TYPE_STRING ?
		      (uint32_t)((e->strlen_max + 7) / 8 * 8) : 8;
	}
	return at;
}

struct val emit_saved(struct fn *f, const struct expr *e)
{
	int slot = e->saved.slot;

	if (!f->probe || slot < 0 || (size_t)slot >= f->probe->saved.n) {
		unsupported(f, e, "a value saved at the entry");
		return val_number(f, 0);
	}
	return val_text(e->type == TYPE_STRING ?
			arena_printf(f->e->arena,
				     "((const char *)(c->saved + %d))",
				     f->saved_offsets[slot]) :
			arena_printf(f->e->arena, "c->saved[%d]",
				     f->saved_offsets[slot]), 0);
}

struct val emit_raw(struct fn *f, const struct expr *e)
{
	bool user = e->raw.kind == RAW_UDEREF || e->raw.kind == RAW_UREGISTER;
	struct val size, addr;

	if (e->raw.kind == RAW_KREGISTER || e->raw.kind == RAW_UREGISTER) {
		if (e->raw.arg->kind == EXPR_NUMBER)
			return emit_register(f, (int)e->raw.arg->number.value,
					     e);
		unsupported(f, e, "a register whose number is not constant");
		return val_number(f, 0);
	}
	size = emit_expr(f, e->raw.size);
	size = hold_from(f, size, TYPE_LONG, effects(e->raw.arg));
	addr = emit_expr(f, e->raw.arg);
	return val_temp(read_memory(f, as_number(f, addr),
				    arena_printf(f->e->arena, "(int)%s",
						 as_number(f, size)),
				    user, expr_site(f, e)));
}
