// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records on their way out: a buffer that is written to a file descriptor
 * when it is full and before the process waits.  Writing blocks, so nothing
 * is ever lost; a reader that went away ends the session.
 */
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "remote/stream/stream.h"
#include "user.h"

#define BUFFER_SIZE (256 << 10)

static struct {
	int fd;
	int error;		/* -errno once writing failed */
	stp_u32 used, seq;
	char data[BUFFER_SIZE] __attribute__((aligned(8)));
} out;

static int write_all(void *arg, const void *p, size_t n)
{
	const char *from = p;
	ssize_t done;

	(void)arg;
	while (n && !out.error) {
		done = write(out.fd, from, n);
		if (done < 0 && errno != EINTR)
			out.error = -errno;
		if (done <= 0)
			continue;
		from += done;
		n -= (size_t)done;
	}
	return out.error;
}

static const struct stream_writer writer = { .write = write_all };

static void copy_name(char *to, size_t size, const char *from)
{
	stp_strcpy(to, from ? from : "", size);
}

static void put_info(void)
{
	struct stream_info info = {
		.ncpus = (uint32_t)stp_session.ncpus,
		.maxstringlen =
			(uint32_t)stp_session.script->limits.maxstringlen,
		.start_mono_ns = stp_port_clock(),
		.start_real_ns = (uint64_t)stp_gettimeofday_ns(),
	};
	struct utsname u;

	copy_name(info.module, sizeof(info.module), stp_session.script->name);
	if (!uname(&u)) {
		copy_name(info.release, sizeof(info.release), u.release);
		copy_name(info.machine, sizeof(info.machine), u.machine);
	}
	stream_put(&writer, STREAM_INFO, &info, sizeof(info));
}

int user_stream_start(int fd)
{
	stp_u32 n = stp_session_defs(NULL, 0);
	void *defs = malloc(n);

	if (!defs)
		return -ENOMEM;
	out.fd = fd;
	stp_session_defs(defs, n);
	stream_put_head(&writer);
	put_info();
	stream_put(&writer, STREAM_DEFS, defs, n);
	free(defs);
	return out.error;
}

int user_stream_flush(void)
{
	struct stream_watermark mark = { .time = stp_port_clock() };

	if (!out.used)
		return out.error;
	stream_put_records(&writer, 0, out.data, out.used);
	out.used = 0;
	stream_put(&writer, STREAM_WATERMARK, &mark, sizeof(mark));
	return out.error;
}

struct stp_record *stp_port_reserve(int cpu, stp_u32 len)
{
	struct stp_record *r;

	if (len > sizeof(out.data) - out.used)
		user_stream_flush();
	if (out.error)
		return NULL;
	r = (struct stp_record *)(out.data + out.used);
	r->len = len;
	r->time = stp_port_clock();
	r->seq = out.seq++;
	r->cpu = (stp_u16)cpu;
	return r;
}

void stp_port_commit(int cpu, struct stp_record *r)
{
	(void)cpu;
	out.used += r->len;
}

static void put_status(void)
{
	struct stp_status st;
	struct stream_status to;

	stp_get_status(&st);
	to = (struct stream_status){
		.state = st.state,
		.exit_requested = st.exit_requested,
		.errors = st.errors,
		.skipped = st.skipped,
		.memory = st.memory + sizeof(out.data),
		.skipped_busy = st.skipped_busy,
		.skipped_lock = st.skipped_lock,
		.skipped_stack = st.skipped_stack,
		.skipped_missed = st.skipped_missed,
		.skipped_overload = st.skipped_overload,
	};
	stream_put(&writer, STREAM_STATUS, &to, sizeof(to));
}

static void put_reports(void)
{
	struct stream_report to;
	struct stp_times t;
	stp_u32 i;

	for (i = 0; stp_get_times(i, &t); i++) {
		to = (struct stream_report){
			.hits = t.hits,
			.time_min = t.min,
			.time_max = t.max,
			.time_sum = t.sum,
		};
		copy_name(to.name, sizeof(to.name),
			  stp_session.script->probes[i].name);
		copy_name(to.where, sizeof(to.where),
			  stp_session.script->probes[i].where);
		stream_put(&writer, STREAM_REPORT, &to, sizeof(to));
	}
}

int user_stream_end(int status)
{
	struct stream_end end = { .status = status };

	user_stream_flush();
	put_reports();
	put_status();
	stream_put(&writer, STREAM_END, &end, sizeof(end));
	return out.error;
}
