/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages: every one names a place.  Text, caret and chain of origin are in
 * the form that people and scripts match on:
 *
 *	semantic error: unresolved function: identifier 'foo' at t.stp:1:15
 *	        source: probe begin { foo() }
 *	                              ^
 */
#ifndef STAPX_DIAG_H
#define STAPX_DIAG_H

#include "util/util.h"

enum source_kind {
	SOURCE_USER,	/* a script file, -e text or standard input */
	SOURCE_TAPSET,	/* from a library folder: may use embedded C */
	SOURCE_MACRO,	/* a .stpm file */
	SOURCE_COMMAND, /* -D, -G, … */
};

struct source {
	const char *name; /* as messages show it; "<input>" for -e */
	const char *text; /* NUL-terminated */
	size_t size;
	enum source_kind kind;
	bool builtin;	  /* stands in our own tapset folder */
	bool *args_used;  /* of a tapset: the script's arguments it names, by
			   * index from 0; or NULL */
};

/* A place.  Zero (src == NULL) is "nowhere". */
struct loc {
	const struct source *src;
	uint32_t line, col; /* from 1 */
	const struct loc *from; /* macro or alias use that led here, or NULL */
	const char *from_what;	/* "in expansion of macro", "in synthesized code from" */
};

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

/* Where messages go and how many there were. */
struct diag {
	FILE *out; /* stderr */
	int errors, warnings;
	int parse_errors;     /* those of diag_parse() among them */
	int suppressed;	      /* similar messages not shown */
	bool no_warnings;     /* -w */
	bool warnings_fatal;  /* -W */
	bool all;	      /* -v: show similar messages too */
	bool color;	      /* decided from --color and the terminal */
	int muted;	      /* >0: count nothing, print nothing (probing) */
	struct arena *arena;
	struct map seen;
};

void diag_init(struct diag *d, struct arena *a, FILE *out);

/* "parse error: MSG\n\tsaw: KIND 'TOKEN' at FILE:L:C" + source + caret.
 * saw is "operator '}'" or NULL. */
void diag_parse(struct diag *d, struct loc at, const char *saw,
		const char *fmt, ...) PRINTF(4, 5);
/* "semantic error: MSG: KIND 'TOKEN' at FILE:L:C"; token is
 * "identifier 'foo'" or NULL. */
void diag_semantic(struct diag *d, struct loc at, const char *token,
		   const char *fmt, ...) PRINTF(4, 5);
/* A second place of the error just reported ("thing was: … at"). */
void diag_also(struct diag *d, struct loc at, const char *fmt, ...)
	PRINTF(3, 4);
void diag_also_token(struct diag *d, struct loc at, const char *token,
		     const char *fmt, ...) PRINTF(4, 5);
void diag_warn(struct diag *d, struct loc at, const char *fmt, ...)
	PRINTF(3, 4);
void diag_warn_token(struct diag *d, struct loc at, const char *token,
		     const char *fmt, ...) PRINTF(4, 5);
/* An error with no place in a script: "ERROR: …". */
void diag_error(struct diag *d, const char *fmt, ...) PRINTF(2, 3);

/* "FILE:L:C" */
const char *loc_str(struct arena *a, struct loc at);

#endif
