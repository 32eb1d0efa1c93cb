// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows what staprun finds in a module's file (name, vermagic, the build-id of
 * the script's descriptor), that it refuses another CPU, release or build-id
 * and says both sides, that renaming changes the name in both its places and
 * nothing else, and that no damage to the file makes it read outside.
 */
#include "remote/target/image.c"
#include "tests/unit/check.h"

#include <stdarg.h>
#include <sys/utsname.h>

#define NAME "stap_0123456789abcdef_77"
#define BUILD_ID "00112233445566778899aabbccddeeff00112233"
#define MUTATIONS 20000

int because(struct why *w, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w->text, sizeof(w->text), fmt, ap);
	va_end(ap);
	return err;
}

/* An object with what a module has; the compiler makes it for this machine. */
static const char source[] =
	"#include \"runtime/script.h\"\n"
	"__attribute__((section(\".modinfo\"), used)) static const char i[] =\n"
	"	\"license=GPL\\0name=" NAME "\\0vermagic=6.1.0-9 SMP x\";\n"
	"__attribute__((section(\".gnu.linkonce.this_module\"))) struct {\n"
	"	char pad[24]; char name[56]; } __this_module =\n"
	"	{ .name = \"" NAME "\" };\n"
	"struct stp_script stp_script = { .release = \"6.1.0-9\",\n"
	"	.build_id = \"" BUILD_ID "\" };\n";

static bool compile(const char *path)
{
	char command[512];
	FILE *p;

	snprintf(command, sizeof(command), "cc -I'%s' -c -x c -o '%s' -",
		 STAPX_SRCDIR, path);
	p = popen(command, "w");
	fputs(source, p);
	return !pclose(p);
}

static struct image fresh(const struct image *from)
{
	struct image im = { 0 };
	unsigned char *copy = malloc(from->n);
	struct why w = { "" };

	memcpy(copy, from->bytes, from->n);
	IS(0, image_take(&im, copy, from->n, &w));
	SAYS("", w.text);
	return im;
}

static void refuses(const struct image *im, const char *machine,
		    const char *release, const char *build_id, const char *a,
		    const char *b)
{
	struct facts f = { 0 };
	struct why w = { "" };

	snprintf(f.machine, sizeof(f.machine), "%s", machine);
	snprintf(f.release, sizeof(f.release), "%s", release);
	snprintf(f.build_id, sizeof(f.build_id), "%s", build_id);
	IS(-ENOEXEC, image_check(im, &f, &w));
	if (!strstr(w.text, a) || !strstr(w.text, b))
		SAYS("both sides", w.text);
}

static void check_targets(const struct image *im)
{
	struct facts f = { .release = "6.1.0-9", .build_id = BUILD_ID };
	struct why w = { "" };
	struct utsname u;

	uname(&u);
	snprintf(f.machine, sizeof(f.machine), "%.71s", u.machine);
	IS(0, image_check(im, &f, &w));
	f.build_id[0] = '\0';			/* the machine does not say */
	IS(0, image_check(im, &f, &w));
	refuses(im, u.machine, "6.1.0-10", BUILD_ID, "6.1.0-9", "6.1.0-10");
	refuses(im, u.machine, "6.1.0-", BUILD_ID, "6.1.0-9", "\"6.1.0-\"");
	refuses(im, u.machine, "6.1.0-9", "ff" BUILD_ID, BUILD_ID,
		"ff" BUILD_ID);
	refuses(im, "sparc64", "6.1.0-9", BUILD_ID, u.machine, "sparc64");
}

/* Both names change; every other byte stays. */
static void renames(const struct image *from)
{
	struct image im = fresh(from), again;
	struct why w = { "" };
	size_t changed = 0;

	IS(0, image_rename(&im, &w));
	IS(1, strcmp(im.name, NAME) != 0);
	IS(1, !strncmp(im.name, "stap_", 5));
	IS(1, memmem(im.bytes, im.n, NAME, strlen(NAME)) == NULL);
	for (size_t i = 0; i < im.n; i++)
		changed += im.bytes[i] != from->bytes[i];
	IS(1, changed <= 2 * strlen(NAME));
	again = fresh(&im);
	SAYS(im.name, again.name);
	SAYS(from->vermagic, again.vermagic);
	image_free(&again);
	image_free(&im);
}

static void keeps_signed(const struct image *from)
{
	size_t n = from->n + strlen(SIGNED_END);
	struct image im = { 0 };
	struct why w = { "" };
	unsigned char *bytes = malloc(n);

	memcpy(bytes, from->bytes, from->n);
	memcpy(bytes + from->n, SIGNED_END, strlen(SIGNED_END));
	IS(0, image_take(&im, bytes, n, &w));
	IS(0, image_rename(&im, &w));
	SAYS(NAME, im.name);
	image_free(&im);
}

/* The sanitizers watch this one. */
static void survives_damage(const struct image *from)
{
	unsigned int seed = 1, taken = 0;

	for (int i = 0; i < MUTATIONS; i++) {
		size_t n = from->n;
		unsigned char *bytes;
		struct image im = { 0 };
		struct why w;

		seed = seed * 1103515245 + 12345;
		if (seed & 0x1000)	/* cut off */
			n = seed % from->n;
		bytes = malloc(n + 1);
		memcpy(bytes, from->bytes, n);
		for (int k = seed >> 28; k >= 0 && n; k--) {
			seed = seed * 1103515245 + 12345;
			bytes[(seed >> 8) % n] = seed;
		}
		if (!image_take(&im, bytes, n, &w)) {
			taken++;
			image_rename(&im, &w);
		}
		image_free(&im);
	}
	IS(1, taken > 0 && taken < MUTATIONS);
}

int main(void)
{
	char path[] = "/tmp/stapx-test-XXXXXX";
	struct image im = { 0 };
	struct why w = { "" };
	int fd = mkstemp(path);

	if (fd < 0 || !compile(path))
		return 1;
	close(fd);
	IS(0, image_read(&im, path, &w));
	unlink(path);
	SAYS("", w.text);
	SAYS(NAME, im.name);
	SAYS("6.1.0-9 SMP x", im.vermagic);
	SAYS(BUILD_ID, im.build_id);
	check_targets(&im);
	renames(&im);
	keeps_signed(&im);
	survives_damage(&im);
	image_free(&im);
	IS(-ENOENT, image_read(&im, "/nowhere.ko", &w));
	IS(-ENOEXEC, image_take(&im, calloc(1, 10), 10, &w));
	image_free(&im);
	return check_report();
}
