// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From link-time addresses of the kernel to run-time ones.  In: the link-time
 * address of an exported symbol.  Out: stp_slide.
 */
#include <linux/kallsyms.h>
#include <linux/module.h>
#include "kernel.h"

stp_i64 stp_slide;

/* The address itself and not that of a call's stub. */
static int (*const anchor)(char *, unsigned long) = sprint_symbol;

int stp_slide_learn(void)
{
	if (!stp_script.slide_anchor)
		return 0;
	stp_slide = (u64)(unsigned long)anchor - stp_script.slide_anchor;
	/* Whatever moves a kernel moves it by whole pages. */
	if (!(stp_slide & (PAGE_SIZE - 1)))
		return 0;
	pr_err("stapx: %s was built for another kernel: its sprint_symbol lies elsewhere in a page\n",
	       THIS_MODULE->name);
	return -ENOEXEC;
}
