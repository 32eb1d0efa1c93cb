#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A module that is not the kernel's own: stap-sysroot add puts it where
# module("NAME") finds it, and what it refuses.  Its index is made on first use
# and kept; one that is damaged, of another build or of another version is made
# again, builders that meet do each other no harm, and a sysroot that cannot be
# written works as well.  The sysroot is made here, of another one's kernel.
set -u
export PATH=${STAPX_BUILD:?the build folder}:$PATH
home=${STAPX_SYSROOTS:-${SYSTEMTAP_DIR:-$HOME/.systemtap}/sysroots}
from=$(stap-sysroot list | awk '$2 == "x86_64" && $4 == "yes" { print $1; exit }')
[ -n "$from" ] || { echo "no x86_64 sysroot; make one with: stap-sysroot import debian --arch amd64"; exit 1; }
stap-sysroot prepare "$from" 2>/dev/null || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0
fail() { echo "FAIL: $*"; sed 's/^/  came: /' "$tmp/out"; bad=1; }
refuses() { # TEXT COMMAND...
	local want=$1
	shift
	"$@" >"$tmp/out" 2>&1 && fail "accepted: $*"
	grep -qF -e "$want" "$tmp/out" || fail "wanted '$want' from: $*"
}

# ---- a sysroot with no modules of its own ----
release=$(stap-sysroot show "$from" | awk '$1 == "release" { print $2 }')
lab=$tmp/roots/lab modules=$tmp/roots/lab/lib/modules/$release
mkdir -p "$modules" "$tmp/state"
sed -E "s|^(build\|vmlinux\|image\|system_map\|guest) = |&$home/$from/|; /^debug =/d" "$home/$from/sysroot.conf" >"$lab/sysroot.conf"
cp -a "$home/$from/prepared" "$lab/"
rm -rf "$lab/prepared/modules"
touch "$modules/modules.order" "$modules/modules.builtin"
export STAPX_SYSROOTS=$tmp/roots SYSTEMTAP_DIR=$tmp/state

compile() { # NAME FUNCTION [LINKER-OPTION]
	echo "struct lab_card { int slots; }; int $2(struct lab_card *card, long slot) { return card->slots > slot; }" >"$tmp/$1.c"
	gcc -g -O1 -c -o "$tmp/$1.o" "$tmp/$1.c" && ld -r "${3---build-id=sha1}" -o "$tmp/$1.ko" "$tmp/$1.o"
}
list() { stap -r lab -l 'module("lab_card").function("*")' >"$tmp/out" 2>&1; }
finds() { # WHAT FUNCTION
	list
	grep -qx "module(\"lab_card\").function(\"$2@$tmp/lab-card.c:1\")" "$tmp/out" && [ "$(wc -l <"$tmp/out")" = 1 ] ||
		fail "$1: not $2 alone"
}

# ---- add ----
compile lab-card lab_probe
refuses 'usage: stap-sysroot add' stap-sysroot add lab
refuses "known sysroots: lab" stap-sysroot add lob "$tmp/lab-card.ko"
refuses "is no module: name a FILE.ko" stap-sysroot add lab "$tmp/lab-card.c"
refuses "is no module: name a FILE.ko" stap-sysroot add lab "$tmp/none.ko"
refuses "has no module 'lab_card'" stap -r lab -l 'module("lab_card").function("*")'
stap-sysroot add lab "$tmp/lab-card.ko" >"$tmp/out" 2>&1 || fail "add"
stap-sysroot show lab >"$tmp/out"
grep -q '^ *1 loadable' "$tmp/out" || fail "show does not count it"
finds "added" lab_probe
stap -r lab -l 'module("lab-card").function("*")' >"$tmp/out.dash" 2>&1
cmp "$tmp/out" "$tmp/out.dash" || fail "by its file's name"
stap -r lab -L 'module("lab-card").function("lab_probe")' >"$tmp/out" 2>&1
grep -qF ' $card:struct lab_card* $slot:long int' "$tmp/out" || fail "its variables"

# ---- the index ----
index=$lab/prepared/modules/lab_card.index
stamp() { stat -c '%i %z' "$index" 2>"$tmp/out" || fail "no index is kept"; }
kept=$(stamp)
finds "by the index" lab_probe
[ "$(stamp)" = "$kept" ] || fail "an index that fits was made again"

damage() { # OFFSET BYTES
	cp "$index" "$tmp/whole"
	stap-sysroot check lab >"$tmp/out" 2>&1
	grep -q 'lab_card[.]index' "$tmp/out" && fail "check: a whole index"
	printf "$2" | dd of="$index" bs=1 seek="$1" conv=notrunc status=none
	stap-sysroot check lab >"$tmp/out" 2>&1 && fail "check, damaged at $1: its status"
	grep -q '^lab: .*lab_card[.]index.*; the next script that needs it makes it again' "$tmp/out" ||
		fail "check, damaged at $1: $(cat "$tmp/out")"
	finds "damaged at $1" lab_probe
	cmp "$index" "$tmp/whole" >"$tmp/out" 2>&1 || fail "damaged at $1: not made again"
}
size=$(stat -c %s "$index")
damage 0 X
damage 8 '\377'
damage 40 '\1\1'
damage $((size / 2)) '\252\252\252\252'
damage $((size - 8)) '\1\1\1\1\1\1\1\1'
truncate -s $((size / 2)) "$index"
finds "cut" lab_probe

# Another build under the same name.
compile lab-card lab_newer
stap-sysroot add lab "$tmp/lab-card.ko" >"$tmp/out" 2>&1 || fail "add again"
finds "another build" lab_newer
finds "another build by its index" lab_newer

# Ten at once, with nothing to begin with.
rm "$index"
for i in 1 2 3 4 5 6 7 8 9 10; do
	stap -r lab -l 'module("lab_card").function("*")' >"$tmp/at-once.$i" 2>&1 &
done
wait
finds "after ten at once" lab_newer
for i in 1 2 3 4 5 6 7 8 9 10; do
	cmp "$tmp/out" "$tmp/at-once.$i" || fail "ten at once: the answer of $i"
done
ls "$lab/prepared/modules" >"$tmp/out"
[ "$(cat "$tmp/out")" = lab_card.index ] || fail "ten at once left files"

# A module by its path has one as well; what has no build-id has none.
stap -r lab -l "module(\"$tmp/lab-card.ko\").function(\"*\")" >"$tmp/out" 2>&1 || fail "by its path"
compile unnamed lab_unnamed --build-id=none
for name in lab_unnamed lab_renamed; do
	compile unnamed $name --build-id=none
	stap -r lab -l "module(\"$tmp/unnamed.ko\").function(\"*\")" >"$tmp/out" 2>&1
	grep -q "$name" "$tmp/out" || fail "without a build-id: not $name"
done
[ ! -e "$lab/prepared/modules/unnamed.index" ] || fail "an index without a build-id was kept"

# No place to keep it.
rm -r "$lab/prepared/modules"
: >"$lab/prepared/modules"
finds "where nothing can be written" lab_newer
[ ! -s "$lab/prepared/modules" ] || fail "something was written"
exit $bad
