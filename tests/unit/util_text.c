// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows which wildcards match, how far names are apart, and which names are
 * offered for one that is not there.
 */
#include "tests/unit/check.h"
#include "util/util.h"

static const struct {
	const char *pattern, *text;
	bool match;
} globs[] = {
	{ "vfs_*", "vfs_read", true },	 { "vfs_*", "xvfs_read", false },
	{ "*", "", true },		 { "?", "a", true },
	{ "?", "", false },		 { "[ab]c", "bc", true },
	{ "[!ab]c", "bc", false },	 { "a*b*c", "aXbYc", true },
	{ "fs/*.c", "fs/ext4/file.c", true }, { "abc", "abc", true },
	{ "abc", "abcd", false },	 { "6.1.*", "6.1.0-9", true },
};

static const struct {
	const char *a, *b;
	int max, distance;
} distances[] = {
	{ "", "", 3, 0 },	{ "abc", "abc", 3, 0 },
	{ "abc", "abd", 3, 1 }, { "abc", "acb", 3, 1 },
	{ "abc", "ab", 3, 1 },	{ "abc", "xabc", 3, 1 },
	{ "kitten", "sitting", 5, 3 }, { "kitten", "sitting", 2, 3 },
	{ "a", "abcdefgh", 3, 4 }, { "execname", "excename", 3, 1 },
};

static void nearest(void)
{
	static const char *const known[] = { "execname", "exit", "pexecname",
					     "pid", "ppid", "execname" };
	struct arena a = { 0 };
	char long_name[400];

	SAYS("execname, pexecname",
	     nearest_names(&a, "excename", known, ARRAY_SIZE(known), 5));
	SAYS("execname",
	     nearest_names(&a, "excename", known, ARRAY_SIZE(known), 1));
	SAYS("", nearest_names(&a, "gettimeofday_s", known, ARRAY_SIZE(known),
			       5));
	SAYS("", nearest_names(&a, "x", NULL, 0, 5));
	memset(long_name, 'x', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = 0;
	SAYS("", nearest_names(&a, long_name, known, ARRAY_SIZE(known), 5));
	arena_free(&a);
}

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(globs); i++)
		check_equal(globs[i].pattern, (int)i, globs[i].text,
			    globs[i].match,
			    glob_match(globs[i].pattern, globs[i].text));
	for (size_t i = 0; i < ARRAY_SIZE(distances); i++)
		check_equal(distances[i].a, (int)i, distances[i].b,
			    distances[i].distance,
			    edit_distance(distances[i].a, distances[i].b,
					  distances[i].max));
	nearest();
	HOLDS(str_starts("kernel.function", "kernel"));
	HOLDS(!str_starts("k", "kernel"));
	HOLDS(str_ends("a.ko", ".ko"));
	HOLDS(!str_ends("o", ".ko"));
	HOLDS(has_wildcard("a*") && has_wildcard("?") && has_wildcard("[a]"));
	HOLDS(!has_wildcard("vfs_read"));
	return check_report();
}
