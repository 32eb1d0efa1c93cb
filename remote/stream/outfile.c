// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that a run writes beside the terminal. */
#include "remote/stream/stream.h"

#include <time.h>

FILE *output_file(const char *name, char *path, size_t size)
{
	time_t now = time(NULL);

	if (!strftime(path, size, name, localtime(&now)))
		snprintf(path, size, "%s", name);
	return fopen(path, "we");
}
