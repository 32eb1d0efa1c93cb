// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The trace stream, up to the text it becomes.  The first byte says in which
 * pieces the rest comes; a valid head is put before it, so that the fuzzer
 * need not find one.
 */
#include <stdlib.h>

#include "remote/stream/stream.h"

static bool find(void *arg, const struct stream_kernel *k, uint64_t addr,
		 char form, char *to, size_t size)
{
	snprintf(to, size, "%s%c+0x%llx/0x9 [%s]", k->symbol, form,
		 (unsigned long long)(addr - k->anchor), k->build_id);
	return addr & 8;
}

static bool find_place(void *arg, const struct stream_file *file,
		       const char *path, uint64_t offset, char form, char *to,
		       size_t size)
{
	snprintf(to, size, "%s%c+0x%llx/0x9 %s", path, form,
		 (unsigned long long)offset, file->build_id);
	return offset & 8;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct stream_head head = {
		.magic = { '\x89', 'S', 'T', 'P', 'X', '\r', '\n', '\x1a' },
		.order = STREAM_ORDER, .version = STREAM_VERSION,
	};
	static const struct stream_head swapped = {
		.magic = { '\x89', 'S', 'T', 'P', 'X', '\r', '\n', '\x1a' },
		.order = 0x0201, .version = STREAM_VERSION << 8,
	};
	static const struct stream_finder finder = { .find = find,
						      .find_place = find_place };
	static FILE *null;
	struct text_view *v;
	struct stream *s;
	size_t piece;

	if (!null)
		null = fopen("/dev/null", "w");
	if (!n || !null)
		return 0;
	piece = (p[0] & 0x7f) + 1;
	v = text_view_new(null, null, p[0] & 1 ? "1: " : NULL);
	if (p[0] & 2)
		text_view_finder(v, &finder);
	s = stream_open(&stream_text_view, v);
	stream_feed(s, p[0] & 0x80 ? &swapped : &head, sizeof(head));
	for (p++, n--; n; p += piece, n -= piece) {
		if (piece > n)
			piece = n;
		if (stream_feed(s, p, piece))
			break;
	}
	stream_finish(s);
	stream_close(s);
	text_view_free(v);
	return 0;
}
