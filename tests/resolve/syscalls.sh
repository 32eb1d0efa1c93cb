#!/bin/bash
# The aliases of system calls are what their table says: the generated file is
# that of the table, and a broken table is refused.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)/tapset/linux
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
awk -f "$here/syscalls.awk" "$here/syscalls.tbl" >"$tmp/made" || bad=1
cmp "$tmp/made" "$here/syscalls-calls.stp" || { echo "make it again: awk -f syscalls.awk syscalls.tbl >syscalls-calls.stp"; bad=1; }
for line in 'read fd:q' $'dup fd:d\ndup fd:d'; do
	printf '%s\n' "$line" | awk -f "$here/syscalls.awk" >/dev/null 2>"$tmp/err" && { echo "not refused: $line"; bad=1; }
	grep -q '^syscalls.tbl:[12]: ' "$tmp/err" || { echo "no line in: $(cat "$tmp/err")"; bad=1; }
done
exit $bad
