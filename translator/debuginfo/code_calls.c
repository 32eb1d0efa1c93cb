// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who calls whom, by the code itself.  In: a function's address.  Out: the
 * addresses that its direct calls return to.  The code is the truth here:
 * the DWARF names a callee by a DIE, of which there may be several copies.
 *
 * A byte within another instruction may look like a call.  Whoever asks looks
 * for a call site in the DWARF that returns to the same address.
 */
#include "debuginfo/internal.h"

#include <stdlib.h>

#define X86_CALL 0xe8 /* and a displacement of 32 bits */
#define X86_CALL_SIZE 5
#define ARM64_BL 0x94000000u /* and one of 26 bits, in words */
#define ARM64_BL_MASK 0xfc000000u

struct code_call {
	uint32_t target, returns; /* from code_calls.lo */
};

struct code_calls {
	uint64_t lo, hi;	 /* around all code */
	VEC(struct code_call) v; /* by target, then by returns */
};

static bool is_code(const struct elf_section *s)
{
	return s->in_image && (s->flags & SHF_EXECINSTR);
}

static uint32_t little_32(const uint8_t *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void add_call(struct debuginfo *di, struct code_calls *c,
		     uint64_t target, uint64_t returns)
{
	if (target >= c->lo && target < c->hi)
		vec_push(di->a, &c->v,
			 (struct code_call){(uint32_t)(target - c->lo),
					    (uint32_t)(returns - c->lo)});
}

static void scan_x86(struct debuginfo *di, struct code_calls *c,
		     const struct elf_section *s, const uint8_t *code, size_t n)
{
	const uint8_t *p = code, *end = code + n;

	while (end - p >= X86_CALL_SIZE &&
	       (p = memchr(p, X86_CALL,
			   (size_t)(end - p) - X86_CALL_SIZE + 1))) {
		uint64_t returns = s->addr + (uint64_t)(p - code) +
				   X86_CALL_SIZE;

		add_call(di, c, returns + (uint64_t)(int32_t)little_32(p + 1),
			 returns);
		p++;
	}
}

static void scan_arm64(struct debuginfo *di, struct code_calls *c,
		       const struct elf_section *s, const uint8_t *code,
		       size_t n)
{
	for (size_t i = 0; i + 4 <= n; i += 4) {
		uint32_t w = little_32(code + i);
		uint64_t at = s->addr + i;

		if ((w & ARM64_BL_MASK) == ARM64_BL)
			add_call(di, c,
				 at + (uint64_t)((int64_t)(int32_t)(w << 6) >>
						 4),
				 at + 4);
	}
}

/* A module's calls that its relocations will fill in. */
static void scan_relocations(struct debuginfo *di, struct code_calls *c,
			     Elf_Scn *scn, const GElf_Shdr *sh)
{
	const struct elf_section *s = elf_file_section_no(&di->f, sh->sh_info);
	Elf_Data *rela = elf_getdata(scn, NULL);
	Elf_Data *syms = elf_getdata(elf_getscn(di->f.elf, sh->sh_link), NULL);
	bool x86 = di->f.machine == EM_X86_64;
	uint64_t target;
	GElf_Rela r;
	GElf_Sym sym;

	if (!s || !is_code(s) || !rela || !syms)
		return;
	for (int i = 0; gelf_getrela(rela, i, &r); i++) {
		unsigned type = GELF_R_TYPE(r.r_info);

		if (x86 ? type != R_X86_64_PLT32 && type != R_X86_64_PC32 :
			  type != R_AARCH64_CALL26)
			continue;
		if (!gelf_getsym(syms, (int)GELF_R_SYM(r.r_info), &sym) ||
		    !elf_file_symbol_addr(&di->f, &sym, &target))
			continue;
		/* The x86 addend counts from the operand. */
		add_call(di, c, target + (uint64_t)r.r_addend + (x86 ? 4 : 0),
			 s->addr + r.r_offset + 4);
	}
}

static int by_target(const void *a, const void *b)
{
	const struct code_call *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->returns < y->returns ? -1 : x->returns > y->returns;
}

static bool find_bounds(const struct debuginfo *di, struct code_calls *c)
{
	c->lo = UINT64_MAX;
	for (size_t i = 0; i < di->f.nsections; i++) {
		const struct elf_section *s = &di->f.sections[i];

		if (!is_code(s))
			continue;
		c->lo = MIN(c->lo, s->addr);
		c->hi = MAX(c->hi, s->addr + s->size);
	}
	return c->lo < c->hi && c->hi - c->lo <= UINT32_MAX;
}

static struct code_calls *scan(struct debuginfo *di)
{
	struct code_calls *c = arena_new(di->a, struct code_calls);
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	if (!find_bounds(di, c))
		return c;
	for (size_t i = 0; i < di->f.nsections; i++) {
		const struct elf_section *s = &di->f.sections[i];
		const char *code;
		size_t n;

		if (!is_code(s) || !(code = elf_file_data(&di->f, s, &n)))
			continue;
		if (di->f.machine == EM_X86_64)
			scan_x86(di, c, s, (const uint8_t *)code, n);
		else if (di->f.machine == EM_AARCH64)
			scan_arm64(di, c, s, (const uint8_t *)code, n);
	}
	while (di->f.type == ET_REL && (scn = elf_nextscn(di->f.elf, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_RELA)
			scan_relocations(di, c, scn, &sh);
	if (c->v.n)
		qsort(c->v.v, c->v.n, sizeof *c->v.v, by_target);
	return c;
}

void code_calls_to(struct debuginfo *di, uint64_t target, dbg_addrs *out)
{
	const struct code_calls *c;
	size_t lo = 0, hi;
	uint64_t want;

	if (!di->calls)
		di->calls = scan(di);
	c = di->calls;
	if (target < c->lo || target >= c->hi)
		return;
	want = target - c->lo;
	hi = c->v.n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->v.v[mid].target < want)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < c->v.n && c->v.v[lo].target == want; lo++)
		vec_push(di->a, out, c->lo + c->v.v[lo].returns);
}
