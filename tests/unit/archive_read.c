// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that a well-formed archive is read whole, and that every other is
 * refused with the reason: paths that lead out, links, devices, members that
 * were changed, doubled, are missing or too many, and any that is cut short.
 */
#include "tests/unit/archive_test.h"

static const char module[] = "the module's bytes\0and more";
static const char formats[] = "0 d %d\n";
static char manifest[4096];
static unsigned char packed[TAR_MAX];
static struct tar tar;

static void whole_manifest(void)
{
	strcpy(manifest, "format = 1\nmodule = stap_x\nrelease = 6.1.0\n"
	       "empty = \nscript_text = a = b\\nc\n");
	digest_line(manifest, "stap_x.ko", module, sizeof(module));
	digest_line(manifest, "formats", formats, sizeof(formats));
}

static void begin(void)
{
	tar.n = 0;
	whole_manifest();
	tar_add(&tar, "manifest", '0', manifest, strlen(manifest));
}

static unsigned char *add_module(void)
{
	return tar_add(&tar, "stap_x.ko", '0', module, sizeof(module));
}

static int read_tar(struct package *a, char *why)
{
	size_t n = gzip_of(tar.p, tar.n, 6, Z_DEFAULT_STRATEGY, packed,
			   sizeof(packed));

	*why = 0;
	return package_read(packed, n, a, why, 256);
}

static void refused(const char *part)
{
	struct package a;
	char why[256];

	HOLDS(read_tar(&a, why) < 0);
	if (!strstr(why, part))
		SAYS(part, why);
	HOLDS(!a.bytes);
	HOLDS(!strchr(why, '\n'));
}

static void well_formed(void)
{
	struct package a;
	char why[256], value[64];
	const struct package_member *m;

	begin();
	add_module();
	tar_add(&tar, "formats", 0, formats, sizeof(formats));
	tar_end(&tar);
	IS(0, read_tar(&a, why));
	SAYS("", why);
	IS(3, (long long)a.nmembers);
	m = package_module(&a);
	HOLDS(m && m->size == sizeof(module) &&
	      !memcmp(m->data, module, sizeof(module)));
	HOLDS(package_value(&a, "release", value, sizeof(value)));
	SAYS("6.1.0", value);
	HOLDS(package_value(&a, "empty", value, sizeof(value)));
	SAYS("", value);
	HOLDS(package_value(&a, "script_text", value, sizeof(value)));
	SAYS("a = b\\nc", value);
	HOLDS(!package_value(&a, "releas", value, sizeof(value)));
	HOLDS(!package_value(&a, "release", value, 5));
	HOLDS(!package_find(&a, "formats "));
	package_free(&a);
}

static void one_member(const char *name, char type, const char *part)
{
	begin();
	add_module();
	tar_add(&tar, name, type, "", 0);
	tar_end(&tar);
	refused(part);
}

static void names_and_kinds(void)
{
	one_member("/etc/passwd", '0', "absolute path");
	one_member("../x", '0', "leads out of its folder");
	one_member("..", '0', "leads out of its folder");
	one_member("a/../../x", '0', "leads out of its folder");
	one_member("a/x", '0', "a name that no member may have");
	one_member("a b", '0', "a name that no member may have");
	one_member("a\nb", '0', "a name that no member may have");
	one_member("", '0', "no name");
	one_member("stap_x.ko", '0', "twice");
	one_member("link", '2', "a symbolic link");
	one_member("hard", '1', "a hard link");
	one_member("tty", '3', "a device");
	one_member("disk", '4', "a device");
	one_member("folder", '5', "a folder");
	one_member("pipe", '6', "a pipe");
	one_member("pax", 'x', "no plain file");
	one_member("extra", '0', "no digest of 'extra'");
}

static void spoilt_headers(void)
{
	unsigned char *h;

	begin();
	h = add_module();
	h[124] ^= 1;	/* the size, not the sum */
	tar_end(&tar);
	refused("damaged");
	begin();
	h = add_module();
	memcpy(h + 257, "gnu  ", 5);
	tar_sum(h);
	tar_end(&tar);
	refused("damaged");
	begin();
	h = add_module();
	memcpy(h + 124, "77777777777", 12);
	tar_sum(h);
	tar_end(&tar);
	refused("size");
	begin();
	h = add_module();
	memcpy(h + 124, "00000x00000", 12);
	tar_sum(h);
	tar_end(&tar);
	refused("size");
	begin();
	h = add_module();
	strcpy((char *)h + 345, "dir");
	tar_sum(h);
	tar_end(&tar);
	refused("in a folder");
	begin();
	h = add_module();
	memcpy(h + 124, "00000100000", 12);
	tar_sum(h);
	tar_end(&tar);
	refused("cut short in 'stap_x.ko'");
}

static void contents(void)
{
	begin();
	add_module()[512 + 3] ^= 0x20;
	tar_end(&tar);
	refused("was changed");
	begin();
	add_module();
	refused("cut short");
	begin();
	add_module();
	tar_end(&tar);
	tar.p[tar.n] = 1;
	memset(tar.p + tar.n + 1, 0, 511);
	tar.n += 512;
	refused("behind its end");
	begin();
	tar_end(&tar);
	refused("no module");
	tar.n = 0;
	add_module();
	tar_end(&tar);
	refused("does not begin with a manifest");
	tar.n = 0;
	tar_end(&tar);
	refused("does not begin with a manifest");
	begin();
	for (int i = 0; i < ARCHIVE_MEMBERS_MAX; i++) {
		char name[16];

		snprintf(name, sizeof(name), "m%d", i);
		tar_add(&tar, name, '0', "", 0);
	}
	tar_end(&tar);
	refused("more than 16 members");
}

static void manifests(void)
{
	tar.n = 0;
	tar_add(&tar, "manifest", '0', "module = x\n", 11);
	tar_end(&tar);
	refused("no format");
	tar.n = 0;
	tar_add(&tar, "manifest", '0', "format = 2\n", 11);
	tar_end(&tar);
	refused("has format 2, this program reads 1");
}

/* Cut at every place, and each byte of it wrong in turn: refused or equal. */
static void damaged(void)
{
	struct package a;
	char why[256];
	size_t n;

	begin();
	add_module();
	tar_end(&tar);
	n = gzip_of(tar.p, tar.n, 9, Z_DEFAULT_STRATEGY, packed,
		    sizeof(packed));
	for (size_t cut = 0; cut < n; cut++)
		HOLDS(package_read(packed, cut, &a, why, sizeof(why)) < 0);
	for (size_t i = 10; i < n; i++) {
		packed[i] ^= 0x55;
		HOLDS(package_read(packed, n, &a, why, sizeof(why)) < 0);
		packed[i] ^= 0x55;
	}
	packed[n] = 0;
	HOLDS(package_read(packed, n + 1, &a, why, sizeof(why)) < 0);
	IS(0, package_read(packed, n, &a, why, sizeof(why)));
	package_free(&a);
	HOLDS(package_read("\177ELF", 4, &a, why, sizeof(why)) < 0);
	HOLDS(strstr(why, "no archive"));
}

int main(void)
{
	well_formed();
	names_and_kinds();
	spoilt_headers();
	contents();
	manifests();
	damaged();
	return check_report();
}
