// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer.UNIT(n)[.randomize(m)]: every n units, each time up to m units early
 * or late.  From 100 microseconds to a day, as shorter ones would leave the
 * CPU no time for anything else.
 */
#include "elaborate/provider/provider.h"

#define NS_PER_S INT64_C(1000000000)
#define INTERVAL_MIN (100 * INT64_C(1000))
#define INTERVAL_MAX (86400 * NS_PER_S)
#define JIFFIES_MAX (INTERVAL_MAX / NS_PER_S * 1000) /* a day at HZ=1000 */

enum unit { UNIT_S, UNIT_MS, UNIT_US, UNIT_NS, UNIT_HZ, UNIT_JIFFIES };
static const int64_t unit_ns[] = {
	[UNIT_S] = NS_PER_S,
	[UNIT_MS] = NS_PER_S / 1000,
	[UNIT_US] = NS_PER_S / 1000000,
	[UNIT_NS] = 1,
};

#define BOTH(name, unit)                                                       \
	{ "timer." name "(number)", unit },                                    \
	{ "timer." name "(number).randomize(number)", unit }
static const struct pattern patterns[] = {
	BOTH("s", UNIT_S),     BOTH("sec", UNIT_S),
	BOTH("ms", UNIT_MS),   BOTH("msec", UNIT_MS),
	BOTH("us", UNIT_US),   BOTH("usec", UNIT_US),
	BOTH("ns", UNIT_NS),   BOTH("nsec", UNIT_NS),
	BOTH("jiffies", UNIT_JIFFIES),
	{ "timer.hz(number)", UNIT_HZ },
};
#undef BOTH

/* In ns (or jiffies); false: outside of the limits. */
static bool timer_interval(enum unit u, int64_t n, int64_t *out)
{
	if (n <= 0)
		return false;
	if (u == UNIT_JIFFIES) {
		*out = n;
		return n <= JIFFIES_MAX;
	}
	if (u == UNIT_HZ)
		*out = (NS_PER_S + n / 2) / n;
	else if (__builtin_mul_overflow(n, unit_ns[u], out))
		return false;
	return *out >= INTERVAL_MIN && *out <= INTERVAL_MAX;
}

static void derive_timer(const struct derivation *d, const struct match *m)
{
	enum unit u = (enum unit)m->pattern->tag;
	const char *unit = m->point->comps.v[1].name;
	int64_t n = 0, interval, r = 0, randomize = 0;
	struct probe *p;

	match_number(m, unit, &n);
	if (!timer_interval(u, n, &interval)) {
		derive_cause(d, match_loc(m, unit),
			     "timer.%s(%lld) is outside of 100us to 1 day",
			     unit, (long long)n);
		return;
	}
	if (match_number(m, "randomize", &r)) {
		if (r < 0 || r > n) {
			derive_cause(d, match_loc(m, "randomize"),
				     "randomize(%lld) is not between 0 and the "
				     "interval, %lld", (long long)r,
				     (long long)n);
			return;
		}
		randomize = u == UNIT_JIFFIES ? r : r * unit_ns[u];
	}
	p = derive_probe(d, u == UNIT_JIFFIES ? PROBE_TIMER_JIFFIES :
						PROBE_TIMER,
			 point_text(d->e->a, m->point));
	if (!p)
		return;
	p->timer.interval = interval;
	p->timer.randomize = randomize;
}

const struct provider provider_timer = {
	.name = "timer",
	.patterns = patterns,
	.npatterns = ARRAY_SIZE(patterns),
	.unprivileged = true,
	.derive = derive_timer,
};
