/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of preparing a sysroot, in the order they run.  Only prepare.c,
 * prepared.c and kbuild.c include this.
 */
#ifndef STAPX_PREPARE_H
#define STAPX_PREPARE_H

#include "sysroots/child.h"
#include "sysroots/progress.h"
#include "sysroots/sysroot.h"

#define MODULE_INDEXES "modules" /* the folder of their indexes in prepared/ */

/* One preparation.  Everything is made in part and moved to dir at the end. */
struct prepare {
	struct arena *a;
	const struct sysroot *s;
	const char *runtime_dir;
	const char *dir;   /* DIR/prepared */
	const char *part;  /* DIR/prepared.part */
	const char *build; /* part/build: the external module that kbuild makes */
	const char *key;
	const char *log;   /* kbuild's whole output: DIR/prepare.log */
	const char **why;
	struct words_vec { VEC(const char *) list; } sources; /* runtime/….c */
	struct progress bar;
	long cc_done, cc_total;
	bool indexing;
	long index_done; /* percent; -1: it failed */
	FILE *log_file;
};

/* What the result depends on, as hex: build-id, compiler, runtime sources. */
const char *prepare_key(struct arena *a, const struct sysroot *s,
			const char *runtime_dir);
/* All files of a folder whose name ends so, as paths relative to it, sorted. */
void list_files(struct arena *a, const char *dir, const char *const *ends,
		struct words_vec *out);

/* Copies the runtime, writes Kbuild and the template.  0 or -errno. */
int kbuild_set_up(struct prepare *p);
/* The make command; c's lines feed the progress. */
int kbuild_start(struct prepare *p, struct child *c);
/* Says in *why what the compiler did not like. */
void kbuild_explain(struct prepare *p, int status);
/* Keeps what a script's build needs out of build/. */
int kbuild_collect(struct prepare *p);

/* Indexes belong to their binaries and outlive changes of the runtime: those
 * that still fit get a place in part, too.  False: the kernel has none. */
bool index_reuse(struct prepare *p, const char *to);
void index_reuse_modules(struct prepare *p);
/* The modules' indexes that there are, below prepared/modules. */
void index_files(struct arena *a, const struct sysroot *s,
		 struct words_vec *out);
/* What the module that such a file is named for has; NULL: there is none. */
const char *index_file_build_id(struct arena *a, const struct sysroot *s,
				const char *file);

void prepare_progress(struct prepare *p);

#endif
