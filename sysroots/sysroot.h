/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sysroot: the folder that answers for one target kernel.
 *
 * DIR/sysroot.conf says "key = value", '#' starts a comment; paths are
 * relative to DIR unless absolute.  DIR/prepared/ holds what
 * `stap-sysroot prepare` made (see struct prepared).
 */
#ifndef STAPX_SYSROOT_H
#define STAPX_SYSROOT_H

#include "util/util.h"

#define BUILD_ID_MAX 64 /* bytes; SHA-1 build-ids have 20 */

struct build_id {
	unsigned char bytes[BUILD_ID_MAX];
	size_t n; /* 0: unknown */
};
/* Lower-case hex, in the arena. */
const char *build_id_hex(struct arena *a, const struct build_id *id);
bool build_id_equal(const struct build_id *a, const struct build_id *b);
/* The NT_GNU_BUILD_ID note of an ELF file, or of raw notes; 0 or -errno. */
int build_id_of_elf(const char *path, struct build_id *id);
int build_id_of_notes(const void *notes, size_t n, struct build_id *id);
/* The same of a bootable image (bzImage, Image, zboot, compressed or not). */
int build_id_of_image(const char *path, struct build_id *id);
/* The kernel in it as it lies in memory; 0 or -errno. */
int image_expand(struct arena *a, const char *path, struct buf *plain);
/* From hex; false when it is no build-id. */
bool build_id_parse(const char *hex, struct build_id *id);
/* The DT_NEEDED names of an ELF file, and its interpreter as the first (when
 * it has one); 0 or -errno. */
struct elf_names { VEC(const char *) list; };
bool elf_has_debug(const char *path); /* .debug_info or .BTF inside */
int elf_needed(struct arena *a, const char *path, struct elf_names *out);

struct sysroot {
	const char *name;      /* folder's last component */
	const char *dir;       /* absolute */
	/* From sysroot.conf.  Paths are made absolute; NULL when not given. */
	const char *release;   /* UTS_RELEASE */
	const char *version;   /* UTS_VERSION, or NULL */
	const char *arch;      /* kernel's name: x86_64, arm64 */
	struct build_id build_id;	/* of the kernel image */
	const char *build;     /* kernel build tree (headers, .config, …) */
	const char *vmlinux;   /* with DWARF or BTF; NULL: symbols only */
	const char *modules;   /* folder that holds lib/modules/RELEASE */
	const char *debug;     /* folder of separate debug files (usr/lib/debug) */
	const char *image;     /* bootable kernel, or NULL */
	const char *system_map;/* System.map, or NULL */
	const char *root;      /* target's user space files, or NULL */
	const char *guest;     /* BusyBox and dropbear for a VM, or NULL */
	const char *source;    /* where it was imported from, or NULL */
	const char *cc;	       /* compiler command, e.g. aarch64-linux-gnu-gcc-12 */
	const char *cross;     /* prefix of binutils, e.g. aarch64-linux-gnu- ("" native) */
};

/* Reads sysroot.conf; 0 or -errno, the reason in *why (arena's). */
int sysroot_open(struct arena *a, const char *dir, struct sysroot **out,
		 const char **why);

/* Describes a kernel build tree that has no sysroot.conf: release from its
 * UTS_RELEASE, CPU and compiler from its .config.  0 or -errno. */
int sysroot_of_tree(struct arena *a, const char *tree, struct sysroot **out,
		    const char **why);
/* Every sysroot under sysroot_home(), by name; unreadable ones are left out
 * and counted in *bad (may be NULL). */
struct sysroot_list { VEC(struct sysroot *) list; };
void sysroot_all(struct arena *a, struct sysroot_list *out, int *bad);
/* True for a text that can be a release, and so a part of a file name. */
bool release_valid(const char *release);
/* This machine's CPU, by the kernel's name. */
const char *arch_here(void);

/* The folder of the known sysroots: $STAPX_SYSROOTS, else
 * $SYSTEMTAP_DIR/sysroots, else ~/.systemtap/sysroots. */
const char *sysroot_home(struct arena *a);

/* What a user asked for with -r, -a, --sysroot; each may be NULL. */
struct sysroot_query {
	const char *release; /* -r: release, name of a sysroot, or a build tree */
	const char *arch;    /* -a */
	const char *dir;     /* --sysroot */
	const struct build_id *build_id; /* of a remote target */
};
/* Chooses one; 0, or -ENOENT with the reason and the next command in *why.
 * A build tree that is no sysroot yet is described by a temporary one. */
int sysroot_find(struct arena *a, const struct sysroot_query *q,
		 struct sysroot **out, const char **why);

/* "arm64" from "aarch64" and so on: the kernel's name of a machine. */
const char *arch_of_machine(const char *machine);

/* ---- what prepare made; every path absolute, in the arena ---- */
struct prepared {
	const char *dir;	 /* DIR/prepared */
	const char *key;	 /* build-id, compiler and runtime it was made with, hashed */
	const char *cflags;	 /* file: one argument a line, as recorded, for
				  * a script (no kernel header needed) */
	const char *cflags_embedded; /* the same for embedded C, with includes */
	const char *runtime;	 /* runtime.a: the runtime's objects */
	const char *template_mod;/* template.mod.o: finished as kbuild does it */
	const char *module_common; /* .module-common.o, or NULL */
	const char *module_lds;	 /* scripts/module.lds */
	const char *ldflags;	 /* file: arguments of the last ld -r, a line each */
	const char *objtool_obj; /* file: objtool + arguments for one object, or NULL */
	const char *objtool_link;/* file: objtool + arguments for the linked whole, or NULL */
	const char *symvers;	 /* Module.symvers */
	const char *index;	 /* vmlinux.index; debuginfo's, made if it is not there */
};
/* 0, -ENOENT when not prepared or out of date (reason in *why). */
int sysroot_prepared(struct arena *a, const struct sysroot *s,
		     struct prepared **out, const char **why);
/* The same, for a runtime folder other than the program's own. */
int sysroot_prepared_for(struct arena *a, const struct sysroot *s,
			 const char *runtime_dir, struct prepared **out,
			 const char **why);
/* The file that keeps the index of a module, by its name; its folder is made
 * if that can be. */
const char *prepared_module_index(struct arena *a, const struct prepared *p,
				  const char *module);
/* The command (NULL-terminated) by which the kernel's own build makes the
 * external module in the folder. */
char **sysroot_make_argv(struct arena *a, const struct sysroot *s,
			 const char *module);
/* Prepares if needed (also from stap, on first use); runtime_dir holds
 * script.h, core/, kernel/.  Progress goes to stderr.  0 or -errno. */
int sysroot_prepare(struct arena *a, const struct sysroot *s,
		    const char *runtime_dir, bool force, const char **why);

#endif
