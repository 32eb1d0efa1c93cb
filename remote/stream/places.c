// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses of user space in records, as text.  In: the address, the file that
 * was mapped there and the place in it; what the stream defines of them, and a
 * finder that may know more.  Out: symbol, offset, size and file, as far as
 * anybody knows them, else the number.
 */
#include "remote/stream/places.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is defined ---- */
static bool grow(struct places *s, uint32_t number)
{
	size_t n = 2 * ((size_t)number + 1);
	struct place_file *v;

	if (number < s->nfiles)
		return true;
	v = number <= STREAM_FILES_MAX ? realloc(s->files, n * sizeof(*v)) :
		NULL;
	if (!v)
		return false;
	memset(v + s->nfiles, 0, (n - s->nfiles) * sizeof(*v));
	s->files = v;
	s->nfiles = n;
	return true;
}

/* What a terminal would take for more than text does not come from there. */
static char *plain(const char *path, size_t n)
{
	char *to = malloc(n + 1);

	for (size_t i = 0; to && i < n; i++)
		to[i] = (unsigned char)path[i] < ' ' || path[i] == 127 ? '?' :
			path[i];
	if (to)
		to[n] = '\0';
	return to;
}

void places_file(struct places *s, const struct stream_file *f,
		 const char *path, size_t n)
{
	struct place_file *to;
	char *copy;

	if (!f->number || !grow(s, f->number))
		return;
	copy = plain(path, n);
	if (!copy)
		return;
	to = &s->files[f->number];
	free(to->path);
	*to = (struct place_file){ *f, copy };
}

const struct place_file *places_get(const struct places *s, uint32_t number)
{
	const struct place_file *f = number < s->nfiles ? &s->files[number] :
				     NULL;

	return f && f->f.number ? f : NULL;
}

void places_free(struct places *s)
{
	for (size_t i = 0; i < s->nfiles; i++)
		free(s->files[i].path);
	free(s->files);
	names_free(&s->symbols);
	*s = (struct places){ 0 };
}

/* ---- text ---- */
/* "name+0x1/0x2", or one of the source's forms. */
static bool found(const struct stream *s, const struct stream_finder *f,
		  const struct place_file *file, uint64_t where, char form,
		  char *to)
{
	const struct name *n;

	if (file && f && f->find_place &&
	    f->find_place(f->arg, &file->f, file->path, PLACE_OFFSET(where),
			  form, to, STREAM_NAME_MAX))
		return true;
	n = form == 'j' ? names_get(&stream_places(s)->symbols, where) : NULL;
	if (n)
		snprintf(to, STREAM_NAME_MAX, "%s",
			 names_text(&stream_places(s)->symbols, n));
	return n;
}

static const struct place_file *file_of(const struct stream *s,
					const struct user_place *p)
{
	return places_get(stream_places(s), PLACE_NUMBER(p->where));
}

/* " [path]"; of what has no name: where in the file, and how long that is. */
static void add_file(const struct place_file *file, uint64_t where, bool named,
		     char *to, size_t size)
{
	size_t n = strlen(to);

	if (!file)
		return;
	if (named)
		snprintf(to + n, size - n, " [%s]", file->path);
	else
		snprintf(to + n, size - n, " [%s+0x%" PRIx64 "/0x%" PRIx64 "]",
			 file->path, (uint64_t)PLACE_OFFSET(where),
			 file->f.size);
}

struct user_place place_read(const struct stream *s, const void *p)
{
	struct user_place place;

	memcpy(&place, p, sizeof(place));
	if (stream_swapped(s)) {
		place.addr = __builtin_bswap64(place.addr);
		place.where = __builtin_bswap64(place.where);
	}
	return place;
}

void place_text(const struct stream *s, const struct stream_finder *f,
		const struct user_place *p, char form, char to[STREAM_NAME_MAX])
{
	const struct place_file *file = file_of(s, p);
	bool named = found(s, f, file, p->where, form == 'i' ? 'j' : form, to);

	if (!named)
		snprintf(to, STREAM_NAME_MAX, "0x%" PRIx64, p->addr);
	if (form == 'i' && named)
		*strchrnul(to, '+') = '\0';
	if (form == 'j')
		add_file(file, p->where, named, to, STREAM_NAME_MAX);
}

void place_line(const struct stream *s, const struct stream_finder *f,
		const struct user_place *p, unsigned int form, bool returns,
		char to[STREAM_NAME_MAX + 64])
{
	const size_t size = STREAM_NAME_MAX + 64;
	const struct place_file *file = file_of(s, p);
	char name[STREAM_NAME_MAX], line[STREAM_NAME_MAX];
	bool named = found(s, f, file, p->where, 'j', name);
	int n;

	if (form == STP_USTACK_BRIEF) {
		if (named)
			*strchrnul(name, '/') = '\0';
		else
			snprintf(name, sizeof(name), "0x%" PRIx64, p->addr);
		snprintf(to, size, "%s", name);
		return;
	}
	n = snprintf(to, size, " 0x%" PRIx64, p->addr);
	if (named)
		n += snprintf(to + n, size - n, " : %.500s", name);
	if (form == STP_USTACK_LINES &&
	    found(s, f, file, p->where - (returns && PLACE_OFFSET(p->where)),
		  'n', line))
		snprintf(to + n, size - n, " at %.500s", line);
	add_file(file, p->where, named, to, size);
}
