/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of stap-sysroot.  Each gets the words behind its own name and
 * returns the exit status.
 */
#ifndef STAPX_SYSROOT_COMMANDS_H
#define STAPX_SYSROOT_COMMANDS_H

#include "sysroots/sysroot.h"

int cmd_import(struct arena *a, int argc, char **argv);
int cmd_prepare(struct arena *a, int argc, char **argv);
int cmd_list(struct arena *a, int argc, char **argv);
int cmd_show(struct arena *a, int argc, char **argv);
int cmd_check(struct arena *a, int argc, char **argv);
int cmd_remove(struct arena *a, int argc, char **argv);
int cmd_build(struct arena *a, int argc, char **argv);
int cmd_add(struct arena *a, int argc, char **argv);
int cmd_vm(struct arena *a, int argc, char **argv);

/* "stap-sysroot: …" on stderr; returns 1. */
int complain(const char *fmt, ...) PRINTF(1, 2);
/* The sysroot that a word names: its name, a folder or a release.  NULL
 * after a complaint. */
struct sysroot *named_sysroot(struct arena *a, const char *name);

#endif
