#!/bin/bash
# tz_ctime(), tz_gmtoff() and tz_name() are the time zone's of where it runs.
t='probe begin { println(tz_ctime(1000000000), " ", tz_gmtoff(), " ", tz_name(), " ", stp_pid() == pid(), remote_id(), remote_uri()); exit() }'
bad=0
for case in "UTC0|Sun Sep  9 01:46:40 2001 UTC 0 UTC 1-1" "ABC-3|Sun Sep  9 04:46:40 2001 ABC -10800 ABC 1-1" "XYZ4:30|Sat Sep  8 21:16:40 2001 XYZ 16200 XYZ 1-1"; do
	came=$(TZ=${case%%|*} "$STAP" --runtime=user -e "$t")
	[ "$came" = "${case#*|}" ] || { echo "TZ=${case%%|*}: wanted '${case#*|}', came '$came'"; bad=1; }
done
exit $bad
