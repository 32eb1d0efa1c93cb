/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a script carries of a file of the target's user space: how to get from
 * each place in its code to the caller's frame, and its functions' names.
 */
#ifndef STAPX_USERFILE_H
#define STAPX_USERFILE_H

#include "remote/stream/elf_symbols.h"
#include "util/util.h"

/* As runtime/script.h has them. */
struct user_rule {
	uint64_t at;		/* an address, as the file has it */
	uint32_t cfa;
	uint16_t fp, ra;
};
struct userfile {
	const char *path;	/* on the target */
	struct elf_symbols elf;	/* segments, symbols, build-id */
	VEC(struct user_rule) rules;	/* by address */
	uint64_t base;
};

/* file: on this machine; arch: the target's, as the kernel calls it.  False
 * with the reason in *why. */
bool userfile_read(struct arena *a, struct userfile *u, const char *file,
		   const char *arch, const char **why);
void userfile_free(struct userfile *u);

/* ---- userlines.c: its lines ---- */
struct userlines;
struct userlines *userlines_open(struct arena *a, const char *path);
/* The text is the file's. */
bool userlines_at(struct userlines *u, uint64_t addr, const char **file,
		  unsigned int *line);
void userlines_close(struct userlines *u);	/* may be NULL */

#endif
