// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What completes a module.  In: the linked objects, Module.symvers, and the
 * template: a NAME.mod.o that the kernel's own build made for a module of
 * another name.  Out: the same for this module: __versions holds the CRC of
 * every symbol that it needs, .modinfo its name and the modules it depends
 * on, __this_module its name.  All else stays as the kernel's build left it.
 *
 * Must hold: a symbol that no row of Module.symvers has is an error here, not
 * when the target loads the module.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include "build/build.h"

#define MOD_OBJECT_MAX (16u << 20)
#define VERSION_ENTRY 64 /* bytes of a row of __versions: CRC, then the name */

struct object {
	int fd;
	Elf *elf;
	const char *path;
};

static bool object_open(struct modpost *m, struct object *o, const char *path,
			bool change)
{
	o->path = path;
	o->fd = open(path, (change ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	o->elf = NULL;
	elf_version(EV_CURRENT);
	if (o->fd >= 0)
		o->elf = elf_begin(o->fd, change ? ELF_C_RDWR : ELF_C_READ,
				   NULL);
	if (o->elf && elf_kind(o->elf) == ELF_K_ELF)
		return true;
	m->why = arena_printf(m->arena, "'%s' is no ELF object: %s", path,
			      o->fd < 0 ? strerror(errno) : "bad contents");
	return false;
}

static void object_close(struct object *o)
{
	if (o->elf)
		elf_end(o->elf);
	if (o->fd >= 0)
		close(o->fd);
}

static Elf_Scn *section(const struct object *o, const char *name,
			GElf_Shdr *shdr)
{
	size_t strings;
	Elf_Scn *scn = NULL;
	const char *text;

	if (elf_getshdrstrndx(o->elf, &strings))
		return NULL;
	while ((scn = elf_nextscn(o->elf, scn))) {
		if (!gelf_getshdr(scn, shdr))
			continue;
		text = elf_strptr(o->elf, strings, shdr->sh_name);
		if (text && !strcmp(text, name))
			return scn;
	}
	return NULL;
}

static Elf_Data *contents(const struct object *o, const char *name,
			  size_t *index)
{
	GElf_Shdr shdr;
	Elf_Scn *scn = section(o, name, &shdr);

	if (!scn)
		return NULL;
	if (index)
		*index = elf_ndxscn(scn);
	return elf_getdata(scn, NULL);
}

/* ---- symbols ---- */
struct symbols {
	Elf_Data *data;
	size_t strings, n;
};

static bool symbols_of(const struct object *o, struct symbols *st)
{
	GElf_Shdr shdr;
	Elf_Scn *scn = section(o, ".symtab", &shdr);

	if (!scn || !shdr.sh_entsize)
		return false;
	st->data = elf_getdata(scn, NULL);
	st->strings = shdr.sh_link;
	st->n = shdr.sh_size / shdr.sh_entsize;
	return st->data != NULL;
}

static bool is_wanted(const GElf_Sym *sym, const char *name)
{
	return sym->st_shndx == SHN_UNDEF && *name &&
	       GELF_ST_BIND(sym->st_info) == STB_GLOBAL &&
	       strcmp(name, "__this_module") &&
	       strcmp(name, "_GLOBAL_OFFSET_TABLE_");
}

static bool undefined_of(struct modpost *m, const char *path,
			 struct name_list *out)
{
	struct object o;
	struct symbols st;
	GElf_Sym sym;
	bool ok = object_open(m, &o, path, false);

	if (ok && !symbols_of(&o, &st)) {
		m->why = arena_printf(m->arena, "'%s' has no symbol table",
				      path);
		ok = false;
	}
	for (size_t i = 1; ok && i < st.n; i++) {
		const char *name;

		if (!gelf_getsym(st.data, (int)i, &sym))
			continue;
		name = elf_strptr(o.elf, st.strings, sym.st_name);
		if (name && is_wanted(&sym, name))
			vec_push(m->arena, &out->list,
				 arena_strdup(m->arena, name));
	}
	object_close(&o);
	return ok;
}

bool modpost_undefined(struct arena *a, const char *object,
		       struct name_list *out, const char **why)
{
	struct modpost m = { .arena = a };
	bool ok = undefined_of(&m, object, out);

	*why = m.why;
	return ok;
}

/* ---- what the kernel says of them ---- */
static bool look_up(struct modpost *m, const struct name_list *names,
		    struct symvers *out)
{
	struct map wanted = { 0 }, found = { 0 };
	struct buf missing = { 0 };

	vec_for(i, &names->list)
		map_set(m->arena, &wanted, names->list.v[i],
			(void *)names->list.v[i]);
	if (!symvers_read(m->arena, m->symvers, &wanted, &found, &m->why))
		return false;
	vec_for(i, &names->list) {
		const struct symver *v = map_get(&found, names->list.v[i]);

		if (v)
			vec_push(m->arena, &out->list, *v);
		else
			buf_printf(&missing, "%s'%s'", missing.n ? ", " : "",
				   names->list.v[i]);
	}
	if (missing.n)
		m->why = arena_printf(m->arena, "%s: the kernel exports no "
				      "such symbol (not in '%s')",
				      missing.s, m->symvers);
	buf_free(&missing);
	return !m->why;
}

static bool has_namespace(const char *info, size_t n, const char *ns)
{
	for (size_t at = 0; at < n; at += strnlen(info + at, n - at) + 1)
		if (!strncmp(info + at, "import_ns=", 10) &&
		    !strcmp(info + at + 10, ns))
			return true;
	return false;
}

/* The kernel refuses a symbol of a namespace that the module does not
 * import; better said here. */
static bool check_namespaces(struct modpost *m, const struct symvers *syms)
{
	struct object o;
	Elf_Data *info;
	bool ok = object_open(m, &o, m->object, false);

	info = ok ? contents(&o, ".modinfo", NULL) : NULL;
	vec_for(i, &syms->list) {
		const struct symver *v = &syms->list.v[i];

		if (!ok || !*v->ns ||
		    (info && has_namespace(info->d_buf, info->d_size, v->ns)))
			continue;
		m->why = arena_printf(m->arena, "'%s' is exported to the "
				      "namespace '%s' only: add MODULE_IMPORT_NS"
				      "(%s) to the embedded C", v->name, v->ns,
				      v->ns);
		ok = false;
	}
	object_close(&o);
	return ok;
}

/* ---- the sections ---- */

/* Row: the CRC as an unsigned long, then the name padded with zeroes. */
static bool put_versions(struct modpost *m, struct object *o,
			 const struct symvers *syms)
{
	size_t index, word = gelf_getclass(o->elf) == ELFCLASS64 ? 8 : 4;
	Elf_Data *d = contents(o, "__versions", &index);
	unsigned char *rows;

	if (!d)
		return true;	/* a kernel without MODVERSIONS */
	if (d->d_size % VERSION_ENTRY) {
		m->why = "this kernel's __versions has rows of another size "
			 "than 64 bytes; use --kbuild";
		return false;
	}
	rows = arena_alloc(m->arena, syms->list.n * VERSION_ENTRY + 1);
	vec_for(i, &syms->list) {
		const struct symver *v = &syms->list.v[i];
		unsigned char *row = rows + i * VERSION_ENTRY;

		if (strlen(v->name) >= VERSION_ENTRY - word) {
			m->why = arena_printf(m->arena, "the name of '%s' is "
					      "too long for __versions",
					      v->name);
			return false;
		}
		/* CRCs have 32 bits; both byte orders keep them apart. */
		for (size_t b = 0; b < 4; b++) {
			bool big = elf_getident(o->elf, NULL)[EI_DATA] ==
				   ELFDATA2MSB;

			row[big ? word - 1 - b : b] =
				(unsigned char)(v->crc >> (8 * b));
		}
		memcpy(row + word, v->name, strlen(v->name));
	}
	d->d_buf = rows;
	d->d_size = syms->list.n * VERSION_ENTRY;
	elf_flagdata(d, ELF_C_SET, ELF_F_DIRTY);
	return true;
}

/* "a,b" of the modules that own the symbols, each once, as kbuild writes. */
static const char *depends_text(struct modpost *m, const struct symvers *syms)
{
	struct map seen = { 0 };
	struct buf b = { 0 };
	const char *text;

	vec_for(i, &syms->list) {
		const char *owner = syms->list.v[i].module;
		const char *slash = strrchr(owner, '/');

		if (!strcmp(owner, "vmlinux"))
			continue;
		owner = slash ? slash + 1 : owner;
		if (map_get(&seen, owner))
			continue;
		map_set(m->arena, &seen, owner, (void *)owner);
		buf_printf(&b, "%s%s", b.n ? "," : "", owner);
	}
	text = arena_strdup(m->arena, buf_str(&b));
	buf_free(&b);
	return text;
}

/* A new place for what stood at an offset of .modinfo. */
struct moved { size_t from, to, size; };
struct moves { VEC(struct moved) list; };

static const char *info_line(struct modpost *m, const char *line,
			     const char *depends)
{
	if (str_starts(line, "name="))
		return arena_printf(m->arena, "name=%s", m->name);
	if (str_starts(line, "depends="))
		return arena_printf(m->arena, "depends=%s", depends);
	return line;
}

static bool put_info(struct modpost *m, Elf_Data *d, const char *depends,
		     struct moves *moves)
{
	const char *old = d->d_buf;
	struct buf b = { 0 };
	size_t at = 0;

	while (at < d->d_size) {
		size_t n = strnlen(old + at, d->d_size - at);
		const char *line;

		if (at + n >= d->d_size)
			break;	/* no NUL: not ours to keep */
		line = info_line(m, old + at, depends);
		vec_push(m->arena, &moves->list, (struct moved){
			 at, b.n, strlen(line) + 1 });
		buf_write(&b, line, strlen(line) + 1);
		at += n + 1;
	}
	d->d_buf = arena_dup(m->arena, buf_str(&b), b.n);
	d->d_size = b.n;
	buf_free(&b);
	elf_flagdata(d, ELF_C_SET, ELF_F_DIRTY);
	return true;
}

/* Symbols of the two sections get their new offsets and sizes. */
static void move_symbols(struct object *o, size_t info, size_t versions,
			 const struct moves *moves, size_t versions_size)
{
	struct symbols st;
	GElf_Sym sym;

	if (!symbols_of(o, &st))
		return;
	for (size_t i = 1; i < st.n; i++) {
		if (!gelf_getsym(st.data, (int)i, &sym) ||
		    GELF_ST_TYPE(sym.st_info) != STT_OBJECT)
			continue;
		if (sym.st_shndx == versions && versions)
			sym.st_size = versions_size;
		vec_for(k, &moves->list)
			if (sym.st_shndx == info &&
			    sym.st_value == moves->list.v[k].from) {
				sym.st_value = moves->list.v[k].to;
				sym.st_size = moves->list.v[k].size;
				break;
			}
		gelf_update_sym(st.data, (int)i, &sym);
	}
}

/* The name of the template, as its .modinfo has it. */
static const char *template_name(const Elf_Data *info)
{
	const char *p = info->d_buf, *end = p + info->d_size;

	for (; p < end; p += strnlen(p, (size_t)(end - p)) + 1)
		if (!strncmp(p, "name=", 5) && memchr(p, 0, (size_t)(end - p)))
			return p + 5;
	return NULL;
}

/* struct module's name: the one place where the template's stands. */
static bool put_name(struct modpost *m, Elf_Data *d, const char *old,
		     size_t room)
{
	size_t n = strlen(old) + 1, times = 0;
	char *data = d->d_buf, *at = NULL;

	for (size_t i = 0; n > 1 && i + room <= d->d_size; i++) {
		if (memcmp(data + i, old, n))
			continue;
		at = data + i;
		times++;
	}
	if (times != 1 || strlen(m->name) >= room) {
		m->why = times == 1 ? arena_printf(m->arena, "the module's "
			 "name '%s' is too long (at most %zu characters)",
			 m->name, room - 1) : "the template's __this_module "
			 "does not hold its name once; run `stap-sysroot "
			 "prepare --force`";
		return false;
	}
	memset(at, 0, room);
	memcpy(at, m->name, strlen(m->name));
	elf_flagdata(d, ELF_C_SET, ELF_F_DIRTY);
	return true;
}

static bool rewrite(struct modpost *m, struct object *o,
		    const struct symvers *syms)
{
	size_t info_index = 0, versions_index = 0;
	Elf_Data *info = contents(o, ".modinfo", &info_index);
	Elf_Data *module = contents(o, ".gnu.linkonce.this_module", NULL);
	size_t room = gelf_getclass(o->elf) == ELFCLASS64 ? 56 : 60;
	struct moves moves = { 0 };
	const char *old = info ? template_name(info) : NULL;

	if (!old || !module) {
		m->why = arena_printf(m->arena, "'%s' is no template of a "
				      "module; run `stap-sysroot prepare "
				      "--force`", m->template_mod);
		return false;
	}
	if (!put_name(m, module, old, room) || !put_versions(m, o, syms) ||
	    !put_info(m, info, depends_text(m, syms), &moves))
		return false;
	contents(o, "__versions", &versions_index);
	move_symbols(o, info_index, versions_index, &moves,
		     syms->list.n * VERSION_ENTRY);
	if (elf_update(o->elf, ELF_C_WRITE) < 0)
		m->why = arena_printf(m->arena, "cannot write '%s': %s",
				      o->path, elf_errmsg(-1));
	return !m->why;
}

static bool copy_template(struct modpost *m)
{
	size_t n = 0;
	char *data = file_read(m->arena, m->template_mod, MOD_OBJECT_MAX, &n);
	int err = data ? file_replace(m->out, data, n, 0644) : -errno;

	if (err)
		m->why = arena_printf(m->arena, "cannot copy '%s' to '%s': %s",
				      m->template_mod, m->out, strerror(-err));
	return !err;
}

/* With MODVERSIONS kbuild asks for the CRC of one name that no module uses. */
static bool extra_names(struct modpost *m, struct name_list *names)
{
	struct object o;
	bool ok = object_open(m, &o, m->template_mod, false);

	if (ok && contents(&o, "__versions", NULL))
		vec_push(m->arena, &names->list, "module_layout");
	object_close(&o);
	return ok;
}

bool modpost(struct modpost *m)
{
	struct name_list names = { 0 };
	struct symvers syms = { 0 };
	struct object o = { .fd = -1 };
	bool ok;

	m->why = NULL;
	if (!undefined_of(m, m->object, &names) ||
	    !extra_names(m, &names) || !look_up(m, &names, &syms) || !check_namespaces(m, &syms) ||
	    !copy_template(m))
		return false;
	ok = object_open(m, &o, m->out, true) && rewrite(m, &o, &syms);
	object_close(&o);
	return ok;
}
