// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Shows that DWARF expressions become the right places: kind, program and,
 * on given registers and memory, the number they compute.  Every case stands
 * in the table; no ELF file is read.
 */
#include "debuginfo/place.h"

#include <dwarf.h>
#include <inttypes.h>
#include <stdlib.h>

/* Most ops have no operand: {DW_OP_dup} says it all. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define MAX_OPS 12
#define OPS(...) .ops = {__VA_ARGS__}, .n = sizeof((Dwarf_Op[]){__VA_ARGS__}) / sizeof(Dwarf_Op)
#define NONE "nowhere"

struct test {
	const char *name;
	Dwarf_Op ops[MAX_OPS];
	size_t n;
	bool at_entry, no_frame, big_endian;
	bool of_caller; /* the expression is a call site's */
	const char *want; /* place_str(), or NONE; NULL: the value says all */
	bool has_value;
	uint64_t value;
};

/* Registers hold 1000 times their number plus 7; memory at a holds a * 3. */
static bool test_reg(void *ctx, unsigned n, bool at_entry, uint64_t *v)
{
	*v = 1000 * n + (at_entry ? 500007 : 7);
	return true;
}

static bool test_read(void *ctx, uint64_t addr, unsigned size, uint64_t *v)
{
	*v = addr * 3;
	return true;
}

static const Dwarf_Op cfa[] = {{DW_OP_bregx, 7, 8, 0}};
static const Dwarf_Op frame_base[] = {{DW_OP_call_frame_cfa, 0, 0, 0}};
static const Dwarf_Op in_entry[] = {{DW_OP_reg5, 0, 0, 0}};
static const Dwarf_Op loop[] = {{DW_OP_call4, 0, 0, 0}};

static bool test_nested(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
			size_t *n)
{
	*ops = in_entry;
	*n = 1;
	return true;
}

static bool test_bytes(void *ctx, const Dwarf_Op *op, const uint8_t **p,
		       size_t *n)
{
	static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

	*p = bytes;
	*n = op->number <= sizeof bytes ? op->number : 4;
	return true;
}

static bool test_addrx(void *ctx, const Dwarf_Op *op, uint64_t *v)
{
	*v = 0xffffffff81000000 + op->number;
	return op->number < 100;
}

static bool test_die(void *ctx, const Dwarf_Op *op, uint64_t *die)
{
	*die = op->number;
	return true;
}

/* Where the function called keeps its caller's registers. */
static bool test_unwind(void *ctx, unsigned n, const Dwarf_Op **ops,
			size_t *nops)
{
	static const Dwarf_Op saved[] = {{DW_OP_call_frame_cfa},
					 {DW_OP_plus_uconst, (Dwarf_Word)-16}},
			      kept[] = {{DW_OP_regx, 6}},
			      stack[] = {{DW_OP_call_frame_cfa},
					 {DW_OP_stack_value}};

	*ops = n == 3 ? saved : n == 6 ? kept : stack;
	*nops = n == 6 ? 1 : 2;
	return n == 3 || n == 6 || n == 7;
}

static bool test_call(void *ctx, const Dwarf_Op *op, const Dwarf_Op **ops,
		      size_t *n)
{
	*ops = loop;
	*n = 1;
	return true;
}

/* Type numbers of the table: size, negative for signed; 0 the generic one. */
static bool test_type(void *ctx, const Dwarf_Op *op, unsigned *size,
		      bool *is_signed)
{
	int n = op->atom == DW_OP_convert ? (int)op->number :
					    (int)op->number2;

	*size = abs(n);
	*is_signed = n < 0;
	return *size != 3;
}

static const struct test tests[] = {
	{"nothing at all", .n = 0, .want = NONE " (optimised away)"},
	{"register", OPS({DW_OP_reg5}), .want = "%reg5",
	 .has_value = true, .value = 5007},
	{"register by number", OPS({DW_OP_regx, 33}), .want = "%reg33",
	 .has_value = true, .value = 33007},
	{"memory at a register", OPS({DW_OP_breg3, 16}), .want = "*(%reg3 + 16)",
	 .has_value = true, .value = 3023},
	{"below a register", OPS({DW_OP_breg6, (Dwarf_Word)-24}),
	 .want = "*(%reg6 - 24)", .has_value = true, .value = 5983},
	{"register's value", OPS({DW_OP_breg3, 0}, {DW_OP_stack_value}),
	 .want = "%reg3", .has_value = true, .value = 3007},
	{"frame base is the CFA", OPS({DW_OP_fbreg, (Dwarf_Word)-32}),
	 .want = "*(%reg7 - 24)", .has_value = true, .value = 6983},
	{"CFA not known", OPS({DW_OP_fbreg, 8}), .no_frame = true, .want = NONE},
	{"address", OPS({DW_OP_addr, 0xffffffff82000000}),
	 .want = "*0xffffffff82000000", .has_value = true,
	 .value = 0xffffffff82000100},
	{"address and offset", OPS({DW_OP_addr, 0x1000}, {DW_OP_plus_uconst, 8}),
	 .want = "*0x1008", .has_value = true, .value = 0x1108},
	{"address by index", OPS({DW_OP_addrx, 5}), .want = "*0xffffffff81000005"},
	{"address by a wrong index", OPS({DW_OP_addrx, 500}), .want = NONE},
	{"constant by index", OPS({DW_OP_constx, 5}, {DW_OP_stack_value}),
	 .want = "-2130706427"},
	{"literal", OPS({DW_OP_lit31}, {DW_OP_stack_value}), .want = "31",
	 .has_value = true, .value = 31},
	{"constants fold", OPS({DW_OP_const1u, 6}, {DW_OP_lit7}, {DW_OP_mul},
			       {DW_OP_stack_value}), .want = "42"},
	{"dereference", OPS({DW_OP_breg0, 8}, {DW_OP_deref},
			    {DW_OP_plus_uconst, 4}),
	 .want = "*(*(u64)(%reg0 + 8) + 4)", .has_value = true, .value = 49},
	{"short dereference", OPS({DW_OP_breg0, 250}, {DW_OP_deref_size, 1},
				  {DW_OP_stack_value}),
	 .want = "*(u8)(%reg0 + 250)", .has_value = true, .value = 3},
	{"odd dereference", OPS({DW_OP_breg0, 0}, {DW_OP_deref_size, 3}),
	 .want = NONE},
	{"operators", OPS({DW_OP_breg1, 0}, {DW_OP_breg2, 0}, {DW_OP_minus},
			  {DW_OP_neg}, {DW_OP_stack_value}),
	 .want = "-((%reg1 - %reg2))", .has_value = true, .value = 1000},
	{"shift right keeps the sign", OPS({DW_OP_breg0, (Dwarf_Word)-107},
					   {DW_OP_lit2}, {DW_OP_shra},
					   {DW_OP_stack_value}),
	 .want = "((%reg0 - 107) >> 2)", .has_value = true,
	 .value = (uint64_t)-25},
	{"shift right does not", OPS({DW_OP_breg0, (Dwarf_Word)-8}, {DW_OP_lit4},
				     {DW_OP_shr}, {DW_OP_stack_value}),
	 .want = "((%reg0 - 8) >>> 4)", .has_value = true,
	 .value = 0x0fffffffffffffff},
	{"division by zero", OPS({DW_OP_breg0, 0}, {DW_OP_lit0}, {DW_OP_div},
				 {DW_OP_stack_value}), .want = "(%reg0 / 0)"},
	{"comparison is signed", OPS({DW_OP_breg0, (Dwarf_Word)-8}, {DW_OP_lit1},
				     {DW_OP_lt}, {DW_OP_stack_value}),
	 .want = "((%reg0 - 8) < 1)", .has_value = true, .value = 1},
	{"dup", OPS({DW_OP_breg1, 0}, {DW_OP_dup}, {DW_OP_mul},
		    {DW_OP_stack_value}),
	 .want = "(%reg1 * %reg1)", .has_value = true, .value = 1007 * 1007},
	{"swap", OPS({DW_OP_breg1, 0}, {DW_OP_breg2, 0}, {DW_OP_swap},
		     {DW_OP_minus}, {DW_OP_stack_value}),
	 .want = "(%reg2 - %reg1)", .has_value = true, .value = 1000},
	{"rot", OPS({DW_OP_breg1, 0}, {DW_OP_breg2, 0}, {DW_OP_breg3, 0},
		    {DW_OP_rot}, {DW_OP_drop}, {DW_OP_minus},
		    {DW_OP_stack_value}),
	 .want = "(%reg3 - %reg1)", .has_value = true, .value = 2000},
	{"over and pick", OPS({DW_OP_breg1, 0}, {DW_OP_breg2, 0}, {DW_OP_over},
			      {DW_OP_pick, 1}, {DW_OP_minus}, {DW_OP_and},
			      {DW_OP_or}, {DW_OP_stack_value}),
	 .want = "(%reg1 | (%reg2 & (%reg1 - %reg2)))"},
	{"empty stack", OPS({DW_OP_plus}), .want = NONE},
	{"pick too deep", OPS({DW_OP_lit1}, {DW_OP_pick, 3}), .want = NONE},
	{"entry value at the entry", OPS({DW_OP_entry_value, 1},
					 {DW_OP_stack_value}),
	 .at_entry = true, .want = "%reg5", .has_value = true, .value = 5007},
	{"entry value later", OPS({DW_OP_entry_value, 1}, {DW_OP_stack_value}),
	 .want = "%reg5@entry", .has_value = true, .value = 505007},
	{"entry value is an address", OPS({DW_OP_GNU_entry_value, 1},
					  {DW_OP_plus_uconst, 8}),
	 .want = "*(%reg5@entry + 8)"},
	{"implicit value", OPS({DW_OP_implicit_value, 4}), .want = "67305985",
	 .has_value = true, .value = 0x04030201},
	{"implicit value, big endian", OPS({DW_OP_implicit_value, 4}),
	 .big_endian = true, .want = "16909060"},
	{"implicit value of 12 bytes", OPS({DW_OP_implicit_value, 12}),
	 .want = "[64 bits: 578437695752307201; 32 bits: 202050057]"},
	{"implicit pointer", OPS({DW_OP_implicit_pointer, 0x4321, 8}),
	 .want = "&(0x4321) + 8"},
	{"a piece that is a pointer to what is not in memory",
	 OPS({DW_OP_implicit_pointer, 1, 0}, {DW_OP_piece, 8}),
	 .want = "[64 bits: nowhere (what it points to is optimised away)]"},
	{"64 bits divide unsigned",
	 OPS({DW_OP_const8u, 0xfffffffffffffff7}, {DW_OP_convert, 8},
	     {DW_OP_lit10}, {DW_OP_convert, 8}, {DW_OP_div},
	     {DW_OP_convert, 0}, {DW_OP_stack_value}),
	 .has_value = true, .value = 0xfffffffffffffff7 / 10,
	 .want = NULL},
	{"64 bits divide unsigned by a register",
	 OPS({DW_OP_regval_type, 1, 8}, {DW_OP_regval_type, 2, 8},
	     {DW_OP_div}, {DW_OP_stack_value}), .want = NONE},
	{"the rest of a large number",
	 OPS({DW_OP_breg1, (Dwarf_Word)-1010}, {DW_OP_lit10}, {DW_OP_mod},
	     {DW_OP_stack_value}), .has_value = true,
	 .value = 0xfffffffffffffffd % 10, .want = NULL},
	{"the rest of a small one",
	 OPS({DW_OP_breg1, 0}, {DW_OP_const1u, 255}, {DW_OP_and},
	     {DW_OP_lit10}, {DW_OP_mod}, {DW_OP_stack_value}),
	 .want = "((%reg1 & 255) % 10)", .has_value = true,
	 .value = (1007 & 255) % 10},
	{"thread-local", OPS({DW_OP_const8u, 8}, {DW_OP_form_tls_address}),
	 .want = NONE},
	{"pieces", OPS({DW_OP_reg0}, {DW_OP_piece, 8}, {DW_OP_reg1},
		       {DW_OP_piece, 4}),
	 .want = "[64 bits: %reg0; 32 bits: %reg1]"},
	{"a piece that is not there", OPS({DW_OP_reg0}, {DW_OP_piece, 8},
					  {DW_OP_piece, 8}),
	 .want = "[64 bits: %reg0; 64 bits: nowhere (this part is optimised "
		 "away)]"},
	{"bits", OPS({DW_OP_breg0, 0}, {DW_OP_bit_piece, 3, 5}),
	 .want = "[3 bits from bit 5: *%reg0]"},
	{"piece without end", OPS({DW_OP_reg0}, {DW_OP_piece, 8}, {DW_OP_reg1}),
	 .want = NONE},
	{"piece of absurd size", OPS({DW_OP_reg0}, {DW_OP_piece, 1ull << 60}),
	 .want = NONE},
	{"more after a register", OPS({DW_OP_reg0}, {DW_OP_lit1}), .want = NONE},
	{"signed 32-bit register", OPS({DW_OP_regval_type, 1, (Dwarf_Word)-4},
				       {DW_OP_convert, 0}, {DW_OP_stack_value}),
	 .want = "((%reg1 << 32) >> 32)", .has_value = true, .value = 1007},
	{"unsigned byte wraps", OPS({DW_OP_regval_type, 1, 1},
				    {DW_OP_regval_type, 2, 1}, {DW_OP_plus},
				    {DW_OP_convert, 0}, {DW_OP_stack_value}),
	 .want = "(((%reg1 & 255) + (%reg2 & 255)) & 255)", .has_value = true,
	 .value = (1007 + 2007) & 255},
	{"64 bits compare unsigned", OPS({DW_OP_regval_type, 1, 8},
					 {DW_OP_regval_type, 2, 8}, {DW_OP_lt},
					 {DW_OP_stack_value}),
	 .want = "((%reg1 ^ -9223372036854775808) < (%reg2 ^ "
		 "-9223372036854775808))",
	 .has_value = true, .value = 1},
	{"not an integer", OPS({DW_OP_regval_type, 17, 3}, {DW_OP_stack_value}),
	 .want = NONE},
	{"branch on a constant", OPS({DW_OP_lit1, .offset = 0},
				     {DW_OP_bra, 1, 0, 1},
				     {DW_OP_lit2, .offset = 4},
				     {DW_OP_lit3, .offset = 5},
				     {DW_OP_stack_value, .offset = 6}),
	 .want = "3"},
	{"branch on a register: the smaller of two",
	 OPS({DW_OP_breg1, 0, 0, 0}, {DW_OP_breg2, 0, 0, 2},
	     {DW_OP_over, .offset = 4}, {DW_OP_over, .offset = 5},
	     {DW_OP_lt, .offset = 6}, {DW_OP_bra, 1, 0, 7},
	     {DW_OP_swap, .offset = 10}, {DW_OP_drop, .offset = 11},
	     {DW_OP_stack_value, .offset = 12}),
	 .want = "((%reg1 < %reg2) ? %reg1 : %reg2)", .has_value = true,
	 .value = 1007},
	{"branch backwards", OPS({DW_OP_lit1, .offset = 0},
				 {DW_OP_skip, (Dwarf_Word)-4, 0, 1}),
	 .want = NONE},
	{"a call that calls itself", OPS({DW_OP_call4, 1}), .want = NONE},
	{"a parameter that this copy does not take",
	 OPS({DW_OP_GNU_parameter_ref, 0x1234}, {DW_OP_stack_value}),
	 .want = "parameter@caller(0x1234)"},
	{"the caller's register, kept in the frame", OPS({DW_OP_breg3, 4}),
	 .of_caller = true, .want = "(*(u64)(%reg7 - 8) + 4)"},
	{"the caller's register, as it was", OPS({DW_OP_breg6, 0}),
	 .of_caller = true, .want = "%reg6", .has_value = true, .value = 6007},
	{"the caller's frame", OPS({DW_OP_fbreg, (Dwarf_Word)-32}),
	 .of_caller = true, .want = "(%reg7 - 16)"},
	{"a constant of the caller", OPS({DW_OP_lit9}), .of_caller = true,
	 .want = "9"},
	{"a register that the call may have changed", OPS({DW_OP_breg1, 0}),
	 .of_caller = true, .want = NONE},
	{"what the caller was called with", OPS({DW_OP_entry_value, 1}),
	 .of_caller = true, .want = NONE},
	{"an operation of no standard", OPS({0x01}), .want = NONE},
};

static const char *kind_of_text(const char *s, struct arena *a)
{
	/* The reason is for people; only that there is one matters. */
	return str_starts(s, NONE) ? arena_strdup(a, NONE) : s;
}

static bool run_test(const struct test *t)
{
	struct arena a = {0};
	struct place_env env = {
		.frame_base = frame_base,
		.nframe_base = 1,
		.cfa = cfa,
		.ncfa = t->no_frame ? 0 : 1,
		.addr_size = 8,
		.big_endian = t->big_endian,
		.at_entry = t->at_entry,
		.nested = test_nested,
		.bytes = test_bytes,
		.addrx = test_addrx,
		.call = test_call,
		.base_type = test_type,
		.die = test_die,
	};
	struct place_env callee = env;
	struct place_machine m = {
		.reg = test_reg, .read = test_read, .slide = 0x100};
	struct place p;
	const char *came, *want = t->want;
	uint64_t v = 0;
	bool ok;

	if (t->of_caller) {
		env.callee = &callee;
		env.unwind = test_unwind;
		env.nested = NULL;
		p = place_eval_value(&a, t->ops, t->n, &env);
	} else {
		p = place_eval(&a, t->ops, t->n, &env);
	}
	came = place_str(&a, &p, NULL);
	if (!want)
		want = came;
	if (!strcmp(want, NONE))
		came = kind_of_text(came, &a);
	ok = !strcmp(came, want);
	if (!ok)
		printf("%s:\n  wanted %s\n  came   %s\n", t->name, want, came);
	if (t->has_value && (!place_run(&p, &m, &v) || v != t->value)) {
		printf("%s:\n  wanted %" PRIu64 "\n  came   %" PRIu64 "\n",
		       t->name, t->value, v);
		ok = false;
	}
	if (p.kind == PLACE_NONE && (!p.why || !*p.why)) {
		printf("%s: no reason given\n", t->name);
		ok = false;
	}
	arena_free(&a);
	return ok;
}

/* A stack that doubles with each step must end in a refusal, not in memory. */
static bool doubling_is_refused(void)
{
	struct arena a = {0};
	struct place_env env = {.addr_size = 8};
	Dwarf_Op ops[120] = {{DW_OP_breg0, 0, 0, 0}};
	struct place p;
	bool ok;

	for (size_t i = 1; i + 1 < ARRAY_SIZE(ops); i += 2) {
		ops[i].atom = DW_OP_dup;
		ops[i + 1].atom = DW_OP_xor;
	}
	p = place_eval(&a, ops, ARRAY_SIZE(ops) - 1, &env);
	ok = p.kind == PLACE_NONE && a.total < 1 << 20;
	if (!ok)
		printf("doubling: kind %d, %zu bytes\n", p.kind, a.total);
	arena_free(&a);
	return ok;
}

int main(void)
{
	unsigned failed = 0;

	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		failed += !run_test(&tests[i]);
	failed += !doubling_is_refused();
	printf("%zu cases, %u failed\n", ARRAY_SIZE(tests) + 1, failed);
	return failed != 0;
}
