// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes newc: a header of 8-digit hex fields, the name, the content, each
 * padded to four bytes.  Everything belongs to root.
 */
#include <errno.h>
#include <sys/stat.h>

#include "sysroots/cpio.h"

#define FILE_MAX (256u << 20)

static void pad(struct cpio *c)
{
	while (c->b.n % 4)
		buf_putc(&c->b, 0);
}

static void header(struct cpio *c, const char *name, mode_t mode, size_t size,
		   unsigned major, unsigned minor)
{
	unsigned links = S_ISDIR(mode) ? 2 : 1;

	buf_printf(&c->b, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x"
		   "%08x%08x", ++c->ino, (unsigned)mode, 0u, 0u, links, 0u,
		   (unsigned)size, 0u, 0u, major, minor,
		   (unsigned)strlen(name) + 1, 0u);
	buf_write(&c->b, name, strlen(name) + 1);
	pad(c);
}

void cpio_dir(struct cpio *c, const char *name, mode_t mode)
{
	header(c, name, S_IFDIR | mode, 0, 0, 0);
}

void cpio_data(struct cpio *c, const char *name, mode_t mode, const void *data,
	       size_t n)
{
	header(c, name, S_IFREG | mode, n, 0, 0);
	if (n)
		buf_write(&c->b, data, n);
	pad(c);
}

void cpio_link(struct cpio *c, const char *name, const char *to)
{
	header(c, name, S_IFLNK | 0777, strlen(to), 0, 0);
	buf_puts(&c->b, to);
	pad(c);
}

void cpio_node(struct cpio *c, const char *name, mode_t mode, unsigned major,
	       unsigned minor)
{
	header(c, name, mode, 0, major, minor);
}

int cpio_file(struct cpio *c, struct arena *a, const char *name, mode_t mode,
	      const char *path)
{
	size_t n;
	char *data = file_read(a, path, FILE_MAX, &n);

	if (!data)
		return -errno;
	cpio_data(c, name, mode, data, n);
	return 0;
}

void cpio_end(struct cpio *c)
{
	header(c, "TRAILER!!!", 0, 0, 0, 0);
	/* Page by page, so that an archive can follow. */
	while (c->b.n % 512)
		buf_putc(&c->b, 0);
}

void cpio_free(struct cpio *c)
{
	buf_free(&c->b);
}
