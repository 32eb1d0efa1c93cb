#!/bin/bash
# The aliases of system calls are what their table says: the generated file is
# that of the table, and a broken table is refused.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)/tapset/linux
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
awk -f "$here/syscalls.awk" "$here/syscalls.tbl" >"$tmp/made" || bad=1
awk -f "$here/syscall-names.awk" "$here/syscall-names.tbl" >"$tmp/names" || bad=1
cmp "$tmp/names" "$here/syscall-names.stp" || { echo "make it again: awk -f syscall-names.awk syscall-names.tbl >syscall-names.stp"; bad=1; }
awk -v tp=1 -f "$here/syscalls.awk" "$here/syscall-names.tbl" "$here/syscalls.tbl" >"$tmp/tp" || bad=1
cmp "$tmp/tp" "$here/syscalls-tp.stp" || { echo "make it again: awk -v tp=1 -f syscalls.awk syscall-names.tbl syscalls.tbl >syscalls-tp.stp"; bad=1; }
echo 'no_such_call fd:d' | cat "$here/syscalls.tbl" - | awk -v tp=1 -f "$here/syscalls.awk" "$here/syscall-names.tbl" - >/dev/null 2>"$tmp/err" && { echo "a call with no number"; bad=1; }
grep -q '"no_such_call" has no number' "$tmp/err" || { echo "no number, says: $(cat "$tmp/err")"; bad=1; }
printf 'read 0 x 1 2\n' | awk -f "$here/syscall-names.awk" >/dev/null 2>&1 && { echo "a number that is none"; bad=1; }
cmp "$tmp/made" "$here/syscalls-calls.stp" || { echo "make it again: awk -f syscalls.awk syscalls.tbl >syscalls-calls.stp"; bad=1; }
for line in 'read fd:q' $'dup fd:d\ndup fd:d'; do
	printf '%s\n' "$line" | awk -f "$here/syscalls.awk" >/dev/null 2>"$tmp/err" && { echo "not refused: $line"; bad=1; }
	grep -q '^syscalls.tbl:[12]: ' "$tmp/err" || { echo "no line in: $(cat "$tmp/err")"; bad=1; }
done
exit $bad
