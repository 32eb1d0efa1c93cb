// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The module as a file in memory.  In: bytes that may come from anywhere.
 * Out: its name, what it was built for, and a copy under another name.  Every
 * offset of the ELF file is checked before use; nothing is loaded here.
 */
#include "remote/target/target.h"
#include "remote/wire/archive.h"
#include "runtime/script.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SIGNED_END "~Module signature appended~\n"

/* A part of the file. */
struct span {
	unsigned char *p;
	size_t n;
};

static const struct {
	int elf;
	const char *name;	/* as uname says it */
} machines[] = {
	{ EM_X86_64, "x86_64" },
	{ EM_AARCH64, "aarch64" },
	{ EM_386, "i686" },
	{ EM_ARM, "armv7l" },
	{ EM_RISCV, "riscv64" },
	{ EM_S390, "s390x" },
	{ EM_PPC64, "ppc64le" },
};

static const char *machine_name(int elf)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (machines[i].elf == elf)
			return machines[i].name;
	return "another CPU";
}

static int elf_machine(const struct image *im)
{
	Elf64_Ehdr h;

	memcpy(&h, im->bytes, sizeof(h));
	return h.e_machine;
}

/* Section number i; false when it lies outside the file. */
static bool section_at(const struct image *im, const Elf64_Ehdr *h, size_t i,
		       Elf64_Shdr *out)
{
	if (i >= h->e_shnum || h->e_shoff > im->n ||
	    (im->n - h->e_shoff) / sizeof(*out) <= i)
		return false;
	memcpy(out, im->bytes + h->e_shoff + i * sizeof(*out), sizeof(*out));
	return out->sh_type == SHT_NOBITS ||
	       (out->sh_offset <= im->n && out->sh_size <= im->n - out->sh_offset);
}

static bool section_named(const struct image *im, const char *name,
			  struct span *out)
{
	Elf64_Ehdr h;
	Elf64_Shdr names, s;
	size_t len = strlen(name) + 1;

	memcpy(&h, im->bytes, sizeof(h));
	if (h.e_shentsize != sizeof(s) ||
	    !section_at(im, &h, h.e_shstrndx, &names) ||
	    names.sh_type == SHT_NOBITS)
		return false;
	for (size_t i = 1; i < h.e_shnum; i++) {
		if (!section_at(im, &h, i, &s) || s.sh_type == SHT_NOBITS ||
		    s.sh_name > names.sh_size ||
		    names.sh_size - s.sh_name < len)
			continue;
		if (memcmp(im->bytes + names.sh_offset + s.sh_name, name, len))
			continue;
		out->p = im->bytes + s.sh_offset;
		out->n = s.sh_size;
		return true;
	}
	return false;
}

/* The value of "key=" in .modinfo, with the room it has; NULL: not there. */
static char *modinfo(const struct image *im, const char *key)
{
	size_t len = strlen(key);
	struct span info;

	if (!section_named(im, ".modinfo", &info))
		return NULL;
	for (size_t at = 0; at < info.n;) {
		char *s = (char *)info.p + at;
		size_t n = strnlen(s, info.n - at);

		if (n == info.n - at)	/* no NUL: damaged */
			return NULL;
		if (n > len && !memcmp(s, key, len) && s[len] == '=')
			return s + len + 1;
		at += n + 1;
	}
	return NULL;
}

static void copy_info(const struct image *im, const char *key, char *dst,
		      size_t size)
{
	const char *v = modinfo(im, key);

	snprintf(dst, size, "%s", v ? v : "");
}

/* ---- struct stp_script, as it lies in the file ---- */
/* The symbol's entry; false: there is none. */
static bool find_symbol(const struct image *im, const Elf64_Ehdr *h,
			const char *name, Elf64_Sym *out)
{
	Elf64_Shdr table, names;
	size_t len = strlen(name) + 1;

	for (size_t i = 1; i < h->e_shnum; i++) {
		if (!section_at(im, h, i, &table) ||
		    table.sh_type != SHT_SYMTAB ||
		    !section_at(im, h, table.sh_link, &names) ||
		    names.sh_type != SHT_STRTAB)
			continue;
		for (size_t at = 0; table.sh_size - at >= sizeof(*out);
		     at += sizeof(*out)) {
			memcpy(out, im->bytes + table.sh_offset + at,
			       sizeof(*out));
			if (out->st_name < names.sh_size &&
			    names.sh_size - out->st_name >= len &&
			    !memcmp(im->bytes + names.sh_offset + out->st_name,
				    name, len))
				return true;
		}
	}
	return false;
}

/* What a relocation of section `of` at that offset points to: symbol number
 * and addend. */
static bool find_relocation(const struct image *im, const Elf64_Ehdr *h,
			    size_t of, uint64_t offset, Elf64_Rela *out,
			    Elf64_Shdr *symbols)
{
	Elf64_Shdr rel;

	for (size_t i = 1; i < h->e_shnum; i++) {
		if (!section_at(im, h, i, &rel) || rel.sh_type != SHT_RELA ||
		    rel.sh_info != of)
			continue;
		for (size_t at = 0; rel.sh_size - at >= sizeof(*out);
		     at += sizeof(*out)) {
			memcpy(out, im->bytes + rel.sh_offset + at,
			       sizeof(*out));
			if (out->r_offset == offset)
				return section_at(im, h, rel.sh_link, symbols) &&
				       symbols->sh_type == SHT_SYMTAB;
		}
	}
	return false;
}

/* The text that the pointer at that offset of the script's descriptor will
 * point to once the kernel has loaded the module. */
static void script_text(const struct image *im, size_t field, char *dst,
			size_t size)
{
	Elf64_Shdr symbols, where;
	Elf64_Sym script, text;
	Elf64_Rela rela;
	Elf64_Ehdr h;
	uint64_t at, sym;

	memcpy(&h, im->bytes, sizeof(h));
	*dst = '\0';
	if (!find_symbol(im, &h, "stp_script", &script) ||
	    !find_relocation(im, &h, script.st_shndx, script.st_value + field,
			     &rela, &symbols))
		return;
	sym = ELF64_R_SYM(rela.r_info);
	if (sym >= symbols.sh_size / sizeof(text))
		return;
	memcpy(&text, im->bytes + symbols.sh_offset + sym * sizeof(text),
	       sizeof(text));
	at = text.st_value + rela.r_addend;
	if (!section_at(im, &h, text.st_shndx, &where) ||
	    where.sh_type == SHT_NOBITS || at >= where.sh_size)
		return;
	snprintf(dst, size, "%.*s", (int)(where.sh_size - at < size ?
					  where.sh_size - at : size),
		 im->bytes + where.sh_offset + at);
}

static bool name_valid(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_"
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return n && n < MODULE_NAME_SIZE && !s[n];
}

static int image_examine(struct image *im, struct why *w)
{
	struct span this_module;
	Elf64_Ehdr h;

	if (im->n < sizeof(h) || memcmp(im->bytes, ELFMAG, SELFMAG))
		return because(w, -ENOEXEC, "the module is no ELF file; it was "
			       "damaged, or is something else");
	memcpy(&h, im->bytes, sizeof(h));
	if (h.e_ident[EI_CLASS] != ELFCLASS64 ||
	    h.e_ident[EI_DATA] != ELFDATA2LSB || h.e_type != ET_REL)
		return because(w, -ENOEXEC, "the module is no 64-bit "
			       "little-endian object file");
	if (!section_named(im, ".gnu.linkonce.this_module", &this_module))
		return because(w, -ENOEXEC, "the module is cut off, or no "
			       "kernel module: build it again");
	copy_info(im, "name", im->name, sizeof(im->name));
	copy_info(im, "vermagic", im->vermagic, sizeof(im->vermagic));
	script_text(im, offsetof(struct stp_script, build_id), im->build_id,
		    sizeof(im->build_id));
	if (!name_valid(im->name) || !im->vermagic[0])
		return because(w, -ENOEXEC, "the module has no name or no "
			       "vermagic: build it again");
	im->is_signed = im->n > strlen(SIGNED_END) &&
			!memcmp(im->bytes + im->n - strlen(SIGNED_END),
				SIGNED_END, strlen(SIGNED_END));
	return 0;
}

int image_take(struct image *im, unsigned char *bytes, size_t n, struct why *w)
{
	*im = (struct image){ .bytes = bytes, .n = n };
	return image_examine(im, w);
}

static int read_all(int fd, unsigned char *p, size_t n)
{
	while (n) {
		ssize_t got = read(fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO;
		p += got;
		n -= got;
	}
	return 0;
}

/* The module out of an archive; frees the archive's bytes. */
static int take_archive(struct image *im, const char *path,
			unsigned char *packed, size_t n, struct why *w)
{
	const struct package_member *m;
	unsigned char *bytes = NULL;
	struct package a;
	char reason[256];
	int err = package_read(packed, n, &a, reason, sizeof(reason));

	free(packed);
	if (err)
		return because(w, err, "\"%s\": %s; make it again with `stap "
			       "-p4 --archive`", path, reason);
	m = package_module(&a);
	if (m)
		bytes = malloc(m->size + 1);
	if (bytes)
		memcpy(bytes, m->data, m->size);
	n = m ? m->size : 0;
	package_free(&a);
	if (!bytes)
		return because(w, m ? -ENOMEM : -ENOENT, "\"%s\" holds no "
			       "module", path);
	return image_take(im, bytes, n, w);
}

int image_read(struct image *im, const char *path, struct why *w)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	unsigned char *bytes = NULL;
	struct stat st;

	if (fd < 0)
		return because(w, -errno, "cannot open \"%s\": %s", path,
			       strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		err = because(w, -EINVAL, "\"%s\" is no regular file", path);
	else if ((size_t)st.st_size > MODULE_FILE_MAX)
		err = because(w, -EFBIG, "\"%s\" has %lld bytes, the limit is "
			      "%zu", path, (long long)st.st_size,
			      MODULE_FILE_MAX);
	if (!err) {
		bytes = malloc(st.st_size + 1);
		err = bytes ? read_all(fd, bytes, st.st_size) : -ENOMEM;
		if (err)
			because(w, err, "cannot read \"%s\": %s", path,
				strerror(-err));
	}
	close(fd);
	if (err) {
		free(bytes);
		return err;
	}
	if (package_is(bytes, st.st_size))
		return take_archive(im, path, bytes, st.st_size, w);
	return image_take(im, bytes, st.st_size, w);
}

/* i386 to i686 run the same modules, armv6l and armv7l too. */
static bool machine_fits(int elf, const char *machine)
{
	const char *name = machine_name(elf);

	if (elf == EM_386)
		return machine[0] == 'i' && !strcmp(machine + 2, "86");
	if (elf == EM_ARM)
		return !strncmp(machine, "arm", 3);
	return !strcmp(name, machine);
}

int image_check(const struct image *im, const struct facts *f, struct why *w)
{
	size_t n = strcspn(im->vermagic, " ");

	if (!machine_fits(elf_machine(im), f->machine))
		return because(w, -ENOEXEC, "module \"%s\" is for %s, this "
			       "machine is \"%s\": choose the sysroot of this "
			       "machine", im->name,
			       machine_name(elf_machine(im)), f->machine);
	if (strlen(f->release) != n || memcmp(f->release, im->vermagic, n))
		return because(w, -ENOEXEC, "module \"%s\" was built for "
			       "kernel \"%.*s\", this machine runs \"%s\": "
			       "build it with `stap -r %s`", im->name, (int)n,
			       im->vermagic, f->release, f->release);
	if (im->build_id[0] && f->build_id[0] &&
	    strcasecmp(im->build_id, f->build_id))
		return because(w, -ENOEXEC, "module \"%s\" was built for the "
			       "kernel with build-id %s, this machine runs %s "
			       "with the same release: choose its sysroot",
			       im->name, im->build_id, f->build_id);
	return 0;
}

/* A name that no other run has: pid and time, as many letters as fit. */
static bool unique_name(const char *old, char *name)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	size_t room = strlen(old), n;
	struct timespec t;
	uint64_t bits;

	clock_gettime(CLOCK_REALTIME, &t);
	bits = (uint64_t)t.tv_sec << 30 ^ (uint64_t)t.tv_nsec ^
	       (uint64_t)getpid() << 44;
	n = snprintf(name, MODULE_NAME_SIZE, "stap_");
	if (room < n + 8)
		return false;
	for (size_t i = 0; i < 12 && n < room; i++, bits >>= 5)
		name[n++] = digits[bits & 31];
	name[n] = '\0';
	return true;
}

int image_rename(struct image *im, struct why *w)
{
	char name[MODULE_NAME_SIZE];
	size_t len = strlen(im->name);
	struct span this_module;
	unsigned char *field;
	char *info;

	if (im->is_signed || !unique_name(im->name, name))
		return 0;
	info = modinfo(im, "name");
	if (!info || !section_named(im, ".gnu.linkonce.this_module",
				    &this_module))
		return because(w, -ENOEXEC, "the module has no name");
	field = memmem(this_module.p, this_module.n, im->name, len + 1);
	if (!field)
		return because(w, -ENOEXEC, "module \"%s\" does not hold its "
			       "own name: build it again", im->name);
	memset(info, 0, len);
	memcpy(info, name, strlen(name));
	memset(field, 0, len);
	memcpy(field, name, strlen(name));
	strcpy(im->name, name);
	return 0;
}

void image_free(struct image *im)
{
	free(im->bytes);
	im->bytes = NULL;
	im->n = 0;
}
