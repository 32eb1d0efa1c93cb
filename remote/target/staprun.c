// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * staprun: loads the module of a script, shows its trace, removes it.  The
 * command line is SystemTap's where both have an option.
 */
#include "remote/target/target.h"
#include "remote/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define GUARDIAN_FD 3
#define BUFFER_MB_MAX 4095

enum { OPT_AGENT = 256, OPT_GUARDIAN, OPT_NAMER, OPT_SAVE, OPT_TIMEOUT, OPT_HELP };

static const struct option long_options[] = {
	{ "agent", required_argument, NULL, OPT_AGENT },
	{ "guardian", no_argument, NULL, OPT_GUARDIAN },
	{ "namer", no_argument, NULL, OPT_NAMER },
	{ "save", required_argument, NULL, OPT_SAVE },
	{ "timeout", required_argument, NULL, OPT_TIMEOUT },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static const char usage_text[] =
"Usage: staprun [OPTION]... MODULE [VAR=VALUE]...\n"
"       staprun -d NAME\n"
"\n"
"MODULE is a file (.ko, or an archive of `stap --archive`), or the name of a\n"
"module in /lib/modules/RELEASE/systemtap.\n"
"\n"
"  -v            tell each step (-vv: more)\n"
"  -c CMD        run CMD, end when it does; target() is its pid\n"
"  -x PID        target() is PID\n"
"  -o FILE       write the script's output to FILE (strftime(3) formats)\n"
"  -s MB, -b MB  trace buffer of each CPU\n"
"  -w            no warnings\n"
"  -R            give the module a unique name (always done)\n"
"  -T MS         look at the buffers at least so often [200]\n"
"  -d NAME       remove a module that an earlier run left; \"*\": all of them\n"
"  --timeout S   end after S seconds\n"
"  --save FILE   also keep the trace stream, to be shown again\n"
"  -V, -h        version, this text\n";

static int bad(const char *fmt, const char *what)
{
	fputs("staprun: ", stderr);
	fprintf(stderr, fmt, what);
	fputs("; see `staprun -h`\n", stderr);
	return 1;
}

static bool number(const char *s, int min, int max, int *out)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (errno || end == s || *end || v < min || v > max)
		return false;
	*out = v;
	return true;
}

struct command_line {
	struct run_options run;
	struct local_options local;
	const char *agent, *delete;
	bool guardian, namer, version, help;
};

static bool take_seconds(const char *s, double *out)
{
	char *end;

	*out = strtod(s, &end);
	return end != s && !*end && *out > 0 && *out < 1e9;
}

/* One option; 0, or 1 once it was complained of. */
static int take_option(struct command_line *c, int opt, const char *arg)
{
	switch (opt) {
	case 'v':
		c->local.verbose++;
		return 0;
	case 'w':
		c->local.no_warnings = true;
		return 0;
	case 'R':
		return 0;
	case 'c':
		c->run.command = arg;
		return 0;
	case 'o':
		c->local.output = arg;
		return 0;
	case 'd':
		c->delete = arg;
		return 0;
	case 'x':
	case 't':
		return number(arg, 1, INT_MAX, &c->run.pid) ? 0 :
			bad("\"%s\" is no process", arg);
	case 's':
	case 'b':
		return number(arg, 1, BUFFER_MB_MAX, &c->run.buffer_mb) ? 0 :
			bad("a buffer has 1 to 4095 MB, not \"%s\"", arg);
	case 'T':
		return number(arg, 1, 60000, &c->run.poll_ms) ? 0 :
			bad("-T takes 1 to 60000 ms, not \"%s\"", arg);
	case OPT_TIMEOUT:
		return take_seconds(arg, &c->run.timeout_s) ? 0 :
			bad("--timeout takes seconds, not \"%s\"", arg);
	case OPT_SAVE:
		c->local.save = arg;
		return 0;
	case OPT_AGENT:
		c->agent = arg;
		return 0;
	case OPT_GUARDIAN:
		c->guardian = true;
		return 0;
	case OPT_NAMER:
		c->namer = true;
		return 0;
	case 'V':
		c->version = true;
		return 0;
	case 'h':
		c->help = true;
		return 0;
	}
	return bad("%s", "unknown option");
}

static int take_assignments(struct command_line *c, int argc, char **argv)
{
	c->run.sets = (const char **)argv;
	c->run.nsets = argc;
	for (int i = 0; i < argc; i++)
		if (!strchr(argv[i], '='))
			return bad("\"%s\" is no VAR=value", argv[i]);
	return 0;
}

/* A bare name stands for the machine's own folder of scripts. */
static const char *module_path(const char *arg, char *path, size_t size)
{
	size_t n = strlen(arg);
	struct utsname u;

	if (strchr(arg, '/') || (n > 3 && !strcmp(arg + n - 3, ".ko")) ||
	    !access(arg, F_OK))
		return arg;
	uname(&u);
	snprintf(path, size, "/lib/modules/%s/systemtap/%s.ko", u.release, arg);
	return path;
}

/* Descriptors 0 to 2 exist, so that nothing else gets their numbers. */
static void fill_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= 2);
	if (fd > 2)
		close(fd);
}

static void to_stderr(struct outlet *o, const char *text)
{
	fprintf(stderr, "ERROR: %s\n", text);
}

static void log_to_stderr(struct outlet *o, int level, const char *text)
{
	fprintf(stderr, "staprun: %s\n", text);
}

static int delete_modules(const char *name)
{
	static const struct outlet_kind kind = { .error = to_stderr,
						 .log = log_to_stderr };
	struct outlet o = { .kind = &kind };
	int lock = load_lock(), failed = sweep_module(name, &o);

	if (!strcmp(name, "*"))
		sweep(&o);
	if (lock >= 0)
		close(lock);
	return failed ? 1 : 0;
}

static int run_file(struct command_line *c, int argc, char **argv)
{
	char path[PATH_MAX];

	if (!argc)
		return bad("%s", "no module is named");
	if (c->run.command && c->run.pid)
		return bad("%s", "-c and -x exclude each other");
	c->run.module = module_path(argv[0], path, sizeof(path));
	if (take_assignments(c, argc - 1, argv + 1))
		return 1;
	return local_main(&c->run, &c->local);
}

int main(int argc, char **argv)
{
	struct command_line c = { 0 };
	int opt;

	fill_standard_files();
	while ((opt = getopt_long(argc, argv, "+vwRc:o:d:x:t:s:b:T:Vh",
				  long_options, NULL)) != -1)
		if (take_option(&c, opt, optarg))
			return 1;
	if (c.guardian)
		return guardian_main(GUARDIAN_FD);
	if (c.namer)
		return namer_main(GUARDIAN_FD);
	if (c.version || c.help) {
		if (c.help)
			fputs(usage_text, stdout);
		else
			printf(STAPRUN_PROGRAM "\n", WIRE_VERSION);
		return 0;
	}
	if (c.agent)
		return agent_main(c.agent);
	if (c.delete)
		return delete_modules(c.delete);
	return run_file(&c, argc - optind, argv + optind);
}
