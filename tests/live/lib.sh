# Sourced by the live tests: one QEMU guest a sysroot, ended with the test.
#
# guest_start SYSROOT-NAME [VM OPTION...]
#	sets $remote (for stap --remote), $console; returns 1 when it does not boot
# install_staprun	from then on stap need not send staprun, which is half of
#	what a run costs a guest; counts, trace, random, several and the fault
#	tests do without
# on COMMAND		runs it in the guest over ssh
#	With STAPX_GUESTS=DIR, a guest that runs already is used where there is a
#	DIR/SYSROOT-NAME/.ssh/config: for work on a test.
# ways SYSROOT-NAME...	sets $ways, for "for how in $ways": how rstap has modules
#	built, "fast" and, where $root is one of those named, "kbuild" after it
# guest_stop
# fail TEXT...		counts and goes on; want WANTED GOT WHAT compares
# finish		exit status by the count
set -u
build=${STAPX_BUILD:?the build folder}
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export PATH=$build:$PATH
export SYSTEMTAP_DIR=${SYSTEMTAP_DIR:-$HOME/.systemtap}
failures=0
guest_pid=
live_tmp=$(mktemp -d)
how=fast
builder_pid=
trap 'guest_stop; rm -rf "$live_tmp"' EXIT
trap 'exit 1' INT TERM HUP

# The newest sysroots of each kind that tests run on.
root_of() {
	stap-sysroot list | awk -v p="$1" '$1 ~ p { print $1 }' | sort -V | tail -n 1
}
amd64_61=$(root_of '^6[.]1[.].*cloud-amd64$')
amd64_612=$(root_of '^6[.]12[.].*cloud-amd64$')
arm64_61=$(root_of '^6[.]1[.].*cloud-arm64$')
for r in "$amd64_61" "$amd64_612" "$arm64_61"; do
	[ -n "$r" ] || { echo "a sysroot is missing; ./quickstart --test makes them"; exit 1; }
done

# QEMU's emulation does crash a kernel now and then as it boots.
guest_start() {
	guest_boot "$@" || { echo "once more:"; guest_boot "$@"; }
}

guest_boot() {
	local name=$1 line
	shift
	remote=guest
	if [ -e "${STAPX_GUESTS-}/$name/.ssh/config" ]; then
		rm -rf "$live_tmp/home"
		cp -r "$STAPX_GUESTS/$name" "$live_tmp/home"
		return 0
	fi
	mkdir -p "$live_tmp/home/.ssh"
	mkfifo "$live_tmp/hold" "$live_tmp/say" 2>/dev/null
	stap-sysroot vm "$name" "$@" <"$live_tmp/hold" >"$live_tmp/say" 2>"$live_tmp/vm.err" &
	guest_pid=$!
	exec 8>"$live_tmp/hold"
	if ! read -r -t 180 line <"$live_tmp/say"; then
		echo "the guest $name does not boot: $(tail -n 3 "$live_tmp/vm.err")"
		guest_stop
		return 1
	fi
	port=$(sed -n 's/.* port=\([0-9]*\).*/\1/p' <<<"$line")
	key=$(sed -n 's/.* key=\([^ ]*\).*/\1/p' <<<"$line")
	known=$(sed -n 's/.* known_hosts=\([^ ]*\).*/\1/p' <<<"$line")
	console=$(sed -n 's/.* console=\([^ ]*\).*/\1/p' <<<"$line")
	qemu_pid=$(sed -n 's/.* pid=\([0-9]*\).*/\1/p' <<<"$line")
	# The agent reads this file as any user's.
	cat >"$live_tmp/home/.ssh/config" <<E2
Host guest
	HostName 127.0.0.1
	Port $port
	User root
	IdentityFile $key
	UserKnownHostsFile $known
E2
	chmod 700 "$live_tmp/home/.ssh"; chmod 600 "$live_tmp/home/.ssh/config"
}

install_staprun() {
	local arch=x86_64
	[[ $root == *arm64 ]] && arch=arm64
	on 'cat >/usr/bin/staprun && chmod 755 /usr/bin/staprun' <"$build/targets/$arch/staprun" ||
		fail "$root: staprun is not installed"
}

# The kernel's own build is slow: while the first round runs, each of its
# scripts is built that way, too, so that the second finds it in the cache.
ways() {
	local name
	ways=fast
	for name; do
		[ "$name" != "$root" ] || ways="fast kbuild"
	done
	[ "$ways" != fast ] && [ -z "$builder_pid" ] || return 0
	mkfifo "$live_tmp/ahead"
	builder <"$live_tmp/ahead" >/dev/null 2>&1 8>&- &
	builder_pid=$!
	exec 7>"$live_tmp/ahead"
}

builder() {
	local line
	while IFS= read -r line; do
		[ -e "$live_tmp/enough" ] ||
			(eval "cd $line" && HOME=$live_tmp/home exec nice stap -r "$root" -p4 --kbuild "$@" </dev/null)
	done
}

# An archive holds its module, and a named one is in no cache.
build_ahead() {
	case " $* " in
	*.stapx\ *|*\ -m\ *) ;;
	*) printf '%s\n' "$(printf '%q ' "$PWD") && set -- $(printf '%q ' "$@")" >&7 ;;
	esac
}

builder_stop() {
	[ -n "$builder_pid" ] || return 0
	: >"$live_tmp/enough"
	exec 7>&-
	wait "$builder_pid"
	builder_pid=
	rm -f "$live_tmp/ahead" "$live_tmp/enough"
}

guest_stop() {
	builder_stop
	[ -n "$guest_pid" ] || return 0
	exec 8>&-
	wait "$guest_pid" 2>/dev/null
	guest_pid=
}

on() {
	ssh -q -F "$live_tmp/home/.ssh/config" guest "$@"
}

# stap on the guest, with that ssh configuration.
rstap() {
	local built=--kbuild
	[ "$how" = kbuild ] || built=
	[ -z "$builder_pid" ] || [ -n "$built" ] || build_ahead "$@"
	HOME=$live_tmp/home timeout "${LIMIT:-120}" stap --remote="$remote" $built "$@"
}

fail() {
	echo "FAIL ($how): $*"
	failures=$((failures + 1))
}

want() { # WANTED GOT WHAT
	[ "$1" = "$2" ] && return
	fail "$3"
	diff -u --label wanted --label got <(printf '%s\n' "$1") <(printf '%s\n' "$2")
}

# Nothing of ours is left: modules, control files, folders, processes.
want_clean() {
	local left
	left=$(on 'grep -E "^stap" /proc/modules; ls -d /proc/stapx_* /tmp/stapx* /tmp/.stapx* 2>/dev/null; for p in /proc/[0-9]*; do case $(cat $p/comm 2>/dev/null) in staprun*) echo $p;; esac; done')
	want "" "$left" "$1: nothing is left on the target"
}

finish() {
	guest_stop
	[ "$failures" = 0 ] || { echo "$failures failures"; exit 1; }
	exit 0
}
