/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The symbols of an ELF file, by where in the file they are.  In: any file;
 * none of its bytes are trusted.  Out: names.  Only what is asked for is read,
 * and no more than a limit.
 */
#ifndef STAPX_ELF_SYMBOLS_H
#define STAPX_ELF_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_symbol {
	uint64_t addr, size;
	uint32_t name;		/* from names */
	uint32_t rank;		/* the least one counts, of those at an address */
	bool data;		/* of an object, not a function */
};
struct elf_segment {
	uint64_t offset, addr, size;
};
struct elf_symbols {
	struct elf_segment *segments;
	size_t nsegments;
	struct elf_symbol *v;	/* by address, one each */
	size_t n;
	char *names;		/* ends in a NUL */
	size_t names_size;
	char build_id[136];	/* hex, or "" */
	bool whole;		/* it has a .symtab, not only a .dynsym */
};

/* Reads at most limit bytes.  0, or -errno: -ENOEXEC for what is no ELF file
 * of this machine's byte order, -EFBIG.  A file without symbols is none the
 * worse. */
int elf_symbols_read(struct elf_symbols *s, int fd, uint64_t limit);
/* Symbols of another file of the same build-id (a debug file) instead. */
int elf_symbols_replace(struct elf_symbols *s, int fd, uint64_t limit);
/* The address of a place in the file, as the file has it. */
bool elf_symbols_address(const struct elf_symbols *s, uint64_t offset,
			 uint64_t *addr);
/* The symbol there; NULL: it has none. */
const struct elf_symbol *elf_symbols_find(const struct elf_symbols *s,
					  uint64_t addr);
/* Of one without a size: up to the next. */
uint64_t elf_symbols_size(const struct elf_symbols *s,
			  const struct elf_symbol *of);
/* "name+0x1/0x2"; what cannot be printed in a name becomes '?'. */
bool elf_symbols_text(const struct elf_symbols *s, uint64_t offset, char *to,
		      size_t size);
void elf_symbols_free(struct elf_symbols *s);

#endif
