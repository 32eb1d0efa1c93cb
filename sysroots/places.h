/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where this program's own files are, installed or in a build tree.
 */
#ifndef STAPX_PLACES_H
#define STAPX_PLACES_H

#include "util/util.h"

/* A folder or file that belongs to every target: "runtime", "tapset".  The
 * path is given even where nothing exists. */
const char *place_data(struct arena *a, const char *name);
/* A helper of stap-sysroot, as it stands under sysroots/ in the sources:
 * "import/debian.sh", "vm/init". */
const char *place_helper(struct arena *a, const char *name);

#endif
