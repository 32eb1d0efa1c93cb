// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of the debug-information index.  The input's header is
 * given the right magic, size and checksum, so that the fuzzer gets past them
 * and at what they cannot vouch for: offsets and positions.
 */
#include "debuginfo/index.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void use_names(const struct index *ix)
{
	static const enum index_table tables[] = {INDEX_FUNCS, INDEX_TYPES,
						  INDEX_VARS, INDEX_SYMNAMES};
	static const char *const names[] = {"", "a", "vfs_read"};
	size_t lo, hi;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
			index_named(ix, tables[i], names[k], k & 1, &lo, &hi);
			if (hi > index_count(ix, tables[i]))
				abort();
		}
}

static void use_entries(const struct index *ix)
{
	volatile size_t sum = 0;

	for (size_t i = 0; i <= index_count(ix, INDEX_FUNCS); i++) {
		const struct index_func *f = index_func(ix, i);

		if (f)
			sum += strlen(index_str(ix, f->name)) +
			       strlen(index_str(ix, f->file)) +
			       (index_inst(ix, f->inst) != NULL);
	}
	for (size_t i = 0; i <= index_count(ix, INDEX_VARS); i++) {
		const struct index_var *v = index_var(ix, i);

		if (v)
			sum += strlen(index_str(ix, v->name)) +
			       (index_cu(ix, v->cu) != NULL);
	}
	for (size_t i = 0; i <= index_count(ix, INDEX_SYMNAMES); i++) {
		const struct index_sym *s = index_symname(ix, i);

		if (s)
			sum += s->addr + strlen(index_str(ix, s->name));
	}
	for (size_t i = 0; i <= index_count(ix, INDEX_BLACKLIST); i++) {
		const struct index_range *r = index_blacklist(ix, i);

		if (r)
			sum += r->lo + strlen(index_str(ix, r->name));
	}
	(void)sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t total = MAX(size, sizeof(struct index_header));
	char *block = calloc(1, total);
	struct index_header *h = (struct index_header *)block;
	struct arena a = {0};
	struct index ix;
	const char *why, *path;
	int fd = memfd_create("index", 0);

	if (!block || fd < 0)
		abort();
	memcpy(block, data, size);
	memcpy(h->magic, INDEX_MAGIC, sizeof h->magic);
	h->version = INDEX_VERSION;
	h->header_size = sizeof *h;
	h->file_size = total;
	h->header_sum = index_header_sum(h);
	if (write(fd, block, total) != (ssize_t)total)
		abort();
	path = arena_printf(&a, "/proc/self/fd/%d", fd);
	if (index_map(&a, path, &ix, &why)) {
		use_names(&ix);
		use_entries(&ix);
		index_unmap(&ix);
	}
	debuginfo_index_check(&a, path, NULL, true, &why);
	close(fd);
	free(block);
	arena_free(&a);
	return 0;
}
