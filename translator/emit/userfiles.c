// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a script carries of files of user space: struct stp_ufiles.  In: those
 * that -d and --ldd name.  Out: tables; the first line of each says its file.
 */
#include <inttypes.h>

#include "debuginfo/userfile.h"
#include "emit/emit.h"
#include "runtime/script.h"

#define ROW 8			/* elements a line */

static void put_segments(const struct userfile *u, size_t id, struct buf *out)
{
	buf_printf(out, "static const struct stp_usegment useg_%zu[] = {\n", id);
	for (size_t i = 0; i < u->elf.nsegments; i++)
		buf_printf(out, "\t{ 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
			   " },\n", u->elf.segments[i].offset,
			   u->elf.segments[i].addr, u->elf.segments[i].size);
	buf_puts(out, "};\n");
}

static void put_rules(const struct userfile *u, size_t id, struct buf *out)
{
	buf_printf(out, "static const struct stp_urule urule_%zu[] = {", id);
	vec_for(i, &u->rules) {
		const struct user_rule *r = &u->rules.v[i];

		buf_printf(out, "%s{0x%" PRIx64 ",%u,%u,%u},", i % ROW ? "" :
			   "\n\t", r->at - u->base, r->cfa, r->fp, r->ra);
	}
	buf_puts(out, "\n};\n");
}

static bool is_function(const struct userfile *u, const struct elf_symbol *s)
{
	return s->addr >= u->base && s->addr - u->base <= UINT32_MAX &&
	       s->size <= UINT32_MAX && !s->data;
}

/* Symbols, and their names one after the other. */
static size_t put_symbols(struct emit *e, const struct userfile *u, size_t id,
			  struct buf *out)
{
	struct buf names = { 0 };
	size_t n = 0;

	buf_printf(out, "static const struct stp_usym usym_%zu[] = {", id);
	for (size_t i = 0; i < u->elf.n; i++) {
		const struct elf_symbol *s = &u->elf.v[i];
		const char *name = u->elf.names + s->name;

		if (!is_function(u, s))
			continue;
		buf_printf(out, "%s{0x%" PRIx64 ",%" PRIu64 ",%zu},",
			   n++ % ROW ? "" : "\n\t", s->addr - u->base,
			   elf_symbols_size(&u->elf, s), names.n);
		buf_puts(&names, name);
		buf_putc(&names, '\0');
	}
	buf_printf(out, "\n};\nstatic const char uname_%zu[] = ", id);
	buf_puts(out, names.n ? c_string(e->arena, names.s, names.n) : "\"\"");
	buf_puts(out, ";\n");
	buf_free(&names);
	return n;
}

static const char *id_literal(struct emit *e, const char *hex, size_t *n)
{
	struct build_id id;

	if (!build_id_parse(hex, &id))
		id.n = 0;
	*n = id.n;
	return c_string(e->arena, (const char *)id.bytes, id.n);
}

static void put_file(struct emit *e, const struct userfile *u, size_t id,
		     struct buf *out, struct buf *list)
{
	size_t nid, nsyms;
	const char *text = id_literal(e, u->elf.build_id, &nid);

	buf_printf(out, "/* %s */\n", u->elf.build_id);
	put_segments(u, id, out);
	put_rules(u, id, out);
	nsyms = put_symbols(e, u, id, out);
	buf_printf(list, "\t{ .id = %s, .nid = %zu, .base = 0x%" PRIx64 "ULL,\n"
		   "\t  .path = %s, .names = uname_%zu,\n"
		   "\t  .segments = useg_%zu, .nsegments = %zu,\n"
		   "\t  .rules = urule_%zu, .nrules = %zu,\n"
		   "\t  .syms = usym_%zu, .nsyms = %zu },\n", text, nid,
		   u->base, c_string(e->arena, u->path, strlen(u->path)), id,
		   id, u->elf.nsegments, id, u->rules.n, id, nsyms);
	vlog(e->s, 3, 1, "'%s': %zu rules of frames, %zu functions\n", u->path,
	     u->rules.n, nsyms);
}

void emit_user_files(struct emit *e, struct buf *out)
{
	struct buf list = { 0 };
	struct userfile u;
	const char *why;
	size_t n = 0;

	session_user_files(e->s);
	vec_for(i, &e->s->user_files) {
		const struct user_path *p = &e->s->user_files.v[i];

		if (!userfile_read(e->arena, &u, p->here, e->s->arch, &why)) {
			session_no_user_file(e->s, p->target, why);
			continue;
		}
		u.path = p->target;
		put_file(e, &u, n++, out, &list);
		userfile_free(&u);
	}
	if (n)
		buf_printf(out, "static const struct stp_ufile user_files[] = "
			   "{\n%s};\nconst struct stp_ufiles stp_user_files = "
			   "{ user_files, %zu };\n\n", buf_str(&list), n);
	buf_free(&list);
}
