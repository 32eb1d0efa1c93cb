#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Shows that every construct of the language has a program here whose output is
# compared: a pattern that stands in the program, and the program's name.
# What needs a target's variables is tested by tests/live and tests/types.
cd "$(dirname "$0")" || exit 1
bad=0 n=0
while read -r name pattern; do
	n=$((n + 1))
	[ -f "$name.out" ] && grep -qE -e "$pattern" "$name.stp" && continue
	echo "$name.stp has no '$pattern', or nothing to compare with"
	bad=1
done <<'END'
comments ^#!
comments //
comments /\*
printf-numbers %d
printf-strings %s
printf-numbers %5d
printf-numbers %-5d
printf-numbers %05d
printf-numbers %\+d
printf-numbers %#x
printf-numbers %u
printf-numbers %X
printf-numbers %o
printf-numbers %i
printf-numbers %li
printf-numbers %\.3d
printf-numbers %%
printf-strings %c
printf-star %\*
printf-pointer %p
network-order %2b
printf-memory %m
printf-memory %M
if if \(
if else
for for \(
while while \(
next-return break
next-return continue
next-return next$
next-return return
ternary \?
uninitialised [0-9] in a
logical &&
logical \|\|
incdec \+\+
incdec --
assign \+=
bits \^
shift >>>
concat \.
literals 0x
literals \\x41
literals "jo" "in"
global-init global
array-size \[[0-9]+\]
array-wrap %
array-keys \[.*,.*\]
array-delete delete
delete-forms delete a\[\*
slices \*
foreach-value =.* in
foreach-tuple foreach \(\[
foreach-slice foreach \(.*\[
foreach-sort-key [+-] in
foreach-sort-value in [a-z]+[+-]
foreach-limit limit
foreach-aggregates @
stat @count
stat @sum
stat @avg
stat @min
stat @max
stat <<<
stat-variance @variance
hist-log @hist_log
hist-linear @hist_linear
hist-bucket \]$|\]\)|\],
hist-foreach foreach
function function
types :long
types :string
recursion function
overload-next next
overload-arity function
private private global
private private function
try try
try catch
error-probe probe error
session-order probe begin\(
session-order probe end
session-order never
timer probe timer
exit-everywhere exit\(\)
warnings warn\(
error-forms error\(
several-points ,
alias probe .* \+=
alias \}, \{
probewrite @probewrite
optional \?,
optional !
brace \{one,two\}
brace t\.t\*
probe-if if \(
condition-values kernel_v
condition-values kernel_vr
condition-values systemtap_v
condition-values systemtap_privilege
condition-values guru_mode
condition-values CONFIG_
condition-values %:
macros @define
arguments \$1
arguments @1
arguments \$#
arguments @#
print-family printd\(
print-family printdln\(
print-family println\(
print-family sprint\(
print-family sprintf\(
regex =~
regex-matched matched\(
regex-matched ngroups\(
embedded %\{
embedded STAP_ARG_
embedded STAP_RETVALUE
embedded STAP_RETURN
embedded STAP_ERROR
embedded STAP_PRINTF
embedded-next STAP_NEXT
embedded-man THIS->
embedded-man /\* string \*/
embedded-globals STAP_GLOBAL_GET_
embedded-globals STAP_GLOBAL_SET_
float fp_add
END
echo "$n constructs"
exit $bad
