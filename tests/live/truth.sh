#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that what a script reads is what the program has: a module whose
# functions are called with known values (truth/truth.c, truth/truth.spec),
# every parameter, local, member and result read at entry, statement, inline
# and return, compared one by one, the kernel's addresses randomised;
# on arm64 in a module built by kbuild, too.
. "$(dirname "$0")/lib.sh"

truth_awk() { awk -f "$tests/live/truth/truth.awk" "$@"; }
spec=("$tests/live/truth/truth.c" "$tests/live/truth/truth.spec")

# The expressions that no run may find unavailable are the spec's; this is how
# many of the others may be.
most_missing() {
	case $1 in
	*arm64) echo 50 ;;
	*) echo 34 ;;
	esac
}

compare() { # NAME MODULE LIMIT [AWK-VARIABLE...]
	local name=$1 ko=$2 limit=$3 missing
	shift 3
	truth_awk -v mode=script -v module="$ko" "$@" "${spec[@]}" >"$live_tmp/truth.stp" ||
		{ fail "$name: no script"; return; }
	rstap "$live_tmp/truth.stp" -c 'echo 1 >/proc/truth' \
		>"$live_tmp/out" 2>"$live_tmp/err" ||
		{ fail "$name: status $?: $(cat "$live_tmp/err")"; return; }
	truth_awk -v mode=check "$@" "${spec[@]}" "$live_tmp/out" >"$live_tmp/verdict" ||
		fail "$name: some are wrong"
	[ ! -s "$live_tmp/err" ] || fail "$name: $(cat "$live_tmp/err")"
	missing=$(sed -n 's/.*said unavailable \([0-9]*\),.*/\1/p' "$live_tmp/verdict")
	[ "${missing:-999}" -le "$limit" ] || fail "$name: $missing are unavailable, at most $limit may be"
	[ "$failures" = 0 ] && [ -z "${VERBOSE-}" ] || grep -v '^tried' "$live_tmp/verdict"
	echo "$name: $(tail -n 1 "$live_tmp/verdict")"
}

# The same from BTF, which says nothing of copies with other parameters, of
# globals and of the dimensions of arrays; the rest must all be available.  It
# goes on from the kernel's, as that of the kernel's own modules does.
compare_btf() { # MODULE TOOL-PREFIX
	mkdir "$live_tmp/btf"
	cp "$1" "$live_tmp/btf/truth.ko"
	pahole -J --btf_base "$(stap-sysroot show "$root" | awk '$1 == "vmlinux" { print $2 }')" "$live_tmp/btf/truth.ko" &&
		"${2}objcopy" -g "$live_tmp/btf/truth.ko" || { fail "$root: pahole"; return; }
	compare "$root, BTF" "$live_tmp/btf/truth.ko" 0 -v only='^(call|return|trace)$' \
		-v drop='t_clone|@var|inner_one|[$]truth_global|matrix.*\\]'
	rm -rf "$live_tmp/btf"
}

# What is in registers that no probe has is said to be, whether it is named or
# one of several; what stands between is not moved by it.
floats() { # FOLDER
	local point="module(\"$1/floats.ko\").function" what
	stap -r "$root" -p3 -e "probe $point(\"f_mixed\").call { println(\$\$parms, @defined(\$real)) }
		probe $point(\"f_result\").call { println(\$\$parms\$) }
		probe $point(\"f_long\").call { println(\$\$locals, @defined(\$wide)) }
		probe $point(\"f_result\").return { println(\$\$return, @defined(\$return)) }" \
		>"$live_tmp/floats.c" 2>"$live_tmp/err" || fail "$root: floats: $(cat "$live_tmp/err")"
	for what in '"before=%#x real=? after=%#x less=? last=%#x0' '"pair={.x=?, .y=?} n=%d' '"0'; do
		grep -qF "$what" "$live_tmp/floats.c" || fail "$root: no $what of floats.c"
	done
	for what in 'f_mixed").call { println($real)' 'f_result").call { println($pair->y)' \
		'f_long").call { println($to[0])' 'f_result").return { println($return)'; do
		stap -r "$root" -p2 -e "probe $point(\"$what }" >"$live_tmp/out" 2>"$live_tmp/err" &&
			fail "$root: floats: $what"
		grep -Eq "^semantic error: .*(floating-point|type double)" "$live_tmp/err" ||
			fail "$root: floats: $what: $(cat "$live_tmp/err")"
	done
}

for root in ${STAPX_ROOTS:-"$amd64_61" "$amd64_612" "$arm64_61"}; do
	cp -r "$tests/live/truth" "$live_tmp/$root"
	stap-sysroot build "$root" "$live_tmp/$root" >"$live_tmp/build" 2>&1 ||
		{ fail "$root: the module: $(tail -n 5 "$live_tmp/build")"; continue; }
	floats "$live_tmp/$root"
	guest_start "$root" || { fail "$root"; continue; }
	install_staprun
	on 'cat >/tmp/truth.ko' <"$live_tmp/$root/truth.ko"
	ways "$arm64_61"
	for how in $ways; do
		# Its static variables begin anew.
		on 'rmmod truth 2>/dev/null; insmod /tmp/truth.ko' ||
			fail "$root: the module does not load"
		compare "$root" "$live_tmp/$root/truth.ko" "$(most_missing "$root")"
	done
	how=fast
	prefix=
	[[ $root == *arm64 ]] && prefix=aarch64-linux-gnu-
	compare_btf "$live_tmp/$root/truth.ko" "$prefix"
	want_clean "$root"
	guest_stop
done
finish
