// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `stap-sysroot vm`: boots a sysroot's kernel and keeps it until Ctrl-C, a
 * closed standard input, or the guest's own end.  Prints one line that says
 * how to reach it, when it can be reached.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "remote/host/vm.h"
#include "sysroots/commands.h"

#define MODULES_MAX 32

struct vm_command {
	const char *name;
	struct vm_options opt;
	const char *modules[MODULES_MAX + 1];
	int n_modules;
	int signals; /* signalfd: INT, TERM, HUP */
};

/* A number within limits, or -1. */
static int number(const char *s, long min, long max)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	return errno || *end || end == s || v < min || v > max ? -1 : (int)v;
}

/* An option with a value; false when it is unknown or the value is wrong. */
static bool set_option(struct vm_command *c, const char *opt, const char *value)
{
	if (!strcmp(opt, "--port"))
		return (c->opt.port = number(value, 1, 65535)) > 0;
	if (!strcmp(opt, "--smp"))
		return (c->opt.smp = number(value, 1, 64)) > 0;
	if (!strcmp(opt, "--mem"))
		return (c->opt.mem_mb = number(value, 64, 65536)) > 0;
	if (!strcmp(opt, "--timeout"))
		return (c->opt.timeout_s = number(value, 1, 3600)) > 0;
	if (!strcmp(opt, "--append"))
		return (c->opt.append = value) != NULL;
	if (!strcmp(opt, "--module") && c->n_modules < MODULES_MAX)
		return (c->modules[c->n_modules++] = value) != NULL;
	return false;
}

static bool parse(struct vm_command *c, int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			c->opt.extra_args = (const char **)argv + i + 1;
			break;
		} else if (!strcmp(argv[i], "--keep")) {
			c->opt.keep = true;
		} else if (!strcmp(argv[i], "--icount")) {
			c->opt.icount = true;
		} else if (argv[i][0] == '-') {
			if (i + 1 == argc || !set_option(c, argv[i],
							 argv[i + 1])) {
				complain("'%s': unknown, or its value is "
					 "missing or out of range", argv[i]);
				return false;
			}
			i++;
		} else if (c->name) {
			complain("'%s': one sysroot at a time", argv[i]);
			return false;
		} else {
			c->name = argv[i];
		}
	}
	if (!c->name)
		complain("usage: stap-sysroot vm NAME [options]");
	return c->name;
}

/* True when a signal or the end of stdin says to stop; waits so long. */
static bool told_to_stop(struct vm_command *c, int wait_ms)
{
	struct pollfd p[2] = { { .fd = c->signals, .events = POLLIN },
			       { .fd = 0, .events = POLLIN } };
	char block[256];

	if (poll(p, 2, wait_ms) <= 0)
		return false;
	if (p[0].revents)
		return true;
	/* A terminal's lines are of no use; a pipe's end means stop. */
	return p[1].revents && read(0, block, sizeof block) <= 0;
}

static bool booting(void *arg, int elapsed_ms)
{
	struct vm_command *c = arg;

	if (isatty(2))
		fprintf(stderr, "\rbooting %s: %d s", c->name,
			elapsed_ms / 1000);
	return !told_to_stop(c, 0);
}

static void announce(const struct vm *vm)
{
	if (isatty(2))
		fprintf(stderr, "\r\033[K");
	fprintf(stderr, "ssh answered after %d.%d s; Ctrl-C ends the guest\n",
		vm->boot_ms / 1000, vm->boot_ms / 100 % 10);
	printf("ssh -p %d -i %s -o IdentitiesOnly=yes -o UserKnownHostsFile=%s "
	       "root@127.0.0.1 port=%d key=%s known_hosts=%s console=%s "
	       "pid=%d\n", vm->port, vm->key, vm->known_hosts, vm->port,
	       vm->key, vm->known_hosts, vm->console, (int)vm->pid);
	fflush(stdout);
}

int cmd_vm(struct arena *a, int argc, char **argv)
{
	struct vm_command c = { 0 };
	struct sysroot *s;
	struct vm *vm;
	const char *why = NULL;
	sigset_t set;
	int err;

	if (!parse(&c, argc, argv) || !(s = named_sysroot(a, c.name)))
		return 1;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	c.signals = signalfd(-1, &set, SFD_CLOEXEC);
	c.opt.modules = c.modules;
	c.opt.waiting = booting;
	c.opt.arg = &c;
	err = vm_start(a, s, &c.opt, &vm, &why);
	if (err)
		return complain("%s", why ? why : strerror(-err));
	announce(vm);
	while (!told_to_stop(&c, 500) && vm_alive(vm))
		;
	if (c.opt.keep)
		fprintf(stderr, "kept: %s\n", vm->console);
	vm_stop(vm);
	return 0;
}
