// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Symbols of a file that anybody may have made, and what is asked of them.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "remote/stream/elf_symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct elf_symbols s;
	char text[600];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	if (ftruncate(fd, 0) || pwrite(fd, p, n, 0) != (ssize_t)n)
		return 0;
	if (!elf_symbols_read(&s, fd, 1 << 20)) {
		for (uint64_t at = 0; at < n + 16; at += 1 + n / 64)
			elf_symbols_text(&s, at, text, sizeof(text));
		for (size_t i = 0; i < s.n && i < 64; i++)
			elf_symbols_find(&s, s.v[i].addr + 1);
		elf_symbols_replace(&s, fd, 1 << 20);
		elf_symbols_text(&s, 64, text, sizeof(text));
	}
	elf_symbols_free(&s);
	return 0;
}
