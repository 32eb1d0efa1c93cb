// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What sysroots/ reads from outside: notes as a target sends them, kernel
 * images, sysroot.conf, the commands that kbuild records; and the archive a
 * guest is booted from.  Cases are tables; a failure prints what was wanted
 * beside what came.
 */
#include <stdlib.h>
#include <unistd.h>

#include "sysroots/conf.h"
#include "sysroots/cpio.h"
#include "sysroots/record.h"
#include "sysroots/sysroot.h"

static int failures;

static void same(const char *what, const char *wanted, const char *came)
{
	if (came && !strcmp(wanted, came))
		return;
	printf("%s\n  wanted: %s\n  came:   %s\n", what, wanted,
	       came ? came : "(nothing)");
	failures++;
}

static void same_int(const char *what, long wanted, long came)
{
	char w[32], c[32];

	snprintf(w, sizeof w, "%ld", wanted);
	snprintf(c, sizeof c, "%ld", came);
	same(what, w, c);
}

/* ---- notes ---- */

#define GNU_NOTE(n) "\4\0\0\0" n "\0\0\0\3\0\0\0GNU\0"
#define OTHER_NOTE "\6\0\0\0\4\0\0\0\1\0\0\0Linux\0\0\0abcd"

static void test_notes(struct arena *a)
{
	static const struct {
		const char *what, *bytes;
		size_t n;
		const char *wanted; /* hex, or NULL for an error */
	} cases[] = {
		{ "a plain note", GNU_NOTE("\4") "\1\2\3\4", 20, "01020304" },
		{ "behind another note",
		  OTHER_NOTE GNU_NOTE("\4") "\xff\2\3\4", 44, "ff020304" },
		{ "padded content", GNU_NOTE("\2") "\1\2\0\0", 20, "0102" },
		{ "no note", "", 0, NULL },
		{ "cut in the header", GNU_NOTE("\4"), 8, NULL },
		{ "cut in the content", GNU_NOTE("\x14") "\1\2\3\4", 20, NULL },
		{ "content larger than memory",
		  "\4\0\0\0\xff\xff\xff\xff\3\0\0\0GNU\0\1\2\3\4", 20, NULL },
		{ "name larger than memory",
		  "\xfd\xff\xff\xff\4\0\0\0\3\0\0\0GNU\0\1\2\3\4", 20, NULL },
		{ "empty content", GNU_NOTE("\0"), 16, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct build_id id = { 0 };
		int err = build_id_of_notes(cases[i].bytes, cases[i].n, &id);

		same(cases[i].what, cases[i].wanted ? cases[i].wanted : "error",
		     err ? "error" : build_id_hex(a, &id));
	}
}

static void test_hex(struct arena *a)
{
	static const struct { const char *hex; bool good; } cases[] = {
		{ "0a0B", true }, { "", false }, { "0", false },
		{ "0g", false }, { "0a 0b", false },
	};
	struct build_id id;
	char *longer = arena_alloc(a, 2 * BUILD_ID_MAX + 3);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		same_int(cases[i].hex, cases[i].good,
			 build_id_parse(cases[i].hex, &id));
	memset(longer, 'a', 2 * BUILD_ID_MAX + 2);
	same_int("a build-id of too many bytes", 0,
		 build_id_parse(longer, &id));
}

/* ---- images ---- */

/* A file with the note at a place, preceded by an ELF header or not. */
static void test_images(struct arena *a)
{
	static const char note[] = GNU_NOTE("\x14") "0123456789abcdefghij";
	static const char want[] = "30313233343536373839616263646566"
				   "6768696a";
	static unsigned char image[300000];
	char path[] = "/tmp/stapx-unit-XXXXXX";
	int fd = mkstemp(path);
	struct build_id id;

	if (fd < 0)
		return;
	close(fd);
	memcpy(image + 200000, note, sizeof note - 1);
	file_replace(path, image, sizeof image, 0600);
	same_int("the note in an image is found", 0,
		 build_id_of_image(path, &id));
	same("its build-id", want, build_id_hex(a, &id));

	memcpy(image + 196608, "\177ELF", 4);
	file_replace(path, image, sizeof image, 0600);
	same_int("a vdso's note is not the kernel's", 1,
		 build_id_of_image(path, &id) != 0);
	memcpy(image + 280000, note, sizeof note - 1);
	file_replace(path, image, sizeof image, 0600);
	same_int("the kernel's note behind a vdso's", 0,
		 build_id_of_image(path, &id));

	/* A boot header whose payload lies outside the file. */
	memset(image, 0, sizeof image);
	memcpy(image + 0x202, "HdrS", 4);
	memset(image + 0x248, 0xff, 8);
	file_replace(path, image, sizeof image, 0600);
	same_int("a payload outside the file", 1,
		 build_id_of_image(path, &id) != 0);
	file_replace(path, "\x1f\x8bxxxx", 6, 0600);
	same_int("a damaged gzip", 1, build_id_of_image(path, &id) != 0);
	file_replace(path, "", 0, 0600);
	same_int("an empty file", 1, build_id_of_image(path, &id) != 0);
	unlink(path);
}

/* ---- names ---- */

static void test_names(void)
{
	static const struct { const char *release; bool good; } cases[] = {
		{ "6.1.0-56-cloud-arm64", true },
		{ "6.12.117+deb12-cloud-amd64", true },
		{ "2.6.12-23.FC3", true }, { "6.1.0~rc1_x", true },
		{ "", false }, { "../etc", false }, { "6.1/..", false },
		{ "6.1 x", false }, { "abc", false }, { "6.1\n", false },
		{ "6.1.0-0123456789012345678901234567890123456789012345678901"
		  "2345678901", false },
	};
	static const struct { const char *machine, *arch; } machines[] = {
		{ "x86_64", "x86_64" }, { "amd64", "x86_64" },
		{ "aarch64", "arm64" }, { "armv7l", "arm" },
		{ "i686", "i386" }, { "riscv64", "riscv" },
		{ "ppc64le", "powerpc" }, { "vax", "vax" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		same_int(cases[i].release, cases[i].good,
			 release_valid(cases[i].release));
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		same(machines[i].machine, machines[i].arch,
		     arch_of_machine(machines[i].machine));
}

/* ---- sysroot.conf ---- */

static const char *collect(void *arg, const char *key, const char *value)
{
	buf_printf(arg, "[%s|%s]", key, value);
	return strcmp(key, "bad") ? NULL : "not this one";
}

static void test_conf(struct arena *a)
{
	static const struct { const char *what, *text, *wanted; int err; }
	cases[] = {
		{ "spaces, comments, empty lines",
		  "# c\n\n a = b \nc=d e = f\n", "[a|b][c|d e = f]", 0 },
		{ "no newline at the end", "a = b", "[a|b]", 0 },
		{ "an empty value", "a =\n", "[a|]", 0 },
		{ "a line without '='", "a = b\nxyz\n", ":2: 'xyz'", 1 },
		{ "a line without a key", "= b\n", ":1: ''", 1 },
		{ "a refused value", "bad = 1\n", ":1: 'bad': not this one",
		  1 },
	};
	char path[] = "/tmp/stapx-unit-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		return;
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = { 0 };
		const char *why = "";
		int err;

		file_replace(path, cases[i].text, strlen(cases[i].text), 0600);
		err = conf_read(a, path, collect, &b, &why);
		same_int(cases[i].what, cases[i].err, err != 0);
		if (!cases[i].err)
			same(cases[i].what, cases[i].wanted, buf_str(&b));
		else if (!strstr(why, cases[i].wanted))
			same(cases[i].what, cases[i].wanted, why);
		buf_free(&b);
	}
	file_replace(path, "cc = gcc\ncc_x = y\n", 18, 0600);
	conf_put(a, path, "cc", "clang");
	same("conf_put replaces its key only", "cc_x = y\ncc = clang\n",
	     file_read(a, path, 4096, NULL));
	unlink(path);
}

/* ---- recorded commands ---- */

static const char *joined(struct arena *a, const struct words *w)
{
	struct buf b = { 0 };
	const char *s;

	vec_for(i, &w->list)
		buf_printf(&b, "%s<%s>", i ? " " : "", w->list.v[i]);
	s = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return s;
}

static void test_words(struct arena *a)
{
	static const struct { const char *text, *wanted; size_t commands; }
	cases[] = {
		{ "cmd_x.o := gcc -DA='\"b c\"' x.c",
		  "<gcc> <-DA=\"b c\"> <x.c>", 1 },
		{ "savedcmd_d/x.o := cc  a\\ b \"c\\\"d\" ; objtool x.o",
		  "<cc> <a b> <c\"d>", 2 },
		{ "savedcmd_x := cc $$HOME \\# $(pound)",
		  "<cc> <$HOME> <#> <#>", 1 },
		{ "other := x\n\ncmd_y := ld -r && true || false",
		  "<ld> <-r>", 3 },
		{ "nothing here", NULL, 0 },
		{ "cmd_x := ", NULL, 0 },
	};
	char path[] = "/tmp/stapx-unit-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		return;
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct recorded r = { 0 };
		int err;

		file_replace(path, cases[i].text, strlen(cases[i].text), 0600);
		err = record_read(a, path, &r);
		same_int(cases[i].text, cases[i].wanted == NULL, err != 0);
		if (err)
			continue;
		same_int(cases[i].text, (long)cases[i].commands,
			 (long)r.list.n);
		same(cases[i].text, cases[i].wanted,
		     joined(a, &r.list.v[0]));
	}
	unlink(path);
}

static struct words words_of(struct arena *a, const char *text)
{
	struct words w = { 0 };
	char *s = arena_strdup(a, text), *save;

	for (char *p = strtok_r(s, " ", &save); p; p = strtok_r(NULL, " ",
								&save))
		vec_push(a, &w.list, p);
	return w;
}

static void test_record(struct arena *a)
{
	struct words cc = words_of(a, "gcc-12 -Wp,-MMD,.d -nostdinc -I./inc "
		"-I/abs -isystem sys -include ./k.h -O2 -DKBUILD_MODNAME=x "
		"-fplugin=./p.so -c -o x.o x.c");
	struct words ld = words_of(a, "x-ld -r -m elf -z noexecstack "
		"--build-id=sha1 -T scripts/m.lds -o x.ko x.o x.mod.o");
	struct words tool = words_of(a, "./tools/objtool --orc --module x.o");
	struct words plain = { 0 }, full = { 0 }, flags = { 0 }, obj = { 0 };
	struct recorded r = { 0 };

	record_cflags(a, &cc, "/k", false, &plain);
	same("flags of a script",
	     "<-nostdinc> <-O2> <-fplugin=/k/p.so>", joined(a, &plain));
	record_cflags(a, &cc, "/k", true, &full);
	same("flags of embedded C",
	     "<-nostdinc> <-I/k/inc> <-I/abs> <-isystem> </k/sys> <-include> "
	     "</k/k.h> <-O2> <-DKBUILD_MODNAME=x> <-fplugin=/k/p.so>",
	     joined(a, &full));
	record_ldflags(a, &ld, "/k", &flags);
	same("flags of the last link",
	     "<-r> <-m> <elf> <-z> <noexecstack> <--build-id=sha1> <-T> "
	     "</k/scripts/m.lds>", joined(a, &flags));
	record_objtool(a, &tool, "/k", &obj);
	same("objtool", "</k/tools/objtool> <--orc> <--module>",
	     joined(a, &obj));
	vec_push(a, &r.list, ld);
	same_int("ld is found by its last name", 1,
		 record_find(&r, "ld") != NULL);
	same_int("and not by a part of it", 0, record_find(&r, "d") != NULL);
}

/* ---- the guest's archive ---- */

static void test_cpio(struct arena *a)
{
	struct cpio c = { 0 };

	cpio_dir(&c, "etc", 0755);
	cpio_data(&c, "etc/x", 0600, "abcde", 5);
	cpio_link(&c, "l", "etc/x");
	cpio_end(&c);
	same("magic", "070701", arena_strndup(a, c.b.s, 6));
	same("mode of a folder", "000041ed", arena_strndup(a, c.b.s + 14, 8));
	/* 110 bytes of header, the name with its NUL, padded to four. */
	same("name", "etc", c.b.s + 110);
	same("the second header", "070701", arena_strndup(a, c.b.s + 116, 6));
	same("size of the file", "00000005",
	     arena_strndup(a, c.b.s + 116 + 54, 8));
	same("its content", "abcde", arena_strndup(a, c.b.s + 116 + 116, 5));
	same_int("whole blocks", 0, (long)(c.b.n % 512));
	cpio_free(&c);
}

int main(void)
{
	struct arena a = { 0 };

	test_notes(&a);
	test_hex(&a);
	test_images(&a);
	test_names();
	test_conf(&a);
	test_words(&a);
	test_record(&a);
	test_cpio(&a);
	arena_free(&a);
	return failures ? 1 : 0;
}
