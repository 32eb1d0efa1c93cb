/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -D NAME=VALUE settings that are data of the script. */
#ifndef STAPX_LIMITS_H
#define STAPX_LIMITS_H

#include "elaborate/elab.h"

/* Defaults, then what -D says; false when an error was reported. */
bool limits_read(struct session *s, struct limits *l);

#endif
