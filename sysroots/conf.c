// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and amends sysroot.conf.  In: a file that people may have edited.
 * Out: pairs of trimmed text.  A malformed line is an error with its number;
 * keys nobody knows are the caller's to ignore, so that an older program
 * reads a newer file.
 */
#include <ctype.h>
#include <errno.h>

#include "sysroots/conf.h"

static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = 0;
	return s;
}

/* One line, cut into key and value; false for an empty or comment line. */
static bool split(char *line, char **key, char **value)
{
	char *eq;

	line = trim(line);
	*key = line;
	*value = NULL;
	if (!*line || *line == '#')
		return false;
	eq = strchr(line, '=');
	if (eq) {
		*eq = 0;
		*key = trim(line);
		*value = trim(eq + 1);
	}
	return true;
}

int conf_read(struct arena *a, const char *path,
	      const char *(*set)(void *arg, const char *key, const char *value),
	      void *arg, const char **why)
{
	size_t size;
	char *text = file_read(a, path, CONF_SIZE_MAX, &size);
	char *save, *key, *value;
	const char *bad;
	int n = 0;

	if (!text) {
		int err = errno;

		*why = arena_printf(a, "'%s' cannot be read: %s", path,
				    strerror(err));
		return -err;
	}
	for (char *line = text; line; line = save) {
		save = strchr(line, '\n');
		if (save)
			*save++ = 0;
		n++;
		if (!split(line, &key, &value))
			continue;
		bad = value && *key ? set(arg, key, value)
				    : "this is no 'key = value'";
		if (bad) {
			*why = arena_printf(a, "%s:%d: '%s': %s", path, n, key,
					    bad);
			return -EINVAL;
		}
	}
	return 0;
}

int conf_put(struct arena *a, const char *path, const char *key,
	     const char *value)
{
	size_t size, klen = strlen(key);
	char *text = file_read(a, path, CONF_SIZE_MAX, &size);
	struct buf out = { 0 };
	char *next;
	int err;

	if (!text)
		return -errno;
	for (char *line = text; line && *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (!strncmp(line, key, klen) &&
		    strspn(line + klen, " \t=") > 0)
			continue;
		buf_printf(&out, "%s\n", line);
	}
	buf_printf(&out, "%s = %s\n", key, value);
	err = file_replace(path, out.s, out.n, 0644);
	buf_free(&out);
	return err;
}
