// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * -l and -L: the points that a pattern finds, as a script would name them,
 * sorted, each once; with -L the variables that all of a point's places have.
 */
#include <stdlib.h>

#include "elaborate/effects.h"
#include "elaborate/limits.h"
#include "elaborate/provider/provider.h"

struct listing {
	struct arena *a;
	bool vars;
	VEC(const char *) lines;
};

size_t listing_count(const struct listing *l)
{
	return l->lines.n;
}

void listing_add(struct listing *l, const char *line)
{
	vec_push(l->a, &l->lines, line);
}

bool listing_wants_probes(const struct listing *l)
{
	return l->vars;
}

static int by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static void print_lines(struct listing *l)
{
	if (l->lines.n)
		qsort(l->lines.v, l->lines.n, sizeof *l->lines.v, by_text);
	vec_for(i, &l->lines)
		if (!i || strcmp(l->lines.v[i], l->lines.v[i - 1]))
			puts(l->lines.v[i]);
}

/* ---- -L ---- */

struct shown_var {
	const char *text;	/* " $file:struct file*" */
	unsigned seen;		/* in how many of the point's places */
};
struct shown {
	const char *listed;
	unsigned places;
	VEC(struct shown_var) vars;
};

static void show_var(struct arena *a, struct shown *s, const char *text)
{
	vec_for(i, &s->vars)
		if (!strcmp(s->vars.v[i].text, text)) {
			s->vars.v[i].seen++;
			return;
		}
	vec_push(a, &s->vars, (struct shown_var){ text, 1 });
}

static void show_locals(struct arena *a, struct shown *s, const struct probe *p)
{
	vec_for(i, &p->locals) {
		const struct var *v = p->locals.v[i];

		if (!str_starts(v->name, "__"))
			show_var(a, s, arena_printf(a, " %s:%s", v->name,
						    type_text(v->type)));
	}
}

/* One that is nowhere at this point is nothing to offer. */
static bool is_here(struct lower *l, const struct provider *pr,
		    const struct expr *at, const char *name)
{
	return !pr->variable ||
	       pr->variable(l, at, arena_printf(l->e->a, "$%s", name),
			    located_new(l->e->a));
}

static void show_targets(struct elab *e, struct shown *s, struct probe *p)
{
	const struct provider *pr = p->info->provider;
	struct lower l = { .e = e, .probe = p };
	struct target_names names = { 0 };
	struct located *x = located_new(e->a);
	struct expr at = { .loc = p->loc };

	if (!pr)
		return;
	if (pr->result && pr->is_return && pr->is_return(p) &&
	    pr->result(&l, &at, x))
		show_var(e->a, s, arena_printf(e->a, " $return:%s",
					       located_type(x)));
	if (pr->variables)
		pr->variables(&l, &names);
	l.at_entry = pr->is_return && pr->is_return(p);
	for (size_t i = 0; i < names.n; i++)
		if (is_here(&l, pr, &at, names.v[i].name))
			show_var(e->a, s, arena_printf(e->a, " $%s:%s",
						       names.v[i].name,
						       names.v[i].type));
}

static struct shown *shown_of(struct arena *a, struct map *m, const char *name)
{
	struct shown *s = map_get(m, name);

	if (!s) {
		s = arena_new(a, struct shown);
		s->listed = name;
		map_set(a, m, name, s);
	}
	return s;
}

static void take_vars(struct elab *e, struct listing *l)
{
	struct map points = { 0 };

	vec_for(i, &e->p->probes) {
		struct probe *p = e->p->probes.v[i];
		struct shown *s = shown_of(e->a, &points, p->listed);

		s->places++;
		show_locals(e->a, s, p);
		show_targets(e, s, p);
	}
	l->lines.n = 0;
	vec_for(i, &points.entries) {
		struct shown *s = points.entries.v[i].value;
		const char *line = s->listed;

		vec_for(j, &s->vars)
			if (s->vars.v[j].seen >= s->places)
				line = arena_printf(e->a, "%s%s", line,
						    s->vars.v[j].text);
		listing_add(l, line);
	}
}

/* The bodies of aliases decide what their variables are. */
static void elaborate_vars(struct elab *e)
{
	elaborate_targets(e->s, e->p);
	elaborate_symbols(e->s, e->p);
	infer_program(e);
}

int list_probes(struct session *s)
{
	struct program *p = program_new(s);
	struct listing l = { .a = &s->arena, .vars = s->opt.list_vars };
	struct elab *e = p->elab;

	s->program = p;
	if (!limits_read(s, &p->limits))
		return 1;
	e->listing = &l;
	elaborate_aliases(s, p);
	e->listing = NULL;
	if (l.vars && l.lines.n) {
		elaborate_vars(e);
		take_vars(e, &l);
	}
	print_lines(&l);
	sysmod_close_all(e);
	return l.lines.n && !s->diag.errors ? 0 : 1;
}
