// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The control file of a loaded module.  In: runtime/uapi.h's calls.  What the
 * module says of its sizes is checked before it is mapped.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define CPUS_MAX 8192
#define RING_MAX ((uint64_t)1 << 32)

int device_open(struct device *d, const char *name, struct why *w)
{
	char path[128];
	int err;

	*d = (struct device){ .fd = -1 };
	snprintf(path, sizeof(path), "/proc/" STP_PROC_PREFIX "%s", name);
	d->fd = open(path, O_RDWR | O_CLOEXEC);
	if (d->fd < 0)
		return because(w, -errno, "cannot open \"%s\" of the loaded "
			       "module: %s", path, strerror(errno));
	err = ioctl(d->fd, STP_IOC_INFO, &d->info) < 0 ? -errno : 0;
	if (!err && d->info.version != STP_UAPI_VERSION)
		err = because(w, -EPROTO, "the module speaks version %u to "
			      "staprun, this staprun version %d: build the "
			      "module again", d->info.version,
			      STP_UAPI_VERSION);
	else if (!err && (!d->info.ncpus || d->info.ncpus > CPUS_MAX))
		err = because(w, -EPROTO, "the module tells of %u CPUs",
			      d->info.ncpus);
	else if (err)
		because(w, err, "the module does not answer: %s",
			strerror(-err));
	d->info.release[sizeof(d->info.release) - 1] = '\0';
	d->info.build_id[sizeof(d->info.build_id) - 1] = '\0';
	return err;
}

int device_set(struct device *d, const char *assignment, struct why *w)
{
	const char *eq = strchr(assignment, '=');
	struct stp_set set = { 0 };

	if (!eq || eq == assignment ||
	    (size_t)(eq - assignment) >= sizeof(set.name) ||
	    strlen(eq + 1) >= sizeof(set.value))
		return because(w, -EINVAL, "\"%s\" is no VAR=value, or is too "
			       "long", assignment);
	memcpy(set.name, assignment, eq - assignment);
	strcpy(set.value, eq + 1);
	if (!ioctl(d->fd, STP_IOC_SET, &set))
		return 0;
	if (errno == ENOENT)
		return because(w, -errno, "the script has no global variable "
			       "\"%s\" that can be set (it must be a number or "
			       "a string that the script uses)", set.name);
	return because(w, -errno, "cannot set \"%s\" to \"%s\": %s", set.name,
		       set.value, errno == EINVAL ? "not a value of its type" :
		       strerror(errno));
}

/* Numbers of CPUs that cannot be have no ring. */
static int map_rings(struct device *d)
{
	for (unsigned int i = 0; i < d->info.ncpus; i++) {
		void *p = mmap(NULL, d->ring_stride, PROT_READ | PROT_WRITE,
			       MAP_SHARED, d->fd, i * d->ring_stride);

		if (p == MAP_FAILED && (errno != EINVAL || !i))
			return -errno;
		if (p == MAP_FAILED)
			continue;
		madvise(p, d->ring_stride, MADV_DONTFORK);
		d->ring[i] = p;
	}
	return 0;
}

int device_map(struct device *d, uint64_t total_bytes, struct why *w)
{
	struct stp_buffers b = { .total_bytes = total_bytes };
	uint64_t page = sysconf(_SC_PAGESIZE);
	int err;

	if (ioctl(d->fd, STP_IOC_BUFFERS, &b) < 0)
		return because(w, -errno, "cannot make the trace buffers: %s; "
			       "ask for less with -s MB", strerror(errno));
	if (!b.ring_size || (b.ring_size & (b.ring_size - 1)) ||
	    b.ring_size > RING_MAX || b.ring_stride < page + b.ring_size ||
	    b.ring_stride > 2 * RING_MAX || b.ring_stride % page)
		return because(w, -EPROTO, "the module tells of rings of %llu "
			       "bytes", (unsigned long long)b.ring_size);
	d->ring_size = b.ring_size;
	d->ring_stride = b.ring_stride;
	d->ring = calloc(d->info.ncpus, sizeof(*d->ring));
	err = d->ring ? map_rings(d) : -ENOMEM;
	return err ? because(w, err, "cannot map the trace buffers: %s",
			     strerror(-err)) : 0;
}

int device_defs(struct device *d, void **defs, size_t *n, struct why *w)
{
	struct stp_defs arg = { .size = d->info.defs_size };

	*n = d->info.defs_size;
	if (*n > STREAM_DEFS_MAX)
		return because(w, -EFBIG, "the script's formats take %zu bytes, "
			       "the limit is %u", *n, STREAM_DEFS_MAX);
	*defs = malloc(*n + 1);
	if (!*defs)
		return because(w, -ENOMEM, "no memory");
	arg.buf = (uintptr_t)*defs;
	if (ioctl(d->fd, STP_IOC_DEFS, &arg) < 0)
		return because(w, -errno, "the module does not give its "
			       "formats: %s", strerror(errno));
	return 0;
}

int device_status(struct device *d, struct stp_status *st)
{
	return ioctl(d->fd, STP_IOC_STATUS, st) < 0 ? -errno : 0;
}

bool device_report(struct device *d, uint32_t index, struct stp_report *r)
{
	memset(r, 0, sizeof(*r));
	r->index = index;
	return ioctl(d->fd, STP_IOC_REPORT, r) > 0;
}

int device_symbol(struct device *d, struct stp_symbol *s)
{
	int err = ioctl(d->fd, STP_IOC_SYMBOL, s) < 0 ? -errno : 0;

	s->text[sizeof(s->text) - 1] = '\0';
	return err;
}

/* ---- START and STOP, aside ---- */
struct device_call {
	pthread_t thread;
	int fd, done;
	unsigned long request;
	struct stp_start start;
	int result;
};

static void *call_thread(void *arg)
{
	struct device_call *c = arg;
	void *p = c->request == STP_IOC_START ? &c->start : NULL;

	c->result = ioctl(c->fd, c->request, p) < 0 ? -errno : 0;
	close(c->done);
	return NULL;
}

static struct device_call *call_aside(struct device *d, unsigned long request,
				      int64_t target, int *done)
{
	struct device_call *c = calloc(1, sizeof(*c));
	int fds[2];

	if (!c || pipe2(fds, O_CLOEXEC) < 0) {
		free(c);
		return NULL;
	}
	c->fd = d->fd;
	c->done = fds[1];
	c->request = request;
	c->start.target = target;
	if (pthread_create(&c->thread, NULL, call_thread, c)) {
		close(fds[0]);
		close(fds[1]);
		free(c);
		return NULL;
	}
	*done = fds[0];
	return c;
}

struct device_call *device_begin(struct device *d, int64_t target, int *done)
{
	return call_aside(d, STP_IOC_START, target, done);
}

struct device_call *device_end(struct device *d, int *done)
{
	return call_aside(d, STP_IOC_STOP, 0, done);
}

int device_joined(struct device_call *c)
{
	int result;

	pthread_join(c->thread, NULL);
	result = c->result;
	free(c);
	return result;
}

void device_close(struct device *d)
{
	for (unsigned int i = 0; d->ring && i < d->info.ncpus; i++)
		if (d->ring[i])
			munmap(d->ring[i], d->ring_stride);
	free(d->ring);
	d->ring = NULL;
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}
