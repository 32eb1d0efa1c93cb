// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names that a running kernel has for its addresses: those of the table
 * that its build put into the image (scripts/kallsyms.c), not of the ELF
 * symbols, of which it leaves some out and sorts others in its own way.
 *
 * In: vmlinux, its bytes checked as any file's.  Out: for a link-time address
 * the name, the distance from its start and its size, exactly as
 * kallsyms_lookup() finds them.  Nothing is unpacked but the name asked for.
 *
 * kallsyms_names: for each symbol a length (one byte, or two when the first
 * has bit 7) and so many tokens; kallsyms_markers: where every 256th begins;
 * a token is a text of kallsyms_token_table, at its kallsyms_token_index.
 * The first character of a symbol is its type.
 */
#include "debuginfo/internal.h"

#define MARKED 256
#define SYMBOLS_MAX (16u << 20)

struct bytes {
	const uint8_t *p;
	size_t n;
};

struct dbg_kallsyms {
	struct bytes offsets, names, markers, table, index;
	uint32_t n;
	bool percpu;	/* offsets that are not negative are addresses */
	uint64_t base;
	struct dbg_range range;
};

/* From a symbol to the end of its section. */
static bool bytes_of(struct debuginfo *di, const char *name, struct bytes *out)
{
	const struct elf_section *s;
	struct dbg_sym sym;
	const char *data;
	size_t n;

	if (!debuginfo_sym(di, name, &sym))
		return false;
	s = elf_file_section_at(&di->f, sym.addr);
	data = s ? elf_file_data(&di->f, s, &n) : NULL;
	if (!data || sym.addr - s->addr >= n)
		return false;
	out->p = (const uint8_t *)data + (sym.addr - s->addr);
	out->n = n - (sym.addr - s->addr);
	return true;
}

/* Element i of a table of little-endian numbers; 0 outside. */
static uint32_t u32_at(const struct bytes *b, size_t i)
{
	const uint8_t *p = b->p + 4 * i;

	if (i >= b->n / 4)
		return 0;
	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t u16_at(const struct bytes *b, size_t i)
{
	return i < b->n / 2 ? b->p[2 * i] | b->p[2 * i + 1] << 8 : 0;
}

/* ---- names ---- */

/* The tokens of the symbol at *at, which moves behind them. */
static struct bytes take_tokens(const struct bytes *names, size_t *at)
{
	size_t n, head = 1;

	if (*at + 2 > names->n)
		return (struct bytes){ 0 };
	n = names->p[*at];
	if (n & 0x80) {
		n = (n & 0x7f) | (size_t)names->p[*at + 1] << 7;
		head = 2;
	}
	*at += head + n;
	if (*at > names->n)
		return (struct bytes){ 0 };
	return (struct bytes){ names->p + *at - n, n };
}

static struct bytes tokens_of(const struct dbg_kallsyms *k, uint32_t i)
{
	size_t at = u32_at(&k->markers, i / MARKED);

	for (uint32_t skip = i % MARKED; skip; skip--)
		take_tokens(&k->names, &at);
	return take_tokens(&k->names, &at);
}

/* Without the type; at most size bytes with the NUL. */
static void expand(const struct dbg_kallsyms *k, struct bytes tokens, char *to,
		   size_t size)
{
	bool type = true;
	size_t len = 0;

	for (size_t i = 0; i < tokens.n; i++) {
		size_t at = u16_at(&k->index, tokens.p[i]);

		for (; at < k->table.n && k->table.p[at]; at++) {
			if (!type && len + 1 < size)
				to[len++] = k->table.p[at];
			type = false;
		}
	}
	to[len] = '\0';
}

/* What the kernel cuts off the names that Clang makes for LTO. */
static void cut_suffix(char *name)
{
	char *suffix = strstr(name, ".llvm.");

	if (suffix)
		*suffix = '\0';
}

/* ---- addresses ---- */

static uint64_t addr_of(const struct dbg_kallsyms *k, uint32_t i)
{
	uint32_t offset = u32_at(&k->offsets, i);

	if (!k->percpu)
		return k->base + offset;
	return (int32_t)offset >= 0 ? offset :
	       k->base - 1 - (int64_t)(int32_t)offset;
}

/*
 * Where the offsets count from is relocated when the kernel starts, so it may
 * not be in the file; one symbol says it as well.
 */
static bool learn_base(struct dbg_kallsyms *k, uint64_t stext)
{
	char name[sizeof("_stext") + 1];
	size_t at = 0;

	for (uint32_t i = 0; i < k->n; i++) {
		uint32_t offset = u32_at(&k->offsets, i);

		expand(k, take_tokens(&k->names, &at), name, sizeof(name));
		if (strcmp(name, "_stext"))
			continue;
		k->percpu = (int32_t)offset < 0;
		k->base = k->percpu ? stext + 1 + (int64_t)(int32_t)offset :
			  stext - offset;
		return true;
	}
	return false;
}

/* The last symbol at or below addr; false: none. */
static bool below(const struct dbg_kallsyms *k, uint64_t addr, uint32_t *out)
{
	uint32_t lo = 0, hi = k->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (addr_of(k, mid) <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	*out = lo - 1;
	return lo;
}

/* Of several with one address the first counts. */
static uint32_t first_of(const struct dbg_kallsyms *k, uint32_t i)
{
	while (i && addr_of(k, i - 1) == addr_of(k, i))
		i--;
	return i;
}

static uint64_t end_of(const struct dbg_kallsyms *k, uint32_t i)
{
	uint64_t start = addr_of(k, i);

	while (++i < k->n)
		if (addr_of(k, i) > start)
			return addr_of(k, i);
	return k->range.hi;
}

bool kallsyms_find(const struct dbg_kallsyms *k, uint64_t addr,
		   struct dbg_kallsym *out)
{
	uint32_t i;

	if (addr < k->range.lo || addr >= k->range.hi || !below(k, addr, &i))
		return false;
	i = first_of(k, i);
	out->addr = addr_of(k, i);
	out->size = end_of(k, i) - out->addr;
	expand(k, tokens_of(k, i), out->name, sizeof(out->name));
	cut_suffix(out->name);
	return out->name[0];
}

struct dbg_range kallsyms_range(const struct dbg_kallsyms *k)
{
	return k->range;
}

/* Whether data has names, too (CONFIG_KALLSYMS_ALL). */
static bool has_data(struct debuginfo *di, const struct dbg_kallsyms *k)
{
	struct dbg_sym data;
	uint32_t i;

	return debuginfo_sym(di, "init_task", &data) &&
	       below(k, data.addr, &i) && addr_of(k, i) == data.addr;
}

static uint32_t count_of(struct debuginfo *di)
{
	struct bytes b;

	return bytes_of(di, "kallsyms_num_syms", &b) ? u32_at(&b, 0) : 0;
}

struct dbg_kallsyms *debuginfo_kallsyms(struct debuginfo *di)
{
	struct dbg_kallsyms k = { .n = count_of(di) };
	struct dbg_sym stext, end;

	if (!k.n || k.n > SYMBOLS_MAX || di->f.big_endian ||
	    !bytes_of(di, "kallsyms_offsets", &k.offsets) ||
	    !bytes_of(di, "kallsyms_names", &k.names) ||
	    !bytes_of(di, "kallsyms_markers", &k.markers) ||
	    !bytes_of(di, "kallsyms_token_table", &k.table) ||
	    !bytes_of(di, "kallsyms_token_index", &k.index) ||
	    k.offsets.n / 4 < k.n || !debuginfo_sym(di, "_stext", &stext) ||
	    !learn_base(&k, stext.addr))
		return NULL;
	if (!debuginfo_sym(di, has_data(di, &k) ? "_end" : "_etext", &end) ||
	    end.addr <= stext.addr)
		return NULL;
	k.range = (struct dbg_range){ stext.addr, end.addr };
	return arena_dup(di->a, &k, sizeof(k));
}
