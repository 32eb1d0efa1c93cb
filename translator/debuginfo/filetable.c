// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The names behind DW_AT_decl_file.  In: a unit.  Out: its files, relative to
 * the source tree.
 *
 * libdw gives them only after it has run the unit's whole line program, which
 * over a kernel costs more than the rest of the walk; the header of the
 * program (DWARF5 6.2.4) holds them.  Where the raw section cannot be read
 * (compressed, or relocated by libdwfl) libdw is asked after all.
 */
#include "debuginfo/internal.h"

#define MAX_FILES 65536
#define MAX_FORMATS 16

struct reader {
	const uint8_t *p, *end;
	bool big_endian, bad;
};

static uint64_t rd_uint(struct reader *r, unsigned n)
{
	uint64_t v = 0;

	if ((size_t)(r->end - r->p) < n) {
		r->bad = true;
		r->p = r->end;
		return 0;
	}
	for (unsigned i = 0; i < n; i++)
		v |= (uint64_t)r->p[r->big_endian ? n - 1 - i : i] << (8 * i);
	r->p += n;
	return v;
}

static uint64_t rd_uleb(struct reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; r->p < r->end; shift += 7) {
		uint8_t b = *r->p++;

		if (shift < 64)
			v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			return v;
	}
	r->bad = true;
	return v;
}

static void rd_skip(struct reader *r, uint64_t n)
{
	if (n > (uint64_t)(r->end - r->p)) {
		r->bad = true;
		n = r->end - r->p;
	}
	r->p += n;
}

static const char *rd_str(struct reader *r)
{
	const char *s = (const char *)r->p;
	const uint8_t *nul = memchr(r->p, 0, r->end - r->p);

	if (!nul) {
		r->bad = true;
		return "";
	}
	r->p = nul + 1;
	return s;
}

static const char *section_str(const struct elf_file *f, const char *section,
			       uint64_t off)
{
	size_t n;
	const char *p = elf_file_data(f, elf_file_section(f, section), &n);

	if (!p || off >= n || !memchr(p + off, 0, n - off))
		return "";
	return p + off;
}

/* ---- names ---- */

/* Without the "./" and "../" it begins with.  Those further in stay: they are
 * how the compiler was given the name, and what people see and type. */
static const char *from_top(const char *path)
{
	for (;;) {
		if (str_starts(path, "./"))
			path += 2;
		else if (str_starts(path, "../"))
			path += 3;
		else
			return path;
		path += strspn(path, "/");
	}
}

static const char *below(const char *path, const char *dir)
{
	size_t n = dir ? strlen(dir) : 0;

	if (!n || strncmp(path, dir, n) || (path[n] != '/' && dir[n - 1] != '/'))
		return NULL;
	path += n;
	return path + strspn(path, "/");
}

const char *source_path(struct arena *a, const char *comp_dir,
			const char *root, const char *path)
{
	const char *s;

	if (*path == '/' &&
	    ((s = below(path, comp_dir)) || (s = below(path, root))))
		path = s;
	return arena_strdup(a, from_top(path));
}

const char *source_root(struct arena *a, const char *comp_dir, const char *name)
{
	static const char *const anchors[] = {"/init/main.c",
					      "/init/version.c"};

	if (*name != '/')
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(anchors); i++)
		if (str_ends(name, anchors[i]))
			return arena_strndup(a, name,
					     strlen(name) -
						     strlen(anchors[i]));
	/* Built outside the tree: what unit and build folder share. */
	if (comp_dir && *comp_dir == '/' && !below(name, comp_dir)) {
		size_t n = 0, slash = 0, depth = 0;

		for (; name[n] && name[n] == comp_dir[n]; n++)
			if (name[n] == '/')
				slash = n, depth++;
		if (depth >= 3)
			return arena_strndup(a, name, slash);
	}
	return NULL;
}

/* ---- the header ---- */

struct line_header {
	const struct elf_file *f;
	struct reader r;
	unsigned version, offset_size;
	VEC(const char *) dirs;
	const char *comp_dir, *root;
	struct arena *a;
	struct file_table *out;
};

static void add_file(struct line_header *h, const char *name, uint64_t dir)
{
	const char *d = dir < h->dirs.n ? h->dirs.v[dir] : "";
	const char *path = name;

	if (*name != '/' && *d) {
		path = arena_printf(h->a, "%s/%s", d, name);
		/* A folder is relative to the first, the build folder; and
		 * that, when itself relative, is no part of a source name. */
		if (dir == 0 && *d != '/')
			path = name;
	}
	vec_push(h->a, &h->out->files,
		 source_path(h->a, h->comp_dir, h->root, path));
}

/* DWARF 2 to 4: folders and files from 1; folder 0 is the build folder. */
static void read_tables_v4(struct line_header *h)
{
	struct reader *r = &h->r;
	const char *s;

	vec_push(h->a, &h->dirs, h->comp_dir ? h->comp_dir : "");
	while (!r->bad && *(s = rd_str(r)) && h->dirs.n < MAX_FILES)
		vec_push(h->a, &h->dirs, s);
	vec_push(h->a, &h->out->files, "");
	while (!r->bad && *(s = rd_str(r)) && h->out->files.n < MAX_FILES) {
		uint64_t dir = rd_uleb(r);

		rd_uleb(r); /* time */
		rd_uleb(r); /* size */
		add_file(h, s, dir);
	}
}

struct entry {
	const char *path;
	uint64_t dir;
};

static void read_form(struct line_header *h, uint64_t form, const char **s,
		      uint64_t *v)
{
	struct reader *r = &h->r;

	switch (form) {
	case DW_FORM_string:
		*s = rd_str(r);
		break;
	case DW_FORM_line_strp:
		*s = section_str(h->f, ".debug_line_str",
				 rd_uint(r, h->offset_size));
		break;
	case DW_FORM_strp:
		*s = section_str(h->f, ".debug_str",
				 rd_uint(r, h->offset_size));
		break;
	case DW_FORM_udata:
		*v = rd_uleb(r);
		break;
	case DW_FORM_data1:
		*v = rd_uint(r, 1);
		break;
	case DW_FORM_data2:
		*v = rd_uint(r, 2);
		break;
	case DW_FORM_data4:
		*v = rd_uint(r, 4);
		break;
	case DW_FORM_data8:
		*v = rd_uint(r, 8);
		break;
	case DW_FORM_data16:
		rd_skip(r, 16);
		break;
	case DW_FORM_block:
		rd_skip(r, rd_uleb(r));
		break;
	default: /* a form of a later standard: its length is unknown */
		r->bad = true;
	}
}

/* DWARF5 6.2.4.1: a table says what its entries consist of. */
static void read_table_v5(struct line_header *h, bool dirs)
{
	struct reader *r = &h->r;
	uint64_t types[MAX_FORMATS], forms[MAX_FORMATS];
	unsigned nformats = rd_uint(r, 1);
	uint64_t n;

	if (nformats > MAX_FORMATS) {
		r->bad = true;
		return;
	}
	for (unsigned i = 0; i < nformats; i++) {
		types[i] = rd_uleb(r);
		forms[i] = rd_uleb(r);
	}
	n = rd_uleb(r);
	if (n > MAX_FILES)
		r->bad = true;
	for (uint64_t k = 0; k < n && !r->bad; k++) {
		struct entry e = {.path = ""};

		for (unsigned i = 0; i < nformats; i++) {
			const char *s = "";
			uint64_t v = 0;

			read_form(h, forms[i], &s, &v);
			if (types[i] == DW_LNCT_path)
				e.path = s;
			else if (types[i] == DW_LNCT_directory_index)
				e.dir = v;
		}
		if (dirs)
			vec_push(h->a, &h->dirs, e.path);
		else
			add_file(h, e.path, e.dir);
	}
}

static bool read_header(struct line_header *h)
{
	struct reader *r = &h->r;
	uint64_t len = rd_uint(r, 4);

	h->offset_size = 4;
	if (len == 0xffffffff) {
		len = rd_uint(r, 8);
		h->offset_size = 8;
	}
	if (len > (uint64_t)(r->end - r->p))
		return false;
	r->end = r->p + len;
	h->version = rd_uint(r, 2);
	if (h->version < 2 || h->version > 5)
		return false;
	if (h->version >= 5)
		rd_skip(r, 2); /* address size, selector size */
	rd_skip(r, h->offset_size);    /* header length */
	rd_skip(r, h->version >= 4 ? 5 : 4); /* up to line_range */
	/* opcode_base, then the lengths of the opcodes below it */
	rd_skip(r, MAX(rd_uint(r, 1), (uint64_t)1) - 1);
	if (h->version >= 5) {
		read_table_v5(h, true);
		read_table_v5(h, false);
	} else {
		read_tables_v4(h);
	}
	return !r->bad;
}

static void ask_libdw(struct arena *a, Dwarf_Die *cu, const char *comp_dir,
		      const char *root, struct file_table *t)
{
	Dwarf_Files *files;
	size_t n;

	if (dwarf_getsrcfiles(cu, &files, &n))
		return;
	for (size_t i = 0; i < n && i < MAX_FILES; i++) {
		const char *s = dwarf_filesrc(files, i, NULL, NULL);
		const char *rel;

		/* libdw puts a relative build folder before the name. */
		if (s && comp_dir && *comp_dir != '/' &&
		    (rel = below(s, comp_dir)))
			s = rel;
		vec_push(a, &t->files,
			 s ? source_path(a, comp_dir, root, s) : "");
	}
}

void file_table_read(struct arena *a, const struct elf_file *f, Dwarf_Die *cu,
		     const char *root, struct file_table *t)
{
	Dwarf_Attribute at;
	Dwarf_Word off;
	struct line_header h = {.f = f, .a = a, .root = root, .out = t};
	const char *own;
	size_t n;
	const char *p =
		f->dwfl ? NULL :
			  elf_file_data(f, elf_file_section(f, ".debug_line"),
					&n);

	t->files.n = 0;
	h.comp_dir = dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &at));
	own = dwarf_diename(cu);
	if (!root && own)
		h.root = root = source_root(a, h.comp_dir, own);
	if (!dwarf_attr(cu, DW_AT_stmt_list, &at) ||
	    dwarf_formudata(&at, &off))
		return;
	if (p && off < n) {
		h.r = (struct reader){.p = (const uint8_t *)p + off,
				      .end = (const uint8_t *)p + n,
				      .big_endian = f->big_endian};
		if (read_header(&h))
			return;
		t->files.n = 0;
	}
	ask_libdw(a, cu, h.comp_dir, root, t);
}
