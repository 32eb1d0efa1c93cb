/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the functions of the script library call.  Grouped as the tapset
 * files are; a function here is safe in every context a probe can run in.
 */
#ifndef STAPX_TAPSET_H
#define STAPX_TAPSET_H

#endif
