#!/bin/sh
# Damaged indexes of debug information, with a right head and checksum.
. "$(dirname "$0")/lib.sh"
fuzz dwarf_index
