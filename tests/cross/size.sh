#!/bin/bash
# The module of a common script is small, on every kernel there is a sysroot of:
# at most 48 kB.  tests/fault/staprun.sh states its memory on a target.
set -u
build=${STAPX_BUILD:?the build folder}
export PATH=$build:$PATH
here=$(cd "$(dirname "$0")" && pwd)
limit=$((48 << 10))
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
bad=0
fail() { echo "FAIL: $*"; bad=$((bad + 1)); }
seen=
for root in $(stap-sysroot list | awk '$1 ~ /^6[.].*cloud-(amd64|arm64)$/ { print $1 }'); do
	rm -f two.ko
	stap -r "$root" -p4 -m two "$here/two-probes.stp" >out 2>err ||
		{ fail "$root: $(tail -n 3 err)"; continue; }
	size=$(stat -c %s two.ko)
	echo "$root: $size bytes (limit $limit)"
	seen="$seen ${root%%.*}.$(cut -d. -f2 <<<"$root")-${root##*-}"
	[ "$size" -gt 10000 ] || fail "$root: that is no module: $(file two.ko)"
	[ "$size" -le "$limit" ] || {
		fail "$root: $((size - limit)) bytes too many; its largest sections:"
		readelf -SW two.ko | sed -n 's/^ *\[ *[0-9]*\] //p' |
			awk '{ print $5, $1 }' | sort -r | head -n 12
	}
done
for kind in 6.1-amd64 6.1-arm64 6.12-amd64; do
	[[ " $seen " == *" $kind "* ]] || fail "no sysroot of the kind $kind"
done
exit $((bad > 0))
