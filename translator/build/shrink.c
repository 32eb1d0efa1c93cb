// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last step of a module: what costs room in the file, and memory or time
 * on the target, and is known here already.
 *
 * In: a module as the kernel's own tools would leave it.  Out: one that does
 * the same when it runs.  What goes:
 *  - relocations from one place of a section to another one of it;
 *  - symbols that the kernel does not need to load it; globals' names stay,
 *    so that a trace through the module can be read;
 *  - returns and indirect calls of functions that hits do not run: where the
 *    kernel wants each listed, they jump to one that is;
 *  - relocations of the unwind table, which the runtime then completes
 *    (runtime/kernel/unwind.c);
 *  - relocations of code that names strings (strings.c);
 *  - relocations of pointers in data (pointers.c);
 *  - sections that no kernel needs.
 *
 * Only for CPUs that are known here; other modules stay as they are.
 */
#include "build/build.h"
#include "build/shrink.h"

#define RETURN_THUNK "__x86_return_thunk"
/* By the register that compilers take most often. */
#define CALL_THUNK "__x86_indirect_thunk_rax"
#define JUMP_SIZE 5
#define JUMP 0xe9
#define CALL 0xe8

/* ---- relocations within a section ---- */

bool shrink_fits(int64_t v, int bits)
{
	return v >= -((int64_t)1 << (bits - 1)) &&
	       v < (int64_t)1 << (bits - 1);
}

bool shrink_put_word(unsigned char *at, int64_t v)
{
	int32_t word = (int32_t)v;

	if (!shrink_fits(v, 32))
		return false;
	memcpy(at, &word, sizeof word);
	return true;
}

/* Branch with an offset of 26 bits, in instructions. */
static bool put_branch26(unsigned char *at, int64_t v)
{
	uint32_t insn;

	if (v & 3 || !shrink_fits(v / 4, 26))
		return false;
	memcpy(&insn, at, sizeof insn);
	insn = (insn & 0xfc000000) | ((uint32_t)(v / 4) & 0x03ffffff);
	memcpy(at, &insn, sizeof insn);
	return true;
}

/* Puts a distance where the relocation says; false: not of that kind. */
static bool put_distance(Elf64_Half machine, uint32_t type, unsigned char *at,
			 int64_t v)
{
	if (!at)
		return false;
	if (machine == EM_X86_64)
		return (type == R_X86_64_PC32 || type == R_X86_64_PLT32) &&
		       shrink_put_word(at, v);
	if (type == R_AARCH64_CALL26 || type == R_AARCH64_JUMP26)
		return put_branch26(at, v);
	return type == R_AARCH64_PREL32 && shrink_put_word(at, v);
}

static bool resolved(const struct elf_image *img, const struct elf_section *r,
		     const Elf64_Rela *rela)
{
	const Elf64_Sym *sym = &img->sym[ELF64_R_SYM(rela->r_info)];
	struct elf_section *s = &img->sec[r->h.sh_info];

	return sym->st_shndx == r->h.sh_info &&
	       put_distance(img->h.e_machine, ELF64_R_TYPE(rela->r_info),
			    elf_place(s, rela->r_offset, 4),
			    (int64_t)(sym->st_value +
				      (uint64_t)rela->r_addend -
				      rela->r_offset));
}

void shrink_drop_nones(struct elf_section *r)
{
	Elf64_Rela *v = elf_relas(r);
	size_t n = elf_nrelas(r), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (ELF64_R_TYPE(v[i].r_info))
			v[kept++] = v[i];
	r->h.sh_size = kept * sizeof *v;
	r->gone = !kept;
}

static void resolve(struct elf_image *img)
{
	for (size_t i = 1; i < img->nsec; i++) {
		struct elf_section *r = &img->sec[i];

		if (r->gone || r->h.sh_type != SHT_RELA ||
		    !(img->sec[r->h.sh_info].h.sh_flags & SHF_ALLOC))
			continue;
		for (size_t k = 0; k < elf_nrelas(r); k++)
			if (resolved(img, r, &elf_relas(r)[k]))
				elf_relas(r)[k].r_info = 0;
		shrink_drop_nones(r);
	}
}

/* Any symbol of a section, to refer to it by; 0: it has none. */
static size_t symbol_in(const struct elf_image *img, size_t section)
{
	for (size_t i = 1; i < img->nsym; i++)
		if (img->sym[i].st_shndx == section)
			return i;
	return 0;
}

bool shrink_can_refer(const struct elf_image *img, size_t section)
{
	return section && symbol_in(img, section);
}

void shrink_add_rela(struct elf_image *img, struct elf_section *r,
		     uint64_t offset, size_t section)
{
	Elf64_Rela *v = arena_alloc(img->arena, r->h.sh_size + sizeof *v);
	size_t n = elf_nrelas(r), symbol = symbol_in(img, section);
	uint32_t type = img->h.e_machine == EM_X86_64 ? R_X86_64_64 :
			R_AARCH64_ABS64;

	memcpy(v, r->data, r->h.sh_size);
	v[n] = (Elf64_Rela){ .r_offset = offset,
		.r_addend = -(Elf64_Sxword)img->sym[symbol].st_value,
		.r_info = ELF64_R_INFO(symbol, type) };
	r->data = (unsigned char *)v;
	r->h.sh_size += sizeof *v;
	r->gone = false;
}

/* ---- sections ---- */

static void leave_out(struct elf_image *img, const char *name)
{
	struct elf_section *s = elf_find(img, name), *r;

	if (!s)
		return;
	r = elf_relas_of(img, (size_t)(s - img->sec));
	s->gone = true;
	if (r)
		r->gone = true;
}

static void leave_sections_out(struct elf_image *img)
{
	leave_out(img, ".comment");
	leave_out(img, ".note.GNU-stack");
	/* Facts about the build, for other tools than the module loader. */
	leave_out(img, ".note.Linux");
	leave_out(img, ".note.gnu.property");
	if (img->h.e_machine != EM_X86_64)
		return;
	/* Locked instructions, to be made cheaper on machines with one CPU. */
	leave_out(img, ".smp_locks");
	/* Calls to be counted on CPUs where returns refill a buffer of theirs
	 * (sysroots/kbuild.c): those not counted make it refill earlier. */
	leave_out(img, ".call_sites");
	/* Functions whose mark as a target of indirect jumps can go, as
	 * nothing jumps there so: with it they run just as well. */
	leave_out(img, ".ibt_endbr_seal");
	/* Read on CPUs whose ftrace goes by it; this one's does not. */
	leave_out(img, "__patchable_function_entries");
}

/* ---- jumps to the kernel's thunks ---- */

struct thunks {
	const char *name;	/* of the thunk */
	struct elf_section *text, *text_relas, *sites, *site_relas;
	size_t text_index;
	uint64_t hot;		/* where text begins that hits run */
	uint64_t shared;	/* the jump that serves the others */
};

static bool find_thunks(struct elf_image *img, struct thunks *t,
			const char *list)
{
	size_t hot = elf_symbol(img, HOT_TEXT);

	t->sites = elf_find(img, list);
	if (!hot || !t->sites)
		return false;
	t->text_index = img->sym[hot].st_shndx;
	t->hot = img->sym[hot].st_value;
	t->text = &img->sec[t->text_index];
	t->text_relas = elf_relas_of(img, t->text_index);
	t->site_relas = elf_relas_of(img, (size_t)(t->sites - img->sec));
	return t->text_relas && t->site_relas &&
	       elf_nrelas(t->site_relas) * 4 == t->sites->h.sh_size;
}

/* The relocation of the jump or call at an offset of the text, if it is one to
 * the thunk. */
static Elf64_Rela *jump_at(const struct elf_image *img, const struct thunks *t,
			   uint64_t at)
{
	const unsigned char *jump = elf_place(t->text, at, JUMP_SIZE);
	Elf64_Rela *v = elf_relas(t->text_relas);

	if (!jump || (*jump != JUMP && *jump != CALL))
		return NULL;
	for (size_t i = 0; i < elf_nrelas(t->text_relas); i++)
		if (v[i].r_offset == at + 1 && ELF64_R_TYPE(v[i].r_info) &&
		    !strcmp(elf_symbol_name(img, &img->sym[ELF64_R_SYM(
				    v[i].r_info)]), t->name))
			return &v[i];
	return NULL;
}

/* The relocation of a listed jump that hits do not run, and where it is. */
static Elf64_Rela *cold_jump(const struct elf_image *img,
			     const struct thunks *t, const Elf64_Rela *site,
			     uint64_t *at)
{
	const Elf64_Sym *sym = &img->sym[ELF64_R_SYM(site->r_info)];

	*at = sym->st_value + (uint64_t)site->r_addend;
	return sym->st_shndx == t->text_index && *at < t->hot ?
	       jump_at(img, t, *at) : NULL;
}

static bool find_shared(const struct elf_image *img, struct thunks *t)
{
	const Elf64_Rela *v = elf_relas(t->site_relas);

	for (size_t i = 0; i < elf_nrelas(t->site_relas); i++)
		if (cold_jump(img, t, &v[i], &t->shared) &&
		    *elf_place(t->text, t->shared, 1) == JUMP)
			return true;
	return false;
}

/* True when the site need not be listed any more. */
static bool share_jump(struct elf_image *img, struct thunks *t,
		       const Elf64_Rela *site)
{
	uint64_t at;
	Elf64_Rela *jump = cold_jump(img, t, site, &at);

	if (!jump || at == t->shared ||
	    !shrink_put_word(elf_place(t->text, at + 1, 4),
			     (int64_t)(t->shared - at - JUMP_SIZE)))
		return false;
	jump->r_info = 0;
	return true;
}

/*
 * A kernel that replaces returns or indirect calls has a list of them: 4 bytes
 * and two relocations each.  Cold functions share one jump: the stack is at it
 * as it is where a function is entered or left, so unwinding from there is
 * right for all who come to it.
 */
static void share_thunks(struct elf_image *img, const char *list,
			 const char *name)
{
	struct thunks t = { .name = name };
	Elf64_Rela *v;
	size_t kept = 0;

	if (!find_thunks(img, &t, list) || !find_shared(img, &t))
		return;
	v = elf_relas(t.site_relas);
	for (size_t i = 0; i < elf_nrelas(t.site_relas); i++) {
		if (share_jump(img, &t, &v[i]))
			continue;
		v[kept] = v[i];
		v[kept].r_offset = 4 * kept;
		kept++;
	}
	t.sites->h.sh_size = 4 * kept;
	t.site_relas->h.sh_size = kept * sizeof *v;
	shrink_drop_nones(t.text_relas);
}

/* ---- the unwind table ---- */

/* As runtime/kernel/unwind.c has it. */
struct unwind {
	uint64_t ip, text, n;
};

static bool all_in_one(const struct elf_image *img,
		       const struct elf_section *ip,
		       const struct elf_section *r, size_t *text)
{
	const Elf64_Rela *v = elf_relas(r);

	*text = img->sym[ELF64_R_SYM(v[0].r_info)].st_shndx;
	for (size_t i = 0; i < elf_nrelas(r); i++)
		if (ELF64_R_TYPE(v[i].r_info) != R_X86_64_PC32 ||
		    img->sym[ELF64_R_SYM(v[i].r_info)].st_shndx != *text ||
		    !elf_place(ip, v[i].r_offset, 4))
			return false;
	return *text && *text < img->nsec &&
	       elf_nrelas(r) * 4 == ip->h.sh_size;
}

/* Each row says how far its text is from itself; filled in as if table and
 * text began at the same place, which leaves one distance to add to all. */
static bool fold_rows(const struct elf_image *img, struct elf_section *ip,
		      const struct elf_section *r)
{
	const Elf64_Rela *v = elf_relas(r);

	for (size_t i = 0; i < elf_nrelas(r); i++)
		if (!shrink_put_word(elf_place(ip, v[i].r_offset, 4),
			      (int64_t)(img->sym[ELF64_R_SYM(v[i].r_info)]
						.st_value +
					(uint64_t)v[i].r_addend -
					v[i].r_offset)))
			return false;
	return true;
}

static void fold_unwind(struct elf_image *img)
{
	struct elf_section *ip = elf_find(img, ".orc_unwind_ip"), *r, *where;
	size_t var = elf_symbol(img, "stp_unwind"), text, ip_index;
	const Elf64_Sym *sym = &img->sym[var];
	struct unwind u = { 0 };
	unsigned char *place;

	if (!ip || !var)
		return;
	ip_index = (size_t)(ip - img->sec);
	r = elf_relas_of(img, ip_index);
	where = elf_relas_of(img, sym->st_shndx);
	place = elf_place(&img->sec[sym->st_shndx], sym->st_value, sizeof u);
	if (!r || !elf_nrelas(r) || !where || !place ||
	    !shrink_can_refer(img, ip_index) ||
	    !all_in_one(img, ip, r, &text) || !fold_rows(img, ip, r))
		return;
	r->gone = true;
	ip->h.sh_flags |= SHF_WRITE;
	u.n = ip->h.sh_size / 4;
	memcpy(place, &u, sizeof u);
	shrink_add_rela(img, where, sym->st_value +
			offsetof(struct unwind, ip), ip_index);
	shrink_add_rela(img, where, sym->st_value +
			offsetof(struct unwind, text), text);
}

/* ---- symbols ---- */

struct symbols_new {
	struct arena *arena;
	VEC(Elf64_Sym) list;
	size_t *of;		/* new number of an old symbol, 0: none */
	size_t *of_section;	/* number of a section's own symbol */
};

static size_t add_symbol(struct symbols_new *n, const Elf64_Sym *sym)
{
	vec_push(n->arena, &n->list, *sym);
	return n->list.n - 1;
}

static bool in_section(const Elf64_Sym *sym)
{
	return sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE;
}

/* Which sections and which undefined names are referred to. */
static bool mark(struct elf_image *img, struct symbols_new *n)
{
	for (size_t i = 1; i < img->nsec; i++) {
		const struct elf_section *r = &img->sec[i];

		if (r->gone || r->h.sh_type != SHT_RELA)
			continue;
		for (size_t k = 0; k < elf_nrelas(r); k++) {
			size_t at = ELF64_R_SYM(elf_relas(r)[k].r_info);
			const Elf64_Sym *sym = &img->sym[at];

			if (!in_section(sym))
				n->of[at] = 1;
			else if (img->sec[sym->st_shndx].gone)
				return false;
			else
				n->of_section[sym->st_shndx] = 1;
		}
	}
	return true;
}

static void add_section_symbols(struct elf_image *img, struct symbols_new *n)
{
	for (size_t i = 1; i < img->nsec; i++) {
		Elf64_Sym sym = {
			.st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION),
			.st_shndx = (Elf64_Half)i,
		};

		if (n->of_section[i])
			n->of_section[i] = add_symbol(n, &sym);
	}
}

#define SMALL_FUNCTION 32 /* bytes: hardly ever met in a trace */

/* Names of functions that a trace through the module should show; objtool
 * names the padding in front of each, too. */
static bool is_worth_a_name(const struct elf_image *img, const Elf64_Sym *sym)
{
	return !str_starts(elf_symbol_name(img, sym), "__pfx_") &&
	       sym->st_size >= SMALL_FUNCTION && in_section(sym) &&
	       !img->sec[sym->st_shndx].gone &&
	       ELF64_ST_TYPE(sym->st_info) == STT_FUNC &&
	       ELF64_ST_BIND(sym->st_info) == STB_GLOBAL;
}

static void add_names(struct elf_image *img, struct symbols_new *n)
{
	for (size_t i = 1; i < img->nsym; i++) {
		const Elf64_Sym *sym = &img->sym[i];

		if (is_worth_a_name(img, sym))
			add_symbol(n, sym);
		else if (n->of[i])
			n->of[i] = add_symbol(n, sym);
	}
}

/* What is defined is referred to by its section, all else by its name. */
static void refer_anew(struct elf_image *img, const struct symbols_new *n)
{
	for (size_t i = 1; i < img->nsec; i++) {
		const struct elf_section *r = &img->sec[i];

		if (r->gone || r->h.sh_type != SHT_RELA)
			continue;
		for (size_t k = 0; k < elf_nrelas(r); k++) {
			Elf64_Rela *v = &elf_relas(r)[k];
			size_t at = ELF64_R_SYM(v->r_info);
			const Elf64_Sym *sym = &img->sym[at];

			if (in_section(sym)) {
				at = n->of_section[sym->st_shndx];
				v->r_addend += (Elf64_Sxword)sym->st_value;
			} else {
				at = n->of[at];
			}
			v->r_info = ELF64_R_INFO(at, ELF64_R_TYPE(v->r_info));
		}
	}
}

static void put_symbols(struct elf_image *img, struct symbols_new *n,
			size_t nlocals)
{
	struct elf_section *s = &img->sec[img->symtab];
	struct elf_section *strings = &img->sec[s->h.sh_link];
	struct buf b = { 0 };

	buf_putc(&b, 0);
	vec_for(i, &n->list) {
		Elf64_Sym *sym = &n->list.v[i];
		const char *name = elf_symbol_name(img, sym);

		sym->st_name = *name ? (Elf64_Word)b.n : 0;
		if (*name)
			buf_write(&b, name, strlen(name) + 1);
	}
	strings->data = arena_dup(img->arena, b.s, b.n);
	strings->h.sh_size = b.n;
	buf_free(&b);
	img->sym = n->list.v;
	img->nsym = n->list.n;
	s->data = (unsigned char *)n->list.v;
	s->h.sh_size = n->list.n * sizeof(Elf64_Sym);
	s->h.sh_info = (Elf64_Word)nlocals;
}

static bool renew_symbols(struct elf_image *img)
{
	struct symbols_new n = { .arena = img->arena };
	size_t nlocals;

	n.of = arena_array(img->arena, img->nsym, size_t);
	n.of_section = arena_array(img->arena, img->nsec, size_t);
	if (!mark(img, &n))
		return false;
	add_symbol(&n, &(Elf64_Sym){ 0 });
	add_section_symbols(img, &n);
	nlocals = n.list.n;
	add_names(img, &n);
	refer_anew(img, &n);
	put_symbols(img, &n, nlocals);
	/* With nothing in them and nothing that refers to them. */
	for (size_t i = 1; i < img->nsec; i++)
		if (img->sec[i].h.sh_flags & SHF_ALLOC &&
		    !img->sec[i].h.sh_size && !n.of_section[i] &&
		    !elf_relas_of(img, i))
			img->sec[i].gone = true;
	return true;
}

bool shrink_module(struct arena *a, const char *path, const char **why)
{
	struct elf_image img;

	if (!elf_image_read(&img, a, path)) {
		/* Of another kind: it is complete as it is. */
		if (img.h.e_ident[EI_CLASS] == ELFCLASS32)
			return true;
		*why = arena_printf(a, "'%s': %s", path, img.why);
		return false;
	}
	if (img.h.e_machine != EM_X86_64 && img.h.e_machine != EM_AARCH64)
		return true;
	leave_sections_out(&img);
	share_thunks(&img, ".return_sites", RETURN_THUNK);
	share_thunks(&img, ".retpoline_sites", CALL_THUNK);
	fold_unwind(&img);
	shrink_strings(&img);
	resolve(&img);
	shrink_pointers(&img);
	if (!renew_symbols(&img))
		img.why = "a relocation refers to a section that no kernel "
			  "needs";
	if (!img.why && elf_image_write(&img, path))
		return true;
	*why = arena_printf(a, "'%s': %s", path, img.why);
	return false;
}
