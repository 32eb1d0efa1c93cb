// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows what the string functions, arithmetic with an edge, and the setting
 * of globals give, at and beyond their limits.
 */
#include "tests/unit/core_test.h"

static char dst[128];		/* MAXSTRINGLEN of these tests */

static void copies(void)
{
	char src[64], got[64];
	int len, size;

	for (len = 0; len < 40; len++) {
		memset(src, 'c', sizeof(src));
		src[len] = 0;
		for (size = 1; size < 50; size++) {
			memset(got, '#', sizeof(got));
			stp_strcpy(got, src, (stp_size)size);
			IS(len < size ? len : size - 1, strlen(got));
			HOLDS(got[size] == '#');
		}
	}
	stp_strcpy(got, "ab", sizeof(got));
	stp_strcat(got, "cd", 4);
	SAYS("abc", got);
	stp_strcat(got, "x", 4);
	SAYS("abc", got);
	HOLDS(stp_strcmp("a", "b") < 0 && stp_strcmp("b", "a") > 0);
	HOLDS(stp_strcmp("a", "") > 0 && stp_strcmp("\xff", "a") > 0);
	IS(0, stp_strcmp("same", "same"));
}

static void arithmetic(void)
{
	struct stp_ctx *c = cpu(0);

	IS(-3, stp_div(c, -7, 2, NULL));
	IS(-1, stp_mod(c, -7, 2, NULL));
	IS(STP_INT64_MIN, stp_div(c, STP_INT64_MIN, -1, NULL));
	IS(0, stp_mod(c, STP_INT64_MIN, -1, NULL));
	SAYS(NULL, c->error);
	IS(0, stp_div(c, 1, 0, &test_site));
	SAYS("division by 0", c->error);
	HOLDS(c->site == &test_site);
	stp_fail(c, "a later one", NULL);
	SAYS("division by 0", c->error);
	c = cpu(0);
	IS(0, stp_mod(c, 1, 0, NULL));
	SAYS("division by 0", c->error);
	IS(1, stp_shl(1, 64));
	IS(STP_INT64_MIN, stp_shl(1, 63));
	IS(-1, stp_shr(STP_INT64_MIN, 63));
	IS(1, stp_lshr(STP_INT64_MIN, 63));
}

static const char *substr(const char *s, stp_i64 start, stp_i64 len)
{
	stp_substr(cpu(0), dst, s, start, len);
	return dst;
}

static void parts(void)
{
	struct stp_ctx *c = cpu(0);

	SAYS("ell", substr("hello", 1, 3));
	SAYS("hello", substr("hello", 0, 100));
	SAYS("o", substr("hello", 4, 0x7fffffffffffffffLL));
	SAYS("", substr("hello", 5, 1));
	SAYS("", substr("hello", -1, 2));
	SAYS("", substr("hello", 1, -2));
	stp_strcpy(dst, "in its own place, and long enough", sizeof(dst));
	stp_substr(c, dst, dst, 3, 20);
	SAYS("its own place, and l", dst);
	IS('e', stp_stringat(c, "hello", 1, 1));
	IS(0xff, stp_stringat(c, "\xff", 0, 1));
	IS(0, stp_stringat(c, "hello", 5, 0));
	SAYS(NULL, c->error);
	IS(0, stp_stringat(c, "hello", 5, 1));
	SAYS("string index 5 out of bounds", c->error);
	IS(1, stp_isinstr("hello", "ll"));
	IS(0, stp_isinstr("hello", "hello!"));
	IS(1, stp_isinstr("hello", ""));
	IS(2, stp_strpos("hello", "l"));
	IS(-1, stp_strpos("", "l"));
	IS(0, stp_strpos("", ""));
}

static const struct {
	const char *s;
	stp_i64 base, want;
} numbers[] = {
	{ "42", 10, 42 }, { "-42", 10, -42 }, { "0x1f", 16, 31 },
	{ "1f", 16, 31 }, { "0x1f", 0, 31 }, { "017", 0, 15 }, { "17", 8, 15 },
	{ "101", 2, 5 }, { "12x", 10, 12 }, { "x", 10, 0 }, { "", 10, 0 },
	{ "zz", 36, 1295 }, { "5", 1, 0 }, { "5", 37, 0 }, { "0x", 16, 0 },
	{ "9223372036854775807", 10, 0x7fffffffffffffffLL },
	{ "18446744073709551615", 10, -1 },
};

static const struct {
	const char *s, *what, *with, *want;
} replacements[] = {
	{ "a-b-c", "-", "+", "a+b+c" }, { "aaa", "aa", "b", "ba" },
	{ "abc", "", "x", "abc" }, { "abc", "abc", "", "" },
	{ "aXb", "X", "12345", "a12345b" }, { "", "a", "b", "" },
	{ "abab", "ab", "abab", "abababab" },
};

static void conversions(void)
{
	char big[128];
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		IS(numbers[i].want, stp_strtol(numbers[i].s, numbers[i].base));
	for (i = 0; i < sizeof(replacements) / sizeof(replacements[0]); i++) {
		stp_str_replace(cpu(0), dst, replacements[i].s,
				replacements[i].what, replacements[i].with);
		SAYS(replacements[i].want, dst);
	}
	memset(big, 'x', sizeof(big));
	big[100] = 0;
	stp_str_replace(cpu(0), dst, big, "x", "yyyy");
	IS(127, strlen(dst));
}

static const char *token(const char *s, const char *delim)
{
	stp_tokenize(cpu(0), dst, s, delim);
	return dst;
}

static void tokens(void)
{
	SAYS("one", token(" one two,,three", " ,"));
	SAYS("two", token("", " ,"));
	SAYS("three", token("", " ,"));
	SAYS("", token("", " ,"));
	SAYS("", token("", " ,"));
	SAYS("whole", token("whole", "/"));
	SAYS("", token("", "/"));
	SAYS("", token(",,,", ","));
	SAYS("a b", token("a b/c", "/"));
	SAYS("c", token("", ""));
}

static const char *text(const char *s, stp_i64 len, int quoted)
{
	stp_text_str(cpu(0), dst, s, len, quoted);
	return dst;
}

static void escapes(void)
{
	char big[200];

	SAYS("a\\tb\\n", text("a\tb\n", -1, 0));
	SAYS("\\001\\377", text("\1\xff", -1, 0));
	SAYS("\\\"q\\\\", text("\"q\\", -1, 0));
	SAYS("\"abc\"", text("abc", -1, 1));
	SAYS("\"ab\"...", text("abc", 2, 1));
	SAYS("ab", text("abc", 2, 0));
	SAYS("\"\"", text("", 0, 1));
	memset(big, 'x', sizeof(big));
	big[199] = 0;
	IS(127, strlen(text(big, -1, 0)));
	IS(127, strlen(text(big, -1, 1)));
	SAYS("\"...", dst + 123);
}

static const struct {
	stp_i64 seconds;
	const char *want;
} dates[] = {
	{ 0, "Thu Jan  1 00:00:00 1970" },
	{ 741476948, "Wed Jun 30 21:49:08 1993" },
	{ -2147483648LL, "Fri Dec 13 20:45:52 1901" },
	{ 2147483647, "Tue Jan 19 03:14:07 2038" },
	{ 951782400, "Tue Feb 29 00:00:00 2000" },
	{ 4107542399LL, "Sun Feb 28 23:59:59 2100" },
	{ 4107542400LL, "Mon Mar  1 00:00:00 2100" },
	{ -1, "Wed Dec 31 23:59:59 1969" },
	{ 253402300799LL, "Fri Dec 31 23:59:59 9999" },
};

static void times(void)
{
	struct stp_ctx *c;
	size_t i;

	for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		c = cpu(0);
		stp_ctime(c, dst, dates[i].seconds);
		SAYS(dates[i].want, dst);
		SAYS(NULL, c->error);
	}
	c = cpu(0);
	stp_ctime(c, dst, 253402300800LL);
	SAYS("", dst);
	HOLDS(c->error && strstr(c->error, "253402300800"));
}

static void errors_and_chance(void)
{
	struct stp_ctx *c = cpu(0);
	char big[1000];
	int i, seen[3] = { 0 };

	memset(big, 'e', sizeof(big));
	big[999] = 0;
	stp_error(c, big);
	IS(STP_MESSAGE_MAX - 1, strlen(c->error));
	for (i = 0; i < 300; i++) {
		stp_i64 n = stp_randint(c, 3);

		HOLDS(n >= 0 && n < 3);
		seen[n]++;
	}
	HOLDS(seen[0] && seen[1] && seen[2]);
	IS(0, stp_randint(c, 0));
	IS(0, stp_randint(c, -5));
}

static void settings(void)
{
	static const struct {
		const char *name, *value;
		int err;
		stp_i64 want;
	} cases[] = {
		{ "n", "5", 0, 5 }, { "n", "-0x10", 0, -16 },
		{ "n", "017", 0, 15 }, { "n", "18446744073709551615", 0, -1 },
		{ "n", "18446744073709551616", -EINVAL, -1 },
		{ "n", "", -EINVAL, -1 }, { "n", "5x", -EINVAL, -1 },
		{ "n", "0x", -EINVAL, -1 }, { "n", "-", -EINVAL, -1 },
		{ "missing", "1", -ENOENT, -1 }, { "m", "1", -ENOENT, -1 },
	};
	static const struct stp_map_desc d = { .nkeys = 1, .key = { STP_LONG },
					       .max_entries = 1 };
	static struct stp_map *m;
	static stp_i64 n;
	static char s[128];
	struct stp_global g[] = {
		{ .name = "n", .kind = STP_G_LONG, .storage = &n },
		{ .name = "s", .kind = STP_G_STRING, .storage = s },
		{ .name = "m", .kind = STP_G_MAP, .storage = &m, .map = &d },
	};
	char big[200];
	size_t i;

	start(g, 3, 1);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		IS(cases[i].err,
		   stp_session_set(cases[i].name, cases[i].value));
		IS(cases[i].want, n);
	}
	IS(0, stp_session_set("s", "a text = with signs"));
	SAYS("a text = with signs", s);
	memset(big, 's', sizeof(big));
	big[128] = 0;
	IS(-E2BIG, stp_session_set("s", big));
	big[127] = 0;
	IS(0, stp_session_set("s", big));
	IS(127, strlen(s));
	stp_session_fini();
}

int main(void)
{
	start(NULL, 0, 1);
	copies();
	arithmetic();
	parts();
	conversions();
	tokens();
	escapes();
	times();
	errors_and_chance();
	stp_session_fini();
	settings();
	return check_report();
}
