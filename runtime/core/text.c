// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Output that is text already.
 */
#include "core.h"

void stp_print_text(struct stp_ctx *c, const char *text)
{
	stp_emit_text(c->cpu, STP_REC_TEXT, text);
}

void stp_warn(struct stp_ctx *c, const char *text)
{
	stp_emit_text(c->cpu, STP_REC_WARNING, text);
}

void stp_system(struct stp_ctx *c, const char *command)
{
	stp_emit_text(c->cpu, STP_REC_SYSTEM, command);
}

void stp_printf(struct stp_ctx *c, const char *fmt, ...)
{
	struct stp_cpu *t = stp_this(c);
	va_list ap;

	va_start(ap, fmt);
	stp_vsnprintf(t->report, sizeof(t->report), fmt, ap);
	va_end(ap);
	stp_print_text(c, t->report);
}
