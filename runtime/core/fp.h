/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Floating-point numbers taken apart; see fp.c. */
#ifndef STAPX_FP_H
#define STAPX_FP_H

#include "../script.h"

enum stp_fp_kind { STP_FP_ZERO, STP_FP_FINITE, STP_FP_INF, STP_FP_NAN };

/* m / 2^63 times 2^exp; FINITE: the highest bit of m is set. */
struct stp_fp {
	int kind, sign, exp;
	stp_u64 m;
};

struct stp_fp stp_fp_unpack(stp_u64 v);
/* Rounds; the lowest bit of m stands for all that is below it, too. */
stp_u64 stp_fp_pack(const struct stp_fp *f);

#endif
