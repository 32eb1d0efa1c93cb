#!/bin/bash
# However a run ends, its target is as it was before: no probe armed after 2 s,
# no module, file or folder left after 10 s, and the host does not hang.
. "$(dirname "$0")/lib.sh"

guest_start "${1:-$amd64_61}" || exit 1
monitor_start
built

busy && {
	event kill -INT $stap_pid
	want_ended "Ctrl-C" 5 0 "^goodbye, ticks [0-9]*, reads seen"
	want_gone "Ctrl-C"
}
busy && {
	event kill -9 $stap_pid
	want_ended "kill -9 of stap" 1
	want_gone "kill -9 of stap"
}
busy && {
	event_there "kill -9 \$(/run/pids agent)"
	want_ended "kill -9 of staprun" 5 1 "staprun was killed there"
	want_gone "kill -9 of staprun"
}
busy && {
	event_there "kill -9 \$(/run/pids guardian)"
	want_ended "kill -9 of the guardian" 5 1 "guardian process was killed"
	want_gone "kill -9 of the guardian"
}
busy && {
	# The server process of the session is the parent of staprun.
	event_there "p=\$(/run/pids agent); kill -9 \$(awk '/^PPid/ { print \$2 }' /proc/\$p/status)"
	want_ended "kill -9 of the SSH session" 5 1
	want_gone "kill -9 of the SSH session"
}
busy && {
	event_there "(sleep 1; ip link set eth0 down; sleep 14; ip link set eth0 up) </dev/null >/dev/null 2>&1 &"
	event_at=$(awk "BEGIN { print $event_at + 1 }")
	want_ended "link cut" 15 1 "link is lost\|link was lost"
	SETTLE=9 want_gone "link cut"
}
busy && {
	kill -STOP $stap_pid	# as silent as a crashed host
	event true
	SETTLE=5 want_gone "stap stopped"
	kill -CONT $stap_pid
	want_ended "stap stopped" 15 1
}
want_clean "after all"
finish
