// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * begin, end, error: once in a session, lower numbers first (default 0).
 * never: checked like any other, never run.
 */
#include "elaborate/provider/provider.h"

static const struct pattern patterns[] = {
	{ "begin", PROBE_BEGIN }, { "begin(number)", PROBE_BEGIN },
	{ "end", PROBE_END },	  { "end(number)", PROBE_END },
	{ "error", PROBE_ERROR }, { "error(number)", PROBE_ERROR },
	{ "never", PROBE_NEVER },
};

static void derive_sequence(const struct derivation *d, const struct match *m)
{
	const char *name = m->point->comps.v[0].name;
	const char *resolved = name;
	int64_t priority = 0;
	struct probe *p;

	if (match_number(m, name, &priority))
		resolved = arena_printf(d->e->a, "%s(%lld)", name,
					(long long)priority);
	p = derive_probe(d, (enum probe_kind)m->pattern->tag, resolved);
	if (p)
		p->seq.priority = priority;
}

const struct provider provider_sequence = {
	.name = "sequence",
	.patterns = patterns,
	.npatterns = ARRAY_SIZE(patterns),
	.unprivileged = true,
	.derive = derive_sequence,
};
