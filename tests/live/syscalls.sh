#!/bin/bash
# Arguments and results of system calls as text, by syscall.* and
# nd_syscall.NAME.return with many probes at once, and by tracepoints: what a
# program does is shown as the program says, a 32-bit one too; on 6.1 for x86_64
# in a module built by kbuild, too.
. "$(dirname "$0")/lib.sh"
scripts=$tests/live/scripts

# SCRIPT CALLS: its lines of those calls are what the load says.
calls() {
	local first
	rstap "$scripts/$1" -c '/tmp/sysload >/tmp/wanted; /tmp/sys32 >/tmp/wanted32' >"$live_tmp/out" 2>"$live_tmp/err" ||
		fail "$root: $1: status $?: $(cat "$live_tmp/err")"
	on 'cat /tmp/wanted; rm /tmp/wanted' | grep -E "^($2)" >"$live_tmp/wanted"
	[ "$(wc -l <"$live_tmp/wanted")" -ge "$3" ] || fail "$root: the load says too little"
	# What the C library does before and behind is its own matter.
	first=$(head -n 1 "$live_tmp/wanted")
	want "$(cat "$live_tmp/wanted")" \
		"$(grep -vE '^(exit_group|write|newfstatat|fstatat|fstat|brk|unlink|unlinkat)\b' "$live_tmp/out" |
		awk -v f="$first" '$0 == f { on = 1 } on' | head -n "$(wc -l <"$live_tmp/wanted")")" \
		"$root: system calls, $1: $(cat "$live_tmp/err")"
}

# The same of the 32-bit program; its own execve and what it ends with aside.
calls32() {
	on 'cat /tmp/wanted32; rm /tmp/wanted32' >"$live_tmp/wanted"
	[ "$(wc -l <"$live_tmp/wanted")" -ge 54 ] || fail "$root: the 32-bit load says too little"
	want "$(cat "$live_tmp/wanted")" \
		"$(grep '^32 ' "$live_tmp/out" | grep -v '^32 execve = 0' | head -n "$(wc -l <"$live_tmp/wanted")")" \
		"$root: system calls of a 32-bit program: $(cat "$live_tmp/err")"
}

# No compiler's package of 32 bits is needed for these, nor a linker of its own.
flags="-static -nostdlib -ffreestanding -fno-pie -fno-stack-protector -O1 -Wall -Werror"
compile32() { # CPU
	if [ "$1" = arm64 ]; then
		clang --target=armv7a-linux-gnueabi $flags -c -o "$live_tmp/sys32.o" "$scripts/sys32.c" &&
			aarch64-linux-gnu-ld -m armelf_linux_eabi -static -o "$live_tmp/sys32" "$live_tmp/sys32.o"
	else
		gcc -m32 $flags -no-pie -o "$live_tmp/sys32" "$scripts/sys32.c"
	fi
}

for root in ${STAPX_ROOTS:-"$amd64_61" "$amd64_612" "$arm64_61"}; do
	cc=gcc
	[[ $root == *arm64 ]] && cc=aarch64-linux-gnu-gcc
	"$cc" -static -O1 -Wall -Werror -o "$live_tmp/sysload" "$scripts/sysload.c" ||
		{ fail "$root: $cc does not compile sysload.c"; continue; }
	compile32 "${root##*-}" || { fail "$root: sys32.c does not compile"; continue; }
	guest_start "$root" || { fail "$root"; continue; }
	install_staprun
	on 'cat >/tmp/sysload; chmod +x /tmp/sysload' <"$live_tmp/sysload"
	on 'cat >/tmp/sys32; chmod +x /tmp/sys32' <"$live_tmp/sys32"
	ways "$amd64_61"
	for how in $ways; do
		calls syscalls.stp . 80
		calls32
	done
	builder_stop
	how=fast
	calls syscalls-tp.stp "d|k|u|w|mem|set" 12
	want "any 1 1 1 0 odd 0" "$(grep '^any' "$live_tmp/out")" "$root: syscall_any"
	numbers="296 199"
	[[ $root == *arm64 ]] && numbers="323 199"
	want "32 mkdirat(AT_FDCWD, \"/proc/none\", 0751)
32 ${numbers% *} mkdirat 1
32 mkdirat = -2 (ENOENT)
32 ${numbers#* } getuid32 1
32 1 exit 1" "$(grep '^32' "$live_tmp/out")" "$root: system calls of a 32-bit program, by tracepoints"
	want_clean "$root"
	guest_stop
done
finish
