// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timers that are armed while their condition holds.  In: handlers say that a
 * global was written which some condition reads.  Out: right after such a
 * handler the conditions are asked anew, and the timers whose answer changed
 * are started or stopped.
 */
#include "user.h"

static int asked;

void stp_rearm(void)
{
	asked = 1;
}

static void look(int first)
{
	const struct stp_arming *a = stp_session.script->arming;
	stp_u32 i;

	if (!asked && !first)
		return;
	asked = 0;
	for (i = 0; i < a->n; i++) {
		struct stp_switched *s = &a->v[i];
		int holds = stp_condition_now(s->probe, 0) == 1;

		if (s->off == holds) {
			s->off = !holds;
			s->how->turn(s->probe, holds);
		}
	}
}

const struct stp_arming_calls stp_arming_calls = { look };
