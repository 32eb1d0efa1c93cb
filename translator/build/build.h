/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pass 4: from C to a module, in the order of the work:
 *
 *	pass.c		what the two passes do: names, cache, steps
 *	cache.c		the key, the folder, its size
 *	flags.c		argument files, commands
 *	compile.c	script.c and embedded.c to objects
 *	link.c		objects and runtime to one object, and to the module
 *	symvers.c	Module.symvers: CRCs and owners of exported symbols
 *	modpost.c	NAME.mod.o from the template that kbuild finished
 *	kbuild.c	the same sources built by the kernel's own build
 *	userbuild.c	a process instead of a module
 *	pack.c		the archive
 */
#ifndef STAPX_BUILD_H
#define STAPX_BUILD_H

#include "emit/emit.h"
#include "session.h"

struct args { VEC(const char *) list; };

/* ---- cache.c ---- */
#define CACHE_KEY_HEX 32	/* of the SHA-256, as the file names have it */
struct cache_key {
	char hex[65];
	size_t bytes;		/* that were hashed */
};
void cache_key_of(struct session *s, const struct emit_texts *t,
		  struct cache_key *key);
/* What a process depends on, for the key; identity adds a file. */
struct hashing;
void user_key(struct session *s, struct hashing *h,
	      void (*identity)(struct hashing *h, const char *what,
			       const char *path));
/* Folder/name.suffix in the cache; NULL when there is no state folder. */
const char *cache_path(struct session *s, const char *name,
		       const char *suffix);
bool cache_holds(const char *path);	/* and marks it as used */
/* Copies from into the cache; a full disk is only a warning. */
bool cache_add(struct session *s, const char *from, const char *to);
/* Oldest first until the limit is met; at most every 300 s unless forced. */
void cache_clean(struct session *s, bool force);

/* ---- flags.c ---- */
void args_add(struct arena *a, struct args *v, const char *fmt, ...)
	PRINTF(3, 4);
/* A file of one argument a line; false: reported. */
bool args_file(struct session *s, struct args *v, const char *path);
/* Runs in dir; what it says is shown when it fails (and at -vv always). */
bool run_tool(struct session *s, struct args *v, const char *dir,
	      const char *what);

/* By the command in the file (NULL: nothing to do). */
bool run_objtool(struct session *s, const char *file, const char *object);

/* ---- the steps; each true on success, reported otherwise ---- */
bool compile_object(struct session *s, const char *c_path, const char *o_path,
		    bool embedded);
bool link_objects(struct session *s, const char *const *objects, size_t n,
		  const char *out);
bool link_module(struct session *s, const char *object, const char *mod_object,
		 const char *out);
bool user_build(struct session *s, const char *out);
bool kbuild_build(struct session *s, const char *out);
bool pack_archive(struct session *s, const char *path);

/* Puts what the first link leaves of objects and archives into words for the
 * linker; NULL: one of them cannot be read. */
#define HOT_TEXT "stp_text_hot"	/* symbol: where text begins that hits run */
const char *link_script(struct arena *a, const char *const *objects, size_t n);
/* Makes a finished module smaller, in place. */
bool shrink_module(struct arena *a, const char *path, const char **why);

/* ---- modpost ---- */
struct symver {
	const char *name, *module, *ns;	/* ns "": none */
	uint64_t crc;
};
struct symvers { VEC(struct symver) list; };
/* Of each name in wanted (a set) its row; false: unreadable, why says so. */
bool symvers_read(struct arena *a, const char *path, const struct map *wanted,
		  struct map *found, const char **why);

struct modpost {
	struct arena *arena;
	const char *object;	/* the linked objects */
	const char *template_mod;
	const char *symvers;
	const char *name;	/* of the module */
	const char *out;	/* NAME.mod.o */
	const char *why;	/* what went wrong */
};
bool modpost(struct modpost *m);
/* Names an object needs from elsewhere, in the order of its symbol table. */
struct name_list { VEC(const char *) list; };
bool modpost_undefined(struct arena *a, const char *object,
		       struct name_list *out, const char **why);

#endif
