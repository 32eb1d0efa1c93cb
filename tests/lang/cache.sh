#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows what the cache keeps and what it does not: the same script is built
# once; what changes its result builds it anew; -k, -m, --disable-cache and
# --poison-cache go around it; its size is bounded, the oldest goes first.
set -u
stap=${STAP:-${STAPX_BUILD:?}/stap}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
export SYSTEMTAP_DIR=$tmp/state
cd "$tmp" || exit 1
failed=0
fail() { echo "FAIL: $*"; failed=1; }
cat >x.stp <<'S'
global n = 1
probe begin { println("value ", n); exit() }
S
build() { "$stap" --runtime=user -v -p4 "$@" x.stp >out 2>err || { fail "status $? of: $*"; cat err; }; }
cached() { grep -q '^Pass 3: using cached .*/cache/../stap_.*\.c$' err && grep -q '^Pass 4: using cached .*/cache/../stap_' err; }
fresh() { grep -q '^Pass 4: compiled C into "' err; }

build; fresh || fail "the first build was not one"
first=$(cat out)
[ -x "$first" ] || fail "no program '$first'"
case $first in "$tmp"/state/cache/??/stap_*) ;; *) fail "not in the cache: $first" ;; esac
name=$(basename "$first" .exe)
echo "$name" | grep -qE '^stap_[0-9a-f]{32}_[0-9]+$' || fail "the name '$name'"
[ ${#name} -le 55 ] || fail "the name is too long: $name"
[ "$(echo "$name" | cut -c6-7)" = "$(basename "$(dirname "$first")")" ] || fail "wrong folder: $first"
build; cached || { fail "the second build was not cached"; cat err; }
[ "$(cat out)" = "$first" ] || fail "another name for the same script: $(cat out)"

build -DMAXACTION=77; fresh || fail "-D did not matter"
[ "$(cat out)" != "$first" ] || fail "-D: the same name"
build -t; fresh || fail "-t did not matter"
sed -i 's/value/worth/' x.stp
build; fresh || fail "another text did not matter"
sed -i 's/worth/value/' x.stp
build; cached || fail "the first text is not cached any more"
printf '\n\n# a comment\n' >>x.stp
build; cached || fail "a comment at the end made another module"

build --disable-cache; fresh || fail "--disable-cache used the cache"
[ -x "./$(cat out)" ] || fail "--disable-cache left no program here: $(cat out)"
build -k; fresh || fail "-k used the cache"
rm -rf "$(sed -n 's/^Keeping temporary directory "\(.*\)"$/\1/p' err)"
build -m my_name; fresh || fail "-m used the cache"
[ "$(cat out)" = my_name.exe ] && [ -x my_name.exe ] || fail "-m: $(cat out)"
old=$(stat -c %Y "$first"); touch -d '1 hour ago' "$first"
build --poison-cache; fresh || fail "--poison-cache used the cache"
[ "$(stat -c %Y "$first")" -ge "$old" ] || fail "--poison-cache did not write to the cache"
: >"$first"
build; fresh || fail "an empty file in the cache was used"

# The limit: what was used last stays.
[ "$(cat state/cache/cache_mb_limit)" = 256 ] || fail "the default limit"
head -c 3000000 /dev/zero >state/cache/aa.bin
mkdir -p state/cache/aa; mv state/cache/aa.bin state/cache/aa/stap_aa.ko
touch -d '2 days ago' state/cache/aa/stap_aa.ko
echo 2 >state/cache/cache_mb_limit
sed -i 's/value/other/' x.stp
build; [ -e state/cache/aa/stap_aa.ko ] || fail "cleaned again before 300 s were over"
touch -d '10 minutes ago' state/cache/cache_clean_interval_s
sed -i 's/other/third/' x.stp
build; [ ! -e state/cache/aa/stap_aa.ko ] || fail "the oldest file is still there"
[ -e "$(cat out)" ] || fail "the newest file went"
touch -d '10 minutes ago' state/cache/cache_clean_interval_s
echo nonsense >state/cache/cache_mb_limit
sed -i 's/third/fourth/' x.stp
build; grep -q 'holds no number of MiB' err || fail "a limit that is no number passed in silence"

"$stap" --clean-cache >out 2>err || fail "--clean-cache: $(cat err)"
[ -z "$(find state/cache -name 'stap_*' 2>/dev/null)" ] || fail "--clean-cache left something"
ls /tmp/stap??????/my_name* >/dev/null 2>&1 && fail "a temporary folder is left"
exit $failed
