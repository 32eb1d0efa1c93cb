// SPDX-License-Identifier: GPL-2.0-or-later
/* staprun on its own: the outlet that shows the trace as text, here. */
#include "remote/target/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct local {
	struct outlet outlet;
	const struct local_options *opt;
	FILE *out, *save;
	struct text_view *view;
	struct stream *stream;
};

static int local_stream(struct outlet *o, const void *p, size_t n)
{
	struct local *l = (struct local *)o;

	if (l->save && fwrite(p, 1, n, l->save) != n)
		return -EIO;
	if (stream_feed(l->stream, p, n) < 0)
		return -EPROTO;
	return ferror(l->out) ? -EIO : 0;
}

static void local_log(struct outlet *o, int level, const char *text)
{
	struct local *l = (struct local *)o;

	if (l->opt->verbose >= level)
		fprintf(stderr, "staprun: %s\n", text);
}

static void local_error(struct outlet *o, const char *text)
{
	struct local *l = (struct local *)o;

	fflush(l->out);
	fprintf(stderr, "ERROR: %s\n", text);
}

static void local_warning(struct outlet *o, const char *text)
{
	struct local *l = (struct local *)o;

	fflush(l->out);
	if (!l->opt->no_warnings)
		fprintf(stderr, "WARNING: %s\n", text);
}

static void local_running(struct outlet *o, bool on)
{
	if (on)
		local_log(o, 2, "the begin probes have run");
}

static void local_child(struct outlet *o, int fd, const void *p, size_t n)
{
	fwrite(p, 1, n, fd == 1 ? stdout : stderr);
}

static bool local_room(struct outlet *o)
{
	return true;
}

static int local_prepare(struct outlet *o, struct pollfd *p, int max)
{
	return 0;
}

static int local_handle(struct outlet *o, const struct pollfd *p, int n)
{
	return OUTLET_ON;
}

static const struct outlet_kind local_kind = {
	.stream = local_stream,
	.log = local_log,
	.error = local_error,
	.warning = local_warning,
	.child = local_child,
	.running = local_running,
	.room = local_room,
	.prepare = local_prepare,
	.handle = local_handle,
	.captures = false,
};

static FILE *open_for_writing(const char *name)
{
	char path[4096];
	FILE *f = output_file(name, path, sizeof(path));

	if (!f)
		fprintf(stderr, "ERROR: cannot write \"%s\": %s\n", path,
			strerror(errno));
	return f;
}

static bool local_open(struct local *l)
{
	const struct local_options *opt = l->opt;

	l->out = opt->output ? open_for_writing(opt->output) : stdout;
	if (!l->out)
		return false;
	if (opt->save && !(l->save = open_for_writing(opt->save)))
		return false;
	l->view = text_view_new(l->out, stderr, NULL);
	l->stream = l->view ? stream_open(&stream_text_view, l->view) : NULL;
	if (!l->stream)
		return false;
	text_view_verbose(l->view, opt->verbose > 0);
	text_view_quiet(l->view, opt->no_warnings);
	return true;
}

static int close_file(FILE *f, const char *name)
{
	if (!f || (f == stdout ? fflush(f) : fclose(f)) == 0)
		return 0;
	fprintf(stderr, "ERROR: cannot write \"%s\": %s\n",
		name ? name : "standard output", strerror(errno));
	return 1;
}

int local_main(const struct run_options *run, const struct local_options *opt)
{
	struct local l = { .outlet.kind = &local_kind, .opt = opt };
	int status = 1, child;

	if (local_open(&l)) {
		bool begun;

		status = run_session(run, &l.outlet, &child);
		begun = stream_begun(l.stream);
		if (begun && stream_finish(l.stream) == -EPROTO)
			status = 1;
		if (text_view_errors(l.view))
			status = 1;
	}
	status |= close_file(l.out, opt->output);
	status |= close_file(l.save, opt->save);
	stream_close(l.stream);
	text_view_free(l.view);
	return status;
}
