/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the files of regex/.
 */
#ifndef STAPX_TRANSLATOR_REGEX_INTERNAL_H
#define STAPX_TRANSLATOR_REGEX_INTERNAL_H

#include "regex/regex.h"

/* ---- the tree ---- */
enum re_kind {
	RE_SET,		/* one byte of a set */
	RE_BOL,		/* ^ */
	RE_EOL,		/* $ */
	RE_CAT,		/* parts one after the other; none: nothing */
	RE_ALT,		/* part | part */
	RE_REPEAT,	/* part{min,max} */
	RE_GROUP,	/* (part) */
};

struct byte_set { uint32_t bits[8]; };
static inline bool set_has(const struct byte_set *s, unsigned c)
{
	return s->bits[c / 32] >> (c % 32) & 1;
}
static inline void set_add(struct byte_set *s, unsigned c)
{
	s->bits[c / 32] |= 1u << (c % 32);
}

struct re_node {
	enum re_kind kind;
	VEC(struct re_node *) parts;
	struct byte_set set;
	int min, max;		/* max -1: no end */
	int group;		/* from 1 */
};

/* What all steps share; the first error stays. */
struct regex_run {
	struct arena *a;
	struct regex_error *why;
	bool failed;
	size_t work;		/* nodes looked at */
	int groups;		/* parenthesised, without the whole */
	const struct re_node *tree;
	uint8_t class_of[256];
	uint8_t representative[256];	/* of a class */
	size_t classes;
};
void regex_fail(struct regex_run *r, size_t at, const char *fmt, ...)
	PRINTF(3, 4);

/* Fails when an automaton has become too large. */
void regex_check_limits(struct regex_run *r, size_t transitions);

/* parse.c: fills in tree and groups. */
void regex_parse(struct regex_run *r, const char *pattern);

/* ---- the automaton with choices (nfa.c) ---- */
enum nfa_kind {
	NFA_MATCH,
	NFA_BYTE,	/* one byte of the set, then a */
	NFA_SPLIT,	/* a, or else b */
	NFA_TAG,	/* a group opens or closes, then a */
	NFA_BEGIN,	/* at the edge where reading begins: a */
	NFA_END,	/* at the edge where it ends: a */
};
struct nfa_node {
	enum nfa_kind kind;
	uint8_t tag;
	uint16_t a, b;
	const struct byte_set *set;
};
struct nfa {
	VEC(struct nfa_node) nodes;
	uint16_t start;
};
/* backward: it reads the text from its end. */
void nfa_build(struct regex_run *r, struct nfa *n, bool backward);

/* Tags on the way to a node, the last one first. */
struct tag_path {
	const struct tag_path *before;
	uint8_t tag;
};
struct nfa_entry {
	uint16_t node;
	uint16_t from;		/* entry of the state before */
	const struct tag_path *path;
};
struct entry_vec { struct nfa_entry *v; size_t n, cap; };

/* Which nodes were reached, in order; each once. */
struct closure {
	struct regex_run *r;
	const struct nfa *nfa;
	uint32_t *seen, round;	/* of a node: the round that reached it */
	bool paths;		/* keep the tags on the way */
	struct entry_vec out;	/* only those that read, match or want the end */
	struct entry_vec stack;
};
void closure_init(struct closure *c, struct regex_run *r,
		  const struct nfa *nfa);
void closure_clear(struct closure *c);
enum closure_edges { CLOSURE_BEGIN = 1, CLOSURE_END = 2 };
/* Adds what node leads to without reading; edges: where the text is. */
void closure_add(struct closure *c, uint16_t node, uint16_t from, int edges);

/* ---- states (states.c) ---- */
struct state {
	const uint16_t *nodes;	/* in order of preference */
	size_t n;
	bool begin;		/* at the edge where reading began */
};
struct states {
	VEC(struct state) list;	/* 0 is the dead one: no nodes */
	uint32_t *slots;	/* 1 + number */
	size_t nslots;
};
void states_init(struct arena *a, struct states *s);
/* The number of the state with these nodes, made if it is new; fails when
 * there are too many. */
uint16_t state_number(struct regex_run *r, struct states *s,
		      const uint16_t *nodes, size_t n, bool begin);

/* ---- the results ---- */
struct table {
	size_t states, classes;
	uint16_t *next;
	uint16_t *label;	/* of each transition, or NULL */
	uint32_t *mark;		/* of each state: how it accepts */
	uint16_t start[2];
};
/* search.c: false when a limit was hit, with r->failed set. */
bool search_build(struct regex_run *r, bool backward, struct table *t);
/* walk.c: fills in the walk's part. */
void walk_build(struct regex_run *r, struct regex *out);
/* minimize.c: the dead state stays 0; the starts are put right. */
void table_minimize(struct arena *a, struct table *t);

#endif
