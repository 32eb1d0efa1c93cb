#!/bin/bash
# What cannot run says so in one line with its cure, with exit status 1, and
# nothing is loaded or left: hosts, keys, kernels, archives, disks.
. "$(dirname "$0")/lib.sh"

# refused WHAT PATTERN COMMAND...: the command fails with one line like that.
refused() {
	local what=$1 pattern=$2 status lines
	shift 2
	"$@" >"$live_tmp/out" 2>"$live_tmp/err" </dev/null
	status=$?
	want 1 "$status" "$what: exit status"
	lines=$(grep -v '^Pass [0-9]: .* failed\.' "$live_tmp/err")
	if [ "$(wc -l <<<"$lines")" = 1 ] && grep -qE -- "$pattern" <<<"$lines"; then
		echo "$what: $lines"
	else
		fail "$what: wanted one line like \"$pattern\", got:"
		printf '%s\n' "$lines"
	fi
	[ ! -s "$live_tmp/out" ] || fail "$what: there was output: $(head -n 1 "$live_tmp/out")"
}

hello='probe begin { println("hello"); exit() }'

# ---- reaching it ----
guest_start "$amd64_61" || exit 1
config=$live_tmp/home/.ssh/config
cp "$config" "$live_tmp/config"

on 'true' || fail "the guest does not answer"
: >"$live_tmp/empty"
sed -i "s|UserKnownHostsFile.*|UserKnownHostsFile $live_tmp/empty|" "$config"
refused "unknown host key" "host key of 'guest' is not known: .*SHA256:.*ssh-keyscan -p $port" rstap -e "$hello"
ssh-keygen -q -t ed25519 -N '' -f "$live_tmp/other"
# The same names as in the true file, another key.
sed "s|^\([^ ]*\) .*|\1 $(cut -d' ' -f1,2 "$live_tmp/other.pub")|" "$known" | head -n 1 >"$live_tmp/empty"
refused "changed host key" "host key of 'guest' has changed.*SHA256:.*ssh-keygen -R" rstap -e "$hello"
cp "$live_tmp/config" "$config"
sed -i "s|IdentityFile.*|IdentityFile $live_tmp/other|" "$config"
refused "no key accepted" "accepts none of your keys for the user 'root'.*ssh-copy-id" env SSH_AUTH_SOCK= HOME="$live_tmp/home" stap --remote=guest -e "$hello"
cp "$live_tmp/config" "$config"
refused "refused port" "refuses a connection to port 1: .*SSH server" stap --remote=ssh://root@127.0.0.1:1 -e "$hello"
refused "no route" "no route to '192.0.2.1'.*ping 192.0.2.1" unshare -n stap --remote=root@192.0.2.1 -e "$hello"
refused "unknown host" "cannot find the host 'no-such-host.invalid'" stap --remote=no-such-host.invalid -e "$hello"
refused "no URL" "is no target" stap --remote=root@ -e "$hello"

# ---- another kernel ----
stap -p4 -r "$amd64_612" --archive "$live_tmp/newer.stapx" -e "$hello" >/dev/null || fail "no archive for $amd64_612"
stap -p4 -r "$arm64_61" --archive "$live_tmp/arm.stapx" -e "$hello" >/dev/null || fail "no archive for $arm64_61"
stap -p4 -r "$amd64_61" --archive "$live_tmp/good.stapx" -e "$hello" >/dev/null || fail "no archive for $amd64_61"
refused "sysroot of another kernel" "is of kernel 6.12.*build-id [0-9a-f]{40}.*runs 6.1.*build-id [0-9a-f]{40}" rstap -r "$amd64_612" -e "$hello"
refused "archive for another kernel" "built for kernel 6.12.*build-id [0-9a-f]{40}.*runs 6.1.*build-id [0-9a-f]{40}" rstap "$live_tmp/newer.stapx"
refused "archive for another CPU" "built for arm64, 'guest' is x86_64" rstap "$live_tmp/arm.stapx"

# ---- another staprun there: one that says so is not asked to run, ours is sent ----
there() { # LINE-OF-V AGENT-COMMAND
	on 'cat >/usr/bin/staprun; chmod +x /usr/bin/staprun' <<E2
#!/bin/sh
[ "\$1" != -V ] || { echo "$1"; exit; }
$2
E2
}
own=$(staprun -V)
for other in "${own%, protocol *}" "${own%[0-9]}99" 'staprun 4.8'; do
	there "$other" 'exit 9'
	want hello "$(rstap -e "$hello" 2>&1)" "beside \"$other\""
done
# Its greeting: version 99, a name, no machine and no release.
there "$own" "printf 'SX\\001\\000\\012\\000\\000\\000\\143\\000\\002\\000hm\\000\\000\\000\\000'; cat >/dev/null"
refused "another protocol" '"hm"\) speaks version 99 of the protocol, stap version [0-9]+: install matching ones' rstap -e "$hello"
there "$own" 'echo "no such option" >&2; exit 2'
refused "a staprun without an agent" 'staprun does not start there: no such option' rstap -e "$hello"
on 'rm /usr/bin/staprun'

# ---- archives that were tampered with: refused here, and by staprun there ----
mkdir "$live_tmp/x"
tar -xzf "$live_tmp/good.stapx" -C "$live_tmp/x" || fail "the archive is no tar"
ko=$(cd "$live_tmp/x" && ls ./*.ko)
pack() { tar --format=ustar --owner=0 --group=0 --numeric-owner -C "$live_tmp/x" -czf "$live_tmp/$1.stapx" "${@:2}"; }
members=$(tar -tzf "$live_tmp/good.stapx")
# shellcheck disable=SC2086
pack same $members
head -c $(($(wc -c <"$live_tmp/good.stapx") / 2)) "$live_tmp/good.stapx" >"$live_tmp/truncated.stapx"
# shellcheck disable=SC2086
pack dotdot --transform "s|^${ko#./}\$|../x.ko|" $members
ln -s /etc/passwd "$live_tmp/x/link"
# shellcheck disable=SC2086
pack link $members link
printf '\001' | dd of="$live_tmp/x/$ko" bs=1 seek=3000 conv=notrunc status=none
# shellcheck disable=SC2086
pack changed $members
cat "$live_tmp/newer.stapx" | on 'cat >/run/newer.stapx'
on 'cat >/run/staprun; chmod +x /run/staprun' <"$build/targets/x86_64/staprun"
[ "$(rstap "$live_tmp/same.stapx")" = hello ] || fail "an archive packed again does not run"
for bad in truncated dotdot link changed; do
	case $bad in
	truncated) like='truncat|cut|short|end' ;;
	dotdot) like='\.\./x|name' ;;
	link) like='link|plain' ;;
	changed) like='digest|SHA-256|changed' ;;
	esac
	refused "$bad archive" "$like" rstap "$live_tmp/$bad.stapx"
	on "cat >/run/$bad.stapx" <"$live_tmp/$bad.stapx"
	refused "$bad archive, there" "$like" on "/run/staprun /run/$bad.stapx"
done
refused "archive for another kernel, there" "built for kernel \"6.12.*runs \"6.1" on /run/staprun /run/newer.stapx
on 'rm /run/*.stapx'

# ---- no room ----
small() { on "for d in /tmp /run /var/tmp /dev/shm; do mkdir -p \$d; mount -t tmpfs -o size=$1 none \$d; done"; }
roomy() { on 'for d in /tmp /run /var/tmp /dev/shm; do umount $d; done'; }
small 200k
refused "no room for staprun" "not enough space in \"/tmp\" on 'guest' for staprun.*make room" rstap -e "$hello"
want_clean "no room for staprun"
roomy
# Room for staprun, and for half of the module.
ko_size=$(tar -xzOf "$live_tmp/good.stapx" --wildcards '*.ko' | wc -c)
[ "$ko_size" -gt 8192 ] || fail "a module of $ko_size bytes in the archive"
small $((($(wc -c <"$build/targets/x86_64/staprun") + ko_size / 2) / 1024))k
refused "no room for the module" "not enough space in \"/tmp/stapx-.*on the target for \"stap_.*make room" rstap -e "$hello"
want_clean "no room for the module"
roomy
small 4k
on 'for d in /tmp /run /var/tmp /dev/shm; do dd if=/dev/zero of=$d/full bs=4k count=1 2>/dev/null; done; true'
refused "no room at all" "no folder there can be written" rstap -e "$hello"
roomy

# ---- a kernel that takes no modules; last, since only a reboot undoes it ----
want_clean "before modules are disabled"
on 'cat >/run/good.stapx' <"$live_tmp/good.stapx"
on 'echo 1 >/proc/sys/kernel/modules_disabled'
refused "modules disabled" "takes no more modules.*reboot" rstap -e "$hello"
refused "modules disabled, there" "takes no more modules.*reboot" on /run/staprun /run/good.stapx
on 'rm -f /run/staprun /run/good.stapx'
want_clean "after all"
finish
