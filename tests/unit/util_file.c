// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that files are read whole and no longer than allowed, replaced in one
 * step, and removed without following a link; what a child's end is told as.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"
#include "util/util.h"

static char dir[] = "/tmp/stapx-unit-XXXXXX";
static struct arena arena;

static char *in_dir(const char *name)
{
	return path_join(&arena, dir, name);
}

static void reading(void)
{
	const char *path = in_dir("data");
	size_t n = 0;
	char *text;

	IS(0, file_replace(path, "one\0two", 7, 0640));
	text = file_read(&arena, path, 7, &n);
	HOLDS(text && !memcmp(text, "one\0two", 8));
	IS(7, (long long)n);
	errno = 0;
	HOLDS(!file_read(&arena, path, 6, &n));
	IS(EFBIG, errno);
	HOLDS(!file_read(&arena, in_dir("absent"), 100, &n));
	IS(ENOENT, errno);
	text = file_read(&arena, "/proc/self/comm", 100, &n);
	HOLDS(text && n > 1);
}

static void replacing(void)
{
	const char *path = in_dir("data");
	struct stat st;

	IS(0, file_replace(path, "new", 3, 0600));
	SAYS("new", file_read(&arena, path, 100, NULL));
	HOLDS(!stat(path, &st) && (st.st_mode & 0777) == 0600);
	IS(-ENOENT, file_replace(in_dir("no/such"), "x", 1, 0600));
}

static void folders(void)
{
	IS(0, mkdir_p(in_dir("a/b/c"), 0755));
	IS(0, mkdir_p(in_dir("a/b/c"), 0755));
	HOLDS(is_dir(in_dir("a/b/c")));
	HOLDS(mkdir_p(in_dir("data/x"), 0755) < 0);
	IS(0, mkdir_p(in_dir("kept"), 0755));
	IS(0, file_replace(in_dir("kept/file"), "x", 1, 0600));
	IS(0, symlink(in_dir("kept"), in_dir("a/b/link")));
	IS(0, file_replace(in_dir("a/b/c/file"), "x", 1, 0600));
	IS(0, remove_tree(in_dir("a")));
	HOLDS(!path_exists(in_dir("a")));
	HOLDS(path_exists(in_dir("kept/file")));
	IS(-ENOENT, remove_tree(in_dir("a")));
	SAYS("/x", path_join(&arena, "dir", "/x"));
	SAYS("dir/x", path_join(&arena, "dir/", "x"));
}

static int run(const char *command, int flags, const char *output)
{
	char *argv[] = { "sh", "-c", (char *)command, NULL };
	struct proc_result r = proc_run(argv, NULL, flags);

	if (output)
		SAYS(output, buf_str(&r.out));
	buf_free(&r.out);
	return r.status;
}

static void children(void)
{
	char *absent[] = { "/no/such/program", NULL };

	IS(0, run("echo a; echo b >&2", PROC_CAPTURE_OUT | PROC_CAPTURE_ERR,
		  "a\nb\n"));
	IS(3, run("exit 3", 0, NULL));
	IS(0, run("echo loud; echo loud >&2", PROC_QUIET, ""));
	IS(128 + 9, run("kill -9 $$", 0, NULL));
	IS(127, proc_run(absent, NULL, PROC_QUIET).status);
}

static void using(void)
{
	struct usage u;

	usage_now(&u);
	HOLDS(u.virt_kb > u.res_kb && u.res_kb > 0 && u.real_ms > 0);
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	reading();
	replacing();
	folders();
	children();
	using();
	IS(0, remove_tree(dir));
	arena_free(&arena);
	return check_report();
}
