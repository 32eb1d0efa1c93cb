// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's unwind table of this module.
 *
 * Each of its rows says how far a place of the text is from the row itself.
 * Relocations for all of them would be a good part of the module, and say the
 * same one thing: how far the text was loaded from the table.  So they were
 * left out when the module was made, with the rows filled in as if that were
 * no distance, and it is added here, before anything is called that a trace
 * could be taken of.  A module made in another way leaves n at 0.
 */
#include "kernel.h"

#ifdef CONFIG_UNWINDER_ORC
struct stp_unwind stp_unwind __section(".data.stp_unwind") = {};

void stp_unwind_learn(void)
{
	const struct stp_unwind *u = &stp_unwind;
	u64 i;

	for (i = 0; i < u->n; i++)
		u->ip[i] += (int)(u->text - (char *)u->ip);
}
#endif
