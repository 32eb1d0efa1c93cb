// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kbuild writes the command of every file it makes beside it, as a make
 * variable holding shell text:
 *
 *	savedcmd_DIR/x.o := gcc … -c -o DIR/x.o DIR/x.c ; objtool … DIR/x.o
 *
 * (cmd_… before 6.3).  In: such a file.  Out: words, as the shell would have
 * split them.  Nothing in it is ever run as shell text.
 */
#include <errno.h>

#include "sysroots/record.h"

#define CMD_FILE_MAX (16 << 20)

/* What stands behind ":=" in the line that has the command. */
static char *command_text(char *text)
{
	for (char *line = text, *next; line; line = next) {
		char *eq;

		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		if (!str_starts(line, "cmd_") && !str_starts(line, "savedcmd_"))
			continue;
		eq = strstr(line, " := ");
		if (eq)
			return eq + 4;
	}
	return NULL;
}

/* make's own quoting: "$$", "\#" and "$(pound)" stand for one character. */
static void unmake(char *s)
{
	static const char pound[] = "$(pound)";
	char *to = s;

	while (*s) {
		if (str_starts(s, pound)) {
			*to++ = '#';
			s += sizeof pound - 1;
		} else if (s[0] == '$' && s[1] == '$') {
			*to++ = '$';
			s += 2;
		} else if (s[0] == '\\' && s[1] == '#') {
			*to++ = '#';
			s += 2;
		} else {
			*to++ = *s++;
		}
	}
	*to = 0;
}

/* One shell word from *p; quotes and backslashes as the shell has them. */
static const char *shell_word(struct arena *a, const char **p)
{
	struct buf b = { 0 };
	char quote = 0;
	const char *s, *word;

	for (s = *p; *s; s++) {
		if (quote) {
			if (*s == quote)
				quote = 0;
			else if (*s == '\\' && quote == '"' && s[1] &&
				 strchr("\"\\$`", s[1]))
				buf_putc(&b, *++s);
			else
				buf_putc(&b, *s);
		} else if (*s == '\'' || *s == '"') {
			quote = *s;
		} else if (*s == '\\' && s[1]) {
			buf_putc(&b, *++s);
		} else if (strchr(" \t;&|", *s)) {
			break;
		} else {
			buf_putc(&b, *s);
		}
	}
	*p = s;
	word = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return word;
}

int record_read(struct arena *a, const char *path, struct recorded *out)
{
	char *text = file_read(a, path, CMD_FILE_MAX, NULL);
	const char *p = text ? command_text(text) : NULL;
	struct words cmd = { 0 };

	if (!p)
		return text ? -EINVAL : -errno;
	unmake((char *)p);
	while (*p) {
		if (*p == ' ' || *p == '\t') {
			p++;
		} else if (strchr(";&|", *p)) {
			p++;
			if (cmd.list.n)
				vec_push(a, &out->list, cmd);
			cmd = (struct words){ 0 };
		} else {
			vec_push(a, &cmd.list, shell_word(a, &p));
		}
	}
	if (cmd.list.n)
		vec_push(a, &out->list, cmd);
	return out->list.n ? 0 : -EINVAL;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const struct words *record_find(const struct recorded *r, const char *program)
{
	vec_for(i, &r->list) {
		const char *base = base_of(r->list.v[i].list.v[0]);
		size_t n = strlen(base), k = strlen(program);

		if (n >= k && !strcmp(base + n - k, program) &&
		    (n == k || base[n - k - 1] == '-' ||
		     base[n - k - 1] == '.'))
			return &r->list.v[i];
	}
	return NULL;
}

static const char *absolute(struct arena *a, const char *cwd, const char *path)
{
	while (str_starts(path, "./"))
		path += 2;
	return *path == '/' ? path : path_join(a, cwd, path);
}

/* Options whose path is the next word, or is glued to them. */
static const char *const include_opts[] = {
	"-isystem", "-include", "-iquote", "-idirafter", "-imacros", "-I",
};

/* Copies one include option with an absolute path; the words it took. */
static size_t copy_include(struct arena *a, const struct words *cmd, size_t i,
			   const char *cwd, bool keep, struct words *out)
{
	const char *w = cmd->list.v[i];

	for (size_t k = 0; k < ARRAY_SIZE(include_opts); k++) {
		const char *opt = include_opts[k], *path;
		bool glued = strlen(w) > strlen(opt);
		bool two = !strcmp(opt, "-I") ? !glued : true;

		if (!str_starts(w, opt))
			continue;
		if (!glued && i + 1 >= cmd->list.n)
			return 1;
		path = glued ? w + strlen(opt) : cmd->list.v[i + 1];
		path = absolute(a, cwd, path);
		if (keep && two) {
			vec_push(a, &out->list, opt);
			vec_push(a, &out->list, path);
		} else if (keep) {
			vec_push(a, &out->list,
				 arena_printf(a, "%s%s", opt, path));
		}
		return glued ? 1 : 2;
	}
	return 0;
}

static bool dropped(const char *w, bool includes)
{
	if (!strcmp(w, "-c") || str_starts(w, "-Wp,-MD,") ||
	    str_starts(w, "-Wp,-MMD,") || str_starts(w, "-MD") ||
	    str_starts(w, "-MMD") || str_starts(w, "-MF"))
		return true;
	if (includes)
		return false;
	return str_starts(w, "-DKBUILD_") || str_starts(w, "-D__KBUILD_");
}

/* "-fplugin=./scripts/x.so" and the like: a path inside an option. */
static const char *plain_option(struct arena *a, const char *w, const char *cwd)
{
	static const char *const with_path[] = {
		"-fplugin=", "-fsanitize-ignorelist=", "--sysroot=",
		"-specs=", "-frandom-struct-layout-seed-file=",
	};

	for (size_t k = 0; k < ARRAY_SIZE(with_path); k++)
		if (str_starts(w, with_path[k]))
			return arena_printf(a, "%s%s", with_path[k],
				absolute(a, cwd, w + strlen(with_path[k])));
	return w;
}

void record_cflags(struct arena *a, const struct words *cmd, const char *cwd,
		   bool includes, struct words *out)
{
	for (size_t i = 1; i < cmd->list.n;) {
		const char *w = cmd->list.v[i];
		size_t took = copy_include(a, cmd, i, cwd, includes, out);

		if (took) {
			i += took;
		} else if (!strcmp(w, "-o")) {
			i += 2;
		} else if (w[0] != '-' || dropped(w, includes)) {
			i++;
		} else {
			vec_push(a, &out->list, plain_option(a, w, cwd));
			i++;
		}
	}
}

void record_ldflags(struct arena *a, const struct words *cmd, const char *cwd,
		    struct words *out)
{
	static const char *const with_value[] = { "-m", "-z", "-T", "--script" };

	for (size_t i = 1; i < cmd->list.n; i++) {
		const char *w = cmd->list.v[i];
		bool pair = false;

		if (!strcmp(w, "-o")) {
			i++;
			continue;
		}
		if (w[0] != '-')
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(with_value); k++)
			pair = pair || !strcmp(w, with_value[k]);
		vec_push(a, &out->list, w);
		if (!pair || i + 1 >= cmd->list.n)
			continue;
		i++;
		vec_push(a, &out->list,
			 strcmp(w, "-T") && strcmp(w, "--script")
				 ? cmd->list.v[i]
				 : absolute(a, cwd, cmd->list.v[i]));
	}
}

void record_objtool(struct arena *a, const struct words *cmd, const char *cwd,
		    struct words *out)
{
	vec_push(a, &out->list, absolute(a, cwd, cmd->list.v[0]));
	for (size_t i = 1; i < cmd->list.n; i++)
		if (!str_ends(cmd->list.v[i], ".o"))
			vec_push(a, &out->list, cmd->list.v[i]);
}
