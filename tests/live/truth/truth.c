// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kernel module whose functions are called with known values.  Writing to
 * /proc/truth runs them all, once each unless truth.spec says more.
 * truth.spec says which expression has which value where; a comment of the
 * form "@ name" marks the line that the spec calls by that name.
 *
 * Nothing here may depend on the kernel's version, and nothing on the order
 * in which the compiler likes to do things: where a value is asked for, the
 * program has used it before or will use it after.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/stdarg.h>
#include <linux/tracepoint.h>

#define noipa __attribute__((noipa))
/* The compiler does not know x any more; it must be in a register. */
#define hide(x) asm volatile("" : "+r"(x))
/* x is needed here.  An instruction, so that the line has an address. */
#define use(x) asm volatile("nop" : : "r"(x) : "memory")
/* What p points to may be read or written here. */
#define escape(p) asm volatile("nop" : : "r"(p) : "memory")
/* No register that a call may change keeps its value. */
#if defined(__x86_64__)
#define clobber() asm volatile("nop" : : : "rax", "rcx", "rdx", "rsi", "rdi", \
			       "r8", "r9", "r10", "r11", "memory")
#else
#define clobber() asm volatile("nop" : : : "x0", "x1", "x2", "x3", "x4", "x5", \
			       "x6", "x7", "x8", "x9", "x10", "x11", "x12", \
			       "x13", "x14", "x15", "x16", "x17", "memory")
#endif

static unsigned long sink;

/* ---- types ---- */

enum colour { RED, GREEN = 5, BLUE = -3 };
enum shade { PALE = 1, DARK = 200 };
enum wide { NARROW = 1, WIDE = 0x100000002ll };

struct inner {
	int a;
	short b;
	signed char c;
	unsigned char d;
};

struct bits {
	unsigned int u3 : 3;
	int s5 : 5;
	unsigned int u24 : 24;
	unsigned long long u33 : 33;
	long long s20 : 20;
	unsigned char last : 1;
	bool flag : 1;
	enum shade shade : 9;
};

struct packed_bits {
	u8 first;
	u64 middle : 37;
	u32 rest : 19;
	s16 end;
} __packed;

union both {
	u64 whole;
	struct {
		u16 half[4];
	};
	struct {
		u32 left, right;
	} named;
	u8 bytes[8];
};

typedef struct {
	s16 x, y;
} point_t;

struct outer {
	char name[16];
	const char *text;
	struct inner in;
	struct inner row[3];
	struct bits bits;
	union both both;
	struct {
		int anon_int;
		union {
			long anon_long;
			struct {
				s16 deep_low, deep_high;
			};
		};
	};
	enum colour colour;
	enum wide wide;
	int matrix[2][3];
	s8 tiny[4];
	struct inner *one;
	struct inner **two;
	struct inner ***three;
	struct inner *list[2];
	struct outer *self;
	int (*fn)(int);
	void *raw;
	const volatile u32 *qualified;
	point_t point;
	double real;
	float halves[2];
	struct packed_bits packed;
	bool yes, no;
	unsigned __int128 huge;
	int count;
	u16 flex[];
};

static int fn_target(int x)
{
	return x + 1;
}

static u32 qualified_word = 0xfeedf00d;
static struct inner inner_one = { -100, -200, -50, 250 };
static struct inner inner_more = { 1000000, 2000, 100, 128 };
static struct inner *inner_ptr = &inner_one;
static struct inner **inner_ptr2 = &inner_ptr;

/* With room for what flex holds. */
static union {
	struct outer o;
	char room[sizeof(struct outer) + 4 * sizeof(u16)];
} store = { .o = {
	.name = "stapx",
	.text = "a text",
	.in = { -7, -300, -2, 255 },
	.row = { { 1, 2, 3, 4 }, { 5, 6, 7, 8 }, { -9, -10, -11, 12 } },
	.bits = { .u3 = 5, .s5 = -13, .u24 = 0xabcdef, .u33 = 0x1deadbeefull,
		  .s20 = -400000, .last = 1, .flag = 1, .shade = DARK },
	.both = { .whole = 0x1122334455667788ull },
	.anon_int = -77,
	.anon_long = 0x7fff8001,
	.colour = BLUE,
	.wide = WIDE,
	.matrix = { { 11, 12, 13 }, { 21, -22, 23 } },
	.tiny = { -1, 2, -3, 127 },
	.one = &inner_one,
	.two = &inner_ptr,
	.three = &inner_ptr2,
	.list = { &inner_one, &inner_more },
	.self = &store.o,
	.fn = fn_target,
	.raw = &inner_more,
	.qualified = &qualified_word,
	.point = { -3, 4 },
	.packed = { 1, 0x1234567890ull, 0x70001, -5 },
	.yes = true,
	.huge = (unsigned __int128)0x0123456789abcdefull << 64 |
		0xfedcba9876543210ull,
	.count = 4,
} };
static struct outer *the_outer = &store.o;

int truth_global = -123456;
static u8 truth_static = 200;
double truth_double = -0.15625;
static float truth_float = 1e10f;
static const char *const truth_words[] = { "zero", "one", "two" };
static DEFINE_PER_CPU(int, truth_percpu) = 42;
static DEFINE_PER_CPU(struct inner, truth_percpu_inner) = { 1, 2, 3, 4 };

/* ---- parameters of every class ---- */

static noipa void t_ints(s8 a, u8 b, s16 c, u16 d, s32 e, u32 f, s64 g, u64 h)
{
	sink += a + b + c + d + e + f + g + h; /* @ ints */
	use(sink);
}

static noipa void t_many(int a1, long a2, int a3, long a4, int a5, long a6,
			 short a7, long a8, signed char a9, long a10, int a11,
			 unsigned char a12)
{
	sink += a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11 + a12;
	use(sink); /* @ many */
}

static noipa void t_kinds(bool yes, char letter, signed char low,
			  unsigned char high, enum colour colour,
			  enum wide wide, enum shade shade)
{
	sink += yes + letter + low + high + colour + wide + shade;
	use(sink);
}

static noipa void t_ptrs(struct outer *o, struct outer **oo, const char *text,
			 const char *const *words, void *raw, int (*fn)(int),
			 int numbers[3])
{
	sink += o->count + (*oo)->count + text[0] + words[0][0] + fn(1);
	sink += numbers[2] + (unsigned long)raw;
	use(sink);
}

static noipa void t_huge(int before, unsigned __int128 huge, int after)
{
	sink += before + (u64)huge + (u64)(huge >> 64) + after;
	use(sink);
}

static noipa void t_variadic(int count, const char *how, ...)
{
	va_list ap;
	int i, sum = 0;

	va_start(ap, how);
	for (i = 0; i < count; i++) {
		int next = va_arg(ap, int);

		hide(next);
		sum += next; /* @ variadic */
		use(sum);
	}
	va_end(ap);
	sink += sum + how[0]; /* @ variadic_end */
	use(sum);
}

/* ---- structures by value ---- */

struct four { s16 a, b; };
struct eight { s32 a; u32 b; };
struct twelve { s32 a, b, c; };
struct sixteen { s64 a; u64 b; };
struct mixed { s8 c; s64 l; };
struct forty { s64 v[5]; };
struct unaligned { s8 c; s64 l; } __packed;
union word { u32 w; u8 b[4]; };

static noipa void t_values(struct four four, struct eight eight,
			   struct twelve twelve, struct sixteen sixteen)
{
	sink += four.a + four.b + eight.a + eight.b + twelve.c + sixteen.b; /* @ values */
	use(sink); /* @ values_end */
}

static noipa void t_values2(struct mixed mixed, struct forty forty,
			    struct unaligned unaligned, union word word,
			    point_t point)
{
	sink += mixed.c + mixed.l + forty.v[4] + unaligned.l + word.w; /* @ values2 */
	sink += point.x + point.y;
	use(sink); /* @ values2_end */
}

/* The last does not fit the registers that are left. */
static noipa void t_values3(long a, long b, long c, long d, long e,
			    struct sixteen sixteen, struct sixteen more,
			    struct eight last)
{
	sink += a + b + c + d + e + sixteen.a + sixteen.b + more.a + last.a; /* @ values3 */
	use(sink); /* @ values3_end */
}

/* ---- results of every class ---- */

#define RESULT(NAME, TYPE, VALUE)					\
	static noipa TYPE NAME(int unused)				\
	{								\
		TYPE it = VALUE;					\
									\
		use(unused);						\
		return it;						\
	}

RESULT(r_s8, s8, -8)
RESULT(r_u8, u8, 248)
RESULT(r_s16, s16, -1600)
RESULT(r_u16, u16, 65000)
RESULT(r_s32, s32, -320000)
RESULT(r_u32, u32, 4000000000u)
RESULT(r_s64, s64, -64000000000000ll)
RESULT(r_u64, u64, 0xfedcba9876543210ull)
RESULT(r_bool, bool, unused != 0)
RESULT(r_char, char, 'x')
RESULT(r_colour, enum colour, BLUE)
RESULT(r_wide, enum wide, WIDE)
RESULT(r_ptr, struct outer *, &store.o)
RESULT(r_text, const char *, "some text")
RESULT(r_fn, void *, fn_target)
RESULT(r_four, struct four, ((struct four){ -4, 44 }))
RESULT(r_eight, struct eight, ((struct eight){ -8, 4000000008u }))
RESULT(r_twelve, struct twelve, ((struct twelve){ -12, 120, -1200 }))
RESULT(r_sixteen, struct sixteen,
       ((struct sixteen){ -16, 0xf000000000000016ull }))
RESULT(r_mixed, struct mixed, ((struct mixed){ -1, -2000000000000ll }))
RESULT(r_forty, struct forty, ((struct forty){ { 1, -2, 3, -4, 5 } }))
RESULT(r_unaligned, struct unaligned, ((struct unaligned){ -9, -99 }))
RESULT(r_word, union word, ((union word){ .w = 0x80402010 }))
RESULT(r_point, point_t, ((point_t){ -30, 40 }))
RESULT(r_huge, unsigned __int128,
       (unsigned __int128)0x1111222233334444ull << 64 | 0x5555666677778888ull)

/* ---- locals ---- */

static noipa int t_loop(int n)
{
	int i, sum = 0;

	for (i = 0; i < n; i++) {
		int square = i * i;

		hide(square);
		sum += square; /* @ loop */
		use(sum);
	}
	use(sum); /* @ loop_end */
	return sum;
}

static noipa int t_blocks(int x)
{
	int y = x * 2;

	hide(y);
	if (x > 2) {
		int x = y + 100;

		hide(x);
		use(x); /* @ inner_block */
		y += x;
		use(y); /* @ inner_block_end */
	} else {
		long only = y - 1000;

		hide(only);
		use(only); /* @ else_block */
		y -= only;
	}
	hide(y);
	use(y); /* @ outer_block */
	return y;
}

static noipa int t_memory(int seed)
{
	struct outer *o = the_outer;
	struct inner here = { seed, seed + 1, -3, 4 };
	int numbers[4] = { seed, seed * 2, seed * 3, -seed };
	char text[8] = "local";
	struct bits bits = { .u3 = 6, .s5 = -1, .u33 = 0x100000001ull };
	union both both = { .whole = 0x8877665544332211ull };

	escape(&here);
	escape(numbers);
	escape(text);
	escape(&bits);
	escape(&both);
	here.a += 10;
	escape(&here); /* @ memory */
	clobber(); /* @ memory_clobbered */
	sink += here.a + numbers[3] + text[0] + bits.u3 + both.bytes[0];
	return o->count + seed; /* @ memory_end */
}

/* Whole in registers, each member in one of its own. */
static noipa long t_scattered(long a, long b)
{
	struct sixteen pair = { a + 1, b + 2 };
	struct inner few = { (int)a, (short)b, 5, 6 };

	hide(pair.a);
	hide(pair.b);
	hide(few.a);
	use(pair.a); /* @ scattered */
	use(pair.b);
	use(few.a);
	pair.a += pair.b;
	hide(pair.a);
	use(pair.a); /* @ scattered_sum */
	use(pair.b);
	return pair.a ^ pair.b;
}

/* What the compiler knows is in no register at all. */
static noipa int t_known(int n)
{
	const int constant = 77;
	int negative = -5;
	u64 big = 0xdeadbeefcafef00dull;
	const char *word = "known word";
	int twice = n * 2;
	int shifted = n << 4;
	int *pointer = &twice;
	struct inner fixed = { 1, 2, -3, 4 };

	use(n); /* @ known */
	sink += n; /* @ known_next */
	use(n); /* @ known_last */
	return n + (constant == 77) + (negative < 0) + (big != 0) + word[0] +
	       twice + shifted + *pointer + fixed.c;
}

static noipa int t_static(int step)
{
	static int calls;
	static struct inner kept = { 70, 71, 72, 73 };

	calls += step;
	kept.a++;
	escape(&kept);
	escape(&calls); /* @ static */
	return calls;
}

/* Of two with one name the inner one is seen, where it is. */
static noipa int t_statics(int step)
{
	static int same = 100;

	same += step;
	escape(&same); /* @ statics_outer */
	if (step > 1) {
		static int same = 1000;

		same += step;
		escape(&same);
		use(step); /* @ statics_inner */
	}
	escape(&same); /* @ statics_after */
	return same;
}

/* One for all copies, which say nothing of it. */
static __always_inline int i_held(int step)
{
	static int held = 7;

	held += step;
	escape(&held); /* @ held */
	if (step > 2) {
		static s8 held = -70, deep = 70;

		deep++;
		held--;
		escape(&deep);
		escape(&held);
		use(step); /* @ held_inner */
	}
	return held;
}

static noipa int t_held(int a)
{
	use(a);
	return i_held(a) + i_held(a + 1);
}

/* A function of its own that is inlined elsewhere. */
static int i_both(int step)
{
	static int both_kept = 50;

	both_kept += step;
	escape(&both_kept); /* @ both_kept */
	return step;
}
static int (*volatile both_called)(int) = i_both;

/* Not static: others may call it. */
noipa long truth_exported(long n);
noipa long truth_exported(long n)
{
	use(n);
	return n + 1;
}

/* Never in a register that is for them: the kernel has none of these. */
static noipa int t_floats(double *one, float *two, struct outer *o)
{
	escape(one);
	escape(two);
	return o->count; /* @ floats */
}

static noipa int t_shadow(int truth_global)
{
	use(truth_global); /* @ shadow */
	truth_static++;
	return truth_global;
}

/* A parameter that is overwritten, and one that nothing keeps. */
static noipa long t_changed(long kept, long lost)
{
	use(lost);
	kept *= 3;
	hide(kept);
	clobber();
	use(kept); /* @ changed */
	return kept;
}

/* Only its own call sites tell what it was called with. */
static noinline __attribute__((noclone)) long t_caller_knows(long x, long y)
{
	use(x);
	use(y);
	clobber();
	sink++; /* @ caller_knows */
	clobber();
	return 1;
}

static noipa void t_callers(long n)
{
	hide(n);
	sink += t_caller_knows(n, 9);
	sink += t_caller_knows(n + 1, n);
	use(n);
}

/* Told by the calls alone: constants, what the caller keeps in registers and in
 * its frame, addresses. */
static noinline __attribute__((noclone)) long
t_told(long constant, long kept, int *local, struct inner *global, int sum,
       long twice)
{
	use(constant);
	use(kept);
	use(local);
	use(global);
	use(sum);
	use(twice);
	clobber();
	sink++; /* @ told */
	clobber();
	return 1;
}

/* Called by name and through a pointer. */
static noinline __attribute__((noclone)) long t_pointed(long x)
{
	use(x);
	clobber();
	sink++; /* @ pointed */
	clobber();
	return 1;
}
static long (*volatile pointed)(long) = t_pointed;

/* Called, and jumped to at another's end. */
static noinline __attribute__((noclone)) long t_jumped(long x)
{
	use(x);
	clobber();
	sink += 2; /* @ jumped */
	clobber();
	return 1;
}

static noinline __attribute__((noclone)) long t_jumper(long x)
{
	use(x);
	return t_jumped(x + 1);
}

/* Two that jump to each other: a call of the first returns to the same
 * address, whatever the last jump passed. */
static long t_pong(long x, int left);
static noinline __attribute__((noclone)) long t_ping(long x, int left)
{
	use(x);
	clobber();
	sink++; /* @ ping */
	use(left);
	if (left == 0)
		return 1;
	return t_pong(sink, left - 1);
}

static noinline __attribute__((noclone)) long t_pong(long x, int left)
{
	use(x);
	return t_ping(77, left);
}

static __always_inline void i_late(long inner)
{
	clobber();
	sink++; /* @ late */
	clobber();
}

/* What is inlined takes it from a function that has forgotten it. */
static noinline __attribute__((noclone)) long t_late(long outer)
{
	use(outer);
	clobber();
	i_late(outer);
	return 1;
}

static noipa void t_tellers(long n)
{
	int here = 31;

	escape(&here);
	hide(n);
	sink += t_told(123, n, &here, &inner_one, n + 7, n * 2);
	sink += t_told(-1, n + 1, &here, &inner_more, -9, 4);
	sink += t_pointed(n);
	sink += pointed(n + 1);
	sink += t_pointed(n + 2);
	sink += t_jumped(n);
	sink += t_jumper(n);
	sink += t_ping(n, 1);
	sink += t_late(n + 5);
	use(n);
	escape(&here);
}

/* The compiler makes copies of it that take fewer parameters. */
static noinline int t_clone(int same, struct inner *in, int varies)
{
	use(varies);
	return same * 2 + in->a + varies; /* @ clone */
}

static noipa int t_tail(int a, int b)
{
	use(a);
	return t_loop(b); /* @ tail */
}

static noipa int t_recurse(int n)
{
	int below;

	if (n <= 1) {
		use(n); /* @ bottom */
		return 1;
	}
	below = t_recurse(n - 1);
	use(below); /* @ recurse */
	return n * below;
}

/* The frame's size is not known to the compiler. */
static noipa int t_frame(int n)
{
	int *room = __builtin_alloca(n * sizeof *room);
	int last = n - 1, here = n + 5;

	escape(&here);
	room[last] = n * 7;
	escape(room);
	use(room[last]); /* @ frame */
	return room[last] + here;
}

/* ---- inlined ---- */

static __always_inline int i_leaf(int x, int y)
{
	int z = x * 10 + y;

	hide(z);
	use(z); /* @ leaf */
	return z;
}

static __always_inline int i_middle(struct inner *in, int extra)
{
	int total = i_leaf(in->b, extra);

	use(total); /* @ middle */
	return total + in->a;
}

static noipa int t_inlines(int n, struct inner *in)
{
	int first = i_leaf(n, 1), second, third;

	use(first); /* @ inlines */
	second = i_middle(in, n);
	hide(second);
	use(second); /* @ inlines_next */
	third = i_leaf(second, first);
	use(third); /* @ inlines_last */
	return first + second + third;
}

/* What is pointed to is in registers only. */
static __always_inline long i_through(struct sixteen *pair, int *number,
				      struct inner *known)
{
	long got = pair->a * 3 + known->c;

	hide(got);
	use(got);
	use(pair->a); /* @ through */
	use(pair->b);
	use(*number);
	return got;
}

static noipa long t_through(long a, int b)
{
	struct sixteen pair = { a + 1, a + 2 };
	struct inner known = { 1, 2, -3, 4 };
	int number = b * 2;
	long got;

	hide(pair.a);
	hide(pair.b);
	hide(number);
	got = i_through(&pair, &number, &known);
	return got + pair.a + pair.b + number;
}

/* Divided as the compiler describes it. */
static noipa u64 t_divided(u64 whole)
{
	u64 tenth = whole / 10, rest = whole % 10;

	use(whole); /* @ divided */
	use(whole);
	return whole;
}

/* In memory from the start on, as the debug information has it; the first
 * instructions have yet to put it there. */
static noipa int t_escaping(int n, long kept, struct eight pair)
{
	escape(&n);
	escape(&pair); /* @ escaping */
	clobber();
	sink += n + pair.a;
	use(kept); /* @ escaping_end */
	return n;
}

static noipa int t_per_cpu(int n)
{
	this_cpu_add(truth_percpu, n);
	use(n); /* @ per_cpu */
	this_cpu_sub(truth_percpu, n);
	return n;
}

/* ---- running them ---- */

static void run_values(void)
{
	t_values((struct four){ -1, 2 }, (struct eight){ -3, 4000000000u },
		 (struct twelve){ -5, 6, -7 },
		 (struct sixteen){ -8, 0x8000000000000009ull });
	t_values2((struct mixed){ -10, -11000000000ll },
		  (struct forty){ { 1, -2, 3, -4, 5000000000ll } },
		  (struct unaligned){ -12, -13000000000ll },
		  (union word){ .w = 0x01020384 }, (point_t){ -14, 15 });
	t_values3(1, 2, 3, 4, 5, (struct sixteen){ -6, 7 },
		  (struct sixteen){ 8, 9 }, (struct eight){ -10, 11 });
}

static void run_results(void)
{
	struct forty forty;

	r_s8(1); r_u8(1); r_s16(1); r_u16(1); r_s32(1); r_u32(1); r_s64(1);
	r_u64(1); r_bool(0); r_bool(1); r_char(1); r_colour(1); r_wide(1);
	r_ptr(1); r_text(1); r_fn(1); r_four(1); r_eight(1); r_twelve(1);
	r_sixteen(1); r_mixed(1);
	forty = r_forty(1);
	escape(&forty);
	r_unaligned(1); r_word(1); r_point(1); r_huge(1);
}

static void run_parameters(void)
{
	int numbers[3] = { 1, 2, -3 };

	t_ints(-5, 250, -30000, 60000, -2000000000, 4000000000u,
	       -5000000000000ll, 0xfffffffffffffff0ull);
	t_many(1, -2, 3, -4, 5, -6, -7, 8, -9, 10000000000ll, -11, 212);
	t_kinds(true, 'k', -100, 200, GREEN, WIDE, DARK);
	t_ptrs(the_outer, &the_outer, "pointed", truth_words, &inner_more,
	       fn_target, numbers);
	t_huge(-1, (unsigned __int128)0x8000000000000001ull << 64 | 77, -2);
	t_variadic(3, "iii", 10, -20, 30);
}

static void run_locals(void)
{
	t_loop(4);
	t_blocks(1);
	t_blocks(5);
	t_memory(9);
	t_scattered(100, 200);
	t_known(6);
	t_static(2);
	t_static(3);
	t_statics(1);
	t_statics(5);
	t_held(2);
	sink += both_called(3) + i_both(4);
	truth_exported(88);
	escape(&truth_float);
	t_floats(&truth_double, &truth_float, the_outer);
	t_shadow(17);
	t_changed(4, 5);
	t_callers(50);
	t_tellers(60);
	sink += t_clone(3, &inner_one, 1) + t_clone(3, &inner_more, 2);
	t_tail(8, 2);
	t_recurse(4);
	t_frame(3);
	t_inlines(6, &inner_more);
	t_through(40, 21);
	t_divided(0xfffffffffffffff7ull);
	t_per_cpu(100);
	t_escaping(71, 72, (struct eight){ -73, 74 });
}

/* ---- tracepoints ---- */

#define ARGS_PROTO                                                             \
	TP_PROTO(int a, s8 b, unsigned long c, struct inner *p, enum colour e, \
		 bool f, const char *text)
#define ARGS_ARGS TP_ARGS(a, b, c, p, e, f, text)
#define FAR_PROTO                                                              \
	TP_PROTO(long a1, long a2, long a3, s16 a4, u8 a5, int a6, u64 a7,     \
		 int a8, long a9)
#define FAR_ARGS TP_ARGS(a1, a2, a3, a4, a5, a6, a7, a8, a9)
DECLARE_TRACE(truth_args, PARAMS(ARGS_PROTO), PARAMS(ARGS_ARGS));
DECLARE_TRACE(truth_far, PARAMS(FAR_PROTO), PARAMS(FAR_ARGS));
DEFINE_TRACE(truth_args, PARAMS(ARGS_PROTO), PARAMS(ARGS_ARGS));
DEFINE_TRACE(truth_far, PARAMS(FAR_PROTO), PARAMS(FAR_ARGS));

static noipa void run_tracepoints(void)
{
	struct inner told = { .a = 31, .b = -32, .c = 1, .d = 200 };

	trace_truth_args(-7, -100, -15, &told, BLUE, true, "told");
	trace_truth_far(1, -2, 30000000000, -4, 250, -6, 7, -80000, 9);
}

static ssize_t truth_write(struct file *file, const char __user *from,
			   size_t n, loff_t *pos)
{
	static bool filled;

	if (!filled) {
		u64 one_and_a_half = 0x3ff8000000000000ull;
		u32 halves[2] = { 0x3f000000, 0xbf000000 };
		int i;

		for (i = 0; i < 4; i++)
			store.o.flex[i] = 1000 * i + 1;
		memcpy(&store.o.real, &one_and_a_half, sizeof store.o.real);
		memcpy(store.o.halves, halves, sizeof halves);
		filled = true;
	}
	run_parameters();
	run_values();
	run_results();
	run_locals();
	run_tracepoints();
	return n;
}

static const struct proc_ops truth_ops = { .proc_write = truth_write };

static int __init truth_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(truth_percpu, cpu) += cpu;
		per_cpu(truth_percpu_inner, cpu).b = 20 + cpu;
	}
	return proc_create("truth", 0200, NULL, &truth_ops) ? 0 : -ENOMEM;
}

static void __exit truth_exit(void)
{
	remove_proc_entry("truth", NULL);
}

module_init(truth_init);
module_exit(truth_exit);
MODULE_LICENSE("GPL");
