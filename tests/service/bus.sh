# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
# bus.sh - for the scripts here: a folder of this run, a private bus, Fanfare on it.
# To be sourced. Ends what it began, however the script ends.

program=$(realpath "${BUILD:-build}")/fanfare
dir=$(mktemp -d) || exit 1
chmod 711 "$dir"
began=()
export HOME=$dir XDG_CONFIG_HOME=$dir XDG_STATE_HOME=$dir LC_ALL=C.UTF-8
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$dir/bus
unset DBUS_SESSION_BUS_ADDRESS XDG_RUNTIME_DIR FANFARE_PROFILE

end()
{
	[ "${#began[@]}" -eq 0 ] || kill "${began[@]}" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap end EXIT

# As every system bus begins: replies and signals pass, calls go to the bus itself alone.
usual='<policy context="default"><allow user="*"/><deny own="*"/><deny send_type="method_call"/>
	<allow send_type="signal"/><allow receive_type="method_call"/>
	<allow receive_type="method_return"/><allow receive_type="error"/><allow receive_type="signal"/>
	<allow send_requested_reply="true" send_type="method_return"/>
	<allow send_requested_reply="true" send_type="error"/>
	<allow send_destination="org.freedesktop.DBus"/></policy>'

# bus_up POLICY - what stands between <busconfig> and its end, but for the address.
bus_up()
{
	cat >"$dir/bus.conf" <<-CONF
		<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
		 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
		<busconfig><type>system</type><listen>unix:path=$dir/bus</listen><auth>EXTERNAL</auth>
		$1
		</busconfig>
	CONF
	dbus-daemon --nofork --nopidfile --config-file "$dir/bus.conf" 2>"$dir/bus.log" &
	began+=($!)
	within 50 test -S "$dir/bus" || { cat "$dir/bus.log"; exit 1; }
}

# fanfare_up ARGUMENT... - without a console; on the bus when this returns.
fanfare_up()
{
	"$program" --headless --no-bluetooth "$@" 2>"$dir/log" &
	began+=($!)
	within 200 grep -q 'attach over the' "$dir/log" || { cat "$dir/log"; exit 1; }
}

# within TENTHS COMMAND...
within()
{
	local n=$1
	shift
	for ((; n > 0; n--)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

failures=0
# is WHAT IT-WAS WANTED
is()
{
	[ "$2" = "$3" ] && return
	printf '%s: wanted "%s", was "%s"\n' "$1" "$3" "$2"
	failures=$((failures + 1))
}
