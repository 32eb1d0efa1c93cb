#!/bin/bash
# The library folders of a release: for 2.6.12-23.FC3 on x86_64, which files
# are read, in which order, that all macros come before all scripts, and that
# a file is read once under whatever name it is found.  No kernel is needed.
set -u
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
bad=0
levels=(
	linux/2.6.12-23.FC3/x86_64 linux/2.6.12-23.FC3 linux/2.6.12/x86_64 linux/2.6.12
	linux/2.6/x86_64 linux/2.6 linux/x86_64 linux
	2.6.12-23.FC3/x86_64 2.6.12-23.FC3 2.6.12/x86_64 2.6.12 2.6/x86_64 2.6 x86_64 .
)
others=(2.6.12-24 2.6.13 2.6.13/x86_64 2.4 i386 2.6.12/arm64 linux/arm64 linux/2.6.12-23 x86_64/2.6)
lib=$tmp/lib
number=0
fill() { # FOLDER: a function that says where it stands
	number=$((number + 1))
	mkdir -p "$lib/$1"
	echo "function where:string (n) { return \"$1\" }" >"$lib/$1/file$number.stp"
	echo "@define where_$number %( \"$1\" %)" >"$lib/$1/macro$number.stpm"
}
for l in "${levels[@]}" "${others[@]}"; do fill "$l"; done

stap() { SYSTEMTAP_TAPSET=$lib "$STAP" "$@"; }
same() { # WHAT WANTED CAME
	[ "$2" = "$3" ] && return
	printf '%s\n--- wanted\n%s\n--- came\n%s\n' "$1" "$2" "$3"
	bad=1
}

# ---- which folders, in which order ----
wanted=$(for s in stpm stp; do
	for l in "${levels[@]}"; do echo "$l/*.$s, found: 1, processed: 1"; done; done | sed 's|^\./||')
came=$(stap -p1 -vv -r 2.6.12-23.FC3 -a x86_64 -e 'probe begin {}' 2>&1 >/dev/null |
	sed -n "s|^Searched: \" $lib/\(.*\) \", \(found.*\)|\1, \2|p")
same "folders of 2.6.12-23.FC3 on x86_64" "$wanted" "$came"

# ---- the first definition in that order is the one tried first ----
wanted=$(for l in "${levels[@]}"; do echo "$l"; done)
came=$(stap -p1 --vp 1 -r 2.6.12-23.FC3 -a x86_64 -e 'probe begin {}' 2>/dev/null |
	sed -n 's/^  return "\(.*\)";$/\1/p')
same "order of the definitions" "$wanted" "$came"

# ---- -R RELEASE is -r RELEASE; a folder without a runtime is an error ----
came=$(stap -p1 -vv -R 2.6.12-23.FC3 -a x86_64 -e 'probe begin {}' 2>&1 >/dev/null | grep -c '^Searched')
same "-R RELEASE" 32 "$came"
came=$(stap -p1 -R "$lib" -e 'probe begin {}' 2>&1)
same "-R of a folder without a runtime" \
	"ERROR: -R '$lib' holds no runtime of stapx (no script.h); leave -R out to use the installed one" "$came"
came=$(stap -p1 -R nonsense -e 'probe begin {}' 2>&1)
same "-R of neither" \
	"ERROR: -R wants the folder of a runtime or a kernel release: 'nonsense'; try 'stap -h'" "$came"
mkdir "$tmp/runtime" && touch "$tmp/runtime/script.h"
stap -p1 -R "$tmp/runtime" -e 'probe begin {}' >/dev/null 2>"$tmp/err" || { echo "-R DIR:"; cat "$tmp/err"; bad=1; }

# ---- another release and CPU see their own folders ----
came=$(stap -p1 --vp 1 -r 2.6.13 -a i386 -e 'probe begin {}' 2>/dev/null | sed -n 's/^  return "\(.*\)";$/\1/p')
same "folders of 2.6.13 on i386" "$(printf '%s\n' linux/2.6 linux 2.6.13 2.6 i386 .)" "$came"

# ---- a second path: after the first; the same file or name only once ----
more=$tmp/more
mkdir -p "$more/linux" "$more/2.6"
echo 'function other () { return 1 }' >"$more/linux/other.stp"
echo 'function shadowed () { return 1 }' >"$more/file16.stp"
ln -s "$lib/2.6/file14.stp" "$more/2.6/link.stp"
came=$(stap -p1 -vv -r 2.6.12-23.FC3 -a x86_64 -I "$more" -e 'probe begin {}' 2>&1 >/dev/null |
	sed -n "s|^Searched: \" $more/\(.*\) \", \(found.*\)|\1, \2|p")
same "-I" "$(printf '%s\n' 'linux/*.stp, found: 1, processed: 1' '2.6/*.stp, found: 1, processed: 0' \
	'*.stp, found: 1, processed: 0')" "$came"

# ---- a broken library file is a warning, a library file is no script ----
echo 'function broken( {' >"$more/broken.stp"
stap -p1 -I "$more" -e 'probe begin {}' >/dev/null 2>"$tmp/err" || { echo "a broken library file failed the run"; bad=1; }
grep -q "^WARNING: tapset '$more/broken.stp' has errors, and will be skipped" "$tmp/err" || { echo "no warning:"; cat "$tmp/err"; bad=1; }
came=$(stap -p1 "$lib/linux/x86_64/file7.stp" 2>&1)
same "a library file as script" "ERROR: tapset file '$lib/linux/x86_64/file7.stp' cannot be run directly as a session script
Pass 1: parse failed.  [man error::pass1]" "$came"

# ---- library macros reach the script; its own come first ----
came=$(stap -p1 -r 2.6.12-23.FC3 -a x86_64 -e '@define where_8 %( "mine" %) probe begin { a = @where_7; b = @where_8 }' |
	sed -n 's/^  //p')
same "library macros" "$(printf '%s\n' '(a) = ("linux/x86_64");' '(b) = ("mine");')" "$came"
exit $bad
