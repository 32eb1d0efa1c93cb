// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Matching that keeps what matched, for matched() and ngroups().  In: the
 * translator's tables and a terminated text.  Out: in the CPU's struct, the
 * text and the extents of its groups, until the next match or the next hit.
 * Three times over the text at most: back to where the match begins, forward
 * to its end, back over the states that led there.  Any context.
 */
#include "core.h"

/* Where the leftmost match begins, or -1. */
static int find_start(const struct stp_regex *r, const char *s, int n)
{
	stp_u32 at = r->start;
	int start = -1;

	for (;; n--) {
		if (r->accept[at] & STP_REGEX_HERE)
			start = n;
		if (!n)
			return r->accept[at] & STP_REGEX_AT_EDGE ? 0 : start;
		at = r->next[at * r->classes + r->class_of[(stp_u8)s[n - 1]]];
		if (at == STP_REGEX_DEAD)
			return start;
	}
}

/* Where the longest match ends, or -1; fills in m->states from start on.
 * *last: the step that matches at the text's end, if it ends there. */
static int find_end(const struct stp_regex *r, struct stp_match *m, int start,
		    int n, const struct stp_regex_step **last)
{
	stp_u32 at = r->walk_start[start ? 1 : 0], cell;
	stp_u32 list = r->first_steps[start ? 1 : 0];
	int i, end = -1;

	*last = 0;
	for (i = start; i < n; i++) {
		m->states[i] = (stp_u16)at;
		if (r->walk_match[at])
			end = i;
		cell = at * r->classes + r->class_of[(stp_u8)m->text[i]];
		at = r->walk_next[cell];
		list = r->walk_steps[cell];
		if (at == STP_REGEX_DEAD && i < n - 1)
			return end;
	}
	if (!r->steps[list].from)
		return end;
	*last = &r->steps[list];
	return n;
}

/* Going back, the first that is met is the last that happened. */
static void note_path(struct stp_match *m, const stp_u8 *path, int at)
{
	for (; *path != STP_REGEX_STOP; path++) {
		struct stp_extent *e = &m->group[*path >> 1];

		if (*path & 1) {
			if (e->end < 0)
				e->end = at;
		} else if (e->start < 0) {
			e->start = at;
		}
	}
}

/* The steps behind byte i of the text (start: before it all). */
static const struct stp_regex_step *steps_at(const struct stp_regex *r,
					     const struct stp_match *m, int i)
{
	int start = m->group[0].start;
	stp_u32 list = r->first_steps[start ? 1 : 0];

	if (i > start)
		list = r->walk_steps[m->states[i - 1] * r->classes +
				     r->class_of[(stp_u8)m->text[i - 1]]];
	return r->steps + list;
}

/* last: the step at the text's end, if that is where the match ends. */
static void find_groups(const struct stp_regex *r, struct stp_match *m,
			const struct stp_regex_step *last)
{
	int i = m->group[0].end;
	struct stp_regex_step step = { 0, 0 };

	if (last) {
		note_path(m, r->paths + last->path, i--);
		step.from = (stp_u16)(last->from - 1);
	} else {
		step.from = (stp_u16)(r->walk_match[m->states[i]] - 1);
	}
	for (; i >= m->group[0].start; i--) {
		step = steps_at(r, m, i)[1 + step.from];
		note_path(m, r->paths + step.path, i);
	}
}

int stp_regex_match(struct stp_ctx *c, const struct stp_regex *r,
		    const char *s)
{
	struct stp_match *m = stp_this(c)->match;
	int size = stp_session.script->limits.maxstringlen, n, i, start, end;
	const struct stp_regex_step *last;

	m->groups = 0;
	stp_strcpy(m->text, s, (stp_size)size);
	n = (int)strlen(m->text);
	start = find_start(r, m->text, n);
	if (start < 0)
		return 0;
	end = find_end(r, m, start, n, &last);
	if (end < 0)
		return 0;
	m->groups = r->groups;
	for (i = 1; i < m->groups; i++)
		m->group[i].start = m->group[i].end = -1;
	m->group[0].start = start;
	m->group[0].end = end;
	find_groups(r, m, last);
	return 1;
}

/* ---- what the script asks ---- */

void stp_match_forget(struct stp_ctx *c)
{
	struct stp_match *m = stp_this(c)->match;

	if (m)
		m->groups = 0;
}

static struct stp_match *last_match(struct stp_ctx *c, const char *who)
{
	struct stp_match *m = stp_this(c)->match;

	if (m && m->groups)
		return m;
	stp_failf(c, 0, "%s: the last =~ of this probe did not match", who);
	return 0;
}

stp_i64 stp_ngroups(struct stp_ctx *c)
{
	struct stp_match *m = last_match(c, "ngroups()");

	return m ? m->groups : 0;
}

void stp_matched(struct stp_ctx *c, char *dst, stp_i64 n)
{
	struct stp_match *m = last_match(c, "matched()");
	struct stp_extent e;

	*dst = 0;
	if (!m)
		return;
	if (n < 0 || n >= m->groups) {
		stp_failf(c, 0, "matched(%lld): the pattern has groups 0 to %d",
			  n, m->groups - 1);
		return;
	}
	e = m->group[n];
	if (e.start < 0)		/* another alternative was taken */
		return;
	memcpy(dst, m->text + e.start, (stp_size)(e.end - e.start));
	dst[e.end - e.start] = 0;
}
