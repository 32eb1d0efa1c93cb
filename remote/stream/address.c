// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses in records, as text.  In: what the stream defines, and a finder
 * for the rest.  Out: the kernel's own form of an address, the same whoever
 * knew the name; its place in the source, which only the finder knows.
 */
#include "remote/stream/stream.h"

#include <inttypes.h>
#include <string.h>

/* The stream's own word, or NULL. */
static const char *said(const struct stream *s, uint64_t addr, char form)
{
	return form == 'a' || form == 'b' ? stream_symbol(s, addr) : NULL;
}

static bool found(const struct stream *s, const struct stream_finder *f,
		  uint64_t addr, char form, char *to)
{
	const struct stream_kernel *k = stream_kernel(s);
	bool name = form == 'a' || form == 'b';

	if (!k || !f || !f->find || (name && k->complete))
		return false;
	return f->find(f->arg, k, addr, name ? 'b' : form, to,
		       STREAM_NAME_MAX);
}

void address_text(const struct stream *s, const struct stream_finder *f,
		  uint64_t addr, char form, char to[STREAM_NAME_MAX])
{
	const char *known = said(s, addr, form);

	if (known)
		snprintf(to, STREAM_NAME_MAX, "%s", known);
	else if (!found(s, f, addr, form, to))
		snprintf(to, STREAM_NAME_MAX, "0x%" PRIx64, addr);
	if (form == 'a')
		*strchrnul(to, '+') = '\0';
}
