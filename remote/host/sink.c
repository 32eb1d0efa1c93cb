// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Standard output and error that never block their writer: a thread carries
 * the bytes on, in order.  The agent has to speak to its targets in time
 * whatever a pager or a stopped terminal does; when too much waits, it takes
 * no more from them instead.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "remote/host/target.h"

#define SINK_FULL ((size_t)4 << 20)
#define SINK_PIECE ((size_t)64 << 10)

struct chunk {
	struct chunk *next;
	int fd;
	size_t n;
	char bytes[];
};
struct mouth {			/* what a FILE writes to */
	struct sink *sink;
	FILE *file;
	int fd;
};
struct sink {
	struct mouth out, err;
	pthread_t thread;
	pthread_mutex_t lock;	/* of all below */
	pthread_cond_t more, less;
	struct chunk *first, **last;
	size_t waiting;		/* bytes */
	bool closing, done;
	int error;		/* an errno */
};

static int write_chunk(const struct chunk *c)
{
	size_t at = 0;

	while (at < c->n) {
		ssize_t n = write(c->fd, c->bytes + at, c->n - at);

		if (n > 0)
			at += n;
		else if (n < 0 && errno == EAGAIN)
			usleep(1000);
		else if (n < 0 && errno != EINTR)
			return errno;
	}
	return 0;
}

/* Holds the lock, except while it writes. */
static void carry(struct sink *s)
{
	struct chunk *c = s->first;
	int error = 0;

	s->first = c->next;
	if (!s->first)
		s->last = &s->first;
	if (c->fd != 1 || !s->error) {
		pthread_mutex_unlock(&s->lock);
		error = write_chunk(c);
		pthread_mutex_lock(&s->lock);
	}
	if (c->fd == 1 && error)
		s->error = error;
	s->waiting -= c->n;
	free(c);
}

static void *sink_thread(void *arg)
{
	struct sink *s = arg;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->first && !s->closing)
			pthread_cond_wait(&s->more, &s->lock);
		if (!s->first)
			break;
		carry(s);
	}
	s->done = true;
	pthread_cond_broadcast(&s->less);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static ssize_t mouth_write(void *arg, const char *p, size_t n)
{
	struct mouth *m = arg;
	struct sink *s = m->sink;
	struct chunk *c = xmalloc(sizeof(*c) + n);

	*c = (struct chunk){ .fd = m->fd, .n = n };
	memcpy(c->bytes, p, n);
	pthread_mutex_lock(&s->lock);
	*s->last = c;
	s->last = &c->next;
	s->waiting += n;
	pthread_cond_signal(&s->more);
	pthread_mutex_unlock(&s->lock);
	return n;
}

static void mouth_open(struct mouth *m, struct sink *s, int fd)
{
	cookie_io_functions_t io = { .write = mouth_write };

	m->sink = s;
	m->fd = fd;
	m->file = fopencookie(m, "w", io);
	if (!m->file)
		fatal("no memory for the output");
	setvbuf(m->file, NULL, fd == 1 ? _IOFBF : _IOLBF, SINK_PIECE);
}

struct sink *sink_new(void)
{
	struct sink *s = xmalloc(sizeof(*s));

	*s = (struct sink){ .lock = PTHREAD_MUTEX_INITIALIZER,
			    .more = PTHREAD_COND_INITIALIZER,
			    .less = PTHREAD_COND_INITIALIZER };
	s->last = &s->first;
	mouth_open(&s->out, s, 1);
	mouth_open(&s->err, s, 2);
	if (pthread_create(&s->thread, NULL, sink_thread, s))
		fatal("cannot start a thread for the output");
	return s;
}

FILE *sink_file(struct sink *s, int fd)
{
	return fd == 1 ? s->out.file : s->err.file;
}

bool sink_full(struct sink *s)
{
	bool full;

	pthread_mutex_lock(&s->lock);
	full = s->waiting > SINK_FULL;
	pthread_mutex_unlock(&s->lock);
	return full;
}

int sink_error(struct sink *s)
{
	int error;

	pthread_mutex_lock(&s->lock);
	error = s->error;
	pthread_mutex_unlock(&s->lock);
	return error;
}

/* A thread that is stuck in a write is left behind, with what it needs. */
int sink_close(struct sink *s, int ms)
{
	struct timespec until;
	int error, stuck = 0;

	fclose(s->out.file);
	fclose(s->err.file);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	pthread_mutex_lock(&s->lock);
	s->closing = true;
	pthread_cond_signal(&s->more);
	while (!s->done && !stuck)
		stuck = pthread_cond_timedwait(&s->less, &s->lock, &until);
	error = s->error;
	pthread_mutex_unlock(&s->lock);
	if (stuck) {
		pthread_detach(s->thread);
		return -ETIMEDOUT;
	}
	pthread_join(s->thread, NULL);
	free(s);
	return -error;
}
