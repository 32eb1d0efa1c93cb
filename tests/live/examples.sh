#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that each script of examples/ runs unchanged and says of a known load
# what its comment promises, on a 6.12 and an arm64 kernel; on arm64
# in modules built by kbuild, too.
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

	example rates -c 'dd if=/dev/zero of=/dev/null bs=1 count=3000 2>/dev/null; usleep 1500000'
	matches 'second 1: [0-9]{4,} calls, most by dd' rates

	example slow 40000 -c '(usleep 60000; echo x) | cat >/dev/null; cat /etc/passwd'
	matches 'cat\([0-9]+\) read 2 bytes of "" in [0-9]{5,} us' slow
	want 0 "$(grep -c '"passwd"' <<<"$got")" "$root: slow: not the quick ones"

	example written -c 'dd if=/dev/zero of=/tmp/written bs=100 count=50 2>/dev/null; rm /tmp/written'
	line "$(printf '%-16s %-24s %8d %12d' dd written 50 5000)" written

	example faults -c 'dd if=/dev/zero of=/dev/null bs=1000000 count=2 2>/dev/null; true'
	matches 'dd +[1-9][0-9]* +[1-9][0-9]* +0' faults

	example family -c 'cat /dev/null; sh -c "usleep 1; exit 3"; true'
	matches '[0-9]+ runs "/bin/sh", \["sh", "-c", .*' family
	matches '  [0-9]+ runs "[^"]*", \["cat", "/dev/null"\]' family
	matches '  [0-9]+ ends with status 3' family
	matches '[0-9]+ ends with status 0' family

	example sleepers -c 'usleep 20000; usleep 30000; true'
	matches 'usleep +2 sleeps, +[0-9]{2,} ms in all, +[0-9]{2,} ms at most' sleepers

	example signals -c 'sleep 100 & sleep 0.1; kill $!; wait; true'
	matches 'sh\([0-9]+\) sends signal 15 to sleep\([0-9]+\)' signals

	example memory -c 'dd if=/dev/zero of=/dev/null count=1 2>/dev/null; true'
	matches 'dd\([0-9]+\): [1-9][0-9]+ pages, [1-9][0-9]* areas, [1-9][0-9]* minor and 0 major faults' memory

	example short-reads -g 7 -c 'exec dd if=/etc/passwd of=/tmp/short bs=100 count=3 2>/dev/null'
	line '3 reads cut short' short-reads
	want 21 "$(on 'wc -c </tmp/short; rm /tmp/short')" "$root: short-reads: three of 7 bytes"

	example failing -c 'cat /tmp; cat /tmp/missing; mkdir /tmp; true'
	matches 'vfs_read +EISDIR +1' failing
	matches 'do_filp_open +ENOENT +[0-9]+' failing
	matches 'do_mkdirat +EEXIST +1' failing

	example flow -c 'exec dd if=/etc/passwd of=/dev/null bs=100 count=1 2>/dev/null'
	matches '(__[a-z0-9_]*)?sys_read' flow
	line '  ksys_read' flow
	line '    vfs_read' flow
	line '    vfs_write' flow

	example sockets -c 'usleep 1500000'
	matches 'dropbear +[1-9][0-9]+ +[1-9][0-9]+' sockets

	example jitter 20
	matches '20 gaps, [0-9]+ us on average, [0-9]+ at most' jitter
	example words 'b a b'
	want $'a        1\nb        2' "$got" "$root: words"
}

for root in ${STAPX_ROOTS:-"$amd64_612" "$arm64_61"}; do
	guest_start "$root" || { fail "$root"; continue; }
	install_staprun
	ways "$arm64_61"
	for how in $ways; do all; done
	want_clean "$root"
	guest_stop
done
for f in "$examples"/*.stp; do
	[[ $ran == *" ${f##*/}"* ]] || fail "no test runs ${f##*/}"
done
finish
