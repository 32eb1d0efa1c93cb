/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path by which a mapped file was opened.  Up to 6.6 a file that lies in
 * an overlay has it as its own; since then that is the lower file's.
 */
#ifndef STAPX_COMPAT_FS_H
#define STAPX_COMPAT_FS_H

#include <linux/fs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define stp_user_path(file) file_user_path(file)
#else
#define stp_user_path(file) (&(file)->f_path)
#endif

#endif
