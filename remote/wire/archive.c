// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads an archive.  In: bytes from anywhere.  Out: members that are plain
 * files with plain names, each with the digest that the manifest promises.
 * Anything else is refused whole, with the reason; nothing is written.
 */
#include "remote/wire/archive.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "remote/wire/inflate.h"
#include "remote/wire/sha256.h"

#define BLOCK 512

/* POSIX.1-1988 ustar. */
struct tar_header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12];
	char checksum[8], type, link[100], magic[6], version[2], user[32];
	char group[32], major[8], minor[8], prefix[155], pad[12];
};

struct reading {
	struct package *a;
	size_t n;
	char *why;
	size_t why_size;
};

static int refuse(struct reading *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static int refuse(struct reading *r, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->why, r->why_size, fmt, ap);
	va_end(ap);
	/* Names in it are a stranger's: one line, nothing for a terminal. */
	for (char *p = r->why; r->why_size && *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
	return -EBADMSG;
}

bool package_is(const void *p, size_t n)
{
	return n > 2 && !memcmp(p, "\x1f\x8b", 2);
}

/* ---- headers ---- */

/* Octal digits, ended by a blank or NUL; false: something else. */
static bool octal(const char *s, size_t n, size_t *value)
{
	size_t v = 0, i = 0;

	while (i < n && s[i] == ' ')
		i++;
	for (; i < n && s[i] >= '0' && s[i] <= '7'; i++) {
		if (v > ARCHIVE_BYTES_MAX)
			return false;
		v = v * 8 + (size_t)(s[i] - '0');
	}
	*value = v;
	return i == n || s[i] == 0 || s[i] == ' ';
}

static bool sum_matches(const struct tar_header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	size_t sum = 0, want;

	for (size_t i = 0; i < sizeof(*h); i++) {
		bool in_sum = i >= offsetof(struct tar_header, checksum) &&
			      i < offsetof(struct tar_header, type);

		sum += in_sum ? ' ' : p[i];
	}
	return octal(h->checksum, sizeof(h->checksum), &want) && sum == want;
}

static const char *kind_of(char type)
{
	switch (type) {
	case '1':
		return "a hard link";
	case '2':
		return "a symbolic link";
	case '3':
	case '4':
		return "a device";
	case '5':
		return "a folder";
	case '6':
		return "a pipe";
	}
	return "no plain file";
}

static int check_name(struct reading *r, const char *name)
{
	if (!*name)
		return refuse(r, "a member of the archive has no name");
	if (*name == '/')
		return refuse(r, "the archive's member '%s' has an absolute "
			      "path", name);
	if (!strcmp(name, "..") || !strncmp(name, "../", 3) ||
	    strstr(name, "/.."))
		return refuse(r, "the archive's member '%s' leads out of its "
			      "folder", name);
	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p == '/' || *p == '\\' || *p == 127)
			return refuse(r, "the archive's member '%s' has a "
				      "name that no member may have", name);
	if (package_find(r->a, name))
		return refuse(r, "the archive holds '%s' twice", name);
	return 0;
}

/* The header at offset at; the member's size is left to the caller. */
static int take_header(struct reading *r, const struct tar_header *h,
		       struct package_member *m)
{
	if (memcmp(h->magic, "ustar", 5) || !sum_matches(h))
		return refuse(r, "the archive is damaged: a tar header is "
			      "not one");
	memcpy(m->name, h->name, sizeof(h->name));
	m->name[sizeof(h->name)] = 0;
	if (h->prefix[0])
		return refuse(r, "the archive's member '%s' is in a folder",
			      m->name);
	if (check_name(r, m->name))
		return -EBADMSG;
	if (h->type != '0' && h->type)
		return refuse(r, "the archive's member '%s' is %s", m->name,
			      kind_of(h->type));
	if (!octal(h->size, sizeof(h->size), &m->size))
		return refuse(r, "the archive's member '%s' has no proper "
			      "size", m->name);
	if (!strcmp(m->name, ARCHIVE_MANIFEST) &&
	    m->size > ARCHIVE_MANIFEST_MAX)
		return refuse(r, "the archive's manifest is too large");
	return 0;
}

static bool all_zero(const unsigned char *p, size_t n)
{
	while (n && !*p) {
		p++;
		n--;
	}
	return !n;
}

static int take_members(struct reading *r)
{
	size_t at = 0;

	while (at + BLOCK <= r->n) {
		const unsigned char *p = r->a->bytes + at;
		struct package_member *m = &r->a->members[r->a->nmembers];
		size_t rounded;

		if (all_zero(p, BLOCK)) {
			if (all_zero(p, r->n - at))
				return 0;
			return refuse(r, "the archive has bytes behind its "
				      "end");
		}
		if (r->a->nmembers == ARCHIVE_MEMBERS_MAX)
			return refuse(r, "the archive has more than %d "
				      "members", ARCHIVE_MEMBERS_MAX);
		if (take_header(r, (const struct tar_header *)p, m))
			return -EBADMSG;
		at += BLOCK;
		rounded = (m->size + BLOCK - 1) / BLOCK * BLOCK;
		if (rounded > r->n - at)
			return refuse(r, "the archive is cut short in '%s'",
				      m->name);
		m->data = r->a->bytes + at;
		at += rounded;
		r->a->nmembers++;
	}
	return refuse(r, "the archive is cut short");
}

/* ---- the manifest ---- */
const struct package_member *package_find(const struct package *a,
					  const char *name)
{
	for (size_t i = 0; i < a->nmembers; i++)
		if (!strcmp(a->members[i].name, name))
			return &a->members[i];
	return NULL;
}

/* The line's value when its key is this one. */
static const char *match_line(const char *line, const char *end,
			      const char *key, size_t *n)
{
	size_t k = strlen(key);

	if ((size_t)(end - line) < k + 3 || memcmp(line, key, k) ||
	    memcmp(line + k, " = ", 3))
		return NULL;
	*n = (size_t)(end - line) - k - 3;
	return line + k + 3;
}

bool package_value(const struct package *a, const char *key, char *value,
		   size_t size)
{
	const struct package_member *m = package_find(a, ARCHIVE_MANIFEST);
	const char *p, *end;

	if (!m)
		return false;
	p = (const char *)m->data;
	end = p + m->size;
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p)), *v;
		size_t n;

		if (!stop)
			stop = end;
		v = match_line(p, stop, key, &n);
		if (v && n < size) {
			memcpy(value, v, n);
			value[n] = 0;
			return true;
		}
		if (v)
			return false;
		p = stop + 1;
	}
	return false;
}

const struct package_member *package_module(const struct package *a)
{
	char name[ARCHIVE_NAME_MAX - 3];
	char file[ARCHIVE_NAME_MAX + 1];

	if (!package_value(a, "module", name, sizeof(name)))
		return NULL;
	snprintf(file, sizeof(file), "%s.ko", name);
	return package_find(a, file);
}

static int check_digest(struct reading *r, const struct package_member *m)
{
	char key[ARCHIVE_NAME_MAX + 16], want[2 * SHA256_SIZE + 1];
	char have[2 * SHA256_SIZE + 1];
	unsigned char digest[SHA256_SIZE];

	snprintf(key, sizeof(key), "sha256.%s", m->name);
	if (!package_value(r->a, key, want, sizeof(want)))
		return refuse(r, "the archive's manifest has no digest of "
			      "'%s'", m->name);
	sha256_of(m->data, m->size, digest);
	sha256_hex(digest, have);
	if (strcmp(want, have))
		return refuse(r, "the archive's member '%s' was changed: its "
			      "SHA-256 is %s, the manifest says %s", m->name,
			      have, want);
	return 0;
}

static int check_manifest(struct reading *r)
{
	const struct package *a = r->a;
	char format[16];

	if (!a->nmembers || strcmp(a->members[0].name, ARCHIVE_MANIFEST))
		return refuse(r, "the archive does not begin with a "
			      "manifest");
	if (!package_value(a, "format", format, sizeof(format)))
		return refuse(r, "the archive's manifest has no format");
	if (strtol(format, NULL, 10) != ARCHIVE_FORMAT)
		return refuse(r, "the archive has format %s, this program "
			      "reads %d; build it again", format,
			      ARCHIVE_FORMAT);
	for (size_t i = 1; i < a->nmembers; i++)
		if (check_digest(r, &a->members[i]))
			return -EBADMSG;
	if (!package_module(a))
		return refuse(r, "the archive holds no module of the "
			      "manifest's name");
	return 0;
}

int package_read(const void *p, size_t n, struct package *a, char *why,
		 size_t why_size)
{
	struct reading r = { .a = a, .why = why, .why_size = why_size };
	int err;

	memset(a, 0, sizeof(*a));
	if (!package_is(p, n))
		return refuse(&r, "this is no archive of a script (gzip)");
	if (n > ARCHIVE_PACKED_MAX)
		return refuse(&r, "the archive is too large");
	err = gunzip(p, n, ARCHIVE_BYTES_MAX, &a->bytes, &r.n);
	if (err == -EFBIG)
		refuse(&r, "the archive unpacks to more than %u MiB",
		       ARCHIVE_BYTES_MAX >> 20);
	else if (err)
		refuse(&r, err == -ENOMEM ? "out of memory" : "the archive is "
		       "damaged or cut short");
	if (!err)
		err = take_members(&r);
	if (!err)
		err = check_manifest(&r);
	if (err)
		package_free(a);
	return err;
}

void package_free(struct package *a)
{
	free(a->bytes);
	memset(a, 0, sizeof(*a));
}
