// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pass 3.  In: the elaborated program.  Out: the text of script.c and, where
 * the script holds C that wants kernel headers, of embedded.c.  Both depend
 * on the program and the target alone, so that equal scripts give equal
 * texts: the cache's key is made of them.
 */
#include <inttypes.h>

#include "emit/emit.h"

static struct emitted_func *add_func(struct emit *e, const struct func *func)
{
	struct emitted_func *ef = arena_new(e->arena, struct emitted_func);

	ef->func = func;
	ef->name = c_name(e->arena, &e->names, "fn_", func->name);
	ef->second_file = !func->body && !func->builtin;
	vec_push(e->arena, &e->funcs, ef);
	return ef;
}

static bool wants_second_file(const struct emit *e)
{
	if (e->p->embeds.n)
		return true;
	vec_for(i, &e->funcs)
		if (e->funcs.v[i]->second_file)
			return true;
	return false;
}

static void put_sites(const struct emit *e, struct buf *out)
{
	if (!e->sites.n)
		return;
	buf_puts(out, "static const struct stp_site site[] = {\n");
	vec_for(i, &e->sites)
		buf_printf(out, "\t%s,\n", e->sites.v[i]);
	buf_puts(out, "};\n\n");
}

static void emit_code(struct emit *e, struct probe_code *codes)
{
	vec_for(i, &e->p->funcs)
		add_func(e, e->p->funcs.v[i]);
	emit_functions(e);
	vec_for(i, &e->p->probes)
		if (e->p->probes.v[i]->kind != PROBE_NEVER)
			codes[i] = emit_probe(e, e->p->probes.v[i]);
	handlers_write(e);
}

bool emit_program(struct session *s, struct emit_texts *out)
{
	struct emit e = { .arena = &s->arena, .s = s, .p = s->program };
	struct probe_code *codes = arena_array(e.arena, e.p->probes.n + 1,
					       struct probe_code);
	int errors = s->diag.errors;

	e.strlen_max = e.p->limits.maxstringlen > 0 ?
		       e.p->limits.maxstringlen : 512;
	e.p->formats.n = 0;
	emit_code(&e, codes);
	buf_printf(&out->script, "#define MAXSTRINGLEN %" PRId64 "\n"
		   "#include \"runtime/script.h\"\n\n", e.strlen_max);
	put_sites(&e, &out->script);
	emit_globals(&e, &out->script);
	emit_formats(&e, &out->script);
	buf_puts(&out->script, buf_str(&e.decls));
	buf_puts(&out->script, buf_str(&e.code));
	emit_probe_tables(&e, codes, &out->script);
	emit_script(&e, &out->script);
	if (wants_second_file(&e))
		emit_embedded_file(&e, &out->embedded);
	buf_free(&e.decls);
	buf_free(&e.code);
	return s->diag.errors == errors;
}

void emit_texts_free(struct emit_texts *t)
{
	buf_free(&t->script);
	buf_free(&t->embedded);
}
