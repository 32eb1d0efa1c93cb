// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The script of the first link, which leaves out functions and data that
 * nothing refers to.  In: the objects of a script and the runtime's archive.
 * Out: a linker script.
 *
 * Must hold: sections that describe code (exception tables, alternatives,
 * notes for objtool) keep their names and are never left out, whatever kernel
 * they are of; nothing refers to them, so each name is asked for here.  They
 * hold on to the code that they describe.
 */
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include "build/build.h"
#include "build/shrink.h"

/* Text that hits run comes last; what others hold is in front of it. */
#define HOT "*_src.o *_embedded.o *.a:hot_*"
static const char head[] =
	"SECTIONS {\n"
	"/DISCARD/ : { *(.comment .note.GNU-stack) }\n"
	".text 0 : {\n"
	"*(.text.unlikely .text.unlikely.* .init.text .exit.text)\n"
	"*(EXCLUDE_FILE(" HOT ") .text EXCLUDE_FILE(" HOT ") .text.*)\n"
	HOT_TEXT " = .;\n"
	"*(.text .text.*)\n"
	"}\n"
	SHRINK_STRINGS " 0 : { *(.rodata.str1.* .rodata.*.str1.*) }\n"
	".rodata 0 : { *(.rodata .rodata.*) }\n"
	".data 0 : { *(.data .data.[!.]* .init.data .exit.data) }\n"
	".bss 0 : { *(.bss .bss.* COMMON) }\n";

static bool covered(const char *name)
{
	static const char *const names[] = {
		".text", ".init.text", ".exit.text", ".rodata", ".data",
		".init.data", ".exit.data", ".bss", ".comment",
		".note.GNU-stack",
	};
	static const char *const starts[] = {
		".text.", ".rodata.", ".bss.", ".debug",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (str_starts(name, starts[i]))
			return true;
	return str_starts(name, ".data.") && name[6] != '.';
}

/* Not a name that could end what it is quoted in. */
static bool quotable(const char *name)
{
	return *name && !strpbrk(name, "\"\\*?[]\n") && strlen(name) < 200;
}

struct naming {
	struct arena *arena;
	struct map seen;
	struct buf *out;
};

static void take_section(struct naming *n, const GElf_Shdr *h,
			 const char *name)
{
	if (!name || map_get(&n->seen, name) || covered(name) ||
	    !quotable(name))
		return;
	if (h->sh_type != SHT_PROGBITS && h->sh_type != SHT_NOBITS &&
	    h->sh_type != SHT_NOTE)
		return;
	map_set(n->arena, &n->seen, arena_strdup(n->arena, name), n);
	/* Special data (".data..percpu") is kept only if it is used. */
	buf_printf(n->out, str_starts(name, ".data..") ?
		   "\"%s\" 0 : { *(\"%s\") }\n" :
		   "\"%s\" 0 : { KEEP(*(\"%s\")) }\n", name, name);
}

static void take_object(struct naming *n, Elf *elf)
{
	size_t strings;
	Elf_Scn *scn = NULL;
	GElf_Shdr h;

	if (elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &strings))
		return;
	while ((scn = elf_nextscn(elf, scn)))
		if (gelf_getshdr(scn, &h))
			take_section(n, &h,
				     elf_strptr(elf, strings, h.sh_name));
}

/* An object, or each of an archive. */
static bool take_file(struct naming *n, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf_Cmd cmd = ELF_C_READ;
	Elf *file, *member;

	elf_version(EV_CURRENT);
	file = fd >= 0 ? elf_begin(fd, cmd, NULL) : NULL;
	if (file && elf_kind(file) == ELF_K_AR) {
		while ((member = elf_begin(fd, cmd, file))) {
			take_object(n, member);
			cmd = elf_next(member);
			elf_end(member);
		}
	} else if (file) {
		take_object(n, file);
	}
	if (file)
		elf_end(file);
	if (fd >= 0)
		close(fd);
	return file != NULL;
}

const char *link_script(struct arena *a, const char *const *objects, size_t n)
{
	struct buf b = { 0 };
	struct naming names = { .arena = a, .out = &b };
	const char *text;
	bool ok = true;

	buf_puts(&b, head);
	for (size_t i = 0; i < n && ok; i++)
		ok = take_file(&names, objects[i]);
	buf_puts(&b, "}\n");
	text = ok ? arena_strdup(a, b.s) : NULL;
	buf_free(&b);
	return text;
}
