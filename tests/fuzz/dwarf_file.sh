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
int g(struct in v, int (*fn)(int))
{
	struct in *p = &v;
	return f(p, fn(v.a), B) + f(p, 3, A);
}
E2
for opt in "-O2 -gdwarf-5" "-O0 -gdwarf-4" "-O2 -gdwarf-5 -c"; do
	gcc $opt -nostdlib -static -e g -o "$seed/$(echo "$opt" | tr -dc a-zA-Z0-9).o" "$seed/a.c" || exit 1
done
fuzz dwarf_file "$seed"/*.o
rm -rf "$seed"
