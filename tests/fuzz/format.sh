#!/bin/bash
# Formats and records from a stranger's stream, from two that are whole.
. "$(dirname "$0")/lib.sh"
seeds=$(mktemp -d)
printf '\1sdd\0%%-5s %%08d %%x|%%*.*d\0\3\0abc\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0' >"$seeds/plain"
printf '\2hm\0%%s %%M\0\1\0\4\0\0\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0' >"$seeds/hist"
printf 'AAAAAAAABBBBBBBBCCCCCCCCDDDDDDDD\3\0xyz' >>"$seeds/hist"
(fuzz format "$seeds"/*)
status=$?
rm -rf "$seeds"
exit $status
