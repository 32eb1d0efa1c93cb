// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A pattern compiled.  In: its text.  Out: tables, the same for the same
 * pattern, or what is wrong with it.  What the work needs is given back; only
 * the tables stay.
 */
#include <stdarg.h>

#include "regex/internal.h"

void regex_fail(struct regex_run *r, size_t at, const char *fmt, ...)
{
	va_list ap;

	if (r->failed)
		return;
	r->failed = true;
	r->why->at = at;
	va_start(ap, fmt);
	vsnprintf(r->why->text, sizeof r->why->text, fmt, ap);
	va_end(ap);
}

void regex_check_limits(struct regex_run *r, size_t transitions)
{
	if (transitions > REGEX_TABLE_MAX)
		regex_fail(r, REGEX_ANYWHERE, "too complex: more than %d "
			   "transitions", REGEX_TABLE_MAX);
	if (r->work > REGEX_WORK_MAX)
		regex_fail(r, REGEX_ANYWHERE, "too complex: more than %d "
			   "steps to compile", REGEX_WORK_MAX);
}

/* ---- bytes that no set tells apart are one class ---- */

static void split_classes(struct regex_run *r, const struct byte_set *s)
{
	uint16_t moved[256] = { 0 };	/* of a class: where its members go */

	for (unsigned c = 0; c < 256; c++) {
		uint8_t k = r->class_of[c];

		if (!set_has(s, c) || moved[k])
			continue;
		for (unsigned d = 0; d < 256; d++)
			if (r->class_of[d] == k && !set_has(s, d))
				moved[k] = (uint16_t)r->classes;
		if (moved[k])
			r->classes++;
		else
			moved[k] = k + 1000;	/* all of it is in the set */
	}
	for (unsigned c = 0; c < 256; c++) {
		uint16_t to = moved[r->class_of[c]];

		if (to && to < 1000 && set_has(s, c))
			r->class_of[c] = (uint8_t)to;
	}
}

static void find_classes(struct regex_run *r, const struct re_node *n)
{
	if (n->kind == RE_SET)
		split_classes(r, &n->set);
	vec_for(i, &n->parts)
		find_classes(r, n->parts.v[i]);
}

static void make_classes(struct regex_run *r)
{
	struct byte_set text = { { 0 } };

	r->classes = 1;
	for (unsigned c = 1; c < 256; c++)
		set_add(&text, c);
	split_classes(r, &text);	/* the NUL is none of the text */
	find_classes(r, r->tree);
	for (unsigned c = 256; c-- > 0;)
		r->representative[r->class_of[c]] = (uint8_t)c;
}

/* ---- the search's part ---- */

static void take_search(struct regex_run *r, const struct table *t,
			struct regex *out)
{
	uint8_t *accept = arena_array(r->a, t->states, uint8_t);

	for (size_t i = 0; i < t->states; i++)
		accept[i] = (uint8_t)t->mark[i];
	out->states = t->states;
	out->r.start = t->start[0];
	out->r.next = t->next;
	out->r.accept = accept;
}

/* Where a match begins is known only backward; whether there is one is known
 * either way, and one way may have far fewer states than the other. */
static void build_search(struct regex_run *r, bool groups, struct regex *out)
{
	struct regex_error first;
	struct table t = { 0 };

	out->r.backward = groups;
	if (!search_build(r, groups, &t)) {
		if (groups)
			return;
		first = *r->why;
		r->failed = false;
		r->work = 0;
		out->r.backward = 1;
		if (!search_build(r, true, &t)) {
			*r->why = first;
			return;
		}
	}
	take_search(r, &t, out);
}

/* ---- all of it ---- */

#define KEEP(a, p, n) arena_dup((a), (p), (n) * sizeof *(p))

static struct regex *keep(struct arena *a, const struct regex_run *r,
			  const struct regex *made)
{
	struct regex *re = arena_dup(a, made, sizeof *made);
	size_t cells = made->walk_states * r->classes;

	re->r.class_of = KEEP(a, r->class_of, 256);
	re->r.classes = (unsigned short)r->classes;
	re->r.next = KEEP(a, made->r.next, made->states * r->classes);
	re->r.accept = KEEP(a, made->r.accept, made->states);
	if (!made->r.groups)
		return re;
	re->r.walk_next = KEEP(a, made->r.walk_next, cells);
	re->r.walk_steps = KEEP(a, made->r.walk_steps, cells);
	re->r.walk_match = KEEP(a, made->r.walk_match, made->walk_states);
	re->r.steps = KEEP(a, made->r.steps, made->nsteps);
	re->r.paths = KEEP(a, made->r.paths, made->npaths);
	return re;
}

const struct regex *regex_compile(struct arena *a, const char *pattern,
				  bool groups, struct regex_error *why)
{
	struct arena work = { 0 };
	struct regex_run r = { .a = &work, .why = why };
	struct regex made = { .states = 0 }, *re = NULL;

	regex_parse(&r, pattern);
	if (!r.failed) {
		make_classes(&r);
		build_search(&r, groups, &made);
	}
	if (!r.failed && groups) {
		made.r.groups = (unsigned char)(r.groups + 1);
		walk_build(&r, &made);
	}
	if (!r.failed)
		re = keep(a, &r, &made);
	arena_free(&work);
	return re;
}

bool regex_matches(const struct regex *re, const char *text)
{
	const struct stp_regex *r = &re->r;
	size_t n = strlen(text), at = r->start;

	for (size_t i = 0; i <= n; i++) {
		if (r->accept[at] & STP_REGEX_HERE)
			return true;
		if (i == n)
			break;
		at = r->next[at * r->classes + r->class_of[(uint8_t)
			     text[r->backward ? n - 1 - i : i]]];
	}
	return r->accept[at] & STP_REGEX_AT_EDGE;
}
