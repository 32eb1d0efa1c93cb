// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fuzzes the reader of BTF: the input is wrapped in an ELF file as
 * stap-sysroot makes one, opened as any vmlinux, and every function and type
 * in it is asked all that a script can ask.  A bare header in front, with
 * lengths that fit, gets the fuzzer past the first checks.  Cut in two, it is
 * the kernel's and a module's that goes on from it; in three, with the part of
 * the kernel's that the module brings.
 */
#include "ask.h"
#include "debuginfo/btf.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

static void put_word(uint8_t *p, size_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* types, then strings: half of the input each.  alone: the strings start with
 * "", as those do that go on from no others. */
static uint8_t *with_header(const uint8_t *data, size_t size, bool alone,
			    size_t *n)
{
	static const uint8_t start[] = {0x9f, 0xeb, 1, 0, 24, 0, 0, 0};
	size_t types = size / 2 & ~(size_t)3, str = size - types + 2;
	uint8_t *p = calloc(1, 24 + size + 2);

	if (!p)
		abort();
	memcpy(p, start, sizeof start);
	put_word(p + 12, types);
	put_word(p + 16, types);
	put_word(p + 20, str);
	memcpy(p + 24, data, types);
	p[24 + types] = alone ? 0 : 'a';
	memcpy(p + 24 + types + 1, data + types, size - types);
	*n = 24 + size + 2;
	return p;
}

static void one(struct arena *a, const char *path, const void *btf, size_t n)
{
	const struct btf_elf from = {.machine = n & 1 ? EM_X86_64 : EM_AARCH64,
				     .btf = btf,
				     .nbtf = n,
				     .build_id = (const uint8_t *)"12345678",
				     .nbuild_id = 8};
	const char *why;
	struct debuginfo *di;

	if (btf_elf_write(a, path, &from, &why))
		return;
	di = debuginfo_open(a, path, NULL, &why);
	if (!di)
		return;
	ask_all(di);
	debuginfo_close(di);
}

/* An ELF file of the sections .text, .BTF, .symtab: a module's, in short. */
static size_t module_file(uint8_t *to, const uint8_t *btf, size_t n)
{
	static const char names[] = "\0.text\0.BTF\0.symtab\0.strtab";
	static const char strings[] = "\0a\0aa\0__traceiter_a";
	static const uint32_t symbols[] = {1, 3, 6};
	size_t at = sizeof(Elf64_Ehdr) + 5 * sizeof(Elf64_Shdr);
	Elf64_Sym sym[4] = {{0}};
	Elf64_Shdr sh[5] = {
		{0},
		{.sh_name = 1, .sh_type = SHT_NOBITS, .sh_size = 64,
		 .sh_flags = SHF_ALLOC | SHF_EXECINSTR, .sh_addralign = 16},
		{.sh_name = 7, .sh_type = SHT_PROGBITS, .sh_size = n},
		{.sh_name = 12, .sh_type = SHT_SYMTAB, .sh_size = sizeof sym,
		 .sh_link = 4, .sh_info = 1, .sh_entsize = sizeof *sym},
		{.sh_name = 20, .sh_type = SHT_STRTAB,
		 .sh_size = sizeof names + sizeof strings},
	};
	Elf64_Ehdr eh = {.e_type = ET_REL, .e_machine = EM_X86_64,
			 .e_version = EV_CURRENT, .e_shoff = sizeof eh,
			 .e_ehsize = sizeof eh, .e_shentsize = sizeof *sh,
			 .e_shnum = 5, .e_shstrndx = 4};

	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_ident[EI_VERSION] = EV_CURRENT;
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++)
		sym[i + 1] = (Elf64_Sym){
			.st_name = (uint32_t)sizeof names + symbols[i],
			.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
			.st_shndx = 1, .st_value = 16 * i, .st_size = 16};
	for (size_t i = 1; i < ARRAY_SIZE(sh); i++) {
		sh[i].sh_offset = at;
		at += sh[i].sh_type == SHT_NOBITS ? 0 : sh[i].sh_size;
	}
	memcpy(to, &eh, sizeof eh);
	memcpy(to + eh.e_shoff, sh, sizeof sh);
	memcpy(to + sh[2].sh_offset, btf, n);
	memcpy(to + sh[3].sh_offset, sym, sizeof sym);
	memcpy(to + sh[4].sh_offset, names, sizeof names);
	memcpy(to + sh[4].sh_offset + sizeof names, strings, sizeof strings);
	return at;
}

/* The first part is the kernel's, the second a module's that goes on from it. */
static void two(struct arena *a, const char *path, const uint8_t *data,
		size_t size)
{
	static const uint8_t kernel_id[] = "87654321";
	size_t nfirst, nsecond, n, half = size / 2 & ~(size_t)3;
	uint8_t *first = with_header(data, half, true, &nfirst);
	uint8_t *second = with_header(data + half, size - half, false,
				      &nsecond);
	uint8_t *file = calloc(1, nsecond + 4096);
	const struct btf_elf from = {.machine = EM_X86_64, .btf = first,
				     .nbtf = nfirst, .build_id = kernel_id,
				     .nbuild_id = 8};
	struct debuginfo *kernel = NULL, *module;
	const char *why;

	if (!file)
		abort();
	if (!btf_elf_write(a, path, &from, &why))
		kernel = debuginfo_open(a, path, NULL, &why);
	if (kernel) {
		n = module_file(file, second, nsecond);
		file_replace(path, file, n, 0600);
		module = debuginfo_open_module(a, path, NULL, kernel, &why);
		if (module) {
			ask_all(module);
			debuginfo_close(module);
		}
		debuginfo_close(kernel);
	}
	free(first);
	free(second);
	free(file);
}

/* The kernel's, the part of it that a module brings, and the module's own. */
static void three(struct arena *a, const uint8_t *data, size_t size)
{
	size_t third = size / 3 & ~(size_t)3, n[3];
	struct btf b[3], out;
	struct btf_rec r;
	const char *why;
	uint8_t *p[3];
	bool ok = true;

	for (int i = 0; i < 3; i++) {
		p[i] = with_header(data + i * third, third, i < 2, &n[i]);
		ok = ok && btf_read(a, p[i], n[i], i < 2 ? NULL : &b[1], &b[i],
				    &why);
	}
	if (ok && btf_rebase(a, &b[1], &b[2], &b[0], &out, &why))
		for (uint32_t id = 1; id < out.n; id++)
			if (btf_get(&out, id, &r) && btf_peel(&out, r.size) &&
			    r.kind == BTF_FUNC_PROTO && r.vlen)
				btf_str(&out, btf_word(&r, 2 * r.vlen - 2));
	for (int i = 0; i < 3; i++)
		free(p[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/stapx-fuzz-XXXXXX";
	struct arena a = {0};
	uint8_t *whole;
	size_t n;
	int fd = mkstemp(path);

	if (fd < 0)
		abort();
	close(fd);
	one(&a, path, data, size);
	whole = with_header(data, size, true, &n);
	one(&a, path, whole, n);
	two(&a, path, data, size);
	three(&a, data, size);
	free(whole);
	unlink(path);
	arena_free(&a);
	return 0;
}
