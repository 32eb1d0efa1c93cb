// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that formats are rendered as C renders them, by comparing with the C
 * library over flags, widths, precisions and values; what the language has
 * beyond C, by a table; and that histograms look as the peer draws them.
 */
#include "tests/unit/core_test.h"

static union stp_val num(stp_i64 n)
{
	return (union stp_val){ .n = n };
}

static union stp_val str(const char *s)
{
	return (union stp_val){ .s = s };
}

/* ---- what C has too ---- */
static void like_c(const char *format, const union stp_val *v)
{
	char want[256], got[256];
	size_t n;

	if (strchr(format, 's'))
		snprintf(want, sizeof(want), format, v->s);
	else
		snprintf(want, sizeof(want), format, v->n);
	n = stp_format_render(got, sizeof(got), format,
			      strchr(format, 's') ? "s" : "d", v);
	if (strcmp(want, got) || n != strlen(want))
		printf("of \"%s\", %lld:\n", format,
		       strchr(format, 's') ? 0 : v->n);
	SAYS(want, got);
	IS(strlen(want), n);
}

static void numbers_like_c(void)
{
	static const stp_i64 values[] = { 0, 1, -1, 7, 8, 42, -123, 255, 65536,
		0x7fffffffffffffffLL, STP_INT64_MIN, 1000000007 };
	static const char *const widths[] = { "", "1", "5", "12", "25", "3.",
		".0", ".5", "8.3", "10.25", "2.1" };
	static const char convs[] = "diuxXo";
	char format[32];
	unsigned int flags, w, c, i;

	for (flags = 0; flags < 32; flags++)
		for (w = 0; w < sizeof(widths) / sizeof(widths[0]); w++)
			for (c = 0; convs[c]; c++) {
				if ((flags & 3) && c > 1)
					continue; /* + and blank: signed only */
				if ((flags & 4) && c < 3)
					continue; /* #: x X o only */
				snprintf(format, sizeof(format),
					 "[%%%s%s%s%s%s%sll%c]",
					 flags & 1 ? "+" : "",
					 flags & 2 ? " " : "",
					 flags & 4 ? "#" : "",
					 flags & 8 ? "0" : "",
					 flags & 16 ? "-" : "", widths[w],
					 convs[c]);
				for (i = 0; i < sizeof(values) /
					    sizeof(values[0]); i++) {
					union stp_val v = num(values[i]);

					like_c(format, &v);
				}
			}
}

static void strings_like_c(void)
{
	static const char *const values[] = { "", "x", "hello", "hello, world" };
	static const char *const specs[] = { "", "3", "8", "20", "-8", "-20",
		".0", ".", ".3", "8.3", "-8.3", "3.8" };
	char format[32];
	size_t i, j;

	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		for (j = 0; j < sizeof(values) / sizeof(values[0]); j++) {
			union stp_val v = str(values[j]);

			snprintf(format, sizeof(format), "<%%%ss>", specs[i]);
			like_c(format, &v);
		}
}

/* ---- what C has not, and what does not fit ---- */
static const struct {
	const char *text, *letters;
	union stp_val v[4];
	const char *want;
} cases[] = {
	{ "plain %% text\n", "", { { 0 } }, "plain % text\n" },
	{ "%p", "d", { { .n = 0x1234abcd } }, "0x1234abcd" },
	{ "%p", "d", { { .n = 0 } }, "0x0" },
	{ "%20p|", "d", { { .n = -1 } }, "  0xffffffffffffffff|" },
	{ "%-8p|", "d", { { .n = 16 } }, "0x10    |" },
	{ "%c%c", "dd", { { .n = 'h' }, { .n = 'i' } }, "hi" },
	{ "%3c|%-3c|", "dd", { { .n = 'a' }, { .n = 'b' } }, "  a|b  |" },
	{ "%#c %#c %#c", "ddd", { { .n = 0 }, { .n = 9 }, { .n = 42 } },
	  "\\000 \\t *" },
	{ "%#o %#x %#X", "ddd", { { .n = 1 }, { .n = 2 }, { .n = 3 } },
	  "01 0x2 0X3" },
	{ "%1b%1b%1blo", "ddd", { { .n = 72 }, { .n = 101 }, { .n = 108 } },
	  "Hello" },
	{ "%*d|", "dd", { { .n = 5 }, { .n = 42 } }, "   42|" },
	{ "%*d|", "dd", { { .n = -5 }, { .n = 42 } }, "42   |" },
	{ "%.*s|", "ds", { { .n = 2 }, { .s = "abc" } }, "ab|" },
	{ "%*.*d|", "ddd", { { .n = 6 }, { .n = 3 }, { .n = 7 } }, "   007|" },
	{ "%ld %lld %hd", "ddd", { { .n = 1 }, { .n = 2 }, { .n = 3 } },
	  "1 2 3" },
	/* less and other arguments than the text asks for */
	{ "%d and %d", "d", { { .n = 1 } }, "1 and " },
	{ "%s", "d", { { .n = 5 } }, "5" },
	{ "%d", "s", { { .s = "five" } }, "five" },
	{ "%", "", { { 0 } }, "" },
	{ "x%-", "", { { 0 } }, "x" },
	{ "%5", "d", { { .n = 1 } }, "" },
	{ "%q|", "d", { { .n = 7 } }, "7|" },
	{ "%m|%4m|%M|%6M|", "mmmm",
	  { { .s = "\2\0ab" }, { .s = "\2\0ab" }, { .s = "\2\0a\377" },
	    { .s = "\1\0\1" } },
	  "ab|  ab|61ff|    01|" },
};

static void beyond_c(void)
{
	char got[128];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		IS(strlen(cases[i].want),
		   stp_format_render(got, sizeof(got), cases[i].text,
				     cases[i].letters, cases[i].v));
		SAYS(cases[i].want, got);
	}
	/* binary of every width, with NULs inside */
	union stp_val v = num(0x04030201);

	IS(4, stp_format_render(got, sizeof(got), "%4b", "d", &v));
	HOLDS(!memcmp(got, &v, 4));
	IS(8, stp_format_render(got, sizeof(got), "%b", "d", &v));
	HOLDS(!memcmp(got, &v, 8));
}

/* What does not fit is cut, never written, and still counted. */
static void cut(void)
{
	static const char text[] = "%s-%08d-%x";
	union stp_val v[3] = { str("name"), num(42), num(255) };
	char whole[64], got[64];
	size_t size, n = stp_format_render(whole, sizeof(whole), text, "sdd", v);

	IS(strlen("name-00000042-ff"), n);
	for (size = 0; size < 20; size++) {
		memset(got, '#', sizeof(got));
		IS(n, stp_format_render(got, size, text, "sdd", v));
		HOLDS(got[size] == '#');
		if (size) {
			IS(size - 1 < n ? size - 1 : n, strlen(got));
			HOLDS(!strncmp(got, whole, strlen(got)));
		}
	}
	v[0] = num(0x7fffffff);
	IS(65535, stp_format_render(got, 8, "%2147483647d", "d", v));
	SAYS("       ", got);
}

/* ---- histograms ---- */
#define DASHES "--------------------------------------------------"
#define BLANKS "                                                  "

static void drawn(const struct stp_stat_desc *d, const stp_i64 *counts,
		  const char *want)
{
	static struct {
		struct stp_stat s;
		stp_i64 bucket[STP_HIST_LOG_BUCKETS];
	} stat;
	struct stp_hist h = { d, &stat.s };
	union stp_val v = { .hist = &h };
	char got[8192];

	memcpy(stat.s.bucket, counts, d->buckets * sizeof(*counts));
	stp_format_render(got, sizeof(got), "%s", "h", &v);
	SAYS(want, got);
}

/* The example of the language reference, 8.4.1: bars are cut at 50, runs of
 * empty rows at 4, empty rows behind the last at 2. */
static void linear_histogram(void)
{
	static const struct stp_stat_desc d = { .hist = STP_HIST_LINEAR,
		.low = 0, .high = 10240, .step = 200, .buckets = 54 };
	stp_i64 n[54] = { [1] = 1650, [2] = 8, [8] = 1 };

	drawn(&d, n,
	      "value |" DASHES " count\n"
	      "    0 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@ 1650\n"
	      "  200 |" BLANKS "    8\n"
	      "  400 |" BLANKS "    0\n"
	      "  600 |" BLANKS "    0\n"
	      "      ~\n"
	      " 1000 |" BLANKS "    0\n"
	      " 1200 |" BLANKS "    0\n"
	      " 1400 |" BLANKS "    1\n"
	      " 1600 |" BLANKS "    0\n"
	      " 1800 |" BLANKS "    0\n");
	memset(n, 0, sizeof(n));
	n[0] = 2;
	n[53] = 3;
	n[52] = 1;
	drawn(&d, n,
	      " value |" DASHES " count\n"
	      "    <0 |@@                                                 2\n"
	      "     0 |" BLANKS " 0\n"
	      "   200 |" BLANKS " 0\n"
	      "       ~\n"
	      "  9800 |" BLANKS " 0\n"
	      " 10000 |" BLANKS " 0\n"
	      " 10200 |@                                                  1\n"
	      ">10240 |@@@                                                3\n"
	      + 0);
}

/* 8.4.2: one '@' stands for a 50th of the most, rounded up. */
static void log_histogram(void)
{
	static const struct stp_stat_desc d = { .hist = STP_HIST_LOG,
		.buckets = STP_HIST_LOG_BUCKETS };
	stp_i64 n[STP_HIST_LOG_BUCKETS] = { [70] = 254, [71] = 3, [72] = 2,
		[73] = 2, [74] = 4, [75] = 16689 };

	drawn(&d, n,
	      "value |" DASHES " count\n"
	      "    8 |" BLANKS "     0\n"
	      "   16 |" BLANKS "     0\n"
	      "   32 |" BLANKS "   254\n"
	      "   64 |" BLANKS "     3\n"
	      "  128 |" BLANKS "     2\n"
	      "  256 |" BLANKS "     2\n"
	      "  512 |" BLANKS "     4\n"
	      " 1024 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@  16689\n"
	      " 2048 |" BLANKS "     0\n"
	      " 4096 |" BLANKS "     0\n");
	memset(n, 0, sizeof(n));
	n[64] = 1;		/* value 0: nothing below is shown */
	drawn(&d, n,
	      "value |" DASHES " count\n"
	      "    0 |@                                                  1\n"
	      "    1 |" BLANKS " 0\n"
	      "    2 |" BLANKS " 0\n");
	memset(n, 0, sizeof(n));
	n[0] = 1;		/* the smallest and the largest there are */
	n[127] = 1;
	drawn(&d, n,
	      "               value |" DASHES " count\n"
	      "-9223372036854775808 |@                                                  1\n"
	      "-4611686018427387904 |" BLANKS " 0\n"
	      "-2305843009213693952 |" BLANKS " 0\n"
	      "                     ~\n"
	      " 1152921504606846976 |" BLANKS " 0\n"
	      " 2305843009213693952 |" BLANKS " 0\n"
	      " 4611686018427387904 |@                                                  1\n");
	memset(n, 0, sizeof(n));
	drawn(&d, n, "value |" DASHES " count\n");
}

int main(void)
{
	numbers_like_c();
	strings_like_c();
	beyond_c();
	cut();
	linear_histogram();
	log_histogram();
	return check_report();
}
