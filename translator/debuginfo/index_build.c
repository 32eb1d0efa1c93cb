// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds the index of one ELF file.  In: its path.  Out: the index as one
 * block of memory, or as a file.
 *
 * The units are shared out over threads, each with its own libdw handle, arena
 * and tables; what they found is then merged, sorted and laid out.  The result
 * does not depend on the number of threads or on who took which unit.
 */
#include "debuginfo/internal.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define MAX_WORKERS 8
#define CHUNK 8		 /* units taken at once */
#define UNITS_A_WORKER 64 /* fewer units than this start no further thread */
#define FORGET_EVERY 256
#define MAX_ENTRY_GAP 32 /* bytes of NOPs at a function's start */

struct job {
	const uint64_t *cus;
	size_t ncus;
	atomic_size_t next, done;
	atomic_bool failed;
	const char *elf_path, *root;
	index_progress progress;
	void *ctx;
};

struct worker {
	struct job *job;
	struct arena a;
	struct walk w;
	pthread_t thread;
	bool started, is_main;
};

/* Everything in its final numbering, before it is laid out. */
struct merge {
	struct arena *a;
	struct strtab str;
	VEC(struct index_cu) cus;
	VEC(struct walk_func) funcs;
	VEC(struct walk_inst) insts;
	VEC(struct index_type) types;
	VEC(struct index_var) vars;
	index_syms syms;
	index_ranges blacklist;
	VEC(struct index_func) out_funcs;
	VEC(struct index_inst) out_insts;
	VEC(uint32_t) symnames;
	VEC(struct index_entry) entries;
	uint64_t text_base;
	uint32_t root;
};

/* ---- the walk ---- */

static bool work(struct worker *wk)
{
	struct job *job = wk->job;
	struct walk *w = &wk->w;
	size_t since = 0;

	if (!elf_file_open(&wk->a, job->elf_path, &w->f, &w->why) ||
	    !elf_file_dwarf(&wk->a, &w->f, &w->why))
		return false;
	w->root = job->root;
	while (!job->failed) {
		size_t from = atomic_fetch_add(&job->next, CHUNK);

		if (from >= job->ncus)
			break;
		for (size_t i = from; i < MIN(from + CHUNK, job->ncus); i++)
			if (!walk_unit(w, job->cus[i], i))
				return false;
		atomic_fetch_add(&job->done, CHUNK);
		since += CHUNK;
		if (since >= FORGET_EVERY) {
			elf_file_forget_pages(&w->f);
			since = 0;
		}
		if (wk->is_main && job->progress)
			job->progress(job->ctx, MIN(job->done, job->ncus),
				      job->ncus);
	}
	return true;
}

static void *worker_main(void *arg)
{
	struct worker *wk = arg;

	if (!work(wk))
		wk->job->failed = true;
	return NULL;
}

static size_t worker_count(const struct job *job, const struct elf_file *f)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	size_t n = MIN(MAX(cpus, 1), MAX_WORKERS);

	if (f->type == ET_REL) /* each would relocate its own copy */
		return 1;
	return MIN(n, job->ncus / UNITS_A_WORKER + 1);
}

static void merge_walk(struct merge *m, struct walk *w);

static bool walk_all(struct merge *m, struct job *job, size_t n,
		     const char **why)
{
	struct worker *wk = arena_array(m->a, n, struct worker);
	bool ok = true;

	for (size_t i = 0; i < n; i++) {
		wk[i].job = job;
		wk[i].is_main = i == 0;
		walk_init(&wk[i].w, &wk[i].a);
	}
	for (size_t i = 1; i < n; i++)
		wk[i].started = !pthread_create(&wk[i].thread, NULL,
						worker_main, &wk[i]);
	worker_main(&wk[0]);
	for (size_t i = 1; i < n; i++)
		if (wk[i].started)
			pthread_join(wk[i].thread, NULL);
	for (size_t i = 0; i < n; i++) {
		if (wk[i].w.why) {
			*why = arena_printf(m->a, "cannot index \"%s\": %s",
					    job->elf_path, wk[i].w.why);
			ok = false;
		}
		elf_file_close(&wk[i].w.f);
		if (ok)
			merge_walk(m, &wk[i].w);
		walk_free(&wk[i].w);
		arena_free(&wk[i].a);
	}
	return ok;
}

/* Lists the units, and finds the source root their names agree on. */
static bool list_units(struct merge *m, struct elf_file *f, struct job *job,
		       const char **why)
{
	VEC(uint64_t) cus = {0};
	Dwarf_Off off = 0, next;
	size_t hsize;
	Dwarf *dw = elf_file_dwarf(m->a, f, why);

	if (!dw)
		return false;
	while (!dwarf_nextcu(dw, off, &next, &hsize, NULL, NULL, NULL)) {
		Dwarf_Die die;
		Dwarf_Attribute at;
		const char *name, *dir;
		Dwarf_Word lang = 0;

		if (off + hsize > UINT32_MAX ||
		    !dwarf_offdie(dw, off + hsize, &die)) {
			*why = arena_printf(m->a, "cannot index \"%s\": %s",
					    f->path, dwarf_errmsg(-1));
			return false;
		}
		name = dwarf_diename(&die);
		dir = dwarf_formstring(dwarf_attr(&die, DW_AT_comp_dir, &at));
		dwarf_formudata(dwarf_attr(&die, DW_AT_language, &at), &lang);
		if (name && !job->root)
			job->root = source_root(m->a, dir, name);
		vec_push(m->a, &cus, off + hsize);
		vec_push(m->a, &m->cus,
			 (struct index_cu){strtab_add(&m->str, name ? name : ""),
					   strtab_add(&m->str, dir ? dir : ""),
					   off + hsize, lang});
		off = next;
		if (cus.n % FORGET_EVERY == 0)
			elf_file_forget_pages(f);
	}
	elf_file_forget_pages(f);
	job->cus = cus.v;
	job->ncus = cus.n;
	return true;
}

/* Unit names are stored like any source name, once the root is known. */
static void name_units(struct merge *m, const struct job *job)
{
	m->root = strtab_add(&m->str, job->root ? job->root : "");
	vec_for(i, &m->cus) {
		struct index_cu *cu = &m->cus.v[i];
		const char *dir = m->str.s + cu->comp_dir;
		const char *name = m->str.s + cu->name;

		cu->name = strtab_add(&m->str,
				      source_path(m->a, dir, job->root, name));
	}
}

/* ---- merging ---- */

/* A worker's string offset in the merged table; memo by offset. */
struct renumber {
	struct strtab *from, *to;
	uint32_t *memo; /* + 1 */
};

static uint32_t renumbered(struct renumber *r, uint32_t off)
{
	if (!off)
		return 0;
	if (!r->memo[off])
		r->memo[off] = strtab_add(r->to, r->from->s + off) + 1;
	return r->memo[off] - 1;
}

static void merge_walk(struct merge *m, struct walk *w)
{
	struct renumber r = {&w->str, &m->str, NULL};
	uint32_t base = m->funcs.n;

	r.memo = xmalloc((w->str.n + 1) * sizeof *r.memo);
	memset(r.memo, 0, (w->str.n + 1) * sizeof *r.memo);
	vec_for(i, &w->funcs) {
		struct walk_func f = w->funcs.v[i];

		f.name = renumbered(&r, f.name);
		f.file = renumbered(&r, f.file);
		vec_push(m->a, &m->funcs, f);
	}
	vec_for(i, &w->insts) {
		struct walk_inst x = w->insts.v[i];

		x.func += base;
		vec_push(m->a, &m->insts, x);
	}
	vec_for(i, &w->types) {
		struct index_type t = w->types.v[i];

		t.name = renumbered(&r, t.name);
		vec_push(m->a, &m->types, t);
	}
	vec_for(i, &w->vars) {
		struct index_var v = w->vars.v[i];

		v.name = renumbered(&r, v.name);
		v.file = renumbered(&r, v.file);
		vec_push(m->a, &m->vars, v);
	}
	free(r.memo);
}

/* Sorting looks strings up: qsort_r's context is the string table. */
static int cmp_str(const char *s, uint32_t a, uint32_t b)
{
	return a == b ? 0 : strcmp(s + a, s + b);
}

static int cmp_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

struct ranked_func {
	struct walk_func f;
	uint32_t old; /* position before sorting */
};

static int by_func(const void *x, const void *y, void *s)
{
	const struct ranked_func *a = x, *b = y;
	int c = cmp_str(s, a->f.name, b->f.name);

	if (!c)
		c = cmp_str(s, a->f.file, b->f.file);
	return c ? c : cmp_u64(a->f.line, b->f.line);
}

static int by_inst(const void *x, const void *y)
{
	const struct walk_inst *a = x, *b = y;

	if (a->func != b->func)
		return cmp_u64(a->func, b->func);
	if (a->is_inline != b->is_inline)
		return a->is_inline ? 1 : -1;
	return a->pc != b->pc ? cmp_u64(a->pc, b->pc) : cmp_u64(a->die, b->die);
}

static int by_type(const void *x, const void *y, void *s)
{
	const struct index_type *a = x, *b = y;
	int c = cmp_str(s, a->name, b->name);

	if (!c)
		c = cmp_u64(a->tag, b->tag);
	return c ? c : cmp_u64(a->die, b->die);
}

static int by_var(const void *x, const void *y, void *s)
{
	const struct index_var *a = x, *b = y;
	int c = cmp_str(s, a->name, b->name);

	if (!c)
		c = cmp_str(s, a->file, b->file);
	return c ? c : cmp_u64(a->die, b->die);
}

/* The functions of all workers, equal ones made one; insts renumbered. */
static void unite_functions(struct merge *m)
{
	size_t n = m->funcs.n;
	struct ranked_func *r = xmalloc((n + 1) * sizeof *r);
	uint32_t *now = xmalloc((n + 1) * sizeof *now);

	for (size_t i = 0; i < n; i++)
		r[i] = (struct ranked_func){m->funcs.v[i], i};
	qsort_r(r, n, sizeof *r, by_func, m->str.s);
	for (size_t i = 0; i < n; i++) {
		if (!i || by_func(&r[i - 1], &r[i], m->str.s))
			vec_push(m->a, &m->out_funcs,
				 (struct index_func){.name = r[i].f.name,
						     .file = r[i].f.file,
						     .line = r[i].f.line});
		m->out_funcs.v[m->out_funcs.n - 1].flags |= r[i].f.flags;
		now[r[i].old] = m->out_funcs.n - 1;
	}
	vec_for(i, &m->insts)
		m->insts.v[i].func = now[m->insts.v[i].func];
	free(r);
	free(now);
}

/* The symbol at or below an address. */
static const struct index_sym *symbol_below(const struct merge *m, uint64_t pc)
{
	size_t lo = 0, hi = m->syms.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (m->syms.v[mid].addr <= pc)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo > 1 && m->syms.v[lo - 2].addr == m->syms.v[lo - 1].addr)
		lo--;
	return lo ? &m->syms.v[lo - 1] : NULL;
}

/* GCC before 13 lets a function begin, in the DWARF, after the NOPs that
 * -fpatchable-function-entry puts at its start (arm64).  The kernel knows the
 * function by its symbol, and sets return probes only there. */
static void start_at_symbols(struct merge *m)
{
	vec_for(i, &m->insts) {
		struct walk_inst *x = &m->insts.v[i];
		const struct index_sym *s;
		const char *func, *name;
		size_t n;

		if (x->is_inline || !(s = symbol_below(m, x->pc)) ||
		    s->type != STT_FUNC || x->pc - s->addr >= s->size ||
		    x->pc - s->addr > MAX_ENTRY_GAP)
			continue;
		func = m->str.s + m->out_funcs.v[x->func].name;
		name = m->str.s + s->name;
		n = strlen(func);
		if (!strncmp(name, func, n) && (!name[n] || name[n] == '.'))
			x->pc = s->addr;
	}
}

static bool is_part(const struct merge *m, const struct walk_inst *x)
{
	const struct index_sym *s = symbol_below(m, x->pc);

	return !x->is_inline && s && s->addr == x->pc &&
	       strstr(m->str.s + s->name, ".part.");
}

/* The rare part of a function, which its other instances call, is not called
 * by its name: who counts calls wants those.  Where there are none, it is all
 * that can be probed. */
static void drop_parts(struct merge *m)
{
	bool *whole = xmalloc(m->out_funcs.n + 1);
	size_t n = 0;

	memset(whole, 0, m->out_funcs.n + 1);
	vec_for(i, &m->insts)
		if (!is_part(m, &m->insts.v[i]))
			whole[m->insts.v[i].func] = true;
	vec_for(i, &m->insts)
		if (!whole[m->insts.v[i].func] || !is_part(m, &m->insts.v[i]))
			m->insts.v[n++] = m->insts.v[i];
	m->insts.n = n;
	free(whole);
}

/* Code that no symbol holds is a weak function another one took the place of:
 * linked in, never run. */
static void drop_dead_code(struct merge *m)
{
	size_t n = 0;

	vec_for(i, &m->insts) {
		const struct index_sym *s =
			symbol_below(m, m->insts.v[i].pc);

		if (s && s->size && m->insts.v[i].pc - s->addr >= s->size)
			continue;
		m->insts.v[n++] = m->insts.v[i];
	}
	m->insts.n = n;
}

static bool same_inst(const struct walk_inst *a, const struct walk_inst *b)
{
	return a->func == b->func && a->pc == b->pc &&
	       a->is_inline == b->is_inline;
}

/* Puts each function's instances together; one that starts where another of
 * the same function does is not a second place to probe. */
static bool group_instances(struct merge *m, const char **why)
{
	uint64_t hi = 0;

	m->text_base = UINT64_MAX;
	vec_for(i, &m->insts) {
		m->text_base = MIN(m->text_base, m->insts.v[i].pc);
		hi = MAX(hi, m->insts.v[i].pc);
	}
	if (!m->insts.n)
		m->text_base = 0;
	else if (hi - m->text_base > UINT32_MAX) {
		*why = "its functions span more than 4 GiB";
		return false;
	}
	if (m->insts.n)
		qsort(m->insts.v, m->insts.n, sizeof *m->insts.v, by_inst);
	vec_for(i, &m->insts) {
		const struct walk_inst *x = &m->insts.v[i];
		struct index_func *f = &m->out_funcs.v[x->func];

		if (i && same_inst(x - 1, x))
			continue;
		if (!f->copies && !f->inlines)
			f->inst = m->out_insts.n;
		if (x->is_inline)
			f->inlines++;
		else
			f->copies++;
		vec_push(m->a, &m->out_insts,
			 (struct index_inst){x->pc - m->text_base, x->die,
					     x->cu});
	}
	return true;
}

/* Functions nobody calls in this file are declarations to us. */
static void drop_empty_functions(struct merge *m)
{
	size_t n = 0;

	vec_for(i, &m->out_funcs)
		if (m->out_funcs.v[i].copies || m->out_funcs.v[i].inlines)
			m->out_funcs.v[n++] = m->out_funcs.v[i];
	m->out_funcs.n = n;
}

static void unite_types(struct merge *m)
{
	size_t n = 0;

	if (!m->types.n)
		return;
	qsort_r(m->types.v, m->types.n, sizeof *m->types.v, by_type, m->str.s);
	vec_for(i, &m->types) {
		struct index_type *t = &m->types.v[i];

		if (n && m->types.v[n - 1].name == t->name &&
		    m->types.v[n - 1].tag == t->tag)
			continue;
		m->types.v[n++] = *t;
	}
	m->types.n = n;
}

struct symname_ctx {
	const struct index_sym *syms;
	const char *s;
};

static int by_symname(const void *x, const void *y, void *arg)
{
	const struct symname_ctx *c = arg;
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	int r = cmp_str(c->s, c->syms[a].name, c->syms[b].name);

	return r ? r : cmp_u64(a, b);
}

static int by_entry(const void *x, const void *y, void *insts)
{
	const struct index_entry *a = x, *b = y;
	const struct index_inst *v = insts;

	if (v[a->inst].pc != v[b->inst].pc)
		return cmp_u64(v[a->inst].pc, v[b->inst].pc);
	return cmp_u64(a->func, b->func);
}

static void list_entries(struct merge *m)
{
	vec_for(i, &m->out_funcs)
		for (uint32_t k = 0; k < m->out_funcs.v[i].copies; k++)
			vec_push(m->a, &m->entries,
				 (struct index_entry){
				 i, m->out_funcs.v[i].inst + k});
	if (m->entries.n)
		qsort_r(m->entries.v, m->entries.n, sizeof *m->entries.v,
			by_entry, m->out_insts.v);
}

static bool settle(struct merge *m, const char **why)
{
	struct symname_ctx ctx;

	unite_functions(m);
	start_at_symbols(m);
	drop_parts(m);
	drop_dead_code(m);
	if (!group_instances(m, why))
		return false;
	drop_empty_functions(m);
	list_entries(m);
	unite_types(m);
	if (m->vars.n)
		qsort_r(m->vars.v, m->vars.n, sizeof *m->vars.v, by_var,
			m->str.s);
	vec_for(i, &m->syms)
		vec_push(m->a, &m->symnames, i);
	ctx = (struct symname_ctx){m->syms.v, m->str.s};
	if (m->symnames.n)
		qsort_r(m->symnames.v, m->symnames.n, sizeof *m->symnames.v,
			by_symname, &ctx);
	return true;
}

/* ---- layout ---- */

struct part {
	const void *p;
	size_t n, size;
};

static void *lay_out(const struct merge *m, const struct elf_file *f,
		     bool has_dwarf, size_t *size)
{
	const struct part parts[INDEX_NTABLES] = {
#define PART(t) {(t).v, (t).n, sizeof *(t).v}
		[INDEX_STRINGS] = {m->str.s, m->str.n, 1},
		[INDEX_CUS] = PART(m->cus),
		[INDEX_FUNCS] = PART(m->out_funcs),
		[INDEX_INSTS] = PART(m->out_insts),
		[INDEX_TYPES] = PART(m->types),
		[INDEX_VARS] = PART(m->vars),
		[INDEX_SYMS] = PART(m->syms),
		[INDEX_SYMNAMES] = PART(m->symnames),
		[INDEX_BLACKLIST] = PART(m->blacklist),
		[INDEX_ENTRIES] = PART(m->entries),
#undef PART
	};
	size_t total = sizeof(struct index_header);
	struct index_header *h;
	char *block;

	for (size_t i = 0; i < INDEX_NTABLES; i++)
		total += (parts[i].n * parts[i].size + 7) & ~(size_t)7;
	block = xmalloc(total);
	memset(block, 0, total);
	h = (struct index_header *)block;
	memcpy(h->magic, INDEX_MAGIC, sizeof h->magic);
	h->version = INDEX_VERSION;
	h->header_size = sizeof *h;
	h->file_size = total;
	h->elf_size = f->size;
	h->text_base = m->text_base;
	h->root = m->root;
	h->machine = f->machine;
	h->elf_type = f->type;
	h->has_dwarf = has_dwarf;
	h->build_id_len = f->build_id_len;
	memcpy(h->build_id, f->build_id, f->build_id_len);
	total = sizeof *h;
	for (size_t i = 0; i < INDEX_NTABLES; i++) {
		size_t n = parts[i].n * parts[i].size;

		h->table[i].off = total;
		h->table[i].n = parts[i].n;
		if (n)
			memcpy(block + total, parts[i].p, n);
		total += (n + 7) & ~(size_t)7;
	}
	h->body_sum = index_body_sum(block, total);
	h->header_sum = index_header_sum(h);
	*size = total;
	return block;
}

/* What BTF says; of one that is damaged the symbols are left. */
static void take_btf(struct merge *m, const struct elf_file *f,
		     const struct btf *base)
{
	struct arena a = {0};
	const char *why;
	const struct btf *b = btf_of(&a, f, base, &why);
	struct walk w;

	if (b) {
		walk_init(&w, &a);
		btf_walk(&w, b, &m->syms, m->str.s);
		vec_push(m->a, &m->cus, (struct index_cu){0});
		merge_walk(m, &w);
		walk_free(&w);
	}
	arena_free(&a);
}

void *index_make(struct arena *a, const char *elf_path, const struct btf *base,
		 index_progress progress, void *ctx, size_t *size,
		 const char **why)
{
	struct arena tmp = {0};
	struct merge m = {.a = &tmp};
	struct elf_file f;
	struct job job = {.elf_path = elf_path,
			  .progress = progress,
			  .ctx = ctx};
	const char *reason = NULL;
	void *block = NULL;
	bool ok = true;

	if (!elf_file_open(a, elf_path, &f, why))
		return NULL;
	strtab_add(&m.str, "");
	if (f.has_dwarf) {
		ok = list_units(&m, &f, &job, &reason) &&
		     walk_all(&m, &job, worker_count(&job, &f), &reason);
		if (ok)
			name_units(&m, &job);
	}
	if (ok) {
		elf_symbols(&tmp, &f, &m.str, &m.syms);
		if (!f.has_dwarf && f.has_btf)
			take_btf(&m, &f, base);
		elf_blacklist(&tmp, &f, &m.syms, &m.str, &m.blacklist);
		ok = settle(&m, &reason);
	}
	if (ok)
		block = lay_out(&m, &f, f.has_dwarf, size);
	else
		*why = arena_strdup(a, reason ? reason : "unknown error");
	elf_file_close(&f);
	strtab_free(&m.str);
	arena_free(&tmp);
	return block;
}

int debuginfo_index_build(struct arena *a, const char *elf_path,
			  const char *out_path, index_progress progress,
			  void *ctx, const char **why)
{
	size_t size;
	void *block = index_make(a, elf_path, NULL, progress, ctx, &size,
				 why);
	int err;

	if (!block)
		return -EINVAL;
	err = file_replace(out_path, block, size, 0644);
	free(block);
	if (err)
		*why = arena_printf(a, "cannot write \"%s\": %s", out_path,
				    strerror(-err));
	return err;
}
