// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A script as a process.
 *
 *	PROGRAM [--fd N] [-x PID] [-c COMMAND] [VAR=value]…
 *
 * In: the script it is linked with, settings for its globals.  Out: the trace
 * stream on descriptor N (standard output); exit status 0, or 1 when errors
 * ended the session or it could not start.  SIGINT, SIGTERM and SIGHUP end
 * the session as exit() does: end probes run and their output arrives.
 */
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user.h"

const struct stp_probe_kind stp_kind_begin = { "begin" };
const struct stp_probe_kind stp_kind_end = { "end" };
const struct stp_probe_kind stp_kind_error = { "error" };

static volatile sig_atomic_t asked_to_end, child_ended;

struct options {
	int fd;
	const char *command;
	char **settings;
};

static void on_signal(int sig)
{
	if (sig == SIGCHLD)
		child_ended = 1;
	else
		asked_to_end = 1;
}

/* The signals come in only while the loop waits. */
static void catch_signals(sigset_t *waiting)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t blocked;
	unsigned int i;

	sigemptyset(&blocked);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], &sa, NULL);
		sigaddset(&blocked, signals[i]);
	}
	sigprocmask(SIG_BLOCK, &blocked, waiting);
	signal(SIGPIPE, SIG_IGN);
}

static int usage(const char *name, const char *why, const char *what)
{
	fprintf(stderr, "ERROR: %s '%s'\n"
		"usage: %s [--fd N] [-x PID] [-c COMMAND] [VAR=value]...\n",
		why, what, name);
	return -1;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	int i;

	*o = (struct options){ .fd = STDOUT_FILENO };
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (i + 1 == argc)
			return usage(argv[0], "no value for", argv[i]);
		if (!strcmp(argv[i], "--fd"))
			o->fd = atoi(argv[++i]);
		else if (!strcmp(argv[i], "-x"))
			stp_set_target(atoll(argv[++i]));
		else if (!strcmp(argv[i], "-c"))
			o->command = argv[++i];
		else
			return usage(argv[0], "unknown option", argv[i]);
	}
	o->settings = argv + i;
	return 0;
}

static int apply_setting(char *arg)
{
	char *value = strchr(arg, '=');
	int err;

	if (!value) {
		fprintf(stderr, "ERROR: '%s' is not of the form VAR=value\n",
			arg);
		return -EINVAL;
	}
	*value++ = 0;
	err = stp_session_set(arg, value);
	if (err == -ENOENT)
		fprintf(stderr, "ERROR: the script has no scalar global '%s'\n",
			arg);
	else if (err == -E2BIG)
		fprintf(stderr, "ERROR: the value of '%s' is longer than "
			"MAXSTRINGLEN allows\n", arg);
	else if (err)
		fprintf(stderr, "ERROR: '%s' is no number, as '%s' needs\n",
			value, arg);
	return err;
}

/* For functions of the library that are in the script or not. */
static void set_facts(void)
{
	time_t now = time(NULL);
	struct tm tm = { 0 };
	char number[32];

	localtime_r(&now, &tm);
	snprintf(number, sizeof(number), "%ld", -tm.tm_gmtoff);
	stp_session_set("_tz_gmtoff", number);
	stp_session_set("_tz_name", tm.tm_zone ? tm.tm_zone : "");
	snprintf(number, sizeof(number), "%d", (int)getpid());
	stp_session_set("_stp_pid", number);
}

static int start_command(const char *command, const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, mask, NULL);
		signal(SIGPIPE, SIG_DFL);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	stp_set_target(pid);
	return 0;
}

static int ended(void)
{
	if (child_ended)
		while (waitpid(-1, NULL, WNOHANG) > 0)
			asked_to_end = 1;
	child_ended = 0;
	return asked_to_end || stp_load(&stp_session.exit_requested);
}

/* Until exit(), an error, a signal, or nobody reads any more. */
static void loop(const sigset_t *waiting)
{
	struct timespec t;
	stp_i64 ns;

	while (!ended()) {
		ns = user_timers_run();
		if (user_stream_flush())
			break;
		if (ended())
			break;
		t.tv_sec = ns / 1000000000LL;
		t.tv_nsec = ns % 1000000000LL;
		ppoll(NULL, 0, ns < 0 ? NULL : &t, waiting);
	}
}

static int too_many_errors(void)
{
	const struct stp_limits *l = &stp_session.script->limits;

	return !l->suppress_errors &&
	       stp_load(&stp_session.errors) > l->maxerrors;
}

static int run(const struct options *o, const sigset_t *waiting)
{
	const struct stp_probe_kind *last = &stp_kind_end;
	int failed;

	stp_set_state(STP_STATE_STARTING);
	stp_run_probes(&stp_kind_begin, 0);
	user_timers_start();
	stp_set_state(STP_STATE_RUNNING);
	if (o->command && !stp_load(&stp_session.exit_requested) &&
	    start_command(o->command, waiting))
		stp_session_fail(0, "cannot start the command of -c");
	loop(waiting);
	failed = stp_load(&stp_session.state) == STP_STATE_ERROR;
	if (failed)
		last = &stp_kind_error;
	else
		stp_set_state(STP_STATE_STOPPING);
	stp_run_probes(last, 0);
	failed |= too_many_errors();	/* of end probes */
	stp_set_state(STP_STATE_STOPPED);
	return failed;
}

int main(int argc, char **argv)
{
	struct options o;
	sigset_t waiting;
	int status = 1, i;

	if (stp_session_init(&stp_script, 1)) {
		fprintf(stderr, "ERROR: cannot start the session: no memory, "
			"or the script is of another version\n");
		return 1;
	}
	if (parse_options(argc, argv, &o))
		goto out;
	set_facts();
	for (i = 0; o.settings[i]; i++)
		if (apply_setting(o.settings[i]))
			goto out;
	catch_signals(&waiting);
	if (user_stream_start(o.fd))
		goto out;
	status = run(&o, &waiting);
	if (user_stream_end(status))
		status = 1;
out:
	stp_session_fini();
	return status;
}
