// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a file of user space (userfile.h).
 *
 * The functions with rules are those that .eh_frame_hdr lists; what each of
 * their places has, in .eh_frame, is reduced to the frames that compilers
 * make: the CFA so far from the stack or frame pointer, the return address and
 * the frame pointer in it or in their registers.  A place with anything else
 * has no rule.
 */
#include "debuginfo/userfile.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/script.h"

#define FILE_MAX_READ ((uint64_t)1 << 30)
#define RULES_MAX 2000000
#define ROWS_MAX 4096		/* of a function */
#define EH_FRAME_HDR_TABLE 0x3b	/* DW_EH_PE_datarel | DW_EH_PE_sdata4 */
#define EH_FRAME_HDR_COUNT 0x03	/* DW_EH_PE_udata4 */

struct cpu {
	const char *arch;
	int machine, sp, fp;	/* registers by their DWARF numbers */
	bool link;		/* the return address begins in a register */
};
static const struct cpu cpus[] = {
	{ "x86_64", EM_X86_64, 7, 6, false },
	{ "arm64", EM_AARCH64, 31, 29, true },
};

struct reading {
	struct arena *a;
	struct userfile *u;
	const struct cpu *cpu;
	Elf *elf;
	Dwarf_CFI *cfi;
};

/* ---- functions ---- */
static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The beginnings of functions in the sorted table of .eh_frame_hdr (LSB,
 * Exception Frames). */
static size_t starts_of(struct reading *r, const GElf_Phdr *p, uint64_t **out)
{
	Elf_Data *d = elf_getdata_rawchunk(r->elf, p->p_offset, p->p_filesz,
					   ELF_T_BYTE);
	const unsigned char *b = d ? d->d_buf : NULL;
	uint32_t n;
	uint64_t *v;

	if (!b || d->d_size < 12 || b[0] != 1 || b[2] != EH_FRAME_HDR_COUNT ||
	    b[3] != EH_FRAME_HDR_TABLE)
		return 0;
	memcpy(&n, b + 8, 4);
	if (n > (d->d_size - 12) / 8)
		return 0;
	v = arena_array(r->a, n + 1, uint64_t);
	for (uint32_t i = 0; i < n; i++) {
		int32_t far;

		memcpy(&far, b + 12 + 8 * (size_t)i, 4);
		v[i] = p->p_vaddr + (int64_t)far;
	}
	qsort(v, n, sizeof(*v), by_number);
	*out = v;
	return n;
}

static size_t functions(struct reading *r, uint64_t **out)
{
	size_t n;

	if (elf_getphdrnum(r->elf, &n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr p;

		if (gelf_getphdr(r->elf, i, &p) && p.p_type == PT_GNU_EH_FRAME)
			return starts_of(r, &p, out);
	}
	return 0;
}

/* ---- rules ---- */
/* The register that an operation adds to; -1: it does something else. */
static int register_of(const Dwarf_Op *op, int64_t *add)
{
	if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31) {
		*add = (int64_t)op->number;
		return op->atom - DW_OP_breg0;
	}
	*add = (int64_t)op->number2;
	return op->atom == DW_OP_bregx ? (int)op->number : -1;
}

static bool cfa_of(const struct reading *r, Dwarf_Frame *frame, uint32_t *cfa)
{
	Dwarf_Op *ops;
	size_t n;
	int64_t add;
	int reg;

	if (dwarf_frame_cfa(frame, &ops, &n) || n != 1)
		return false;
	reg = register_of(&ops[0], &add);
	if ((reg != r->cpu->sp && reg != r->cpu->fp) || add < 0 ||
	    add >= 1 << 29)
		return false;
	*cfa = (uint32_t)add << 2 |
	       (reg == r->cpu->sp ? STP_URULE_SP : STP_URULE_FP);
	return true;
}

enum saved { SAVED, KEPT, UNDEFINED, OTHER };

/* Where a register of the caller's is: so many words below the CFA. */
static enum saved saved_of(Dwarf_Frame *frame, int reg, uint16_t *words)
{
	Dwarf_Op mem[3], *ops;
	int64_t at;
	size_t n;

	*words = 0;
	if (dwarf_frame_register(frame, reg, mem, &ops, &n))
		return OTHER;
	if (!n)
		return ops ? KEPT : UNDEFINED;
	if (ops[0].atom != DW_OP_call_frame_cfa || n > 2)
		return OTHER;
	at = n == 1 ? 0 : (int64_t)ops[1].number;
	if ((n == 2 && ops[1].atom != DW_OP_plus_uconst) || at >= 0 || at % 8 ||
	    at < -8 * 65535)
		return OTHER;
	*words = (uint16_t)(-at / 8);
	return SAVED;
}

static struct user_rule rule_of(const struct reading *r, Dwarf_Frame *frame,
				uint64_t at)
{
	struct user_rule rule = { .at = at };
	bool is_signal = false;
	int ra = dwarf_frame_info(frame, NULL, NULL, &is_signal);
	enum saved how;

	if (ra < 0 || is_signal)
		return rule;
	how = saved_of(frame, ra, &rule.ra);
	if (how == UNDEFINED && !r->cpu->link) {
		rule.cfa = STP_URULE_END;
		return rule;
	}
	if (how == OTHER || (how != SAVED && !r->cpu->link) ||
	    saved_of(frame, r->cpu->fp, &rule.fp) == OTHER ||
	    !cfa_of(r, frame, &rule.cfa))
		rule = (struct user_rule){ .at = at };
	return rule;
}

static void add_rule(struct reading *r, struct user_rule rule)
{
	const struct user_rule *last = r->u->rules.n ?
		&r->u->rules.v[r->u->rules.n - 1] : NULL;

	if (last && last->cfa == rule.cfa && last->fp == rule.fp &&
	    last->ra == rule.ra)
		return;
	if (last && last->at == rule.at)
		r->u->rules.n--;
	vec_push(r->a, &r->u->rules, rule);
}

/* From one function's beginning up to the next's, or as far as its rules. */
static void read_function(struct reading *r, uint64_t pc, uint64_t end)
{
	for (int rows = 0; pc < end && rows < ROWS_MAX; rows++) {
		Dwarf_Frame *frame;
		Dwarf_Addr lo, hi;

		if (dwarf_cfi_addrframe(r->cfi, pc, &frame))
			break;
		if (dwarf_frame_info(frame, &lo, &hi, NULL) < 0 || hi <= pc) {
			free(frame);
			break;
		}
		add_rule(r, rule_of(r, frame, pc));
		free(frame);
		pc = hi;
	}
	if (pc < end)
		add_rule(r, (struct user_rule){ .at = pc });
}

static void read_rules(struct reading *r)
{
	uint64_t *starts;
	size_t n = functions(r, &starts);

	r->cfi = n ? dwarf_getcfi_elf(r->elf) : NULL;
	for (size_t i = 0; r->cfi && i < n && r->u->rules.n < RULES_MAX; i++)
		read_function(r, starts[i],
			      i + 1 < n ? starts[i + 1] : UINT64_MAX);
}

/* ---- the file ---- */
static bool fits_cpu(struct reading *r, const char *arch)
{
	GElf_Ehdr h;

	for (size_t i = 0; i < ARRAY_SIZE(cpus); i++)
		if (!strcmp(cpus[i].arch, arch))
			r->cpu = &cpus[i];
	return r->cpu && gelf_getehdr(r->elf, &h) &&
	       h.e_machine == r->cpu->machine;
}

static bool read_open(struct reading *r, int fd, const char *arch,
		      const char **why)
{
	struct elf_symbols *s = &r->u->elf;

	*why = "it is no ELF file";
	if (elf_symbols_read(s, fd, FILE_MAX_READ))
		return false;
	*why = "it has no build-id, by which the target would know it";
	if (!s->build_id[0])
		return false;
	r->u->base = UINT64_MAX;
	for (size_t i = 0; i < s->nsegments; i++)
		r->u->base = MIN(r->u->base, s->segments[i].addr);
	elf_version(EV_CURRENT);
	r->elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	*why = arena_printf(r->a, "it is not for %s", arch);
	if (!r->elf || !fits_cpu(r, arch))
		return false;
	read_rules(r);
	return true;
}

bool userfile_read(struct arena *a, struct userfile *u, const char *file,
		   const char *arch, const char **why)
{
	struct reading r = { .a = a, .u = u };
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	bool good;

	*u = (struct userfile){ 0 };
	if (fd < 0) {
		*why = arena_strdup(a, strerror(errno));
		return false;
	}
	good = read_open(&r, fd, arch, why);
	if (r.cfi)
		dwarf_cfi_end(r.cfi);
	elf_end(r.elf);
	close(fd);
	if (!good)
		userfile_free(u);
	return good;
}

void userfile_free(struct userfile *u)
{
	elf_symbols_free(&u->elf);
}
