/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sweeps need to know of temporary folders. */
#ifndef STAPX_FOLDER_H
#define STAPX_FOLDER_H

#include <stdbool.h>

#define FOLDER_IDLE_S 60	/* without an owner: nobody fills it any more */

extern const char *const folder_places[]; /* ends in NULL */
/* Ours, and its owner is dead or never came. */
bool folder_abandoned(const char *path);

#endif
