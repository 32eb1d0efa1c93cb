// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * begin, end and error probes: each once, in order.
 */
#include "core.h"

/* The next one behind last (NULL: the first): by priority, then by place. */
static const struct stp_probe *next_in_order(const struct stp_probe_kind *kind,
					     const struct stp_probe *last)
{
	const struct stp_script *s = stp_session.script;
	const struct stp_probe *p, *best = 0;
	stp_i64 at, best_at = 0, last_at = 0;

	if (last)
		last_at = ((const struct stp_seq_arg *)last->arg)->priority;
	for (p = s->probes; p < s->probes + s->nprobes; p++) {
		if (p->kind != kind)
			continue;
		at = ((const struct stp_seq_arg *)p->arg)->priority;
		if (last && (at < last_at || (at == last_at && p <= last)))
			continue;
		if (!best || at < best_at) {
			best = p;
			best_at = at;
		}
	}
	return best;
}

void stp_run_probes(const struct stp_probe_kind *kind, int cpu)
{
	struct stp_session *s = stp_base(&stp_session);
	int state = stp_load(&s->state);
	const struct stp_probe *p = 0;
	struct stp_ctx *c;

	while ((p = next_in_order(kind, p))) {
		if (state == STP_STATE_STARTING &&
		    stp_load(&s->exit_requested))
			break;
		c = stp_enter_always(p, cpu);
		if (!c)
			continue;
		p->handler(c);
		stp_leave(c);
	}
}
