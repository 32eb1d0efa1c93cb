// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One command of the target's shell tells all that is needed before anything
 * is sent.  Only BusyBox is counted on.  Its output: "key value" lines, then
 * "notes" and the raw bytes of /sys/kernel/notes.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "remote/host/target.h"

/* A place is good when a program put there runs: /tmp may be mounted noexec. */
static const char script[] =
	"echo stapx-facts 1;"
	"echo machine $(uname -m);echo release $(uname -r);"
	"echo version $(uname -v);echo uid $(id -u);"
	"echo disabled $(cat /proc/sys/kernel/modules_disabled 2>/dev/null);"
	"echo memory $(grep MemAvailable /proc/meminfo 2>/dev/null);"
	"echo staprun $(command -v staprun >/dev/null 2>&1&&"
	"staprun -V 2>/dev/null);"
	"umask 077;"
	"for p in ${TMPDIR:-/tmp} /tmp /run /var/tmp /dev/shm;do "
	"d=$p/stapx-%s;"
	"mkdir $d 2>/dev/null||continue;"
	"if echo '#!/bin/sh' 2>/dev/null >$d/x&&chmod 700 $d/x&&$d/x "
	"2>/dev/null;then rm -rf $d;echo place $p;"
	"echo free $(df -k $p 2>/dev/null|tail -n 1);break;fi;"
	"rm -rf $d;done;"
	"echo notes;cat /sys/kernel/notes 2>/dev/null;exit 0";

const char *facts_command(struct arena *a)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		random = clock_ms();
	return arena_printf(a, script,
			    arena_printf(a, "%016llx",
					 (unsigned long long)random));
}

/* The Nth number of a text, -1 when there is none: df's "Available" is the
 * third of a line, whatever the device is called. */
static long nth_number(const char *s, int n)
{
	char *copy = xstrdup(s), *word, *rest, *end;
	long v, found = -1;

	for (word = strtok_r(copy, " \t", &rest); word;
	     word = strtok_r(NULL, " \t", &rest)) {
		v = strtol(word, &end, 10);
		if (end != word && !*end && --n == 0)
			found = v;
	}
	free(copy);
	return found;
}

static void set_fact(struct target_facts *f, const char *key,
		     const char *value)
{
	if (!strcmp(key, "machine"))
		f->machine = value;
	else if (!strcmp(key, "release"))
		f->release = value;
	else if (!strcmp(key, "version"))
		f->version = value;
	else if (!strcmp(key, "uid"))
		f->root = !strcmp(value, "0");
	else if (!strcmp(key, "disabled"))
		f->modules_disabled = !strcmp(value, "1");
	else if (!strcmp(key, "memory"))
		f->memory_kb = nth_number(value, 1);
	else if (!strcmp(key, "staprun") && *value)
		f->staprun = value;
	else if (!strcmp(key, "place") && *value == '/')
		f->place = value;
	else if (!strcmp(key, "free"))
		f->free_kb = nth_number(value, 3);
}

static bool safe_place(const char *p)
{
	return strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789/._-") == strlen(p);
}

int facts_parse(struct arena *a, const struct buf *out, struct target_facts *f,
		const char **why)
{
	const char *p = out->s ? out->s : "", *end = p + out->n;
	bool ours = false, whole = false;

	*f = (struct target_facts){ .free_kb = -1, .memory_kb = -1 };
	while (p < end && !whole) {
		const char *nl = memchr(p, '\n', end - p);
		char *line, *space;

		if (!nl)
			break;
		line = arena_strndup(a, p, nl - p);
		p = nl + 1;
		space = strchr(line, ' ');
		if (space)
			*space++ = '\0';
		whole = !strcmp(line, "notes") && !space;
		if (!strcmp(line, "stapx-facts"))
			ours = true;	/* what came before is a greeting */
		else if (ours && space)
			set_fact(f, line, space);
	}
	if (!whole || !f->machine || !f->release) {
		*why = "its shell does not answer as a POSIX shell does";
		return -EPROTO;
	}
	build_id_of_notes(p, end - p, &f->build_id);
	f->arch = arch_of_machine(f->machine);
	if (f->place && !safe_place(f->place))
		f->place = NULL;
	return 0;
}
