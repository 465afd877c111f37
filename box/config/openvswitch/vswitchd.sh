#!/bin/sh
# The bridges' devices die with ovs-vswitchd: the gateway's address is set again at each start.
(
    until ip link set br-ex up && ip address replace 172.31.1.1/24 dev br-ex; do
        sleep 0.2
    done 2>/dev/null
) &
exec $bin/ovs-vswitchd unix:$run/openvswitch/db.sock \
    -vconsole:info -vsyslog:off --pidfile=$run/openvswitch/ovs-vswitchd.pid
