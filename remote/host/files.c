// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of places in files of a target's user space, by the files that this
 * machine has of them.
 *
 * In: a file's path and build-id (the stream's FILE), a place in it.  Out: its
 * symbol, or its place in the source.  A file is one that -d or --ldd names,
 * or that lies at its path in the sysroot's user space; its build-id must be
 * the one that the target knows.  Symbols that were split off are taken from
 * usr/lib/debug there.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "debuginfo/userfile.h"
#include "remote/host/target.h"
#include "session.h"

#define READ_MAX ((uint64_t)2 << 30)
#define FILES_MAX 1024

struct host_file {
	const char *build_id;
	bool good;		/* it was found and read */
	const char *here;
	const char *debug;	/* split off, or NULL */
	struct elf_symbols elf;
	struct userlines *lines;	/* NULL: not asked for yet */
};
struct host_files {
	struct session *s;
	struct arena *a;
	const char *root, *debug_root;	/* of the sysroot, or NULL */
	VEC(struct host_file *) list;
};

struct host_files *host_files_new(struct session *s, const struct sysroot *r)
{
	struct host_files *h = arena_new(&s->arena, struct host_files);

	h->s = s;
	h->a = &s->arena;
	h->root = r ? r->root : NULL;
	h->debug_root = r ? r->debug : NULL;
	session_user_files(s);
	return h;
}

/* FOLDER/.build-id/12/34….debug below either; NULL: there is none. */
static const char *debug_file(struct host_files *h, const char *id)
{
	const char *folders[] = {
		h->debug_root,
		h->root ? path_join(h->a, h->root, "usr/lib/debug") : NULL,
		"/usr/lib/debug",
	};

	for (size_t i = 0; i < ARRAY_SIZE(folders) && strlen(id) > 2; i++) {
		const char *path = folders[i] ? arena_printf(h->a,
			"%s/.build-id/%.2s/%s.debug", folders[i], id, id + 2) :
			NULL;

		if (path && !access(path, R_OK))
			return path;
	}
	return NULL;
}

static bool read_here(struct host_files *h, struct host_file *f,
		      const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) &&
	    !elf_symbols_read(&f->elf, fd, READ_MAX) &&
	    !strcmp(f->elf.build_id, f->build_id)) {
		f->good = true;
		f->here = arena_strdup(h->a, path);
	}
	close(fd);
	if (!f->good)
		elf_symbols_free(&f->elf);
	return f->good;
}

static void read_split(struct host_file *f)
{
	int fd = open(f->debug, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		elf_symbols_replace(&f->elf, fd, READ_MAX);
		close(fd);
	}
}

static void look_for(struct host_files *h, struct host_file *f,
		     const char *path)
{
	const char *name = strrchr(path, '/');

	/* One of another name may be meant, too, but costs reading all. */
	vec_for(i, &h->s->user_files) {
		const char *here = h->s->user_files.v[i].here;
		const char *last = strrchr(here, '/');

		if (name && !strcmp(last ? last : here, name) &&
		    read_here(h, f, here))
			break;
	}
	vec_for(i, &h->s->user_files)
		if (!f->good)
			read_here(h, f, h->s->user_files.v[i].here);
	if (!f->good && h->root)
		read_here(h, f, path_join(h->a, h->root, path +
					  (*path == '/')));
	if (!f->good)
		return;
	f->debug = debug_file(h, f->build_id);
	if (f->debug && !f->elf.whole)
		read_split(f);
}

static struct host_file *file_of(struct host_files *h,
				 const struct stream_file *file,
				 const char *path)
{
	struct host_file *f;

	vec_for(i, &h->list)
		if (!strcmp(h->list.v[i]->build_id, file->build_id))
			return h->list.v[i];
	if (!file->build_id[0] || h->list.n >= FILES_MAX)
		return NULL;
	f = arena_new(h->a, struct host_file);
	f->build_id = arena_strdup(h->a, file->build_id);
	look_for(h, f, path);
	vec_push(h->a, &h->list, f);
	return f;
}

/* Its place in the source; a split-off file has the line table. */
static bool line_of(struct host_files *h, struct host_file *f, uint64_t offset,
		    char form, char *to, size_t size)
{
	const char *file;
	unsigned int line;
	uint64_t addr;

	if (!f->lines)
		f->lines = userlines_open(h->a, f->debug ? f->debug : f->here);
	if (!elf_symbols_address(&f->elf, offset, &addr) ||
	    !userlines_at(f->lines, addr, &file, &line))
		return false;
	if (form == 'k')
		snprintf(to, size, "%s", file);
	else if (form == 'l')
		snprintf(to, size, "%u", line);
	else
		snprintf(to, size, "%s:%u", file, line);
	return true;
}

bool host_files_find(struct host_files *h, const struct stream_file *file,
		     const char *path, uint64_t offset, char form, char *to,
		     size_t size)
{
	struct host_file *f = file_of(h, file, path);

	if (!f || !f->good)
		return false;
	if (form != 'j')
		return line_of(h, f, offset, form, to, size);
	return elf_symbols_text(&f->elf, offset, to, size);
}

/* ---- both kinds of addresses ---- */
struct both {
	struct stream_finder finder;
	struct host_files *files;
	const struct stream_finder *kernel;	/* or NULL */
};

static bool find(void *arg, const struct stream_kernel *k, uint64_t addr,
		 char form, char *to, size_t size)
{
	const struct stream_finder *f = ((struct both *)arg)->kernel;

	return f && f->find(f->arg, k, addr, form, to, size);
}

static bool find_place(void *arg, const struct stream_file *file,
		       const char *path, uint64_t offset, char form, char *to,
		       size_t size)
{
	return host_files_find(((struct both *)arg)->files, file, path, offset,
			       form, to, size);
}

const struct stream_finder *host_finder(struct host_files *h,
					const struct host_symbols *symbols)
{
	struct both *b = arena_new(h->a, struct both);

	*b = (struct both){ { .find = find, .find_place = find_place, .arg = b },
			    h, symbols_finder(symbols) };
	return &b->finder;
}

void host_files_free(struct host_files *h)
{
	if (!h)
		return;
	vec_for(i, &h->list) {
		elf_symbols_free(&h->list.v[i]->elf);
		userlines_close(h->list.v[i]->lines);
	}
}
