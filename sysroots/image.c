// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is inside a bootable kernel, its build-id first.  In: a file as boot loaders take it:
 * bzImage (x86), Image (arm64, riscv), the EFI "zboot" form, each perhaps
 * compressed.  The payload is found by the headers, expanded by the usual
 * tools, and searched for the note; the notes of the vdso images inside the
 * kernel are told apart by the ELF header in front of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "sysroots/sysroot.h"

#define IMAGE_MAX (256u << 20)
#define VDSO_MAX 65536 /* no vdso image is larger */
#define NOTE_HEAD 16   /* three words and "GNU" */

static const struct {
	const char *magic;
	size_t n;
	const char *tool;
} packers[] = {
	{ "\x1f\x8b", 2, "gzip" },
	{ "\xfd" "7zXZ", 5, "xz" },
	{ "\x28\xb5\x2f\xfd", 4, "zstd" },
	{ "\x02\x21\x4c\x18", 4, "lz4" },
	{ "\x04\x22\x4d\x18", 4, "lz4" },
	{ "BZh", 3, "bzip2" },
	{ "\x5d\x00\x00", 3, "lzma" },
	{ "\x89LZO", 4, "lzop" },
};

static uint32_t le32(const unsigned char *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Where the packed kernel lies in the file; the whole when it is not known. */
static void payload(const unsigned char **p, size_t *n)
{
	const unsigned char *s = *p;
	size_t off, len;

	if (*n > 0x250 && !memcmp(s + 0x202, "HdrS", 4)) {
		off = (size_t)((s[0x1f1] ? s[0x1f1] : 4) + 1) * 512 +
		      le32(s + 0x248);
		len = le32(s + 0x24c);
	} else if (*n > 32 && !memcmp(s, "MZ", 2) &&
		   !memcmp(s + 4, "zimg", 4)) {
		off = le32(s + 8);
		len = le32(s + 12);
	} else {
		return;
	}
	if (off < *n && len <= *n - off && len > 0) {
		*p = s + off;
		*n = len;
	}
}

/* A compressed kernel ends with its size, which the tools call garbage:
 * their exit status says nothing, what came out does. */
static int expand(struct arena *a, const char *tool, const unsigned char *p,
		  size_t n, struct buf *out)
{
	const char *t = getenv("TMPDIR");
	char *path = arena_printf(a, "%s/stapx-image-XXXXXX",
				  t && *t ? t : "/tmp");
	/* -f: the file's name has none of the endings they expect. */
	char *argv[] = { (char *)tool, "-dcf", path, NULL };
	int fd = mkstemp(path), err = 0;
	struct proc_result r;

	if (fd < 0)
		return -errno;
	if (write(fd, p, n) != (ssize_t)n)
		err = -EIO;
	close(fd);
	if (!err) {
		r = proc_run(argv, NULL, PROC_CAPTURE_OUT | PROC_QUIET);
		*out = r.out;
		if (!r.out.n)
			err = r.status == 127 ? -ENOPKG : -EINVAL;
	}
	unlink(path);
	return err;
}

static bool inside_vdso(const unsigned char *p, size_t at)
{
	size_t from = at > VDSO_MAX ? at - VDSO_MAX : 0;

	for (size_t i = at & ~(size_t)7; i > from; i -= 8)
		if (!memcmp(p + i, "\177ELF", 4))
			return true;
	return false;
}

static int find_note(const unsigned char *p, size_t n, struct build_id *id)
{
	for (size_t i = 0; i + NOTE_HEAD + BUILD_ID_MAX <= n; i += 4) {
		uint32_t size = le32(p + i + 4);

		if (le32(p + i) != 4 || le32(p + i + 8) != 3 ||
		    memcmp(p + i + 12, "GNU", 4) || size < 8 ||
		    size > BUILD_ID_MAX || inside_vdso(p, i))
			continue;
		memcpy(id->bytes, p + i + NOTE_HEAD, size);
		id->n = size;
		return 0;
	}
	return -ENODATA;
}

int image_expand(struct arena *a, const char *path, struct buf *plain)
{
	size_t n;
	const unsigned char *p = (void *)file_read(a, path, IMAGE_MAX, &n);

	if (!p)
		return -errno;
	payload(&p, &n);
	for (size_t i = 0; i < ARRAY_SIZE(packers); i++)
		if (n > packers[i].n &&
		    !memcmp(p, packers[i].magic, packers[i].n))
			return expand(a, packers[i].tool, p, n, plain);
	buf_write(plain, p, n);
	return 0;
}

int build_id_of_image(const char *path, struct build_id *id)
{
	struct arena scratch = { 0 };
	struct buf plain = { 0 };
	int err = image_expand(&scratch, path, &plain);

	id->n = 0;
	if (!err)
		err = find_note((const unsigned char *)plain.s, plain.n, id);
	buf_free(&plain);
	arena_free(&scratch);
	return err;
}
