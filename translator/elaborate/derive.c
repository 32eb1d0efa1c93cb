// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The last step of a point: the providers.  In: a point with no alias left.
 * Out: elaborated probes whose bodies are copies, ready for lower.c, with the
 * way they came by (chain) and the conditions they met on it.
 */
#include "debuginfo/debuginfo.h"
#include "elaborate/provider/provider.h"

#define SIMILAR_MAX 5
#define CHAIN_POINTS_MAX 16	/* points of one list that -p2 shows */

/* One component of a pattern's text; the rest of the text, NULL at the end. */
struct pattern_comp {
	const char *name;
	size_t len;
	enum expr_kind arg;	/* EXPR_STRING, EXPR_NUMBER */
	bool has_arg;
};

static const char *pattern_next(const char *text, struct pattern_comp *c)
{
	size_t n = strcspn(text, ".(");

	*c = (struct pattern_comp){ .name = text, .len = n };
	text += n;
	if (*text == '(') {
		c->has_arg = true;
		c->arg = text[1] == 's' ? EXPR_STRING : EXPR_NUMBER;
		text = strchr(text, ')') + 1;
	}
	return *text == '.' ? text + 1 : NULL;
}

static bool comp_matches(struct arena *a, const struct pattern_comp *c,
			 const struct point_component *p)
{
	const char *name = arena_strndup(a, c->name, c->len);

	if (!glob_match(p->name, name) || c->has_arg != (p->arg != NULL))
		return false;
	return !p->arg || p->arg->kind == c->arg;
}

/* How many components of the point the pattern's text fits. */
static size_t pattern_fits(struct arena *a, const char *text,
			   const struct probe_point *point, bool *whole,
			   struct pattern_comp *wanted)
{
	struct pattern_comp c;
	size_t n = 0;

	*whole = false;
	for (; text && n < point->comps.n; n++) {
		const char *next = pattern_next(text, &c);

		if (!comp_matches(a, &c, &point->comps.v[n])) {
			*wanted = c;
			return n;
		}
		text = next;
	}
	*whole = !text && n == point->comps.n;
	if (text)
		pattern_next(text, wanted);
	else
		wanted->len = 0;
	return n;
}

/* The point alone, its component names those of the pattern, not wildcards. */
static const struct probe_point *point_spelled(struct arena *a,
					       const struct probe_point *p,
					       const char *text)
{
	struct probe_point *q = arena_dup(a, p, sizeof *p);
	struct pattern_comp c;

	q->condition = NULL;
	q->optional = q->sufficient = false;
	q->comps.v = arena_dup(a, p->comps.v, p->comps.n * sizeof *p->comps.v);
	for (size_t i = 0; text; i++) {
		text = pattern_next(text, &c);
		q->comps.v[i].name = arena_strndup(a, c.name, c.len);
	}
	return q;
}

static void derive_pattern(const struct derivation *d,
			   const struct provider *pr,
			   const struct pattern *pat)
{
	struct match m = { .provider = pr, .pattern = pat };
	struct program *p = d->e->p;
	size_t first = p->probes.n;

	m.point = point_spelled(d->e->a, d->point, pat->text);
	pr->derive(d, &m);
	for (; first < p->probes.n; first++)
		p->probes.v[first]->info->provider = pr;
}

size_t derive_builtin(const struct derivation *d, bool *known)
{
	size_t before = d->e->p->probes.n;
	size_t listed = d->e->listing ? listing_count(d->e->listing) : 0;

	*known = false;
	for (size_t i = 0; i < nproviders; i++) {
		const struct provider *pr = providers[i];

		for (size_t j = 0; j < pr->npatterns; j++) {
			struct pattern_comp wanted;
			bool whole;

			pattern_fits(d->e->a, pr->patterns[j].text, d->point,
				     &whole, &wanted);
			if (!whole)
				continue;
			*known = true;
			if (privilege_point(d, pr->unprivileged))
				derive_pattern(d, pr, &pr->patterns[j]);
		}
	}
	if (d->e->listing)
		return listing_count(d->e->listing) - listed;
	return d->e->p->probes.n - before;
}

/* ---- no pattern fits ---- */

struct wanted {
	size_t whole;		/* components of the longest form that ends */
	size_t depth;
	VEC(const char *) names;
};

static void wanted_add(struct arena *a, struct wanted *w, size_t depth,
		       const char *name)
{
	if (depth < w->depth || !*name)
		return;
	if (depth > w->depth) {
		w->depth = depth;
		w->names.n = 0;
	}
	vec_for(i, &w->names)
		if (!strcmp(w->names.v[i], name))
			return;
	vec_push(a, &w->names, name);
}

static const char *comp_text(struct arena *a, const struct pattern_comp *c)
{
	static const char *const args[] = { "(string)", "(number)" };

	return arena_printf(a, "%.*s%s", (int)c->len, c->name,
			    c->has_arg ? args[c->arg == EXPR_NUMBER] : "");
}

static void want_patterns(const struct derivation *d, struct wanted *w)
{
	for (size_t i = 0; i < nproviders; i++)
		for (size_t j = 0; j < providers[i]->npatterns; j++) {
			struct pattern_comp c = { 0 };
			bool whole;
			size_t n = pattern_fits(d->e->a,
						providers[i]->patterns[j].text,
						d->point, &whole, &c);

			if (!c.len)
				w->whole = MAX(w->whole, n);
			if (c.len)
				wanted_add(d->e->a, w, n,
					   comp_text(d->e->a, &c));
		}
}

/* The component of an alias "A.B.C" that the point has otherwise. */
static void want_alias(const struct derivation *d, struct wanted *w,
		       const char *path)
{
	struct arena *a = d->e->a;

	for (size_t i = 0; i < d->point->comps.n; i++) {
		size_t n = strcspn(path, ".");
		const char *name = arena_strndup(a, path, n);

		wanted_add(a, w, i, name);
		if (!path[n] || strcmp(name, d->point->comps.v[i].name))
			return;
		path += n + 1;
	}
	/* The point ends where the alias goes on. */
	wanted_add(a, w, d->point->comps.n,
		   arena_strndup(a, path, strcspn(path, ".")));
}

static void want_names(const struct derivation *d, struct wanted *w,
		       const struct alias_decl *decl)
{
	vec_for(i, &decl->names) {
		const struct probe_point *p = decl->names.v[i];
		const char *path = "";

		vec_for(k, &p->comps)
			path = arena_printf(d->e->a, "%s%s%s", path,
					    k ? "." : "", p->comps.v[k].name);
		want_alias(d, w, path);
	}
}

static void want_aliases(const struct derivation *d, struct wanted *w)
{
	const struct map *m = &d->e->lib.aliases;
	struct str_vec others = { 0 };

	vec_for(i, &m->entries) {
		const struct alias_list *l = m->entries.v[i].value;

		for (size_t k = 0; k < l->n; k++)
			want_names(d, w, l->v[k]);
	}
	/* Those of files that nothing led to. */
	if (!d->optional)
		library_names(d->e->s, 'a', &others);
	vec_for(i, &others)
		want_alias(d, w, others.v[i]);
}

static bool is_wanted(const struct wanted *w, const char *name)
{
	vec_for(i, &w->names)
		if (!strcmp(w->names.v[i], name))
			return true;
	return false;
}

static const char *wanted_list(struct arena *a, const struct wanted *w)
{
	const char *text = "";

	vec_for(i, &w->names)
		text = arena_printf(a, "%s%s%s", text, i ? ", " : "",
				    w->names.v[i]);
	return text;
}

void derive_mismatch(const struct derivation *d)
{
	struct arena *a = d->e->a;
	struct wanted w = { 0 };
	const struct point_component *c;
	const char *near;
	size_t families;
	bool at_end;

	want_patterns(d, &w);
	families = w.names.n;
	want_aliases(d, &w);
	at_end = w.depth >= d->point->comps.n;
	c = &d->point->comps.v[at_end ? d->point->comps.n - 1 : w.depth];
	near = nearest_names(a, c->name, w.names.v, w.names.n, SIMILAR_MAX);
	if (w.whole > w.depth) {
		derive_cause(d, d->point->comps.v[w.whole].loc,
			     "invalid suffix for probe: '%s' takes no '%s'",
			     d->point->comps.v[w.whole - 1].name,
			     d->point->comps.v[w.whole].name);
	} else if (at_end) {
		derive_cause(d, c->loc, "probe point '%s' is not complete "
			     "(alternatives: %s)", point_text(a, d->point),
			     wanted_list(a, &w));
	} else if (c->arg && w.depth + 1 == d->point->comps.n &&
		   is_wanted(&w, c->name)) {
		derive_cause(d, c->loc, "'%s' takes no argument", c->name);
	} else if (*near) {
		derive_cause(d, c->loc,
			     "probe point mismatch at '%s' (similar: %s)",
			     c->name, near);
	} else {
		/* Of the many aliases, only the near ones are worth a line. */
		if (!w.depth)
			w.names.n = families;
		derive_cause(d, c->loc,
			     "probe point mismatch at '%s' (alternatives: %s)",
			     c->name, wanted_list(a, &w));
	}
}

void derive_cause(const struct derivation *d, struct loc at, const char *fmt,
		  ...)
{
	va_list ap;

	if (d->e->cause)
		return;
	va_start(ap, fmt);
	d->e->cause = arena_vprintf(d->e->a, fmt, ap);
	va_end(ap);
	d->e->cause_at = at;
}

void derive_similar(const struct derivation *d, struct sysmod *mod,
		    const char *name)
{
	if (d->e->cause_name)
		return;
	d->e->cause_mod = mod;
	d->e->cause_name = name;
}

void cause_forget(struct elab *e)
{
	e->cause = NULL;
	e->cause_name = NULL;
}

const char *cause_text(struct elab *e)
{
	const char *near = "";

	if (!e->cause)
		return "no match";
	if (e->cause_name)
		near = debuginfo_similar_funcs(e->cause_mod->di, e->cause_name,
					       SIMILAR_MAX);
	return *near ? arena_printf(e->a, "%s (similar: %s)", e->cause, near) :
		       e->cause;
}

/* The '}' that closes the '{' at s; NULL: none does. */
static const char *closing_brace(const char *s)
{
	int depth = 0;

	for (; *s; s++) {
		depth += *s == '{';
		depth -= *s == '}';
		if (!depth)
			return s;
	}
	return NULL;
}

#define BRACE_NAMES_MAX 256

void expand_braces(struct arena *a, const char *text, struct names *out)
{
	const char *open = strchr(text, '{'), *close, *s;
	int depth = 0;

	close = open ? closing_brace(open) : NULL;
	if (!close || out->n >= BRACE_NAMES_MAX) {
		vec_push(a, out, text);
		return;
	}
	for (s = open + 1; s <= close; s++) {
		const char *end = s;

		for (; end < close && (*end != ',' || depth); end++)
			depth += (*end == '{') - (*end == '}');
		expand_braces(a, arena_printf(a, "%.*s%.*s%s",
					      (int)(open - text), text,
					      (int)(end - s), s, close + 1),
			      out);
		s = end;
	}
}

/* ---- a probe ---- */

/* Where the alias was used, and where that alias was; for messages. */
static const struct loc *use_of(const struct derivation *d)
{
	struct loc *at = arena_dup(d->e->a, &d->outer->point->loc, sizeof *at);

	if (d->outer->alias && !at->from) {
		at->from = use_of(d->outer);
		at->from_what = arena_printf(d->e->a, "in use of alias '%s'",
					     d->outer->name);
	}
	return at;
}

static void stamp(const struct loc *origin, struct loc *at)
{
	if (at->from)
		return;
	at->from = origin->from;
	at->from_what = origin->from_what;
}

static void stamp_expr(struct visitor *v, struct expr **pe)
{
	stamp(v->arg, &(*pe)->loc);
	ast_walk_expr(v, *pe);
}

static void stamp_stmt(struct visitor *v, struct stmt **ps)
{
	stamp(v->arg, &(*ps)->loc);
	ast_walk_stmt(v, *ps);
}

static void push_body(struct arena *a, struct probe_info *info,
		      const struct stmt *s, struct file *file)
{
	if (s)
		vec_push(a, &info->bodies,
			 (struct body){ ast_clone_stmt(a, s), file });
}

/* An alias's: its own place is not where the script has it from. */
static void push_alias_body(const struct derivation *d,
			    struct probe_info *info, const struct stmt *s)
{
	struct loc origin = { 0 };
	struct visitor v = { .expr = stamp_expr, .stmt = stamp_stmt,
			     .arg = &origin };

	if (!s)
		return;
	push_body(d->e->a, info, s, d->alias->file);
	origin.from = use_of(d);
	origin.from_what = arena_printf(d->e->a, "in use of alias '%s'",
					d->name);
	stamp_stmt(&v, &info->bodies.v[info->bodies.n - 1].stmt);
}

/* The steps from the point outwards: prologues as they come, then the
 * script's body, then epilogues from the outermost alias inwards. */
static void push_bodies(const struct derivation *d, struct probe_info *info)
{
	const struct derivation *steps[ALIAS_DEPTH_MAX + 1];
	size_t n = 0;
	struct arena *a = d->e->a;

	for (; d && n < ARRAY_SIZE(steps); d = d->outer)
		steps[n++] = d;
	for (size_t i = 0; i < n; i++)
		if (steps[i]->alias && !steps[i]->alias->epilogue)
			push_alias_body(steps[i], info, steps[i]->alias->body);
	push_body(a, info, steps[0]->decl->body, steps[0]->decl->file);
	for (size_t i = n; i-- > 0;) {
		const struct alias_decl *al = steps[i]->alias;

		if (al && al->epilogue)
			push_alias_body(steps[i], info, al->body);
		if (al)
			push_alias_body(steps[i], info, al->epilogue_body);
	}
}

static void push_conditions(const struct derivation *d, struct probe_info *info)
{
	struct arena *a = d->e->a;

	for (; d; d = d->outer) {
		struct file *f = d->alias ? d->alias->file : d->decl->file;

		if (d->point->condition)
			vec_push(a, &info->conditions,
				 (struct condition){
				 ast_clone_expr(a, d->point->condition), f });
	}
}

/* A list of points, as -p2 shows where a probe came from. */
static const char *list_text(struct arena *a, const struct point_vec *points,
			     const char *separator)
{
	const char *text = "";

	vec_for(i, points)
		text = arena_printf(a, "%s%s%s", text, i ? separator : "",
				    point_text(a, points->v[i]));
	return text;
}

/* One step: an alias with what it stands for, or the points of the script's
 * probe; of a long list only the one that led here. */
static const char *step_text(const struct derivation *d)
{
	struct arena *a = d->e->a;
	const struct point_vec *points = d->alias ? &d->alias->points :
						    &d->decl->points;
	const char *text;

	if (points->n > CHAIN_POINTS_MAX)
		text = point_text(a, d->point);
	else
		text = list_text(a, points, d->alias ? ", " : ",");
	if (!d->alias)
		return text;
	return arena_printf(a, "%s %s %s", d->name,
			    d->alias->epilogue ? "+=" : "=", text);
}

static void push_chain(const struct derivation *d, struct probe *p)
{
	for (; d; d = d->outer)
		vec_push(d->e->a, &p->chain, step_text(d));
}

/* What -l shows: the alias the script named, else the point itself. */
static const char *listed_as(const struct derivation *d, const char *resolved)
{
	const char *as = resolved;

	for (; d; d = d->outer)
		if (d->as)
			as = d->as;
	return as;
}

struct stmt *join_bodies(struct arena *a, const struct probe_info *info)
{
	struct stmt *s;

	if (info->bodies.n == 1)
		return info->bodies.v[0].stmt;
	s = mk_stmt(a, info->decl->loc, STMT_BLOCK);
	vec_for(i, &info->bodies)
		vec_push(a, &s->block.stmts, info->bodies.v[i].stmt);
	return s;
}

struct probe *derive_probe(const struct derivation *d, enum probe_kind kind,
			   const char *resolved)
{
	struct elab *e = d->e;
	struct probe *p;

	if (e->listing) {
		listing_add(e->listing, listed_as(d, resolved));
		if (!listing_wants_probes(e->listing))
			return NULL;
	}
	p = arena_new(e->a, struct probe);
	p->kind = kind;
	p->point = resolved;
	p->listed = listed_as(d, resolved);
	p->flag = d->point->sufficient ? "!" : d->point->optional ? "?" : "";
	p->loc = d->decl->loc;
	p->info = arena_new(e->a, struct probe_info);
	p->info->decl = d->decl;
	push_bodies(d, p->info);
	settle_probewrites(e->a, p->info, d->decl->body);
	push_conditions(d, p->info);
	push_chain(d, p);
	p->body = join_bodies(e->a, p->info);
	for (const struct derivation *o = d; o; o = o->outer)
		p->kp.optional |= o->point->optional || o->point->sufficient;
	vec_push(e->a, &e->p->probes, p);
	return p;
}
