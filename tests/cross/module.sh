#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that a module built fast is complete as kbuild's is: the same .modinfo,
# a version for every undefined symbol and the one that Module.symvers has, the
# same sections that the loader looks for, but for code that only runs while
# loading (kept with the rest) and lists that change nothing for a module
# (translator/build/shrink.c says why).  One script on every kernel there is a
# sysroot of; each other one of tests/live and examples/ on one of them, in turn.
set -u
build=${STAPX_BUILD:?the build folder}
export PATH=$build:$PATH
here=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { echo "FAIL: $*"; }
sections() {
	readelf -SW "$1" | sed -n 's/^ *\[ *[0-9]*\] *\([.a-z_][^ ]*\) .*/\1/p' |
		grep -v -e '^\.rela' -e '^\.comment' -e '^\.note' -e '^\.debug' -e 'tab$' \
			-e '^\.\(init\|exit\)\.\(text\|data\)$' -e '^\.smp_locks$' \
			-e '^__patchable_function_entries$' -e '^\.call_sites$' -e '^\.ibt_endbr_seal$' \
			-e '^\.text\.' -e '^\.rodata\.' -e '^\.data\.' -e '^\.bss' -e '^\.rodata$' -e '^\.BTF' | sort -u
}
roots=$(stap-sysroot list | awk '$1 ~ /^6[.].*cloud-(amd64|arm64)$/ { print $1 }')
[ -n "$roots" ] || { echo "no sysroot to build for"; exit 1; }

# compare ROOT SCRIPT [OPTION...]: in a folder of its own, so that two can run
compare() (
	root=$1 what="$1: $(basename "$2")"
	tmp=$(mktemp -d "$tmp/XXXXXX")
	f=$tmp/fast/samename.ko k=$tmp/kbuild/samename.ko
	mkdir "$tmp/fast" "$tmp/kbuild"
	shift
	(cd "$tmp/fast" && stap -g -r "$root" -p4 -m samename "$@" >/dev/null 2>"$tmp/err") ||
		{ fail "$what: $(tail -n 3 "$tmp/err")"; return; }
	(cd "$tmp/kbuild" && stap -g -r "$root" -p4 --kbuild -m samename "$@" >/dev/null 2>"$tmp/err") ||
		{ fail "$what, --kbuild: $(tail -n 3 "$tmp/err")"; return; }
	diff -u <(modinfo -0 "$k" | tr '\0' '\n' | grep -v '^filename') \
		<(modinfo -0 "$f" | tr '\0' '\n' | grep -v '^filename') ||
		fail "$what: .modinfo differs"
	modinfo -F vermagic "$f" | grep -q "^${root%%-cloud*}" || fail "$what: vermagic is $(modinfo -F vermagic "$f")"
	modprobe --dump-modversions "$f" | sort -k2 >"$tmp/versions"
	symvers=$(stap-sysroot show "$root" | awk '$1 == "build" { print $NF }')/Module.symvers
	readelf -sW "$f" | awk '$7 == "UND" && $8 != "" { print $8 }' | sort -u >"$tmp/undefined"
	# Both tools leave off leading zeros in different ways.
	awk -v undefined="$tmp/undefined" -v versions="$tmp/versions" '
		function plain(n) { sub(/^0x0*/, "", n); return n }
		FILENAME == versions { have[$2] = plain($1); next }
		FILENAME == undefined { want[$1] = 1; next }
		$2 in want && !($2 in true) { true[$2] = plain($1) }
		END {
			for (s in want) if (!(s in have) || have[s] != true[s])
				print s " has version \"" have[s] "\", the kernel exports \"" true[s] "\""
		}' "$tmp/versions" "$tmp/undefined" "$symvers" >"$tmp/wrong"
	[ ! -s "$tmp/wrong" ] || fail "$what: $(cat "$tmp/wrong")"
	n=$(wc -l <"$tmp/undefined")
	[ "$n" -gt 20 ] || fail "$what: only $n undefined symbols"
	modprobe --dump-modversions "$k" | awk '{ print $2 }' | grep -qx module_layout &&
		! awk '{ print $2 }' "$tmp/versions" | grep -qx module_layout &&
		fail "$what: module_layout has no version"
	sections "$k" >"$tmp/sections.k"
	sections "$f" >"$tmp/sections.f"
	# kbuild takes all of the runtime, so a script may do without a section.
	comm -12 "$tmp/sections.k" "$tmp/sections.f" >"$tmp/sections"
	# (The kernel's assertions come with what looks up mappings alone.)
	[ "${1##*/}" != counts.stp ] || grep -vx __bug_table "$tmp/sections.k" >"$tmp/sections"
	diff -u "$tmp/sections" "$tmp/sections.f" || fail "$what: sections differ"
	echo "$what: $n symbols, $(stat -c %s "$f") bytes fast, $(stat -c %s "$k") by kbuild"
)

running=0
also() { # what compare() takes; waits while two are running
	[ $((++running)) -le 2 ] || wait -n
	compare "$@" >>"$tmp/said" 2>&1 &
}

for root in $roots; do
	also "$root" "$here/live/scripts/counts.stp"
done
# shellcheck disable=SC2086
set -- $roots
for script in "$here"/live/scripts/*.stp "$here"/../examples/*.stp; do
	[ "${script##*/}" != counts.stp ] || continue
	case ${script##*/} in
	points.stp) also "$1" "$script" 0xffff800008000000 ;;
	tapset-more.stp) also "$1" "${script%-more.stp}.stp" -E "$(cat "$script")" ;;
	*) also "$1" "$script" ;;
	esac
	set -- "${@:2}" "$1"
done
wait
cat "$tmp/said"
[ "$(grep -c ' symbols, ' "$tmp/said")" = $running ] && ! grep -q '^FAIL' "$tmp/said"
