#!/bin/bash
# Arguments and results of system calls as text, by syscall.* and
# nd_syscall.*.return with all their probes at once: what a program does is
# shown as the program says; on 6.1 for x86_64 in a module built by kbuild, too.
. "$(dirname "$0")/lib.sh"
scripts=$tests/live/scripts

calls() {
	local first
	rstap "$scripts/syscalls.stp" -c '/tmp/sysload >/tmp/wanted' >"$live_tmp/out" 2>"$live_tmp/err" ||
		fail "$root: syscalls.stp: status $?: $(cat "$live_tmp/err")"
	on 'cat /tmp/wanted; rm /tmp/wanted' >"$live_tmp/wanted"
	[ "$(wc -l <"$live_tmp/wanted")" -ge 80 ] || fail "$root: the load says too little"
	# What the C library does before and behind is its own matter.
	first=$(head -n 1 "$live_tmp/wanted")
	want "$(cat "$live_tmp/wanted")" \
		"$(grep -vE '^(exit_group|write|newfstatat|fstatat|fstat|brk|unlink|unlinkat)\b' "$live_tmp/out" |
		awk -v f="$first" '$0 == f { on = 1 } on' | head -n "$(wc -l <"$live_tmp/wanted")")" \
		"$root: system calls: $(cat "$live_tmp/err")"
}

for root in ${STAPX_ROOTS:-"$amd64_61" "$amd64_612" "$arm64_61"}; do
	cc=gcc
	[[ $root == *arm64 ]] && cc=aarch64-linux-gnu-gcc
	"$cc" -static -O1 -Wall -Werror -o "$live_tmp/sysload" "$scripts/sysload.c" ||
		{ fail "$root: $cc does not compile sysload.c"; continue; }
	guest_start "$root" || { fail "$root"; continue; }
	on 'cat >/tmp/sysload; chmod +x /tmp/sysload' <"$live_tmp/sysload"
	ways "$amd64_61"
	for how in $ways; do
		calls
	done
	want_clean "$root"
	guest_stop
done
finish
