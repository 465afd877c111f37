#!/bin/sh
# Sets up the guests' network devices that were left down.
#
# libvirt sets a device up right after it has made it. Open vSwitch hears of the new device at the
# same moment, and writes its flags as it had read them before (lib/netdev-linux.c: update_flags).
# On a busy machine that undoes the other, and the guest is never reached.
while sleep 1; do
    for flags in /sys/class/net/tap*/flags; do
        read -r value <"$$flags" || continue
        [ $$((value & 1)) -eq 0 ] || continue
        device=$${flags%/flags}
        device=$${device##*/}
        $bin/ovs-vsctl --timeout=5 iface-to-br "$$device" >/dev/null || continue
        ip link set dev "$$device" up && echo "$$device was down"
    done
done 2>/dev/null
