/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one run of stap knows: what was asked, what each pass made.  Passes
 * get the parts they need; only main.c and the pass table see all of it.
 */
#ifndef STAPX_SESSION_H
#define STAPX_SESSION_H

#include "ast/ast.h"
#include "sysroots/sysroot.h"
#include "util/diag.h"
#include "util/util.h"

struct interns;
struct lib_scripts;
struct program;
struct remote;

enum runtime_kind { RUNTIME_KERNEL, RUNTIME_USER };
struct str_vec { const char **v; size_t n, cap; };

/* The command line, one field an option; see options.def. */
struct options {
	int last_pass;			/* -p, 1..5 */
	int verbose[6];			/* -v, --vp: [1]..[5] by pass, [0] all else */
	bool guru, unoptimized, keep_tmp, timing; /* -g -u -k -t */
	bool suppress_warnings, warnings_fatal;	/* -w -W */
	bool list, list_vars;		/* -l -L */
	bool skip_badvars;
	bool suppress_handler_errors, suppress_time_limits;
	bool kbuild;			/* --kbuild */
	bool disable_cache, poison_cache, clean_cache;
	bool no_global_display;
	enum color_mode color;
	enum runtime_kind runtime;
	const char *script_file;	/* FILE or "-" */
	struct str_vec script_texts;	/* -e, then each -E */
	struct str_vec args;		/* $1 @1 … */
	struct str_vec includes;	/* -I */
	struct str_vec modules;		/* -d */
	bool ldd;
	struct str_vec defines;		/* -D NAME=VALUE */
	struct str_vec make_args;	/* -B */
	struct str_vec globals;		/* -G NAME=VALUE */
	struct str_vec remotes;		/* --remote */
	const char *release, *arch, *sysroot, *runtime_dir; /* -r -a --sysroot -R */
	const char *module_name;	/* -m */
	const char *output;		/* -o */
	const char *save, *replay;	/* --save, --replay */
	const char *archive;		/* --archive */
	const char *command;		/* -c */
	int target_pid;			/* -x */
	int buffer_mb;			/* -s, of a CPU; 0: the default */
	double timeout_s;		/* -T, 0: none */
	const char *tmpdir;
	const char *compatible;
	const char *privilege;
	const char *dump;		/* --dump=… */
	bool dump_functions, dump_aliases, dump_probe_types;
	bool remote_prefix;
};

/* A file of the target's user space. */
struct user_path {
	const char *here, *target;
	const char *root;		/* the sysroot's user space, or NULL */
};

struct session {
	struct arena arena;
	struct interns *names;
	struct diag diag;
	struct options opt;

	/* the target */
	struct sysroot *sysroot;	/* NULL: passes that need none */
	struct prepared *prepared;
	const char *release;		/* kernel_vr; of the sysroot or uname */
	const char *kernel_v;		/* release without what follows the version */
	const char *arch;		/* x86_64, arm64 */
	struct map config;		/* CONFIG_X → "y", "m", value text */
	const char *datadir;		/* holds tapset/ and runtime/ */
	const char *tapset_dir, *runtime_dir;
	const char *tmpdir;		/* this run's folder; removed at the end */
	const char *state_dir;		/* $SYSTEMTAP_DIR or ~/.systemtap */
	struct remote *remote;		/* remote/host: links that are open */
	VEC(struct user_path) user_files; /* userfiles.c */
	bool user_files_found;

	/* pass 1 */
	struct lib_scripts *scripts;	/* of the library, parsed or not */
	uint64_t macros_hash;		/* of the .stpm files' names and times */
	struct map macros;		/* @name → struct macro, of .stpm files */
	bool *args_used;		/* by index: $1 is args_used[0] */
	struct file *user;		/* the script */
	struct file_vec extra;		/* -E scripts and synthesized ones */
	struct file_vec library;	/* tapset files that the script can reach, in order of precedence */
	/* pass 2 */
	struct program *program;
	/* pass 3 */
	const char *c_path;		/* script.c */
	const char *embedded_path;	/* embedded.c or NULL */
	/* pass 4 */
	const char *module_name;	/* stap_… */
	const char *module_path;	/* the .ko, or the executable of --runtime=user */
	const char *archive_path;
	bool c_cached, module_cached;

	struct session *next;		/* the same script for the next kernel
					 * that targets of this run have */
};

/* Where a pass tells what it does, at its own verbosity (0 is silent). */
#define vlog(s, pass, level, ...)                                              \
	do {                                                                   \
		if ((s)->opt.verbose[pass] >= (level))                         \
			fprintf(stderr, __VA_ARGS__);                          \
	} while (0)

/* ---- session.c: a run from its beginning to its end ---- */
void session_open(struct session *s);
/* After the options: where the library, the runtime and the cache are. */
bool session_places(struct session *s);
/* The kernel that is aimed at: release, CPU, configuration, sysroot. */
bool session_target(struct session *s);
/* What pass 4 links with; prepares the sysroot on first use. */
bool session_prepare(struct session *s);
bool session_make_tmpdir(struct session *s);
/* userfiles.c: finds what -d and --ldd name, once; a warning for what is not
 * there, and for a file that cannot be used. */
void session_user_files(struct session *s);
void session_no_user_file(struct session *s, const char *name, const char *why);
/* The session of another kernel: the same options, in a folder of its own
 * below the temporary one.  NULL: reported. */
struct session *session_for(struct session *s, struct sysroot *root,
			    const char *folder);
/* Removes the temporary folder (not with -k) and gives the memory back, those
 * behind s->next before. */
void session_close(struct session *s);

/* What systemtap_v is: of --compatible, else of the language that this is. */
const char *language_version(const struct session *s);
/* A script that is not in a file: parsed, added to s->extra; NULL when an
 * error was reported. */
struct file *parse_text(struct session *s, const char *name, const char *text,
			enum source_kind kind);

/* Parses what defines the function, and what that leads to, into s->library;
 * true when there is more than before. */
bool library_load_func(struct session *s, const char *name);
/* What the library defines for others, parsed or not, in order of precedence:
 * functions ('f'), variables ('g') or aliases ('a', "A.B", no arguments). */
void library_names(struct session *s, char kind, struct str_vec *out);

/* ---- the passes; each true on success, what went wrong reported ---- */
bool pass_parse(struct session *s);	/* 1: parse/ */
bool pass_elaborate(struct session *s);	/* 2: elaborate/ */
bool pass_emit(struct session *s);	/* 3: emit/ */
bool pass_build(struct session *s);	/* 4: build/ */
/* Before pass 1 of a run with --remote: asks the targets what they are, finds
 * the sysroot of each kernel among them and sets s->sysroot to the first.  0,
 * or -errno with the reason reported. */
int remote_select_sysroot(struct session *s);
/* The sysroot of the i-th kernel, and a target that runs it; NULL: there are
 * no more. */
struct sysroot *remote_sysroot(struct session *s, size_t i, const char **name);
/* Ends the links and guests of this run, used or not. */
void remote_close(struct session *s);
/* 5: remote/host; the exit status of the run, 0 or 1 */
int pass_run(struct session *s);
/* --replay instead of all passes; exit status. */
int run_replay(struct session *s);

#endif
