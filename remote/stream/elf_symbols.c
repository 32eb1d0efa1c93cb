// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the symbols of an ELF file (elf_symbols.h).  Files of 32 bits are
 * widened as they are read.
 */
#include "remote/stream/elf_symbols.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_SHOWN 400
#define NESTED_MAX 16		/* symbols that may begin within another */
#define NOTES_MAX 4096		/* bytes of them that are looked at */

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OWN_ORDER ELFDATA2LSB
#else
#define OWN_ORDER ELFDATA2MSB
#endif

struct reader {
	int fd;
	uint64_t left;		/* of the limit */
	bool wide;		/* ELFCLASS64 */
	Elf64_Ehdr head;
};

/* n bytes at a place of the file, or NULL with errno. */
static void *get(struct reader *r, uint64_t at, uint64_t n)
{
	char *p;
	uint64_t done = 0;

	if (n > r->left || at > INT64_MAX - n) {
		errno = EFBIG;
		return NULL;
	}
	p = malloc(n + 1);
	while (p && done < n) {
		ssize_t got = pread(r->fd, p + done, n - done, at + done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			free(p);
			errno = got ? errno : ENOEXEC;
			return NULL;
		}
		done += got;
	}
	if (p) {
		p[n] = '\0';
		r->left -= n;
	}
	return p;
}

/* ---- headers ---- */
static int read_head(struct reader *r)
{
	unsigned char *p = get(r, 0, sizeof(Elf32_Ehdr));
	Elf32_Ehdr *h = (void *)p;

	if (!p)
		return -errno;
	if (memcmp(p, ELFMAG, SELFMAG) || p[EI_DATA] != OWN_ORDER ||
	    (p[EI_CLASS] != ELFCLASS64 && p[EI_CLASS] != ELFCLASS32)) {
		free(p);
		return -ENOEXEC;
	}
	r->wide = p[EI_CLASS] == ELFCLASS64;
	if (!r->wide)
		r->head = (Elf64_Ehdr){
			.e_type = h->e_type, .e_phoff = h->e_phoff,
			.e_shoff = h->e_shoff, .e_phentsize = h->e_phentsize,
			.e_phnum = h->e_phnum, .e_shentsize = h->e_shentsize,
			.e_shnum = h->e_shnum,
		};
	free(p);
	if (r->wide) {
		p = get(r, 0, sizeof(Elf64_Ehdr));
		if (!p)
			return -errno;
		memcpy(&r->head, p, sizeof(r->head));
		free(p);
	}
	return 0;
}

static Elf64_Phdr *segments(struct reader *r)
{
	size_t n = r->head.e_phnum;
	size_t each = r->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	Elf64_Phdr *out;
	Elf32_Phdr *p;

	if (!n || r->head.e_phentsize != each)
		return NULL;
	p = get(r, r->head.e_phoff, n * each);
	if (!p || r->wide)
		return (void *)p;
	out = calloc(n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++)
		out[i] = (Elf64_Phdr){
			.p_type = p[i].p_type, .p_offset = p[i].p_offset,
			.p_vaddr = p[i].p_vaddr, .p_filesz = p[i].p_filesz,
		};
	free(p);
	return out;
}

static Elf64_Shdr *sections(struct reader *r, size_t n)
{
	size_t each = r->wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
	Elf64_Shdr *out;
	Elf32_Shdr *p;

	if (!n || !r->head.e_shoff || r->head.e_shentsize != each)
		return NULL;
	p = get(r, r->head.e_shoff, n * each);
	if (!p || r->wide)
		return (void *)p;
	out = calloc(n, sizeof(*out));
	for (size_t i = 0; out && i < n; i++)
		out[i] = (Elf64_Shdr){
			.sh_type = p[i].sh_type, .sh_offset = p[i].sh_offset,
			.sh_size = p[i].sh_size, .sh_link = p[i].sh_link,
			.sh_entsize = p[i].sh_entsize,
		};
	free(p);
	return out;
}

/* ---- build-id ---- */
static void take_note(struct elf_symbols *s, const unsigned char *id, size_t n)
{
	if (n > (sizeof(s->build_id) - 1) / 2)
		return;
	for (size_t i = 0; i < n; i++)
		sprintf(s->build_id + 2 * i, "%02x", id[i]);
}

static void read_notes(struct reader *r, struct elf_symbols *s, uint64_t at,
		       uint64_t n)
{
	unsigned char *p = n < NOTES_MAX ? get(r, at, n) : NULL;
	uint64_t i = 0;

	while (p && n - i >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr h;
		uint64_t name, desc;

		memcpy(&h, p + i, sizeof(h));
		i += sizeof(h);
		name = (h.n_namesz + 3ull) & ~3ull;
		desc = (h.n_descsz + 3ull) & ~3ull;
		if (name > n - i || h.n_descsz > n - i - name)
			break;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 &&
		    !memcmp(p + i, "GNU", 4))
			take_note(s, p + i + name, h.n_descsz);
		if (desc > n - i - name)
			break;
		i += name + desc;
	}
	free(p);
}

static int read_segments(struct reader *r, struct elf_symbols *s)
{
	Elf64_Phdr *p = segments(r);
	size_t n = p ? r->head.e_phnum : 0;

	s->segments = calloc(n + 1, sizeof(*s->segments));
	for (size_t i = 0; s->segments && i < n; i++) {
		if (p[i].p_type == PT_LOAD)
			s->segments[s->nsegments++] = (struct elf_segment){
				p[i].p_offset, p[i].p_vaddr, p[i].p_filesz,
			};
		else if (p[i].p_type == PT_NOTE && !s->build_id[0])
			read_notes(r, s, p[i].p_offset, p[i].p_filesz);
	}
	free(p);
	return s->segments ? 0 : -ENOMEM;
}

/* ---- symbols ---- */
/* Of several names of one address the shown one has a size, few underscores
 * in front, is not local, and short. */
static uint32_t rank(const char *name, const Elf64_Sym *sym)
{
	uint32_t under = strspn(name, "_"), len = strlen(name);

	return (uint32_t)!sym->st_size << 31 |
	       (under > 7 ? 7u : under) << 28 |
	       (uint32_t)(ELF64_ST_BIND(sym->st_info) == STB_LOCAL) << 27 |
	       (len > 0xffff ? 0xffff : len);
}

static bool is_wanted(const Elf64_Sym *sym)
{
	int type = ELF64_ST_TYPE(sym->st_info);

	return sym->st_shndx != SHN_UNDEF && sym->st_shndx != SHN_ABS &&
	       sym->st_value &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_OBJECT);
}

static Elf64_Sym widen(const struct reader *r, const void *p, size_t i)
{
	const Elf32_Sym *narrow = (const Elf32_Sym *)p + i;

	if (r->wide)
		return ((const Elf64_Sym *)p)[i];
	return (Elf64_Sym){ .st_name = narrow->st_name,
			    .st_info = narrow->st_info,
			    .st_shndx = narrow->st_shndx,
			    .st_value = narrow->st_value,
			    .st_size = narrow->st_size };
}

static int by_address(const void *a, const void *b)
{
	const struct elf_symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static void sort(struct elf_symbols *s)
{
	size_t n = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_address);
	for (size_t i = 0; i < s->n; i++)
		if (!n || s->v[n - 1].addr != s->v[i].addr)
			s->v[n++] = s->v[i];
	s->n = n;
}

static int take_symbols(struct reader *r, struct elf_symbols *s,
			const Elf64_Shdr *table, const Elf64_Shdr *names)
{
	size_t each = r->wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	size_t n = table->sh_size / each;
	void *p = get(r, table->sh_offset, n * each);

	free(s->names);
	free(s->v);
	s->n = 0;
	s->v = NULL;
	s->names = p ? get(r, names->sh_offset, names->sh_size) : NULL;
	s->names_size = names->sh_size;
	if (s->names && n <= r->left / sizeof(*s->v))
		s->v = calloc(n + 1, sizeof(*s->v));
	for (size_t i = 0; s->v && i < n; i++) {
		Elf64_Sym sym = widen(r, p, i);

		if (!is_wanted(&sym) || sym.st_name >= s->names_size ||
		    !s->names[sym.st_name])
			continue;
		*strchrnul(s->names + sym.st_name, '@') = '\0';	/* a version */
		if (s->names[sym.st_name])
			s->v[s->n++] = (struct elf_symbol){
				sym.st_value, sym.st_size, sym.st_name,
				rank(s->names + sym.st_name, &sym),
				ELF64_ST_TYPE(sym.st_info) == STT_OBJECT,
			};
	}
	free(p);
	if (!s->v)
		return -EFBIG;
	sort(s);
	return 0;
}

static const Elf64_Shdr *section_of(const Elf64_Shdr *sh, size_t n,
				    uint32_t type)
{
	for (size_t i = 0; i < n; i++)
		if (sh[i].sh_type == type && sh[i].sh_size &&
		    sh[i].sh_link < n)
			return &sh[i];
	return NULL;
}

static int read_tables(struct reader *r, struct elf_symbols *s, bool dynamic)
{
	size_t n = r->head.e_shnum;
	Elf64_Shdr *sh = sections(r, n);
	const Elf64_Shdr *table = NULL;
	int err = 0;

	if (sh) {
		table = section_of(sh, n, SHT_SYMTAB);
		s->whole |= !!table;
		if (!table && dynamic)
			table = section_of(sh, n, SHT_DYNSYM);
	}
	if (table)
		err = take_symbols(r, s, table, &sh[table->sh_link]);
	free(sh);
	return err;
}

int elf_symbols_read(struct elf_symbols *s, int fd, uint64_t limit)
{
	struct reader r = { .fd = fd, .left = limit };
	int err;

	*s = (struct elf_symbols){ 0 };
	err = read_head(&r);
	if (!err)
		err = read_segments(&r, s);
	if (!err)
		err = read_tables(&r, s, true);
	if (err)
		elf_symbols_free(s);
	return err;
}

int elf_symbols_replace(struct elf_symbols *s, int fd, uint64_t limit)
{
	struct reader r = { .fd = fd, .left = limit };
	int err = read_head(&r);

	return err ? err : read_tables(&r, s, false);
}

void elf_symbols_free(struct elf_symbols *s)
{
	free(s->segments);
	free(s->v);
	free(s->names);
	*s = (struct elf_symbols){ 0 };
}

/* ---- asking ---- */
bool elf_symbols_address(const struct elf_symbols *s, uint64_t offset,
			 uint64_t *addr)
{
	for (size_t i = 0; i < s->nsegments; i++) {
		const struct elf_segment *g = &s->segments[i];

		if (offset >= g->offset && offset - g->offset < g->size) {
			*addr = offset - g->offset + g->addr;
			return true;
		}
	}
	return false;
}

uint64_t elf_symbols_size(const struct elf_symbols *s,
			  const struct elf_symbol *of)
{
	if (of->size)
		return of->size;
	return of + 1 < s->v + s->n ? of[1].addr - of->addr : 1;
}

const struct elf_symbol *elf_symbols_find(const struct elf_symbols *s,
					  uint64_t addr)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->v[mid].addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* A smaller one may lie within another. */
	for (size_t i = lo; i && lo - i < NESTED_MAX; i--)
		if (addr - s->v[i - 1].addr < elf_symbols_size(s, &s->v[i - 1]))
			return &s->v[i - 1];
	return NULL;
}

bool elf_symbols_text(const struct elf_symbols *s, uint64_t offset, char *to,
		      size_t size)
{
	const struct elf_symbol *sym;
	uint64_t addr;
	int n;

	if (!elf_symbols_address(s, offset, &addr))
		return false;
	sym = elf_symbols_find(s, addr);
	if (!sym)
		return false;
	n = snprintf(to, size, "%.*s", NAME_MAX_SHOWN, s->names + sym->name);
	for (int i = 0; i < n && (size_t)i + 1 < size; i++)
		if ((unsigned char)to[i] <= ' ' || to[i] == 127 ||
		    strchr("+/[]", to[i]))
			to[i] = '?';
	snprintf(to + strlen(to), size - strlen(to), "+0x%" PRIx64 "/0x%" PRIx64,
		 addr - sym->addr, elf_symbols_size(s, sym));
	return true;
}
