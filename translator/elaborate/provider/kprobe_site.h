/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the families that set kprobes share. */
#ifndef STAPX_KPROBE_SITE_H
#define STAPX_KPROBE_SITE_H

#include "elaborate/target.h"

/* Fills p->kp and p->module for the link-time address pc. */
void site_set(struct elab *e, struct probe *p, struct sysmod *mod, uint64_t pc);
/* "pc=_stext+0x10", "pc=.text+0x10" */
const char *site_where(struct elab *e, struct sysmod *mod, uint64_t pc);
/* False with the reason when pc may not be probed. */
bool site_allowed(struct elab *e, struct sysmod *mod, const char *name,
		  uint64_t pc, const char **why);
/* Sets program->slide_anchor. */
void site_anchor(struct elab *e, struct sysmod *mod);

#endif
