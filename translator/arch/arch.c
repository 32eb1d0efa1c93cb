// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of CPUs.
 */
#include "arch/arch.h"

static const struct arch *const arches[] = { &arch_x86_64, &arch_arm64 };

const struct arch *arch_find(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(arches); i++)
		if (!strcmp(arches[i]->name, name))
			return arches[i];
	return NULL;
}

int arch_reg_offset(const struct arch *a, unsigned dwarf_reg)
{
	return dwarf_reg < a->nregs ? a->reg_offsets[dwarf_reg] : -1;
}

const char *arch_names(struct arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < ARRAY_SIZE(arches); i++)
		text = arena_printf(a, "%s%s%s", text, i ? ", " : "",
				    arches[i]->name);
	return text;
}
