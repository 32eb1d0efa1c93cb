// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a handler may ask about its own hit.
 */
#include "core.h"

static void give(char *dst, const char *s)
{
	stp_strcpy(dst, s ? s : "",
		   (stp_size)stp_session.script->limits.maxstringlen);
}

void stp_pp(struct stp_ctx *c, char *dst)
{
	give(dst, c->probe->name);
}

void stp_pn(struct stp_ctx *c, char *dst)
{
	const struct stp_script *s = stp_session.script;

	give(dst, s->listed ? s->listed[c->probe - s->probes] : "");
}

void stp_ppfunc(struct stp_ctx *c, char *dst)
{
	give(dst, c->probe->func);
}

void stp_probefunc(struct stp_ctx *c, char *dst)
{
	give(dst, c->probe->func);
}

void stp_probemod(struct stp_ctx *c, char *dst)
{
	give(dst, c->probe->module);
}

void stp_probe_type(struct stp_ctx *c, char *dst)
{
	give(dst, ((const struct stp_kind_head *)c->probe->kind)->name);
}

void stp_module_name(struct stp_ctx *c, char *dst)
{
	(void)c;
	give(dst, stp_session.script->name);
}

stp_i64 stp_target(void)
{
	return stp_session.target;
}

stp_i64 stp_set_target(stp_i64 pid)
{
	stp_session.target = pid;
	return pid;
}

stp_i64 stp_cpu(struct stp_ctx *c)
{
	return c->cpu;
}
