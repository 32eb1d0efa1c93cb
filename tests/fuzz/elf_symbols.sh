#!/bin/bash
# ELF files of the target's user space, from small ones of both classes.
. "$(dirname "$0")/lib.sh"
seeds=$(mktemp -d)
printf 'int data; void f(void) { data++; } void g(void) { f(); }\n' |
	gcc -shared -fPIC -nostdlib -Wl,--build-id -o "$seeds/dynamic" -x c -
cp "$seeds/dynamic" "$seeds/stripped"
strip "$seeds/stripped"
printf 'void f(void) { } int _start(void) { f(); return 0; }\n' |
	gcc -static -nostdlib -Wl,--build-id -o "$seeds/static" -x c -
(fuzz elf_symbols "$seeds"/*)
status=$?
rm -rf "$seeds"
exit $status
