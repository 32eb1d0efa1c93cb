#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that at 2,000 statements of each kernel, picked by a fixed seed, every
# variable in sight either becomes an expression or is shown as unavailable,
# and that all of it goes through pass 3.
set -u
export PATH=${STAPX_BUILD:?the build folder}:$PATH
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failures=0
fail() {
	echo "$root: $*"
	failures=$((failures + 1))
}

# The generator is spelled out: rand() differs between awks.
pick() { # COUNT SEED; lines of stdin
	awk -v n="$1" -v seed="$2" '
		{ line[NR] = $0 }
		END {
			for (i = 0; NR && i < n; i++) {
				seed = (seed * 16807) % 2147483647
				print line[seed % NR + 1]
			}
		}'
}

one() {
	local half points probes named unavailable printed
	stap -r "$root" -l 'kernel.function("*").call' 2>"$tmp/err" |
		sed -n 's/.*function("\([A-Za-z_0-9]*\)@.*[.]c:.*/\1/p' |
		pick 500 1234 >"$tmp/names"
	for half in 1,250 251,500; do
		stap -r "$root" 2>>"$tmp/err" -l \
			"kernel.statement(\"{$(sed -n "${half}p" "$tmp/names" | paste -sd,)}@*:*\")" ||
			fail "the list of statements: $(tail -n 3 "$tmp/err")"
	done >"$tmp/points"
	points=$(wc -l <"$tmp/points")
	[ "$points" -ge 5000 ] || fail "only $points statements of 500 functions"
	pick 2000 4711 <"$tmp/points" |
		sed 's/.*/probe & { println($$vars) }/' >"$tmp/some.stp"
	stap -r "$root" -p2 -v "$tmp/some.stp" >"$tmp/out" 2>"$tmp/err" ||
		fail "pass 2: status $?: $(head -n 3 "$tmp/err")"
	probes=$(grep -ac '^kernel.statement' "$tmp/out")
	printed=$(grep -ac 'println(' "$tmp/out")
	named=$(grep -aoE '[A-Za-z_0-9]+=(%#x|%s|\{\.\.\.}|\[\.\.\.])' "$tmp/out" | wc -l)
	unavailable=$(grep -aoE '[A-Za-z_0-9]+=[?]' "$tmp/out" | wc -l)
	echo "$root: of 2000 statements: $probes places, $named variables, $unavailable more unavailable"
	[ "$probes" -ge 1900 ] || fail "$probes places of 2000 statements"
	[ "$printed" = "$probes" ] || fail "$printed of $probes probes show their variables"
	[ "$named" -gt "$probes" ] || fail "only $named variables are there"
	stap -r "$root" -p3 "$tmp/some.stp" >"$tmp/some.c" 2>"$tmp/err" ||
		fail "pass 3: status $?: $(head -n 3 "$tmp/err")"
}

for root in $(stap-sysroot list -q | grep -E '^6[.](1|12)[.].*cloud-'); do
	one
done
exit $((failures > 0))
