// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module: loaded it holds a session that does nothing; START through the
 * control file makes it work.
 */
#include <linux/module.h>
#include "kernel.h"

static int __init stp_module_init(void)
{
	int err;

	stp_pointers_learn();
	stp_unwind_learn();
	err = stp_slide_learn();
	if (err)
		goto fail;
	err = stp_session_init(&stp_script, nr_cpu_ids);
	if (err)
		goto fini;
	err = stp_control_open();
	if (err)
		goto fini;
	return 0;
fini:
	stp_session_fini();
fail:
	return err;
}

static void __exit stp_module_exit(void)
{
	stp_control_close();
	stp_discard();
	stp_session_fini();
}

module_init(stp_module_init);
module_exit(stp_module_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("stapx script");
