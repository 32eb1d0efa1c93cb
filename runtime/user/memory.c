// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory: this process's own, by the system call that reads another's, so that
 * an address where nothing is gives an error and no signal.  It is nobody's
 * business to write there.
 */
#include <sys/uio.h>
#include <unistd.h>

#include "user.h"

static stp_u64 read_own(struct stp_ctx *c, stp_u64 addr, int size,
			const char *what, const struct stp_site *at)
{
	stp_u64 v = 0;
	struct iovec to = { &v, (size_t)size };
	struct iovec from = { (void *)(unsigned long)addr, (size_t)size };

	if ((size == 1 || size == 2 || size == 4 || size == 8) &&
	    process_vm_readv(getpid(), &to, 1, &from, 1, 0) == size) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		v >>= 64 - 8 * size;
#endif
		return v;
	}
	stp_failf(c, at, "%s read fault at 0x%016llx", what, addr);
	return 0;
}

stp_u64 stp_kread(struct stp_ctx *c, stp_u64 addr, int size,
		  const struct stp_site *at)
{
	return read_own(c, addr, size, "kernel", at);
}

stp_u64 stp_uread(struct stp_ctx *c, stp_u64 addr, int size,
		  const struct stp_site *at)
{
	return read_own(c, addr, size, "user", at);
}

static void refuse(struct stp_ctx *c, const struct stp_site *at)
{
	stp_fail(c, "no memory to write with --runtime=user", at);
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
