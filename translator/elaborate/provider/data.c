// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel.data: writes, or reads and writes, of a variable of the kernel or of
 * an address of the running one.  The CPU watches for them; it has few
 * registers to do so, and what they watch lies at a multiple of its length.
 */
#include <elf.h>

#include "elaborate/provider/kprobe_site.h"

#define LENGTH_MAX 8
#define SIMILAR_MAX 5

enum form { FORM_WRITE, FORM_RW };

static const struct pattern patterns[] = {
	{ "kernel.data(string).write", FORM_WRITE },
	{ "kernel.data(string).rw", FORM_RW },
	{ "kernel.data(string).length(number).write", FORM_WRITE },
	{ "kernel.data(string).length(number).rw", FORM_RW },
	{ "kernel.data(number).write", FORM_WRITE },
	{ "kernel.data(number).rw", FORM_RW },
	{ "kernel.data(number).length(number).write", FORM_WRITE },
	{ "kernel.data(number).length(number).rw", FORM_RW },
};

/* What is watched. */
struct spot {
	uint64_t address;
	bool absolute;
	int64_t length;		/* as asked for */
};

/* The length asked for, or the one byte that is watched without. */
static bool find_length(const struct derivation *d, const struct match *m,
			struct spot *out)
{
	out->length = 1;
	if (!match_number(m, "length", &out->length) ||
	    (out->length > 0 && out->length <= LENGTH_MAX))
		return true;
	derive_cause(d, match_loc(m, "length"),
		     "length(%lld) is not between 1 and %d",
		     (long long)out->length, LENGTH_MAX);
	return false;
}

/* ---- by name ---- */

static const char *similar_data(struct elab *e, struct sysmod *mod,
				const char *name)
{
	VEC(const char *) names = { 0 };
	const char *near;
	dbg_syms all = { 0 };

	debuginfo_syms(mod->di, "*", &all);
	vec_for(i, &all)
		if (all.v[i].type == STT_OBJECT)
			vec_push(e->a, &names, all.v[i].name);
	near = nearest_names(e->a, name, names.v, names.n, SIMILAR_MAX);
	return *near ? arena_printf(e->a, " (similar: %s)", near) : "";
}

/* Why the kernel itself has none of that name. */
static void not_found(const struct derivation *d, struct sysmod *mod,
		      struct loc at, const char *name)
{
	if (strpbrk(name, "*?["))
		derive_cause(d, at, "a variable that is watched takes a "
			     "register of the CPU, so '%s' may be no pattern; "
			     "name one", name);
	else
		derive_cause(d, at, "no symbol '%s' in the kernel itself%s; a "
			     "module's is watched by its address, from "
			     "/proc/kallsyms of the target: kernel.data(0x…)",
			     name, similar_data(d->e, mod, name));
}

/* Why the variable cannot be watched; NULL: it can. */
static const char *unfit(struct elab *e, struct sysmod *mod,
			 const struct dbg_sym *sym, unsigned count)
{
	const char *section = NULL;

	if (count > 1)
		return arena_printf(e->a, "%u symbols are named '%s'; give "
				    "the address of one, from /proc/kallsyms "
				    "of the target", count, sym->name);
	if (sym->type == STT_FUNC)
		return arena_printf(e->a, "'%s' is a function; probe it with "
				    "kernel.function(\"%s\")", sym->name,
				    sym->name);
	if (!debuginfo_section(mod->di, sym->addr, &section, NULL))
		return arena_printf(e->a, "'%s' lies in no section of the "
				    "kernel", sym->name);
	if (strstr(section, "percpu"))
		return arena_printf(e->a, "every CPU has a '%s' of its own; "
				    "give the address of one", sym->name);
	if (str_starts(section, ".init"))
		return arena_printf(e->a, "'%s' is freed when the kernel has "
				    "started", sym->name);
	return NULL;
}

static bool find_symbol(const struct derivation *d, const struct match *m,
			const char *name, struct spot *out)
{
	struct elab *e = d->e;
	struct sysmod *mod = sysmod_get(e, "kernel");
	struct loc at = match_loc(m, "data");
	struct dbg_sym sym;
	const char *why;
	unsigned count;

	if (!mod->di) {
		derive_cause(d, m->point->loc, "%s", mod->why);
		return false;
	}
	count = debuginfo_sym(mod->di, name, &sym);
	if (!count) {
		not_found(d, mod, at, name);
		return false;
	}
	why = unfit(e, mod, &sym, count);
	if (why) {
		derive_cause(d, at, "%s", why);
		return false;
	}
	site_anchor(e, mod);
	*out = (struct spot){ .address = sym.addr };
	return find_length(d, m, out);
}

/* ---- by address ---- */

static bool find_address(const struct derivation *d, const struct match *m,
			 struct spot *out)
{
	int64_t n = 0;

	*out = (struct spot){ .absolute = true };
	match_number(m, "data", &n);
	out->address = (uint64_t)n;
	/* Both CPUs have the kernel in the upper half. */
	if (n >= 0) {
		derive_cause(d, match_loc(m, "data"), "0x%llx is no address "
			     "of the kernel's memory, which is in the upper "
			     "half; take it from /proc/kallsyms of the target "
			     "or name the variable: kernel.data(\"NAME\")",
			     (unsigned long long)n);
		return false;
	}
	return find_length(d, m, out);
}

/* The closest length that CPUs have: 1 2 4 8. */
static int closest_length(int64_t asked)
{
	int n = 1;

	while (n < asked)
		n *= 2;
	return n;
}

/* ---- the probe ---- */

static const char *resolved_text(const struct derivation *d,
				 const struct match *m, const struct spot *s)
{
	struct arena *a = d->e->a;
	const char *name = match_string(m, "data");
	const char *what = m->pattern->tag == FORM_WRITE ? "write" : "rw";

	if (d->e->listing)
		return point_text(a, m->point);
	return name ? arena_printf(a, "kernel.data(\"%s\").length(%lld).%s",
				   name, (long long)s->length, what) :
		      arena_printf(a, "kernel.data(0x%llx).length(%lld).%s",
				   (unsigned long long)s->address,
				   (long long)s->length, what);
}

/* Each takes a register of its own, on every CPU. */
static void warn_of_many(const struct derivation *d)
{
	const struct program *p = d->e->p;
	int n = 0, max = d->e->arch->data_breakpoints;

	vec_for(i, &p->probes)
		n += p->probes.v[i]->kind == PROBE_DATA;
	if (n == max + 1)
		diag_warn(&d->e->s->diag, d->point->loc, "too many kernel.data "
			  "probes: %s has %d registers for them, the others "
			  "will not be armed", d->e->arch->name, max);
}

static void derive_data(const struct derivation *d, const struct match *m)
{
	const char *name = match_string(m, "data");
	struct spot spot;
	struct probe *p;
	int length;

	if (!d->e->s->sysroot || !d->e->arch) {
		derive_cause(d, m->point->loc, "%s",
			     sysmod_get(d->e, "kernel")->why);
		return;
	}
	if (name ? !find_symbol(d, m, name, &spot) : !find_address(d, m, &spot))
		return;
	length = closest_length(spot.length);
	if (spot.address % (unsigned)length) {
		derive_cause(d, match_loc(m, "data"), "0x%llx is no multiple "
			     "of %d, the length that is watched",
			     (unsigned long long)spot.address, length);
		return;
	}
	p = derive_probe(d, PROBE_DATA, resolved_text(d, m, &spot));
	if (!p)
		return;
	p->data.address = spot.address;
	p->data.absolute = spot.absolute;
	p->data.length = length;
	p->data.write_only = m->pattern->tag == FORM_WRITE;
	warn_of_many(d);
	vlog(d->e->s, 2, 2, "data of %d bytes at 0x%llx%s\n", length,
	     (unsigned long long)spot.address,
	     spot.absolute ? "" : ", link time");
}

static const char *data_module(const struct probe *p)
{
	(void)p;
	return "kernel";
}

const struct provider provider_data = {
	.name = "data",
	.patterns = patterns,
	.npatterns = ARRAY_SIZE(patterns),
	.derive = derive_data,
	.module = data_module,
};
