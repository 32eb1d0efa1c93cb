// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Brings staprun to a target and starts its agent.  A target that has one of
 * this very version and protocol keeps it; else the static one for its CPU goes into a new
 * folder, through `cat`, since scp and sftp need not be there.  A push that
 * is cut off leaves nothing: the shell that writes the file removes it.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "remote/host/target.h"
#include "session.h"

#define STAPRUN_MAX ((size_t)16 << 20)

/* ---- where staprun is here ---- */
const char *staprun_static(struct session *s, const char *arch,
			   const char **why)
{
	struct arena *a = &s->arena;
	const char *asked = getenv("STAPX_TARGETS");
	const char *dirs[] = {
		asked ? asked : "",
		path_join(a, program_folder(a), "targets"),
		s->datadir ? path_join(a, s->datadir, "targets") : "",
		STAPX_DATADIR "/targets",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		const char *path = arena_printf(a, "%s/%s/staprun", dirs[i],
						arch);

		if (*dirs[i] && path_exists(path))
			return path;
	}
	*why = arena_printf(a, "there is no staprun for %s targets here: "
			    "install a cross compiler for it, run configure "
			    "and make again", arch);
	return NULL;
}

const char *staprun_native(struct session *s, const char **why)
{
	struct arena *a = &s->arena;
	const char *path = path_join(a, program_folder(a), "staprun");

	if (path_exists(path))
		return path;
	*why = arena_printf(a, "'%s' is missing: run make, or make install",
			    path);
	return NULL;
}

/* ---- to the target ---- */
static const char *random_folder(struct arena *a, const char *place)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = clock_ms();
	return arena_printf(a, "%s/stapx-%016llx", place,
			    (unsigned long long)random);
}

/* The first line of what a command complained of. */
static const char *complaint(struct arena *a, const struct buf *err)
{
	const char *s = buf_str(err);

	while (*s == '\n')
		s++;
	return arena_strndup(a, s, strcspn(s, "\n"));
}

static int push_failed(struct session *s, struct target *t, size_t size,
		       const struct remote_command *c, const char **why)
{
	const char *said = complaint(&s->arena, &c->err);

	if (strstr(said, "No space") || strstr(said, "space left") ||
	    (t->facts.free_kb >= 0 && (size_t)t->facts.free_kb * 1024 < size))
		*why = arena_printf(&s->arena, "not enough space in \"%s\" on "
				    "'%s' for staprun (%zu kB, %ld are free): "
				    "make room there, or set TMPDIR there",
				    t->facts.place, t->name, size / 1024 + 1,
				    t->facts.free_kb);
	else
		*why = arena_printf(&s->arena, "cannot put staprun into \"%s\" "
				    "on '%s': %s", t->facts.place, t->name,
				    *said ? said : "the copy is not whole");
	return -EIO;
}

/* Nobody but us gets into the folder; what cannot be finished is removed. */
static int send_file(struct session *s, struct target *t, const char *data,
		     size_t n, const char **why)
{
	struct arena *a = &s->arena;
	const char *d = random_folder(a, t->facts.place);
	struct remote_command c = { .in = data, .n = n };
	int err;

	if (data)
		c.command = arena_printf(a,
			"umask 077;mkdir %s||exit 1;"
			"if cat >%s/staprun&&"
			"test $(wc -c <%s/staprun) -eq %zu&&"
			"chmod 700 %s/staprun;then exit 0;fi;"
			"rm -rf %s;exit 1", d, d, d, n, d, d);
	else
		c.command = arena_printf(a, "umask 077;mkdir %s", d);
	err = remote_ssh_run(t->ssh, &c, why);
	if (!err && c.status)
		err = push_failed(s, t, n, &c, why);
	if (!err)
		t->folder = d;
	buf_free(&c.out);
	buf_free(&c.err);
	return err;
}

/* The target's own says the same of itself as the one we would send. */
static bool staprun_fits(struct arena *a, const struct target_facts *f)
{
	return f->staprun && !strcmp(f->staprun, arena_printf(a,
				     STAPRUN_PROGRAM, WIRE_VERSION));
}

static struct link *start_remote(struct session *s, struct target *t,
				 const char **why)
{
	bool has = staprun_fits(&s->arena, &t->facts);
	const char *path, *data = NULL, *program;
	size_t n = 0;

	if (!has) {
		path = staprun_static(s, t->facts.arch, why);
		if (!path)
			return NULL;
		data = file_read(&s->arena, path, STAPRUN_MAX, &n);
		if (!data) {
			*why = arena_printf(&s->arena, "cannot read '%s': %s",
					    path, strerror(errno));
			return NULL;
		}
		vlog(s, 5, 1, "Pushing staprun for %s (%zu kB) to '%s'\n",
		     t->facts.arch, n / 1024, t->name);
	}
	if (send_file(s, t, data, n, why))
		return NULL;
	program = has ? "staprun" : arena_printf(&s->arena, "%s/staprun",
						 t->folder);
	return remote_ssh_start(t->ssh, arena_printf(&s->arena,
				"exec %s --agent=%s", program, t->folder), why);
}

static struct link *start_local(struct session *s, struct target *t,
				const char **why)
{
	const char *path = staprun_native(s, why);
	const char *tmp = getenv("TMPDIR");
	char *argv[3] = { 0 };

	if (!path)
		return NULL;
	if (!tmp || *tmp != '/')
		tmp = "/tmp";
	t->folder = random_folder(&s->arena, tmp);
	if (mkdir(t->folder, 0700) < 0) {
		*why = arena_printf(&s->arena, "cannot make '%s': %s",
				    t->folder, strerror(errno));
		return NULL;
	}
	argv[0] = (char *)path;
	argv[1] = arena_printf(&s->arena, "--agent=%s", t->folder);
	return local_start(&s->arena, argv, why);
}

struct link *push_staprun(struct session *s, struct target *t,
			  const char **why)
{
	return t->ssh ? start_remote(s, t, why) : start_local(s, t, why);
}
