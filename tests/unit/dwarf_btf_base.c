// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that a module's BTF with a part of the kernel's (.BTF.base) gets the
 * kernel's types by name and size: where there is one such type.  Nothing here
 * makes such modules yet, so the sections are written by hand.
 */
#include "debuginfo/btf.h"

#include <dwarf.h>

#include "tests/unit/check.h"

static void expect_num(const char *what, long long got, long long want)
{
	check_equal(__FILE__, __LINE__, what, want, got);
}

static void expect(const char *what, const char *got, const char *want)
{
	check_same(__FILE__, __LINE__, what, want, got);
}

struct section {
	uint8_t types[2048];
	size_t ntypes;
	char str[512];
	size_t nstr;
	uint32_t first_str;	/* of the section it goes on from */
	uint8_t all[4096];
};

static void put32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = v >> 8 * i;
}

static void add(struct section *s, uint32_t v)
{
	put32(s->types + s->ntypes, v);
	s->ntypes += 4;
}

static uint32_t name(struct section *s, const char *text)
{
	uint32_t at = s->nstr;

	if (!*text)
		return 0;
	memcpy(s->str + at, text, strlen(text) + 1);
	s->nstr += strlen(text) + 1;
	return s->first_str + at;
}

static void type(struct section *s, const char *text, enum btf_kind kind,
		 unsigned vlen, uint32_t size)
{
	add(s, name(s, text));
	add(s, (uint32_t)kind << 24 | vlen);
	add(s, size);
}

static void member(struct section *s, const char *text, uint32_t id,
		   uint32_t bits)
{
	add(s, name(s, text));
	add(s, id);
	add(s, bits);
}

static void begin(struct section *s, const struct section *from)
{
	*s = (struct section){ .nstr = from ? 0 : 1,
			       .first_str = from ? from->nstr : 0 };
}

static void read_section(struct arena *a, struct section *s,
			 const struct btf *base, struct btf *b)
{
	const char *why = NULL;

	memcpy(s->all, "\x9f\xeb\x01", 3);
	put32(s->all + 4, 24);
	put32(s->all + 12, s->ntypes);
	put32(s->all + 16, s->ntypes);
	put32(s->all + 20, s->nstr);
	memcpy(s->all + 24, s->types, s->ntypes);
	memcpy(s->all + 24 + s->ntypes, s->str, s->nstr);
	expect_num("read", btf_read(a, s->all, 24 + s->ntypes + s->nstr, base,
				    b, &why), true);
	expect("why", why ? why : "", "");
}

static struct section kernel_bytes, part_bytes, split_bytes;

static void make_kernel(struct section *s)
{
	begin(s, NULL);
	type(s, "int", BTF_INT, 0, 4);			/* 1 */
	add(s, 32);
	type(s, "shuffled", BTF_STRUCT, 0, 3);		/* 2 */
	type(s, "file", BTF_STRUCT, 2, 16);		/* 3 */
	member(s, "pos", 1, 0);
	member(s, "next", 4, 64);
	type(s, "", BTF_PTR, 0, 3);			/* 4 */
	type(s, "twice", BTF_STRUCT, 1, 4);		/* 5 */
	member(s, "one", 1, 0);
	type(s, "twice", BTF_STRUCT, 1, 4);		/* 6 */
	member(s, "two", 1, 0);
	type(s, "grown", BTF_STRUCT, 1, 8);		/* 7 */
	member(s, "more", 1, 0);
	type(s, "mode", BTF_ENUM, 1, 4);		/* 8 */
	add(s, name(s, "FAST"));
	add(s, 7);
}

static void make_part(struct section *s)
{
	begin(s, NULL);
	type(s, "int", BTF_INT, 0, 4);			/* 1 */
	add(s, 32);
	type(s, "file", BTF_STRUCT, 0, 16);		/* 2 */
	type(s, "twice", BTF_STRUCT, 0, 4);		/* 3 */
	type(s, "grown", BTF_STRUCT, 0, 4);		/* 4 */
	type(s, "mode", BTF_ENUM, 0, 4);		/* 5 */
	type(s, "file", BTF_UNION, 0, 16);		/* 6 */
}

static void make_split(struct section *s, const struct section *part)
{
	begin(s, part);
	type(s, "", BTF_PTR, 0, 2);			/* 7 */
	type(s, "mine", BTF_STRUCT, 5, 40);		/* 8 */
	member(s, "file", 7, 0);
	member(s, "t", 3, 64);
	member(s, "g", 4, 96);
	member(s, "mode", 5, 128);
	member(s, "lost", 999, 160);
	type(s, "", BTF_FUNC_PROTO, 1, 1);		/* 9 */
	add(s, name(s, "m"));
	add(s, 8);
	type(s, "run", BTF_FUNC, 0, 9);			/* 10 */
	type(s, "", BTF_ARRAY, 0, 0);			/* 11 */
	add(s, 8);
	add(s, 1);
	add(s, 3);
}

/* The record that a member of mine leads to. */
static struct btf_rec of_member(const struct btf *b, const char *text)
{
	uint32_t id = btf_named(b, "mine", DW_TAG_structure_type);
	struct btf_rec r, to = { .name = "none" };

	if (!btf_get(b, id, &r))
		return to;
	for (uint32_t i = 0; i < r.vlen; i++)
		if (!strcmp(btf_str(b, btf_word(&r, 3 * i)), text))
			btf_get(b, btf_word(&r, 3 * i + 1), &to);
	return to;
}

static void check(const struct btf *b, const struct btf *kernel)
{
	struct btf_rec r = of_member(b, "file"), p;

	expect_num("goes on from the kernel's", b->first, kernel->n);
	expect_num("a pointer", r.kind, BTF_PTR);
	expect_num("to the kernel's", r.size, 3);
	expect_num("its type", btf_get(b, r.size, &p), true);
	expect("name", p.name, "file");
	expect_num("members", p.vlen, 2);
	expect("the second", btf_str(b, btf_word(&p, 3)), "next");
	r = of_member(b, "mode");
	expect_num("enum", r.kind == BTF_ENUM && r.vlen == 1, true);
	expect("its value", btf_str(b, btf_word(&r, 0)), "FAST");
	r = of_member(b, "t");
	expect("two of a name", r.name, "twice");
	expect_num("none is taken", r.vlen, 0);
	r = of_member(b, "g");
	expect("of another size", r.name, "grown");
	expect_num("is not taken", r.vlen == 0 && r.size == 4, true);
	expect("no such number", of_member(b, "lost").name, "none");
}

static void check_function(const struct btf *b)
{
	struct btf_rec r, proto, param;
	uint32_t id = b->n - 2;

	expect_num("function", btf_get(b, id, &r) && r.kind == BTF_FUNC, true);
	expect("name", r.name, "run");
	expect_num("prototype", btf_get(b, r.size, &proto), true);
	expect_num("kind", proto.kind, BTF_FUNC_PROTO);
	expect_num("result", btf_get(b, proto.size, &param), true);
	expect("of type", param.name, "int");
	expect("parameter", btf_str(b, btf_word(&proto, 0)), "m");
	expect_num("type", btf_get(b, btf_word(&proto, 1), &param), true);
	expect("is", param.name, "mine");
	expect_num("array", btf_get(b, b->n - 1, &r), true);
	expect_num("elements", r.kind == BTF_ARRAY ? btf_word(&r, 2) : 0, 3);
	expect_num("of", btf_get(b, btf_word(&r, 0), &param), true);
	expect("type", param.name, "mine");
}

/* Whatever the numbers are, each leads to a type or nowhere. */
static void check_damaged(struct arena *a, const struct btf *kernel)
{
	struct section s;

	for (size_t at = 0; at < split_bytes.ntypes; at++)
		for (int bit = 0; bit < 8; bit++) {
			struct btf part, split, out;
			const char *why;
			struct btf_rec r;

			s = split_bytes;
			s.all[24 + at] ^= 1 << bit;
			if (!btf_read(a, part_bytes.all, 24 +
				      part_bytes.ntypes + part_bytes.nstr,
				      NULL, &part, &why) ||
			    !btf_read(a, s.all, 24 + s.ntypes + s.nstr, &part,
				      &split, &why) ||
			    !btf_rebase(a, &part, &split, kernel, &out, &why))
				continue;
			for (uint32_t id = 1; id < out.n + 2; id++)
				if (btf_get(&out, id, &r))
					btf_peel(&out, r.size);
		}
}

int main(void)
{
	struct arena *a = &(struct arena){ 0 };
	struct btf kernel, part, split, out;
	const char *why = NULL;

	make_kernel(&kernel_bytes);
	make_part(&part_bytes);
	make_split(&split_bytes, &part_bytes);
	read_section(a, &kernel_bytes, NULL, &kernel);
	read_section(a, &part_bytes, NULL, &part);
	read_section(a, &split_bytes, &part, &split);
	expect_num("rebased", btf_rebase(a, &part, &split, &kernel, &out, &why),
		   true);
	check(&out, &kernel);
	check_function(&out);
	check_damaged(a, &kernel);
	arena_free(a);
	return check_report();
}
