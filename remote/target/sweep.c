// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What survived a crash of earlier runs.  A module whose control file can be
 * opened has no session; one that is in use refuses, and stays.  So does one
 * that has such a file and does not answer as ours do: a name proves nothing.
 * The caller holds the load lock, so no module stands between loading and
 * opening.
 */
#include "remote/target/target.h"
#include "remote/target/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#define REMOVE_MS 300

/* It tells which kernel it was built for, and that is this one. */
static bool answers(int fd)
{
	struct stp_info info = { 0 };
	struct utsname u;

	return !uname(&u) && ioctl(fd, STP_IOC_INFO, &info) >= 0 &&
	       info.version && info.ncpus &&
	       !strncmp(info.release, u.release, sizeof(info.release));
}

/* 0: a script's module without a session. */
static int check(const char *name)
{
	char path[128];
	int fd, err;

	if (snprintf(path, sizeof(path), "/proc/" STP_PROC_PREFIX "%s", name) >=
	    (int)sizeof(path) || strchr(name, '/'))
		return -ENOENT;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = answers(fd) ? 0 : -ENOTTY;
	close(fd);
	return err;
}

static int remove_module(const char *name, struct outlet *o)
{
	int err = check(name);

	if (!err)
		err = module_remove(name, REMOVE_MS);
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
	if (err == -ENOENT)
		snprintf(text, sizeof(text), "no module \"%.64s\" of a script "
			 "is loaded: see `ls /proc | grep " STP_PROC_PREFIX "`",
			 name);
	else
		snprintf(text, sizeof(text), "cannot remove module \"%.64s\": "
			 "%s", name, err == -EBUSY ?
			 "it is in use by a running staprun" : err == -ENOTTY ?
			 "it is not a script's, or of another version of "
			 "stapx: `rmmod` removes it" : strerror(-err));
	outlet_error(o, text);
	return 1;
}

int sweep_module(const char *name, struct outlet *o)
{
	if (!strcmp(name, "*"))
		return each_module(remove_or_say, o);
	return remove_or_say(name, o);
}
