// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session's memory and its globals.  In: the script's descriptor.  Out:
 * everything that probes will use, allocated in one go and given back in one
 * go; nothing is allocated in between.  Process context.
 */
#include "core.h"

#define FRAME_SLACK 64
#define ENTRIES_MAX (1u << 24)	/* of one map */
#define STRING_MAX 65000	/* MAXSTRINGLEN; lengths in records have 16 bits */
#define BLOCKS 256

/* ---- memory ---- */

static int note_block(struct stp_session *s, void *p)
{
	void **grown;

	if (s->nblocks == s->blocks_cap) {
		grown = stp_port_alloc((s->blocks_cap + BLOCKS) * sizeof(p));
		if (!grown)
			return 0;
		if (s->nblocks)
			memcpy(grown, s->blocks, s->nblocks * sizeof(p));
		stp_port_free(s->blocks);
		s->blocks = grown;
		s->blocks_cap += BLOCKS;
	}
	s->blocks[s->nblocks++] = p;
	return 1;
}

void *stp_session_alloc(stp_size size)
{
	struct stp_session *s = stp_base(&stp_session);
	void *p = stp_port_alloc(size);

	if (!p)
		return 0;
	if (!note_block(s, p)) {
		stp_port_free(p);
		return 0;
	}
	s->memory += size;
	return p;
}

/* The largest statistic of the script, as one CPU merges it. */
static stp_size scratch_size(const struct stp_script *s)
{
	stp_size max = sizeof(struct stp_stat), n;
	const struct stp_stat_desc *d;
	stp_u32 i;

	for (i = 0; i < s->nglobals; i++) {
		d = s->globals[i].stat;
		if (s->globals[i].kind == STP_G_MAP && s->globals[i].map)
			d = s->globals[i].map->stat;
		n = d ? stp_stat_size(d) : 0;
		if (n > max)
			max = n;
	}
	return max;
}

/* Room for the largest map in each of the sorted loops that may be open. */
static stp_u32 items_wanted(const struct stp_script *s)
{
	stp_u32 most = 0, i;

	for (i = 0; i < s->nglobals; i++)
		if (s->globals[i].kind == STP_G_MAP &&
		    s->globals[i].map->max_entries > most)
			most = s->globals[i].map->max_entries;
	return s->sort_depth * most;
}

static struct stp_match *match_new(const struct stp_script *s)
{
	stp_size length = (stp_size)s->limits.maxstringlen;
	struct stp_match *m = stp_session_alloc(
		sizeof(*m) + s->match_groups * sizeof(m->group[0]));

	if (!m)
		return 0;
	m->text = stp_session_alloc(length);
	m->states = stp_session_alloc(length * sizeof(*m->states));
	return m->text && m->states ? m : 0;
}

static int cpu_new(struct stp_session *all, const struct stp_script *s,
		   int cpu)
{
	struct stp_cpu *t = stp_session_alloc(sizeof(*t));

	if (!t)
		return 0;
	all->cpus[cpu] = t;
	t->ctx.cpu = cpu;
	t->ctx.priv = t;
	t->countdown = t->weight = 1;
	t->frames = stp_session_alloc(s->frame_size + FRAME_SLACK);
	t->scratch = stp_session_alloc(scratch_size(s));
	t->tokens = stp_session_alloc((stp_size)s->limits.maxstringlen);
	if (!t->frames || !t->scratch || !t->tokens)
		return 0;
	t->ctx.frame = t->frames;
	t->ctx.frame_end = t->frames + s->frame_size + FRAME_SLACK;
	t->token_at = t->tokens;
	if (all->items_max) {
		t->items = stp_session_alloc(all->items_max *
					     sizeof(*t->items));
		if (!t->items)
			return 0;
	}
	if (s->match_groups) {
		t->match = match_new(s);
		if (!t->match)
			return 0;
	}
	if (s->timing) {
		t->times = stp_session_alloc(s->nprobes * sizeof(*t->times));
		if (!t->times)
			return 0;
	}
	return 1;
}

/* ---- globals ---- */

static int stat_valid(const struct stp_stat_desc *d)
{
	if (!d || d->shift > 62 || d->elision > STP_HIST_ALL)
		return 0;
	if (d->hist == STP_HIST_LOG)
		return d->buckets == STP_HIST_LOG_BUCKETS;
	return d->hist == STP_HIST_NONE ||
	       (d->hist == STP_HIST_LINEAR && d->step > 0 &&
		d->high >= d->low && d->buckets >= 3 && d->buckets <= 4096);
}

static int map_valid(const struct stp_map_desc *d)
{
	return d && d->nkeys > 0 && d->nkeys <= STP_KEYS_MAX &&
	       d->max_entries <= ENTRIES_MAX &&
	       (d->value != STP_STATS || stat_valid(d->stat));
}

static int script_valid(const struct stp_script *s)
{
	const struct stp_global *g;

	if (s->abi != STP_SCRIPT_ABI || s->limits.maxstringlen < 16 ||
	    s->limits.maxstringlen > STRING_MAX)
		return 0;
	for (g = s->globals; g < s->globals + s->nglobals; g++) {
		if (g->kind == STP_G_MAP && !map_valid(g->map))
			return 0;
		if (g->kind == STP_G_STAT && !stat_valid(g->stat))
			return 0;
	}
	return 1;
}

static int global_new(const struct stp_global *g)
{
	struct stp_stat_var *v;
	struct stp_map *m;

	switch ((enum stp_global_kind)g->kind) {
	case STP_G_LONG:
	case STP_G_STRING:
		return 1;
	case STP_G_STAT:
		v = stp_stat_new(g->stat);
		*(struct stp_stat_var **)g->storage = v;
		return v != 0;
	case STP_G_MAP:
		m = stp_map_new(g->map);
		*(struct stp_map **)g->storage = m;
		return m != 0;
	}
	return 0;
}

static int allocate(struct stp_session *s, const struct stp_script *script)
{
	stp_u32 i;
	int cpu;

	s->locks = stp_session_alloc((script->nglobals + 1) * sizeof(int));
	s->cpus = stp_session_alloc((stp_size)s->ncpus * sizeof(*s->cpus));
	if (!s->locks || !s->cpus)
		return 0;
	for (cpu = 0; cpu < s->ncpus; cpu++)
		if (!cpu_new(s, script, cpu))
			return 0;
	for (i = 0; i < script->nglobals; i++)
		if (!global_new(&script->globals[i]))
			return 0;
	return 1;
}

int stp_session_init(struct stp_script *script, int ncpus)
{
	struct stp_session *s = stp_base(&stp_session);

	memset(s, 0, sizeof(*s));
	if (!script_valid(script) || ncpus < 1)
		return -EINVAL;
	s->script = script;
	s->ncpus = ncpus;
	s->items_max = items_wanted(script);
	s->clocked = script->timing || script->limits.overload_interval_ns > 0;
	if (!allocate(s, script)) {
		stp_session_fini();
		return -ENOMEM;
	}
	if (script->init)
		script->init();
	return 0;
}

void stp_session_fini(void)
{
	struct stp_session *s = stp_base(&stp_session);

	while (s->nblocks)
		stp_port_free(s->blocks[--s->nblocks]);
	stp_port_free(s->blocks);
	memset(s, 0, sizeof(*s));
}

/* ---- VAR=value ---- */

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* As in a script: decimal, 0x hex or 0 octal, up to 2^64 - 1, a sign before. */
static int parse_long(const char *s, stp_i64 *v)
{
	int negative = *s == '-', base = 10;
	stp_u64 n = 0, max = ~0ULL;

	s += negative;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	} else if (s[0] == '0' && s[1]) {
		base = 8;
		s++;
	}
	if (!*s)
		return 0;
	for (; *s; s++) {
		int d = digit_of(*s);

		if (d >= base || n > (max - (stp_u64)d) / (stp_u64)base)
			return 0;
		n = n * (stp_u64)base + (stp_u64)d;
	}
	*v = (stp_i64)(negative ? -n : n);
	return 1;
}

int stp_session_set(const char *name, const char *value)
{
	const struct stp_script *s = stp_session.script;
	const struct stp_global *g;

	for (g = s->globals; g < s->globals + s->nglobals; g++) {
		if (stp_strcmp(g->name, name))
			continue;
		if (g->kind == STP_G_LONG)
			return parse_long(value, g->storage) ? 0 : -EINVAL;
		if (g->kind != STP_G_STRING)
			break;
		if (strlen(value) >= (stp_size)s->limits.maxstringlen)
			return -E2BIG;
		stp_strcpy(g->storage, value, (stp_size)s->limits.maxstringlen);
		return 0;
	}
	return -ENOENT;
}

/* ---- what a reader asks for ---- */

struct sink {
	char *p;
	stp_u32 left, all;
};

static void sink_put(struct sink *k, const void *p, stp_size n)
{
	stp_size fits = n < k->left ? n : k->left;

	if (fits) {
		memcpy(k->p, p, fits);
		k->p += fits;
		k->left -= (stp_u32)fits;
	}
	k->all += (stp_u32)n;
}

stp_u32 stp_session_defs(void *buf, stp_u32 size)
{
	const struct stp_script *s = stp_session.script;
	struct sink k = { buf, buf ? size : 0, 0 };
	const struct stp_format *f;

	sink_put(&k, &s->nformats, sizeof(s->nformats));
	for (f = s->formats; f < s->formats + s->nformats; f++) {
		sink_put(&k, f->text, strlen(f->text) + 1);
		sink_put(&k, f->args, strlen(f->args) + 1);
	}
	return k.all;
}

void stp_get_status(struct stp_status *st)
{
	const struct stp_session *s = stp_base(&stp_session);

	memset(st, 0, sizeof(*st));
	st->state = (stp_u32)stp_load(&s->state);
	st->exit_requested = (stp_u32)stp_load(&s->exit_requested);
	st->errors = (stp_u64)stp_load(&s->errors);
	st->failed = stp_load(&s->failed) ||
		     (st->errors && !s->script->limits.suppress_errors);
	st->skipped = (stp_u64)stp_load(&s->skipped_all);
	st->memory = s->memory;
	st->skipped_busy = (stp_u32)stp_load(&s->skipped[STP_SKIP_BUSY]);
	st->skipped_lock = (stp_u32)stp_load(&s->skipped[STP_SKIP_LOCK]);
	st->skipped_stack = (stp_u32)stp_load(&s->skipped[STP_SKIP_STACK]);
	st->skipped_missed = (stp_u32)stp_load(&s->skipped[STP_SKIP_MISSED]);
	st->skipped_overload =
		(stp_u32)stp_load(&s->skipped[STP_SKIP_OVERLOAD]);
}

int stp_get_times(stp_u32 probe, struct stp_times *to)
{
	const struct stp_session *s = stp_base(&stp_session);
	const struct stp_times *t;
	int cpu;

	memset(to, 0, sizeof(*to));
	if (!s->script->timing || probe >= s->script->nprobes)
		return 0;
	for (cpu = 0; cpu < s->ncpus; cpu++) {
		t = &s->cpus[cpu]->times[probe];
		if (!t->hits)
			continue;
		if (!to->hits || t->min < to->min)
			to->min = t->min;
		if (t->max > to->max)
			to->max = t->max;
		to->hits += t->hits;
		to->sum += t->sum;
	}
	return 1;
}
