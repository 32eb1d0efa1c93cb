#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What stap-sysroot makes of a kernel build tree: import, list, show, check,
# prepare, remove; what each refuses and the cure it names; that an interrupt
# leaves the old state, that a change of the runtime or the compiler asks for
# a new preparation, and that a moved sysroot goes on working.  The tree is
# made here: its kbuild compiles plain C and records commands as kernels do.
set -u
LC_ALL=C; export LC_ALL
top=$(cd "$(dirname "$0")/../.." && pwd)
prog=${STAPX_BUILD:-$top}/stap-sysroot
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
failed=0

fail() { echo "FAIL: $*"; failed=1; }

# says TEXT COMMAND…: succeeds and prints TEXT somewhere.
says() {
	want=$1; shift
	"$@" >"$tmp/out" 2>&1
	got=$?
	[ $got -eq 0 ] || { fail "status $got of: $*"; cat "$tmp/out"; }
	grep -qF -e "$want" "$tmp/out" || {
		fail "wanted '$want' from: $*"; sed 's/^/  came: /' "$tmp/out"; }
}
# refuses TEXT COMMAND…: status 1, and says TEXT.
refuses() {
	want=$1; shift
	"$@" >"$tmp/out" 2>&1
	got=$?
	[ $got -eq 1 ] || fail "wanted status 1, came $got of: $*"
	grep -qF -e "$want" "$tmp/out" || {
		fail "wanted '$want' from: $*"; sed 's/^/  came: /' "$tmp/out"; }
}

# ---- a runtime, a kernel tree, a kernel ----
export STAPX_HOME=$tmp/home STAPX_SYSROOTS=$tmp/roots
export HOME=$tmp/user
unset SYSTEMTAP_DIR
mkdir -p "$STAPX_HOME/runtime/core" "$STAPX_HOME/runtime/kernel/arch" "$HOME"
ln -s "$top/sysroots" "$STAPX_HOME/sysroots"
cat >"$STAPX_HOME/runtime/script.h" <<'E'
#define STP_SCRIPT_ABI 1
struct stp_script { unsigned abi; };
extern struct stp_script stp_script;
E
echo '#define EMBEDDED 1' >"$STAPX_HOME/runtime/embedded.h"
echo 'int stp_core(void) { return 1; }' >"$STAPX_HOME/runtime/core/map.c"
echo 'int stp_kernel(void) { return 2; }' >"$STAPX_HOME/runtime/kernel/map.c"
for m in x86_64 arm64; do
	echo "int stp_arch_$m;" >"$STAPX_HOME/runtime/kernel/arch/$m.c"
done

case $(uname -m) in
x86_64) karch=x86_64 config=CONFIG_X86_64=y other=arm64 ;;
aarch64) karch=arm64 config=CONFIG_ARM64=y other=x86_64 ;;
*) echo "not written for $(uname -m)"; exit 77 ;;
esac

tree=$tmp/tree
mkdir -p "$tree/include/generated" "$tree/include/config" "$tree/scripts/basic" \
	"$tree/scripts/mod" "$tree/drivers" "$tree/inc"
printf '#\n%s\nCONFIG_CC_VERSION_TEXT="gcc (x) 1"\n' $config >"$tree/.config"
: >"$tree/Module.symvers"
echo 'SECTIONS { }' >"$tree/scripts/module.lds"
touch "$tree/include/generated/autoconf.h" "$tree/include/config/auto.conf" \
	"$tree/scripts/Makefile.build" "$tree/inc/kern.h"
echo '#define UTS_RELEASE "6.1.77-lab+"' >"$tree/include/generated/utsrelease.h"
echo '6.1.77' >"$tree/include/config/kernel.release"
echo '#define UTS_VERSION "#7 SMP lab"' >"$tree/include/generated/utsversion.h"
for t in basic/fixdep mod/modpost; do
	printf '#!/bin/sh\nexit 1\n' >"$tree/scripts/$t"
	chmod +x "$tree/scripts/$t"
done
cat >"$tree/Makefile" <<'E'
# Records what it does in the form of a kernel's build.
include $(M)/Kbuild
objs := $(stapx_template-y)
flags = -I./inc -include ./inc/kern.h $(filter-out -I%,$(ccflags-y)) \
	$(filter -I%,$(ccflags-y)) -DMODULE -DKBUILD_MODNAME='"x y"' -Wp,-MMD,d
cmdfile = $(file >$(dir $@).$(notdir $@).cmd,savedcmd_$@ := $(1))
modules: $(M)/stapx_template.ko
$(M)/%.o: $(M)/%.c
	@echo "  CC [M]  $@"
	@$(SLOW)
	@gcc -I./inc $(ccflags-y) -c -o $@ $<
	$(call cmdfile,$(CC) $(flags) -c -o $@ $< ; ./tools/objtool --orc --x=$$(pound) $@)
$(M)/stapx_template.o: $(addprefix $(M)/,$(objs))
	@echo "  LD [M]  $@"
	@ld -r -o $@ $^
	$(call cmdfile,ld -r -o $@ $^)
$(M)/stapx_template.mod.o:
	@echo 'int m;' | gcc -g -x c -c -o $@ -
$(M)/stapx_template.ko: $(M)/stapx_template.o $(M)/stapx_template.mod.o
	@ld -r -o $@ $^
	$(call cmdfile,ld -r -m elf_x --build-id=sha1 -T scripts/module.lds -o $@ $^ ; true)
E
echo 'int k;' >"$tmp/k.c"
echo 'int lab_probe(void) { return 1; }' >"$tmp/m.c"
gcc -shared -Wl,--build-id=0x0102030405060708090a0b0c0d0e0f1011121314 -o "$tree/vmlinux" "$tmp/k.c"
gcc -shared -Wl,--build-id=0xff02030405060708090a0b0c0d0e0f1011121314 -o "$tmp/other" "$tmp/k.c"
module() { # NAME
	gcc -g -c -o "$tmp/m.o" "$tmp/m.c" && ld -r --build-id=sha1 -o "$tree/drivers/$1.ko" "$tmp/m.o"
}
module lab-card
note() { # FILE: a kernel image that holds the note of $tree/vmlinux
	head -c 4096 /dev/zero
	printf '\004\0\0\0\024\0\0\0\003\0\0\0GNU\0\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\021\022\023\024'
	head -c 4096 /dev/zero
}
note | gzip >"$tmp/Image.gz"

# ---- what is refused before there is anything ----
refuses 'no command' "$prog" frob
refuses 'make one with' "$prog" check
refuses 'make one with' "$prog" prepare
says 'no sysroot in' "$prog" list
refuses 'has no .config' "$prog" import tree "$tmp"
refuses 'is no folder' "$prog" import tree "$tmp/nowhere"
refuses 'cannot be imported from' "$prog" import floppy
refuses 'different builds' "$prog" import tree "$tree" --vmlinux "$tmp/other" \
	--image "$tmp/Image.gz"
refuses 'does not exist' "$prog" import tree "$tree" --vmlinux "$tmp/no"
refuses "cannot be a sysroot's name" "$prog" import tree "$tree" --name ../up
[ -z "$(ls "$STAPX_SYSROOTS" 2>/dev/null)" ] ||
	fail "refused imports left: $(ls "$STAPX_SYSROOTS")"

# ---- import, list, show, check ----
says 'is ready' "$prog" import tree "$tree" --image "$tmp/Image.gz" --name lab
refuses 'is there already' "$prog" import tree "$tree" --name lab
says '6.1.77-lab+' "$prog" list
says '0102030405060708090a0b0c0d0e0f1011121314' "$prog" show lab
says '#7 SMP lab' "$prog" show 6.1.77-lab+
says '1 loadable' "$prog" show lab
says 'lab: good' "$prog" check lab
says 'lab: good' "$prog" check
refuses 'stap-sysroot import debian' "$prog" show nolab
refuses 'known sysroots: lab' "$prog" show lan

conf=$STAPX_SYSROOTS/lab/sysroot.conf
cp "$conf" "$tmp/conf"
damage() { # SED-SCRIPT: sysroot.conf as somebody else left it
	sed "$1" "$tmp/conf" >"$conf"
}
damage 's/^build_id = 01/build_id = 02/'
refuses 'sysroot.conf says 0202' "$prog" check lab
damage "s|^vmlinux = .*|vmlinux = $tmp/other|"
refuses 'different builds' "$prog" check lab
damage 's/^release = .*/release = 6.1.77/'
refuses "UTS_RELEASE is '6.1.77-lab+'" "$prog" check lab
damage "s/^arch = .*/arch = $other/"
refuses "arch is '$other'" "$prog" check lab
damage 's/^cc = .*/cc = no-such-gcc/'
refuses "compiler 'no-such-gcc' cannot be run; install" "$prog" check lab
damage 's/^image = .*/image = gone/'
refuses "'$STAPX_SYSROOTS/lab/gone' does not exist" "$prog" check lab
damage 's/^release = .*/release = ..\/..\/etc/'
refuses 'is no kernel release' "$prog" check lab
damage 's/^arch = .*/just text/'
refuses "sysroot.conf:4: 'just text'" "$prog" check lab
cp "$tmp/conf" "$conf"
chmod -x "$tree/scripts/mod/modpost"
refuses 'does not run here' "$prog" check lab
chmod +x "$tree/scripts/mod/modpost"
mv "$tree/Module.symvers" "$tmp/symvers"
refuses "has no 'Module.symvers'" "$prog" check lab
mv "$tmp/symvers" "$tree/Module.symvers"
says 'lab: good' "$prog" check lab

# ---- prepare ----
prepared() { # YES-OR-NO
	"$prog" list | awk '$1 == "lab" { print $3 }' | grep -qx "$1" ||
		fail "list should say prepared '$1': $2"
}
dir=$STAPX_SYSROOTS/lab/prepared
prepared no 'before anything'
says 'is prepared (' "$prog" prepare lab
says 'prepared already' "$prog" prepare lab
prepared yes 'after prepare'
for f in cflags cflags_embedded ldflags objtool_obj runtime.a template.mod.o \
	module.lds key place embedded-pch.h.gch include/runtime/script.h; do
	[ -s "$dir/$f" ] || fail "prepare left no $f"
done
[ ! -e "$dir.part" ] && [ ! -e "$dir/build" ] || fail "prepare left its build"
[ "$(ar t "$dir/runtime.a" | tr '\n' ' ')" = "hot_core_map.o kernel_arch_$karch.o kernel_map.o " ] ||
	fail "runtime.a has: $(ar t "$dir/runtime.a" | tr '\n' ' ')"
nm -s "$dir/runtime.a" | grep -q '^stp_kernel in' ||
	fail 'runtime.a has no index, or lost one of two members of one name'
wanted() { # FILE LINES…
	f=$1; shift
	printf '%s\n' "$@" >"$tmp/wanted"
	diff "$tmp/wanted" "$dir/$f" >"$tmp/out" || {
		fail "$f (wanted <, came >)"; cat "$tmp/out"; }
}
wanted cflags -g0 -ffunction-sections -fdata-sections -falign-functions=1 -DMODULE "-I$dir/include"
wanted cflags_embedded -include "$dir/embedded-pch.h" "-I$tree/inc" -g0 \
	-ffunction-sections -fdata-sections -falign-functions=1 \
	"-I$dir/include" -DMODULE '-DKBUILD_MODNAME="x y"'
wanted embedded-pch.h "#include \"$tree/inc/kern.h\"" '#include "runtime/embedded.h"'
wanted ldflags -r -m elf_x --build-id=sha1 -T "$tree/scripts/module.lds"
wanted objtool_obj "$tree/tools/objtool" --orc '--x=#'
readelf -S "$dir/template.mod.o" | grep -q debug_info &&
	fail 'template.mod.o still has debug information'

# Indexes of modules: those that fit outlive a preparation.
index_of() { # MODULE
	stap -R "$STAPX_HOME/runtime" -r lab -l "module(\"$1\").function(\"lab_probe\")" >"$tmp/out" 2>&1 ||
		{ fail "no index of $1"; cat "$tmp/out"; }
}
PATH=${STAPX_BUILD:-$top}:$PATH
index_of lab_card
cp "$dir/modules/lab_card.index" "$dir/modules/gone.index"
fitting=$(stat -c %i "$dir/modules/lab_card.index")
echo old >"$dir/key"
says 'is prepared (' "$prog" prepare lab
[ "$(stat -c %i "$dir/modules"/*)" = "$fitting" ] ||
	fail "prepare: of $fitting for lab_card and one for no module it kept: $(ls -i "$dir/modules")"
echo damaged >"$dir/modules/lab_card.index"
echo old >"$dir/key"
says 'is prepared (' "$prog" prepare lab
[ -z "$(ls "$dir/modules")" ] || fail 'prepare kept a damaged index'
index_of lab_card
echo 'int more;' >>"$tmp/m.c"
module lab-card
echo old >"$dir/key"
says 'is prepared (' "$prog" prepare lab
[ -z "$(ls "$dir/modules")" ] || fail 'prepare kept the index of another build'

# A change of the runtime or the compiler; of the process port, none.
mkdir "$STAPX_HOME/runtime/user"
echo 'int u;' >"$STAPX_HOME/runtime/user/u.c"
prepared yes 'after a change of the process port'
echo 'int more;' >>"$STAPX_HOME/runtime/core/map.c"
prepared no 'after a change of the runtime'
says 'is prepared (' "$prog" prepare lab
mkdir "$tmp/bin"
printf '#!/bin/sh\nexec /usr/bin/gcc "$@"\n' >"$tmp/bin/gcc"
chmod +x "$tmp/bin/gcc"
(PATH=$tmp/bin:$PATH; prepared no 'with another compiler'; exit $failed) || failed=1
prepared yes 'with the compiler it was made by'

# A failing build says what the compiler said; the old state stays.
before=$(ls -lR --time-style=full-iso "$dir")
echo '#error does not build' >>"$STAPX_HOME/runtime/core/map.c"
refuses 'does not build' "$prog" prepare lab
sed '/#error/d' "$STAPX_HOME/runtime/core/map.c" >"$tmp/map.c"
cat "$tmp/map.c" >"$STAPX_HOME/runtime/core/map.c"
[ "$before" = "$(ls -lR --time-style=full-iso "$dir")" ] ||
	fail 'a failed preparation changed the old one'

# Interrupted: the old state, nothing beside it, no compiler running on.
rm "$STAPX_SYSROOTS/lab/prepare.log"
SLOW='sleep 30' "$prog" prepare --force lab >"$tmp/out" 2>&1 &
pid=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	grep -q 'CC \[M\]' "$STAPX_SYSROOTS/lab/prepare.log" 2>/dev/null && break
	sleep 0.2
done
kill -TERM $pid
wait $pid && fail 'an interrupted prepare ended with status 0'
grep -q 'interrupted; what was prepared before is kept' "$tmp/out" ||
	{ fail 'no word about the interrupt'; cat "$tmp/out"; }
[ "$before" = "$(ls -lR --time-style=full-iso "$dir")" ] ||
	fail 'an interrupted preparation changed the old one'
[ ! -e "$dir.part" ] || fail 'an interrupted preparation left its folder'
ls /proc/[0-9]*/cwd -l 2>/dev/null | grep -q "$tree" &&
	fail 'something of the interrupted build still runs'

# ---- a moved sysroot ----
mkdir "$tmp/moved"
mv "$STAPX_SYSROOTS/lab" "$tmp/moved/bench"
export STAPX_SYSROOTS="$tmp/moved"
says 'bench: good' "$prog" check bench
"$prog" list | awk '$1 == "bench" { print $3 }' | grep -qx yes ||
	fail 'a moved sysroot is not prepared any more'
grep -rl "$tmp/roots" "$tmp/moved" --include='*flags*' --include='objtool*' &&
	fail 'recorded paths still lead to the old place'
grep -qx -e "-I$tmp/moved/bench/prepared/include" "$tmp/moved/bench/prepared/cflags" ||
	fail 'recorded paths do not lead to the new place'

# ---- remove ----
refuses 'is no sysroot' "$prog" remove ../moved
refuses 'is no sysroot' "$prog" remove nobench
says 'removed bench' "$prog" remove bench
[ ! -e "$tmp/moved/bench" ] || fail 'remove left the folder'
[ -f "$tree/vmlinux" ] || fail 'remove followed a link into the build tree'
exit $failed
