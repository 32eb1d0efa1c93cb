/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index of the script library: what each file defines and what it refers
 * to, so that pass 1 parses only what a script can reach.  An entry is good
 * for a file of the same path, size and time of change; what else a parse
 * depends on (kernel, configuration, macros, options, this program) is in the
 * name of the index.
 */
#ifndef STAPX_INDEX_H
#define STAPX_INDEX_H

#include <sys/stat.h>

#include "session.h"

struct lib_entry {
	const char *path;
	long long size, mtime_s;
	long mtime_ns;
	const char *text, *refs, *end; /* definitions, references: lines */
	bool save;    /* false: says something each time it is parsed */
	bool in_use;  /* a file of this run */
	bool reached; /* what the script names leads here */
};

struct lib_index {
	struct session *s;
	const char *path;   /* of the index; NULL: none is kept */
	struct map entries; /* path → struct lib_entry */
	bool changed;
};

/* environment: a hash of all that a parse depends on beside the file.  One
 * that is damaged counts as empty. */
void lib_index_open(struct lib_index *ix, struct session *s,
		    uint64_t environment);
/* NULL when the file is new or not what it was. */
struct lib_entry *lib_index_find(struct lib_index *ix, const char *path,
				 const struct stat *st);
/* Of a file just parsed. */
struct lib_entry *lib_index_add(struct lib_index *ix, const char *path,
				const struct stat *st, const struct file *f);
void lib_index_save(struct lib_index *ix);

/* "w NAME" for each function and variable of others that f may name, "p A.B"
 * for each probe point without its arguments; lines appended to out. */
void lib_references(struct buf *out, struct arena *a, const struct file *f);
/* The next line of an entry's texts: its kind, the name copied; 0: no more. */
char lib_index_line(struct arena *a, const char **p, const char *end,
		    const char **name);
/* Marks what the script's files lead to, by way of one another. */
void lib_index_reach(struct lib_index *ix);
/* The same for a function; false when no file that is not marked has it. */
bool lib_index_reach_func(struct lib_index *ix, const char *name);

#endif
