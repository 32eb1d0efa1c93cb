#!/bin/bash
# Frames from a stranger: one of most kinds to begin with.
. "$(dirname "$0")/lib.sh"
seeds=$(mktemp -d)
printf 'SX\1\0\30\0\0\0\1\0\7\0staprun\6\0x86_64\3\0006.1' >"$seeds/hello"
printf 'SX\2\0\62\0\0\0\4\0\0\0\0\0\0\0\200\1\0\0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\4\0m.ko' >"$seeds/file"
printf 'SX\4\0\40\0\0\0\2\0\6\0module\4\0m.ko\3\0set\3\0a=1xxxxxx' >"$seeds/run"
printf 'SX\10\0\6\0\0\0\1\3\0abcSX\11\0\1\0\0\0\1SX\12\0\10\0\0\0\1\0\0\0\377\377\377\377' >"$seeds/small"
(fuzz wire "$seeds"/*)
status=$?
rm -rf "$seeds"
exit $status
