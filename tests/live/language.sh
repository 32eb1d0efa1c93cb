#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that scripts print the same in a kernel as in a process: the programs
# of tests/lang on a guest, every third on one kernel and every eighth on two more
# (LANG_EVERY=1: all); in modules built by kbuild, too, but for 6.12.
. "$(dirname "$0")/lib.sh"
lang=$tests/lang

one() { # x.stp
	local base=${1%.stp} args=() status want=0 flags=()
	[ -f "$base.args" ] && mapfile -t args <"$base.args"
	[ -f "$base.err" ] && want=1
	(cd "$lang" && rstap -r "$root" "${flags[@]+"${flags[@]}"}" "${args[@]+"${args[@]}"}" "$(basename "$1")") \
		>"$live_tmp/out" 2>"$live_tmp/err" </dev/null
	status=$?
	ran=$((ran + 1))
	if [ $status != $want ]; then
		fail "$root: $(basename "$1"): status $status, wanted $want: $(tail -n 5 "$live_tmp/err")"
	elif ! diff -u "$base.out" "$live_tmp/out" >"$live_tmp/diff"; then
		fail "$root: $(basename "$1") prints something else:"
		cat "$live_tmp/diff"
	fi
	if [ $want = 1 ] && ! grep -qxF "$(grep '^ERROR' "$base.err" | head -n 1)" "$live_tmp/err"; then
		fail "$root: $(basename "$1"): no such message as in its .err: $(cat "$live_tmp/err")"
	fi
}

some() {
	local i=0 every=${LANG_EVERY:-3}
	[ "$root" = "$amd64_61" ] || every=${LANG_EVERY:-8}
	ran=0
	for f in "$lang"/*.stp; do
		i=$((i + 1))
		[ $((i % every)) = 0 ] || continue
		one "$f"
	done
}

for root in "$amd64_61" "$amd64_612" "$arm64_61"; do
	guest_start "$root" || { fail "no guest"; continue; }
	ways "$amd64_61" "$arm64_61"
	for how in $ways; do
		some
		echo "$root: $ran programs, built $how"
	done
	guest_stop
done
finish
