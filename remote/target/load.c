// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A module into the kernel and out of it.  In: an image that was checked.
 * The static build uses the bare system calls; the native one libkmod, which
 * wants a file.  What the kernel's log says of a refused module is passed on.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef HAVE_LIBKMOD
#include <libkmod.h>
#endif

#define KLOG_READ_ALL 3
#define KLOG_TAIL 16384
#define LOCK_MS 5000
#define RETRY_US 30000

/* ---- the kernel's own words ---- */
/* Without "<6>" and "[   12.345678] ". */
static const char *after_stamp(const char *line)
{
	const char *end;

	if (*line == '<' && (end = strchr(line, '>')))
		line = end + 1;
	if (*line == '[' && (end = strstr(line, "] ")))
		line = end + 2;
	return line;
}

/* The last line of the kernel's log that names the module; "" for none. */
static void kernel_said(const char *name, char *out, size_t size)
{
	char *log = malloc(KLOG_TAIL + 1), *line, *rest;
	int n = log ? klogctl(KLOG_READ_ALL, log, KLOG_TAIL) : -1;

	*out = '\0';
	if (n > 0) {
		log[n] = '\0';
		for (line = strtok_r(log, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			if (strstr(line, name) &&
			    !strstr(line, "loading out-of-tree"))
				snprintf(out, size, "%s", after_stamp(line));
	}
	free(log);
}

static const char *load_cause(int err)
{
	switch (err) {
	case EPERM:
		return "not allowed: not root, modules are disabled, or the "
		       "kernel is locked down";
	case ENOSYS:
		return "the kernel was built without loadable modules";
	case ENOEXEC:
		return "the kernel does not accept its format or vermagic: "
		       "the sysroot is not this kernel's";
	case ENOENT:
		return "it needs a symbol that this kernel does not have";
	case EKEYREJECTED:
	case ENOKEY:
	case EBADMSG:
		return "the kernel takes signed modules only "
		       "(CONFIG_MODULE_SIG_FORCE or lockdown)";
	case ENOMEM:
		return "there is not enough memory for it";
	case EEXIST:
		return "a module of that name is loaded: remove it with "
		       "`staprun -d NAME`";
	}
	return strerror(err);
}

static int refused(const struct image *im, int err, struct why *w)
{
	char said[256];

	kernel_said(im->name, said, sizeof(said));
	return because(w, -err, "cannot load module \"%s\": %s%s%s%s",
		       im->name, load_cause(err),
		       *said ? "; the kernel says \"" : "", said,
		       *said ? "\"" : "");
}

/* ---- in ---- */
#ifdef HAVE_LIBKMOD
static int write_file(const char *path, const struct image *im)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	size_t at = 0;
	int err = 0;

	if (fd < 0)
		return -errno;
	while (at < im->n && !err) {
		ssize_t n = write(fd, im->bytes + at, im->n - at);

		if (n < 0 && errno != EINTR)
			err = -errno;
		else if (n > 0)
			at += n;
	}
	close(fd);
	return err;
}

static int kmod_insert(const char *path)
{
	const char *no_config = NULL;
	struct kmod_ctx *ctx = kmod_new(NULL, &no_config);
	struct kmod_module *mod;
	int err;

	if (!ctx)
		return -ENOMEM;
	err = kmod_module_new_from_path(ctx, path, &mod);
	if (!err) {
		err = kmod_module_insert_module(mod, 0, NULL);
		kmod_module_unref(mod);
	}
	kmod_unref(ctx);
	return err;
}

static int insert(const struct image *im, const char *folder)
{
	char path[4096];
	int err;

	snprintf(path, sizeof(path), "%s/%s.ko", folder, im->name);
	err = write_file(path, im);
	if (!err)
		err = kmod_insert(path);
	unlink(path);
	return err;
}
#else
static int insert(const struct image *im, const char *folder)
{
	(void)folder;
	return syscall(SYS_init_module, im->bytes, (unsigned long)im->n, "") <
	       0 ? -errno : 0;
}
#endif

int module_insert(const struct image *im, const char *folder, struct why *w)
{
	int err = insert(im, folder);

	return err ? refused(im, -err, w) : 0;
}

/* ---- out ---- */
int module_remove(const char *name, int ms)
{
	int64_t until = now_ms() + ms;

	for (;;) {
		if (!syscall(SYS_delete_module, name, O_NONBLOCK))
			return 0;
		if (errno == ENOENT)
			return 0;
		if (errno != EAGAIN && errno != EBUSY)
			return -errno;
		if (now_ms() >= until)
			return -EBUSY;
		usleep(RETRY_US);
	}
}

/* Held on a file that every such kernel has, so that nothing is left when
 * the holder dies. */
int load_lock(void)
{
	int fd = open("/proc/modules", O_RDONLY | O_CLOEXEC);
	int64_t until = now_ms() + LOCK_MS;

	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (now_ms() >= until) {
			close(fd);
			return -1;
		}
		usleep(RETRY_US);
	}
	return fd;
}
