// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects into memory and back.  In: a file, of which nothing is believed.
 * Out: sections and symbols as arrays; and the reverse, laid out anew.
 */
#include <errno.h>

#include "build/elfimage.h"

#define OBJECT_MAX (64u << 20)

static bool wrong(struct elf_image *img, const char *what)
{
	if (!img->why)
		img->why = what;
	return false;
}

static bool header_sound(struct elf_image *img, const unsigned char *file,
			 size_t n)
{
	Elf64_Ehdr *h = &img->h;

	if (n < sizeof *h)
		return wrong(img, "no ELF header");
	memcpy(h, file, sizeof *h);
	if (memcmp(h->e_ident, ELFMAG, SELFMAG) ||
	    h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_type != ET_REL ||
	    h->e_ident[EI_DATA] != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
				    ? ELFDATA2LSB : ELFDATA2MSB))
		return wrong(img, "no 64-bit object");
	if (h->e_shentsize != sizeof(Elf64_Shdr) || h->e_shoff > n ||
	    h->e_shnum > (n - h->e_shoff) / sizeof(Elf64_Shdr) ||
	    h->e_shstrndx >= h->e_shnum)
		return wrong(img, "bad section headers");
	return true;
}

/* A table of strings ends in a NUL, so that any offset in it is one. */
static bool strings_sound(const struct elf_section *s)
{
	return s->data && s->h.sh_type == SHT_STRTAB && s->h.sh_size &&
	       !s->data[s->h.sh_size - 1];
}

static bool section_sound(struct elf_image *img, struct elf_section *s)
{
	const Elf64_Shdr *h = &s->h;

	switch (h->sh_type) {
	case SHT_RELA:
		return h->sh_entsize == sizeof(Elf64_Rela) &&
		       !(h->sh_size % sizeof(Elf64_Rela)) &&
		       h->sh_info < img->nsec && h->sh_link == img->symtab;
	case SHT_SYMTAB:
		return h->sh_entsize == sizeof(Elf64_Sym) && h->sh_size &&
		       !(h->sh_size % sizeof(Elf64_Sym)) &&
		       h->sh_link < img->nsec &&
		       strings_sound(&img->sec[h->sh_link]);
	case SHT_REL:
	case SHT_GROUP:
	case SHT_SYMTAB_SHNDX:
		return false;	/* not made by what links here */
	}
	return true;
}

static bool take_sections(struct elf_image *img, unsigned char *file, size_t n)
{
	img->nsec = img->h.e_shnum;
	img->sec = arena_array(img->arena, img->nsec, struct elf_section);
	for (size_t i = 0; i < img->nsec; i++) {
		struct elf_section *s = &img->sec[i];

		memcpy(&s->h, file + img->h.e_shoff + i * sizeof s->h,
		       sizeof s->h);
		if (s->h.sh_type == SHT_NOBITS || s->h.sh_type == SHT_NULL)
			continue;
		if (s->h.sh_offset > n || s->h.sh_size > n - s->h.sh_offset)
			return wrong(img, "a section lies outside the file");
		/* Copied, for the sake of alignment. */
		s->data = arena_alloc(img->arena, s->h.sh_size + 1);
		memcpy(s->data, file + s->h.sh_offset, s->h.sh_size);
		if (s->h.sh_type == SHT_SYMTAB)
			img->symtab = i;
	}
	return img->symtab ? true : wrong(img, "no symbol table");
}

static bool name_sections(struct elf_image *img)
{
	const struct elf_section *names = &img->sec[img->h.e_shstrndx];

	if (!strings_sound(names))
		return wrong(img, "bad section names");
	for (size_t i = 0; i < img->nsec; i++) {
		struct elf_section *s = &img->sec[i];

		if (s->h.sh_name >= names->h.sh_size || !section_sound(img, s))
			return wrong(img, "a section that is not understood");
		s->name = (const char *)names->data + s->h.sh_name;
	}
	return true;
}

static bool take_symbols(struct elf_image *img)
{
	struct elf_section *s = &img->sec[img->symtab];
	const struct elf_section *strings = &img->sec[s->h.sh_link];

	img->sym = (Elf64_Sym *)(void *)s->data;
	img->nsym = s->h.sh_size / sizeof *img->sym;
	img->strings = (const char *)strings->data;
	for (size_t i = 0; i < img->nsym; i++) {
		const Elf64_Sym *sym = &img->sym[i];

		if (sym->st_name >= strings->h.sh_size ||
		    (sym->st_shndx >= img->nsec &&
		     sym->st_shndx < SHN_LORESERVE) ||
		    sym->st_shndx == SHN_XINDEX)
			return wrong(img, "a bad symbol");
	}
	for (size_t i = 0; i < img->nsec; i++) {
		const struct elf_section *r = &img->sec[i];

		if (r->h.sh_type != SHT_RELA)
			continue;
		for (size_t k = 0; k < elf_nrelas(r); k++)
			if (ELF64_R_SYM(elf_relas(r)[k].r_info) >= img->nsym)
				return wrong(img, "a bad relocation");
	}
	return true;
}

bool elf_image_read(struct elf_image *img, struct arena *a, const char *path)
{
	size_t n = 0;
	char *file = file_read(a, path, OBJECT_MAX, &n);
	unsigned char *bytes = (unsigned char *)file;

	*img = (struct elf_image){ .arena = a };
	if (!file)
		return wrong(img, strerror(errno));
	return header_sound(img, bytes, n) && take_sections(img, bytes, n) &&
	       name_sections(img) && take_symbols(img);
}

/* ---- looking around ---- */

struct elf_section *elf_find(const struct elf_image *img, const char *name)
{
	for (size_t i = 1; i < img->nsec; i++)
		if (!img->sec[i].gone && !strcmp(img->sec[i].name, name))
			return &img->sec[i];
	return NULL;
}

struct elf_section *elf_relas_of(const struct elf_image *img, size_t index)
{
	for (size_t i = 1; i < img->nsec; i++)
		if (!img->sec[i].gone && img->sec[i].h.sh_type == SHT_RELA &&
		    img->sec[i].h.sh_info == index)
			return &img->sec[i];
	return NULL;
}

unsigned char *elf_place(const struct elf_section *s, uint64_t offset,
			 size_t size)
{
	if (!s->data || offset > s->h.sh_size || size > s->h.sh_size - offset)
		return NULL;
	return s->data + offset;
}

const char *elf_symbol_name(const struct elf_image *img,
			    const Elf64_Sym *sym)
{
	return img->strings + sym->st_name;
}

size_t elf_symbol(const struct elf_image *img, const char *name)
{
	for (size_t i = 1; i < img->nsym; i++)
		if (img->sym[i].st_shndx != SHN_UNDEF &&
		    img->sym[i].st_shndx < SHN_LORESERVE &&
		    !strcmp(elf_symbol_name(img, &img->sym[i]), name))
			return i;
	return 0;
}

/* ---- back into a file ---- */

/* Section names, without those of sections that went. */
static void put_names(struct elf_image *img)
{
	struct elf_section *names = &img->sec[img->h.e_shstrndx];
	struct buf b = { 0 };

	buf_putc(&b, 0);
	for (size_t i = 1; i < img->nsec; i++) {
		struct elf_section *s = &img->sec[i];

		if (s->gone)
			continue;
		s->h.sh_name = (Elf64_Word)b.n;
		buf_write(&b, s->name, strlen(s->name) + 1);
	}
	names->data = arena_dup(img->arena, b.s, b.n);
	names->h.sh_size = b.n;
	buf_free(&b);
}

static void align(struct buf *b, uint64_t to)
{
	while (to > 1 && b->n % to)
		buf_putc(b, 0);
}

/* The new number of each section. */
static size_t *renumber(struct elf_image *img, size_t *n)
{
	size_t *to = arena_array(img->arena, img->nsec, size_t);

	*n = 0;
	for (size_t i = 0; i < img->nsec; i++)
		if (!img->sec[i].gone)
			to[i] = (*n)++;
	return to;
}

static void renumber_symbols(struct elf_image *img, const size_t *to)
{
	for (size_t i = 1; i < img->nsym; i++)
		if (img->sym[i].st_shndx < SHN_LORESERVE)
			img->sym[i].st_shndx =
				(Elf64_Half)to[img->sym[i].st_shndx];
}

static void put_header(struct elf_image *img, struct elf_section *s,
		       const size_t *to, struct buf *b)
{
	Elf64_Shdr h = s->h;

	if (h.sh_type == SHT_RELA || h.sh_type == SHT_SYMTAB ||
	    (h.sh_flags & SHF_LINK_ORDER))
		h.sh_link = h.sh_link < img->nsec ? (Elf64_Word)to[h.sh_link]
						  : 0;
	if (h.sh_type == SHT_RELA)
		h.sh_info = (Elf64_Word)to[h.sh_info];
	buf_write(b, &h, sizeof h);
}

bool elf_image_write(struct elf_image *img, const char *path)
{
	struct buf b = { 0 };
	size_t n, *to = renumber(img, &n);
	int err;

	put_names(img);
	renumber_symbols(img, to);
	buf_write(&b, &img->h, sizeof img->h);
	for (size_t i = 1; i < img->nsec; i++) {
		struct elf_section *s = &img->sec[i];

		if (s->gone)
			continue;
		if (s->data)
			align(&b, s->h.sh_addralign);
		s->h.sh_offset = b.n;
		if (s->data)
			buf_write(&b, s->data, s->h.sh_size);
	}
	align(&b, 8);
	img->h.e_shoff = b.n;
	img->h.e_shnum = (Elf64_Half)n;
	img->h.e_shstrndx = (Elf64_Half)to[img->h.e_shstrndx];
	for (size_t i = 0; i < img->nsec; i++)
		if (!img->sec[i].gone)
			put_header(img, &img->sec[i], to, &b);
	memcpy(b.s, &img->h, sizeof img->h);
	err = file_replace(path, b.s, b.n, 0644);
	buf_free(&b);
	return err ? wrong(img, strerror(-err)) : true;
}
