// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Build-ids, and the few other things asked of an ELF file here.  The files
 * come from outside: libelf checks their structure, sizes are checked here.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include "sysroots/sysroot.h"

#define NEEDED_MAX 64

const char *build_id_hex(struct arena *a, const struct build_id *id)
{
	char *s = arena_alloc(a, id->n * 2 + 1);

	for (size_t i = 0; i < id->n; i++)
		snprintf(s + 2 * i, 3, "%02x", id->bytes[i]);
	return s;
}

bool build_id_equal(const struct build_id *a, const struct build_id *b)
{
	return a->n == b->n && !memcmp(a->bytes, b->bytes, a->n);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool build_id_parse(const char *hex, struct build_id *id)
{
	size_t n = strlen(hex);

	if (n == 0 || n % 2 || n / 2 > BUILD_ID_MAX)
		return false;
	for (size_t i = 0; i < n / 2; i++) {
		int hi = hex_digit(hex[2 * i]), lo = hex_digit(hex[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		id->bytes[i] = (unsigned char)(hi << 4 | lo);
	}
	id->n = n / 2;
	return true;
}

/* Notes as they lie in memory: 4-byte fields and padding, this byte order. */
int build_id_of_notes(const void *notes, size_t n, struct build_id *id)
{
	const unsigned char *p = notes;
	uint32_t h[3]; /* name size, content size, type */

	while (n >= sizeof h) {
		size_t name, desc;

		memcpy(h, p, sizeof h);
		if (h[0] > n || h[1] > n)
			return -EINVAL;
		name = (h[0] + 3) & ~(size_t)3;
		desc = (h[1] + 3) & ~(size_t)3;
		if (name + desc > n - sizeof h)
			return -EINVAL;
		p += sizeof h;
		if (h[2] == NT_GNU_BUILD_ID && h[0] == 4 &&
		    !memcmp(p, "GNU", 4) && h[1] > 0 && h[1] <= BUILD_ID_MAX) {
			memcpy(id->bytes, p + name, h[1]);
			id->n = h[1];
			return 0;
		}
		p += name + desc;
		n -= sizeof h + name + desc;
	}
	return -ENODATA;
}

struct elf_file {
	int fd;
	Elf *elf;
};

static int elf_file_open(const char *path, struct elf_file *f)
{
	*f = (struct elf_file){ .fd = -1 };
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOSYS;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return -errno;
	f->elf = elf_begin(f->fd, ELF_C_READ_MMAP, NULL);
	if (f->elf && elf_kind(f->elf) == ELF_K_ELF)
		return 0;
	elf_end(f->elf);
	close(f->fd);
	return -ENOEXEC;
}

static void elf_file_close(struct elf_file *f)
{
	elf_end(f->elf);
	close(f->fd);
}

static int id_in_data(Elf_Data *data, struct build_id *id)
{
	GElf_Nhdr nhdr;
	size_t off = 0, name, desc;

	while (data &&
	       (off = gelf_getnote(data, off, &nhdr, &name, &desc)) > 0) {
		if (nhdr.n_type != NT_GNU_BUILD_ID || nhdr.n_namesz != 4 ||
		    memcmp((char *)data->d_buf + name, "GNU", 4) ||
		    nhdr.n_descsz == 0 || nhdr.n_descsz > BUILD_ID_MAX)
			continue;
		memcpy(id->bytes, (char *)data->d_buf + desc, nhdr.n_descsz);
		id->n = nhdr.n_descsz;
		return 0;
	}
	return -ENODATA;
}

/* Separate debug files keep their note sections but not their segments'
 * content, so sections come first. */
static int id_of_elf(Elf *elf, struct build_id *id)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	GElf_Phdr phdr;
	size_t n = 0;

	while ((scn = elf_nextscn(elf, scn)))
		if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_NOTE &&
		    !id_in_data(elf_getdata(scn, NULL), id))
			return 0;
	if (elf_getphdrnum(elf, &n))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (gelf_getphdr(elf, (int)i, &phdr) &&
		    phdr.p_type == PT_NOTE &&
		    !id_in_data(elf_getdata_rawchunk(elf, (int64_t)phdr.p_offset,
						     phdr.p_filesz,
						     ELF_T_NHDR), id))
			return 0;
	return -ENODATA;
}

int build_id_of_elf(const char *path, struct build_id *id)
{
	struct elf_file f;
	int err = elf_file_open(path, &f);

	id->n = 0;
	if (err)
		return err;
	err = id_of_elf(f.elf, id);
	elf_file_close(&f);
	return err;
}

static void add_interpreter(struct arena *a, Elf *elf, struct elf_names *out)
{
	size_t n = 0, size;
	GElf_Phdr phdr;

	if (elf_getphdrnum(elf, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		const char *raw;

		if (!gelf_getphdr(elf, (int)i, &phdr) ||
		    phdr.p_type != PT_INTERP)
			continue;
		raw = elf_rawfile(elf, &size);
		if (raw && phdr.p_offset < size &&
		    phdr.p_filesz <= size - phdr.p_offset)
			vec_push(a, &out->list,
				 arena_strndup(a, raw + phdr.p_offset,
					       strnlen(raw + phdr.p_offset,
						       phdr.p_filesz)));
	}
}

static void add_needed(struct arena *a, Elf *elf, Elf_Scn *scn,
		       const GElf_Shdr *shdr, struct elf_names *out)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	GElf_Dyn dyn;

	for (int i = 0; data && gelf_getdyn(data, i, &dyn); i++) {
		const char *s;

		if (dyn.d_tag != DT_NEEDED || out->list.n >= NEEDED_MAX)
			continue;
		s = elf_strptr(elf, shdr->sh_link, dyn.d_un.d_val);
		if (s && *s && !strchr(s, '/'))
			vec_push(a, &out->list, arena_strdup(a, s));
	}
}

bool elf_has_debug(const char *path)
{
	struct elf_file f;
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	size_t names;
	bool found = false;

	if (elf_file_open(path, &f))
		return false;
	if (elf_getshdrstrndx(f.elf, &names))
		names = 0;
	while (names && !found && (scn = elf_nextscn(f.elf, scn))) {
		const char *s = gelf_getshdr(scn, &shdr)
					? elf_strptr(f.elf, names, shdr.sh_name)
					: NULL;

		found = s && shdr.sh_type != SHT_NOBITS &&
			(!strcmp(s, ".debug_info") || !strcmp(s, ".BTF"));
	}
	elf_file_close(&f);
	return found;
}

int elf_needed(struct arena *a, const char *path, struct elf_names *out)
{
	struct elf_file f;
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	int err = elf_file_open(path, &f);

	if (err)
		return err;
	add_interpreter(a, f.elf, out);
	while ((scn = elf_nextscn(f.elf, scn)))
		if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_DYNAMIC)
			add_needed(a, f.elf, scn, &shdr, out);
	elf_file_close(&f);
	return 0;
}
