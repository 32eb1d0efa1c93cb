#!/bin/bash
# A module built fast is complete as kbuild's is: the same .modinfo, a version
# for every undefined symbol and the one that Module.symvers has, the same
# sections that the loader looks for, but for code that only runs while loading
# (kept with the rest) and two lists that change nothing for a module
# (translator/build/shrink.c says why).  On every kernel there is a sysroot of.
set -u
build=${STAPX_BUILD:?the build folder}
export PATH=$build:$PATH
here=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
fail() { echo "FAIL: $*"; bad=$((bad + 1)); }
mkdir "$tmp/fast" "$tmp/kbuild"
sections() {
	readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] *\([.a-z_][^ ]*\) .*/\1/p' |
		grep -v -e '^\.rela' -e '^\.comment' -e '^\.note' -e '^\.debug' -e 'tab$' \
			-e '^\.\(init\|exit\)\.\(text\|data\)$' -e '^\.smp_locks$' \
			-e '^__patchable_function_entries$' \
			-e '^\.text\.' -e '^\.rodata\.' -e '^\.data\.' -e '^\.bss' -e '^\.BTF' | sort -u
}
roots=$(stap-sysroot list | awk '$1 ~ /^6[.].*cloud-(amd64|arm64)$/ { print $1 }')
[ -n "$roots" ] || { echo "no sysroot to build for"; exit 1; }
for root in $roots; do
	script=$here/live/scripts/counts.stp
	(cd "$tmp/fast" && stap -r "$root" -p4 -m samename "$script" >/dev/null 2>"$tmp/err") ||
		{ fail "$root: $(tail -n 3 "$tmp/err")"; continue; }
	(cd "$tmp/kbuild" && stap -r "$root" -p4 --kbuild -m samename "$script" >/dev/null 2>"$tmp/err") ||
		{ fail "$root --kbuild: $(tail -n 3 "$tmp/err")"; continue; }
	f=$tmp/fast/samename.ko k=$tmp/kbuild/samename.ko
	diff -u <(modinfo -0 "$k" | tr '\0' '\n' | grep -v '^filename') \
		<(modinfo -0 "$f" | tr '\0' '\n' | grep -v '^filename') ||
		fail "$root: .modinfo differs"
	modprobe --dump-modversions "$f" | sort -k2 >"$tmp/versions"
	symvers=$(stap-sysroot show "$root" | awk '$1 == "build" { print $NF }')/Module.symvers
	n=0
	for s in $(readelf -sW "$f" | awk '$7 == "UND" && $8 != "" { print $8 }' | sort -u); do
		n=$((n + 1))
		have=$(awk -v s="$s" '$2 == s { print $1 }' "$tmp/versions")
		true=$(awk -v s="$s" '$2 == s { print $1; exit }' "$symvers")
		# Both tools leave off leading zeros in different ways.
		[ -n "$have" ] && [ $((have)) = $((true)) ] ||
			fail "$root: '$s' has version '$have', the kernel exports '$true'"
	done
	[ "$n" -gt 20 ] || fail "$root: only $n undefined symbols"
	modprobe --dump-modversions "$k" | awk '{ print $2 }' | grep -qx module_layout &&
		! awk '{ print $2 }' "$tmp/versions" | grep -qx module_layout &&
		fail "$root: module_layout has no version"
	diff -u <(sections "$k") <(sections "$f") || fail "$root: sections differ"
	echo "$root: $n symbols, $(stat -c %s "$f") bytes fast, $(stat -c %s "$k") by kbuild"
done
exit $((bad > 0))
