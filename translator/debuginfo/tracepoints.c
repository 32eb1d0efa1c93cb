// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tracepoints.  In: a glob for the system, one for the name.  Out: those that
 * the file defines, each with the function that calls its probes: that one's
 * parameters, behind the first, are the arguments.
 *
 * What the kernel calls a tracepoint is the object __tracepoint_NAME.  Its
 * system is written down where the event of that name is made: the nearest
 * str__SYSTEM__trace_system_name before the event in its unit.  A tracepoint
 * without an event has the name of the header that declares it.  BTF has the
 * caller's parameters, and nothing that would tell the system; where a kernel
 * is known by that alone, without its objects, the callers are all there is.
 */
#include "debuginfo/internal.h"

static const char object_prefix[] = "__tracepoint_";
static const char caller_prefix[] = "__traceiter_";
static const char event_prefix[] = "event_";
static const char system_prefix[] = "str__";
static const char system_suffix[] = "__trace_system_name";

/* "include/trace/events/sched.h": "sched" */
static const char *header_name(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');

	file = slash ? slash + 1 : file;
	return arena_strndup(a, file, strcspn(file, "."));
}

struct systems {
	size_t lo, hi;		/* in VARS: the str__… of all units */
};

/* The system that was current in the unit where the event is made. */
static const char *system_of_event(struct debuginfo *di,
				   const struct systems *all, const char *name)
{
	const struct index_var *event, *best = NULL;
	const char *text;
	size_t lo, hi, n;

	index_named(&di->ix, INDEX_VARS,
		    arena_printf(di->a, "%s%s", event_prefix, name), true, &lo,
		    &hi);
	while (lo < hi && (event = index_var(&di->ix, lo)) &&
	       event->flags & INDEX_VAR_LOCAL)
		lo++;
	event = lo < hi ? index_var(&di->ix, lo) : NULL;
	if (!event)
		return NULL;
	for (size_t i = all->lo; i < all->hi; i++) {
		const struct index_var *v = index_var(&di->ix, i);

		if (v && v->cu == event->cu && v->die < event->die &&
		    (!best || v->die > best->die))
			best = v;
	}
	if (!best)
		return NULL;
	text = index_str(&di->ix, best->name) + strlen(system_prefix);
	n = strlen(text);
	if (n <= strlen(system_suffix) ||
	    strcmp(text + n - strlen(system_suffix), system_suffix))
		return NULL;
	return arena_strndup(di->a, text, n - strlen(system_suffix));
}

static bool read_tracepoint(struct debuginfo *di, const struct systems *all,
			    const char *name, struct dbg_tracepoint *out)
{
	dbg_funcs funcs = {0};

	*out = (struct dbg_tracepoint){.name = name};
	debuginfo_funcs(di, &(struct dbg_query){
			.name = arena_printf(di->a, "%s%s", caller_prefix,
					     name)}, &funcs);
	if (!funcs.n || !dbg_func_inst(di, &funcs.v[0], 0, &out->inst))
		return false;
	out->file = funcs.v[0].file;
	out->system = system_of_event(di, all, name);
	if (!out->system && *out->file)
		out->system = header_name(di->a, out->file);
	return true;
}

/* Of an unknown system only what is asked for by its name. */
static bool in_system(const struct dbg_tracepoint *t, const char *system,
		      const char *name)
{
	if (!system || (t->system && glob_match(system, t->system)))
		return true;
	return !t->system && (!strcmp(system, "*") ||
			      (!has_wildcard(system) && !has_wildcard(name)));
}

typedef VEC(const char *) names;

static void list_names(struct debuginfo *di, const char *glob, names *out)
{
	dbg_syms syms = {0};
	dbg_funcs funcs = {0};

	debuginfo_syms(di, arena_printf(di->a, "%s%s", object_prefix, glob),
		       &syms);
	vec_for(i, &syms)
		vec_push(di->a, out, syms.v[i].name + strlen(object_prefix));
	if (syms.n || !di->btf)
		return;
	debuginfo_funcs(di, &(struct dbg_query){
			.name = arena_printf(di->a, "%s%s", caller_prefix,
					     glob)}, &funcs);
	vec_for(i, &funcs)
		vec_push(di->a, out, funcs.v[i].name + strlen(caller_prefix));
}

void debuginfo_tracepoints(struct debuginfo *di, const char *system,
			   const char *name, dbg_tracepoints *out)
{
	struct systems all;
	names found = {0};

	index_named(&di->ix, INDEX_VARS, system_prefix, false, &all.lo,
		    &all.hi);
	list_names(di, name, &found);
	vec_for(i, &found) {
		struct dbg_tracepoint t;

		if (!read_tracepoint(di, &all, found.v[i], &t) ||
		    !in_system(&t, system, name))
			continue;
		if (!t.system && system && !has_wildcard(system))
			t.system = system;
		vec_push(di->a, out, t);
	}
}
