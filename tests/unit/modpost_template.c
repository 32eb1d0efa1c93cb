// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows what modpost makes of a template: on objects compiled here as kbuild's
 * are, __versions lists every undefined symbol with its CRC, .modinfo and
 * __this_module carry the module's name, all else stays; and that a symbol
 * nobody exports, a closed namespace, a name that is too long, and broken
 * inputs are each refused with the reason.
 */
#include <gelf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "build/build.h"
#include "tests/unit/check.h"

#define MODULE_OBJECT "object.o"

static const char template_c[] =
	"#define INFO(n, s) static const char n[] __attribute__((used, "
	"section(\".modinfo\"), aligned(1))) = s\n"
	"INFO(i1, \"vermagic=6.1.0 SMP \"); INFO(i2, \"name=tmpl\");\n"
	"INFO(i3, \"retpoline=Y\"); INFO(i4, \"depends=\");\n"
	"struct v { unsigned long crc; char name[56]; };\n"
	"#ifndef NO_VERSIONS\n"
	"static const struct v ____versions[] __attribute__((used, "
	"section(\"__versions\"))) = { { 1, \"module_layout\" } };\n"
	"#endif\n"
	"extern int init_module(void);\n"
	"struct m { int state; void *l[2]; char name[56]; void *init; };\n"
	"struct m __this_module __attribute__((section("
	"\".gnu.linkonce.this_module\"))) = { .name = \"tmpl\", "
	".init = init_module };\n";

static const char object_c[] =
	"extern int alpha(void), beta(void); extern int gamma_ "
	"__attribute__((weak)); extern char __this_module;\n"
	"int init_module(void) { return alpha() + beta() + "
	"(&gamma_ ? gamma_ : 0) + __this_module; }\n";


static const char symvers[] =
	"0x12345678\talpha\tvmlinux\tEXPORT_SYMBOL\t\n"
	"0x11111111\tunused\tvmlinux\tEXPORT_SYMBOL\t\n"
	"0x9abcdef0\tbeta\tdrivers/net/some-dev\tEXPORT_SYMBOL_GPL\t\n"
	"0x00000007\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n"
	"0x00000008\tclosed\tvmlinux\tEXPORT_SYMBOL_GPL\tPRIVATE\n";

static char dir[] = "/tmp/stapx-modpost-XXXXXX";
static struct arena arena;

static const char *in_dir(const char *name)
{
	return path_join(&arena, dir, name);
}

static void write_file(const char *name, const char *text)
{
	HOLDS(!file_replace(in_dir(name), text, strlen(text), 0644));
}

static void compile(const char *name, const char *text, const char *flag,
		    const char *object)
{
	struct proc_result r;
	char *argv[] = { "cc", "-c", "-O0", (char *)flag, "-o",
			 (char *)in_dir(object), (char *)in_dir(name), NULL };

	write_file(name, text);
	r = proc_run(argv, NULL, 0);
	IS(0, r.status);
	buf_free(&r.out);
}

static struct modpost job(const char *object, const char *template_mod)
{
	return (struct modpost){
		.arena = &arena, .object = in_dir(object),
		.template_mod = in_dir(template_mod),
		.symvers = in_dir("Module.symvers"), .name = "stap_test_1",
		.out = in_dir("out.mod.o"),
	};
}

static void refused(struct modpost *m, const char *part)
{
	HOLDS(!modpost(m));
	if (!m->why || !strstr(m->why, part))
		SAYS(part, m->why);
}

/* ---- reading the result back, by libelf ---- */
struct bytes {
	char p[4096];
	size_t n;
};

static struct bytes section(const char *path, const char *name)
{
	struct bytes b = { .n = 0 };
	int fd = open(path, O_RDONLY);
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	Elf_Scn *scn = NULL;
	size_t strings = 0;
	GElf_Shdr sh;

	elf_getshdrstrndx(elf, &strings);
	while ((scn = elf_nextscn(elf, scn)) && gelf_getshdr(scn, &sh)) {
		Elf_Data *d = elf_rawdata(scn, NULL);

		if (strcmp(elf_strptr(elf, strings, sh.sh_name), name))
			continue;
		b.n = MIN(d->d_size, sizeof(b.p));
		memcpy(b.p, d->d_buf, b.n);
	}
	elf_end(elf);
	close(fd);
	return b;
}

static uint64_t crc_of(const struct bytes *versions, const char *name)
{
	uint64_t crc;

	for (size_t at = 0; at + 64 <= versions->n; at += 64)
		if (!strcmp(versions->p + at + 8, name)) {
			memcpy(&crc, versions->p + at, 8);
			return crc;
		}
	return 0;
}

static bool has_line(const struct bytes *info, const char *line)
{
	for (size_t at = 0; at < info->n; at += strlen(info->p + at) + 1)
		if (!strcmp(info->p + at, line))
			return true;
	return false;
}

static void completes(void)
{
	struct modpost m = job(MODULE_OBJECT, "template.o");
	struct bytes versions, info, this_module;

	HOLDS(modpost(&m));
	SAYS("", m.why ? m.why : "");
	versions = section(m.out, "__versions");
	IS(3 * 64, (long long)versions.n);
	IS(0x12345678, (long long)crc_of(&versions, "alpha"));
	IS(0x9abcdef0, (long long)crc_of(&versions, "beta"));
	IS(7, (long long)crc_of(&versions, "module_layout"));
	info = section(m.out, ".modinfo");
	HOLDS(has_line(&info, "name=stap_test_1"));
	HOLDS(has_line(&info, "depends=some-dev"));
	HOLDS(has_line(&info, "vermagic=6.1.0 SMP "));
	HOLDS(has_line(&info, "retpoline=Y"));
	HOLDS(!has_line(&info, "name=tmpl"));
	this_module = section(m.out, ".gnu.linkonce.this_module");
	SAYS("stap_test_1", this_module.p + 24);
	IS(0, this_module.p[24 + 55]);
	IS(0, (long long)section(m.out, ".rela.nothing").n);
	IS((long long)section(m.template_mod,
			      ".rela.gnu.linkonce.this_module").n,
	   (long long)section(m.out, ".rela.gnu.linkonce.this_module").n);
}

/* Symbols of what was moved lie where it is now. */
static void symbols_move(void)
{
	struct modpost m = job(MODULE_OBJECT, "template.o");
	struct name_list names = { 0 };
	const char *why;
	struct proc_result r;
	char *argv[] = { "ld", "-r", "-o", (char *)in_dir("x.ko"),
			 (char *)in_dir(MODULE_OBJECT),
			 (char *)in_dir("out.mod.o"), NULL };

	HOLDS(modpost(&m));
	r = proc_run(argv, NULL, 0);
	IS(0, r.status);
	buf_free(&r.out);
	HOLDS(modpost_undefined(&arena, in_dir("x.ko"), &names, &why));
	IS(2, (long long)names.list.n);
}

static void without_versions(void)
{
	struct modpost m = job(MODULE_OBJECT, "plain.o");

	compile("plain.c", template_c, "-DNO_VERSIONS", "plain.o");
	HOLDS(modpost(&m));
	IS(0, (long long)section(m.out, "__versions").n);
	refused(&(struct modpost){ .arena = &arena,
		.object = in_dir("missing.o"), .template_mod = in_dir("plain.o"),
		.symvers = m.symvers, .name = "x", .out = m.out },
		"'nobody_has_this'");
}

static void refuses(void)
{
	struct modpost m = job("missing.o", "template.o");

	refused(&m, "'nobody_has_this': the kernel exports no such symbol");
	m = job("closed.o", "template.o");
	refused(&m, "namespace 'PRIVATE'");
	m = job(MODULE_OBJECT, "template.o");
	m.name = "a_name_of_a_module_that_is_longer_than_fifty_five_charact";
	refused(&m, "too long");
	m = job(MODULE_OBJECT, MODULE_OBJECT);
	refused(&m, "is no template");
	m = job("none.o", "template.o");
	refused(&m, "none.o");
	m = job("object.c", "template.o");
	refused(&m, "is no ELF object");
	m = job(MODULE_OBJECT, "template.o");
	m.symvers = in_dir("none");
	refused(&m, "cannot read");
	write_file("bad", "0x1\talpha\n");
	m.symvers = in_dir("bad");
	refused(&m, "line 1 is no row");
	write_file("bad", "this is no table\n");
	refused(&m, "line 1 is no row");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	elf_version(EV_CURRENT);
	write_file("Module.symvers", symvers);
	compile("template.c", template_c, "-g", "template.o");
	compile("object.c", object_c, "-g", MODULE_OBJECT);
	compile("missing.c", "extern int nobody_has_this(void); "
		"int f(void) { return nobody_has_this(); }\n", "-g",
		"missing.o");
	compile("closed.c", "extern int closed(void); "
		"int f(void) { return closed(); }\n", "-g", "closed.o");
	completes();
	symbols_move();
	without_versions();
	refuses();
	remove_tree(dir);
	arena_free(&arena);
	return check_report();
}
