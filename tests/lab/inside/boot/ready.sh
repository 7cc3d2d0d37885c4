#!/bin/bash
# SPDX-License-Identifier: MIT
# Instead of systemd: a machine that is up but for its disk, /dev/vdb being blank. It is put away
# as it is, and gets the disk when it is taken out again. Then Fanfare starts, as the user and with
# the settings that fanfare.service gives it.
. /opt/inside/kept.sh
mkdir -p /run/dbus
dbus-uuidgen --ensure
dbus-daemon --system
umount /lab # a machine that uses it cannot be put away
cat /usr/bin/setpriv >/dev/null # into memory
xargs cat </opt/playing >/dev/null
/opt/bin/saver --check / /
echo ready >/dev/ttyS1
until mount_kept 2>/dev/null; do sleep 0.1; done
chown -R fanfare: /var/lib/fanfare
install -d -o fanfare -g fanfare /run/fanfare
set -a # as the unit takes it
. /etc/fanfare/fanfare.conf
export XDG_CONFIG_HOME=/var/lib STATE_DIRECTORY=/var/lib/fanfare PULSE_RUNTIME_PATH=/run/fanfare/pulse
setpriv --reuid fanfare --regid fanfare --init-groups fanfare --headless &
exec /opt/bin/saver >/dev/ttyS1
