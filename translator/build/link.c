// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Linking, twice as kbuild does it: the script's objects with the members of
 * the runtime that they need become one object, which tells modpost what it
 * wants of the kernel; that object and NAME.mod.o become the module.
 */
#include <errno.h>

#include "build/build.h"

/* What only the last link takes. */
static size_t last_only(const struct args *v, size_t i)
{
	const char *arg = v->list.v[i];

	if (!strcmp(arg, "-T") || !strcmp(arg, "--script"))
		return 2;
	return str_starts(arg, "--build-id") || str_starts(arg, "-T") ||
	       str_starts(arg, "--script=");
}

static void add_linker(struct session *s, struct args *v)
{
	args_add(&s->arena, v, "%sld", s->sysroot->cross ? s->sysroot->cross :
		 "");
}

/* Beside the linked object; NULL: reported. */
static const char *write_script(struct session *s, const char *const *objects,
				size_t n, const char *out)
{
	const char *path = arena_printf(&s->arena, "%s.lds", out);
	struct name_list all = { 0 };
	const char *text;
	int err = -EINVAL;

	for (size_t i = 0; i < n; i++)
		vec_push(&s->arena, &all.list, objects[i]);
	vec_push(&s->arena, &all.list, s->prepared->runtime);
	text = link_script(&s->arena, all.list.v, all.list.n);
	if (text)
		err = file_replace(path, text, strlen(text), 0644);
	if (err)
		diag_error(&s->diag, "cannot prepare to link '%s': %s", out,
			   strerror(-err));
	return err ? NULL : path;
}

bool link_objects(struct session *s, const char *const *objects, size_t n,
		  const char *out)
{
	struct args flags = { 0 }, v = { 0 };
	const char *script = write_script(s, objects, n, out);
	size_t skip;

	if (!script || !args_file(s, &flags, s->prepared->ldflags))
		return false;
	add_linker(s, &v);
	for (size_t i = 0; i < flags.list.n; i += skip ? skip : 1) {
		skip = last_only(&flags, i);
		if (!skip)
			args_add(&s->arena, &v, "%s", flags.list.v[i]);
	}
	args_add(&s->arena, &v, "-S");
	args_add(&s->arena, &v, "--gc-sections");
	args_add(&s->arena, &v, "-T");
	args_add(&s->arena, &v, "%s", script);
	/* Nothing refers to the module's own entry points but the kernel. */
	args_add(&s->arena, &v, "--undefined=init_module");
	args_add(&s->arena, &v, "--undefined=cleanup_module");
	args_add(&s->arena, &v, "-o");
	args_add(&s->arena, &v, "%s", out);
	for (size_t i = 0; i < n; i++)
		args_add(&s->arena, &v, "%s", objects[i]);
	args_add(&s->arena, &v, "%s", s->prepared->runtime);
	/* Of one object or of a whole: here the whole is one object. */
	return run_tool(s, &v, s->tmpdir, "the linker") &&
	       run_objtool(s, s->prepared->objtool_link ?
			   s->prepared->objtool_link :
			   s->prepared->objtool_obj, out);
}

bool link_module(struct session *s, const char *object, const char *mod_object,
		 const char *out)
{
	struct args flags = { 0 }, v = { 0 };
	const char *why = NULL;

	if (!args_file(s, &flags, s->prepared->ldflags))
		return false;
	add_linker(s, &v);
	for (size_t i = 0; i < flags.list.n; i++) {
		const char *arg = flags.list.v[i];

		/* The recorded script may be gone; its copy is not. */
		if (!strcmp(arg, "-T") || !strcmp(arg, "--script")) {
			i++;
			continue;
		}
		args_add(&s->arena, &v, "%s", arg);
	}
	if (s->prepared->module_lds) {
		args_add(&s->arena, &v, "-T");
		args_add(&s->arena, &v, "%s", s->prepared->module_lds);
	}
	args_add(&s->arena, &v, "-S");
	/* Names of static functions are a twentieth of a small module. */
	args_add(&s->arena, &v, "-x");
	args_add(&s->arena, &v, "-o");
	args_add(&s->arena, &v, "%s", out);
	args_add(&s->arena, &v, "%s", object);
	args_add(&s->arena, &v, "%s", mod_object);
	if (s->prepared->module_common)
		args_add(&s->arena, &v, "%s", s->prepared->module_common);
	if (!run_tool(s, &v, s->tmpdir, "the linker"))
		return false;
	if (shrink_module(&s->arena, out, &why))
		return true;
	diag_error(&s->diag, "%s", why);
	return false;
}
