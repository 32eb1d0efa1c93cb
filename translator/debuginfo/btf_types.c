// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The types that BTF describes, as the handles that DWARF's are: in place of
 * a DIE's offset stands the type's number.
 */
#include "debuginfo/btf.h"
#include "debuginfo/internal.h"

#define MAX_LAYERS 64
#define NAME_LEN 4096 /* of a type, as text */
#define MEMBERS_MAX 65536 /* of one type, with those of anonymous ones */
#define INT_SIGNED 1
#define INT_BOOL 4

/* ---- names: as typename.c has them ---- */

static void put(const struct btf *b, struct buf *s, uint32_t id, int depth);

static void put_arguments(const struct btf *b, struct buf *s,
			  const struct btf_rec *fn, int depth)
{
	if (!fn->vlen)
		buf_puts(s, "void");
	for (uint32_t i = 0; i < fn->vlen && s->n < NAME_LEN; i++) {
		uint32_t type = btf_word(fn, 2 * i + 1);

		buf_puts(s, i ? ", " : "");
		if (type)
			put(b, s, type, depth + 1);
		else
			buf_puts(s, "...");
	}
}

static void put_pointer(const struct btf *b, struct buf *s, uint32_t to,
			int depth)
{
	struct btf_rec fn;

	if (btf_get(b, to, &fn) && fn.kind == BTF_FUNC_PROTO) {
		put(b, s, fn.size, depth + 1);
		buf_puts(s, " (*) (");
		put_arguments(b, s, &fn, depth);
		buf_puts(s, ")");
		return;
	}
	put(b, s, to, depth + 1);
	buf_puts(s, "*");
}

static void put_named(struct buf *s, const char *word, const char *name)
{
	buf_printf(s, "%s%s", word, *name ? name : "{...}");
}

static void put(const struct btf *b, struct buf *s, uint32_t id, int depth)
{
	struct btf_rec r;

	if (depth > MAX_LAYERS || s->n > NAME_LEN) {
		buf_puts(s, "?");
		return;
	}
	if (!btf_get(b, id, &r)) {
		buf_puts(s, "void");
		return;
	}
	switch (r.kind) {
	case BTF_STRUCT:
		put_named(s, "struct ", r.name);
		break;
	case BTF_UNION:
		put_named(s, "union ", r.name);
		break;
	case BTF_FWD:
		put_named(s, r.flag ? "union " : "struct ", r.name);
		break;
	case BTF_ENUM:
	case BTF_ENUM64:
		put_named(s, "enum ", r.name);
		break;
	case BTF_PTR:
		put_pointer(b, s, r.size, depth);
		break;
	case BTF_ARRAY:
		put(b, s, btf_word(&r, 0), depth + 1);
		buf_puts(s, "[]");
		break;
	case BTF_CONST:
		put(b, s, r.size, depth + 1);
		buf_puts(s, " const");
		break;
	case BTF_VOLATILE:
		put(b, s, r.size, depth + 1);
		buf_puts(s, " volatile");
		break;
	case BTF_RESTRICT:
		put(b, s, r.size, depth + 1);
		buf_puts(s, " restrict");
		break;
	case BTF_TYPE_TAG:
		put(b, s, r.size, depth + 1);
		break;
	case BTF_FUNC_PROTO:
		put(b, s, r.size, depth + 1);
		buf_puts(s, " (");
		put_arguments(b, s, &r, depth);
		buf_puts(s, ")");
		break;
	case BTF_VOID:
	case BTF_INT:
	case BTF_FLOAT:
	case BTF_TYPEDEF:
	case BTF_FUNC:
	case BTF_VAR:
	case BTF_DATASEC:
	case BTF_DECL_TAG:
	case BTF_NKINDS:
		put_named(s, "", r.name);
		break;
	}
}

/* ---- handles ---- */

/* pahole writes them as integers unless it is told that readers know better;
 * no integer can have these names. */
static bool is_float_name(const char *name)
{
	static const char *const names[] = {
		"float", "double", "long double", "_Float16", "_Float32",
		"_Float64", "_Float128", "__float128", "__fp16", "__bf16",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static void int_kind(const struct debuginfo *di, struct dbg_type *t,
		     const struct btf_rec *r)
{
	uint32_t encoding = btf_word(r, 0) >> 24 & 15;

	t->is_signed = encoding & INT_SIGNED;
	t->kind = encoding & INT_BOOL ? DBG_BOOL :
		  t->is_signed	      ? DBG_INT :
					DBG_UINT;
	if (r->size == 1 && !strcmp(r->name, "char")) {
		t->kind = DBG_CHAR;
		/* BTF does not say it; x86's has a sign, ARM's has none. */
		t->is_signed = di->f.machine == EM_X86_64 ||
			       di->f.machine == EM_386;
	}
}

static bool enum_is_signed(const struct btf_rec *r)
{
	if (r->flag)
		return true;
	for (uint32_t i = 0; r->kind == BTF_ENUM && i < r->vlen; i++)
		if ((int32_t)btf_word(r, 2 * i + 1) < 0)
			return true;
	return false;
}

static uint64_t array_size(const struct btf *b, uint32_t id, int depth)
{
	struct btf_rec r;
	uint64_t n;

	id = btf_peel(b, id);
	if (depth > MAX_LAYERS || !btf_get(b, id, &r))
		return 0;
	if (r.kind == BTF_PTR)
		return 8;
	if (r.kind != BTF_ARRAY)
		return r.kind == BTF_FWD || r.kind == BTF_FUNC_PROTO ? 0 :
								      r.size;
	n = array_size(b, btf_word(&r, 0), depth + 1);
	return n > UINT32_MAX ? 0 : n * btf_word(&r, 2);
}

static uint32_t definition_of(struct debuginfo *di, const char *name,
			      uint32_t tag)
{
	struct btf_rec r;
	size_t lo, hi;

	index_named(&di->ix, INDEX_TYPES, name, true, &lo, &hi);
	for (size_t i = lo; i < hi; i++) {
		const struct index_type *x = index_type(&di->ix, i);

		if (x->tag == tag && btf_get(di->btf, x->die, &r) &&
		    (r.kind == BTF_STRUCT || r.kind == BTF_UNION))
			return x->die;
	}
	return di->btf->base ? btf_named(di->btf->base, name, tag) : 0;
}

/* Only declared here: perhaps defined under another number. */
static void find_definition(struct debuginfo *di, struct dbg_type *t,
			    const struct btf_rec *fwd)
{
	uint32_t id = definition_of(di, fwd->name, fwd->flag ?
					DW_TAG_union_type :
					DW_TAG_structure_type);
	struct btf_rec r;

	t->kind = fwd->flag ? DBG_UNION : DBG_STRUCT;
	t->is_incomplete = !btf_get(di->btf, id, &r);
	if (!t->is_incomplete) {
		t->peeled = id;
		t->size = r.size;
	}
}

static void set_kind(struct debuginfo *di, struct dbg_type *t,
		     const struct btf_rec *r)
{
	t->size = r->size;
	switch (r->kind) {
	case BTF_INT:
		int_kind(di, t, r);
		if (is_float_name(r->name))
			t->kind = DBG_FLOAT;
		break;
	case BTF_FLOAT:
		t->kind = DBG_FLOAT;
		break;
	case BTF_PTR:
		t->kind = DBG_POINTER;
		t->size = di->f.addr_size;
		break;
	case BTF_ARRAY:
		t->kind = DBG_ARRAY;
		t->size = array_size(di->btf, (uint32_t)t->peeled, 0);
		break;
	case BTF_STRUCT:
		t->kind = DBG_STRUCT;
		break;
	case BTF_UNION:
		t->kind = DBG_UNION;
		break;
	case BTF_ENUM:
	case BTF_ENUM64:
		t->kind = DBG_ENUM;
		t->is_signed = enum_is_signed(r);
		break;
	case BTF_FWD:
		t->size = 0;
		find_definition(di, t, r);
		break;
	case BTF_FUNC_PROTO:
		t->kind = DBG_FUNCTION;
		t->size = 0;
		break;
	case BTF_VOID:
	case BTF_TYPEDEF:
	case BTF_VOLATILE:
	case BTF_CONST:
	case BTF_RESTRICT:
	case BTF_TYPE_TAG:
	case BTF_FUNC:
	case BTF_VAR:
	case BTF_DATASEC:
	case BTF_DECL_TAG:
	case BTF_NKINDS:
		t->kind = DBG_OTHER;
		t->size = 0;
		break;
	}
}

const struct dbg_type *btf_type(struct debuginfo *di, uint32_t id)
{
	struct buf name = {0};
	struct dbg_type *t;
	struct btf_rec r;

	if (!id || id >= di->btf->n)
		return debuginfo_void(di);
	if (!di->btf_types)
		di->btf_types = arena_array(di->a, di->btf->n,
					    const struct dbg_type *);
	if (di->btf_types[id])
		return di->btf_types[id];
	t = arena_new(di->a, struct dbg_type);
	*t = (struct dbg_type){.di = di, .die = id, .kind = DBG_VOID};
	di->btf_types[id] = t;
	put(di->btf, &name, id, 0);
	t->name = arena_strdup(di->a, buf_str(&name));
	buf_free(&name);
	t->peeled = btf_peel(di->btf, id);
	if (btf_get(di->btf, (uint32_t)t->peeled, &r))
		set_kind(di, t, &r);
	return t;
}

const struct dbg_type *btf_base_type(struct debuginfo *di, const char *name,
				     uint32_t tag)
{
	const struct btf *base = di->btf->base;
	uint32_t id = base ? btf_named(base, name, tag) : 0;

	return id ? btf_type(di, id) : NULL;
}

/* ---- from one type to another ---- */

const struct dbg_type *btf_target(const struct dbg_type *t)
{
	struct btf_rec r;

	if (t->kind == DBG_POINTER && t->target)
		return t->target;
	if (!btf_get(t->di->btf, (uint32_t)t->peeled, &r))
		return NULL;
	if (r.kind == BTF_PTR)
		return btf_type(t->di, r.size);
	return r.kind == BTF_ARRAY ? btf_type(t->di, btf_word(&r, 0)) : NULL;
}

bool btf_count(const struct dbg_type *t, uint64_t *n)
{
	struct btf_rec r;

	if (!btf_get(t->di->btf, (uint32_t)t->peeled, &r) ||
	    r.kind != BTF_ARRAY || !btf_word(&r, 2))
		return false;
	*n = btf_word(&r, 2);
	return true;
}

const struct dbg_type *btf_result(const struct dbg_type *t)
{
	struct btf_rec r;

	if (!btf_get(t->di->btf, (uint32_t)t->peeled, &r) ||
	    r.kind != BTF_FUNC_PROTO)
		return NULL;
	return btf_type(t->di, r.size);
}

/* ---- members ---- */

static struct dbg_member member_of(const struct dbg_type *t,
				   const struct btf_rec *r, uint32_t i)
{
	uint32_t at = btf_word(r, 3 * i + 2), bits = r->flag ? at >> 24 : 0;
	struct dbg_member m = {
		.name = btf_str(t->di->btf, btf_word(r, 3 * i)),
		.type = btf_type(t->di, btf_word(r, 3 * i + 1)),
	};
	uint64_t unit = m.type->size ? m.type->size : 1;

	if (r->flag)
		at &= 0xffffff;
	m.offset = at / 8;
	if (bits && bits <= 64) {
		m.bit_size = bits;
		m.offset = at / (8 * unit) * unit;
		m.bit_offset = (unsigned)(at - m.offset * 8);
		if (m.bit_offset + bits > 8 * unit) { /* packed */
			m.offset = at / 8;
			m.bit_offset = at % 8;
		}
	}
	m.is_anonymous = !*m.name && (m.type->kind == DBG_STRUCT ||
				      m.type->kind == DBG_UNION);
	return m;
}

/* left: how many more are looked at. */
static void list_members(const struct dbg_type *t, bool flat, uint64_t base,
			 unsigned *left, int depth, dbg_members *out)
{
	struct btf_rec r;

	if (depth > MAX_LAYERS || t->is_incomplete ||
	    !btf_get(t->di->btf, (uint32_t)t->peeled, &r) ||
	    (r.kind != BTF_STRUCT && r.kind != BTF_UNION))
		return;
	for (uint32_t i = 0; i < r.vlen && *left; i++) {
		struct dbg_member m = member_of(t, &r, i);

		--*left;
		m.offset += base;
		if (flat && m.is_anonymous)
			list_members(m.type, true, m.offset, left, depth + 1,
				     out);
		else
			vec_push(t->di->a, out, m);
	}
}

void btf_members(const struct dbg_type *t, bool flat, dbg_members *out)
{
	unsigned left = MEMBERS_MAX;

	list_members(t, flat, 0, &left, 0, out);
}

bool btf_member(const struct dbg_type *t, const char *name,
		struct dbg_member *out)
{
	dbg_members m = {0};

	btf_members(t, true, &m);
	vec_for(i, &m)
		if (!strcmp(m.v[i].name, name)) {
			*out = m.v[i];
			return true;
		}
	return false;
}

void btf_enumerators(const struct dbg_type *t, dbg_enumerators *out)
{
	const struct btf *b = t->di->btf;
	struct btf_rec r;

	if (!btf_get(b, (uint32_t)t->peeled, &r))
		return;
	for (uint32_t i = 0; r.kind == BTF_ENUM && i < r.vlen; i++) {
		uint32_t v = btf_word(&r, 2 * i + 1);

		vec_push(t->di->a, out,
			 (struct dbg_enumerator){
				 btf_str(b, btf_word(&r, 2 * i)),
				 t->is_signed ? (int32_t)v : (int64_t)v});
	}
	for (uint32_t i = 0; r.kind == BTF_ENUM64 && i < r.vlen; i++)
		vec_push(t->di->a, out,
			 (struct dbg_enumerator){
				 btf_str(b, btf_word(&r, 3 * i)),
				 (int64_t)(btf_word(&r, 3 * i + 1) |
					   (uint64_t)btf_word(&r, 3 * i + 2)
						   << 32)});
}
