/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of shrink.c that have files of their own.
 */
#ifndef STAPX_SHRINK_H
#define STAPX_SHRINK_H

#include "build/elfimage.h"

/* v is a number of so many bits, with its sign. */
bool shrink_fits(int64_t v, int bits);
/* Its 4 bytes; false: it does not fit. */
bool shrink_put_word(unsigned char *at, int64_t v);
/* Type 0 is "none" on every CPU: those go, and a section of none else. */
void shrink_drop_nones(struct elf_section *relas);
bool shrink_can_refer(const struct elf_image *img, size_t section);
/* A relocation more: 64 bits, the address of a section that can be. */
void shrink_add_rela(struct elf_image *img, struct elf_section *relas,
		     uint64_t offset, size_t section);

/* strings.c: the first link's section of strings; they move into the text,
 * and instructions that load their addresses need no relocation. */
#define SHRINK_STRINGS ".rodata.str"
void shrink_strings(struct elf_image *img);

/* pointers.c: pointers in data are completed by the runtime. */
void shrink_pointers(struct elf_image *img);

#endif
