// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SSH by libssh, known to no other file.  In: where to, and as whom.  Out:
 * commands run and links to running ones.  libssh is kept non-blocking, so
 * that a user's interrupt and our own limits are seen within a tenth of a
 * second.  A host whose key is not known is never spoken to.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <libssh/libssh.h>

#include "remote/host/link.h"

#define WAIT_MS 100
#define PORT_MAX 65535
#define PIECE 32768

struct remote_ssh {
	struct arena *a;
	struct ssh_target t;
	ssh_session session;
	int signals_fd;
	bool connected;
};

/* ---- the URL ---- */
static bool host_valid(const char *h)
{
	return *h && *h != '-' &&
	       strspn(h, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789.-_:%") == strlen(h);
}

static bool bad_url(struct arena *a, const char *url, const char **why)
{
	*why = arena_printf(a, "'%s' is no target: write ssh://[user@]host"
			    "[:port], [user@]host[:port] or vm:SYSROOT", url);
	return false;
}

bool ssh_target_parse(struct arena *a, const char *url, struct ssh_target *out,
		      const char **why)
{
	char *p = arena_strdup(a, str_starts(url, "ssh://") ? url + 6 : url);
	char *at, *port = NULL, *end;

	*out = (struct ssh_target){ .name = arena_strdup(a, p) };
	at = strrchr(p, '@');
	if (at) {
		*at = '\0';
		out->user = p;
		p = at + 1;
	}
	if (str_ends(p, "/") && *p != '/')
		p[strlen(p) - 1] = '\0';
	if (*p == '[') {
		end = strchr(++p, ']');
		if (!end || (end[1] && end[1] != ':'))
			return bad_url(a, url, why);
		port = end[1] ? end + 2 : NULL;
		*end = '\0';
	} else if ((end = strchr(p, ':')) && !strchr(end + 1, ':')) {
		*end = '\0';
		port = end + 1;
	}
	out->host = p;
	if (port) {
		out->port = strtol(port, &end, 10);
		if (end == port || *end || out->port < 1 ||
		    out->port > PORT_MAX)
			return bad_url(a, url, why);
	}
	if (!host_valid(out->host) || (out->user && !*out->user) ||
	    (out->user && *out->user == '-'))
		return bad_url(a, url, why);
	return true;
}

/* ---- waiting ---- */
bool interrupted(int signals_fd)
{
	struct pollfd p = { .fd = signals_fd, .events = POLLIN };

	return signals_fd >= 0 && poll(&p, 1, 0) > 0;
}

static int session_events(ssh_session s)
{
	int flags = ssh_get_poll_flags(s);

	return POLLIN | (flags & SSH_WRITE_PENDING ? POLLOUT : 0);
}

/* A moment for a call that said "again"; 0, -EINTR or -ETIMEDOUT. */
static int wait_again(struct remote_ssh *s, int64_t until)
{
	struct pollfd p[2] = {
		{ .fd = ssh_get_fd(s->session),
		  .events = session_events(s->session) },
		{ .fd = s->signals_fd, .events = POLLIN },
	};

	if (clock_ms() >= until)
		return -ETIMEDOUT;
	poll(p, 2, WAIT_MS);
	return interrupted(s->signals_fd) ? -EINTR : 0;
}

static int fail(struct remote_ssh *s, int err, const char **why,
		const char *what)
{
	const char *said = ssh_get_error(s->session);

	if (err == -EINTR)
		*why = arena_printf(s->a, "interrupted while it connected to "
				    "'%s'", s->t.name);
	else if (err == -ETIMEDOUT)
		*why = arena_printf(s->a, "'%s' does not answer (%s): is it "
				    "overloaded, or the link cut?", s->t.name,
				    what);
	else
		*why = arena_printf(s->a, "%s at '%s' failed: %s", what,
				    s->t.name, said && *said ? said :
				    "the connection was closed");
	return err;
}

/* ---- connecting ---- */
static const char *tcp_reason(struct remote_ssh *s, int err, const char *host,
			      int port)
{
	if (err == ECONNREFUSED)
		return arena_printf(s->a, "'%s' refuses a connection to port "
				    "%d: is its SSH server running, on that "
				    "port? (--remote=ssh://%s:PORT)", host,
				    port, host);
	if (err == EHOSTUNREACH || err == ENETUNREACH)
		return arena_printf(s->a, "no route to '%s' (%s): check the "
				    "network, `ping %s`", host, strerror(err),
				    host);
	if (err == ETIMEDOUT)
		return arena_printf(s->a, "'%s' does not answer on port %d "
				    "within %d s: is it up, and is a firewall "
				    "between? `ping %s`", host, port,
				    LINK_STEP_MS / 1000, host);
	if (err == EINTR)
		return arena_printf(s->a, "interrupted while it connected to "
				    "'%s'", host);
	return arena_printf(s->a, "cannot connect to '%s' port %d: %s", host,
			    port, strerror(err));
}

/* Waits until the socket is connected; 0 or an errno. */
static int tcp_wait(struct remote_ssh *s, int fd, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int err = 0;

	while (!poll(&p, 1, WAIT_MS)) {
		if (interrupted(s->signals_fd))
			return EINTR;
		if (clock_ms() >= until)
			return ETIMEDOUT;
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size);
	return err;
}

static int tcp_try(struct remote_ssh *s, const struct addrinfo *ai,
		   int64_t until, int *err)
{
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC |
			SOCK_NONBLOCK, 0), one = 1;

	if (fd < 0) {
		*err = errno;
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	*err = connect(fd, ai->ai_addr, ai->ai_addrlen) < 0 ? errno : 0;
	if (*err == EINPROGRESS)
		*err = tcp_wait(s, fd, until);
	if (!*err)
		return fd;
	close(fd);
	return -1;
}

static int tcp_connect(struct remote_ssh *s, const char *host, int port,
		       const char **why)
{
	struct addrinfo hint = { .ai_socktype = SOCK_STREAM }, *list, *ai;
	int64_t until = clock_ms() + LINK_STEP_MS;
	char service[16];
	int fd = -1, err = 0;

	snprintf(service, sizeof(service), "%d", port);
	err = getaddrinfo(host, service, &hint, &list);
	if (err) {
		*why = arena_printf(s->a, "cannot find the host '%s': %s; "
				    "check the name in --remote=", host,
				    gai_strerror(err));
		return -EHOSTUNREACH;
	}
	for (ai = list; ai && fd < 0 && err != EINTR; ai = ai->ai_next)
		fd = tcp_try(s, ai, until, &err);
	freeaddrinfo(list);
	if (fd < 0)
		*why = tcp_reason(s, err, host, port);
	return fd < 0 ? -err : fd;
}

static char *get_option(struct remote_ssh *s, enum ssh_options_e which)
{
	char *v = NULL, *copy;

	if (ssh_options_get(s->session, which, &v) != SSH_OK || !v)
		return NULL;
	copy = arena_strdup(s->a, v);
	ssh_string_free_char(v);
	return copy;
}

/* The configuration says how to reach it, what the URL says wins. */
static void set_options(struct remote_ssh *s)
{
	const struct ssh_target *t = &s->t;
	bool own = t->known_hosts != NULL, no = false;
	const char *home = getenv("HOME");
	unsigned int port = t->port;

	if (home && *home == '/')
		ssh_options_set(s->session, SSH_OPTIONS_SSH_DIR,
				path_join(s->a, home, ".ssh"));
	ssh_options_set(s->session, SSH_OPTIONS_HOST, t->host);
	if (own)
		ssh_options_set(s->session, SSH_OPTIONS_PROCESS_CONFIG, &no);
	else
		ssh_options_parse_config(s->session, NULL);
	if (t->user)
		ssh_options_set(s->session, SSH_OPTIONS_USER, t->user);
	if (t->port)
		ssh_options_set(s->session, SSH_OPTIONS_PORT, &port);
	if (t->key)
		ssh_options_set(s->session, SSH_OPTIONS_IDENTITY, t->key);
	if (own) {
		ssh_options_set(s->session, SSH_OPTIONS_KNOWNHOSTS,
				t->known_hosts);
		ssh_options_set(s->session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS,
				"/dev/null");
	}
}

static int handshake(struct remote_ssh *s, const char **why)
{
	int64_t until = clock_ms() + LINK_STEP_MS;
	int rc, err = 0;

	while ((rc = ssh_connect(s->session)) == SSH_AGAIN && !err)
		err = wait_again(s, until);
	if (!err && rc != SSH_OK)
		err = -EPROTO;
	if (err)
		return fail(s, err, why, "the SSH handshake");
	s->connected = true;
	return 0;
}

static int connect_to(struct remote_ssh *s, const char **why)
{
	unsigned int port = 22;
	const char *host, *proxy;
	int fd;

	set_options(s);
	proxy = get_option(s, SSH_OPTIONS_PROXYCOMMAND);
	if (!proxy) {
		ssh_options_get_port(s->session, &port);
		host = get_option(s, SSH_OPTIONS_HOST);
		fd = tcp_connect(s, host ? host : s->t.host, port, why);
		if (fd < 0)
			return fd;
		ssh_options_set(s->session, SSH_OPTIONS_FD, &fd);
	}
	ssh_set_blocking(s->session, 0);
	return handshake(s, why);
}

/* ---- who it is ---- */
static const char *fingerprint(struct remote_ssh *s)
{
	unsigned char *hash = NULL;
	const char *text = "unknown";
	char *print;
	size_t n;
	ssh_key key;

	if (ssh_get_server_publickey(s->session, &key) != SSH_OK)
		return text;
	if (!ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash,
				    &n)) {
		print = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256,
						 hash, n);
		text = arena_printf(s->a, "%s %s", ssh_key_type_to_char(
				    ssh_key_type(key)), print);
		ssh_string_free_char(print);
		ssh_clean_pubkey_hash(&hash);
	}
	ssh_key_free(key);
	return text;
}

/* "ssh-keyscan …" that adds the key to the file that was looked into. */
static const char *accept_command(struct remote_ssh *s)
{
	const char *host = get_option(s, SSH_OPTIONS_HOST);
	const char *file = get_option(s, SSH_OPTIONS_KNOWNHOSTS);
	unsigned int port = 22;

	ssh_options_get_port(s->session, &port);
	return arena_printf(s->a, "ssh-keyscan -p %u %s >>%s", port,
			    host ? host : s->t.host,
			    file ? file : "~/.ssh/known_hosts");
}

static const char *forget_command(struct remote_ssh *s)
{
	const char *host = get_option(s, SSH_OPTIONS_HOST);
	unsigned int port = 22;

	host = host ? host : s->t.host;
	ssh_options_get_port(s->session, &port);
	if (port == 22)
		return arena_printf(s->a, "ssh-keygen -R %s", host);
	return arena_printf(s->a, "ssh-keygen -R '[%s]:%u'", host, port);
}

static int check_host_key(struct remote_ssh *s, const char **why)
{
	switch (ssh_session_is_known_server(s->session)) {
	case SSH_KNOWN_HOSTS_OK:
		return 0;
	case SSH_KNOWN_HOSTS_CHANGED:
	case SSH_KNOWN_HOSTS_OTHER:
		*why = arena_printf(s->a, "the host key of '%s' has changed, "
				    "it is now %s: someone may stand between; "
				    "if the target was set up anew, run `%s` "
				    "and `%s`", s->t.name, fingerprint(s),
				    forget_command(s), accept_command(s));
		return -EPERM;
	case SSH_KNOWN_HOSTS_NOT_FOUND:
	case SSH_KNOWN_HOSTS_UNKNOWN:
		*why = arena_printf(s->a, "the host key of '%s' is not known: "
				    "%s; when that is the target's, accept it "
				    "with `%s`", s->t.name, fingerprint(s),
				    accept_command(s));
		return -EPERM;
	case SSH_KNOWN_HOSTS_ERROR:
		break;
	}
	return fail(s, -EPROTO, why, "looking up the host key");
}

/* ---- who we are ---- */
static int try_auth(struct remote_ssh *s, int (*f)(ssh_session), int *rc)
{
	int64_t until = clock_ms() + LINK_STEP_MS;
	int err = 0;

	while ((*rc = f(s->session)) == SSH_AUTH_AGAIN && !err)
		err = wait_again(s, until);
	return err;
}

static int auth_none(ssh_session session)
{
	return ssh_userauth_none(session, NULL);
}

static int auth_key(ssh_session session)
{
	return ssh_userauth_publickey_auto(session, NULL, NULL);
}

static int authenticate(struct remote_ssh *s, const char **why)
{
	const char *user;
	int rc, err = 0;

	err = try_auth(s, auth_key, &rc);
	if (!err && rc != SSH_AUTH_SUCCESS && rc != SSH_AUTH_ERROR)
		err = try_auth(s, auth_none, &rc);
	if (!err && rc == SSH_AUTH_ERROR)
		err = -EPROTO;
	if (err)
		return fail(s, err, why, "logging in");
	if (rc == SSH_AUTH_SUCCESS)
		return 0;
	user = get_option(s, SSH_OPTIONS_USER);
	*why = arena_printf(s->a, "'%s' accepts none of your keys for the user "
			    "'%s': put one there with `ssh-copy-id %s`, or "
			    "name another user or key in ~/.ssh/config",
			    s->t.name, user ? user : "", s->t.name);
	return -EACCES;
}

int remote_ssh_open(struct arena *a, const struct ssh_target *t,
		    int signals_fd, struct remote_ssh **out, const char **why)
{
	struct remote_ssh *s = arena_new(a, struct remote_ssh);
	int err;

	s->a = a;
	s->t = *t;
	s->signals_fd = signals_fd;
	s->session = ssh_new();
	if (!s->session)
		fatal("no memory for an SSH session");
	err = connect_to(s, why);
	if (!err)
		err = check_host_key(s, why);
	if (!err)
		err = authenticate(s, why);
	if (err) {
		remote_ssh_close(s);
		s = NULL;
	}
	*out = s;
	return err;
}

void remote_ssh_close(struct remote_ssh *s)
{
	if (!s || !s->session)
		return;
	if (s->connected)
		ssh_disconnect(s->session);
	ssh_free(s->session);
	s->session = NULL;
}

/* ---- commands ---- */
static int open_channel(struct remote_ssh *s, const char *command,
			ssh_channel *out, const char **why)
{
	int64_t until = clock_ms() + LINK_STEP_MS;
	ssh_channel c = ssh_channel_new(s->session);
	int rc, err = 0;

	if (!c)
		fatal("no memory for an SSH channel");
	while ((rc = ssh_channel_open_session(c)) == SSH_AGAIN && !err)
		err = wait_again(s, until);
	while (!err && rc == SSH_OK &&
	       (rc = ssh_channel_request_exec(c, command)) == SSH_AGAIN) {
		err = wait_again(s, until);
		rc = SSH_OK;
	}
	if (!err && rc != SSH_OK)
		err = -EPROTO;
	if (!err) {
		*out = c;
		return 0;
	}
	ssh_channel_free(c);
	return fail(s, err, why, "starting a command");
}

struct ssh_link {
	struct link link;
	struct remote_ssh *s;
	ssh_channel c;
};

static ssize_t take_bytes(ssh_channel c, void *p, size_t n, int is_err)
{
	int got = ssh_channel_read_nonblocking(c, p, n, is_err);

	if (got > 0)
		return got;
	if (got == SSH_EOF || (got == 0 && ssh_channel_is_eof(c)))
		return -EPIPE;
	if (got == 0 || got == SSH_AGAIN)
		return 0;
	return -EIO;
}

static ssize_t ssh_link_read(struct link *l, void *p, size_t n)
{
	return take_bytes(((struct ssh_link *)l)->c, p, n, 0);
}

static ssize_t ssh_link_read_err(struct link *l, void *p, size_t n)
{
	return take_bytes(((struct ssh_link *)l)->c, p, n, 1);
}

static ssize_t give_bytes(ssh_channel c, const void *p, size_t n)
{
	int rc;

	if (n > PIECE)
		n = PIECE;
	if (n > ssh_channel_window_size(c))
		n = ssh_channel_window_size(c);
	if (!n)
		return 0;
	rc = ssh_channel_write(c, p, n);
	return rc == SSH_AGAIN ? 0 : rc < 0 ? -EIO : rc;
}

static ssize_t ssh_link_write(struct link *l, const void *p, size_t n)
{
	return give_bytes(((struct ssh_link *)l)->c, p, n);
}

/* The channel's window is the peer's to open, so wanting to write does not
 * mean waiting for the socket. */
static int ssh_link_poll(struct link *l, struct pollfd p[2], bool want_write)
{
	struct ssh_link *sl = (struct ssh_link *)l;

	p[0] = (struct pollfd){ .fd = ssh_get_fd(sl->s->session),
				.events = session_events(sl->s->session) };
	if (want_write && ssh_channel_window_size(sl->c))
		p[0].events |= POLLOUT;
	return 1;
}

static int channel_status(struct remote_ssh *s, ssh_channel c)
{
	int64_t until = clock_ms() + WAIT_MS * 10;
	int status;

	while ((status = ssh_channel_get_exit_status(c)) < 0 &&
	       !ssh_channel_is_closed(c))
		if (wait_again(s, until))
			break;
	return status;
}

static int ssh_link_status(struct link *l)
{
	struct ssh_link *sl = (struct ssh_link *)l;

	return channel_status(sl->s, sl->c);
}

static void ssh_link_close(struct link *l)
{
	struct ssh_link *sl = (struct ssh_link *)l;

	ssh_channel_free(sl->c);
}

static const struct link_kind ssh_link_kind = {
	.read = ssh_link_read,
	.read_err = ssh_link_read_err,
	.write = ssh_link_write,
	.poll = ssh_link_poll,
	.status = ssh_link_status,
	.close = ssh_link_close,
};

struct link *remote_ssh_start(struct remote_ssh *s, const char *command,
			      const char **why)
{
	struct ssh_link *l = arena_new(s->a, struct ssh_link);

	l->link.kind = &ssh_link_kind;
	l->s = s;
	if (open_channel(s, command, &l->c, why) < 0)
		return NULL;
	return &l->link;
}

/* One look at the channel; bytes that moved, -EPIPE at its end, -EIO. */
static ssize_t run_step(struct remote_command *c, ssh_channel ch, size_t *at)
{
	char text[PIECE];
	ssize_t sent = 0, out, err;

	if (*at < c->n) {
		sent = give_bytes(ch, (const char *)c->in + *at,
				     c->n - *at);
		if (sent < 0 && !ssh_channel_is_eof(ch))
			return sent;
		*at = sent < 0 ? c->n : *at + (size_t)sent;
		sent = sent < 0 ? 0 : sent;
		if (*at == c->n) {
			ssh_channel_send_eof(ch);
			c->sent_at = clock_ms();
		}
	}
	out = take_bytes(ch, text, sizeof(text), 0);
	if (out > 0 && c->out.n < LINK_OUTPUT_MAX)
		buf_write(&c->out, text, out);
	err = take_bytes(ch, text, sizeof(text), 1);
	if (err > 0 && c->err.n < LINK_OUTPUT_MAX)
		buf_write(&c->err, text, err);
	if (out > 0 || err > 0)
		return 1;
	if (out == -EIO || err == -EIO)
		return -EIO;
	if (out == -EPIPE && err == -EPIPE)
		return -EPIPE;
	/* What was just read may have opened the window. */
	return sent || (*at < c->n && ssh_channel_window_size(ch));
}

int remote_ssh_run(struct remote_ssh *s, struct remote_command *c,
		   const char **why)
{
	int64_t until = clock_ms() + LINK_STEP_MS;
	ssh_channel ch;
	size_t at = 0;
	ssize_t n;
	int err = open_channel(s, c->command, &ch, why);

	if (err)
		return err;
	if (!c->n)
		ssh_channel_send_eof(ch);
	while ((n = run_step(c, ch, &at)) >= 0 && !err) {
		if (n)
			until = clock_ms() + LINK_STEP_MS;
		else
			err = wait_again(s, until);
	}
	if (!err && n != -EPIPE)
		err = n;
	if (err) {
		ssh_channel_free(ch);
		return fail(s, err, why, "a command");
	}
	c->status = channel_status(s, ch);
	ssh_channel_free(ch);
	return 0;
}
