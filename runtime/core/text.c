// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Output that is text already.
 */
#include "core.h"

void stp_emit_text(int cpu, int type, const char *text)
{
	stp_size n = strlen(text), max = STP_RECORD_MAX / 2;
	struct stp_record *r;
	stp_u16 size;

	size = (stp_u16)(n < max ? n : max);
	n = (sizeof(*r) + 2 + size + 7) & ~(stp_size)7;
	r = stp_port_reserve(cpu, (stp_u32)n);
	if (!r)
		return;		/* the port has counted it */
	memset((char *)r + n - 8, 0, 8);
	r->type = (stp_u8)type;
	r->reserved = 0;
	r->format = 0;
	r->reserved2 = 0;
	memcpy(r + 1, &size, 2);
	memcpy((char *)(r + 1) + 2, text, size);
	stp_port_commit(cpu, r);
}

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
