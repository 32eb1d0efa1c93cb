// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the script brought of files of user space (-d): rules of their frames,
 * and symbols.
 *
 * In: an address of the current task, whose mappings are locked.  Out: the
 * file's tables and the address as the file has it.  A file is known by its
 * build-id, which is read where the task has it mapped: as that may not be
 * there at the first look, there are some.  Any context.
 */
#include <linux/elf.h>
#include <linux/mm.h>
#include "uspace.h"

#define TRIES 20		/* looks at a file without a build-id */
#define NONE 255		/* it has none of ours */
#define HEADERS_MAX 32
#define NOTES_MAX 8
#define GUESSES 5

/* A file by its number: 1 and up: of stp_user_files; NONE; 0: not known. */
static u8 own[STP_UFILES_SEEN + 1], tried[STP_UFILES_SEEN + 1];

/* Of a script that brings none. */
const struct stp_ufiles stp_user_files __weak;

/* The note at addr is the build-id of one of ours; *size: of the note. */
static u8 by_note(u64 addr, u64 *size)
{
	const struct stp_ufiles *u = &stp_user_files;
	struct elf64_note note;
	u8 text[STP_BUILD_ID_MAX];
	u32 i;

	*size = 0;
	if (!stp_read_user(&note, addr, sizeof(note)) ||
	    note.n_namesz > 64 || note.n_descsz > 4096)
		return 0;
	*size = sizeof(note) + ALIGN(note.n_namesz, 4) + ALIGN(note.n_descsz, 4);
	if (note.n_type != 3 || note.n_namesz != 4 ||
	    note.n_descsz > sizeof(text) || !note.n_descsz ||
	    !stp_read_user(text, addr + sizeof(note) + 4, note.n_descsz))
		return 0;
	for (i = 0; i < u->n; i++)
		if (u->v[i].nid == note.n_descsz &&
		    !memcmp(u->v[i].id, text, note.n_descsz))
			return i + 1;
	return NONE;
}

static u8 by_notes(u64 addr, u64 left)
{
	u64 size;
	int i;

	for (i = 0; i < NOTES_MAX && left > sizeof(struct elf64_note); i++) {
		u8 found = by_note(addr, &size);

		if (found || !size || size > left)
			return found;
		addr += size;
		left -= size;
	}
	return 0;
}

/* The file's beginning is mapped in size bytes at start. */
static u8 by_headers(u64 start, u64 size)
{
	struct elf64_hdr h;
	struct elf64_phdr p;
	u8 found = 0;
	int i;

	if (!stp_read_user(&h, start, sizeof(h)) ||
	    memcmp(h.e_ident, ELFMAG, SELFMAG) ||
	    h.e_ident[EI_CLASS] != ELFCLASS64 ||
	    h.e_phentsize != sizeof(p) || h.e_phoff > size)
		return 0;
	for (i = 0; !found && i < h.e_phnum && i < HEADERS_MAX; i++)
		if (stp_read_user(&p, start + h.e_phoff + i * sizeof(p),
				  sizeof(p)) &&
		    p.p_type == PT_NOTE && p.p_offset < size &&
		    p.p_filesz <= size - p.p_offset)
			found = by_notes(start + p.p_offset, p.p_filesz);
	return found;
}

/*
 * Segments lie at their place in the file, from the first one's mapping on, or
 * each a page further on than the one before.
 */
static u8 find_own(struct mm_struct *mm, const struct vm_area_struct *vma)
{
	static const u32 further[GUESSES] = { 0, 0x1000, 0x2000, 0x10000,
					      0x20000 };
	u64 begin = vma->vm_start - ((u64)vma->vm_pgoff << PAGE_SHIFT);
	u8 found;
	int i;

	for (i = 0; i < GUESSES; i++) {
		struct vm_area_struct *first = find_vma(mm, begin - further[i]);

		if (!first || first->vm_pgoff || !first->vm_file ||
		    file_inode(first->vm_file) != file_inode(vma->vm_file))
			continue;
		found = by_headers(first->vm_start,
				   first->vm_end - first->vm_start);
		if (found)
			return found;
	}
	return 0;
}

static u8 own_number(struct mm_struct *mm, const struct vm_area_struct *vma,
		     u32 number)
{
	u8 found = READ_ONCE(own[number]);

	if (found || tried[number] >= TRIES)
		return found;
	tried[number]++;
	found = find_own(mm, vma);
	WRITE_ONCE(own[number], found);
	return found;
}

const struct stp_ufile *stp_ufile_at(struct mm_struct *mm, u64 addr, u64 *at)
{
	const struct stp_ufile *f;
	struct vm_area_struct *vma;
	u64 offset;
	u32 number, i;
	u8 found;

	if (!mm || !stp_user_files.n)
		return NULL;
	number = stp_file_number(mm, addr, &vma, &offset);
	found = number ? own_number(mm, vma, number) : 0;
	if (!found || found == NONE)
		return NULL;
	f = &stp_user_files.v[found - 1];
	for (i = 0; i < f->nsegments; i++)
		if (offset - f->segments[i].offset < f->segments[i].size) {
			*at = offset - f->segments[i].offset +
			      f->segments[i].addr;
			return f;
		}
	return NULL;
}

/* The last of n entries, each of size bytes with its place first, that is not
 * behind at. */
static const void *last_before(const void *v, u32 n, size_t size, u64 at)
{
	u32 lo = 0, hi = n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (*(const u32 *)((const char *)v + mid * size) <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? (const char *)v + (lo - 1) * size : NULL;
}

const struct stp_urule *stp_urule_at(struct mm_struct *mm, u64 addr)
{
	u64 at;
	const struct stp_ufile *f = stp_ufile_at(mm, addr, &at);

	if (!f || at < f->base)
		return NULL;
	return last_before(f->rules, f->nrules, sizeof(*f->rules),
			   at - f->base);
}

const struct stp_usym *stp_usym_at(struct mm_struct *mm, u64 addr,
				   const struct stp_ufile **file, u64 *offset)
{
	u64 at;
	const struct stp_ufile *f = stp_ufile_at(mm, addr, &at);
	const struct stp_usym *s;

	*file = f;
	if (!f || at < f->base)
		return NULL;
	at -= f->base;
	s = last_before(f->syms, f->nsyms, sizeof(*s), at);
	if (!s || at - s->at >= s->size)
		return NULL;
	*offset = at - s->at;
	return s;
}
