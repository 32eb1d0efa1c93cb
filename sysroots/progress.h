/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Progress on stderr: one bar that is drawn over on a terminal, lines at
 * every quarter elsewhere.
 */
#ifndef STAPX_PROGRESS_H
#define STAPX_PROGRESS_H

#include "util/util.h"

struct progress {
	bool tty;
	int percent; /* last shown; -1: nothing yet */
};

void progress_start(struct progress *p);
/* done of total; text says at what. */
void progress_show(struct progress *p, long done, long total, const char *text);
void progress_end(struct progress *p); /* clears the bar */

#endif
