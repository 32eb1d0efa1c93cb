// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands: argument lists, some of them recorded in files when the sysroot
 * was prepared, and how their failure is told.
 */
#include <errno.h>
#include <stdlib.h>

#include "build/build.h"

#define ARGS_FILE_MAX (1 << 20)

void args_add(struct arena *a, struct args *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vec_push(a, &v->list, arena_vprintf(a, fmt, ap));
	va_end(ap);
}

bool args_file(struct session *s, struct args *v, const char *path)
{
	char *text = file_read(&s->arena, path, ARGS_FILE_MAX, NULL), *end;

	if (!text) {
		diag_error(&s->diag, "cannot read '%s' (%s); run "
			   "`stap-sysroot prepare --force %s`", path,
			   strerror(errno), s->sysroot->name);
		return false;
	}
	for (; *text; text = end) {
		end = strchrnul(text, '\n');
		if (end > text)
			vec_push(&s->arena, &v->list,
				 arena_strndup(&s->arena, text,
					       (size_t)(end - text)));
		end += *end == '\n';
	}
	return true;
}

static void show_command(const struct args *v)
{
	fputs("Running", stderr);
	vec_for(i, &v->list)
		fprintf(stderr, " %s", v->list.v[i]);
	fputc('\n', stderr);
}

/* objtool of 6.12 and later asks the environment which CPU it is for, by the
 * name of the kernel's folder. */
static void set_srcarch(const char *arch)
{
	setenv("SRCARCH", !strcmp(arch, "x86_64") || !strcmp(arch, "i386") ?
	       "x86" : arch, 1);
}

/* Since 5.19 it wants to be told of an object that was linked. */
static void add_link_option(struct session *s, struct args *v)
{
	bool orc = false, link = false;

	vec_for(i, &v->list) {
		orc = orc || !strcmp(v->list.v[i], "--orc");
		link = link || !strcmp(v->list.v[i], "--link");
	}
	if (orc && !link)
		args_add(&s->arena, v, "--link");
}

bool run_objtool(struct session *s, const char *file, const char *object)
{
	struct args v = { 0 };

	if (!file)
		return true;	/* this kernel uses none */
	if (!args_file(s, &v, file))
		return false;
	add_link_option(s, &v);
	args_add(&s->arena, &v, "%s", object);
	set_srcarch(s->sysroot->arch);
	return run_tool(s, &v, s->sysroot->build, "objtool");
}

bool run_tool(struct session *s, struct args *v, const char *dir,
	      const char *what)
{
	struct proc_result r;

	if (s->opt.verbose[4] >= 2)
		show_command(v);
	vec_push(&s->arena, &v->list, NULL);
	r = proc_run((char **)v->list.v, dir,
		     PROC_CAPTURE_OUT | PROC_CAPTURE_ERR);
	if (r.out.n && (r.status || s->opt.verbose[4] >= 2))
		fputs(buf_str(&r.out), stderr);
	buf_free(&r.out);
	if (r.status == 127)
		diag_error(&s->diag, "'%s' cannot be run; install the package "
			   "that holds it (`stap-sysroot check` names it)",
			   v->list.v[0]);
	else if (r.status)
		diag_error(&s->diag, "%s: '%s' ended with status %d; rerun "
			   "with -vv to see its command", what, v->list.v[0],
			   r.status);
	return r.status == 0;
}
