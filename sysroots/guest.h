/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user space of a throw-away target: an initramfs with BusyBox, dropbear
 * and the modules its network card needs, made once for a sysroot.  It holds
 * no keys; a second archive brings those for each run.
 */
#ifndef STAPX_GUEST_H
#define STAPX_GUEST_H

#include "sysroots/sysroot.h"

/* Makes DIR/guest-N.cpio if it is missing or older than what it is made of.
 * 0 or -errno, its path in *path, the reason in *why. */
int guest_image(struct arena *a, const struct sysroot *s, const char **path,
		const char **why);
/* Appends the archive of one run to image: the keys, and modules (names,
 * NULL-terminated, may be NULL) with what they need, to be loaded by
 * `modprobe` in the guest.  Written to out.  0 or -errno. */
int guest_for_run(struct arena *a, const struct sysroot *s, const char *image,
		  const char *host_key, const char *client_pub,
		  const char *const *modules, const char *out,
		  const char **why);

#endif
