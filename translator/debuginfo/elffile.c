// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An ELF file, mapped.  In: a path.  Out: its sections with addresses, its
 * build-id, and on request its DWARF.
 *
 * A linked file (vmlinux) goes to libdw as it is.  A relocatable one (a
 * module) goes through libdwfl, which lays its sections out and relocates the
 * .debug sections; the addresses of that layout are this layer's own.
 */
#include "debuginfo/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool map_file(struct arena *a, struct elf_file *f, const char **why)
{
	struct stat st;

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) < 0) {
		*why = arena_printf(a, "cannot open \"%s\": %s", f->path,
				    strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(Elf32_Ehdr)) {
		*why = arena_printf(a, "\"%s\" is not an ELF file", f->path);
		return false;
	}
	f->size = st.st_size;
	f->map = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, f->fd, 0);
	if (f->map == MAP_FAILED) {
		f->map = NULL;
		*why = arena_printf(a, "cannot map \"%s\": %s", f->path,
				    strerror(errno));
		return false;
	}
	return true;
}

static bool read_header(struct arena *a, struct elf_file *f, const char **why)
{
	GElf_Ehdr eh;

	elf_version(EV_CURRENT);
	f->elf = elf_memory(f->map, f->size);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF ||
	    !gelf_getehdr(f->elf, &eh)) {
		*why = arena_printf(a, "\"%s\" is not an ELF file", f->path);
		return false;
	}
	f->machine = eh.e_machine;
	f->type = eh.e_type;
	f->addr_size = gelf_getclass(f->elf) == ELFCLASS64 ? 8 : 4;
	f->big_endian = eh.e_ident[EI_DATA] == ELFDATA2MSB;
	return true;
}

static bool is_debug_section(const char *name)
{
	return !strcmp(name, ".debug_info") || !strcmp(name, ".zdebug_info");
}

static bool read_sections(struct arena *a, struct elf_file *f, const char **why)
{
	VEC(struct elf_section) v = {0};
	size_t shstr;
	Elf_Scn *scn = NULL;

	if (elf_getshdrstrndx(f->elf, &shstr) < 0) {
		*why = arena_printf(a, "\"%s\" has no section headers",
				    f->path);
		return false;
	}
	while ((scn = elf_nextscn(f->elf, scn))) {
		GElf_Shdr sh;
		const char *name;

		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(f->elf, shstr, sh.sh_name);
		struct elf_section s = {
			.name = name ? arena_strdup(a, name) : "",
			.addr = sh.sh_addr,
			.size = sh.sh_size,
			.flags = sh.sh_flags,
			.fileoff = sh.sh_offset,
			.type = sh.sh_type,
			.ndx = elf_ndxscn(scn),
			.in_image = f->type != ET_REL &&
				    (sh.sh_flags & SHF_ALLOC),
		};
		if (is_debug_section(s.name) && s.type != SHT_NOBITS && s.size)
			f->has_dwarf = true;
		if (!strcmp(s.name, ".BTF") && s.type != SHT_NOBITS && s.size)
			f->has_btf = true;
		vec_push(a, &v, s);
	}
	f->sections = v.v;
	f->nsections = v.n;
	return true;
}

/* Notes are read from sections: a debug file's segments may be empty. */
static void read_build_id(struct elf_file *f)
{
	for (size_t i = 0; i < f->nsections; i++) {
		const struct elf_section *s = &f->sections[i];
		Elf_Data *d;
		GElf_Nhdr nh;
		size_t off = 0, name, desc;

		if (s->type != SHT_NOTE)
			continue;
		d = elf_getdata(elf_getscn(f->elf, s->ndx), NULL);
		while (d && off < d->d_size &&
		       (off = gelf_getnote(d, off, &nh, &name, &desc))) {
			const char *p = d->d_buf;

			if (nh.n_type != NT_GNU_BUILD_ID || nh.n_namesz != 4 ||
			    memcmp(p + name, "GNU", 4) ||
			    nh.n_descsz > INDEX_MAX_BUILD_ID)
				continue;
			memcpy(f->build_id, p + desc, nh.n_descsz);
			f->build_id_len = nh.n_descsz;
			return;
		}
	}
}

/* Sets every section's address to the one libdwfl gave it. */
static void take_layout(struct elf_file *f)
{
	struct elf_section *sec = (struct elf_section *)f->sections;
	int n = dwfl_module_relocations(f->mod);
	GElf_Addr bias = 0;
	Elf *elf = dwfl_module_getelf(f->mod, &bias);

	for (int i = 0; i < n; i++) {
		GElf_Word ndx = 0;
		GElf_Shdr sh;
		Elf_Scn *scn;

		if (!dwfl_module_relocation_info(f->mod, i, &ndx) || !elf)
			continue;
		scn = elf_getscn(elf, ndx);
		if (!scn || !gelf_getshdr(scn, &sh))
			continue;
		for (size_t k = 0; k < f->nsections; k++) {
			if (sec[k].ndx != ndx)
				continue;
			sec[k].addr = sh.sh_addr + bias;
			sec[k].in_image = true;
		}
	}
}

static const Dwfl_Callbacks dwfl_callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

static bool lay_out(struct arena *a, struct elf_file *f, const char **why)
{
	int fd = dup(f->fd);

	f->dwfl = dwfl_begin(&dwfl_callbacks);
	if (f->dwfl) {
		dwfl_report_begin(f->dwfl);
		f->mod = dwfl_report_offline(f->dwfl, f->path, f->path, fd);
		dwfl_report_end(f->dwfl, NULL, NULL);
	}
	if (!f->mod) {
		*why = arena_printf(a, "cannot read \"%s\": %s", f->path,
				    dwfl_errmsg(-1));
		return false;
	}
	take_layout(f);
	return true;
}

bool elf_file_open(struct arena *a, const char *path, struct elf_file *f,
		   const char **why)
{
	*f = (struct elf_file){.path = arena_strdup(a, path), .fd = -1};
	if (!map_file(a, f, why) || !read_header(a, f, why) ||
	    !read_sections(a, f, why) ||
	    (f->type == ET_REL && !lay_out(a, f, why))) {
		elf_file_close(f);
		return false;
	}
	read_build_id(f);
	return true;
}

void elf_file_close(struct elf_file *f)
{
	if (f->dw && !f->dwfl)
		dwarf_end(f->dw);
	if (f->dwfl)
		dwfl_end(f->dwfl);
	if (f->elf)
		elf_end(f->elf);
	if (f->map)
		munmap(f->map, f->size);
	if (f->fd >= 0)
		close(f->fd);
	*f = (struct elf_file){.fd = -1};
}

Dwarf *elf_file_dwarf(struct arena *a, struct elf_file *f, const char **why)
{
	GElf_Addr bias;

	if (f->dw)
		return f->dw;
	if (!f->has_dwarf) {
		*why = arena_printf(
			a,
			"no debug information in \"%s\"; import the kernel "
			"with it: stap-sysroot import … (without "
			"--no-debuginfo), or name an unstripped vmlinux with "
			"stap-sysroot import tree BUILD-TREE --vmlinux FILE",
			f->path);
		return NULL;
	}
	f->dw = f->dwfl ? dwfl_module_getdwarf(f->mod, &bias) :
			  dwarf_begin_elf(f->elf, DWARF_C_READ, NULL);
	if (!f->dw)
		*why = arena_printf(
			a, "cannot read the debug information in \"%s\": %s",
			f->path,
			f->dwfl ? dwfl_errmsg(-1) : dwarf_errmsg(-1));
	return f->dw;
}

const struct elf_section *elf_file_section_at(const struct elf_file *f,
					      uint64_t addr)
{
	for (size_t i = 0; i < f->nsections; i++) {
		const struct elf_section *s = &f->sections[i];

		if (s->in_image && !(s->flags & SHF_TLS) && addr >= s->addr &&
		    addr - s->addr < s->size)
			return s;
	}
	return NULL;
}

const struct elf_section *elf_file_section(const struct elf_file *f,
					   const char *name)
{
	for (size_t i = 0; i < f->nsections; i++)
		if (!strcmp(f->sections[i].name, name))
			return &f->sections[i];
	return NULL;
}

const struct elf_section *elf_file_section_no(const struct elf_file *f,
					      size_t n)
{
	/* Sections are listed without the null section, in order. */
	if (n >= 1 && n <= f->nsections && f->sections[n - 1].ndx == n)
		return &f->sections[n - 1];
	for (size_t i = 0; i < f->nsections; i++)
		if (f->sections[i].ndx == n)
			return &f->sections[i];
	return NULL;
}

bool elf_file_symbol_addr(const struct elf_file *f, const GElf_Sym *sym,
			  uint64_t *addr)
{
	const struct elf_section *s;

	*addr = sym->st_value;
	if (f->type != ET_REL)
		return true;
	s = elf_file_section_no(f, sym->st_shndx);
	if (!s || !s->in_image)
		return false;
	*addr += s->addr;
	return true;
}

const char *elf_file_data(const struct elf_file *f,
			  const struct elf_section *s, size_t *n)
{
	*n = 0;
	if (!s || s->type == SHT_NOBITS || (s->flags & SHF_COMPRESSED) ||
	    s->fileoff > f->size || s->size > f->size - s->fileoff)
		return NULL;
	*n = s->size;
	return f->map + s->fileoff;
}

bool elf_file_read(const struct elf_file *f, uint64_t addr, void *to, size_t n)
{
	const struct elf_section *s = elf_file_section_at(f, addr);
	size_t have;
	const char *p = elf_file_data(f, s, &have);

	if (!p || addr - s->addr > have || n > have - (addr - s->addr))
		return false;
	memcpy(to, p + (addr - s->addr), n);
	return true;
}

void elf_file_forget_pages(const struct elf_file *f)
{
	static const char *const big[] = {
		".debug_info",	   ".debug_abbrev",   ".debug_str",
		".debug_loclists", ".debug_rnglists", ".debug_line",
	};
	uint64_t page = sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < ARRAY_SIZE(big); i++) {
		const struct elf_section *s = elf_file_section(f, big[i]);
		uint64_t lo, hi;
		size_t n;

		/* Only where no one wrote: libelf converts nothing in .debug
		 * sections, and relocates a module's own copies. */
		if (!s || f->dwfl || !elf_file_data(f, s, &n))
			continue;
		lo = (s->fileoff + page - 1) / page * page;
		hi = (s->fileoff + n) / page * page;
		if (lo < hi)
			madvise(f->map + lo, hi - lo, MADV_DONTNEED);
	}
}
