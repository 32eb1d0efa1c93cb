#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that each script of examples/ runs unchanged and says of a known load
# what its comment promises, on a 6.12 and an arm64 kernel.
. "$(dirname "$0")/lib.sh"
examples=$(cd "$tests/../examples" && pwd)
ran=

# example NAME OPTION...: its output in $got.
example() {
	local name=$1
	shift
	ran+=" $name.stp"
	got=$(rstap "$examples/$name.stp" "$@" 2>"$live_tmp/err") ||
		fail "$root: $name: status $?: $(cat "$live_tmp/err")"
}

line() { # LINE NAME: stands in $got
	grep -qxF -- "$1" <<<"$got" || fail "$root: $2: no line \"$1\" in"$'\n'"$got"
}

matches() { # REGEX NAME
	grep -qxE -- "$1" <<<"$got" || fail "$root: $2: no line like \"$1\" in"$'\n'"$got"
}

all() {
	local reads='dd if=/dev/zero of=/dev/null bs=100 count=50 2>/dev/null'

	example hello
	want $'hello\ntick 1\ntick 2\ntick 3\ngoodbye' "$got" "$root: hello"

	example reads -c "$reads"
	line "$(printf '%-16s %8s %12s %8s' process calls bytes largest)" reads
	line "$(printf '%-16s %8d %12d %8d' dd 50 5000 100)" reads
	line 'sizes asked for, in bytes:' reads
	# The load alone fills the bucket from 64 to 127; how wide the column of
	# values is depends on the largest read of anything else that runs.
	matches ' *value \|-{50} count' reads
	matches ' *64 \|@+ +5[0-9]' reads

	example latency 30 -c "$reads"
	matches 'dd                   50 reads, [0-9]+ to [0-9]+ us, [0-9]+ on average' latency
	read -r _ _ _ low _ high _ mean _ < <(grep '^dd ' <<<"$got")
	[ "$low" -le "$mean" ] && [ "$mean" -le "$high" ] && [ "$high" -lt 1000000 ] ||
		fail "$root: latency: $low to $high, $mean on average"

	example opens -c 'cat /etc/passwd'
	line 'root:x:0:0:root:/root:/bin/sh' opens
	matches 'cat +[0-9]+ openat\(AT_FDCWD, "/etc/passwd", O_RDONLY\) = 3' opens
	want 1 "$(grep -c openat <<<"$got")" "$root: opens: of the target only"

	example errors -c 'cat /tmp/missing; cat /tmp/missing; dd if=/tmp of=/dev/null; true'
	line "$(printf '%-16s %-8s %-12s %d' cat openat ENOENT 2)" errors
	line "$(printf '%-16s %-8s %-12s %d' dd read EISDIR 1)" errors

	example callers -c 'dd if=/dev/zero of=/tmp/x bs=1 count=200; rm /tmp/x'
	want 'dd, 200 times:' "$(grep times <<<"$got" | head -n 1)" "$root: callers: the most frequent first"
	want $'vfs_write\nksys_write' "$(sed -n '/^dd, 200/,/^[^ ]/s/^ 0x[0-9a-f]* : \([a-z_]*\)+.*/\1/p' <<<"$got" | head -n 2)" "$root: callers"

	example processes -c 'cat /dev/null; sh -c "exit 3"; true'
	matches 'sh\([0-9]+\) made [0-9]+' processes
	matches 'sh\([0-9]+\) runs "[^"]*", \["cat", "/dev/null"\]' processes
	matches 'cat\([0-9]+\) ends with code 0' processes
	matches 'sh\([0-9]+\) runs "[^"]*", \["sh", "-c", "exit 3"\]' processes
	matches 'sh\([0-9]+\) ends with code 768' processes
}

for root in ${STAPX_ROOTS:-"$amd64_612" "$arm64_61"}; do
	guest_start "$root" || { fail "$root"; continue; }
	all
	want_clean "$root"
	guest_stop
done
for f in "$examples"/*.stp; do
	[[ $ran == *" ${f##*/}"* ]] || fail "no test runs ${f##*/}"
done
finish
