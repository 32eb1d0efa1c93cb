/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A relocatable 64-bit object of this machine's byte order, whole in memory,
 * for those who change it: sections may go, shrink or grow, symbols may go.
 */
#ifndef STAPX_ELFIMAGE_H
#define STAPX_ELFIMAGE_H

#include <elf.h>

#include "util/util.h"

struct elf_section {
	Elf64_Shdr h;		/* sh_size is that of data, also after a change */
	const char *name;
	unsigned char *data;	/* NULL: no bytes in the file */
	bool gone;
};

struct elf_image {
	struct arena *arena;
	Elf64_Ehdr h;
	struct elf_section *sec;	/* by number; 0 is none */
	size_t nsec, symtab;
	Elf64_Sym *sym;
	size_t nsym;
	const char *strings;
	const char *why;	/* what is wrong with it */
};

/* False: not such an object, or not a sound one (why says so).  All indexes
 * and sizes are checked; offsets of relocations are by elf_place. */
bool elf_image_read(struct elf_image *img, struct arena *a, const char *path);
/* Sections that are not gone, under new numbers; a symbol of one that is
 * gone must be gone too. */
bool elf_image_write(struct elf_image *img, const char *path);

struct elf_section *elf_find(const struct elf_image *img, const char *name);
/* The section of relocations of one; NULL: it has none. */
struct elf_section *elf_relas_of(const struct elf_image *img, size_t index);
static inline Elf64_Rela *elf_relas(const struct elf_section *s)
{
	return (Elf64_Rela *)(void *)s->data;
}
static inline size_t elf_nrelas(const struct elf_section *s)
{
	return s->h.sh_size / sizeof(Elf64_Rela);
}
/* size bytes at an offset of a section; NULL: it has no such. */
unsigned char *elf_place(const struct elf_section *s, uint64_t offset,
			 size_t size);
const char *elf_symbol_name(const struct elf_image *img,
			    const Elf64_Sym *sym);
/* The number of a defined symbol, 0: none. */
size_t elf_symbol(const struct elf_image *img, const char *name);

#endif
