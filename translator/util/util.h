/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bottom layer: memory, text, names, child processes.
 *
 * Memory: one arena serves a run; nothing allocated from it is freed by
 * itself.  Out of memory ends the process through fatal(), so no caller
 * checks for NULL.
 */
#ifndef STAPX_UTIL_H
#define STAPX_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define PRINTF(fmt, args)                                                      \
	__attribute__((format(printf, fmt, args), nonnull(fmt)))
#define NORETURN __attribute__((noreturn))

/* Prints "stap: …" to stderr and ends the process with status 1. */
void fatal(const char *fmt, ...) PRINTF(1, 2) NORETURN;

/* malloc and friends that cannot fail (they end in fatal()). */
void *xmalloc(size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);

/* ---- arena: grows, is released as a whole; memory comes zeroed ---- */
struct arena_chunk;
struct arena {
	struct arena_chunk *chunk; /* the one being filled; zero is a start */
	size_t total;		   /* bytes taken from malloc */
};
void *arena_alloc(struct arena *a, size_t size);
#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, n, type) ((type *)arena_alloc((a), (n) * sizeof(type)))
void *arena_dup(struct arena *a, const void *p, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
	PRINTF(2, 0);
void arena_free(struct arena *a);

/* ---- text stream: what is printed to a FILE ends up in an arena ---- */
struct text_stream {
	FILE *f;
	char *text;
	size_t n;
};
FILE *text_open(struct text_stream *t);
char *text_close(struct text_stream *t, struct arena *a);

/* ---- vec: a growable array in an arena.  VEC(type) declares one ---- */
#define VEC(T) struct { T *v; size_t n, cap; }
void *vec_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size);
#define vec_push(a, vec, ...)                                                  \
	do {                                                                   \
		if ((vec)->n == (vec)->cap)                                    \
			(vec)->v = vec_grow((a), (vec)->v, (vec)->n,           \
					    &(vec)->cap, sizeof *(vec)->v);    \
		(vec)->v[(vec)->n++] = (__VA_ARGS__);                          \
	} while (0)
#define vec_for(i, vec) for (size_t i = 0; i < (vec)->n; i++)

/* ---- buf: text being built, on the heap, always NUL-terminated ---- */
struct buf {
	char *s; /* owned; NULL when nothing was written yet */
	size_t n, cap;
};
void buf_putc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *s);
void buf_write(struct buf *b, const void *p, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF(2, 0);
const char *buf_str(const struct buf *b); /* "" when empty */
void buf_free(struct buf *b);

/* ---- names: equal text, equal pointer ---- */
struct interns;
struct interns *interns_new(struct arena *a);
const char *intern(struct interns *t, const char *s);
const char *intern_n(struct interns *t, const char *s, size_t n);

/* ---- map: text to pointer, in insertion order when walked ---- */
struct map_entry {
	const char *key; /* not owned */
	void *value;
	uint64_t hash;
};
struct map {
	VEC(struct map_entry) entries;
	uint32_t *slots; /* index + 1 into entries; zero is free */
	size_t nslots;
};
void *map_get(const struct map *m, const char *key); /* NULL: absent */
void map_set(struct arena *a, struct map *m, const char *key, void *value);

/* FNV-1a, for tables and cheap keys (not for the cache's key). */
uint64_t hash_bytes(const void *p, size_t n, uint64_t seed);

/* ---- text ---- */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
/* Shell wildcards * ? [] as in fnmatch(3) without flags. */
bool glob_match(const char *pattern, const char *s);
bool has_wildcard(const char *s);
/* Damerau-Levenshtein distance, stops counting above max. */
int edit_distance(const char *a, const char *b, int max);
/* The (at most max) names nearest to name, as "a, b, c"; "" if none is near. */
const char *nearest_names(struct arena *a, const char *name,
			  const char *const *names, size_t n, size_t max);

/* ---- files ---- */
/* Reads a whole file, NUL added; NULL with errno set.  Files above limit
 * bytes fail with EFBIG.  The text is the arena's. */
char *file_read(struct arena *a, const char *path, size_t limit, size_t *size);
/* Writes beside path and renames over it; 0 or -errno. */
int file_replace(const char *path, const void *data, size_t n, mode_t mode);
int mkdir_p(const char *path, mode_t mode); /* 0 or -errno */
int remove_tree(const char *path);	    /* 0 or -errno; no links followed */
bool path_exists(const char *path);
bool is_dir(const char *path);
char *path_join(struct arena *a, const char *dir, const char *name);
/* The folder of this program, "." where the kernel does not tell. */
const char *program_folder(struct arena *a);

/* ---- child processes: never through a shell ---- */
struct proc_result {
	int status;	  /* exit status; 128 + signal; 127 could not start */
	struct buf out;	  /* what it wrote, when captured; owner frees */
};
enum proc_flags {
	PROC_CAPTURE_OUT = 1, /* stdout into result.out */
	PROC_CAPTURE_ERR = 2, /* stderr into result.out as well */
	PROC_QUIET = 4,	      /* stdout and stderr to /dev/null */
};
/* Runs argv (NULL-terminated) in dir (NULL: here) and waits. */
struct proc_result proc_run(char *const argv[], const char *dir, int flags);

/* ---- time and memory of this process, for the pass lines ---- */
struct usage {
	long usr_ms, sys_ms, real_ms;		/* this process and its waited-for children */
	long virt_kb, res_kb, shr_kb, data_kb;	/* this process, now */
};
void usage_now(struct usage *u);

#endif
