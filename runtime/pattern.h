/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A regular expression as the translator leaves it: constant tables, made by
 * translator/regex, run by runtime/core/regex.c and match.c.  Self-contained.
 *
 * The search says whether a text matches and, running backward from its end,
 * where the leftmost match begins.  The walk goes forward from there to the
 * longest end and notes its states; going back over them, each step says
 * which entry of the state before it led on, and which groups began or ended
 * there.  Both look at each byte once.
 */
#ifndef STAPX_PATTERN_H
#define STAPX_PATTERN_H

#define STP_REGEX_DEAD 0	/* the state that nothing leads out of */
#define STP_REGEX_GROUPS_MAX 100
#define STP_REGEX_STOP 0xff	/* ends the list of a path */

/* Of a state: it matches here, or if the text ends here (of a backward
 * search: begins here). */
enum stp_regex_accept { STP_REGEX_HERE = 1, STP_REGEX_AT_EDGE = 2 };

/* An entry of a state: where it comes from, and the path in .paths between:
 * 2n where group n opens, 2n + 1 where it closes, STP_REGEX_STOP. */
struct stp_regex_step {
	unsigned short from, path;
};

struct stp_regex {
	const unsigned char *class_of;	/* of each byte */
	unsigned short classes;
	unsigned char backward;
	/* 0: only whether; else how many groups, the whole match among them */
	unsigned char groups;

	/* The search: [state * classes + class]. */
	unsigned short start;
	const unsigned short *next;
	const unsigned char *accept;	/* of a state */

	/* The walk, where groups > 0. */
	unsigned short walk_start[2];	/* at the text's beginning; elsewhere */
	const unsigned short *walk_next;
	const unsigned short *walk_match; /* [state]: 1 + entry that matches */
	/* Of a transition, and of the two starts: the first of its steps. */
	const unsigned short *walk_steps; /* [as walk_next] */
	unsigned short first_steps[2];
	/* The first step of a list is the one that matches if the text ends
	 * there; its from is 1 + the entry, 0: none does.  Then comes one for
	 * every entry of the state that is reached. */
	const struct stp_regex_step *steps;
	const unsigned char *paths;
};

#endif
