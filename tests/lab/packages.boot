# What the machine that boots by itself has (tests/lab/boot), besides what builds Fanfare.
bluez
busybox-static
dbus
dpkg-dev
kmod
procps
systemd
systemd-sysv
udev
util-linux
xz-utils
