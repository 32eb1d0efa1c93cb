// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a kprobe goes: by symbol where its name is enough, else by address,
 * which the runtime slides.  What may not be probed is refused here, with the
 * reason at -vv.
 */
#include "elaborate/provider/kprobe_site.h"

void program_need_module(struct elab *e, const char *name)
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
	program_need_module(e, mod->name);
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

/* What every handler may call: a probe there would only be hit by our own. */
static bool is_runtimes_own(const struct sysmod *mod, const char *name)
{
	static const char *const names[] = {
		"copy_from_kernel_nofault", "copy_from_kernel_nofault_allowed",
		"copy_from_user_nofault", "copy_to_user_nofault",
		"copy_to_kernel_nofault", "irq_work_queue",
		"__irq_work_queue_local", "ktime_get_mono_fast_ns",
	};

	if (strcmp(mod->name, "kernel"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static bool refuse(struct elab *e, const char *name, uint64_t pc,
		   const char *reason, const char *where, const char **why)
{
	*why = arena_printf(e->a, "'%s' may not be probed: %s", name, reason);
	vlog(e->s, 2, 2, "blacklisted %s at 0x%llx: %s%s%s%s\n", name,
	     (unsigned long long)pc, reason, where ? " (" : "",
	     where ? where : "", where ? ")" : "");
	return false;
}

bool site_allowed(struct elab *e, struct sysmod *mod, const char *name,
		  uint64_t pc, const char **why)
{
	const char *where = NULL;
	enum dbg_blacklist b = debuginfo_blacklisted(mod->di, pc, &where);

	/* A module's probes are placed before it starts. */
	if (b == DBG_INIT_TEXT && debuginfo_facts(mod->di)->is_module)
		b = DBG_PROBEABLE;
	if (b != DBG_PROBEABLE)
		return refuse(e, name, pc, dbg_blacklist_str(b), where, why);
	if (is_runtimes_own(mod, name))
		return refuse(e, name, pc, "every handler may call it, a probe "
			      "there would be hit by its own", NULL, why);
	return true;
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
