#!/bin/sh
# Damaged files with DWARF, from the index to the place of a variable.
. "$(dirname "$0")/lib.sh"
seed=$(mktemp -d) || exit 1
cat >"$seed/a.c" <<'E2'
struct in { int a; short b:3; char c[4]; };
enum e { A, B = 5 };
static int f(struct in *p, long n, enum e x)
{
	int s = 0;
	for (int i = 0; i < n; i++) { int q = p->a * i; s += q; }
	return s + x;
}
/* Only its caller knows a and b in the end. */
static int __attribute__((noinline)) h(int a, struct in *b)
{
	volatile int x = a;
	__asm__ volatile("" : : : "rdi", "rsi", "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "memory");
	return x + (b != 0);
}
int g(struct in v, int (*fn)(int))
{
	struct in *p = &v;
	return f(p, fn(v.a), B) + f(p, 3, A) + h(v.a, p) + h(7, 0);
}
E2
for opt in "-O2 -gdwarf-5" "-O0 -gdwarf-4" "-O2 -gdwarf-5 -c"; do
	gcc $opt -nostdlib -static -e g -o "$seed/$(echo "$opt" | tr -dc a-zA-Z0-9).o" "$seed/a.c" || exit 1
done
# A kernel's table of names: "T_stext" and "tf", tokens of one character.
{
	echo '.globl _stext, _etext; .text; _stext: .skip 32; _etext:'
	echo '.section .rodata,"a"'
	echo 'kallsyms_num_syms: .long 2'
	echo 'kallsyms_offsets: .long 0, 16'
	echo 'kallsyms_names: .ascii "\7T_stext\2tf"'
	echo 'kallsyms_markers: .long 0'
	echo 'kallsyms_token_table:'
	for i in $(seq 0 127); do echo ".byte $i, 0"; done
	echo 'kallsyms_token_index:'
	for i in $(seq 0 127); do echo ".short $((2 * i))"; done
} >"$seed/k.s"
gcc -c -o "$seed/names.o" "$seed/k.s" || exit 1
fuzz dwarf_file "$seed"/*.o
rm -rf "$seed"
