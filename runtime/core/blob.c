// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The target's memory as an argument of print: %m and %M.
 */
#include "core.h"

const char *stp_memory(struct stp_ctx *c, char *buf, stp_size size,
		       stp_u64 addr, stp_i64 n, int user,
		       const struct stp_site *at)
{
	stp_u16 len = 0;
	stp_i64 i;

	if (n > (stp_i64)size - 2)
		n = (stp_i64)size - 2;
	for (i = 0; i < n; i++, len++) {
		stp_u64 at_byte = addr + (stp_u64)i;

		buf[2 + i] = (char)(user ? stp_uread(c, at_byte, 1, at)
					 : stp_kread(c, at_byte, 1, at));
		if (c->error)
			break;
	}
	memcpy(buf, &len, 2);
	return buf;
}
