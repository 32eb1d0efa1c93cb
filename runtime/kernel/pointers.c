// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pointers in this module's data.
 *
 * Each says which section it points into and how far; relocations would be
 * three times as large as the pointers.  They are completed here, before
 * anything follows one.  A module made in another way has none in the list.
 */
#include "kernel.h"

struct stp_pointers stp_pointers __section(".data.stp_pointers") = {};

void stp_pointers_learn(void)
{
	const struct stp_pointers *p = stp_base(&stp_pointers);
	const u16 *place = (const u16 *)(p->base[0] + p->list);
	int s, i;

	for (s = 0; s < ARRAY_SIZE(p->n); s++)
		for (i = 0; i < p->n[s]; i++) {
			u64 *word = (u64 *)(p->base[s] + *place++);

			*word = (u64)p->base[*word >> 32] + (u32)*word;
		}
}
