#!/bin/bash
# The command line: what is refused and in which words, what goes together,
# the rc file, what is listed, and that temporary folders do not stay.
set -u
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export SYSTEMTAP_DIR=$tmp/state TMPDIR=$tmp/tmp
unset SYSTEMTAP_TAPSET SYSTEMTAP_RELEASE
mkdir "$tmp/state" "$tmp/tmp"
cd "$tmp" || exit 1
bad=0
refused() { # FIRST-LINE ARGUMENT...
	local want=$1 came status
	shift
	came=$("$STAP" "$@" 2>&1 </dev/null)
	status=$?
	came=$(head -n 1 <<<"$came")
	[ "$status" = 1 ] && [ "$came" = "$want" ] && return
	printf 'stap %s\n--- wanted\n%s\n--- came (status %d)\n%s\n' "$*" "$want" "$status" "$came"
	bad=1
}
same() { # WHAT WANTED CAME
	[ "$2" = "$3" ] && return
	printf '%s\n--- wanted\n%s\n--- came\n%s\n' "$1" "$2" "$3"
	bad=1
}

refused "ERROR: no script: name a file or use -e; try 'stap -h'"
for o in bpf dyninst use-server list-servers trust-servers monitor modinfo=a=b interactive; do
	refused "ERROR: not supported by stapx: --${o%%=*}" "--$o" x.stp
done
refused "ERROR: not supported by stapx: -q" -q x.stp
refused "ERROR: -p wants a number from 1 to 5: '6'; try 'stap -h'" -p 6 x.stp
refused "ERROR: --vp wants a digit for each of 5 passes: '1x'; try 'stap -h'" --vp 1x x.stp
refused "ERROR: -s wants a number from 1 to 4095: '5000'; try 'stap -h'" -s 5000 x.stp
refused "ERROR: -x wants a number from 1 to 2147483647: '0'; try 'stap -h'" -x 0 x.stp
refused "ERROR: -T wants seconds, up to a day: '-1'; try 'stap -h'" -T -1 x.stp
refused "ERROR: -D wants NAME=VALUE, both plain words: 'A=1;rm'; try 'stap -h'" -D 'A=1;rm' x.stp
refused "ERROR: -G wants NAME=VALUE, both plain words: 'A'; try 'stap -h'" -G A x.stp
refused "ERROR: a module name has letters, digits and '_': '../x'; try 'stap -h'" -m ../x x.stp
refused "ERROR: a module name has 1 to 55 characters: '.ko'; try 'stap -h'" -m .ko x.stp
refused "ERROR: use either -c or -x, not both; try 'stap -h'" -c ls -x 1 x.stp
refused "ERROR: not supported by stapx: -S: pipe the output into a program that splits it" -S 1 -o x x.stp
refused "ERROR: not supported by stapx: -b: the output of all CPUs is merged by time; -s MB makes their buffers larger" -b x.stp
refused "ERROR: not supported by stapx: -F: a session ends with its connection; leave stap running, with -o FILE" -F x.stp
refused "ERROR: You can't specify -g and --privilege=stapusr together: guru mode is for stapdev" -g --privilege=stapusr -e 'probe begin {}'
refused "ERROR: --sysenv wants VAR=VALUE: 'PATH'; try 'stap -h'" --sysroot=. --sysenv=PATH x.stp
refused "ERROR: --sysenv is about a --sysroot, which comes before it: 'PATH=/bin'; try 'stap -h'" --sysenv=PATH=/bin x.stp
: >x.stapx
refused "ERROR: 'x.stapx' holds a module that is built already: leave out -p4, or name the script" -p4 x.stapx
refused "ERROR: --suppress-time-limits wants -g; try 'stap -h'" --suppress-time-limits x.stp
refused "ERROR: --tmpdir does not go with --remote; try 'stap -h'" --tmpdir=d --remote=h x.stp
refused "ERROR: not supported by stapx: --runtime is kernel or user: 'bpf'; try 'stap -h'" --runtime=bpf x.stp
refused "ERROR: only one of -e, -l and -L; add scripts with -E: 'b'; try 'stap -h'" -e a -e b
refused "ERROR: --dump is parse, elaborate, emit or build, not 'x'" --dump=x -e 'probe begin {}'
refused "ERROR: input file 'absent.stp' cannot be read: No such file or directory" -p1 absent.stp

mkdir none
export STAPX_SYSROOTS=$tmp/none
refused "ERROR: no sysroot is known for '9.9.9'; there is none yet; make one with \`stap-sysroot import debian --release 9.9.9\`, or of a kernel of your own with \`stap-sysroot import tree BUILD-TREE\`" -p2 -r 9.9.9 -e 'probe begin {}'
SYSTEMTAP_RELEASE= "$STAP" -p2 -e 'probe begin {}' 2>&1 | grep -q 'with --remote=\[USER@\]HOST$' || {
	[ -e "/lib/modules/$(uname -r)/build" ] || { echo "no word of --remote without a sysroot"; bad=1; }
}
unset STAPX_SYSROOTS

# ---- what scripts of other people pass changes nothing ----
came=$("$STAP" -p1 --check-version --ldd --all-modules -d kernel -P --prologue-searching=never -e 'global a' 2>&1)
same "options without effect" "$("$STAP" -p1 -e 'global a')" "$came"

# ---- several scripts; -e first whatever the order; -T adds one ----
came=$("$STAP" -p1 -E 'global b' -e 'global a' -E 'global c' -T 1.5 | grep -v '^[#{} ]')
same "-E before -e" "$(printf '%s\n' 'global a' 'global b' 'global c' 'probe timer.ms(1500)')" "$came"
echo 'global file' >s.stp
came=$(echo 'global input' | "$STAP" -p1 - | tail -n 1)
same "standard input" 'global input' "$came"
came=$("$STAP" -p1 s.stp unused 2>&1 >/dev/null)
same "an argument nobody reads" 'WARNING: unused command line option $1/@1' "$came"
same "with -w" "" "$("$STAP" -w -p1 s.stp unused 2>&1 >/dev/null)"
for _ in new kept; do # the library's index
	same "an argument for argv[]" "" "$("$STAP" -p1 -e 'probe begin { println(argv[1], argc) }' one two 2>&1 >/dev/null)"
done
"$STAP" -W -p1 s.stp unused >/dev/null 2>&1 && { echo "-W did not fail"; bad=1; }

# ---- the rc file comes first ----
printf '# options\n-g --vp "20000" -D '\''LIMIT=5'\'' # the rest is not one\n' >state/rc
came=$("$STAP" -p1 -e '%{ c %}' 2>&1 >/dev/null | grep -c '^Pass 1: parsed user script and [0-9]* library scripts using [0-9]*virt/[0-9]*res/[0-9]*shr/[0-9]*data kb, in [0-9]*usr/[0-9]*sys/[0-9]*real ms.$')
same "options of the rc file" 1 "$came"
echo 'word' >state/rc
refused "ERROR: 'word' in '$tmp/state/rc' is no option" -p1 -e 'global a'
rm state/rc

# ---- lists ----
mkdir lib
cat >lib/l.stp <<'L'
function pub:long (a:string, b) { return 1 }
function _hidden () { }
private function own () { }
function c:string () %{ /* pure */ /* unprivileged */ %}
probe al.ias = begin, timer.s(1) ? { }
probe _al.ias += end { }
L
came=$(SYSTEMTAP_TAPSET=lib "$STAP" --dump-functions)
same "--dump-functions" "$(printf '%s\n' 'c:string () /* unprivileged */' 'pub:long (a:string, b:unknown)')" "$came"
came=$(SYSTEMTAP_TAPSET=lib "$STAP" -v --dump-functions 2>/dev/null | grep -c .)
same "--dump-functions -v" 3 "$came"
came=$(SYSTEMTAP_TAPSET=lib "$STAP" --dump-probe-aliases)
same "--dump-probe-aliases" 'al.ias = begin, timer.s(1)?' "$came"
came=$("$STAP" --dump-probe-types)
same "--dump-probe-types in order" "$(printf '%s\n' "$came" | LC_ALL=C sort -u)" "$came"
for form in begin 'end(number)' 'timer.s(number).randomize(number)' 'kprobe.function(string)' \
	'kernel.function(string).return.maxactive(number)'; do
	printf '%s\n' "$came" | grep -qxF "$form" || { echo "--dump-probe-types: no $form"; bad=1; }
done
came=$("$STAP" --dump-probe-types --privilege=stapusr)
case $came in *kernel*|*kprobe*) echo "stapusr is offered $came"; bad=1 ;; *timer.hz*) ;; *) echo "no timers: $came"; bad=1 ;; esac

# ---- temporary folders ----
same "left in TMPDIR" "" "$(ls "$TMPDIR")"
came=$("$STAP" -k -p1 -e 'global a' 2>&1 >/dev/null)
same "-k" "Keeping temporary directory \"$TMPDIR/$(ls "$TMPDIR")\"" "$came"
rm -rf "$TMPDIR"/*
mkfifo input
for signal in TERM HUP; do
	# Opens the pipe for writing, so that stap waits for the script.
	"$STAP" -p1 input >/dev/null 2>&1 &
	pid=$!
	exec 9>input
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -n "$(ls "$TMPDIR")" ] && break
		sleep 0.1
	done
	[ -n "$(ls "$TMPDIR")" ] || { echo "no temporary folder was made"; bad=1; }
	kill -s "$signal" "$pid"
	wait "$pid" 2>/dev/null
	exec 9>&-
	same "after SIG$signal" "" "$(ls "$TMPDIR")"
done
TMPDIR=/no/such/folder refused "ERROR: cannot create a temporary folder in '/no/such/folder': No such file or directory; set TMPDIR to a folder that can be written" -p1 -e 'global a'
exit $bad
