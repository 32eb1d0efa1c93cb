// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of places in files, by a process of its own (staprun --namer).
 *
 * Whose files they are nobody knows: one may lie on a file system that never
 * answers, be damaged, or change while it is read.  So staprun only asks, and
 * waits so long; the process has limits of memory and time, holds nothing of
 * the session, and what it answers is checked.  One that fails is killed, the
 * file has no names from then on, and after some such files none has.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "remote/stream/elf_symbols.h"

#define ANSWER_MS 1500		/* below what the host waits for a byte */
#define FAILURES_MAX 3
#define READ_MAX ((uint64_t)16 << 20)	/* bytes of a file */
#define MEMORY_MAX ((rlim_t)96 << 20)
#define CPU_SECONDS 60
#define FILES_KEPT 8
#define OVERLAY_MAGIC 0x794c7630

struct answer {
	char text[NAMER_TEXT_MAX];	/* "": it has no name */
	char build_id[136];
};

/* ---- staprun's side ---- */
static int start(struct namer *n)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	n->pid = fork();
	if (!n->pid)
		become(fds[1], "--namer");
	close(fds[1]);
	if (n->pid < 0) {
		n->pid = 0;
		close(fds[0]);
		return -errno;
	}
	n->fd = fds[0];
	return 0;
}

/* It is not waited for: it may be stuck. */
void namer_end(struct namer *n)
{
	if (!n->pid)
		return;
	kill(n->pid, SIGKILL);
	close(n->fd);
	n->pid = 0;
}

static bool is_text(const char *s, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (!s[i])
			return true;
		if ((unsigned char)s[i] <= ' ' || s[i] == 127)
			return false;
	}
	return false;
}

static bool wait_for(int fd)
{
	int64_t until = now_ms() + ANSWER_MS;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = until - now_ms();
		int n = poll(&p, 1, left > 0 ? left : 0);

		if (n > 0 || (!n && left <= 0))
			return n > 0;
		if (n < 0 && errno != EINTR)
			return false;
	}
}

static bool exchange(struct namer *n, const struct namer_question *q,
		     struct answer *a)
{
	if (!n->pid && start(n))
		return false;
	return send(n->fd, q, sizeof(*q), MSG_NOSIGNAL | MSG_DONTWAIT) ==
		       sizeof(*q) &&
	       wait_for(n->fd) &&
	       recv(n->fd, a, sizeof(*a), MSG_DONTWAIT) == sizeof(*a) &&
	       is_text(a->text, sizeof(a->text)) &&
	       is_text(a->build_id, sizeof(a->build_id));
}

int namer_ask(struct namer *n, const struct namer_question *q,
	      char text[NAMER_TEXT_MAX], char build_id[136])
{
	struct answer a;

	text[0] = build_id[0] = '\0';
	if (n->failures >= FAILURES_MAX)
		return -ECHILD;
	if (!exchange(n, q, &a)) {
		namer_end(n);
		n->failures++;
		return -EIO;
	}
	memcpy(text, a.text, sizeof(a.text));
	memcpy(build_id, a.build_id, sizeof(a.build_id));
	return 0;
}

/* ---- its own side ---- */
struct kept {
	uint64_t inode, size;
	char path[NAMER_PATH_MAX];
	struct elf_symbols symbols;
};
struct kept_files {
	struct kept v[FILES_KEPT];
	size_t next;		/* to make place */
};

/* An overlay has other numbers than the file below that is mapped. */
static bool is_meant(int fd, const struct namer_question *q)
{
	struct stat st;
	struct statfs fs;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	       (uint64_t)st.st_size == q->size &&
	       (st.st_ino == q->inode ||
		(!fstatfs(fd, &fs) && (uint32_t)fs.f_type == OVERLAY_MAGIC));
}

/* Nothing that is no file is opened. */
static int open_file(const char *path, const struct namer_question *q)
{
	int fd = open(path, O_PATH | O_CLOEXEC), to = -1;
	char self[64];

	if (fd < 0)
		return -1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (is_meant(fd, q))
		to = open(self, O_RDONLY | O_CLOEXEC);
	close(fd);
	return to;
}

/* Here, or where the process sees it: it may live in a container. */
static int open_meant(const struct namer_question *q)
{
	char path[NAMER_PATH_MAX + 64];
	int fd = open_file(q->path, q);

	snprintf(path, sizeof(path), "/proc/%d/root%s", q->pid, q->path);
	if (fd < 0)
		fd = open_file(path, q);
	snprintf(path, sizeof(path), "/proc/%d/exe", q->pid);
	return fd < 0 ? open_file(path, q) : fd;
}

static struct kept *find_kept(struct kept_files *k,
			      const struct namer_question *q)
{
	for (size_t i = 0; i < FILES_KEPT; i++)
		if (k->v[i].size == q->size && k->v[i].inode == q->inode &&
		    !strcmp(k->v[i].path, q->path))
			return &k->v[i];
	return NULL;
}

static struct kept *read_file(struct kept_files *k,
			      const struct namer_question *q)
{
	struct kept *to = &k->v[k->next];
	int fd = open_meant(q);

	if (fd < 0)
		return NULL;
	k->next = (k->next + 1) % FILES_KEPT;
	elf_symbols_free(&to->symbols);
	to->inode = q->inode;
	to->size = q->size;
	memcpy(to->path, q->path, sizeof(to->path));
	elf_symbols_read(&to->symbols, fd, READ_MAX);
	close(fd);
	return to;
}

static void answer(struct kept_files *k, const struct namer_question *q,
		   struct answer *a)
{
	struct kept *f = find_kept(k, q);

	memset(a, 0, sizeof(*a));
	if (!f)
		f = read_file(k, q);
	if (!f)
		return;
	elf_symbols_text(&f->symbols, q->offset, a->text, sizeof(a->text));
	memcpy(a->build_id, f->symbols.build_id, sizeof(a->build_id));
}

static void limit(int what, rlim_t most)
{
	struct rlimit l = { most, most };

	setrlimit(what, &l);
}

int namer_main(int fd)
{
	static struct kept_files files;
	static struct namer_question q;
	struct answer a;

	prctl(PR_SET_NAME, "staprun-namer");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	limit(RLIMIT_AS, MEMORY_MAX);
	limit(RLIMIT_CPU, CPU_SECONDS);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	if (chdir("/") < 0)
		return 1;
	while (recv(fd, &q, sizeof(q), 0) == sizeof(q)) {
		q.path[sizeof(q.path) - 1] = '\0';
		answer(&files, &q, &a);
		if (send(fd, &a, sizeof(a), MSG_NOSIGNAL) != sizeof(a))
			break;
	}
	return 0;
}
