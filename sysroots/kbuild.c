// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One run of the kernel's own build for a sysroot: the runtime and a template
 * script as one external module.  Out of its results come the runtime's
 * objects, the exact commands, and the object that completes a module.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sysroots/prepare.h"
#include "sysroots/record.h"

#define TEMPLATE "stapx_template"
#define SOURCE_MAX (4 << 20)
#define LOG_LINES 12

/* A script with nothing in it; what its compile needs is what any needs. */
static const char template_c[] =
	"// SPDX-License-Identifier: GPL-2.0-or-later\n"
	"#include \"runtime/script.h\"\n"
	"__typeof__(stp_script) stp_script = { .abi = STP_SCRIPT_ABI };\n";

/*
 * Tracing of the tracer, and debug information of its own, are left out: the
 * first is not safe in a probe, the second is most of a module's size.  So is
 * clearing what a function is about to fill, which hits would pay for.  Stacks
 * are guarded where text is put together on them, not wherever the address of
 * a local is taken.  Room in front of each function, and the alignment that it
 * needs, is for counting calls on CPUs where returns are patched to refill a
 * buffer: calls that are not counted have them do so earlier, and the list of
 * the room would keep functions that nothing uses.  Where callers look there
 * for a function's type, it stays.
 */
static const char kbuild_head[] =
	"ccflags-y := -I%s/include -g0 $(call cc-option,"
	"-ftrivial-auto-var-init=uninitialized) "
	"-ffunction-sections -fdata-sections "
	"$(if $(CONFIG_STACKPROTECTOR_STRONG),-fstack-protector) "
	"$(if $(CONFIG_CFI_CLANG)$(CONFIG_CFI),,-falign-functions=1)\n"
	"ccflags-remove-y := $(CC_FLAGS_FTRACE) "
	"$(if $(CONFIG_CFI_CLANG)$(CONFIG_CFI),,-fpatchable-function-entry=%%)\n"
	"obj-m := " TEMPLATE ".o\n"
	TEMPLATE "-y := template.o";

static int copy_one(struct prepare *p, const char *rel)
{
	const char *from = path_join(p->a, p->runtime_dir, rel);
	const char *to[] = {
		arena_printf(p->a, "%s/runtime/%s", p->build, rel),
		arena_printf(p->a, "%s/include/runtime/%s", p->part, rel),
	};
	size_t n;
	char *text = file_read(p->a, from, SOURCE_MAX, &n);
	int err = text ? 0 : -errno;

	for (size_t i = 0; !err && i < ARRAY_SIZE(to); i++) {
		char *slash = strrchr(to[i], '/');

		if (i == 1 && !str_ends(rel, ".h"))
			continue;
		err = mkdir_p(arena_strndup(p->a, to[i],
					    (size_t)(slash - to[i])), 0755);
		if (!err)
			err = file_replace(to[i], text, n, 0644);
	}
	if (err)
		*p->why = arena_printf(p->a, "'%s': %s", from, strerror(-err));
	return err;
}

/* core/ and kernel/ are compiled; kernel/arch/ARCH.c for this CPU only. */
static bool is_source(struct prepare *p, const char *rel)
{
	const char *arch = "kernel/arch/";

	if (!str_ends(rel, ".c"))
		return false;
	if (str_starts(rel, arch))
		return str_starts(rel + strlen(arch),
				  arena_printf(p->a, "%s.", p->s->arch)) ||
		       str_starts(rel + strlen(arch),
				  arena_printf(p->a, "%s/", p->s->arch));
	return str_starts(rel, "core/") || str_starts(rel, "kernel/");
}

static int write_text(struct prepare *p, const char *path, const char *text)
{
	int err = file_replace(path, text, strlen(text), 0644);

	if (err)
		*p->why = arena_printf(p->a, "'%s': %s", path, strerror(-err));
	return err;
}

/* What runs at every hit is made for speed, the rest for size: a module holds
 * far more of the rest.  With a frame pointer a function that saves registers
 * needs three unwind entries, of 34 bytes each, where it had one a register. */
static bool runs_at_hits(const char *source)
{
	static const char *const fast[] = {
		"core/context.c", "core/lookup.c", "core/map.c",
		"core/match.c", "core/record.c", "core/regex.c",
		"core/stat.c", "core/string.c",
		"kernel/current.c", "kernel/hit.c", "kernel/kprobe.c",
		"kernel/kread.c", "kernel/kretprobe.c", "kernel/memory.c",
		"kernel/port.c", "kernel/return.c", "kernel/ring.c",
		"kernel/tracepoint.c",
	};

	for (size_t i = 0; i < ARRAY_SIZE(fast); i++)
		if (!strcmp(fast[i], source))
			return true;
	return false;
}

/* objtool looks at the whole, when a script is linked.  The variable's name
 * has the file's path since 6.10, and its last part before. */
static void put_unchecked(struct buf *b, const char *source)
{
	const char *slash = strrchr(source, '/');
	const char *base = slash ? slash + 1 : source;

	buf_printf(b, "OBJECT_FILES_NON_STANDARD_runtime/%.*so := y\n"
		   "OBJECT_FILES_NON_STANDARD_%.*so := y\n",
		   (int)strlen(source) - 1, source, (int)strlen(base) - 1,
		   base);
}

static int write_kbuild(struct prepare *p)
{
	struct buf b = { 0 };
	int err;

	buf_printf(&b, kbuild_head, p->part);
	vec_for(i, &p->sources.list) {
		const char *s = p->sources.list.v[i];

		buf_printf(&b, " \\\n\truntime/%.*so", (int)strlen(s) - 1, s);
	}
	buf_putc(&b, '\n');
	vec_for(i, &p->sources.list) {
		const char *s = p->sources.list.v[i];

		put_unchecked(&b, s);
		if (!runs_at_hits(s))
			buf_printf(&b, "CFLAGS_runtime/%.*so := -Os "
				   "-fno-omit-frame-pointer\n",
				   (int)strlen(s) - 1, s);
	}
	err = write_text(p, path_join(p->a, p->build, "Kbuild"), b.s);
	buf_free(&b);
	if (!err)
		err = write_text(p, path_join(p->a, p->build, "template.c"),
				 template_c);
	return err;
}

int kbuild_set_up(struct prepare *p)
{
	static const char *const ends[] = { ".c", ".h", ".S", NULL };
	struct words_vec files = { 0 };
	int err = mkdir_p(p->build, 0755);

	if (err)
		*p->why = arena_printf(p->a, "'%s': %s", p->build,
				       strerror(-err));
	list_files(p->a, p->runtime_dir, ends, &files);
	vec_for(i, &files.list) {
		if (err)
			break;
		if (str_starts(files.list.v[i], "user/"))
			continue;
		err = copy_one(p, files.list.v[i]);
		if (!err && is_source(p, files.list.v[i]))
			vec_push(p->a, &p->sources.list, files.list.v[i]);
	}
	if (!err && !p->sources.list.n) {
		*p->why = arena_printf(p->a, "'%s' holds no runtime (core/ and "
				       "kernel/ with C files); name it by -R "
				       "or STAPX_HOME", p->runtime_dir);
		err = -ENOENT;
	}
	/* Every file once, the template, its .mod.o; and the link. */
	p->cc_total = (long)p->sources.list.n + 3;
	return err ? err : write_kbuild(p);
}

/* ---- running ---- */

static const char *debian_arch(const char *arch)
{
	static const struct { const char *arch, *debian; } table[] = {
		{ "x86_64", "amd64" }, { "arm64", "arm64" }, { "arm", "armhf" },
		{ "i386", "i386" }, { "riscv", "riscv64" },
		{ "powerpc", "ppc64el" }, { "s390", "s390x" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].arch, arch))
			return table[i].debian;
	return arch;
}

static void take_line(void *arg, const char *line)
{
	struct prepare *p = arg;

	if (p->log_file)
		fprintf(p->log_file, "%s\n", line);
	if (strstr(line, " CC [M] ") || strstr(line, " LD [M] ")) {
		p->cc_done++;
		prepare_progress(p);
	}
}

/* The compiler's triplet, which Debian's header packages ask for. */
static const char *gnu_type(struct arena *a, const char *cross)
{
	size_t n = strlen(cross);

	return n && cross[n - 1] == '-' ? arena_strndup(a, cross, n - 1) : "";
}

char **sysroot_make_argv(struct arena *a, const struct sysroot *s,
			 const char *module)
{
	long jobs = sysconf(_SC_NPROCESSORS_ONLN);
	/* Flags of a make above us are not for this one; output is parsed. */
	char *argv[] = {
		"env", "-u", "MAKEFLAGS", "-u", "MFLAGS", "-u", "MAKELEVEL",
		"-u", "KBUILD_OUTPUT", "LC_ALL=C", "make", "-C", (char *)s->build,
		arena_printf(a, "-j%ld", jobs > 0 ? jobs : 1),
		arena_printf(a, "M=%s", module),
		arena_printf(a, "ARCH=%s", s->arch),
		arena_printf(a, "CROSS_COMPILE=%s", s->cross),
		arena_printf(a, "CC=%s", s->cc),
		arena_printf(a, "DEB_BUILD_ARCH=%s",
			     debian_arch(arch_here())),
		arena_printf(a, "DEB_HOST_ARCH=%s", debian_arch(s->arch)),
		arena_printf(a, "DEB_HOST_GNU_TYPE=%s",
			     gnu_type(a, s->cross)),
		/* Type information of the tracer is of no use, and takes a
		 * tool (pahole) that may not be here. */
		"CONFIG_DEBUG_INFO_BTF_MODULES=",
		"V=0", "modules", NULL
	};

	return arena_dup(a, argv, sizeof argv);
}

int kbuild_start(struct prepare *p, struct child *c)
{
	*c = (struct child){ .on_line = take_line, .arg = p,
			     .with_stderr = true };
	p->log_file = fopen(p->log, "we");
	return child_start(c, sysroot_make_argv(p->a, p->s, p->build), NULL);
}

void kbuild_explain(struct prepare *p, int status)
{
	size_t n = 0, lines = 0;
	char *text = file_read(p->a, p->log, SOURCE_MAX, &n);
	char *tail;

	if (status == 127 && !n) {
		*p->why = "'make' cannot be run; install the package make";
		return;
	}
	for (tail = text ? strstr(text, "error:") : NULL;
	     tail && tail > text && tail[-1] != '\n'; tail--)
		;
	if (!tail && text)
		for (tail = text + n; tail > text && lines < LOG_LINES; tail--)
			lines += tail[-1] == '\n';
	if (tail) {
		char *end = tail;

		for (lines = 0; *end && lines < LOG_LINES; end++)
			lines += *end == '\n';
		*end = 0;
	}
	*p->why = arena_printf(p->a, "the kernel's build cannot compile the "
			       "runtime for '%s' (`stap-sysroot check %s` "
			       "looks at its tools; all output is in '%s'):\n%s",
			       p->s->name, p->s->name, p->log,
			       tail ? tail : "");
}

/* ---- collecting ---- */

static const char *build_file(struct prepare *p, const char *name)
{
	return path_join(p->a, p->build, name);
}

/* A path inside the .part folder means its final place. */
static const char *final_path(struct prepare *p, const char *word)
{
	const char *at = strstr(word, p->part);

	if (!at)
		return word;
	return arena_printf(p->a, "%.*s%s%s", (int)(at - word), word, p->dir,
			    at + strlen(p->part));
}

static int write_words(struct prepare *p, const char *name,
		       const struct words *w)
{
	struct buf b = { 0 };
	int err;

	vec_for(i, &w->list)
		buf_printf(&b, "%s\n", final_path(p, w->list.v[i]));
	err = write_text(p, path_join(p->a, p->part, name), buf_str(&b));
	buf_free(&b);
	return err;
}

static int no_record(struct prepare *p, const char *what, const char *file)
{
	*p->why = arena_printf(p->a, "the kernel's build left no %s command in "
			       "'%s'; its way of recording is not known", what,
			       file);
	return -EINVAL;
}

/* Relative paths in a command are from where make ran: the kernel's tree,
 * and since 6.13 the module's own folder. */
static const char *make_dir(struct prepare *p, const struct words *cc)
{
	vec_for(i, &cc->list) {
		const char *w = cc->list.v[i];

		if (str_starts(w, "-I./") || str_starts(w, "-I../"))
			return path_exists(path_join(p->a, p->s->build, w + 2))
				       ? p->s->build : p->build;
	}
	return p->s->build;
}

/*
 * What the kernel's build includes before anything else goes into one header,
 * with all that embedded C sees behind it: gcc takes a precompiled header
 * only where no text came before it.
 */
static int collect_embedded(struct prepare *p, const struct words *full)
{
	const char *name = "embedded-pch.h";
	const char *ours = path_join(p->a, p->runtime_dir, "embedded.h");
	struct words flags = { 0 };
	struct buf b = { 0 };
	int err;

	vec_push(p->a, &flags.list, "-include");
	vec_push(p->a, &flags.list, path_join(p->a, p->part, name));
	for (size_t i = 0; i < full->list.n; i++) {
		if (strcmp(full->list.v[i], "-include"))
			vec_push(p->a, &flags.list, full->list.v[i]);
		else
			buf_printf(&b, "#include \"%s\"\n",
				   full->list.v[++i]);
	}
	if (path_exists(ours))
		buf_puts(&b, "#include \"runtime/embedded.h\"\n");
	err = write_text(p, path_join(p->a, p->part, name), buf_str(&b));
	buf_free(&b);
	return err ? err : write_words(p, "cflags_embedded", &flags);
}

static int collect_compile(struct prepare *p, const char **cwd)
{
	const char *file = build_file(p, ".template.o.cmd");
	struct words plain = { 0 }, full = { 0 }, tool = { 0 };
	struct recorded r = { 0 };
	const struct words *cc, *objtool;
	int err = record_read(p->a, file, &r);

	if (err)
		return no_record(p, "compile", file);
	cc = &r.list.v[0];
	*cwd = make_dir(p, cc);
	record_cflags(p->a, cc, *cwd, false, &plain);
	vec_push(p->a, &plain.list, arena_printf(p->a, "-I%s/include",
						 p->part));
	record_cflags(p->a, cc, *cwd, true, &full);
	err = write_words(p, "cflags", &plain);
	if (!err)
		err = collect_embedded(p, &full);
	objtool = record_find(&r, "objtool");
	if (err || !objtool)
		return err;
	record_objtool(p->a, objtool, *cwd, &tool);
	return write_words(p, "objtool_obj", &tool);
}

/* Where objtool sees the whole module, before the last link. */
static int collect_whole(struct prepare *p, const char *cwd)
{
	struct words tool = { 0 };
	struct recorded r = { 0 };
	const struct words *objtool;

	if (record_read(p->a, build_file(p, "." TEMPLATE ".o.cmd"), &r))
		return 0;
	objtool = record_find(&r, "objtool");
	if (!objtool)
		return 0;
	record_objtool(p->a, objtool, cwd, &tool);
	return write_words(p, "objtool_link", &tool);
}

static int copy_result(struct prepare *p, const char *from, const char *name)
{
	size_t n;
	char *data = file_read(p->a, from, SOURCE_MAX, &n);
	int err = data ? file_replace(path_join(p->a, p->part, name), data, n,
				      0644) : -errno;

	if (err)
		*p->why = arena_printf(p->a, "'%s': %s", from, strerror(-err));
	return err;
}

static int collect_link(struct prepare *p, const char *cwd)
{
	const char *file = build_file(p, "." TEMPLATE ".ko.cmd");
	const struct words *ld;
	struct words flags = { 0 };
	struct recorded r = { 0 };
	int err = record_read(p->a, file, &r);

	ld = err ? NULL : &r.list.v[0];
	if (!ld)
		return no_record(p, "link", file);
	record_ldflags(p->a, ld, cwd, &flags);
	err = write_words(p, "ldflags", &flags);
	vec_for(i, &ld->list) {
		const char *w = ld->list.v[i];

		if (!err && str_ends(w, ".module-common.o"))
			err = copy_result(p, w[0] == '/' ? w :
					  path_join(p->a, cwd, w),
					  "module-common.o");
	}
	vec_for(i, &flags.list)
		if (!err && str_ends(flags.list.v[i], ".lds"))
			err = copy_result(p, flags.list.v[i], "module.lds");
	return err;
}

/* Under another name, in build/ar: members of an archive have no folder, and
 * the link tells by the name what runs at hits. */
static const char *member(struct prepare *p, const char *source)
{
	char *name = arena_printf(p->a, "%s%.*so",
				  runs_at_hits(source) ? "hot_" : "",
				  (int)strlen(source) - 1, source);
	const char *to;

	for (char *s = name; (s = strchr(s, '/'));)
		*s = '_';
	to = arena_printf(p->a, "%s/ar/%s", p->build, name);
	if (link(arena_printf(p->a, "%s/runtime/%.*so", p->build,
			      (int)strlen(source) - 1, source), to))
		*p->why = arena_printf(p->a, "'%s': %s", to, strerror(errno));
	return to;
}

static int make_archive(struct prepare *p)
{
	struct words w = { 0 };
	struct proc_result r;
	int err = mkdir_p(path_join(p->a, p->build, "ar"), 0755);

	vec_push(p->a, &w.list, arena_printf(p->a, "%sar", p->s->cross));
	vec_push(p->a, &w.list, "qcsD");
	vec_push(p->a, &w.list, path_join(p->a, p->part, "runtime.a"));
	vec_for(i, &p->sources.list)
		vec_push(p->a, &w.list, member(p, p->sources.list.v[i]));
	vec_push(p->a, &w.list, NULL);
	r = proc_run((char **)w.list.v, NULL,
		     PROC_CAPTURE_OUT | PROC_CAPTURE_ERR);
	if (r.status) {
		*p->why = arena_printf(p->a, "'%s' failed: %s", w.list.v[0],
				       buf_str(&r.out));
		err = -EIO;
	}
	buf_free(&r.out);
	return err;
}

/* Its own flags have the kernel's -g. */
static int strip_debug(struct prepare *p, const char *name)
{
	char *argv[] = { arena_printf(p->a, "%sobjcopy", p->s->cross), "-g",
			 path_join(p->a, p->part, name), NULL };
	struct proc_result r = proc_run(argv, NULL, PROC_QUIET);

	if (r.status)
		*p->why = arena_printf(p->a, "'%s' cannot be run; install the "
				       "binutils of %s", argv[0], p->s->arch);
	return r.status ? -EIO : 0;
}

int kbuild_collect(struct prepare *p)
{
	const char *cwd = NULL;
	int err = collect_compile(p, &cwd);

	if (!err)
		err = collect_whole(p, cwd);
	if (!err)
		err = collect_link(p, cwd);
	if (!err)
		err = make_archive(p);
	if (!err)
		err = copy_result(p, build_file(p, TEMPLATE ".mod.o"),
				  "template.mod.o");
	if (!err)
		err = strip_debug(p, "template.mod.o");
	if (!err && path_exists(path_join(p->a, p->part, "module-common.o")))
		err = strip_debug(p, "module-common.o");
	return err;
}
