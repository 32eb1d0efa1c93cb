/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads back what kbuild did: the commands that it leaves in .NAME.o.cmd.
 */
#ifndef STAPX_RECORD_H
#define STAPX_RECORD_H

#include "util/util.h"

struct words { VEC(const char *) list; };

/* The commands of one .cmd file ("gcc …", "objtool …", "ld …"), in order. */
struct recorded { VEC(struct words) list; };

/* 0 or -errno (-EINVAL: no command in it). */
int record_read(struct arena *a, const char *path, struct recorded *out);
/* The command whose program's last path component is or ends with "-name"
 * ("ld" finds x86_64-linux-gnu-ld), NULL when there is none. */
const struct words *record_find(const struct recorded *r, const char *program);

/* Compiler arguments of a script: without input and output, dependency
 * files and kbuild's names; includes: keep -I, -include and -isystem (made
 * absolute against cwd) and -D KBUILD_*. */
void record_cflags(struct arena *a, const struct words *cmd, const char *cwd,
		   bool includes, struct words *out);
/* Arguments of the last ld: without inputs and -o; paths absolute. */
void record_ldflags(struct arena *a, const struct words *cmd, const char *cwd,
		    struct words *out);
/* objtool itself and its arguments, without the object. */
void record_objtool(struct arena *a, const struct words *cmd, const char *cwd,
		    struct words *out);

#endif
