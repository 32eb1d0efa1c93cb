// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this process has used so far: the figures of the pass lines.
 */
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "util/util.h"

static long ms_of(struct timeval tv)
{
	return (long)tv.tv_sec * 1000 + tv.tv_usec / 1000;
}

static void usage_memory(struct usage *u)
{
	long page = sysconf(_SC_PAGESIZE) / 1024;
	unsigned long size = 0, res = 0, shr = 0, text, lib, data = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f)
		return;
	if (fscanf(f, "%lu %lu %lu %lu %lu %lu", &size, &res, &shr, &text,
		   &lib, &data) == 6) {
		u->virt_kb = (long)size * page;
		u->res_kb = (long)res * page;
		u->shr_kb = (long)shr * page;
		u->data_kb = (long)data * page;
	}
	fclose(f);
}

void usage_now(struct usage *u)
{
	struct rusage self, children;
	struct timespec now;

	*u = (struct usage){ 0 };
	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	clock_gettime(CLOCK_MONOTONIC, &now);
	u->usr_ms = ms_of(self.ru_utime) + ms_of(children.ru_utime);
	u->sys_ms = ms_of(self.ru_stime) + ms_of(children.ru_stime);
	u->real_ms = (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	usage_memory(u);
}
