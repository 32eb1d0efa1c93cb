#!/bin/bash
# Regular expressions beside libc's regexec: the match and every group.
. "$(dirname "$0")/lib.sh"
seeds=$(mktemp -d)
n=0
seed() {
	n=$((n + 1))
	printf "$1" >"$seeds/$n"
}
seed '(a|ab)(c|bcd)(d*)\0abcd'
seed '((a)|(b))*\0abab'
seed '^[[:alpha:]_][^:]*$\0ab:c'
seed '(a{1,2}){2,3}b?\0aaaab'
seed '(x|y*)+z\\.$\0xyyxz.'
seed '([[.a.]-c]|[^]a-]\\w)?\0b'
(fuzz regex "$seeds"/*)
status=$?
rm -rf "$seeds"
exit $status
