#!/bin/bash
# What `make install` puts into a DESTDIR works from there: it finds its own
# tapset, runtime and helpers, not those of the source.
set -u
build=${STAPX_BUILD:?the build folder}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { echo "FAIL: $*"; exit 1; }
prefix=$(sed -n 's/^prefix = //p' "$build/config.mk")
make -C "$build" install DESTDIR="$tmp" >"$tmp/log" 2>&1 || fail "make install: $(tail -n 3 "$tmp/log")"
bin=$tmp$prefix/bin
for f in bin/stap bin/staprun bin/stap-sysroot share/stapx/tapset/context.stp \
	share/stapx/runtime/script.h share/stapx/targets/x86_64/staprun \
	share/stapx/targets/arm64/staprun share/man/man1/stap.1 \
	share/man/man1/stap-sysroot.1 share/man/man8/staprun.8; do
	[ -f "$tmp$prefix/$f" ] || fail "'$f' is not installed"
done
got=$(cd / && "$bin/stap" --runtime=user -e 'probe begin { println("hello") exit() }' 2>&1)
[ "$got" = hello ] || fail "wanted 'hello', got '$got'"
(cd / && "$bin/stap" -p1 -vv -e 'probe begin { println(execname()) }') 2>&1 | grep -q "Searched: \" $tmp$prefix/share/stapx/tapset" ||
	fail "the installed stap does not read the installed tapset"
"$bin/stap-sysroot" list >/dev/null || fail "stap-sysroot list"
"$bin/staprun" -V >/dev/null 2>&1 || fail "staprun -V"
