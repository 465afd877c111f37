#!/bin/sh
# libvirt's folders are compiled in. In a mount namespace of its own this one meets no other, and
# in a host name namespace of its own it reports the name that Nova knows the machine by.
set -e
hostname $host
mkdir -p -m 755 /etc/libvirt /run/libvirt /var/lib/libvirt /var/log/libvirt /var/cache/libvirt
mkdir -p $data/libvirt/etc $data/libvirt/lib $data/libvirt/cache $run/libvirt $log/libvirt
cp $etc/libvirt/libvirtd.conf $etc/libvirt/qemu.conf $data/libvirt/etc/
mount --bind $data/libvirt/etc /etc/libvirt
mount --bind $data/libvirt/lib /var/lib/libvirt
mount --bind $data/libvirt/cache /var/cache/libvirt
mount --bind $log/libvirt /var/log/libvirt
mount --bind $run/libvirt /run/libvirt
exec /usr/sbin/libvirtd
