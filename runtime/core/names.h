/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STAPX_NAMES_H
#define STAPX_NAMES_H

#include "render.h"

/* base 8, 10 or 16: as %#o, %u and %#x have it. */
void stp_out_unsigned(struct stp_out *o, stp_u64 v, unsigned int base);
/* What a table (names.c) says of a value. */
void stp_out_names(struct stp_out *o, const char *table, stp_i64 value);

#endif
