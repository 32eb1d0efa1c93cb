// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pattern, POSIX extended, as a tree.  In: its bytes, without a NUL
 * among them.  Out: the tree, or what is wrong and where.  Refused are what
 * POSIX leaves undefined and the peer refuses (a repetition of nothing or of
 * an anchor, a lone ')', a '{' without a number), and what no automaton can do
 * (\1).  The C locale holds: a character is a byte.
 */
#include <ctype.h>

#include "regex/internal.h"

struct reader {
	struct regex_run *r;
	const char *text;
	size_t at;
	int depth;
};

static struct re_node *node_new(struct reader *p, enum re_kind kind)
{
	struct re_node *n = arena_new(p->r->a, struct re_node);

	n->kind = kind;
	return n;
}

static char look(const struct reader *p)
{
	return p->text[p->at];
}

static bool take(struct reader *p, char c)
{
	if (look(p) != c)
		return false;
	p->at++;
	return true;
}

static void set_range(struct byte_set *s, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		set_add(s, c);
}

/* All bytes that are not in it; a text has no NUL. */
static void set_invert(struct byte_set *s)
{
	for (int i = 0; i < 8; i++)
		s->bits[i] = ~s->bits[i];
	s->bits[0] &= ~1u;
}

/* ---- brackets ---- */

/* The C locale's, whatever this process has. */
static bool in_class(const char *name, unsigned c)
{
	bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
	bool digit = c >= '0' && c <= '9', graph = c > ' ' && c < 127;

	if (!strcmp(name, "alpha"))
		return lower || upper;
	if (!strcmp(name, "digit"))
		return digit;
	if (!strcmp(name, "alnum"))
		return lower || upper || digit;
	if (!strcmp(name, "lower"))
		return lower;
	if (!strcmp(name, "upper"))
		return upper;
	if (!strcmp(name, "space"))
		return c == ' ' || (c >= '\t' && c <= '\r');
	if (!strcmp(name, "blank"))
		return c == ' ' || c == '\t';
	if (!strcmp(name, "punct"))
		return graph && !lower && !upper && !digit;
	if (!strcmp(name, "print"))
		return graph || c == ' ';
	if (!strcmp(name, "graph"))
		return graph;
	if (!strcmp(name, "cntrl"))
		return c < ' ' || c == 127;
	return !strcmp(name, "xdigit") &&
	       (digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
}

static void add_class(struct reader *p, struct byte_set *s, const char *name,
		      size_t at)
{
	bool any = false;

	for (unsigned c = 1; c < 128; c++)
		if (in_class(name, c)) {
			set_add(s, c);
			any = true;
		}
	if (!any)
		regex_fail(p->r, at, "unknown character class '%s'", name);
}

/* What stands between "[:" and ":]", or "[." and ".]", or "[=" and "=]". */
static const char *named(struct reader *p, char kind)
{
	size_t from = p->at + 2, n = 0;

	while (p->text[from + n] && !(p->text[from + n] == kind &&
				      p->text[from + n + 1] == ']'))
		n++;
	if (!p->text[from + n]) {
		regex_fail(p->r, p->at, "unclosed character class '[%c%.*s'",
			   kind, (int)MIN(n, 20), p->text + from);
		return "";
	}
	p->at = from + n + 2;
	return arena_strndup(p->r->a, p->text + from, n);
}

/* One character of a bracket, which may be an end of a range: false, if it
 * was a class and is in the set already. */
static bool bracket_char(struct reader *p, struct byte_set *s, unsigned *c)
{
	size_t at = p->at;
	char kind = look(p) == '[' ? p->text[at + 1] : 0;
	const char *name;

	if (kind == ':') {
		add_class(p, s, named(p, kind), at);
		return false;
	}
	if (kind == '.' || kind == '=') {
		name = named(p, kind);
		*c = (uint8_t)name[0];
		if (!p->r->failed && (!name[0] || name[1]))
			regex_fail(p->r, at, "unknown collating element '%s'",
				   name);
		return true;
	}
	*c = (uint8_t)p->text[p->at++];
	return true;
}

static bool range_follows(const struct reader *p)
{
	return look(p) == '-' && p->text[p->at + 1] &&
	       p->text[p->at + 1] != ']';
}

static void bracket_item(struct reader *p, struct byte_set *s)
{
	unsigned from, to;
	size_t at = p->at;

	if (!bracket_char(p, s, &from) || p->r->failed)
		return;
	if (!range_follows(p)) {
		set_add(s, from);
		return;
	}
	p->at++;
	if (!bracket_char(p, s, &to)) {
		regex_fail(p->r, at, "a range cannot end in a character class");
		return;
	}
	if (from > to)
		regex_fail(p->r, at, "inverted character range %.*s",
			   (int)(p->at - at), p->text + at);
	else
		set_range(s, from, to);
}

/* Behind the '['. */
static struct re_node *parse_bracket(struct reader *p)
{
	struct re_node *n = node_new(p, RE_SET);
	bool invert = take(p, '^');
	size_t open = p->at - 1 - invert;
	bool first = true;

	for (; !p->r->failed && (first || look(p) != ']'); first = false) {
		if (!look(p)) {
			regex_fail(p->r, open, "unclosed character class");
			return n;
		}
		bracket_item(p, &n->set);
	}
	p->at++;
	if (invert)
		set_invert(&n->set);
	return n;
}

/* ---- single things ---- */

static struct re_node *one_byte(struct reader *p, char c)
{
	struct re_node *n = node_new(p, RE_SET);

	set_add(&n->set, (uint8_t)c);
	return n;
}

static void set_words(struct byte_set *s)
{
	for (unsigned c = 1; c < 128; c++)
		if (in_class("alnum", c) || c == '_')
			set_add(s, c);
}

static void set_spaces(struct byte_set *s)
{
	for (unsigned c = 1; c < 128; c++)
		if (in_class("space", c))
			set_add(s, c);
}

/* Behind the '\'. */
static struct re_node *parse_escape(struct reader *p)
{
	char c = look(p);
	struct re_node *n;

	if (!c) {
		regex_fail(p->r, p->at, "unexpected end of regex behind '\\'");
		return one_byte(p, 1);
	}
	p->at++;
	if (c >= '1' && c <= '9')
		regex_fail(p->r, p->at - 2, "back reference '\\%c' is not "
			   "supported; compare matched(%c) afterwards", c, c);
	if (strchr("bB<>`'", c))
		regex_fail(p->r, p->at - 2, "'\\%c' is not supported; write "
			   "out what stands beside the word", c);
	if (!strchr("wWsS", c))
		return one_byte(p, c);
	n = node_new(p, RE_SET);
	if (tolower(c) == 'w')
		set_words(&n->set);
	else
		set_spaces(&n->set);
	if (c == 'W' || c == 'S')
		set_invert(&n->set);
	return n;
}

static struct re_node *parse_alternatives(struct reader *p);

/* Behind the '('. */
static struct re_node *parse_group(struct reader *p)
{
	struct re_node *n = node_new(p, RE_GROUP);
	size_t open = p->at - 1;

	n->group = ++p->r->groups;
	if (n->group >= STP_REGEX_GROUPS_MAX)
		regex_fail(p->r, open, "more than %d groups",
			   STP_REGEX_GROUPS_MAX - 1);
	vec_push(p->r->a, &n->parts, parse_alternatives(p));
	if (!p->r->failed && !take(p, ')'))
		regex_fail(p->r, p->at, "expected ), found end of regex");
	return n;
}

static struct re_node *parse_atom(struct reader *p)
{
	struct re_node *n;
	char c = p->text[p->at++];

	switch (c) {
	case '(':
		return parse_group(p);
	case '[':
		return parse_bracket(p);
	case '\\':
		return parse_escape(p);
	case '^':
		return node_new(p, RE_BOL);
	case '$':
		return node_new(p, RE_EOL);
	case '.':
		n = node_new(p, RE_SET);
		set_range(&n->set, 1, 255);
		return n;
	case '*':
	case '+':
	case '?':
	case '{':
		regex_fail(p->r, p->at - 1, "unexpected '%c': there is "
			   "nothing before it to repeat", c);
		break;
	}
	return one_byte(p, c);
}

/* ---- repetition ---- */

static int parse_count(struct reader *p)
{
	size_t from = p->at;
	int n = 0;

	while (isdigit((uint8_t)look(p)) && n <= REGEX_REPEAT_MAX)
		n = n * 10 + (p->text[p->at++] - '0');
	if (p->at == from)
		regex_fail(p->r, p->at, "expected number");
	else if (n > REGEX_REPEAT_MAX)
		regex_fail(p->r, from, "a count above %d is too large",
			   REGEX_REPEAT_MAX);
	return n;
}

/* Behind the '{'. */
static void parse_interval(struct reader *p, struct re_node *n)
{
	size_t open = p->at - 1;

	n->min = n->max = parse_count(p);
	if (take(p, ','))
		n->max = look(p) == '}' ? -1 : parse_count(p);
	if (p->r->failed)
		return;
	if (!take(p, '}'))
		regex_fail(p->r, p->at, "expected }%s", look(p) ? "" :
			   ", found end of regex");
	else if (n->max >= 0 && n->max < n->min)
		regex_fail(p->r, open, "{%d,%d} has no number in it", n->min,
			   n->max);
}

static struct re_node *parse_repeated(struct reader *p)
{
	struct re_node *n = parse_atom(p), *outer;
	char c;

	for (int depth = p->depth; !p->r->failed && look(p) &&
	     strchr("*+?{", look(p)); depth++) {
		c = p->text[p->at++];
		if (n->kind == RE_BOL || n->kind == RE_EOL)
			regex_fail(p->r, p->at - 1, "postfix closure '%c' "
				   "applied to anchoring operator", c);
		if (depth >= REGEX_DEPTH_MAX)
			regex_fail(p->r, p->at - 1, "more than %d nested "
				   "groups and repetitions", REGEX_DEPTH_MAX);
		outer = node_new(p, RE_REPEAT);
		vec_push(p->r->a, &outer->parts, n);
		n = outer;
		n->min = c == '+';
		n->max = c == '?' ? 1 : -1;
		if (c == '{')
			parse_interval(p, n);
	}
	return n;
}

/* ---- sequences and alternatives ---- */

static struct re_node *parse_sequence(struct reader *p)
{
	struct re_node *n = node_new(p, RE_CAT);

	while (!p->r->failed && look(p) && look(p) != '|' && look(p) != ')')
		vec_push(p->r->a, &n->parts, parse_repeated(p));
	return n;
}

static struct re_node *parse_alternatives(struct reader *p)
{
	struct re_node *n = node_new(p, RE_ALT);

	if (++p->depth > REGEX_DEPTH_MAX)
		regex_fail(p->r, p->at, "more than %d nested groups and "
			   "repetitions", REGEX_DEPTH_MAX);
	do {
		vec_push(p->r->a, &n->parts, parse_sequence(p));
	} while (!p->r->failed && take(p, '|'));
	p->depth--;
	return n;
}

void regex_parse(struct regex_run *r, const char *pattern)
{
	struct reader p = { .r = r, .text = pattern };

	r->tree = parse_alternatives(&p);
	if (!r->failed && look(&p))
		regex_fail(r, p.at, "unbalanced ')'");
}
