// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files and symbols of user space that records tell of.
 *
 * In: places on their way out (record.h), the module's word for a file's
 * number, the namer's for a place in it.  Out: FILE before the first record
 * with a place in it, PLACE before the first with that place.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "remote/stream/places.h"

/* What the module says of the file; false: nothing. */
static bool ask_file(struct device *d, uint32_t number, struct file_told *f)
{
	struct stp_symbol s = { .addr = number };
	unsigned long long size, inode;
	int pid, path = 0;

	f->asked = true;
	if (device_symbol(d, &s) ||
	    sscanf(s.text, "%llu %llu %d %n", &size, &inode, &pid, &path) != 3 ||
	    !path || s.text[path] != '/' ||
	    strlen(s.text + path) >= NAMER_PATH_MAX)
		return false;
	f->size = size;
	f->inode = inode;
	f->pid = pid;
	f->path = strdup(s.text + path);
	return f->path;
}

static bool ask_name(struct places_told *t, struct file_told *f,
		     uint64_t offset, char *text, char build_id[136])
{
	struct namer_question q = { .offset = offset, .size = f->size,
				    .inode = f->inode, .pid = f->pid };

	text[0] = build_id[0] = '\0';
	if (f->nameless)
		return false;
	snprintf(q.path, sizeof(q.path), "%s", f->path);
	if (namer_ask(&t->namer, &q, text, build_id))
		f->nameless = true;
	return text[0];
}

static int put_file(const struct stream_writer *out, uint32_t number,
		    const struct file_told *f, const char *build_id)
{
	unsigned char block[sizeof(struct stream_file) + NAMER_PATH_MAX];
	struct stream_file head = { .number = number, .size = f->size };
	size_t n = strlen(f->path);

	snprintf(head.build_id, sizeof(head.build_id), "%s", build_id);
	memcpy(block, &head, sizeof(head));
	memcpy(block + sizeof(head), f->path, n);
	return stream_put(out, STREAM_FILE, block, sizeof(head) + n);
}

static int put_place(const struct stream_writer *out, uint64_t where,
		     const char *text)
{
	unsigned char block[8 + NAMER_TEXT_MAX];
	size_t n = strlen(text);

	memcpy(block, &where, 8);
	memcpy(block + 8, text, n);
	return stream_put(out, STREAM_PLACE, block, 8 + n);
}

int places_define(struct places_told *t, struct device *d,
		  const struct stream_writer *out, uint64_t where)
{
	uint32_t number = PLACE_NUMBER(where);
	struct file_told *f = number < PLACES_FILES ? &t->files[number] : NULL;
	char text[NAMER_TEXT_MAX], build_id[136];
	bool first;
	int err = 0;

	if (!number || !f || names_get(&t->names, where))
		return 0;
	first = !f->asked;
	if (first && !ask_file(d, number, f))
		return 0;
	if (!f->path)
		return 0;
	ask_name(t, f, PLACE_OFFSET(where), text, build_id);
	if (first)
		err = put_file(out, number, f, build_id);
	if (!err && text[0])
		err = put_place(out, where, text);
	if (!names_put(&t->names, where, text, strlen(text)))
		names_free(&t->names);
	return err;
}

void places_told_free(struct places_told *t)
{
	for (size_t i = 0; i < PLACES_FILES; i++)
		free(t->files[i].path);
	namer_end(&t->namer);
	names_free(&t->names);
	memset(t, 0, sizeof(*t));
}
