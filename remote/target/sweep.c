// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What survived a crash of earlier runs.  A module whose control file can be
 * opened has no session; one that is in use refuses, and stays.  The caller
 * holds the load lock, so no module stands between loading and opening.
 */
#include "remote/target/target.h"
#include "remote/target/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REMOVE_MS 300

static bool in_use(const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/" STP_PROC_PREFIX "%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == EBUSY;
	close(fd);
	return false;
}

static int remove_module(const char *name, struct outlet *o)
{
	int err = in_use(name) ? -EBUSY : module_remove(name, REMOVE_MS);

	if (!err)
		outlet_log(o, 1, "removed the module \"%s\" of an earlier run",
			   name);
	return err;
}

/* Names of our modules from /proc, each to the function. */
static int each_module(int (*f)(const char *, struct outlet *),
		       struct outlet *o)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int failed = 0;

	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, STP_PROC_PREFIX,
			    strlen(STP_PROC_PREFIX)))
			continue;
		if (f(e->d_name + strlen(STP_PROC_PREFIX), o))
			failed++;
	}
	if (d)
		closedir(d);
	return failed;
}

static void sweep_place(const char *place, struct outlet *o)
{
	DIR *d = opendir(place);
	struct dirent *e;
	char path[4096];

	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, FOLDER_PREFIX, strlen(FOLDER_PREFIX)) ||
		    snprintf(path, sizeof(path), "%s/%s", place, e->d_name) >=
		    (int)sizeof(path))
			continue;
		if (folder_abandoned(path) && !folder_remove(path))
			outlet_log(o, 1, "removed the folder \"%s\" of an "
				   "earlier run", path);
	}
	if (d)
		closedir(d);
}

void sweep(struct outlet *o)
{
	const char *tmp = getenv("TMPDIR");

	each_module(remove_module, o);
	for (size_t i = 0; folder_places[i]; i++)
		sweep_place(folder_places[i], o);
	if (tmp && *tmp == '/')
		sweep_place(tmp, o);
}

static int remove_or_say(const char *name, struct outlet *o)
{
	char text[256];
	int err = remove_module(name, o);

	if (!err)
		return 0;
	snprintf(text, sizeof(text), "cannot remove module \"%s\": %s", name,
		 err == -EBUSY ? "it is in use by a running staprun" :
		 strerror(-err));
	outlet_error(o, text);
	return 1;
}

static bool is_ours(const char *name)
{
	char path[128];

	if (snprintf(path, sizeof(path), "/proc/" STP_PROC_PREFIX "%s", name) >=
	    (int)sizeof(path) || strchr(name, '/'))
		return false;
	return !access(path, F_OK);
}

int sweep_module(const char *name, struct outlet *o)
{
	char text[256];

	if (!strcmp(name, "*"))
		return each_module(remove_or_say, o);
	if (is_ours(name))
		return remove_or_say(name, o);
	snprintf(text, sizeof(text), "no module \"%.64s\" of a script is "
		 "loaded: see `ls /proc | grep " STP_PROC_PREFIX "`", name);
	outlet_error(o, text);
	return 1;
}
