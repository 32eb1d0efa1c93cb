// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process that cleans up when staprun is killed.  It is another image
 * (staprun --guardian), so it shares neither the rings nor the control file:
 * they close when staprun dies, whatever the guardian does.  In: lines on a
 * socket, "M name", "D folder", "Q".  On end of file without Q: the module is
 * removed, then the folder.  When it dies, staprun sees its end closed.
 */
#include "remote/target/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_SIZE 4200
#define REMOVE_MS 8000
#define GUARDIAN_FD 3
#define INHERITED_MAX 256	/* whoever started us may have left some open */

/* ---- staprun's side ---- */
void become(int fd, const char *option)
{
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < 3 && null >= 0; i++)
		dup2(null, i);
	if (fd == GUARDIAN_FD)
		fcntl(fd, F_SETFD, 0);
	else if (dup2(fd, GUARDIAN_FD) < 0)
		_exit(127);
	for (int i = GUARDIAN_FD + 1; i < INHERITED_MAX; i++)
		close(i);
	setsid();
	execl("/proc/self/exe", "staprun", option, (char *)NULL);
	_exit(127);
}

int guardian_start(struct guardian *g, struct why *w)
{
	int fds[2];

	g->pid = 0;
	g->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return because(w, -errno, "cannot make a socket: %s",
			       strerror(errno));
	g->pid = fork();
	if (g->pid < 0) {
		close(fds[0]);
		close(fds[1]);
		g->pid = 0;
		return because(w, -errno, "cannot start a process: %s",
			       strerror(errno));
	}
	if (!g->pid)
		become(fds[1], "--guardian");
	close(fds[1]);
	g->fd = fds[0];
	return 0;
}

static void tell(struct guardian *g, char what, const char *value)
{
	char line[LINE_SIZE];
	int n = snprintf(line, sizeof(line), "%c %s", what, value);

	if (g->fd >= 0 && n < (int)sizeof(line))
		send(g->fd, line, n, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void guardian_module(struct guardian *g, const char *name)
{
	tell(g, 'M', name);
}

void guardian_folder(struct guardian *g, const char *path)
{
	tell(g, 'D', path);
}

void guardian_release(struct guardian *g)
{
	if (!g->pid)
		return;
	tell(g, 'Q', "");
	if (g->fd >= 0)
		close(g->fd);
	waitpid(g->pid, NULL, 0);
	g->pid = 0;
	g->fd = -1;
}

/* ---- the guardian's side ---- */
struct charge {
	char module[MODULE_NAME_SIZE];
	char folder[LINE_SIZE];
};

/* True: all is well, it may go. */
static bool take_line(struct charge *c, const char *line)
{
	if (line[0] == 'M')
		snprintf(c->module, sizeof(c->module), "%.55s", line + 2);
	else if (line[0] == 'D')
		snprintf(c->folder, sizeof(c->folder), "%s", line + 2);
	return line[0] == 'Q';
}

int guardian_main(int fd)
{
	static struct charge charge;
	char line[LINE_SIZE];
	ssize_t n;

	prctl(PR_SET_NAME, "staprun-guard");	/* it was started as "exe" */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (chdir("/") < 0)
		return 1;
	while ((n = recv(fd, line, sizeof(line) - 1, 0)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 2)
			break;
		line[n] = '\0';
		if (take_line(&charge, line))
			return 0;
	}
	if (charge.module[0])
		module_remove(charge.module, REMOVE_MS);
	if (charge.folder[0])
		folder_remove(charge.folder);
	return 0;
}
