// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Limits: what -D sets that is data in the script's descriptor.  Any other
 * name is only a macro for embedded C and is left alone here.
 */
#include <errno.h>
#include <stdlib.h>

#include "elaborate/limits.h"

#define STRINGLEN_MIN 8
#define STRINGLEN_MAX 65536
#define MAPENTRIES_MAX (INT64_C(1) << 24)
#define NESTING_MAX 512
#define BACKTRACE_MAX 512
#define HIST_ALL 63		/* STP_HIST_ALL of runtime/script.h */

enum limit_name {
	L_MAXACTION, L_MAXACTION_INTERRUPTIBLE, L_INTERRUPTIBLE, L_MAXNESTING,
	L_MAXSTRINGLEN, L_MAXMAPENTRIES, L_MAXERRORS, L_MAXSKIPPED,
	L_MAXTRYLOCK, L_TRYLOCKDELAY, L_MAXBACKTRACE, L_MINSTACKSPACE,
	L_OVERLOAD_INTERVAL, L_OVERLOAD_THRESHOLD, L_NO_OVERLOAD,
	L_HIST_WIDTH, L_HIST_ELISION, L_MAX_BUCKETS, L_COUNT
};
static const struct {
	const char *name;
	int64_t value, min, max;
} table[L_COUNT] = {
	[L_MAXACTION] = { "MAXACTION", 1000, 1, INT32_MAX / 10 },
	[L_MAXACTION_INTERRUPTIBLE] = { "MAXACTION_INTERRUPTIBLE", 10000, 1,
					INT32_MAX },
	[L_INTERRUPTIBLE] = { "INTERRUPTIBLE", 1, 0, 1 },
	[L_MAXNESTING] = { "MAXNESTING", 1, 1, NESTING_MAX },
	[L_MAXSTRINGLEN] = { "MAXSTRINGLEN", 512, STRINGLEN_MIN,
			     STRINGLEN_MAX },
	[L_MAXMAPENTRIES] = { "MAXMAPENTRIES", 2048, 1, MAPENTRIES_MAX },
	[L_MAXERRORS] = { "MAXERRORS", 0, 0, INT32_MAX },
	[L_MAXSKIPPED] = { "MAXSKIPPED", 100, 0, INT32_MAX },
	[L_MAXTRYLOCK] = { "MAXTRYLOCK", 100, 0, 1000000 },
	[L_TRYLOCKDELAY] = { "TRYLOCKDELAY", 10, 0, 10000 },
	[L_MAXBACKTRACE] = { "MAXBACKTRACE", 20, 1, BACKTRACE_MAX },
	[L_MINSTACKSPACE] = { "MINSTACKSPACE", 1024, 0, 65536 },
	[L_OVERLOAD_INTERVAL] = { "STP_OVERLOAD_INTERVAL", 1000000000, 1,
				  INT64_MAX / 2 },
	[L_OVERLOAD_THRESHOLD] = { "STP_OVERLOAD_THRESHOLD", 500000000, 1,
				   INT64_MAX / 2 },
	[L_HIST_WIDTH] = { "HIST_WIDTH", 0, 1, 255 },
	[L_HIST_ELISION] = { "HIST_ELISION", 2, -1, 61 },
	/* A record holds one histogram: runtime/core/render.h. */
	[L_MAX_BUCKETS] = { "STP_MAX_BUCKETS", 128, 1, 4000 },
	[L_NO_OVERLOAD] = { "STP_NO_OVERLOAD", 0, INT64_MIN, INT64_MAX },
};

struct settings {
	int64_t value[L_COUNT];
	bool set[L_COUNT];
};

/* "1000", "0x10", "10L", "" (as in -DNAME: 1). */
static bool parse_value(const char *text, int64_t *out)
{
	char *end;

	if (!*text) {
		*out = 1;
		return true;
	}
	errno = 0;
	*out = strtoll(text, &end, 0);
	end += strspn(end, "uUlL");
	return !errno && !*end;
}

static bool set_limit(struct session *s, struct settings *st, int i,
		      const char *text)
{
	int64_t n;

	if (!parse_value(text, &n)) {
		diag_error(&s->diag, "-D%s=%s: not a number", table[i].name,
			   text);
		return false;
	}
	if (n < table[i].min || n > table[i].max) {
		diag_error(&s->diag, "-D%s=%lld: must be from %lld to %lld",
			   table[i].name, (long long)n,
			   (long long)table[i].min, (long long)table[i].max);
		return false;
	}
	st->value[i] = n;
	st->set[i] = true;
	return true;
}

static bool read_define(struct session *s, struct settings *st, const char *d)
{
	size_t n = strcspn(d, "=");

	for (int i = 0; i < L_COUNT; i++)
		if (strlen(table[i].name) == n &&
		    !strncmp(table[i].name, d, n))
			return set_limit(s, st, i, d[n] ? d + n + 1 : "");
	return true;
}

static int64_t action_limit(const struct session *s, const struct settings *st)
{
	if (s->opt.suppress_time_limits)
		return INT32_MAX;
	if (!st->value[L_INTERRUPTIBLE])
		return st->value[L_MAXACTION];
	if (st->set[L_MAXACTION_INTERRUPTIBLE])
		return st->value[L_MAXACTION_INTERRUPTIBLE];
	return st->value[L_MAXACTION] * 10;
}

bool limits_read(struct session *s, struct limits *l)
{
	const struct sysroot *root = s->sysroot;
	struct settings st = { 0 };
	bool ok = true;

	for (int i = 0; i < L_COUNT; i++)
		st.value[i] = table[i].value;
	if (root && arch_find(root->arch) &&
	    arch_find(root->arch)->pointer_size == 4)
		st.value[L_MAXSTRINGLEN] = 256;
	vec_for(i, &s->opt.defines)
		ok &= read_define(s, &st, s->opt.defines.v[i]);
	*l = (struct limits){
		.maxaction = action_limit(s, &st),
		.maxnesting = st.value[L_MAXNESTING],
		.maxstringlen = st.value[L_MAXSTRINGLEN],
		.maxmapentries = st.value[L_MAXMAPENTRIES],
		.maxerrors = st.value[L_MAXERRORS],
		.maxskipped = st.value[L_MAXSKIPPED],
		.maxtrylock = st.value[L_MAXTRYLOCK],
		.trylockdelay_us = st.value[L_TRYLOCKDELAY],
		.maxbacktrace = st.value[L_MAXBACKTRACE],
		.minstackspace = st.value[L_MINSTACKSPACE],
		.overload_interval_ns = st.value[L_OVERLOAD_INTERVAL],
		.overload_threshold_ns = st.value[L_OVERLOAD_THRESHOLD],
		.no_overload = st.set[L_NO_OVERLOAD] ||
			       s->opt.suppress_time_limits,
		.max_buckets = st.value[L_MAX_BUCKETS],
		.hist_width = st.value[L_HIST_WIDTH],
		.hist_elision = !st.set[L_HIST_ELISION] ? 0 :
				st.value[L_HIST_ELISION] < 0 ? HIST_ALL :
				st.value[L_HIST_ELISION] + 1,
		.maxnesting_set = st.set[L_MAXNESTING],
		.maxaction_set = st.set[L_MAXACTION],
	};
	return ok;
}
