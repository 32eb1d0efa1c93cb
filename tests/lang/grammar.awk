# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the productions in the comments of C files, one a line, spaces
# between their parts: "name := ...", which end with their comment or where the
# next one begins.
function flush() {
	if (rule != "")
		print rule
	rule = ""
}
/^[ \t]*(\/\*|\*)/ {
	line = $0
	last = sub(/\*\/.*$/, "", line)
	sub(/^[ \t]*\/?\**/, "", line)
	if (line ~ /^[ \t]*[a-z]+ :=/) {
		flush()
		rule = line
	} else if (rule != "" && line ~ /[^ \t]/) {
		rule = rule " " line
	}
	gsub(/[ \t]+/, " ", rule)
	gsub(/^ | $/, "", rule)
	if (last)
		flush()
	next
}
{ flush() }
