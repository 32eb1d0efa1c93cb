// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The data of a script: its globals, probes and limits, as the runtime wants
 * to see them (runtime/script.h).
 */
#include <inttypes.h>

#include "emit/emit.h"
#include "runtime/record.h"

#define SORT_DEPTH_MAX 16	/* STP_ITER_DEPTH of the runtime */

static const char *value_kind(enum type t)
{
	switch (t) {
	case TYPE_STRING:
		return "STP_STRING";
	case TYPE_STATS:
		return "STP_STATS";
	case TYPE_LONG:
	case TYPE_UNKNOWN:
	case TYPE_VOID:
		break;
	}
	return "STP_LONG";
}

static const char *text_literal(struct emit *e, const char *s)
{
	return s ? c_string(e->arena, s, strlen(s)) : "0";
}

/* ---- globals ---- */
#define HIST_LOG_BUCKETS 128 /* STP_HIST_LOG_BUCKETS of runtime/script.h */

static int64_t bucket_count(const struct var *v)
{
	switch (v->hist) {
	case HIST_NONE:
		return 0;
	case HIST_LOG:
		return HIST_LOG_BUCKETS;
	case HIST_LINEAR:
		break;
	}
	/* low, low + step … high, and one below and above */
	return v->hist_step > 0 ?
	       (v->hist_high - v->hist_low) / v->hist_step + 3 : 0;
}

static void put_stat_desc(struct emit *e, const struct var *v, struct buf *out)
{
	static const char *const kinds[] = {
		[HIST_NONE] = "STP_HIST_NONE",
		[HIST_LINEAR] = "STP_HIST_LINEAR",
		[HIST_LOG] = "STP_HIST_LOG",
	};

	buf_printf(out, "static const struct stp_stat_desc stat_%s = {\n"
		   "\t.hist = %s, .variance = %d, .shift = %d,\n",
		   global_of(e, v), kinds[v->hist], v->want_variance,
		   v->variance_shift);
	if (v->hist == HIST_LINEAR)
		buf_printf(out, "\t.low = %s, .high = %s, .step = %s,\n",
			   c_number(e->arena, v->hist_low),
			   c_number(e->arena, v->hist_high),
			   c_number(e->arena, v->hist_step));
	if (e->p->limits.hist_width || e->p->limits.hist_elision)
		buf_printf(out, "\t.width = %" PRId64 ", .elision = %" PRId64
			   ",\n", e->p->limits.hist_width,
			   e->p->limits.hist_elision);
	buf_printf(out, "\t.buckets = %" PRId64 ",\n};\n", bucket_count(v));
}

static const char *linkage(const struct emit *e, const struct var *v)
{
	return is_shared(e, v) ? "" : "static ";
}

static void put_map(struct emit *e, const struct var *v, struct buf *out)
{
	int64_t max = v->max_entries > 0 ? v->max_entries :
		      e->p->limits.maxmapentries > 0 ?
		      e->p->limits.maxmapentries : 2048;

	buf_printf(out, "static const struct stp_map_desc map_%s = {\n"
		   "\t.nkeys = %d, .key = { ", global_of(e, v), v->nkeys);
	for (int i = 0; i < v->nkeys; i++)
		buf_printf(out, "%s%s", i ? ", " : "",
			   value_kind(v->key_types[i]));
	buf_printf(out, " }, .value = %s,\n\t.wrap = %d, .max_entries = %"
		   PRId64 ",\n", value_kind(v->type), v->wrap, max);
	if (v->type == TYPE_STATS)
		buf_printf(out, "\t.stat = %s,\n", stat_desc_of(e, v));
	buf_printf(out, "};\n%sstruct stp_map *%s;\n", linkage(e, v),
		   global_of(e, v));
}

static void put_storage(struct emit *e, const struct var *v, struct buf *out)
{
	const struct expr *init = v->init;
	const char *name = global_of(e, v);

	if (v->type == TYPE_STATS)
		put_stat_desc(e, v, out);
	if (v->nkeys) {
		put_map(e, v, out);
	} else if (v->type == TYPE_STATS) {
		buf_printf(out, "static struct stp_stat_var *%s;\n", name);
	} else if (v->type == TYPE_STRING) {
		buf_printf(out, "%schar %s[MAXSTRINGLEN]", linkage(e, v),
			   name);
		if (init && init->kind == EXPR_STRING)
			buf_printf(out, " = %s", c_string(e->arena,
				   init->string.s, MIN(init->string.len,
				   (size_t)e->strlen_max - 1)));
		buf_puts(out, ";\n");
	} else {
		buf_printf(out, "%sstp_i64 %s", linkage(e, v), name);
		if (init && init->kind == EXPR_NUMBER)
			buf_printf(out, " = %s", c_number(e->arena,
				   init->number.value));
		buf_puts(out, ";\n");
	}
}

static void put_global_row(struct emit *e, const struct var *v,
			   struct buf *out)
{
	const char *name = global_of(e, v);
	const char *kind = v->nkeys ? "MAP" : v->type == TYPE_STATS ? "STAT" :
			   v->type == TYPE_STRING ? "STRING" : "LONG";

	buf_printf(out, "\t{ .name = %s, .kind = STP_G_%s, .storage = %s%s",
		   text_literal(e, v->name), kind,
		   !v->nkeys && v->type == TYPE_STRING ? "" : "&", name);
	if (v->nkeys)
		buf_printf(out, ", .map = &map_%s", name);
	if (v->type == TYPE_STATS)
		buf_printf(out, ", .stat = &stat_%s", name);
	buf_puts(out, " },\n");
}

void emit_globals(struct emit *e, struct buf *out)
{
	if (!e->p->globals.n)
		return;
	vec_for(i, &e->p->globals)
		put_storage(e, e->p->globals.v[i], out);
	buf_puts(out, "\nstatic struct stp_global globals[] = {\n");
	vec_for(i, &e->p->globals)
		put_global_row(e, e->p->globals.v[i], out);
	buf_puts(out, "};\n\n");
	emit_global_access(e, false, out);
}

/* ---- probes ---- */
static const char *kind_name(enum probe_kind k)
{
	switch (k) {
	case PROBE_BEGIN:
		return "begin";
	case PROBE_END:
		return "end";
	case PROBE_ERROR:
		return "error";
	case PROBE_NEVER:
		return "never";
	case PROBE_TIMER:
		return "timer";
	case PROBE_TIMER_JIFFIES:
		return "timer_jiffies";
	case PROBE_KPROBE:
		return "kprobe";
	case PROBE_KRETPROBE:
		return "kretprobe";
	case PROBE_TRACEPOINT:
		return "tracepoint";
	case PROBE_DATA:
		return "data";
	}
	return "never";
}

static size_t global_index(const struct emit *e, const struct var *v)
{
	vec_for(i, &e->p->globals)
		if (e->p->globals.v[i] == v)
			return i;
	return 0;
}

/* A table of locks, one for all probes that lock alike; NULL: none. */
static const char *put_locks(struct emit *e, const struct lock *v, size_t n,
			     struct map *seen, struct buf *out)
{
	struct buf b = { 0 };
	const char *name, *rows;

	if (!n)
		return NULL;
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, " { %zu, %d },", global_index(e, v[i].var),
			   v[i].write);
	rows = arena_strdup(e->arena, buf_str(&b));
	buf_free(&b);
	name = map_get(seen, rows);
	if (name)
		return name;
	name = arena_printf(e->arena, "locks_%zu", seen->entries.n);
	map_set(e->arena, seen, rows, (void *)name);
	buf_printf(out, "static const struct stp_lock %s[] = {%s };\n", name,
		   rows);
	return name;
}

static bool in_module(const struct probe *p)
{
	return (p->kind == PROBE_KPROBE || p->kind == PROBE_KRETPROBE) &&
	       p->module && strcmp(p->module, "kernel");
}

static bool has_modules(const struct emit *e)
{
	vec_for(i, &e->p->probes)
		if (in_module(e->p->probes.v[i]))
			return true;
	return false;
}

static bool has_letters(const struct emit *e, const char *letters)
{
	vec_for(i, &e->p->formats)
		if (strpbrk(e->p->formats.v[i].args, letters))
			return true;
	return false;
}

/* Whether a function of the library with that pragma is called. */
static bool has_pragma(const struct emit *e, const char *pragma)
{
	vec_for(i, &e->funcs) {
		const struct emitted_func *ef = e->funcs.v[i];

		if (ef && ef->func->builtin && ef->func->code &&
		    strstr(ef->func->code, pragma))
			return true;
	}
	return false;
}

/* Whether any record holds an address of the kernel. */
static bool has_addresses(const struct emit *e)
{
	return has_letters(e, STP_ADDRESSES) ||
	       has_pragma(e, "/* pragma:symbols */");
}

/* Whether any file of user space is looked up. */
static bool has_places(const struct emit *e)
{
	return has_letters(e, STP_PLACES) ||
	       has_pragma(e, "/* pragma:places */");
}

/* What parts of the runtime keep is freed by their own function, or by one
 * here that calls theirs. */
static void put_discard(const struct emit *e, struct buf *out)
{
	if (has_modules(e) && has_places(e))
		buf_puts(out, "static void discard(void)\n{\n"
			 "\tstp_modules_discard();\n"
			 "\tstp_uspace_discard();\n}\n\n");
}

static const char *discard_name(const struct emit *e)
{
	if (has_modules(e))
		return has_places(e) ? "discard" : "stp_modules_discard";
	return has_places(e) ? "stp_uspace_discard" : NULL;
}

static void put_kprobe_arg(struct emit *e, const struct probe *p,
			   const struct probe_code *code, struct buf *out)
{

	buf_printf(out, "static const struct stp_kprobe_arg arg_%d = {\n"
		   "\t.symbol = %s, .offset = 0x%" PRIx64 ",\n"
		   "\t.address = 0x%" PRIx64 "ULL,\n", p->id,
		   text_literal(e, p->kp.symbol), p->kp.offset, p->kp.address);
	if (in_module(p))
		buf_printf(out, "\t.module = %s, .section = %s,\n",
			   text_literal(e, p->module),
			   text_literal(e, p->kp.section));
	if (p->kp.absolute)
		buf_puts(out, "\t.absolute = 1,\n");
	buf_printf(out, "\t.maxactive = %d, .optional = %d, .saved_size = %u,"
		   "\n};\n", p->kp.maxactive, p->kp.optional,
		   code->saved_size);
}

static bool in_kernel(const struct probe *p)
{
	return !p->module || !strcmp(p->module, "kernel");
}

static void put_tracepoint_arg(struct emit *e, const struct probe *p,
			       struct buf *out)
{
	buf_printf(out, "static const struct stp_tracepoint_arg arg_%d = "
		   "{ %s, %s, %d };\n", p->id,
		   text_literal(e, p->tracepoint.name),
		   text_literal(e, in_kernel(p) ? NULL : p->module),
		   p->kp.optional);
}

static void put_data_arg(const struct probe *p, struct buf *out)
{
	buf_printf(out, "static const struct stp_data_arg arg_%d = {\n"
		   "\t.address = 0x%" PRIx64 "ULL, .absolute = %d, "
		   ".write_only = %d,\n\t.length = %d, .optional = %d,\n};\n",
		   p->id, p->data.address, p->data.absolute,
		   p->data.write_only, p->data.length, p->kp.optional);
}

static void put_arg(struct emit *e, const struct probe *p,
		    const struct probe_code *code, struct buf *out)
{
	switch (p->kind) {
	case PROBE_BEGIN:
	case PROBE_END:
	case PROBE_ERROR:
		buf_printf(out, "static const struct stp_seq_arg arg_%d = "
			   "{ %s };\n", p->id,
			   c_number(e->arena, p->seq.priority));
		return;
	case PROBE_TIMER:
	case PROBE_TIMER_JIFFIES:
		buf_printf(out, "static const struct stp_timer_arg arg_%d = "
			   "{ %s, %s };\n", p->id,
			   c_number(e->arena, p->timer.interval),
			   c_number(e->arena, p->timer.randomize));
		return;
	case PROBE_KPROBE:
	case PROBE_KRETPROBE:
		put_kprobe_arg(e, p, code, out);
		return;
	case PROBE_TRACEPOINT:
		put_tracepoint_arg(e, p, out);
		return;
	case PROBE_DATA:
		put_data_arg(p, out);
		return;
	case PROBE_NEVER:
		return;
	}
}

static void put_probe_row(struct emit *e, const struct probe *p,
			  const struct probe_code *code, const char *locks,
			  const char *condition_locks, struct buf *out)
{
	buf_printf(out, "\t{\n\t\t.name = %s,\n", text_literal(e, p->point));
	if (p->func || p->module)
		buf_printf(out, "\t\t.func = %s, .module = %s,\n",
			   text_literal(e, p->func),
			   text_literal(e, p->module));
	buf_printf(out, "\t\t.where = %s,\n\t\t.handler = %s,",
		   text_literal(e, p->loc.src ? loc_str(e->arena, p->loc) :
				"<unknown>"), code->handler->name);
	if (code->handler->own)
		buf_printf(out, " .own = %s,", code->handler->own);
	if (code->entry)
		buf_printf(out, " .entry = %s,", code->entry->name);
	if (code->condition)
		buf_printf(out, "\n\t\t.condition = %s,",
			   code->condition->name);
	buf_printf(out, "\n\t\t.kind = &stp_kind_%s, .arg = &arg_%d,\n",
		   kind_name(p->kind), p->id);
	if (locks)
		buf_printf(out, "\t\t.locks = %s, .nlocks = %zu,\n", locks,
			   p->locks.n);
	if (condition_locks)
		buf_printf(out, "\t\t.condition_locks = %s, "
			   ".ncondition_locks = %zu,\n", condition_locks,
			   p->condition_locks.n);
	buf_puts(out, "\t},\n");
}

static bool runs(const struct probe *p)
{
	return p->kind != PROBE_NEVER;
}

void emit_probe_tables(struct emit *e, const struct probe_code *codes,
		       struct buf *out)
{
	struct map locks = { 0 };
	struct buf rows = { 0 };

	vec_for(i, &e->p->probes) {
		const struct probe *p = e->p->probes.v[i];
		const char *l, *cl;

		if (!runs(p))
			continue;
		put_arg(e, p, &codes[i], out);
		l = put_locks(e, p->locks.v, p->locks.n, &locks, out);
		cl = put_locks(e, p->condition_locks.v, p->condition_locks.n,
			       &locks, out);
		put_probe_row(e, p, &codes[i], l, cl, &rows);
	}
	if (rows.n)
		buf_printf(out, "\nstatic struct stp_probe probes[] = {\n%s};"
			   "\n\n", rows.s);
	buf_free(&rows);
}

/* ---- points with a condition ---- */

static bool has_switched(const struct emit *e)
{
	vec_for(i, &e->p->probes)
		if (probe_is_switched(e->p->probes.v[i]))
			return true;
	return false;
}

static void put_arming(struct emit *e, struct buf *out)
{
	size_t row = 0;

	buf_puts(out, "static struct stp_switched switched[] = {\n");
	vec_for(i, &e->p->probes) {
		const struct probe *p = e->p->probes.v[i];

		if (probe_is_switched(p))
			buf_printf(out, "\t{ &probes[%zu], &stp_switch_%s, 0 },"
				   "\n", row, kind_name(p->kind));
		row += runs(p);
	}
	buf_puts(out, "};\nstatic const struct stp_arming arming = {\n"
		 "\t.calls = &stp_arming_calls, .v = switched,\n"
		 "\t.n = sizeof switched / sizeof switched[0],\n};\n\n");
}

/* ---- pn() ---- */

static bool asks_listed(const struct emit *e)
{
	vec_for(i, &e->funcs) {
		const struct func *f = e->funcs.v[i]->func;

		if (f->builtin && f->code && strstr(f->code, "stp_pn("))
			return true;
	}
	return false;
}

static void put_listed(struct emit *e, struct buf *out)
{
	buf_puts(out, "static const char *const listed[] = {\n");
	vec_for(i, &e->p->probes)
		if (runs(e->p->probes.v[i]))
			buf_printf(out, "\t%s,\n", text_literal(e,
				   e->p->probes.v[i]->listed));
	buf_puts(out, "};\n\n");
}

/* ---- the descriptor ---- */
static int64_t nesting(const struct emit *e)
{
	if (e->p->limits.maxnesting_set)
		return e->p->limits.maxnesting;
	return e->depth_max + 1 + (e->recursive ? 10 : 0);
}

/* Recursion is bounded by the levels there are, not by the calls' shape. */
static uint64_t frame_size(const struct emit *e)
{
	uint64_t largest = 0;

	if (!e->recursive)
		return e->frame_max;
	vec_for(i, &e->funcs)
		largest = MAX(largest, e->funcs.v[i]->frame);
	return e->frame_max + (uint64_t)nesting(e) * largest;
}

/* Functions that call themselves may open as many as there may be open. */
static int sort_depth(const struct emit *e)
{
	vec_for(i, &e->funcs)
		if (e->recursive && e->funcs.v[i]->sorts)
			return SORT_DEPTH_MAX;
	return MIN(e->sort_depth, SORT_DEPTH_MAX);
}

static void put_limits(const struct emit *e, struct buf *out)
{
	const struct limits *l = &e->p->limits;
	bool guard = !l->no_overload && !e->s->opt.suppress_time_limits;

	buf_printf(out, "\t.limits = {\n"
		   "\t\t.maxaction = %" PRId64 ", .maxnesting = %" PRId64
		   ",\n\t\t.maxstringlen = MAXSTRINGLEN, .maxerrors = %" PRId64
		   ", .maxskipped = %" PRId64 ",\n\t\t.maxtrylock = %" PRId64
		   ", .trylockdelay_us = %" PRId64 ",\n\t\t.maxbacktrace = %"
		   PRId64 ", .minstackspace = %" PRId64 ",\n",
		   l->maxaction, nesting(e), l->maxerrors, l->maxskipped,
		   l->maxtrylock, l->trylockdelay_us, l->maxbacktrace,
		   l->minstackspace);
	if (guard)
		buf_printf(out, "\t\t.overload_interval_ns = %s,\n"
			   "\t\t.overload_threshold_ns = %s,\n",
			   c_number(e->arena, l->overload_interval_ns),
			   c_number(e->arena, l->overload_threshold_ns));
	buf_printf(out, "\t\t.suppress_errors = %d,\n\t},\n",
		   e->s->opt.suppress_handler_errors);
}

static void put_table(struct buf *out, const char *name, size_t n)
{
	if (n)
		buf_printf(out, "\t.%s = %s,\n\t.n%s = sizeof %s / sizeof "
			   "%s[0],\n", name, name, name, name, name);
}

void emit_script(struct emit *e, struct buf *out)
{
	struct session *s = e->s;
	const char *id = s->sysroot && s->sysroot->build_id.n ?
			 build_id_hex(e->arena, &s->sysroot->build_id) : "";
	size_t nprobes = 0;

	vec_for(i, &e->p->probes)
		nprobes += runs(e->p->probes.v[i]);
	if (has_switched(e))
		put_arming(e, out);
	if (asks_listed(e))
		put_listed(e, out);
	put_discard(e, out);
	if (has_places(e))
		emit_user_files(e, out);
	buf_printf(out, "struct stp_script stp_script = {\n"
		   "\t.abi = STP_SCRIPT_ABI,\n\t.name = STP_MODULE_NAME,\n"
		   "\t.release = %s,\n\t.build_id = %s,\n",
		   text_literal(e, s->sysroot ? s->sysroot->release : ""),
		   text_literal(e, id));
	put_limits(e, out);
	put_table(out, "probes", nprobes);
	put_table(out, "globals", e->p->globals.n);
	put_table(out, "formats", e->p->formats.n);
	buf_printf(out, "\t.frame_size = %" PRIu64 ",\n", frame_size(e));
	if (e->p->slide_anchor)
		buf_printf(out, "\t.slide_anchor = 0x%" PRIx64 "ULL,\n",
			   e->p->slide_anchor);
	if (s->opt.timing)
		buf_puts(out, "\t.timing = 1,\n");
	if (e->sort_depth)
		buf_printf(out, "\t.sort_depth = %d,\n", sort_depth(e));
	if (e->match_groups)
		buf_printf(out, "\t.match_groups = %d,\n",
			   e->match_groups);
	if (has_modules(e))
		buf_puts(out, "\t.modules = &stp_modules,\n");
	if (has_switched(e))
		buf_puts(out, "\t.arming = &arming,\n");
	if (asks_listed(e))
		buf_puts(out, "\t.listed = listed,\n");
	if (discard_name(e))
		buf_printf(out, "\t.discard = %s,\n", discard_name(e));
	if (has_places(e))
		buf_puts(out, "\t.symbol_text = stp_uspace_text,\n");
	else if (has_addresses(e))
		buf_puts(out, "\t.symbol_text = stp_symbol_text,\n");
	buf_puts(out, "};\n");
}
