#!/bin/bash
# The library's index: only what a script can reach is parsed, and what comes
# out is what parsing all of it gives; a changed file is read again, a damaged
# index is made again, a broken file is complained of each time.
set -u
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export SYSTEMTAP_DIR=$tmp/state SYSTEMTAP_TAPSET=$tmp/lib
mkdir -p "$tmp/lib/linux" "$tmp/state"
bad=0
same() { # WHAT WANTED CAME
	[ "$2" = "$3" ] && return
	printf '%s\n--- wanted\n%s\n--- came\n%s\n' "$1" "$2" "$3"
	bad=1
}
cd "$tmp/lib" || exit 1
echo 'function one() { return two() }' >one.stp
echo 'global shared = 5 function two() { return shared + 1 }' >two.stp
echo 'function far() { return @constant }' >far.stp
echo '@define constant %( 7 %)' >m.stpm
echo 'probe fam.a = fam.base { x = one() }' >fam-a.stp
echo 'probe fam.b.c = begin { x = far() }' >fam-b.stp
echo 'probe fam.base = begin { base = 1 }' >fam-base.stp
echo 'private function hidden() { return 1 } function open_() { return hidden() }' >linux/private.stp
echo 'global watched probe begin { watched = far() }' >watch.stp
echo 'function over(a) { next; return 1 }' >linux/over.stp
echo 'function over(a) { return 2 }' >over.stp
cd "$tmp" || exit 1

run() { "$STAP" --runtime=user -p2 --vp 02 "$@" 2>&1 | grep -v '^Pass 2: analyzed'; }
parsed() { "$STAP" --runtime=user -p2 --vp 20 "$@" 2>&1 | grep -o '[0-9]* scripts; [0-9]* of them'; }
same "the first time all are parsed" "10 scripts; 10 of them" "$(parsed -e 'probe begin { one() }')"
reach() { # HOW-MANY SCRIPT
	same "files that lead from: $2" "10 scripts; $1 of them" "$(parsed -e "$2")"
	same "pass 2 of: $2" "$(run --disable-cache -e "$2")" "$(run -e "$2")"
}
reach 0 'probe begin { exit_() }'
reach 0 'probe begin { a = 1; println(a) }'
reach 2 'probe begin { println(one()) }'
reach 1 'probe begin { println(shared) }'
reach 1 'probe begin { foreach (x in shared) println(x) }'
reach 1 'probe begin { println(open_()) }'
reach 0 'probe begin { println(hidden()) }'
reach 2 'probe begin { println(over(1)) }'
reach 2 'probe begin { println(watched) }'
reach 4 'probe fam.a { println(base) }'
reach 4 'probe fam.a.return { }'
reach 2 'probe fam.b.c { println(x) }'
reach 0 'probe fam.b { }'
reach 4 'probe fam.* { println(x) }'
reach 2 'probe f*m.b.* { println(x) }'
reach 6 'probe fam.** { println(x) }'
reach 1 'probe fam.{base,none?} { println(1) }'
reach 4 'probe mine = fam.a { } probe mine { }'
reach 2 'function f() { return one() } probe begin if (shared) { println(1) }'
reach 2 'probe begin { if (1) try { println(1 ? far() : shared) } catch (m) { } }'
same "nobody else's names are forgotten" \
	"semantic error: unresolved function (similar: over): identifier 'ovr' at <input>:1:23" \
	"$("$STAP" --runtime=user -p2 -e 'probe begin { println(ovr(1)) }' 2>&1 | head -n 1)"
same "-l sees all" "$(printf '%s\n' fam.a fam.b.c fam.base)" "$("$STAP" --runtime=user -l 'fam.**')"
same "so do the dumps" 5 "$("$STAP" --runtime=user --dump-functions | wc -l)"
same "and the parse tree at -v" 11 "$("$STAP" --runtime=user -p1 -v -e 'probe begin {}' 2>/dev/null | grep -c '^# file')"

# ---- a file that changes ----
index() { echo "$tmp"/state/cache/library/*.index; }
before=$(cksum <"$(index)")
same "nothing changed" "$before" "$(parsed -e 'probe begin { one() }' >/dev/null; cksum <"$(index)")"
echo 'function two() { return "now text" }' >lib/two.stp
same "another size" 'function two:string ()' "$("$STAP" --runtime=user -p2 -v -e 'probe begin { println(one()) }' 2>/dev/null | sed -n 's/^two:string.*/function two:string ()/p')"
[ "$before" != "$(cksum <"$(index)")" ] || { echo "the index is the old one"; bad=1; }
sed -i 's/two/owt/' lib/two.stp
touch -d '2001-01-01' lib/two.stp
same "the same size, another time" "semantic error: unresolved function" \
	"$("$STAP" --runtime=user -p2 -e 'probe begin { println(one()) }' 2>&1 | head -n 1 | cut -c 1-35)"
echo 'function two() { return 3 }' >lib/linux/new.stp
same "a new file" "11 scripts; 2 of them" "$(parsed -e 'probe begin { println(one()) }' >/dev/null; parsed -e 'probe begin { println(one()) }')"
rm lib/linux/new.stp
same "a file less" "10 scripts; 1 of them" "$(parsed -e 'probe begin { println(one()) }')"
echo '@define constant %( "text" %)' >lib/m.stpm
same "other macros" "far:string ()" "$("$STAP" --runtime=user -p2 -e 'probe begin { println(far()) }' 2>/dev/null | grep ^far)"

# ---- damage ----
parsed -e 'probe begin { println(one()) }' >/dev/null
for damage in 'truncate -s 100' 'truncate -s 0' 'sed -i s/one/eno/' 'sed -i $d' 'cp /bin/true'; do
	for f in "$tmp"/state/cache/library/*.index; do $damage "$f"; done
	same "after: $damage" "10 scripts; 10 of them" "$(parsed -e 'probe begin { println(far()) }')"
	same "made again after: $damage" "10 scripts; 1 of them" "$(parsed -e 'probe begin { println(far()) }')"
done
rm -rf "$tmp/state/cache"
echo no folder >"$tmp/state/cache"
same "no place for it" 4 "$("$STAP" --runtime=user -p2 -e 'probe begin { println(far()) }' 2>/dev/null | wc -l)"
rm "$tmp/state/cache"
parsed --disable-cache -e 'probe begin { println(far()) }' >/dev/null
[ ! -e "$tmp/state/cache" ] || { echo "--disable-cache made a cache"; bad=1; }

# ---- a broken file ----
echo 'function broken( { }' >lib/broken.stp
for i in 1 2; do
	same "the complaint, run $i" "WARNING: tapset '$tmp/lib/broken.stp' has errors, and will be skipped" \
		"$("$STAP" --runtime=user -p2 -e 'probe begin { println(far()) }' 2>&1 | grep '^WARNING')"
done
exit $bad
