// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes wrong, and the state of the session that follows from it: errors
 * of handlers, hits that were skipped, exit().  Any context.
 */
#include "lock.h"

#define MESSAGE_SKIPPED                                                       \
	"Skipped too many probes, check MAXSKIPPED or try again with stap -t" \
	" for more details."

/* ---- the state ---- */

void stp_set_state(int state)
{
	struct stp_session *s = stp_base(&stp_session);
	int was;

	do {
		was = stp_load(&s->state);
		if (state <= was)
			return;
	} while (!stp_cas(&s->state, was, state));
	stp_store(&s->running, state == STP_STATE_RUNNING &&
				       !stp_load(&s->exit_requested));
	stp_port_wake();
}

static void end_requested(struct stp_session *s)
{
	stp_store(&s->exit_requested, 1);
	stp_store(&s->running, 0);
}

void stp_exit(struct stp_ctx *c)
{
	struct stp_session *s = stp_base(&stp_session);
	struct stp_record *r;

	if (!stp_cas(&s->exit_requested, 0, 1))
		return;
	end_requested(s);
	r = stp_port_reserve(c->cpu, sizeof(*r));
	if (r) {
		r->type = STP_REC_EXIT;
		r->format = 0;
		stp_port_commit(c->cpu, r);
	}
	stp_port_wake();
}

void stp_session_fail(int cpu, const char *message)
{
	struct stp_session *s = stp_base(&stp_session);
	int was;

	end_requested(s);
	stp_store(&s->failed, 1);
	do {
		was = stp_load(&s->state);
		if (was >= STP_STATE_ERROR)
			return;
	} while (!stp_cas(&s->state, was, STP_STATE_ERROR));
	if (message)
		stp_emit_text(cpu, STP_REC_ERROR, message);
	stp_port_wake();
}

/* ---- errors ---- */

void stp_fail(struct stp_ctx *c, const char *msg, const struct stp_site *at)
{
	if (c->error)
		return;
	c->error = msg;
	if (at)
		c->site = at;
}

void stp_compose(char *dst, stp_size size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	stp_vsnprintf(dst, size, fmt, ap);
	va_end(ap);
}

void stp_failf(struct stp_ctx *c, const struct stp_site *at, const char *fmt,
	       ...)
{
	va_list ap;

	if (c->error)
		return;
	va_start(ap, fmt);
	stp_vsnprintf(c->error_text, sizeof(c->error_text), fmt, ap);
	va_end(ap);
	stp_fail(c, c->error_text, at);
}

/* Not an error, but leaves the handler as one does; with no action left no
 * catch stops it. */
static const char aborted[] = "aborted";

void stp_abort(struct stp_ctx *c)
{
	stp_exit(c);
	stp_fail(c, aborted, 0);
	c->actions = -1;
}

void stp_fail_actions(struct stp_ctx *c, const struct stp_site *at)
{
	stp_fail(c, "MAXACTION exceeded", at);
}

struct stp_try stp_try_begin(struct stp_ctx *c)
{
	struct stp_try t = { c->frame, c->nesting, stp_this(c)->iters };

	return t;
}

void stp_catch(struct stp_ctx *c, const struct stp_try *t, char *dst,
	       stp_size size)
{
	if (dst)
		stp_strcpy(dst, c->error ? c->error : "", size);
	c->error = 0;
	c->site = 0;
	c->frame = t->frame;
	c->nesting = t->nesting;
	if (stp_this(c)->iters > t->iters)
		stp_iters_reset(stp_this(c), t->iters);
}

/* "MSG near TOKEN at FILE:L:C" in the CPU's message buffer. */
static const char *report_text(struct stp_ctx *c)
{
	struct stp_cpu *t = stp_this(c);

	if (!c->site || !c->site->token || !c->site->where)
		return c->error;
	stp_compose(t->report, sizeof(t->report), "%s near %s at %s", c->error,
		    c->site->token, c->site->where);
	return t->report;
}

void stp_soft_error(struct stp_ctx *c)
{
	struct stp_session *s = stp_base(&stp_session);
	const struct stp_limits *l = &s->script->limits;
	int n;

	if (c->error == aborted)
		return;
	n = stp_add(&s->errors, 1);
	if (l->suppress_errors)
		return;
	stp_emit_text(c->cpu, STP_REC_ERROR, report_text(c));
	if (n > l->maxerrors)
		stp_session_fail(c->cpu, 0);
}

/* ---- skipped hits ---- */

void stp_skip(enum stp_skip why, int n, int cpu)
{
	struct stp_session *s = stp_base(&stp_session);
	const struct stp_limits *l = &s->script->limits;
	int all;

	if (n <= 0)
		return;
	stp_add(&s->skipped[why], n);
	all = stp_add(&s->skipped_all, n);
	if (all > l->maxskipped && !l->suppress_errors)
		stp_session_fail(cpu, MESSAGE_SKIPPED);
}
