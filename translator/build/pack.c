// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The archive: what a target needs to run a script that was built here.  The
 * manifest (remote/wire/archive.h) comes first, so that a reader can refuse
 * the rest unread.  Equal inputs give equal bytes: no times, no owners.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "build/build.h"
#include "remote/wire/archive.h"
#include "remote/wire/sha256.h"
#include "remote/wire/wire.h"

#define MODULE_MAX (64u << 20)

struct member {
	const char *name;
	const void *data;
	size_t size;
};
struct members { VEC(struct member) list; };

/* ---- the manifest ---- */
static void put_escaped(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			buf_puts(b, "\\n");
		else if (*text == '\\')
			buf_puts(b, "\\\\");
		else
			buf_putc(b, *text == '\r' ? ' ' : *text);
	}
}

static void put_key(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, "%s = ", key);
	put_escaped(b, value ? value : "");
	buf_putc(b, '\n');
}

static void put_digest(struct buf *b, const struct member *m)
{
	unsigned char digest[SHA256_SIZE];
	char hex[2 * SHA256_SIZE + 1];

	sha256_of(m->data, m->size, digest);
	sha256_hex(digest, hex);
	buf_printf(b, "sha256.%s = %s\n", m->name, hex);
}

/* What changes how the script runs or was built. */
static const char *options_text(struct session *s)
{
	struct buf b = { 0 };
	const char *text;

	if (s->opt.guru)
		buf_puts(&b, " -g");
	if (s->opt.timing)
		buf_puts(&b, " -t");
	if (s->opt.kbuild)
		buf_puts(&b, " --kbuild");
	if (s->opt.suppress_handler_errors)
		buf_puts(&b, " --suppress-handler-errors");
	if (s->opt.suppress_time_limits)
		buf_puts(&b, " --suppress-time-limits");
	for (size_t i = 0; i < s->opt.defines.n; i++)
		buf_printf(&b, " -D%s", s->opt.defines.v[i]);
	text = arena_strdup(&s->arena, b.n ? b.s + 1 : "");
	buf_free(&b);
	return text;
}

static const char *vermagic_of(struct session *s, const struct member *ko)
{
	const char *p = ko->data, *end = p + ko->size;
	const char *key = "vermagic=";

	while ((p = memmem(p, (size_t)(end - p), key, strlen(key)))) {
		const char *value = p + strlen(key);

		if ((p == (const char *)ko->data || !p[-1]) &&
		    memchr(value, 0, (size_t)(end - value)))
			return arena_strdup(&s->arena, value);
		p = value;
	}
	return "";
}

static void put_manifest(struct session *s, const struct members *all,
			 struct buf *b)
{
	const struct source *src = s->user ? s->user->src : NULL;

	buf_printf(b, "format = %d\n", ARCHIVE_FORMAT);
	put_key(b, "module", s->module_name);
	put_key(b, "arch", s->sysroot->arch);
	put_key(b, "release", s->sysroot->release);
	put_key(b, "build_id", build_id_hex(&s->arena, &s->sysroot->build_id));
	put_key(b, "vermagic", vermagic_of(s, &all->list.v[0]));
	buf_printf(b, "protocol = %d\n", WIRE_VERSION);
	put_key(b, "stapx", STAPX_VERSION);
	vec_for(i, &all->list)
		put_digest(b, &all->list.v[i]);
	put_key(b, "options", options_text(s));
	put_key(b, "script", src ? src->name : "");
	put_key(b, "script_text", src ? src->text : "");
}

/* ---- the members ---- */

/* The definitions that the stream's reader needs, to look at with no target:
 * a line a format, "NUMBER LETTERS TEXT", the text escaped. */
static void put_formats(struct session *s, struct buf *b)
{
	vec_for(i, &s->program->formats) {
		const struct print_format *f = &s->program->formats.v[i];

		buf_printf(b, "%zu %s ", i, *f->args ? f->args : "-");
		put_escaped(b, f->text);
		buf_putc(b, '\n');
	}
}

static bool write_member(struct archive *out, const struct member *m)
{
	struct archive_entry *e = archive_entry_new();
	bool ok;

	archive_entry_set_pathname(e, m->name);
	archive_entry_set_size(e, (la_int64_t)m->size);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	ok = archive_write_header(out, e) == ARCHIVE_OK &&
	     archive_write_data(out, m->data, m->size) == (la_ssize_t)m->size;
	archive_entry_free(e);
	return ok;
}

static bool write_members(struct session *s, const char *path,
			  const struct members *all)
{
	struct archive *out = archive_write_new();
	bool ok;

	ok = archive_write_set_format_ustar(out) == ARCHIVE_OK &&
	     archive_write_add_filter_gzip(out) == ARCHIVE_OK &&
	     archive_write_set_options(out, "gzip:!timestamp") == ARCHIVE_OK &&
	     archive_write_open_filename(out, path) == ARCHIVE_OK;
	vec_for(i, &all->list)
		ok = ok && write_member(out, &all->list.v[i]);
	ok = ok && archive_write_close(out) == ARCHIVE_OK;
	if (!ok)
		diag_error(&s->diag, "cannot write the archive '%s': %s", path,
			   archive_error_string(out));
	archive_write_free(out);
	return ok;
}

bool pack_archive(struct session *s, const char *path)
{
	struct members files = { 0 }, all = { 0 };
	struct buf manifest = { 0 }, formats = { 0 };
	struct member ko = {
		.name = arena_printf(&s->arena, "%s.ko", s->module_name),
	};
	bool ok;

	ko.data = file_read(&s->arena, s->module_path, MODULE_MAX, &ko.size);
	if (!ko.data || !s->sysroot) {
		diag_error(&s->diag, "cannot pack '%s': %s", s->module_path,
			   ko.data ? "it is no kernel module" :
				     strerror(errno));
		return false;
	}
	put_formats(s, &formats);
	vec_push(&s->arena, &files.list, ko);
	vec_push(&s->arena, &files.list, (struct member){
		 "formats", buf_str(&formats), formats.n });
	put_manifest(s, &files, &manifest);
	vec_push(&s->arena, &all.list, (struct member){
		 ARCHIVE_MANIFEST, buf_str(&manifest), manifest.n });
	vec_for(i, &files.list)
		vec_push(&s->arena, &all.list, files.list.v[i]);
	ok = write_members(s, path, &all);
	if (ok)
		s->archive_path = path;
	buf_free(&manifest);
	buf_free(&formats);
	return ok;
}
