// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --replay: a saved trace stream, shown again.  In: a file, none of whose
 * bytes are trusted.  Out: what the script printed; addresses by the sysroot
 * whose kernel has the build-id that the stream names.
 */
#include <errno.h>

#include "remote/host/target.h"
#include "session.h"

#define PIECE 65536

struct replay {
	struct session *s;
	struct host_symbols *symbols;
	bool looked;		/* for them */
	struct host_files *files;
};

static struct host_symbols *symbols_of(struct session *s,
				       const struct stream_kernel *k)
{
	struct sysroot_list roots = { 0 };
	struct build_id id;

	if (!build_id_parse(k->build_id, &id))
		return NULL;
	sysroot_all(&s->arena, &roots, NULL);
	vec_for (i, &roots.list)
		if (build_id_equal(&roots.list.v[i]->build_id, &id))
			return symbols_open(&s->arena, roots.list.v[i]);
	return NULL;
}

/* Only a stream that holds addresses needs them. */
static bool find(void *arg, const struct stream_kernel *k, uint64_t addr,
		 char form, char *to, size_t size)
{
	struct replay *r = arg;
	const struct stream_finder *f;

	if (!r->looked) {
		r->looked = true;
		r->symbols = symbols_of(r->s, k);
		if (!r->symbols)
			diag_warn(&r->s->diag, (struct loc){ 0 }, "no prepared "
				  "sysroot has the kernel with build-id %s: "
				  "its addresses are shown as numbers; see "
				  "`stap-sysroot list`", k->build_id);
	}
	f = symbols_finder(r->symbols);
	return f && f->find(f->arg, k, addr, form, to, size);
}

static bool find_place(void *arg, const struct stream_file *file,
		       const char *path, uint64_t offset, char form, char *to,
		       size_t size)
{
	struct replay *r = arg;

	if (!r->files)
		r->files = host_files_new(r->s, r->s->sysroot);
	return host_files_find(r->files, file, path, offset, form, to, size);
}

static int feed(struct session *s, struct stream *stream, FILE *in)
{
	char buf[PIECE];
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		if (stream_feed(stream, buf, n))
			break;
	if (ferror(in))
		diag_error(&s->diag, "cannot read '%s': %s", s->opt.replay,
			   strerror(errno));
	else if (n || !stream_begun(stream))
		diag_error(&s->diag, "'%s' is damaged: %s", s->opt.replay,
			   n ? stream_why(stream) : "this is no trace stream");
	return s->diag.errors ? 1 : 0;
}

static int show(struct session *s, FILE *in, FILE *out)
{
	struct replay r = { .s = s };
	struct stream_finder finder = { .find = find, .find_place = find_place,
					.arg = &r };
	struct text_view *v = text_view_new(out, stderr, NULL);
	struct stream *stream = v ? stream_open(&stream_text_view, v) : NULL;
	int status, ended = 0;

	if (!stream)
		fatal("no memory for the trace");
	text_view_verbose(v, s->opt.verbose[5] > 0);
	text_view_quiet(v, s->opt.suppress_warnings);
	text_view_finder(v, &finder);
	status = feed(s, stream, in);
	if (stream_begun(stream) && stream_finish(stream) == -EPIPE)
		diag_warn(&s->diag, (struct loc){ 0 }, "'%s' was cut off",
			  s->opt.replay);
	if (!stream_ended(stream, &ended) || ended || text_view_errors(v))
		status = 1;
	stream_close(stream);
	text_view_free(v);
	symbols_close(r.symbols);
	host_files_free(r.files);
	return status;
}

int run_replay(struct session *s)
{
	FILE *in = fopen(s->opt.replay, "re"), *out = NULL;
	int status = 1;

	if (!in)
		diag_error(&s->diag, "cannot read '%s': %s", s->opt.replay,
			   strerror(errno));
	else
		out = s->opt.output ? output_open(s, s->opt.output) : stdout;
	if (out)
		status = show(s, in, out);
	if (out && out != stdout)
		status |= output_close(s, s->opt.output, out);
	if (in)
		fclose(in);
	return status;
}
