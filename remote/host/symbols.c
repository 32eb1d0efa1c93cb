// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of a target's kernel addresses, by the sysroot of its kernel.
 *
 * In: where the kernel lies (the stream's KERNEL), run-time addresses.  Out:
 * the text that the kernel itself would give, from the table in vmlinux.
 * What only the target knows (its modules) the stream says.
 */
#include <inttypes.h>
#include <string.h>

#include "debuginfo/debuginfo.h"
#include "remote/host/target.h"

#define ANCHOR "sprint_symbol"	/* of runtime/kernel/stack.c */

struct host_symbols {
	struct stream_finder finder;
	struct debuginfo *di;
	struct dbg_kallsyms *names;
};

/* Its place in the source, of a link-time address. */
static bool find_line(struct host_symbols *h, uint64_t addr, char form,
		      char *to, size_t size)
{
	const char *file;
	unsigned line;

	if (!debuginfo_line_at(h->di, addr, &file, &line))
		return false;
	if (form == 'A')
		snprintf(to, size, "%s", file);
	else if (form == 'B')
		snprintf(to, size, "%u", line);
	else
		snprintf(to, size, "%s:%u", file, line);
	return true;
}

/* The name of a symbol of the target says where the whole kernel lies. */
static bool find(void *arg, const struct stream_kernel *k, uint64_t addr,
		 char form, char *to, size_t size)
{
	struct host_symbols *h = arg;
	struct dbg_kallsym sym;
	struct dbg_sym anchor;

	if (strcmp(k->build_id, debuginfo_facts(h->di)->build_id) ||
	    !debuginfo_sym(h->di, k->symbol, &anchor))
		return false;
	addr -= k->anchor - anchor.addr;
	if (form != 'b')
		return find_line(h, addr, form, to, size);
	if (!kallsyms_find(h->names, addr, &sym))
		return false;
	snprintf(to, size, "%s+0x%" PRIx64 "/0x%" PRIx64 " [kernel]", sym.name,
		 addr - sym.addr, sym.size);
	return true;
}

struct host_symbols *symbols_open(struct arena *a, const struct sysroot *r)
{
	struct host_symbols *h = arena_new(a, struct host_symbols);
	struct prepared *p;
	const char *why;

	if (!r || !r->vmlinux || sysroot_prepared(a, r, &p, &why) || !p->index)
		return NULL;
	h->di = debuginfo_open(a, r->vmlinux, p->index, &why);
	h->names = h->di ? debuginfo_kallsyms(h->di) : NULL;
	if (!h->names) {
		debuginfo_close(h->di);
		return NULL;
	}
	h->finder = (struct stream_finder){ .find = find, .arg = h };
	return h;
}

const struct stream_finder *symbols_finder(const struct host_symbols *h)
{
	return h ? &h->finder : NULL;
}

const char *symbols_image(struct arena *a, const struct host_symbols *h)
{
	struct dbg_sym anchor;
	struct dbg_range r;

	if (!h || !debuginfo_sym(h->di, ANCHOR, &anchor))
		return NULL;
	r = kallsyms_range(h->names);
	return arena_printf(a, "%" PRIx64 "-%" PRIx64, r.lo - anchor.addr,
			    r.hi - anchor.addr);
}

void symbols_close(struct host_symbols *h)
{
	if (h)
		debuginfo_close(h->di);
}
