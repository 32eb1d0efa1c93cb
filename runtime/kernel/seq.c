// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * begin, end and error: nothing to arm; the session runs them when it is
 * their time (session.c), in the order that the core gives them.
 */
#include "kernel.h"

const struct stp_probe_kind stp_kind_begin = { .name = "begin" };
const struct stp_probe_kind stp_kind_end = { .name = "end" };
const struct stp_probe_kind stp_kind_error = { .name = "error" };
