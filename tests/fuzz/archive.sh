#!/bin/bash
# Archives from a stranger, from one that is whole: packed, and its tar.
. "$(dirname "$0")/lib.sh"
seeds=$(mktemp -d)
made=$(mktemp -d)
printf 'module' >"$made/m.ko"
printf 'format = 1\nmodule = m\nsha256.m.ko = %s\n' "$(sha256sum <"$made/m.ko" | cut -d' ' -f1)" >"$made/manifest"
tar -C "$made" --format=ustar -cf "$made/x.tar" manifest m.ko
{ printf '\001'; gzip -nc "$made/x.tar"; } >"$seeds/packed"
{ printf '\000'; cat "$made/x.tar"; } >"$seeds/tar"
(fuzz archive "$seeds"/*)
status=$?
rm -rf "$seeds" "$made"
exit $status
