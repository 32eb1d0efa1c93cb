/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Regular expressions: POSIX extended syntax in, the tables of runtime/pattern.h
 * out.  In the order of the work:
 *
 *	parse.c		the pattern as a tree
 *	nfa.c		the tree as an automaton with choices in order
 *	states.c	sets of its nodes, each once
 *	search.c	whether and where: a plain automaton
 *	walk.c		the groups: an automaton that knows where it came from
 *	minimize.c	states that behave alike become one
 *	regex.c		all of it, and a matcher for constants
 *
 * The match is the leftmost one and of those the longest, as POSIX has it.
 * Within it the groups are those of glibc's regexec: the first alternative
 * that leads to that match, repetition as often as it can.
 */
#ifndef STAPX_TRANSLATOR_REGEX_H
#define STAPX_TRANSLATOR_REGEX_H

#include "runtime/pattern.h"
#include "util/util.h"

/* What a pattern may ask for; each is named in the message. */
#define REGEX_REPEAT_MAX 1000	/* of {n,m} */
#define REGEX_DEPTH_MAX 200	/* of nested groups and repetitions */
#define REGEX_NODES_MAX 5000	/* of the automaton with choices */
#define REGEX_STATES_MAX 2000	/* of an automaton without */
#define REGEX_TABLE_MAX 65000	/* transitions or steps of one automaton */
#define REGEX_WORK_MAX 3000000	/* nodes looked at to make it */

#define REGEX_ANYWHERE ((size_t)-1)
struct regex_error {
	size_t at;		/* byte of the pattern, or REGEX_ANYWHERE */
	char text[120];
};

/* How large the tables of r are is known only here. */
struct regex {
	struct stp_regex r;	/* tables are the arena's */
	size_t states, walk_states, nsteps, npaths;
};

/* NULL: *why says what is wrong with the pattern.  groups: the extents of
 * groups are wanted, too. */
const struct regex *regex_compile(struct arena *a, const char *pattern,
				  bool groups, struct regex_error *why);
/* Whether it matches a text, for constants. */
bool regex_matches(const struct regex *re, const char *text);

#endif
