// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command of -c.  It is forked before the control file is opened, so that
 * it can never keep the probes armed, and waits on a pipe until the begin
 * probes have run.  When staprun dies it is ended with it.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_MS 1000
#define COMMAND_MAX 8192

static void default_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

#define WORDS_MAX 128

/* Where a shell has nothing to do there is none, so that target() is the
 * command itself.  Comes back when it is no program: a shell's own command. */
static void run_directly(char *command)
{
	char *argv[WORDS_MAX + 1], *rest;
	int n = 0;

	if (strpbrk(command, ";&|<>(){}$`\\\"'*?[]#~=%!\n"))
		return;
	for (argv[0] = strtok_r(command, " \t", &rest);
	     argv[n] && n < WORDS_MAX; argv[n] = strtok_r(NULL, " \t", &rest))
		n++;
	if (n && !argv[n])
		execvp(argv[0], argv);
}

/* In the child: waits for the byte, becomes the command. */
static void run_command(const char *command, int go, const int *out,
			const int *err)
{
	char byte, words[COMMAND_MAX];

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (out) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
	}
	default_signals();
	if (read(go, &byte, 1) != 1)
		_exit(0);
	snprintf(words, sizeof(words), "%s", command);
	run_directly(words);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static void close_two(int *fds)
{
	close(fds[0]);
	close(fds[1]);
}

int child_prepare(struct child *c, const char *command, bool captured,
		  struct why *w)
{
	int go[2], out[2], err[2];

	*c = (struct child){ .go = -1, .out = -1, .err = -1 };
	if (strlen(command) >= COMMAND_MAX)
		return because(w, -E2BIG, "the command of -c is longer than "
			       "%d bytes: put it into a script", COMMAND_MAX);
	if (pipe2(go, O_CLOEXEC) < 0)
		return because(w, -errno, "cannot make a pipe");
	if (captured && pipe2(out, O_CLOEXEC) < 0) {
		close_two(go);
		return because(w, -errno, "cannot make a pipe");
	}
	if (captured && pipe2(err, O_CLOEXEC) < 0) {
		close_two(go);
		close_two(out);
		return because(w, -errno, "cannot make a pipe");
	}
	c->pid = fork();
	if (!c->pid) {
		close(go[1]);
		run_command(command, go[0], captured ? out : NULL, err);
	}
	close(go[0]);
	c->go = go[1];
	if (captured) {
		close(out[1]);
		close(err[1]);
		c->out = out[0];
		c->err = err[0];
	}
	if (c->pid < 0) {
		int error = -errno;

		c->pid = 0;
		return because(w, error, "cannot start \"%s\": %s", command,
			       strerror(-error));
	}
	return 0;
}

void child_go(struct child *c)
{
	if (c->go < 0)
		return;
	if (write(c->go, "", 1) != 1)
		kill(c->pid, SIGKILL);
	close(c->go);
	c->go = -1;
}

/* Commands of system() are reaped on the way. */
bool child_reap(struct child *c)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == c->pid) {
			c->over = true;
			c->status = status;
		}
	return c->over;
}

void child_end(struct child *c)
{
	int64_t until = now_ms() + END_MS;

	if (c->go >= 0)
		close(c->go);
	c->go = -1;
	if (c->pid && !c->over)
		kill(c->pid, SIGTERM);
	while (c->pid && !child_reap(c)) {
		if (now_ms() >= until)
			kill(c->pid, SIGKILL);
		usleep(10000);
	}
	if (c->out >= 0)
		close(c->out);
	if (c->err >= 0)
		close(c->err);
	c->out = c->err = -1;
}
