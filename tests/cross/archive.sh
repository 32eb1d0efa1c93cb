#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows what --archive writes, for every kernel there is a sysroot of: a gzip
# tar that plain tar reads, its manifest first, with what a target must match
# and the digest of each member; -o NAME.stapx at -p4 means the same; equal
# scripts give equal bytes.
set -u
build=${STAPX_BUILD:?the build folder}
export PATH=$build:$PATH
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export SYSTEMTAP_DIR=$tmp/state
export STAPX_SYSROOTS=${STAPX_SYSROOTS:-$HOME/.systemtap/sysroots}
bad=0
fail() { echo "FAIL: $*"; bad=$((bad + 1)); }
cat >"$tmp/x.stp" <<'S'
# a \ backslash and "quotes"
probe begin { printf("%d\n", pid()); exit() }
S
roots=$(stap-sysroot list | awk '$1 ~ /^6[.].*cloud-(amd64|arm64)$/ { print $1 }')
[ -n "$roots" ] || { echo "no sysroot to build for"; exit 1; }
for root in $roots; do
	d=$tmp/$root
	mkdir -p "$d/x" && cd "$d" || exit 1
	stap -r "$root" -p4 --archive a.stapx "$tmp/x.stp" >out 2>err || { fail "$root: $(cat err)"; continue; }
	[ "$(cat out)" = a.stapx ] || fail "$root: printed '$(cat out)'"
	tar -C x -xzf a.stapx || { fail "$root: tar cannot read it"; continue; }
	names=$(tar -tzf a.stapx)
	module=$(sed -n 's/^module = //p' x/manifest)
	[ "$names" = "manifest
$module.ko
formats" ] || fail "$root: members: $names"
	value() { sed -n "s/^$1 = //p" x/manifest; }
	for f in "$module.ko" formats; do
		[ "$(value "sha256.$f")" = "$(sha256sum <"x/$f" | cut -d' ' -f1)" ] || fail "$root: digest of $f"
	done
	[ "$(value vermagic)" = "$(modinfo -F vermagic "x/$module.ko")" ] || fail "$root: vermagic '$(value vermagic)'"
	[ "$(value format)" = 1 ] || fail "$root: format '$(value format)'"
	case $(value vermagic) in "$(value release) "*) ;; *) fail "$root: release '$(value release)'" ;; esac
	case $root in *arm64) arch=arm64 ;; *) arch=x86_64 ;; esac
	[ "$(value arch)" = $arch ] || fail "$root: arch '$(value arch)'"
	id=$(stap-sysroot show "$root" | awk '$1 ~ /build.id/ { print $NF }')
	[ "$(value build_id)" = "$id" ] || fail "$root: build_id '$(value build_id)', the sysroot's is '$id'"
	printf '%b' "$(value script_text)" | cmp - "$tmp/x.stp" || fail "$root: the script's text"
	grep -qxF '0 d %d\n' x/formats || fail "$root: formats: $(cat x/formats)"
	stap -r "$root" -p4 -o b.stapx "$tmp/x.stp" >out 2>err || fail "$root -o: $(cat err)"
	cmp a.stapx b.stapx || fail "$root: equal scripts, other bytes"
	echo "$root: $(stat -c %s a.stapx) bytes packed, $(stat -c %s "x/$module.ko") the module"
done
exit $((bad > 0))
