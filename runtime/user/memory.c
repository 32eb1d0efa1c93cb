// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * There is no target whose memory could be read: an error in the script.
 */
#include "user.h"

static void refuse(struct stp_ctx *c, const struct stp_site *at)
{
	stp_fail(c, "no memory to read or write with --runtime=user", at);
}

stp_u64 stp_kread(struct stp_ctx *c, stp_u64 addr, int size,
		  const struct stp_site *at)
{
	refuse(c, at);
	return 0;
}

stp_u64 stp_uread(struct stp_ctx *c, stp_u64 addr, int size,
		  const struct stp_site *at)
{
	refuse(c, at);
	return 0;
}

void stp_kwrite(struct stp_ctx *c, stp_u64 addr, int size, stp_u64 value,
		const struct stp_site *at)
{
	refuse(c, at);
}

void stp_uwrite(struct stp_ctx *c, stp_u64 addr, int size, stp_u64 value,
		const struct stp_site *at)
{
	refuse(c, at);
}
