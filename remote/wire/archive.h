/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A script that was built: a gzip-packed POSIX tar of plain files, the first
 * of them "manifest", lines of "key = value":
 *
 *	format = 1
 *	module, arch, release, build_id, vermagic, protocol
 *	sha256.NAME = digest of the member NAME, one a member
 *	script = its name; script_text = its text, \n and \\ escaped; options
 *
 * Shared by stap and the static staprun: no library, no file access.  (The
 * names are not libarchive's, which stap links too.)
 */
#ifndef STAPX_ARCHIVE_H
#define STAPX_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>

#define ARCHIVE_FORMAT 1
#define ARCHIVE_MANIFEST "manifest"
#define ARCHIVE_MEMBERS_MAX 16
#define ARCHIVE_NAME_MAX 100	/* of a tar header */
#define ARCHIVE_PACKED_MAX (64u << 20)
#define ARCHIVE_BYTES_MAX (128u << 20)	/* unpacked, all together */
#define ARCHIVE_MANIFEST_MAX (4u << 20)

struct package_member {
	char name[ARCHIVE_NAME_MAX + 1];
	const unsigned char *data;
	size_t size;
};
struct package {
	unsigned char *bytes;	/* unpacked; the members point into it */
	struct package_member members[ARCHIVE_MEMBERS_MAX];
	size_t nmembers;
};

bool package_is(const void *p, size_t n);	/* begins as gzip does */
/* Unpacks and checks everything: names, kinds, sizes, digests.  0, or -errno
 * with a line that says what is wrong in why. */
int package_read(const void *p, size_t n, struct package *a, char *why,
		 size_t why_size);
void package_free(struct package *a);
const struct package_member *package_find(const struct package *a,
					  const char *name);
/* Of the manifest; false: no such key, or longer than size. */
bool package_value(const struct package *a, const char *key, char *value,
		   size_t size);
/* The .ko, by the manifest's "module". */
const struct package_member *package_module(const struct package *a);

#endif
