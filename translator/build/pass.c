// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Passes 3 and 4 as stap runs them.  Pass 3 emits (which is quick), names the
 * module after the key of all that the result depends on, and looks whether
 * the cache holds it; pass 4 compiles, links and completes what it does not.
 */
#include <errno.h>
#include <stdlib.h>

#include "build/build.h"

static bool cache_usable(const struct session *s)
{
	return !s->opt.disable_cache && !s->opt.module_name &&
	       !s->opt.keep_tmp && s->state_dir;
}

static const char *suffix_of(const struct session *s)
{
	return s->opt.runtime == RUNTIME_USER ? ".exe" : ".ko";
}

static bool write_text(struct session *s, const char *path,
		       const struct buf *text)
{
	int err = file_replace(path, buf_str(text), text->n, 0644);

	if (err)
		diag_error(&s->diag, "cannot write '%s': %s", path,
			   strerror(-err));
	return !err;
}

static const char *tmp_file(struct session *s, const char *suffix)
{
	return arena_printf(&s->arena, "%s/%s%s", s->tmpdir, s->module_name,
			    suffix);
}

/* The cache may have the C without the module: then only the module's made. */
static void look_in_cache(struct session *s)
{
	const char *c = cache_path(s, s->module_name, ".c");
	const char *module = cache_path(s, s->module_name, suffix_of(s));

	if (!cache_usable(s) || s->opt.poison_cache)
		return;
	s->c_cached = cache_holds(c);
	if (s->c_cached)
		s->c_path = c;
	s->module_cached = s->c_cached && cache_holds(module);
	if (s->module_cached)
		s->module_path = module;
}

static bool write_texts(struct session *s, const struct emit_texts *t)
{
	const char *c = tmp_file(s, "_src.c");

	if (!s->c_cached) {
		if (!write_text(s, c, &t->script))
			return false;
		s->c_path = c;
	}
	if (!t->embedded.n || s->module_cached)
		return true;
	s->embedded_path = tmp_file(s, "_embedded.c");
	return write_text(s, s->embedded_path, &t->embedded);
}

bool pass_emit(struct session *s)
{
	struct emit_texts t = { 0 };
	struct cache_key key;
	bool ok = emit_program(s, &t);

	if (ok) {
		cache_key_of(s, &t, &key);
		s->module_name = s->opt.module_name;
		if (!s->module_name)
			s->module_name = arena_printf(&s->arena,
				"stap_%.*s_%zu", CACHE_KEY_HEX, key.hex,
				key.bytes);
		look_in_cache(s);
		ok = write_texts(s, &t);
	}
	emit_texts_free(&t);
	return ok;
}

/* ---- pass 4 ---- */
static bool complete(struct session *s, const char *object, const char *out)
{
	struct modpost m = {
		.arena = &s->arena, .object = object,
		.template_mod = s->prepared->template_mod,
		.symvers = s->prepared->symvers, .name = s->module_name,
		.out = tmp_file(s, ".mod.o"),
	};

	if (!modpost(&m)) {
		diag_error(&s->diag, "%s", m.why);
		return false;
	}
	return link_module(s, object, m.out, out);
}

static bool fast_build(struct session *s, const char *out)
{
	const char *objects[2] = { tmp_file(s, "_src.o"),
				   tmp_file(s, "_embedded.o") };
	const char *whole = tmp_file(s, ".o");
	size_t n = s->embedded_path ? 2 : 1;

	return compile_object(s, s->c_path, objects[0], false) &&
	       (n == 1 || compile_object(s, s->embedded_path, objects[1],
					 true)) &&
	       link_objects(s, objects, n, whole) && complete(s, whole, out);
}

static bool make_module(struct session *s, const char *out)
{
	if (s->opt.runtime == RUNTIME_USER)
		return user_build(s, out);
	if (!s->prepared) {
		diag_error(&s->diag, "no prepared sysroot for this kernel; "
			   "run `stap-sysroot prepare`");
		return false;
	}
	return s->opt.kbuild ? kbuild_build(s, out) : fast_build(s, out);
}

static void keep_results(struct session *s)
{
	const char *c = cache_path(s, s->module_name, ".c");
	const char *module = cache_path(s, s->module_name, suffix_of(s));

	if (!cache_usable(s) || !c || !module)
		return;
	if ((s->c_cached || cache_add(s, s->c_path, c)) &&
	    cache_add(s, s->module_path, module))
		s->module_path = module;
	cache_clean(s, false);
}

bool pass_build(struct session *s)
{
	if (!s->module_cached) {
		const char *out = tmp_file(s, suffix_of(s));

		if (!make_module(s, out))
			return false;
		s->module_path = out;
		keep_results(s);
	}
	return !s->opt.archive || pack_archive(s, s->opt.archive);
}
