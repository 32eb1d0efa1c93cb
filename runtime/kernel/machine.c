// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine and its files, as scripts ask for them.  Any context. */
#include <linux/cpumask.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kern_levels.h>
#include <linux/printk.h>
#include "memory.h"

#define DEPTH_MAX 64	/* names in a path */

/* The level stands in front of the text.  A line that does not end would only
 * be seen with the next one. */
/* Which bits they are differs between kernels; the kernel itself knows. */
void stp_gfp_str(struct stp_ctx *c, char *dst, stp_i64 flags)
{
	gfp_t gfp = (__force gfp_t)flags;

	snprintf(dst, stp_script.limits.maxstringlen, "%pGg", &gfp);
}

void stp_printk(struct stp_ctx *c, stp_i64 level, const char *text)
{
	const char head[] = { KERN_SOH_ASCII, '0' + clamp_t(int, level, 0, 7),
			      0 };

	printk("%s%s\n", head, text);
}

stp_i64 stp_num_online_cpus(void)
{
	return num_online_cpus();
}

stp_i64 stp_page_size(void)
{
	return PAGE_SIZE;
}

stp_i64 stp_stack_size(void)
{
	return THREAD_SIZE;
}

stp_i64 stp_stack_unused(void)
{
	return stp_port_stack_left();
}

stp_u64 stp_file_dentry(struct stp_ctx *c, stp_u64 file)
{
	struct dentry *d;

	if (stp_read_member(&d, file, struct file, f_path.dentry))
		return (unsigned long)d;
	stp_fail_fault(c, "file read fault", file);
	return 0;
}

/* Puts "/name" in front of what is at to; NULL: it does not fit or cannot
 * be read. */
static char *prepend(char *start, char *to, const struct qstr *name)
{
	if (name->len > NAME_MAX || to - start < name->len + 1)
		return NULL;
	to -= name->len;
	if (name->len && !stp_read_kernel(to, (unsigned long)name->name,
					  name->len))
		return NULL;
	*--to = '/';
	return to;
}

/*
 * Names from the dentry up to the root of its file system, put together from
 * the end of dst.  No lock, so a rename meanwhile may show half done.
 */
void stp_dentry_path(struct stp_ctx *c, char *dst, stp_u64 dentry)
{
	char *end = dst + stp_script.limits.maxstringlen - 1, *to = end;
	struct dentry *parent;
	struct qstr name;
	int depth;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		if (!stp_read_member(&parent, dentry, struct dentry,
				     d_parent) ||
		    !stp_read_member(&name, dentry, struct dentry, d_name)) {
			dst[0] = 0;
			stp_fail_fault(c, "dentry read fault", dentry);
			return;
		}
		if ((unsigned long)parent == dentry)
			break;
		/* Where it gets too long, the end of the path is what counts. */
		if (!prepend(dst, to, &name))
			break;
		to -= name.len + 1;
		dentry = (unsigned long)parent;
	}
	if (to == end)
		*--to = '/';
	memmove(dst, to, end - to);
	dst[end - to] = 0;
}
