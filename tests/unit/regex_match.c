// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Regular expressions beside libc's: each pair of the table must give what
 * regexec gives, the match and every group's extents.  Then what regexec
 * does against POSIX's words or its own habit, with what we give; what is
 * refused, and where; the limits; and time, which must grow with the text and
 * not faster.
 */
#include <time.h>

#include "tests/unit/regex_test.h"

static const struct pair { const char *pattern, *subject; } pairs[] = {
	/* plain text and where it is found */
	{ "abc", "abc" }, { "abc", "xabcy" }, { "abc", "ababc" },
	{ "abc", "xbc" }, { "abc", "" }, { "", "" }, { "", "abc" },
	{ "a", "bbbab" }, { "c", "ab" }, { "aab", "aaab" },
	{ "abab", "abaabab" }, { "x", "x" }, { " ", "a b" },
	{ "a b", "a b" }, { "A", "a" }, { "1", "321" },
	/* any byte, sets, classes */
	{ ".", "" }, { ".", "a" }, { ".", "\n" }, { "a.c", "abc" },
	{ "a.c", "a\nc" }, { "a.c", "ac" }, { "...", "ab" }, { ".", "\xff" },
	{ "\xc3\xa9", "caf\xc3\xa9" }, { "caf.", "caf\xc3\xa9" },
	{ "[abc]", "xxb" }, { "[abc]", "xyz" }, { "[^abc]", "abcd" },
	{ "[^abc]", "abc" }, { "[a-c]", "zzb" }, { "[a-c-]", "-" },
	{ "[-a]", "-" }, { "[a-]", "b-" }, { "[]a]", "]" }, { "[]-a]", "^" },
	{ "[^]a]", "]ab" }, { "[^-a]", "-ab" }, { "[]]", "a]" },
	{ "[a\\]b]", "a]" }, { "[a\\]b]", "\\b]" }, { "[\\]", "\\" },
	{ "[.]", "a." }, { "[*]", "*" }, { "[(]", "(" }, { "[$]", "$" },
	{ "[a^]", "^" }, { "[^^]", "^a" }, { "[--/]", "." },
	{ "[[]", "[" }, { "[[a]", "[" }, { "[a[]", "[" },
	{ "[[:alpha:]]+", "12abC3" }, { "[[:digit:]]+", "ab123c" },
	{ "[[:alnum:]_]+", "-a_1-" }, { "[[:upper:]]+", "abCDe" },
	{ "[[:lower:]]+", "ABcdE" }, { "[[:space:]]+", "a \t\nb" },
	{ "[[:blank:]]+", "a \t\nb" }, { "[[:punct:]]+", "a.,;b" },
	{ "[[:print:]]+", "\001a b\002" }, { "[[:graph:]]+", " ab " },
	{ "[[:cntrl:]]+", "a\001\177b" }, { "[[:xdigit:]]+", "xyzDEadg" },
	{ "[^[:space:]]+", "  ab " }, { "[[:alpha:][:digit:]]+", ".a1." },
	{ "[[:alpha:]-]+", "a-b" }, { "[^[:alpha:]]", "ab1" },
	{ "[[.a.]]", "a" }, { "[[=b=]]", "ab" }, { "[[.-.]]", "-" },
	{ "[[.a.]-c]", "b" }, { "[[.].]]", "]" }, { "[:alpha:]", "p" },
	{ "[:alpha:]", "z" }, { "[0-9a-f]+", "xyz12ef" }, { "[%--]", "&" },
	/* escapes */
	{ "\\.", "a." }, { "\\.", "ab" }, { "a\\*b", "a*b" }, { "\\\\", "\\" },
	{ "\\(a\\)", "(a)" }, { "\\[", "[" }, { "\\]", "]" }, { "\\{", "{" },
	{ "\\}", "}" }, { "}", "}" }, { "]", "]" }, { "a\\|b", "a|b" },
	{ "\\^", "^" }, { "\\$", "a$" }, { "\\+\\?", "+?" }, { "\\/", "/" },
	{ "\\w+", "-ab_1-" }, { "\\W+", "ab, c" }, { "\\s+", "ab \tc" },
	{ "\\S+", "  ab " }, { "\\n", "n" }, { "\\d", "d" }, { "\\-", "-" },
	/* anchors */
	{ "^a", "ab" }, { "^a", "ba" }, { "a$", "ba" }, { "a$", "ab" },
	{ "^a$", "a" }, { "^a$", "aa" }, { "^$", "" }, { "^$", "a" },
	{ "^", "ab" }, { "$", "ab" }, { "a^b", "a^b" }, { "a$b", "a$b" },
	{ "(^a|b)c", "bc" }, { "(^a|b)c", "xac" }, { "(a|b$)", "ab" },
	{ "x$|a", "ax" }, { "^^a", "a" }, { "a$$", "a" }, { "(^)a", "a" },
	{ "a($)", "ba" }, { "^a|b", "cb" }, { "(^|,)b", "a,b" },
	{ "b(,|$)", "ab" }, { "^[^#]*#", "ab#c" }, { "a|^", "ba" },
	{ "$^", "" }, { "$^", "a" }, { "(a|$)", "bb" }, { "^.*$", "ab" },
	/* repetition: as much as there is */
	{ "a*", "" }, { "a*", "aaa" }, { "a*", "baaa" }, { "a+", "" },
	{ "a+", "baaa" }, { "a?", "a" }, { "a?", "b" }, { "ab*c", "ac" },
	{ "ab*c", "abbbc" }, { "ab+c", "ac" }, { "ab+c", "abbc" },
	{ "ab?c", "abc" }, { "ab?c", "ac" }, { "ab?c", "abbc" },
	{ "a**", "aa" }, { "a+?", "aa" }, { "a?*", "aa" }, { "(a+)+", "aa" },
	{ "a*b", "aaab" }, { "a*a", "aaa" }, { ".*", "abc" },
	{ ".*b", "abab" }, { ".*b.*", "abab" }, { "x*", "aaxx" },
	{ "[ab]*c", "abac" }, { "(ab)*", "ababa" }, { "(ab)+", "xababa" },
	{ "(a*)(a*)", "aaa" }, { "(a+)(a*)", "aaa" }, { "(a*)(a+)", "aaa" },
	{ "(a?)(a*)", "aaa" }, { "(a*)(b*)", "aabb" }, { "(.*)(.*)", "ab" },
	{ "(a*)a*", "aa" }, { "a*(a*)", "aa" }, { "a*(a)*", "aa" },
	{ "(a)*a*", "aa" }, { "(a)*(a)*", "aa" }, { "(a)?(a)?", "a" },
	/* counted */
	{ "a{2}", "aaa" }, { "a{2}", "a" }, { "a{2,}", "aaaa" },
	{ "a{2,}", "a" }, { "a{2,3}", "aaaa" }, { "a{0,1}", "aa" },
	{ "a{0}", "a" }, { "a{0}b", "ab" }, { "a{0,}", "aa" },
	{ "a{1}", "a" }, { "a{01}", "a" }, { "(ab){2}", "ababab" },
	{ "(ab){2}", "abab" }, { "(a|b){3}", "abba" }, { "(a){0}b", "b" },
	{ "(a){0,2}a*", "aa" }, { "(a{2}){2}", "aaaaa" },
	{ "a{2}{3}", "aaaaaaa" }, { "[ab]{3,5}", "abababab" },
	{ "(a{1,2})(a{1,2})", "aa" }, { "(a{1,2})(a{1,2})", "aaa" },
	{ "(a{1,2}){0,2}", "aa" }, { "(a{1,2}){1,2}", "aa" },
	{ "(a{1,2}){0,3}", "aaaa" }, { "(a{1,2}){1,3}", "aaaa" },
	{ "(a|aa){0,2}", "aaa" }, { "(a|aa){0,3}", "aaaa" },
	{ "((a)|b){0,2}", "ab" }, { "(a+){2,}", "aaaa" },
	{ "(a|ab){0,2}b*", "abab" }, { "x{3}y{2}", "xxxyy" },
	{ "[0-9]{1,3}\\.[0-9]{1,3}", "a 10.250 b" }, { "a{255}", "aa" },
	/* alternatives: of the longest, the first that leads there */
	{ "a|b", "b" }, { "a|b", "c" }, { "a|ab", "ab" }, { "ab|a", "ab" },
	{ "a|", "b" }, { "|a", "a" }, { "a||b", "b" }, { "(|a)b", "ab" },
	{ "(a|)b", "b" }, { "(a|ab)(c|bcd)(d*)", "abcd" },
	{ "(a|ab)(bcd|c)(d*)", "abcd" }, { "(ab|a)(c|bcd)(d*)", "abcd" },
	{ "(ab|a)(bcd|c)(d*)", "abcd" }, { "(a|ab)b*", "ab" },
	{ "(ab|a)b*", "ab" }, { "(ab|a)(bc)?", "abc" },
	{ "(xyz|xy|x)(z|yz)?", "xyz" }, { "(a|aa)(a|aa)", "aaa" },
	{ "(aa|a)(aa|a)", "aaa" }, { "(aaa|aa|a)(a)?(a)?", "aaa" },
	{ "(.a|.b).*|.*(.a|.b)", "xa" }, { "a?(ab)?b?", "ab" },
	{ "(a)(b)?", "a" }, { "(a)|b", "b" }, { "(a)|(b)", "b" },
	{ "(a|b)(c|d)|ef", "xbd" }, { "one|two|three", "a three" },
	{ "in|int|integer", "an integer" }, { "(in|int)(eger)?", "integer" },
	/* groups in repetitions: the last round's, what it left out as it was */
	{ "(a|b)*", "abab" }, { "((a)|(b))*", "ab" }, { "((a)|b)*", "ab" },
	{ "((a)|b)*", "ba" }, { "(a|ab|b)*", "ab" }, { "(a|ab)*", "aab" },
	{ "(a|ab|ba)*", "aba" }, { "((aa)|(ab)|b)*", "aab" },
	{ "(a|ab|c|bcd)*(d*)", "ababcd" }, { "((a)(b)?)*", "aba" },
	{ "((a*)(b|abc))(c*)", "abc" }, { "(a+|b+)*", "aab" },
	{ "(a|b)*(ab)?", "abab" }, { "(b|a)*(ab)*", "abab" },
	{ "(x)?(y)?(x)?(y)?xy", "xyxy" }, { "((a|ab)(c|bcd))(d*)", "abcd" },
	{ "(a|(b))*c", "bac" }, { "((a)|(ab))(b)*", "ab" },
	{ "(([a-z]+) )+", "ab cd ef" }, { "(a(b)?c?)+", "abcac" },
	/* parts that may be nothing */
	{ "()", "a" }, { "()*", "a" }, { "(a*)*", "b" }, { "(a*)*", "aa" },
	{ "(a*)+", "b" }, { "(a*)+", "aa" }, { "(a?)*", "aa" },
	{ "(a|b*)*", "aabb" }, { "(a*|b)*", "ab" }, { "(|a)+", "aa" },
	{ "(|a)*", "aa" }, { "(a|)+", "aab" }, { "(a*)?", "b" },
	{ "(a?){3}", "aa" }, { "(a*){2}", "aa" }, { "(a*){3}", "b" },
	{ "(a|$)*", "aa" }, { "(a|^)*b", "ab" }, { "(^|a)*b", "aab" },
	{ "(a{0,2})*", "aaaaa" }, { "(a*b*)*c", "aabbaac" },
	{ "(a?b?)*", "abab" }, { "((|a)b)*", "bab" }, { "(^)*a", "a" },
	/* what scripts look for */
	{ "^/dev/(sd[a-z]+)([0-9]*)$", "/dev/sda12" },
	{ "^/dev/(sd[a-z]+)([0-9]*)$", "/dev/nvme0n1" },
	{ "^([^:]+):([^:]*):([0-9]+)", "root:x:0:0" },
	{ "([0-9]+)\\.([0-9]+)\\.([0-9]+)(-.*)?", "6.1.0-56-cloud" },
	{ "str(ing)", "an example string" }, { "reg(ex.*p).*r", "regexculpicator" },
	{ "(/[^/]+)*/([^/]+)$", "/usr/lib/libc.so" },
	{ "(kworker|ksoftirqd)/([0-9]+)(:.*)?", "kworker/1:2-events" },
	{ "\\.(c|h|cc|hh)$", "src/main.cc" }, { "^[^ ]+ +([^ ]+)", "one  two" },
	{ "([a-z]+)=([^ ,]*),?", "a, key=value, x" },
	{ "https?://([^/:]+)(:[0-9]+)?(/.*)?", "see http://a.b:80/c" },
	{ "^(([0-9]{1,3}\\.){3})([0-9]{1,3})$", "192.168.0.17" },
	{ "0x([[:xdigit:]]+)", "at 0xffffC0de." }, { "q*b", "aqqqqqb" },
};

static char ours[REGEX_TEXT], libc[REGEX_TEXT];

static void beside_libc(const struct pair *p)
{
	struct arena a = { 0 };
	struct regex_error why;
	const struct regex *re = regex_compile(&a, p->pattern, true, &why);
	const struct regex *whether = regex_compile(&a, p->pattern, false, &why);
	regex_t other;

	HOLDS(!regcomp(&other, p->pattern, REG_EXTENDED));
	if (!re || !whether) {
		printf("'%s' is refused: %s\n", p->pattern, why.text);
		wrong++;
		return;
	}
	extents_libc(&other, other.re_nsub + 1, p->subject, libc);
	extents_ours(re, p->subject, ours);
	if (strcmp(libc, ours))
		printf("'%s' on '%s':\n", p->pattern, p->subject);
	SAYS(libc, ours);
	HOLDS(tests_agree(whether, re, p->subject, ours));
	regfree(&other);
	arena_free(&a);
}

/* Where libc goes by other ways: an alternative that is nothing comes last
 * there, and an empty round of a counted repetition is counted or not by its
 * place.  Here the first way holds, everywhere. */
static const struct { const char *pattern, *subject, *extents; } apart[] = {
	{ "|()", "", "(0,0)(-1,-1)" },
	{ "(|b)(b*)", "b", "(0,1)(0,0)(0,1)" },
	{ "(()|a)*", "aa", "(0,2)(1,2)(-1,-1)" },
	{ "(a?){1,2}", "a", "(0,1)(1,1)" },
	{ "(a*){2,}", "aa", "(0,2)(2,2)" },
};

static void apart_from_libc(void)
{
	struct arena a = { 0 };
	struct regex_error why;

	for (size_t i = 0; i < ARRAY_SIZE(apart); i++) {
		extents_ours(regex_compile(&a, apart[i].pattern, true, &why),
			     apart[i].subject, ours);
		SAYS(apart[i].extents, ours);
	}
	arena_free(&a);
}

/* ---- refusals: where, and with which words ---- */

static const struct { const char *pattern; size_t at; const char *what; }
refused[] = {
	{ "a(b", 3, "expected ), found end" }, { "a)b", 1, "unbalanced ')'" },
	{ "(a", 2, "expected )" }, { "((a)", 4, "expected )" },
	{ "*a", 0, "unexpected '*'" }, { "a|*b", 2, "unexpected '*'" },
	{ "(+a)", 1, "unexpected '+'" }, { "?", 0, "unexpected '?'" },
	{ "{1}", 0, "unexpected '{'" }, { "^*", 1, "applied to anchoring" },
	{ "a$+", 2, "applied to anchoring" }, { "^{2}", 1, "anchoring" },
	{ "a{", 2, "expected number" }, { "a{x}", 2, "expected number" },
	{ "a{,3}", 2, "expected number" }, { "a{1", 3, "expected }, found" },
	{ "a{1,", 4, "expected number" }, { "a{1,2", 5, "expected }" },
	{ "a{1x}", 3, "expected }" }, { "a{2,1}", 1, "{2,1}" },
	{ "a{1001}", 2, "above 1000" }, { "a{1,99999999999}", 4, "above" },
	{ "[a", 0, "unclosed character class" }, { "b[]", 1, "unclosed" },
	{ "[^]", 0, "unclosed" }, { "[[:alpha:]", 0, "unclosed" },
	{ "[[:alpha]", 1, "unclosed character class '[:alpha]'" },
	{ "[[:foo:]]", 1, "unknown character class 'foo'" },
	{ "[[:Alpha:]]", 1, "unknown character class" },
	{ "[[.ab.]]", 1, "unknown collating element 'ab'" },
	{ "[[..]]", 1, "collating element" },
	{ "[z-a]", 1, "inverted character range z-a" },
	{ "[a-[:alpha:]]", 1, "range cannot end in a character class" },
	{ "a\\", 2, "unexpected end of regex" }, { "(a)\\1", 3, "'\\1'" },
	{ "\\bx", 0, "'\\b' is not supported" }, { "\\<x", 0, "'\\<'" },
	{ "((a{100}){100}){100}", REGEX_ANYWHERE, "more than 5000 nodes" },
	{ "((((){1000}){1000}){1000}){1000}", REGEX_ANYWHERE, "5000 nodes" },
	{ "[ab]*a[ab]{13}c*a[ab]{13}", REGEX_ANYWHERE, "2000 states" },
};

static void refusals(void)
{
	struct arena a = { 0 };
	struct regex_error why;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		bool came = regex_compile(&a, refused[i].pattern, true, &why);

		checks++;
		if (came || why.at != refused[i].at ||
		    !strstr(why.text, refused[i].what)) {
			printf("'%s': %s at %zu\n", refused[i].pattern,
			       came ? "accepted" : why.text, why.at);
			wrong++;
		}
	}
	arena_free(&a);
}

static void depth(void)
{
	char text[2 * REGEX_DEPTH_MAX + 8] = "";
	struct arena a = { 0 };
	struct regex_error why;

	memset(text, '(', REGEX_DEPTH_MAX);
	HOLDS(!regex_compile(&a, text, false, &why));
	HOLDS(strstr(why.text, "more than") != NULL);
	memset(text, '*', 2 * REGEX_DEPTH_MAX);
	text[0] = 'a';
	HOLDS(!regex_compile(&a, text, false, &why));
	HOLDS(strstr(why.text, "more than 200 nested") != NULL);
	arena_free(&a);
}

/* One direction has 2^12 states: the other one is taken. */
static void other_direction(void)
{
	struct arena a = { 0 };
	struct regex_error why;
	const struct regex *re = regex_compile(&a, "a[ab]{12}c", false, &why);

	HOLDS(re && re->r.backward);
	if (re) {
		IS(1, stp_regex_test(&re->r, "xaabbaaababbaac"));
		IS(0, stp_regex_test(&re->r, "xbabbaaababbaac"));
	}
	arena_free(&a);
}

/* ---- time ---- */

#define SHORT 3750
#define LONG 60000		/* 16 times as much */

static const struct { const char *pattern, *fill, *tail; } slow[] = {
	{ "(a*)*b", "a", "" }, { "(a|aa)+$", "a", "b" },
	{ "(a|a|a)*c", "a", "" }, { "(x+x+)+y", "x", "" },
	{ "(a?){25}a{25}b", "a", "" }, { "(.*)(.*)(.*)(.*)(.*)[^x]z", "x", "" },
	{ "^(([a-z])+.)+[A-Z]([a-z])+$", "a", "" }, { "(a+)+(b+)+c", "ab", "" },
	{ "([a-z]+)*[0-9]", "abc", "" }, { ".*.*=.*", "x", "" },
	{ "(a|ab|b)*c", "ab", "" }, { "((ab)*|(ba)*)*x", "ab", "" },
	{ "a.{8}b", "a", "" }, { "(a*)*(a*)*(a*)*b?$", "a", "" },
};

static double seconds(const struct regex *re, const char *subject)
{
	struct timespec from, to;
	double best = 1e9, took;

	for (int i = 0; i < 7; i++) {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
		stp_regex_match(cpu(0), &re->r, subject);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
		took = (double)(to.tv_sec - from.tv_sec) +
		       (double)(to.tv_nsec - from.tv_nsec) * 1e-9;
		best = MIN(best, took);
	}
	return best;
}

static const char *filled(char *text, size_t n, const char *fill,
			  const char *tail)
{
	for (size_t i = 0; i < n; i++)
		text[i] = fill[i % strlen(fill)];
	strcpy(text + n, tail);
	return text;
}

static void grows_with_the_text(void)
{
	static char text[LONG + 10];
	struct arena a = { 0 };
	struct regex_error why;
	double few, many, worst = 0;

	test_script.limits.maxstringlen = LONG + 100;
	start(NULL, 0, 1);
	for (size_t i = 0; i < ARRAY_SIZE(slow); i++) {
		const struct regex *re = regex_compile(&a, slow[i].pattern,
						       true, &why);

		HOLDS(re != NULL);
		if (!re)
			continue;
		few = seconds(re, filled(text, SHORT, slow[i].fill,
					 slow[i].tail));
		many = seconds(re, filled(text, LONG, slow[i].fill,
					  slow[i].tail));
		worst = MAX(worst, many / few);
		if (many > 3 * 16 * few) {
			printf("'%s': %g s, of 16 times the text %g s\n",
			       slow[i].pattern, few, many);
			wrong++;
		}
	}
	printf("16 times the text takes %.1f times as long at most\n", worst);
	arena_free(&a);
	stp_session_fini();
}

int main(void)
{
	test_script.limits.maxstringlen = 512;
	test_script.match_groups = STP_REGEX_GROUPS_MAX;
	start(NULL, 0, 1);
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
		beside_libc(&pairs[i]);
	printf("%zu pairs\n", ARRAY_SIZE(pairs));
	apart_from_libc();
	refusals();
	depth();
	other_direction();
	stp_session_fini();
	grows_with_the_text();
	return check_report();
}
