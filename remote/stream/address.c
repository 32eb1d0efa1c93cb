// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses in records, as text.  In: what the stream defines, and a finder
 * for the rest.  Out: the kernel's own form of an address, the same whoever
 * knew the name.
 */
#include "remote/stream/stream.h"

#include <inttypes.h>
#include <string.h>

void address_text(const struct stream *s, const struct stream_finder *f,
		  uint64_t addr, char to[STREAM_NAME_MAX])
{
	const struct stream_kernel *k = stream_kernel(s);
	const char *known = stream_symbol(s, addr);

	if (known)
		snprintf(to, STREAM_NAME_MAX, "%s", known);
	else if (!k || k->complete || !f ||
		 !f->find(f->arg, k, addr, to, STREAM_NAME_MAX))
		snprintf(to, STREAM_NAME_MAX, "0x%" PRIx64, addr);
}

void address_name(char text[STREAM_NAME_MAX])
{
	*strchrnul(text, '+') = '\0';
}
