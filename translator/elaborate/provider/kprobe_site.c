// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a kprobe goes: by symbol where its name is enough, else by address,
 * which the runtime slides.  What may not be probed is refused here, with the
 * reason at -vv.
 */
#include "elaborate/provider/kprobe_site.h"

static void need_module(struct elab *e, const char *name)
{
	struct program *p = e->p;

	vec_for(i, &p->modules)
		if (!strcmp(p->modules.v[i], name))
			return;
	vec_push(e->a, &p->modules, name);
}

void site_set(struct elab *e, struct probe *p, struct sysmod *mod, uint64_t pc)
{
	struct dbg_sym sym;
	uint64_t off = 0;

	p->module = mod->name;
	p->kp.address = pc;
	if (debuginfo_sym_at(mod->di, pc, &sym, &off) && sym.unique) {
		p->kp.symbol = sym.name;
		p->kp.offset = off;
	}
	if (!debuginfo_facts(mod->di)->is_module)
		return;
	debuginfo_section(mod->di, pc, &p->kp.section, &p->kp.address);
	need_module(e, mod->name);
}

const char *site_where(struct elab *e, struct sysmod *mod, uint64_t pc)
{
	struct dbg_sym text;
	const char *section = NULL;
	uint64_t off = pc;

	if (debuginfo_facts(mod->di)->is_module &&
	    debuginfo_section(mod->di, pc, &section, &off))
		return arena_printf(e->a, "pc=%s+0x%llx", section,
				    (unsigned long long)off);
	if (debuginfo_sym(mod->di, "_stext", &text) && pc >= text.addr)
		return arena_printf(e->a, "pc=_stext+0x%llx",
				    (unsigned long long)(pc - text.addr));
	return arena_printf(e->a, "pc=0x%llx", (unsigned long long)pc);
}

bool site_allowed(struct elab *e, struct sysmod *mod, const char *name,
		  uint64_t pc, const char **why)
{
	const char *where = NULL;
	enum dbg_blacklist b = debuginfo_blacklisted(mod->di, pc, &where);

	if (b == DBG_PROBEABLE)
		return true;
	*why = arena_printf(e->a, "'%s' may not be probed: %s", name,
			    dbg_blacklist_str(b));
	vlog(e->s, 2, 2, "blacklisted %s at 0x%llx: %s%s%s%s\n", name,
	     (unsigned long long)pc, dbg_blacklist_str(b), where ? " (" : "",
	     where ? where : "", where ? ")" : "");
	return false;
}

/* The runtime learns how far the kernel was moved from a symbol it can name. */
void site_anchor(struct elab *e, struct sysmod *mod)
{
	struct dbg_sym sym;

	if (e->p->slide_anchor || strcmp(mod->name, "kernel") || !mod->di)
		return;
	if (debuginfo_sym(mod->di, "sprint_symbol", &sym))
		e->p->slide_anchor = sym.addr;
}
