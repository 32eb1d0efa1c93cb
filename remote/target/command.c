// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Commands of system().  They run beside the session, which never waits for
 * one but at its end, and then not for long.  Where the outlet captures
 * output, all of them write into one pair of pipes: the agent's standard
 * output carries frames, which nobody else may write into.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

void commands_init(struct commands *c)
{
	for (int i = 0; i < 2; i++)
		c->from[i] = c->to[i] = -1;
}

static bool open_pipes(struct commands *c)
{
	int fds[2];

	for (int i = 0; i < 2; i++) {
		if (c->to[i] >= 0)
			continue;
		if (pipe2(fds, O_CLOEXEC) < 0)
			return false;
		c->from[i] = fds[0];
		c->to[i] = fds[1];
	}
	return true;
}

int command_run(struct commands *c, const char *command, bool captured)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe;
	pid_t pid;
	int err;

	if (captured && !open_pipes(c))
		return -errno;
	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &pipe);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	for (int i = 0; captured && i < 2; i++)
		posix_spawn_file_actions_adddup2(&files, c->to[i], i + 1);
	err = posix_spawn(&pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -err;
}

void commands_last(struct commands *c)
{
	for (int i = 0; i < 2; i++) {
		if (c->to[i] >= 0)
			close(c->to[i]);
		c->to[i] = -1;
	}
}

void commands_free(struct commands *c)
{
	commands_last(c);
	for (int i = 0; i < 2; i++)
		if (c->from[i] >= 0)
			close(c->from[i]);
	commands_init(c);
}
