// SPDX-License-Identifier: GPL-2.0-or-later
/* What this machine is: release, CPU, the kernel's build-id, and whether it
 * takes modules. */
#include "remote/target/target.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define NOTES_MAX 8192

int because(struct why *w, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->text, sizeof(w->text), fmt, ap);
	va_end(ap);
	return err;
}

int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

/* The NT_GNU_BUILD_ID among n bytes of notes, as hex; "" when there is none. */
static void build_id_of(const unsigned char *p, size_t n, char *hex,
			size_t size)
{
	Elf64_Nhdr note;

	*hex = '\0';
	for (size_t at = 0; n - at >= sizeof(note);) {
		const unsigned char *name, *desc;
		size_t name_size, desc_size;

		memcpy(&note, p + at, sizeof(note));
		name_size = ((size_t)note.n_namesz + 3) & ~(size_t)3;
		desc_size = ((size_t)note.n_descsz + 3) & ~(size_t)3;
		at += sizeof(note);
		if (name_size > n - at || desc_size > n - at - name_size)
			return;
		name = p + at;
		desc = name + name_size;
		at += name_size + desc_size;
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 ||
		    memcmp(name, "GNU", 4) || 2 * note.n_descsz >= size)
			continue;
		for (size_t i = 0; i < note.n_descsz; i++)
			sprintf(hex + 2 * i, "%02x", desc[i]);
		return;
	}
}

void facts_get(struct facts *f)
{
	unsigned char notes[NOTES_MAX];
	struct utsname u;
	ssize_t n;
	int fd;

	memset(f, 0, sizeof(*f));
	uname(&u);
	snprintf(f->machine, sizeof(f->machine), "%s", u.machine);
	snprintf(f->release, sizeof(f->release), "%s", u.release);
	fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, notes, sizeof(notes));
	close(fd);
	if (n > 0)
		build_id_of(notes, n, f->build_id, sizeof(f->build_id));
}

static bool file_says_one(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = '0';

	if (fd < 0)
		return false;
	if (read(fd, &c, 1) != 1)
		c = '0';
	close(fd);
	return c == '1';
}

int facts_can_load(struct why *w)
{
	if (geteuid())
		return because(w, -EPERM, "only root can load a module: run "
			       "staprun as root, or name root in --remote=");
	if (file_says_one("/proc/sys/kernel/modules_disabled"))
		return because(w, -EPERM, "the kernel takes no more modules "
			       "(\"/proc/sys/kernel/modules_disabled\" is 1); "
			       "only a reboot allows them again");
	/* No image at all: EFAULT or EINVAL where the call exists. */
	if (syscall(SYS_init_module, NULL, 0ul, "") < 0 && errno == ENOSYS)
		return because(w, -ENOSYS, "the kernel was built without "
			       "loadable modules (CONFIG_MODULES); no script "
			       "can run on it");
	return 0;
}
