// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * C to objects, with the arguments that the kernel's own build used for a
 * module.  script.c sees no header of the kernel; embedded.c sees them all,
 * through the sysroot's precompiled header where there is one.
 */
#include "build/build.h"

/* Debug information and warnings about the script's own habits only cost. */
static bool is_unwanted(const char *arg)
{
	return str_starts(arg, "-g") || str_starts(arg, "-Wframe-larger-than");
}

static void add_defines(struct session *s, struct args *v)
{
	for (size_t i = 0; i < s->opt.defines.n; i++)
		args_add(&s->arena, v, "-D%s", s->opt.defines.v[i]);
}

bool compile_object(struct session *s, const char *c_path, const char *o_path,
		    bool embedded)
{
	const struct prepared *p = s->prepared;
	struct args flags = { 0 }, v = { 0 };

	if (!args_file(s, &flags, embedded ? p->cflags_embedded : p->cflags))
		return false;
	args_add(&s->arena, &v, "%s", s->sysroot->cc);
	args_add(&s->arena, &v, "-pipe");
	vec_for(i, &flags.list)
		if (!is_unwanted(flags.list.v[i]))
			args_add(&s->arena, &v, "%s", flags.list.v[i]);
	if (embedded)
		add_defines(s, &v);
	args_add(&s->arena, &v, "-DSTP_MODULE_NAME=\"%s\"", s->module_name);
	args_add(&s->arena, &v, "-I%s/include", p->dir);
	args_add(&s->arena, &v, "-c");
	args_add(&s->arena, &v, "-o");
	args_add(&s->arena, &v, "%s", o_path);
	args_add(&s->arena, &v, "%s", c_path);
	/* Relative includes of some trees are from where make runs. */
	return run_tool(s, &v, embedded ? s->sysroot->build : s->tmpdir,
			"the compiler");
}
