// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads an index.  In: a file, which may be damaged, of another version or of
 * another machine.  Out: its tables, by position and by name.
 *
 * What must hold once index_map() says true: every table lies inside the
 * file.  Offsets inside entries are checked where they are used.
 */
#include "debuginfo/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t entry_size[INDEX_NTABLES] = {
	[INDEX_STRINGS] = 1,
	[INDEX_CUS] = sizeof(struct index_cu),
	[INDEX_FUNCS] = sizeof(struct index_func),
	[INDEX_INSTS] = sizeof(struct index_inst),
	[INDEX_TYPES] = sizeof(struct index_type),
	[INDEX_VARS] = sizeof(struct index_var),
	[INDEX_SYMS] = sizeof(struct index_sym),
	[INDEX_SYMNAMES] = sizeof(uint32_t),
	[INDEX_BLACKLIST] = sizeof(struct index_range),
	[INDEX_ENTRIES] = sizeof(struct index_entry),
};

uint64_t index_header_sum(const struct index_header *h)
{
	return hash_bytes(h, offsetof(struct index_header, header_sum),
			  INDEX_VERSION);
}

static uint64_t stir(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9fb21c651e98df25ull;
	return h ^ h >> 32;
}

/* Every run takes it over tens of megabytes: four sums that do not wait for
 * one another.  The body is a multiple of eight bytes. */
uint64_t index_body_sum(const void *block, size_t size)
{
	const char *p = (const char *)block + sizeof(struct index_header);
	size_t n = size < sizeof(struct index_header) ?
			   0 : (size - sizeof(struct index_header)) / 8;
	uint64_t h[4] = {0x9ae16a3b2f90404full, 2, 3, 4}, v[4];

	for (; n >= 4; n -= 4, p += sizeof v) {
		memcpy(v, p, sizeof v);
		for (int k = 0; k < 4; k++)
			h[k] = stir(h[k], v[k]);
	}
	for (; n; n--, p += 8) {
		memcpy(v, p, 8);
		h[0] = stir(h[0], v[0]);
	}
	return stir(stir(h[0], h[1]), stir(h[2], h[3]));
}

static const char *header_fault(const struct index_header *h, size_t size)
{
	if (size < sizeof *h || memcmp(h->magic, INDEX_MAGIC, sizeof h->magic))
		return "not a debug-information index";
	if (h->version != INDEX_VERSION || h->header_size != sizeof *h)
		return "written by another version";
	if (h->header_sum != index_header_sum(h))
		return "damaged header";
	if (h->file_size != size)
		return "truncated";
	if (h->build_id_len > INDEX_MAX_BUILD_ID)
		return "damaged header";
	for (size_t i = 0; i < INDEX_NTABLES; i++) {
		uint64_t off = h->table[i].off, n = h->table[i].n;

		if (off % 8 || off < sizeof *h || off > size ||
		    n > (size - off) / entry_size[i])
			return "damaged header";
	}
	return NULL;
}

bool index_map(struct arena *a, const char *path, struct index *ix,
	       const char **why)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *fault;
	void *map = MAP_FAILED;

	*ix = (struct index){0};
	if (fd < 0 || fstat(fd, &st) < 0) {
		*why = arena_printf(a, "cannot open \"%s\": %s", path,
				    strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (st.st_size > 0)
		map = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED) {
		*why = arena_printf(a, "cannot map \"%s\"", path);
		return false;
	}
	fault = header_fault(map, st.st_size);
	if (fault) {
		*why = arena_printf(a, "index \"%s\": %s", path, fault);
		munmap(map, st.st_size);
		return false;
	}
	*ix = (struct index){map, map, st.st_size, true};
	return true;
}

void index_unmap(struct index *ix)
{
	if (ix->mapped)
		munmap((void *)ix->map, ix->size);
	else
		free((void *)ix->map);
	*ix = (struct index){0};
}

static const char hex_digits[] = "0123456789abcdef";

static const char *to_hex(struct arena *a, const uint8_t *p, size_t n)
{
	char *s = arena_alloc(a, n * 2 + 1);

	for (size_t i = 0; i < n; i++) {
		s[2 * i] = hex_digits[p[i] >> 4];
		s[2 * i + 1] = hex_digits[p[i] & 15];
	}
	return s;
}

bool index_is_whole(const struct index *ix)
{
	bool whole = index_body_sum(ix->map, ix->size) == ix->h->body_sum;

	/* Most of it is not looked at again. */
	if (ix->mapped)
		madvise((void *)ix->map, ix->size, MADV_DONTNEED);
	return whole;
}

bool debuginfo_index_check(struct arena *a, const char *path,
			   const char *build_id, bool full, const char **why)
{
	struct index ix;
	bool ok = true;

	if (!index_map(a, path, &ix, why))
		return false;
	if (build_id && strcmp(build_id, to_hex(a, ix.h->build_id,
						ix.h->build_id_len))) {
		*why = arena_printf(a, "index \"%s\" is of another build", path);
		ok = false;
	} else if (full && !index_is_whole(&ix)) {
		*why = arena_printf(a, "index \"%s\": damaged", path);
		ok = false;
	}
	index_unmap(&ix);
	return ok;
}

const char *debuginfo_build_id_of(struct arena *a, const char *elf_path)
{
	struct elf_file f;
	const char *why, *id = NULL;

	if (!elf_file_open(a, elf_path, &f, &why))
		return NULL;
	if (f.build_id_len)
		id = to_hex(a, f.build_id, f.build_id_len);
	elf_file_close(&f);
	return id;
}

/* ---- entries ---- */

size_t index_count(const struct index *ix, enum index_table t)
{
	return ix->h ? ix->h->table[t].n : 0;
}

static const void *entry(const struct index *ix, enum index_table t, size_t i)
{
	if (i >= index_count(ix, t))
		return NULL;
	return ix->map + ix->h->table[t].off + i * entry_size[t];
}

const char *index_str(const struct index *ix, uint32_t off)
{
	size_t n = index_count(ix, INDEX_STRINGS);
	const char *s;

	/* The table's last byte is the NUL that ends every string in it. */
	if (off >= n)
		return "";
	s = ix->map + ix->h->table[INDEX_STRINGS].off;
	return s[n - 1] ? "" : s + off;
}

const struct index_cu *index_cu(const struct index *ix, size_t i)
{
	return entry(ix, INDEX_CUS, i);
}

const struct index_func *index_func(const struct index *ix, size_t i)
{
	return entry(ix, INDEX_FUNCS, i);
}

const struct index_inst *index_inst(const struct index *ix, size_t i)
{
	return entry(ix, INDEX_INSTS, i);
}

const struct index_type *index_type(const struct index *ix, size_t i)
{
	return entry(ix, INDEX_TYPES, i);
}

const struct index_var *index_var(const struct index *ix, size_t i)
{
	return entry(ix, INDEX_VARS, i);
}

const struct index_sym *index_sym(const struct index *ix, size_t i)
{
	return entry(ix, INDEX_SYMS, i);
}

const struct index_entry *index_entry(const struct index *ix, size_t i)
{
	return entry(ix, INDEX_ENTRIES, i);
}

const struct index_range *index_blacklist(const struct index *ix, size_t i)
{
	return entry(ix, INDEX_BLACKLIST, i);
}

const struct index_sym *index_symname(const struct index *ix, size_t i)
{
	const uint32_t *pos = entry(ix, INDEX_SYMNAMES, i);

	return pos ? index_sym(ix, *pos) : NULL;
}

/* ---- names ---- */

static const char *name_at(const struct index *ix, enum index_table t, size_t i)
{
	switch (t) {
	case INDEX_FUNCS:
		return index_str(ix, index_func(ix, i)->name);
	case INDEX_TYPES:
		return index_str(ix, index_type(ix, i)->name);
	case INDEX_VARS:
		return index_str(ix, index_var(ix, i)->name);
	case INDEX_SYMNAMES: {
		const struct index_sym *s = index_symname(ix, i);

		return s ? index_str(ix, s->name) : "";
	}
	case INDEX_STRINGS:
	case INDEX_CUS:
	case INDEX_INSTS:
	case INDEX_SYMS:
	case INDEX_BLACKLIST:
	case INDEX_ENTRIES:
	case INDEX_NTABLES:
		break;
	}
	return "";
}

/* First position whose name is not below the prefix (after: not below and
 * not matching it). */
static size_t bound(const struct index *ix, enum index_table t,
		    const char *prefix, bool exact, bool after)
{
	size_t lo = 0, hi = index_count(ix, t), len = strlen(prefix);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const char *name = name_at(ix, t, mid);
		int c = exact ? strcmp(name, prefix) :
				strncmp(name, prefix, len);

		if (c < 0 || (after && c == 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void index_named(const struct index *ix, enum index_table t, const char *prefix,
		 bool exact, size_t *lo, size_t *hi)
{
	*lo = bound(ix, t, prefix, exact, false);
	*hi = bound(ix, t, prefix, exact, true);
}
