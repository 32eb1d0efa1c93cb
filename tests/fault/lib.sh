# Sourced by the fault tests, on top of the live tests' guest.
#
# monitor_start		the guest logs what is armed, loaded and left, with its uptime
# built			builds busy.stp, so that no time goes into that later
# busy			starts stap with busy.stp in the background, waits for its output
# event COMMAND...	notes the guest's time, then runs COMMAND here
# event_there COMMAND	the same in the guest, without a gap
# want_gone WHAT	no probe 2 s after the event, nothing at all after 10 s
# want_ended WHAT SECONDS [STATUS] [TEXT]
#			stap ended in time, with that status and message
. "$(dirname "${BASH_SOURCE[0]}")/../live/lib.sh"

# pids WHAT in the guest: of staprun with that option.
monitor_start() {
	on 'cat >/run/pids; chmod +x /run/pids' <<'END'
#!/bin/sh
for p in /proc/[0-9]*; do
	read comm <$p/comm && case $comm in staprun*) grep -q -- "--$1" $p/cmdline && echo ${p#/proc/} ;; esac
done 2>/dev/null
END
	on 'cat >/run/monitor.sh; chmod +x /run/monitor.sh; (setsid /run/monitor.sh </dev/null >/run/monitor.log 2>&1 &)' <<'END'
#!/bin/sh
while :; do
	read up rest </proc/uptime
	armed=$(grep -c vfs_read /sys/kernel/debug/kprobes/list)
	left=$(grep -c '^stap' /proc/modules)
	for f in /proc/stapx_* /tmp/stapx-* /run/stapx-* /dev/shm/stapx-*; do [ -e "$f" ] && left=$((left + 1)); done
	echo "$up $armed $left"
	usleep 100000
done
END
}

built() {
	HOME=$live_tmp/home stap -p4 --remote="$remote" "$tests/fault/scripts/busy.stp" >/dev/null || fail "busy.stp is not built"
}

stap_pid=
busy() { # STAP-OPTION...
	rm -f "$live_tmp/out" "$live_tmp/err"
	HOME=$live_tmp/home stap --remote="$remote" "$@" "$tests/fault/scripts/busy.stp" >"$live_tmp/out" 2>"$live_tmp/err" &
	stap_pid=$!
	local i
	for i in $(seq 300); do
		grep -q 'tick 3' "$live_tmp/out" 2>/dev/null && return
		kill -0 $stap_pid 2>/dev/null || break
		sleep 0.1
	done
	fail "no output of the script within 30 s: $(tail -n 3 "$live_tmp/err")"
	kill -INT $stap_pid 2>/dev/null
	wait $stap_pid 2>/dev/null
	return 1
}

event() {
	event_at=$(on 'read up rest </proc/uptime; echo $up')
	began=$SECONDS
	"$@"
}

event_there() {
	began=$SECONDS
	event_at=$(on "read up rest </proc/uptime; echo \$up; $*")
}

# The first time after the event from which on a column of the log stays 0.
zero_since() {
	awk -v at="$event_at" -v column="$1" '$1 > at { if ($column + 0) t = ""; else if (t == "") t = $1 - at } END { print t == "" ? "never" : t }' "$live_tmp/monitor"
}

want_gone() {
	local armed left
	sleep "${SETTLE:-4}"
	on 'cat /run/monitor.log' >"$live_tmp/monitor"
	grep -q ' [1-9][0-9]* [1-9]' "$live_tmp/monitor" || fail "$1: the monitor never saw the probe"
	armed=$(zero_since 2)
	left=$(zero_since 3)
	echo "$1: no probe armed after $armed s, nothing left after $left s"
	awk "BEGIN { exit !(\"$armed\" != \"never\" && $armed + 0 <= 2) }" 2>/dev/null || fail "$1: wanted no probe armed after 2 s, got $armed s"
	awk "BEGIN { exit !(\"$left\" != \"never\" && $left + 0 <= 10) }" 2>/dev/null || fail "$1: wanted nothing left after 10 s, got $left s"
}

want_ended() {
	local what=$1 limit=$2 status=${3-} text=${4-} got
	while kill -0 $stap_pid 2>/dev/null && [ $((SECONDS - began)) -le $((limit + 1)) ]; do sleep 0.2; done
	if kill -9 $stap_pid 2>/dev/null; then
		fail "$what: stap still ran after $limit s"
		wait $stap_pid 2>/dev/null
		return
	fi
	wait $stap_pid 2>/dev/null
	got=$?
	echo "$what: stap ended within $((SECONDS - began)) s, status $got"
	[ -z "$status" ] || want "$status" "$got" "$what: exit status"
	[ -z "$text" ] || grep -q -- "$text" "$live_tmp/out" "$live_tmp/err" || {
		fail "$what: wanted \"$text\" among the messages, got:"
		tail -n 5 "$live_tmp/out" "$live_tmp/err"
	}
}
