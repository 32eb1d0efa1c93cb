// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From START to STOP.
 *
 * In: requests of the control file, one at a time, in process context.  Out:
 * probes armed and disarmed, begin, end and error probes run.  The state is
 * what handlers look at first, so it changes before anything is taken down:
 * a probe that is still in place then does nothing.
 */
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include "kernel.h"

#define KINDS_MAX 16
#define IDLE_WAIT_MS 5000

static struct kinds {
	const struct stp_probe_kind *v[KINDS_MAX];
	int n;
} kinds;			/* that are in use */

u32 stp_count_probes(const struct stp_probe_kind *kind)
{
	const struct stp_probe *p;
	u32 n = 0;

	stp_for_each_probe(p, kind)
		n++;
	return n;
}

void stp_tell(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	stp_emit_text(get_cpu(), STP_REC_WARNING, text);
	put_cpu();
}

static int add_kind(struct kinds *k, const struct stp_probe_kind *kind)
{
	int i;

	for (i = 0; i < k->n; i++)
		if (k->v[i] == kind)
			return 0;
	if (k->n == KINDS_MAX)
		return -E2BIG;
	k->v[k->n++] = kind;
	return kind->prepare ? kind->prepare() : 0;
}

static int prepare(void)
{
	const struct stp_script *s = stp_base(&stp_script);
	u32 i;
	int err = 0;

	for (i = 0; i < s->nprobes && !err; i++)
		err = add_kind(stp_base(&kinds), s->probes[i].kind);
	return err;
}

/* Conditions are asked with the values that globals have now, and from now
 * on; or no more. */
static void ask_conditions(bool on)
{
	if (stp_script.arming)
		stp_script.arming->calls->ask(on);
}

static int arm(void)
{
	struct kinds *k = stp_base(&kinds);
	int i, first, err = 0;

	ask_conditions(true);
	for (first = 1; first >= 0; first--)
		for (i = 0; i < k->n && !err; i++)
			if (k->v[i]->arm && k->v[i]->arm_first == first)
				err = k->v[i]->arm();
	return err;
}

static void run(const struct stp_probe_kind *kind)
{
	stp_run_probes(kind, get_cpu());
	put_cpu();
}

int stp_begin(void)
{
	int err;

	err = stp_rings_make(0);
	if (err)
		return err;
	stp_set_state(STP_STATE_STARTING);
	err = prepare();
	if (!err)
		err = arm();
	if (err) {
		stp_disarm();
		return err;
	}
	run(&stp_kind_begin);
	ask_conditions(true);
	if (!stp_load(&stp_session.exit_requested))
		stp_set_state(STP_STATE_RUNNING);
	return 0;
}

/* The kinds' disarm has seen to this already; a handler that is late all
 * the same must not find its context gone. */
static void wait_until_idle(void)
{
	struct stp_session *s = stp_base(&stp_session);
	int cpu, ms;

	for (cpu = 0; cpu < s->ncpus; cpu++)
		for (ms = 0; stp_load(&s->cpus[cpu]->busy); ms++) {
			if (ms == IDLE_WAIT_MS) {
				pr_err("stapx: a handler on CPU %d does not end\n",
				       cpu);
				break;
			}
			msleep(1);
		}
}

static void take_down(void)
{
	struct kinds *k = stp_base(&kinds);
	int i;

	ask_conditions(false);
	for (i = k->n - 1; i >= 0; i--)
		if (k->v[i]->disarm)
			k->v[i]->disarm();
	wait_until_idle();
	/* A late handler may have wanted it. */
	ask_conditions(false);
}

void stp_disarm(void)
{
	if (stp_session.state == STP_STATE_LOADED ||
	    stp_session.state == STP_STATE_STOPPED)
		return;
	stp_set_state(STP_STATE_STOPPING);
	take_down();
	stp_set_state(STP_STATE_STOPPED);
}

void stp_finish(void)
{
	const struct stp_probe_kind *last = &stp_kind_end;

	if (stp_session.state == STP_STATE_STOPPED)
		return;
	if (stp_session.state == STP_STATE_ERROR)
		last = &stp_kind_error;
	else
		stp_set_state(STP_STATE_STOPPING);
	take_down();
	run(last);
	stp_set_state(STP_STATE_STOPPED);
}

void stp_discard(void)
{
	struct kinds *k = stp_base(&kinds);

	stp_disarm();
	while (k->n) {
		k->n--;
		if (k->v[k->n]->release)
			k->v[k->n]->release();
	}
	if (stp_script.discard)
		stp_script.discard();
	stp_rings_free();
}
