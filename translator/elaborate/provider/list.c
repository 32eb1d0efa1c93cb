// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The probe families, once, and the questions a family asks of a match.
 */
#include "elaborate/provider/provider.h"

const struct provider *const providers[] = {
	&provider_sequence,
	&provider_timer,
	&provider_dwarf,
	&provider_kprobe,
	&provider_tracepoint,
	&provider_data,
};
const size_t nproviders = ARRAY_SIZE(providers);

static const struct point_component *match_comp(const struct match *m,
						const char *name)
{
	vec_for(i, &m->point->comps)
		if (!strcmp(m->point->comps.v[i].name, name))
			return &m->point->comps.v[i];
	return NULL;
}

const char *match_string(const struct match *m, const char *comp)
{
	const struct point_component *c = match_comp(m, comp);

	if (!c || !c->arg || c->arg->kind != EXPR_STRING)
		return NULL;
	return c->arg->string.s;
}

bool match_number(const struct match *m, const char *comp, int64_t *n)
{
	const struct point_component *c = match_comp(m, comp);

	if (!c || !c->arg || c->arg->kind != EXPR_NUMBER)
		return false;
	*n = c->arg->number.value;
	return true;
}

struct loc match_loc(const struct match *m, const char *comp)
{
	const struct point_component *c = match_comp(m, comp);

	return c ? c->loc : m->point->loc;
}
