// SPDX-License-Identifier: GPL-2.0-or-later
/* A module of somebody else's whose file has a name like those of ours. */
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static int show(struct seq_file *m, void *v)
{
	seq_puts(m, "foreign\n");
	return 0;
}

static int __init foreign_init(void)
{
	return proc_create_single("stapx_foreign", 0600, NULL, show) ?
		0 : -ENOMEM;
}

static void __exit foreign_exit(void)
{
	remove_proc_entry("stapx_foreign", NULL);
}

module_init(foreign_init);
module_exit(foreign_exit);
MODULE_DESCRIPTION("a file that looks like a script's");
MODULE_LICENSE("GPL");
