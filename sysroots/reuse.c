// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which indexes of debug information outlive a preparation.  In: those of the
 * last one.  Out: links beside the new one's files, for each that is whole, of
 * this program's version and of the binary that the sysroot has now.
 */
#include <dirent.h>
#include <unistd.h>

#include "debuginfo/index.h"
#include "sysroots/modules.h"
#include "sysroots/prepare.h"

static const char suffix[] = ".index";

static bool link_if_whole(struct prepare *p, const char *from,
			  const char *build_id, const char *to)
{
	const char *why;

	return build_id && path_exists(from) &&
	       debuginfo_index_check(p->a, from, build_id, true, &why) &&
	       !link(from, to);
}

bool index_reuse(struct prepare *p, const char *to)
{
	const char *id = p->s->build_id.n
				 ? build_id_hex(p->a, &p->s->build_id) : NULL;

	return link_if_whole(p, path_join(p->a, p->dir, "vmlinux.index"), id,
			     to);
}

const char *index_file_build_id(struct arena *a, const struct sysroot *s,
				const char *file)
{
	size_t n = strlen(file) + 1 - sizeof suffix;
	const char *ko = NULL, *debug = NULL;

	if (sysroot_module_path(a, s, arena_strndup(a, file, n), &ko, &debug) ||
	    !ko)
		return NULL;
	return debuginfo_build_id_of(a, debug ? debug : ko);
}

void index_files(struct arena *a, const struct sysroot *s,
		 struct words_vec *out)
{
	static const char *const ends[] = { suffix, NULL };
	const char *dir = path_join(a, s->dir, "prepared/" MODULE_INDEXES);

	if (is_dir(dir))
		list_files(a, dir, ends, out);
}

void index_reuse_modules(struct prepare *p)
{
	const char *from = path_join(p->a, p->dir, MODULE_INDEXES);
	const char *to = path_join(p->a, p->part, MODULE_INDEXES);
	DIR *d = opendir(from);
	struct dirent *e;

	if (!d)
		return;
	mkdir_p(to, 0755);
	while ((e = readdir(d)))
		if (str_ends(e->d_name, suffix))
			link_if_whole(p, path_join(p->a, from, e->d_name),
				      index_file_build_id(p->a, p->s,
							  e->d_name),
				      path_join(p->a, to, e->d_name));
	closedir(d);
}
