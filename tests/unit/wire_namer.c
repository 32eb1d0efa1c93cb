// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that staprun's namer opens only the file that is meant, and that one
 * that does not answer, answers nonsense or dies costs names and a moment.
 */
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "remote/target/namer.c"
#include "tests/unit/check.h"

/* ---- what staprun starts ---- */
static enum { SILENT, NONSENSE, SHORT, GONE, GOOD } behaviour;

void become(int fd, const char *option)
{
	static struct namer_question q;
	struct answer a = { .text = "f+0x1/0x2", .build_id = "ab" };

	while (recv(fd, &q, sizeof(q), 0) == sizeof(q)) {
		if (behaviour == SILENT)
			continue;
		if (behaviour == GONE)
			break;
		if (behaviour == NONSENSE)
			memset(&a, 'x', sizeof(a));
		send(fd, &a, behaviour == SHORT ? 9 : sizeof(a), 0);
	}
	_exit(0);
}

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void strange_answers(void)
{
	struct namer_question q = { .path = "/none" };
	struct namer n = { 0 };
	char text[NAMER_TEXT_MAX], id[136];
	int64_t began = now_ms();

	behaviour = GOOD;
	IS(0, namer_ask(&n, &q, text, id));
	SAYS("f+0x1/0x2", text);
	SAYS("ab", id);
	namer_end(&n);
	for (behaviour = SILENT; behaviour < GOOD; behaviour++) {
		n.failures = 0;
		IS(-EIO, namer_ask(&n, &q, text, id));
		SAYS("", text);
		IS(0, n.pid);
		IS(1, n.failures);
	}
	IS(1, now_ms() - began < ANSWER_MS + 2000);
	n.failures = FAILURES_MAX;
	IS(-ECHILD, namer_ask(&n, &q, text, id));
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* ---- what it does ---- */
static struct namer_question meant(const char *path, const void *at)
{
	struct namer_question q = { .pid = getpid() };
	struct stat st = { 0 };
	uint64_t base = 0;
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "re");

	snprintf(q.path, sizeof(q.path), "%s", path);
	stat(path, &st);
	q.size = st.st_size;
	q.inode = st.st_ino;
	while (maps && fgets(line, sizeof(line), maps)) {
		unsigned long lo, hi, offset;

		if (sscanf(line, "%lx-%lx %*s %lx", &lo, &hi, &offset) == 3 &&
		    (uintptr_t)at >= lo && (uintptr_t)at < hi)
			base = lo - offset;
	}
	if (maps)
		fclose(maps);
	q.offset = (uintptr_t)at - base;
	return q;
}

static struct kept_files files;
static struct answer answered;

static const char *text_of(const struct namer_question *q)
{
	answer(&files, q, &answered);
	return answered.text;
}

int wire_namer_known(void);
__attribute__((noinline)) int wire_namer_known(void)
{
	return answered.text[0];
}

static void own_symbols(const char *self)
{
	struct namer_question q = meant(self, wire_namer_known);

	IS(0, strncmp(text_of(&q), "wire_namer_known+0x0/0x", 23));
	q.inode++;
	SAYS("", text_of(&q));
	q.inode--;
	q.size++;
	SAYS("", text_of(&q));
	q.size--;
	q.offset = UINT64_MAX;
	SAYS("", text_of(&q));
	/* Where it is another's view, or gone: the process's own. */
	q = meant(self, wire_namer_known);
	strcpy(q.path, "/none (deleted)");
	IS(0, strncmp(text_of(&q), "wire_namer_known+0x0/0x", 23));
}

static void no_files(void)
{
	char folder[] = "/tmp/stapx-namer-XXXXXX", path[64];
	struct namer_question q;

	IS(1, mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/pipe", folder);
	IS(0, mkfifo(path, 0600));
	q = meant(path, &folder);
	SAYS("", text_of(&q));
	unlink(path);
	q = meant(folder, &folder);
	SAYS("", text_of(&q));
	rmdir(folder);
	q = meant("/dev/zero", &folder);
	SAYS("", text_of(&q));
}

/* Each length of a file, and each of its first bytes another. */
static void damaged(const char *self)
{
	int fd = memfd_create("damaged", 0), from = open(self, O_RDONLY);
	static unsigned char bytes[1 << 20];
	ssize_t n = pread(from, bytes, sizeof(bytes), 0);
	struct elf_symbols s;
	char text[NAMER_TEXT_MAX];

	IS(1, n > 4096);
	for (ssize_t i = 0; i < 4096; i += 3) {
		IS(0, ftruncate(fd, 0));
		pwrite(fd, bytes, i, 0);
		IS(1, elf_symbols_read(&s, fd, READ_MAX) <= 0);
		elf_symbols_free(&s);
	}
	pwrite(fd, bytes, n, 0);
	for (ssize_t i = 0; i < 1024; i++) {
		unsigned char other = bytes[i] ^ 0xff;

		pwrite(fd, &other, 1, i);
		if (!elf_symbols_read(&s, fd, READ_MAX))
			elf_symbols_text(&s, i, text, sizeof(text));
		elf_symbols_free(&s);
		pwrite(fd, bytes + i, 1, i);
	}
	close(from);
	close(fd);
}

int main(int argc, char **argv)
{
	char self[512];

	IS(1, realpath("/proc/self/exe", self) != NULL);
	strange_answers();
	own_symbols(self);
	no_files();
	damaged(self);
	return check_report();
}
