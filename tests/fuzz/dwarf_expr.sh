#!/bin/sh
# Any array of DWARF operations evaluates to a place or is refused.
. "$(dirname "$0")/lib.sh"
fuzz dwarf_expr
