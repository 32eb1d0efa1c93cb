// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The run's temporary folder: PLACE/stapx-XXXXXX, mode 0700, with a file
 * "owner" that says which process it belongs to ("PID START", START as
 * /proc/PID/stat has it, so that a reused pid is not taken for the owner).
 */
#include "remote/target/target.h"
#include "remote/target/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ENTRIES_MAX 64	/* a folder of ours holds a handful */

const char *const folder_places[] = { "/tmp", "/run", "/var/tmp", "/dev/shm",
				      NULL };

int folder_make(char *out, size_t size, struct why *w)
{
	const char *tmp = getenv("TMPDIR");
	int err = -ENOENT;

	if (tmp && *tmp == '/') {
		snprintf(out, size, "%s/" FOLDER_PREFIX "XXXXXX", tmp);
		if (mkdtemp(out))
			return 0;
	}
	for (size_t i = 0; folder_places[i]; i++) {
		snprintf(out, size, "%s/" FOLDER_PREFIX "XXXXXX",
			 folder_places[i]);
		if (mkdtemp(out))
			return 0;
		err = -errno;
	}
	*out = '\0';
	return because(w, err, "cannot make a temporary folder in /tmp, /run, "
		       "/var/tmp or /dev/shm: %s", strerror(-err));
}

/* Field 22 of /proc/PID/stat; 0: no such process. */
static unsigned long long start_time(pid_t pid)
{
	unsigned long long start = 0;
	char path[64], line[1024], *p;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	p = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	if (!p || sscanf(p + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
			 "%*u %*u %*d %*d %*d %*d %*d %*d %llu", &start) != 1)
		start = 0;
	fclose(f);
	return start;
}

int folder_own(const char *path, struct why *w)
{
	char name[4096], text[64];
	int fd, n;

	n = snprintf(text, sizeof(text), "%d %llu\n", (int)getpid(),
		     start_time(getpid()));
	snprintf(name, sizeof(name), "%s/owner", path);
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0 || write(fd, text, n) != n) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return because(w, err, "cannot write \"%s\": %s", name,
			       strerror(-err));
	}
	close(fd);
	return 0;
}

/* Letters and digits follow the prefix; other folders of this project have a
 * '-' there. */
static bool name_is_ours(const char *path)
{
	const char *base = strrchr(path, '/');
	size_t n = strlen(FOLDER_PREFIX);

	if (!base || strncmp(base + 1, FOLDER_PREFIX, n))
		return false;
	base += 1 + n;
	return *base && strspn(base, "abcdefghijklmnopqrstuvwxyz0123456789"
				     "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
			strlen(base);
}

/* The folder itself, when it is ours: no link, our user's, closed to others. */
static int open_folder(const char *path)
{
	struct stat st;
	int fd;

	if (!name_is_ours(path))
		return -EINVAL;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
	    (st.st_mode & 077)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

int folder_remove(const char *path)
{
	int fd = open_folder(path), left = ENTRIES_MAX;
	struct dirent *e;
	DIR *d;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0)
		return fd;
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return -ENOMEM;
	}
	while ((e = readdir(d)) && left--)
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	return rmdir(path) < 0 ? -errno : 0;
}

/* Seconds since the folder or its youngest file changed. */
static time_t idle_seconds(DIR *d)
{
	struct dirent *e;
	struct stat st;
	time_t youngest;

	if (fstat(dirfd(d), &st) < 0)
		return 0;
	youngest = st.st_mtime;
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' &&
		    !fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
		    st.st_mtime > youngest)
			youngest = st.st_mtime;
	return time(NULL) - youngest;
}

/* Takes the descriptor. */
static bool idle_for_long(int fd)
{
	DIR *d = fdopendir(fd);
	bool idle = d && idle_seconds(d) > FOLDER_IDLE_S;

	if (d)
		closedir(d);
	else
		close(fd);
	return idle;
}

/* What the owner's file says; false when it does not say it yet. */
static bool read_owner(int fd, int *pid, unsigned long long *start)
{
	int owner = openat(fd, "owner", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[64];
	int n;

	if (owner < 0)
		return false;
	n = read(owner, text, sizeof(text) - 1);
	close(owner);
	text[n > 0 ? n : 0] = '\0';
	return strchr(text, '\n') && sscanf(text, "%d %llu", pid, start) == 2;
}

bool folder_abandoned(const char *path)
{
	unsigned long long start;
	int fd = open_folder(path), pid;

	if (fd < 0)
		return false;
	if (!read_owner(fd, &pid, &start))
		/* Being filled, or filling it was cut off. */
		return idle_for_long(fd);
	close(fd);
	return start_time(pid) != start;
}
