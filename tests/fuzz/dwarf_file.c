// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes what reads a whole file's debug information: the index made of it,
 * then functions, variables, places and types as a script asks for them.  The
 * input is an ELF file; seeds are small ones with DWARF.
 */
#include "ask.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/stapx-fuzz-XXXXXX";
	struct arena a = {0};
	struct debuginfo *di;
	const char *why;
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	di = debuginfo_open(&a, path, NULL, &why);
	if (di) {
		ask_all(di);
		debuginfo_close(di);
	}
	unlink(path);
	arena_free(&a);
	return 0;
}
