/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of runtime/core: a session without probes, and contexts of its
 * CPUs.
 */
#ifndef CORE_TEST_H
#define CORE_TEST_H

#include "runtime/core/core.h"
#include "runtime/core/render.h"
#include "tests/unit/check.h"

static const struct stp_site test_site = { "identifier 'x'", "t.stp:1:2" };

/* What a script of these tests has; the tests fill in globals and formats. */
static struct stp_script test_script = {
	.abi = STP_SCRIPT_ABI,
	.name = "test",
	.release = "",
	.build_id = "",
	.limits = { .maxaction = 1000, .maxnesting = 5, .maxstringlen = 128,
		    .maxskipped = 100, .maxtrylock = 3, .trylockdelay_us = 1,
		    .minstackspace = 1024 },
	.frame_size = 4096,
	.sort_depth = 2,
};

static inline void start(struct stp_global *globals, stp_u32 n, int ncpus)
{
	int err;

	test_script.globals = globals;
	test_script.nglobals = n;
	err = stp_session_init(&test_script, ncpus);
	if (err) {
		printf("session did not start: %d\n", err);
		exit(1);
	}
}

/* CPU n's context, as at the start of a handler. */
static inline struct stp_ctx *cpu(int n)
{
	struct stp_ctx *c = &stp_session.cpus[n]->ctx;

	c->error = NULL;
	c->site = NULL;
	c->nesting = test_script.limits.maxnesting;
	return c;
}

#endif
