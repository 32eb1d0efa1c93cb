#!/bin/sh
# Damaged BTF, as a kernel's boot image or /sys/kernel/btf/vmlinux might hold.
. "$(dirname "$0")/lib.sh"
fuzz btf
