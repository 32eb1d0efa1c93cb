// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sprintf in a handler, the one user of the renderer in a probe.
 */
#include "core.h"
#include "render.h"

void stp_sprint(struct stp_ctx *c, char *dst, stp_size size, const char *text,
		const char *arg_letters, const union stp_val *args,
		const struct stp_site *at)
{
	(void)c;
	(void)at;
	stp_format_render(dst, size, text, arg_letters, args);
}
