// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that a run writes on this machine; strftime(3) forms their names. */
#include <errno.h>

#include "remote/host/target.h"
#include "session.h"

FILE *output_open(struct session *s, const char *name)
{
	char path[4096];
	FILE *f = output_file(name, path, sizeof(path));

	if (!f)
		diag_error(&s->diag, "cannot write '%s': %s", path,
			   strerror(errno));
	return f;
}

int output_close(struct session *s, const char *name, FILE *f)
{
	int err = f && ferror(f) ? EIO : 0;

	if (!f || (!fclose(f) && !err))
		return 0;
	diag_error(&s->diag, "cannot write '%s': %s", name,
		   strerror(err ? err : errno));
	return 1;
}
