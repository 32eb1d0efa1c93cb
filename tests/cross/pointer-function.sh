#!/bin/bash
# v->member where v comes from a library function that says what its value
# points to, by way of variables, functions and conditions.
set -u
STAP=${STAP:-$STAPX_BUILD/stap}
release=$(for d in "${STAPX_SYSROOTS:-/nonexistent}"/*/prepared; do [ -d "$d" ] && basename "$(dirname "$d")"; done | grep -m1 amd64)
[ -n "$release" ] || { echo "no prepared sysroot"; exit 77; }
bad=0
p2() { "$STAP" -r "$release" -p2 "$@" 2>&1; }

accepted() { # SCRIPT
	p2 -e "$1" >/dev/null || { echo "refused: $1"; p2 -e "$1"; bad=1; }
}
refused() { # MESSAGE SCRIPT
	local came
	came=$(p2 -e "$2") && { echo "accepted: $2"; bad=1; }
	case $came in *"$1"*) ;; *) echo "$2: no '$1' in: $came"; bad=1 ;; esac
}

accepted 'probe begin { println(task_current()->pid) }'
accepted 'probe begin { t = task_parent(task_current()); println(t->tgid, t->comm[0]) }'
accepted 'probe begin { t = pid() ? task_current() : pid2task(1); println(t->pid) }'
accepted 'function up(t) { return task_parent(t) } probe begin { println(up(task_current())->pid) }'
accepted 'global seen probe begin { seen[1] = task_current(); println(seen[1]->pid) }'
accepted 'probe begin { println(task_current()->real_parent->pid, task_current()->pid$) }'
refused "unable to find member 'nope'" 'probe begin { println(task_current()->nope) }'
refused 'what this points to is not known' 'probe begin { println(tid()->pid) }'
refused 'what this points to is not known' 'function f(x) { return x->pid } probe begin { println(f(3)) }'
# What is asked with @defined decides which branch is looked at.
came=$(p2 -v -e 'probe begin { if (@defined(task_current()->nope)) println(1) else println(task_current()->pid > 0 ? 2 : 3) }')
case $came in *'println(1)'*) echo "@defined of no member: $came"; bad=1 ;; esac
exit $bad
