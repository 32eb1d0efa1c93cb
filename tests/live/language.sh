#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that scripts print the same in a kernel as in a process: all programs
# of tests/lang on one guest, every eighth on each of two more kernels
# (LANG_EVERY=1: all there, too); every eighth in modules built by kbuild, too,
# but for 6.12.
. "$(dirname "$0")/lib.sh"
lang=$tests/lang

read_lines() { # FILE: into the array lines
	lines=()
	[ -f "$1" ] && mapfile -t lines <"$1"
}

one() { # x.stp: prints what was not as wanted
	local name base=${1%.stp} out status want=0 lines args argv
	name=$(basename "$base")
	out=$live_tmp/$name
	read_lines "$base.args"; args=("${lines[@]+"${lines[@]}"}")
	read_lines "$base.argv"; argv=("${lines[@]+"${lines[@]}"}")
	[ -f "$base.err" ] && want=1
	(cd "$lang" && rstap -r "$root" "${args[@]+"${args[@]}"}" "$name.stp" "${argv[@]+"${argv[@]}"}") \
		>"$out.out" 2>"$out.err" </dev/null
	status=$?
	if [ $status != $want ]; then
		echo "$root: $name: status $status, wanted $want: $(tail -n 5 "$out.err")"
	elif ! diff -u "$base.out" "$out.out" >"$out.diff"; then
		echo "$root: $name prints something else:"
		cat "$out.diff"
	elif [ $want = 1 ] && ! grep -qxF "$(grep '^ERROR' "$base.err" | head -n 1)" "$out.err"; then
		echo "$root: $name: no such message as in its .err: $(cat "$out.err")"
	fi
}

some() { # EVERY
	local i=0 busy=0 f p pids=() start=$SECONDS at_once=3
	# Each waits for the link most of its time; kbuild has enough to do, and an
	# emulated arm64 with three handshakes takes longer than stap waits.
	[ $how = fast ] && [[ $root != *arm64 ]] || at_once=1
	: >"$live_tmp/wrong"
	for f in "$lang"/*.stp; do
		[ -f "${f%.stp}.out" ] && [ $((++i % $1)) = 0 ] || continue
		[ $((++busy)) -le $at_once ] || wait -n
		# Only what the other round takes is built for it.
		([ $((i % every)) = 0 ] || builder_pid=; one "$f" >>"$live_tmp/wrong") &
		pids+=($!)
	done
	for p in "${pids[@]}"; do
		wait "$p"
	done
	[ ! -s "$live_tmp/wrong" ] || fail "$(cat "$live_tmp/wrong")"
	echo "$root: ${#pids[@]} programs, built $how, in $((SECONDS - start)) s"
}

every=${LANG_EVERY:-8}
for root in ${ROOTS:-"$amd64_61" "$amd64_612" "$arm64_61"}; do
	guest_start "$root" || { fail "no guest"; continue; }
	install_staprun
	ways "$amd64_61" "$arm64_61"
	for how in $ways; do
		if [ "$root" = "$amd64_61" ] && [ $how = fast ]; then
			some 1
		else
			some "$every"
		fi
	done
	guest_stop
done
finish
