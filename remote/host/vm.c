// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Boots a sysroot's kernel in QEMU and waits until its SSH server answers.
 * What a run needs stands in one private folder; what a killed run left
 * behind is removed by the next one.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "remote/host/vm.h"
#include "sysroots/guest.h"

#define VM_PREFIX "stapx-vm-"
#define CONSOLE_TAIL 1200	/* bytes of the log shown with a failure */
#define CONSOLE_MAX (4 << 20)
#define BANNER_MS 1500
#define START_TRIES 3		/* a free port can be taken meanwhile */

/* How each CPU is emulated. */
struct machine {
	const char *arch, *program, *package, *console;
	const char *const *args;
};

static const char *const x86_args[] = { "-cpu", "max", NULL };
static const char *const arm64_args[] = { "-M", "virt", "-cpu", "cortex-a57",
					  NULL };
static const struct machine machines[] = {
	{ "x86_64", "qemu-system-x86_64", "qemu-system-x86", "ttyS0",
	  x86_args },
	{ "arm64", "qemu-system-aarch64", "qemu-system-arm", "ttyAMA0",
	  arm64_args },
};

static const struct machine *machine_of(const char *arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (!strcmp(machines[i].arch, arch))
			return &machines[i];
	return NULL;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static const char *tmp_dir(void)
{
	const char *t = getenv("TMPDIR");

	return t && *t ? t : "/tmp";
}

/* ---- the run's folder ---- */

/* The process that a left-over folder belongs to, or 0. */
static pid_t owner_of(struct arena *a, const char *dir)
{
	char *text = file_read(a, path_join(a, dir, "pid"), 32, NULL);

	return text ? (pid_t)atoi(text) : 0;
}

/* Removes folders of ours whose process is gone. */
static void sweep(struct arena *a)
{
	DIR *d = opendir(tmp_dir());
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		const char *dir = path_join(a, tmp_dir(), e->d_name);
		pid_t pid;

		if (!str_starts(e->d_name, VM_PREFIX) || lstat(dir, &st) ||
		    !S_ISDIR(st.st_mode) || st.st_uid != getuid())
			continue;
		pid = owner_of(a, dir);
		if (pid > 0 && kill(pid, 0) && errno == ESRCH)
			remove_tree(dir);
	}
	if (d)
		closedir(d);
}

static int make_dir(struct arena *a, struct vm *vm, const char **why)
{
	char *dir = arena_printf(a, "%s/" VM_PREFIX "XXXXXX", tmp_dir());
	const char *pid;

	if (!mkdtemp(dir)) {
		int err = -errno;

		*why = arena_printf(a, "no folder can be made in '%s': %s; "
				    "set TMPDIR", tmp_dir(), strerror(-err));
		return err;
	}
	vm->dir = dir;
	vm->key = path_join(a, dir, "id");
	vm->known_hosts = path_join(a, dir, "known_hosts");
	vm->console = path_join(a, dir, "console.log");
	pid = arena_printf(a, "%d\n", (int)getpid());
	return file_replace(path_join(a, dir, "pid"), pid, strlen(pid), 0600);
}

static int make_key(struct arena *a, const char *path, const char **why)
{
	char *argv[] = { "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
			 "stapx", "-f", (char *)path, NULL };
	struct proc_result r = proc_run(argv, NULL, PROC_CAPTURE_OUT |
						    PROC_CAPTURE_ERR);
	int err = r.status ? -EIO : 0;

	if (r.status == 127)
		*why = "'ssh-keygen' cannot be run; install the package "
		       "openssh-client";
	else if (err)
		*why = arena_printf(a, "'ssh-keygen' failed: %s",
				    buf_str(&r.out));
	buf_free(&r.out);
	return err;
}

/* The host key is known before the guest runs; the check is a real one. */
static int write_known_hosts(struct arena *a, struct vm *vm)
{
	char *pub = file_read(a, path_join(a, vm->dir, "host.pub"), 4096, NULL);
	const char *line;

	if (!pub)
		return -errno;
	line = arena_printf(a, "[127.0.0.1]:%d %s", vm->port, pub);
	return file_replace(vm->known_hosts, line, strlen(line), 0600);
}

static int make_files(struct arena *a, const struct sysroot *s,
		      const struct vm_options *opt, struct vm *vm,
		      const char **why)
{
	const char *host = path_join(a, vm->dir, "host");
	const char *image;
	int err = guest_image(a, s, &image, why);

	if (!err)
		err = make_key(a, vm->key, why);
	if (!err)
		err = make_key(a, host, why);
	if (!err)
		err = guest_for_run(a, s, image, host,
				    arena_printf(a, "%s.pub", vm->key),
				    opt->modules, path_join(a, vm->dir,
							    "initrd"), why);
	return err;
}

/* ---- QEMU ---- */

static int free_port(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	socklen_t n = sizeof sa;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int port = 0;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&sa, sizeof sa) &&
	    !getsockname(fd, (struct sockaddr *)&sa, &n))
		port = ntohs(sa.sin_port);
	if (fd >= 0)
		close(fd);
	return port;
}

struct args { VEC(char *) list; };

static void arg(struct arena *a, struct args *v, const char *s)
{
	vec_push(a, &v->list, (char *)s);
}

/*
 * Before 8.1 QEMU could keep what it had translated of an instruction that
 * another CPU was just changing.  Kernels that patch their own code, as they
 * do for every probe, then run into what is not there any more and panic: in
 * such a QEMU one CPU at a time runs.
 */
#define QEMU_PATCHABLE 801

static int qemu_version(struct arena *a, const char *program)
{
	FILE *f = popen(arena_printf(a, "%s --version 2>/dev/null", program),
			"r");
	int major = 0, minor = 0;

	if (!f)
		return 0;
	if (fscanf(f, "QEMU emulator version %d.%d", &major, &minor) != 2)
		major = minor = 0;
	pclose(f);
	return 100 * major + minor;
}

static const char *accelerator(struct arena *a, const struct machine *m,
			       const struct vm_options *opt)
{
	if (opt->icount || qemu_version(a, m->program) < QEMU_PATCHABLE)
		return "tcg,thread=single";
	return "tcg,thread=multi";
}

static char **qemu_args(struct arena *a, const struct sysroot *s,
			const struct machine *m, const struct vm_options *opt,
			const struct vm *vm)
{
	int smp = opt->icount ? 1 : opt->smp ? opt->smp : 2;
	struct args v = { 0 };

	arg(a, &v, m->program);
	for (size_t i = 0; m->args[i]; i++)
		arg(a, &v, m->args[i]);
	arg(a, &v, "-accel");
	arg(a, &v, accelerator(a, m, opt));
	if (opt->icount) {
		arg(a, &v, "-icount");
		arg(a, &v, "shift=0,sleep=off");
	}
	arg(a, &v, "-smp");
	arg(a, &v, arena_printf(a, "%d", smp));
	arg(a, &v, "-m");
	arg(a, &v, arena_printf(a, "%d", opt->mem_mb ? opt->mem_mb : 512));
	arg(a, &v, "-kernel");
	arg(a, &v, s->image);
	arg(a, &v, "-initrd");
	arg(a, &v, path_join(a, vm->dir, "initrd"));
	arg(a, &v, "-append");
	arg(a, &v, arena_printf(a, "console=%s quiet panic=-1%s%s", m->console,
				opt->append ? " " : "",
				opt->append ? opt->append : ""));
	arg(a, &v, "-no-reboot");
	arg(a, &v, "-display");
	arg(a, &v, "none");
	arg(a, &v, "-monitor");
	arg(a, &v, "none");
	arg(a, &v, "-serial");
	arg(a, &v, arena_printf(a, "file:%s", vm->console));
	arg(a, &v, "-netdev");
	arg(a, &v, arena_printf(a, "user,id=n,restrict=on,hostfwd=tcp:"
				"127.0.0.1:%d-:22", vm->port));
	arg(a, &v, "-device");
	arg(a, &v, "virtio-net-pci,netdev=n,romfile=");
	for (size_t i = 0; opt->extra_args && opt->extra_args[i]; i++)
		arg(a, &v, opt->extra_args[i]);
	vec_push(a, &v.list, NULL);
	return v.list.v;
}

static NORETURN void qemu_exec(char **argv, const char *log, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);
	int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Dies with us, whatever ends us. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* Ctrl-C at the terminal is for the caller, who ends QEMU itself. */
	setpgid(0, 0);
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	execvp(argv[0], argv);
	_exit(127);
}

static int spawn(struct arena *a, const struct sysroot *s,
		 const struct machine *m, const struct vm_options *opt,
		 struct vm *vm)
{
	char **argv = qemu_args(a, s, m, opt, vm);
	const char *log = path_join(a, vm->dir, "qemu.log");
	pid_t parent = getpid();

	fflush(NULL);
	vm->pid = fork();
	if (vm->pid == 0)
		qemu_exec(argv, log, parent);
	return vm->pid < 0 ? -errno : 0;
}

bool vm_alive(const struct vm *vm)
{
	siginfo_t si = { 0 };

	return vm->pid > 0 &&
	       !waitid(P_PID, (id_t)vm->pid, &si,
		       WEXITED | WNOHANG | WNOWAIT) && si.si_pid == 0;
}

/* Ends the child and takes its exit status. */
static int reap(struct vm *vm)
{
	int st = 0;

	if (vm->pid <= 0)
		return 0;
	kill(vm->pid, SIGKILL);
	while (waitpid(vm->pid, &st, 0) < 0 && errno == EINTR)
		;
	vm->pid = 0;
	return st;
}

/* ---- waiting for ssh ---- */

/* Only a server that says so is one: QEMU accepts before the guest listens. */
static bool banner(int port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct pollfd p = { .events = POLLIN };
	char text[4] = "";
	bool ok = false;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sa.sin_port = htons((uint16_t)port);
	p.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p.fd < 0)
		return false;
	if (!connect(p.fd, (struct sockaddr *)&sa, sizeof sa) &&
	    poll(&p, 1, BANNER_MS) == 1 &&
	    recv(p.fd, text, sizeof text, MSG_WAITALL) == sizeof text)
		ok = !memcmp(text, "SSH-", 4);
	close(p.fd);
	return ok;
}

/* The guest says on its console when it is worth trying. */
static bool console_has(const struct vm *vm, const char *word)
{
	struct arena scratch = { 0 };
	char *text = file_read(&scratch, vm->console, CONSOLE_MAX, NULL);
	bool found = text && strstr(text, word);

	arena_free(&scratch);
	return found;
}

static const char *tail_of(struct arena *a, const char *path)
{
	size_t n = 0;
	char *text = file_read(a, path, CONSOLE_MAX, &n);

	if (!text)
		return "";
	return n > CONSOLE_TAIL ? text + n - CONSOLE_TAIL : text;
}

static int boot_failed(struct arena *a, struct vm *vm,
		       const struct machine *m, int err, const char **why)
{
	const char *qemu = tail_of(a, path_join(a, vm->dir, "qemu.log"));
	const char *console = tail_of(a, vm->console);
	bool gone = !vm_alive(vm);
	int st = reap(vm);

	if (WIFEXITED(st) && WEXITSTATUS(st) == 127)
		*why = arena_printf(a, "'%s' cannot be run; install the "
				    "package %s", m->program, m->package);
	else if (err == -EINTR)
		*why = "interrupted";
	else
		*why = arena_printf(a, "the guest %s; %s%s%s%s",
				    gone ? "ended before ssh answered"
					 : "does not answer by ssh",
				    *qemu ? "QEMU says: " : "", qemu,
				    *console ? "its console ends with:\n"
					     : "its console is silent",
				    console);
	return err;
}

static int wait_ssh(struct arena *a, struct vm *vm,
		    const struct vm_options *opt)
{
	long start = now_ms();
	long limit = (opt->timeout_s ? opt->timeout_s : 120) * 1000L;
	bool ready = false;

	while (now_ms() - start < limit) {
		if (!vm_alive(vm))
			return -ECHILD;
		if (opt->waiting &&
		    !opt->waiting(opt->arg, (int)(now_ms() - start)))
			return -EINTR;
		ready = ready || console_has(vm, "guest: ready");
		if (ready && banner(vm->port)) {
			vm->boot_ms = (int)(now_ms() - start);
			return 0;
		}
		poll(NULL, 0, ready ? 20 : 100);
	}
	return -ETIMEDOUT;
}

static bool port_taken(struct arena *a, struct vm *vm)
{
	const char *log = tail_of(a, path_join(a, vm->dir, "qemu.log"));

	return strstr(log, "host forwarding rule");
}

static int run(struct arena *a, const struct sysroot *s,
	       const struct machine *m, const struct vm_options *opt,
	       struct vm *vm, const char **why)
{
	int err = -EADDRINUSE;

	for (int try = 0; err == -EADDRINUSE && try < START_TRIES; try++) {
		vm->port = opt->port ? opt->port : free_port();
		err = write_known_hosts(a, vm);
		if (!err)
			err = spawn(a, s, m, opt, vm);
		if (err) {
			*why = arena_printf(a, "'%s': %s", m->program,
					    strerror(-err));
			return err;
		}
		err = wait_ssh(a, vm, opt);
		if (err == -ECHILD && !opt->port && port_taken(a, vm)) {
			reap(vm);
			err = -EADDRINUSE;
		} else if (err) {
			return boot_failed(a, vm, m, err, why);
		}
	}
	if (err)
		*why = "no free port on 127.0.0.1 could be kept";
	return err;
}

int vm_start(struct arena *a, const struct sysroot *s,
	     const struct vm_options *opt, struct vm **out, const char **why)
{
	static const struct vm_options defaults;
	const struct machine *m = machine_of(s->arch);
	struct vm *vm;
	int err;

	if (!opt)
		opt = &defaults;
	if (!m) {
		*why = arena_printf(a, "no virtual machine is known for '%s'; "
				    "x86_64 and arm64 can be booted", s->arch);
		return -ENOTSUP;
	}
	if (!s->image || access(s->image, R_OK)) {
		*why = arena_printf(a, "sysroot '%s' has no bootable kernel "
				    "image; import it again with --image FILE",
				    s->name);
		return -ENOENT;
	}
	sweep(a);
	vm = xmalloc(sizeof *vm);
	*vm = (struct vm){ .keep = opt->keep };
	err = make_dir(a, vm, why);
	if (!err)
		err = make_files(a, s, opt, vm, why);
	if (!err)
		err = run(a, s, m, opt, vm, why);
	if (err) {
		vm_stop(vm);
		return err;
	}
	unlink(path_join(a, vm->dir, "initrd"));
	*out = vm;
	return 0;
}

void vm_stop(struct vm *vm)
{
	if (!vm)
		return;
	reap(vm);
	if (vm->dir && !vm->keep)
		remove_tree(vm->dir);
	free(vm);
}
