#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every example of Debian's systemtap-doc becomes a module, for the first
# x86_64 sysroot and with our library, by the command that its own .meta names
# as a check; those that do not stand in unbuilt.list, each with its reason.
# One that fails and is not listed fails the test; a listed one that builds is
# named, and to be struck out.
#   tests/corpus/build.sh [NAME...]	some of them, with what each says
set -u
here=$(cd "$(dirname "$0")" && pwd)
export PATH=${STAPX_BUILD:?}:$PATH
known=$here/unbuilt.list
share=/usr/share/systemtap/examples
[ -d $share ] || { echo "no examples: apt-get install systemtap-doc"; exit 1; }
root=$(stap-sysroot list | awk '$1 ~ /^6[.]1[.].*cloud-amd64$/ { print $1; exit }')
[ -n "$root" ] || { echo "no sysroot of 6.1 for x86_64: ./quickstart"; exit 1; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export root tmp share

build() { # FOLDER/NAME
	local dir=$tmp/$BASHPID check
	check=$(sed -n 's/^test_check: *//p' "$share/$1.meta" | head -n 1)
	mkdir "$dir" && cp -rL "$share/${1%/*}/." "$dir" && cd "$dir" || exit 1
	check=${check:-stap -gp4 ${1##*/}.stp}
	if timeout 120 bash -c "${check//stap /stap -r $root -w -m example }" </dev/null >log 2>&1; then
		echo "$1	builds"
	else
		echo "$1	$(grep -m 1 'error' log || tail -n 1 log)"
	fi
	cd / && rm -rf "$dir"
}
export -f build

if [ $# -gt 0 ]; then
	printf '%s\n' "$@"
else
	cd $share && find . -name '*.meta' | sed 's/^..//; s/[.]meta$//' | LC_ALL=C sort
fi | xargs -P 2 -I{} bash -c 'build {}' >"$tmp/said"
[ $# = 0 ] || { cat "$tmp/said"; exit 0; }

bad=0
while IFS=$'\t' read -r name said; do
	if [ "$said" = builds ]; then
		! grep -q "^$name	" "$known" || echo "$name builds now: out of ${known##*/} with it"
	elif ! grep -q "^$name	" "$known"; then
		echo "$name: $said"
		bad=1
	fi
done <"$tmp/said"
echo "$(grep -c '	builds$' "$tmp/said") of $(wc -l <"$tmp/said") examples build"
exit $bad
