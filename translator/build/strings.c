// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strings that code names, moved into the text, behind the code: how far they
 * are from it is known here, so that an instruction that loads the address of
 * one needs no relocation, of 24 bytes, or 48 where it takes two instructions.
 *
 * In: a linked module.  Out: the same without the section of strings.  Must
 * hold: an instruction changes only to one of the same length that leaves the
 * same in the same registers, flags included.
 */
#include "build/build.h"
#include "build/shrink.h"

/* ---- x86: "mov $address, %reg" becomes "lea distance(%rip), %reg" ---- */

static bool put_lea(struct elf_section *text, const Elf64_Rela *rela,
		    uint64_t target)
{
	unsigned char *insn = rela->r_offset < 3 ? NULL :
			      elf_place(text, rela->r_offset - 3, 7);
	unsigned int reg, high;

	/* REX.W, the opcode, a register. */
	if (!insn || (insn[0] & 0xfe) != 0x48 || insn[1] != 0xc7 ||
	    (insn[2] & 0xf8) != 0xc0)
		return false;
	reg = insn[2] & 7;
	high = insn[0] & 1;
	if (!shrink_put_word(insn + 3,
			     (int64_t)(target - rela->r_offset - 4)))
		return false;
	insn[0] = (unsigned char)(0x48 | high << 2);
	insn[1] = 0x8d;
	insn[2] = (unsigned char)(0x05 | reg << 3);
	return true;
}

/* ---- arm64: "adrp" of a page and what adds the rest ---- */

#define NREGS 32
#define ADR_REACH (1u << 20)	/* bytes, either way */

static bool is_low_part(uint32_t type)
{
	switch (type) {
	case R_AARCH64_ADD_ABS_LO12_NC:
	case R_AARCH64_LDST8_ABS_LO12_NC:
	case R_AARCH64_LDST16_ABS_LO12_NC:
	case R_AARCH64_LDST32_ABS_LO12_NC:
	case R_AARCH64_LDST64_ABS_LO12_NC:
	case R_AARCH64_LDST128_ABS_LO12_NC:
		return true;
	}
	return false;
}

struct target {
	size_t section;
	uint64_t value;
};

static struct target target_of(const struct elf_image *img,
			       const Elf64_Rela *rela)
{
	const Elf64_Sym *sym = &img->sym[ELF64_R_SYM(rela->r_info)];

	return (struct target){ sym->st_shndx,
				sym->st_value + (uint64_t)rela->r_addend };
}

/* The instruction; false: there is none. */
static bool insn_at(const struct elf_section *text, uint64_t offset,
		    uint32_t *insn)
{
	const unsigned char *at = elf_place(text, offset, 4);

	if (!at)
		return false;
	memcpy(insn, at, 4);
	return true;
}

/* Each rest belongs to the page that its register was given last, and both
 * are of one address; otherwise they are not understood. */
static bool pairs_agree(const struct elf_image *img,
			const struct elf_section *r, size_t text)
{
	const Elf64_Rela *v = elf_relas(r);
	struct target last[NREGS] = { 0 };
	uint64_t before = 0;

	for (size_t i = 0; i < elf_nrelas(r); i++) {
		uint32_t type = ELF64_R_TYPE(v[i].r_info), insn;
		struct target t = target_of(img, &v[i]);

		if (v[i].r_offset < before ||
		    !insn_at(&img->sec[text], v[i].r_offset, &insn))
			return false;
		before = v[i].r_offset;
		if (type == R_AARCH64_ADR_PREL_PG_HI21) {
			last[insn & (NREGS - 1)] = t;
		} else if (is_low_part(type)) {
			struct target page = last[insn >> 5 & (NREGS - 1)];

			if ((t.section == text || page.section == text) &&
			    (t.section != page.section ||
			     t.value != page.value))
				return false;
		}
	}
	return true;
}

static bool put_adr(unsigned char *at, int64_t v)
{
	uint32_t insn, bits = (uint32_t)v & 0x1fffff;

	if (!at || !shrink_fits(v, 21))
		return false;
	memcpy(&insn, at, sizeof insn);
	insn = (insn & 0x1f) | 0x10000000 | (bits & 3) << 29 | bits >> 2 << 5;
	memcpy(at, &insn, sizeof insn);
	return true;
}

static void put_rest(unsigned char *at)
{
	uint32_t insn;

	memcpy(&insn, at, sizeof insn);
	insn &= ~(0xfffu << 10);
	memcpy(at, &insn, sizeof insn);
}

static bool resolve_arm64(struct elf_image *img, size_t text,
			  const Elf64_Rela *rela)
{
	struct elf_section *s = &img->sec[text];
	unsigned char *at = elf_place(s, rela->r_offset, 4);
	uint32_t type = ELF64_R_TYPE(rela->r_info);

	if (type == R_AARCH64_ADR_PREL_PG_HI21)
		return put_adr(at, (int64_t)(target_of(img, rela).value -
					     rela->r_offset));
	if (at && is_low_part(type))
		put_rest(at);
	return at && is_low_part(type);
}

/* ---- both ---- */

static bool is_understood(const struct elf_image *img,
			  const struct elf_section *r, size_t text)
{
	if (img->h.e_machine == EM_X86_64)
		return true;
	return img->sec[text].h.sh_size < ADR_REACH &&
	       pairs_agree(img, r, text);
}

static void resolve(struct elf_image *img, struct elf_section *r, size_t text)
{
	Elf64_Rela *v = elf_relas(r);

	if (!is_understood(img, r, text))
		return;
	for (size_t i = 0; i < elf_nrelas(r); i++) {
		struct target t = target_of(img, &v[i]);
		bool done;

		if (t.section != text)
			continue;
		if (img->h.e_machine == EM_X86_64)
			done = ELF64_R_TYPE(v[i].r_info) == R_X86_64_32S &&
			       put_lea(&img->sec[text], &v[i], t.value);
		else
			done = resolve_arm64(img, text, &v[i]);
		if (done)
			v[i].r_info = 0;
	}
	shrink_drop_nones(r);
}

/* Its symbols become the text's. */
static void append(struct elf_image *img, size_t text, size_t from)
{
	struct elf_section *t = &img->sec[text], *s = &img->sec[from];
	uint64_t to = s->h.sh_addralign ? s->h.sh_addralign : 1;
	uint64_t at = (t->h.sh_size + to - 1) / to * to;
	unsigned char *data = arena_alloc(img->arena, at + s->h.sh_size);

	memcpy(data, t->data, t->h.sh_size);
	memcpy(data + at, s->data, s->h.sh_size);
	t->data = data;
	t->h.sh_size = at + s->h.sh_size;
	if (t->h.sh_addralign < to)
		t->h.sh_addralign = to;
	s->gone = true;
	for (size_t i = 1; i < img->nsym; i++) {
		Elf64_Sym *sym = &img->sym[i];

		if (sym->st_shndx != from)
			continue;
		sym->st_shndx = (Elf64_Half)text;
		sym->st_value += at;
		/* No section's own any more. */
		if (ELF64_ST_TYPE(sym->st_info) == STT_SECTION)
			sym->st_info = ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE);
	}
}

void shrink_strings(struct elf_image *img)
{
	struct elf_section *s = elf_find(img, SHRINK_STRINGS), *r;
	size_t hot = elf_symbol(img, HOT_TEXT), text, from;

	if (!s || !s->data || !hot)
		return;
	text = img->sym[hot].st_shndx;
	from = (size_t)(s - img->sec);
	r = elf_relas_of(img, text);
	if (!img->sec[text].data || !r || elf_relas_of(img, from))
		return;
	append(img, text, from);
	resolve(img, r, text);
}
