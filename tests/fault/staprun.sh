#!/bin/bash
# staprun by hand on a target: a module and an archive run there with its
# options, leftovers of a crash are swept, running sessions and modules of
# others are left alone.
. "$(dirname "$0")/lib.sh"

guest_start "${1:-$amd64_61}" || exit 1
cd "$live_tmp" || exit 1
cat >hand.stp <<'END'
global n = 5, name = "none"
probe begin { printf("n %d name %s target %d\n", n, name, target()) if (n == 42) exit() }
probe timer.ms(100) { println("alive") }
probe end { println("end") }
END
stap -p4 -r "$amd64_61" -m hand hand.stp >/dev/null || fail "no module"
stap -p4 -r "$amd64_61" --archive hand.stapx hand.stp >/dev/null || fail "no archive"
stap -p4 -r "$amd64_61" -m busy "$tests/fault/scripts/busy.stp" >/dev/null || fail "no busy module"
on 'mkdir -p /srv; cat >/srv/staprun; chmod +x /srv/staprun' <"$build/targets/x86_64/staprun"
for f in hand.ko hand.stapx busy.ko; do on "cat >/srv/$f" <$f; done

# ---- options ----
want "n 42 name bob target 0
end" "$(on '/srv/staprun /srv/hand.ko n=42 name=bob')" "variables"
want "n 42 name none target 0
end" "$(on '/srv/staprun /srv/hand.stapx n=42')" "an archive"
want "n 5 name none target 1
alive
end" "$(on '/srv/staprun -x 1 --timeout 0.5 /srv/hand.ko' | uniq)" "-x and --timeout"
want "Linux
alive
end 0" "$(on 'cd /srv; ./staprun -o out -c "uname; sleep 0.4" hand.ko; s=$?; sed 1d out | uniq | sed "\$s/\$/ $s/"')" "-c and -o"
want "1" "$(on 'cd /srv; ./staprun -c "exit 7" hand.ko >/dev/null 2>&1; echo $?')" "status when CMD fails"
want "1" "$(on 'cd /srv; ./staprun hand.ko nope=1 >/dev/null 2>&1; echo $?')" "status for an unknown variable"
want 'ERROR: cannot open "/srv/nosuch.ko": No such file or directory' "$(on '/srv/staprun /srv/nosuch.ko 2>&1')" "a file that is not there"
want 'staprun: "x" is no VAR=value; see `staprun -h`' "$(on 'cd /srv; ./staprun hand.ko x 2>&1')" "an argument that is no setting"
want "end" "$(on 'cd /srv; ./staprun hand.ko >out & sleep 1; kill -INT $!; wait $!; tail -n 1 out')" "SIGINT runs end probes"
want "STPX" "$(on 'cd /srv; ./staprun --save trace --timeout 0.3 hand.ko >/dev/null; head -c 5 trace | tail -c 4')" "--save writes a stream"
want_clean "options"

# ---- several at once; a crash ----
on 'cd /srv; (setsid ./staprun busy.ko </dev/null >busy.out 2>&1 &) ; sleep 1'
want "n 42 name none target 0
end" "$(on '/srv/staprun /srv/hand.ko n=42')" "a second session beside a running one"
want "1" "$(on 'ls -d /proc/stapx_* | wc -l')" "the running one is not swept"
want "1" "$(on '/srv/staprun -d "*" >/dev/null 2>&1; echo $?')" "-d leaves modules in use"
want "1" "$(on 'ls -d /proc/stapx_* | wc -l')" "the running one is still there"
# Both processes at once: nobody is left to clean up.
on 'for p in /proc/[0-9]*; do read c <$p/comm; case $c in staprun*) k="$k ${p#/proc/}";; esac; done 2>/dev/null; kill -9 $k; sleep 1'
want "0" "$(on 'grep -c vfs_read /sys/kernel/debug/kprobes/list')" "no probe is armed after a crash"
want "1" "$(on 'ls -d /proc/stapx_* | wc -l')" "a crash leaves the module"
# The owner of "owned" has its file open, and not written yet.
on 'mkdir -m 700 /tmp/stapx-dead /tmp/stapx-young /tmp/stapx-owned /tmp/stapx-foreign; echo "99999 1" >/tmp/stapx-dead/owner; : >/tmp/stapx-owned/owner; chmod 755 /tmp/stapx-foreign; ln -s /srv /tmp/stapx-link'
on '/srv/staprun /srv/hand.ko n=42 >/dev/null'
want "" "$(on 'ls -d /proc/stapx_* 2>/dev/null')" "the next run sweeps the module"
want "/tmp/stapx-foreign
/tmp/stapx-link
/tmp/stapx-owned
/tmp/stapx-young" "$(on 'ls -d /tmp/stapx-*')" "and folders of the dead, no others"
want "yes" "$(on '[ -f /srv/hand.ko ] && echo yes')" "links are not followed"
on 'rm -r /tmp/stapx-young /tmp/stapx-owned /tmp/stapx-foreign; rm /tmp/stapx-link'
on '/srv/staprun -d nothing 2>&1' | grep -q 'no module "nothing" of a script is loaded' || fail "-d of a name that is not loaded"

# ---- somebody else's module, with a file that is named like ours ----
cp -r "$tests/fault/foreign" foreign
stap-sysroot build "$amd64_61" foreign >foreign.log 2>&1 || fail "the foreign module: $(tail -n 3 foreign.log)"
on 'cat >/srv/foreign.ko; insmod /srv/foreign.ko' <foreign/foreign.ko || fail "the foreign module does not load"
on '/srv/staprun /srv/hand.ko n=42 >/dev/null'
want foreign "$(on 'cut -d" " -f1 /proc/modules | grep foreign')" "a run leaves it loaded"
for name in foreign '*'; do
	want 'ERROR: cannot remove module "foreign": it is not a script'\''s, or of another version of stapx: `rmmod` removes it' \
		"$(on "/srv/staprun -d '$name' 2>&1")" "-d $name"
done
want foreign "$(on 'cat /proc/stapx_foreign; rmmod foreign')" "it is there, and goes by rmmod"

# ---- size ----
# Page by page, as the kernel's counters in "status" may lag behind.
size=$(stat -c %s "$build/targets/x86_64/staprun")
[ "$size" -le $((1 << 20)) ] || fail "a static staprun of $size bytes"
resident=$(on 'cd /srv; ./staprun hand.ko >/dev/null & sleep 1; awk "/^Rss:/ { n += \$2 } END { print n + 0 }" /proc/$!/smaps; grep -c stapx_hand /proc/$!/maps; kill -INT $!; wait $!')
want 2 "$(sed -n 2p <<<"$resident")" "a ring mapped for each CPU"
resident=$(head -n 1 <<<"$resident")
[ "${resident:-0}" -gt 100 ] && [ "$resident" -le 2048 ] || fail "staprun has ${resident:-?} kB resident"
echo "static staprun: $size bytes, $resident kB resident"
# What a script's module takes on an idle target of 2 CPUs; its file is small,
# so that is its trace buffers, as -s sets them, and maps.
stap -p4 -r "$amd64_61" -m two "$tests/cross/two-probes.stp" >/dev/null || fail "no module of two probes"
on 'cat >/srv/two.ko' <two.ko
for buffers in '' '-s 1'; do
	memory=$(on "cd /srv; ./staprun -v $buffers two.ko >/dev/null 2>two.err & sleep 1; awk '/^two / { print \$2 }' /proc/modules; kill -INT \$!; wait \$!; sed -n 's/.* held \([0-9]*\) kB.*/\1/p' two.err")
	core=$(head -n 1 <<<"$memory") held=$(sed -n 2p <<<"$memory")
	[ "${core:-0}" -gt 8192 ] && [ "$core" -le 65536 ] || fail "a module of ${core:-?} bytes in memory"
	[ "${held:-0}" -gt 512 ] && [ "$held" -le 10240 ] || fail "a session that holds ${held:-?} kB"
	echo "on the target${buffers:+ with $buffers}: module $core bytes, buffers and maps $held kB"
done
want_clean "after all"
finish
