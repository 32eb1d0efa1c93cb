// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows the life of a hit: who is let in, in which order begin probes run,
 * what an error, too many errors, a busy context, a held lock, a low stack of
 * calls and an overload do, and what is counted.
 */
#include <unistd.h>

#include "runtime/user/user.h"
#include "tests/unit/core_test.h"

static char order[64];
static int hits;

static void note(struct stp_ctx *c)
{
	strcat(order, c->probe->name);
}

static void count(struct stp_ctx *c)
{
	hits++;
}

static void fail(struct stp_ctx *c)
{
	stp_div(c, 1, 0, &test_site);
}

static void leave(struct stp_ctx *c)
{
	strcat(order, c->probe->name);
	stp_exit(c);
}

static int holds = 1;
static int condition(struct stp_ctx *c)
{
	return holds;
}

static const struct stp_probe_kind begin = { "begin" }, other = { "other" };
static const struct stp_seq_arg at[] = { { -5 }, { 0 }, { 0 }, { 7 } };
static const struct stp_lock reads[] = { { 0, 0 } };
static const struct stp_lock writes[] = { { 0, 1 }, { 1, 1 } };

enum { COUNT, FAIL, READ, WRITE, CONDITION, FIRST_BEGIN };
static struct stp_probe probes[] = {
	[COUNT] = { .name = "count", .handler = count, .kind = &other },
	[FAIL] = { .name = "fail", .handler = fail, .kind = &other },
	[READ] = { .name = "read", .handler = count, .kind = &other,
		   .locks = reads, .nlocks = 1 },
	[WRITE] = { .name = "write", .handler = count, .kind = &other,
		    .locks = writes, .nlocks = 2 },
	[CONDITION] = { .name = "condition", .handler = count, .kind = &other,
			.condition = condition, .condition_locks = reads,
			.ncondition_locks = 1 },
	{ .name = "d", .handler = note, .kind = &begin, .arg = &at[3] },
	{ .name = "b", .handler = note, .kind = &begin, .arg = &at[1] },
	{ .name = "c", .handler = note, .kind = &begin, .arg = &at[2] },
	{ .name = "a", .handler = note, .kind = &begin, .arg = &at[0] },
};

static stp_i64 g0, g1;
static struct stp_global globals[] = {
	{ .name = "g0", .kind = STP_G_LONG, .storage = &g0 },
	{ .name = "g1", .kind = STP_G_LONG, .storage = &g1 },
};

static void begin_session(int ncpus)
{
	test_script.probes = probes;
	test_script.nprobes = sizeof(probes) / sizeof(probes[0]);
	start(globals, 2, ncpus);
	hits = 0;
	order[0] = 0;
	stp_set_state(STP_STATE_STARTING);
}

static int hit(int probe, int on)
{
	struct stp_ctx *c = stp_enter(&probes[probe], on, NULL);

	if (!c)
		return 0;
	probes[probe].handler(c);
	stp_leave(c);
	return 1;
}

static void states(void)
{
	begin_session(2);
	IS(0, hit(COUNT, 0));	/* before RUNNING nothing is let in */
	stp_run_probes(&begin, 0);
	SAYS("abcd", order);
	stp_set_state(STP_STATE_RUNNING);
	IS(1, hit(COUNT, 0));
	IS(1, hit(COUNT, 1));
	stp_set_state(STP_STATE_STARTING);	/* never backwards */
	IS(STP_STATE_RUNNING, stp_session.state);
	stp_set_state(STP_STATE_STOPPING);
	IS(0, hit(COUNT, 0));
	IS(2, hits);
	stp_session_fini();
}

static void exit_in_begin(void)
{
	begin_session(1);
	probes[FIRST_BEGIN + 1].handler = leave;	/* b */
	stp_run_probes(&begin, 0);
	probes[FIRST_BEGIN + 1].handler = note;
	SAYS("ab", order);
	stp_set_state(STP_STATE_RUNNING);
	IS(0, hit(COUNT, 0));
	IS(1, stp_session.exit_requested);
	stp_session_fini();
}

static void errors(void)
{
	struct stp_status st;

	test_script.limits.maxerrors = 2;
	begin_session(1);
	stp_set_state(STP_STATE_RUNNING);
	IS(1, hit(FAIL, 0));
	IS(1, hit(FAIL, 0));
	IS(STP_STATE_RUNNING, stp_session.state);
	IS(1, hit(FAIL, 0));
	IS(STP_STATE_ERROR, stp_session.state);
	IS(0, hit(COUNT, 0));
	stp_get_status(&st);
	IS(3, st.errors);
	IS(1, st.exit_requested);
	stp_session_fini();
	test_script.limits.suppress_errors = 1;
	begin_session(1);
	stp_set_state(STP_STATE_RUNNING);
	for (int i = 0; i < 10; i++)
		IS(1, hit(FAIL, 0));
	IS(STP_STATE_RUNNING, stp_session.state);
	IS(10, stp_session.errors);
	stp_session_fini();
	test_script.limits.suppress_errors = 0;
	test_script.limits.maxerrors = 0;
}

static void skips(void)
{
	struct stp_status st;
	struct stp_ctx *c;
	int i;

	test_script.limits.maxskipped = 5;
	begin_session(1);
	stp_set_state(STP_STATE_RUNNING);
	c = stp_enter(&probes[COUNT], 0, NULL);
	for (i = 0; i < 5; i++)
		IS(0, hit(COUNT, 0));	/* a hit within a hit */
	IS(STP_STATE_RUNNING, stp_session.state);
	stp_get_status(&st);
	IS(5, st.skipped_busy);
	IS(5, st.skipped);
	stp_skip(STP_SKIP_MISSED, 1, 0);
	IS(STP_STATE_ERROR, stp_session.state);
	stp_leave(c);
	IS(0, stp_session.cpus[0]->busy);
	stp_session_fini();
	test_script.limits.maxskipped = 100;
}

static void locks(void)
{
	struct stp_ctx *reader, *second;

	begin_session(3);
	stp_set_state(STP_STATE_RUNNING);
	reader = stp_enter(&probes[READ], 0, NULL);
	second = stp_enter(&probes[READ], 1, NULL);
	HOLDS(reader && second);
	IS(0, hit(WRITE, 2));
	IS(1, stp_session.skipped[STP_SKIP_LOCK]);
	IS(2, stp_session.locks[0]);
	IS(0, stp_session.locks[1]);
	stp_leave(second);
	IS(0, hit(WRITE, 2));
	stp_leave(reader);
	IS(1, hit(WRITE, 2));
	reader = stp_enter(&probes[WRITE], 2, NULL);
	HOLDS(reader);
	IS(0, hit(READ, 0));
	IS(0, hit(CONDITION, 0));
	stp_leave(reader);
	IS(1, hit(CONDITION, 0));
	holds = 0;
	IS(0, hit(CONDITION, 0));
	holds = 1;
	IS(0, stp_session.locks[0]);
	IS(0, stp_session.locks[1]);
	IS(3, stp_session.skipped_all);
	stp_session_fini();
}

static void calls(void)
{
	struct stp_ctx *c;
	char *p[6];
	int i;

	begin_session(1);
	c = cpu(0);
	for (i = 0; i < 5; i++)		/* MAXNESTING of the tests */
		HOLDS((p[i] = stp_frame_push(c, 128, NULL)));
	HOLDS(!stp_frame_push(c, 128, &test_site));
	SAYS("MAXNESTING exceeded", c->error);
	while (i-- > 0)
		stp_frame_pop(c, p[i]);
	HOLDS(c->frame == stp_session.cpus[0]->frames);
	c->error = NULL;
	HOLDS(!stp_frame_push(c, 1 << 20, NULL));	/* no room */
	c->error = NULL;
	c->actions = 10;
	HOLDS(!stp_spend(c, 10));
	HOLDS(stp_spend(c, 1));
	stp_fail_actions(c, &test_site);
	SAYS("MAXACTION exceeded", c->error);
	stp_session_fini();
}

static void timing(void)
{
	struct stp_times t;

	test_script.timing = 1;
	begin_session(2);
	stp_set_state(STP_STATE_RUNNING);
	hit(COUNT, 0);
	hit(COUNT, 1);
	IS(1, stp_get_times(COUNT, &t));
	IS(2, t.hits);
	HOLDS(t.min <= t.max && t.sum >= t.max);
	IS(1, stp_get_times(READ, &t));
	IS(0, t.hits);
	IS(0, stp_get_times(test_script.nprobes, &t));
	test_script.timing = 0;
	stp_session_fini();
}

static void busy_wait(struct stp_ctx *c)
{
	stp_u64 until = stp_port_clock() + 50000;

	while (stp_port_clock() < until)
		;
}

/* Handlers that take nearly all of the time: the session ends; handlers that
 * take a small part of it: it does not. */
static void overload(void)
{
	struct stp_limits *l = &test_script.limits;
	int i;

	l->overload_interval_ns = 5000000;
	l->overload_threshold_ns = 2500000;
	begin_session(1);
	stp_set_state(STP_STATE_RUNNING);
	probes[COUNT].handler = busy_wait;
	for (i = 0; i < 2000 && stp_session.state == STP_STATE_RUNNING; i++)
		hit(COUNT, 0);
	IS(STP_STATE_ERROR, stp_session.state);
	HOLDS(stp_session.skipped[STP_SKIP_OVERLOAD] > 0);
	stp_session_fini();
	begin_session(1);
	stp_set_state(STP_STATE_RUNNING);
	for (i = 0; i < 60; i++) {
		hit(COUNT, 0);
		usleep(1000);
	}
	IS(STP_STATE_RUNNING, stp_session.state);
	stp_session_fini();
	probes[COUNT].handler = count;
	l->overload_interval_ns = 0;
}

/* Descriptors that this runtime must not run. */
static void refused(void)
{
	static const struct stp_stat_desc bad_hist = { .hist = STP_HIST_LINEAR,
		.low = 1, .high = 5, .step = 0, .buckets = 5 };
	static const struct stp_map_desc no_keys = { .max_entries = 5 };
	static struct stp_global bad_map = { .name = "m", .kind = STP_G_MAP,
					     .map = &no_keys };
	static struct stp_global bad_stat = { .name = "s", .kind = STP_G_STAT,
					      .stat = &bad_hist };

	test_script.nglobals = 1;
	test_script.globals = &bad_map;
	IS(-EINVAL, stp_session_init(&test_script, 1));
	test_script.globals = &bad_stat;
	IS(-EINVAL, stp_session_init(&test_script, 1));
	test_script.nglobals = 0;
	test_script.abi++;
	IS(-EINVAL, stp_session_init(&test_script, 1));
	test_script.abi--;
	IS(-EINVAL, stp_session_init(&test_script, 0));
	test_script.limits.maxstringlen = 1 << 20;
	IS(-EINVAL, stp_session_init(&test_script, 1));
	test_script.limits.maxstringlen = 128;
}

int main(void)
{
	states();
	exit_in_begin();
	errors();
	skips();
	locks();
	calls();
	timing();
	overload();
	refused();
	return check_report();
}
