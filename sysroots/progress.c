// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Draws progress.  Nothing is drawn twice: a terminal gets a change of one
 * percent, a log file a line every quarter.
 */
#include <unistd.h>

#include "sysroots/progress.h"

#define BAR 30

void progress_start(struct progress *p)
{
	*p = (struct progress){ .tty = isatty(2), .percent = -1 };
}

static void draw(int percent, const char *text)
{
	static const char full[] = "##############################";
	static const char none[] = "..............................";
	int n = percent * BAR / 100;

	fprintf(stderr, "\r[%.*s%.*s] %3d%% %s\033[K", n, full, BAR - n, none,
		percent, text);
	fflush(stderr);
}

void progress_show(struct progress *p, long done, long total, const char *text)
{
	int percent = total > 0 ? (int)(100 * MIN(done, total) / total) : 100;

	if (percent <= p->percent)
		return;
	if (p->tty)
		draw(percent, text);
	else if (p->percent < 0 || percent / 25 != p->percent / 25)
		fprintf(stderr, "%3d%% %s\n", percent, text);
	p->percent = percent;
}

void progress_end(struct progress *p)
{
	if (p->tty && p->percent >= 0)
		fputs("\r\033[K", stderr);
}
