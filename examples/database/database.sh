#!/bin/sh
# Sets up PostgreSQL on a server of its own; it may run at every start.
#
# Works on the image `ao-database` and, under cloud-init, on Debian 12.
set -eu

if ! command -v pg_ctlcluster >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get -o DPkg::Lock::Timeout=300 install -qy --no-install-recommends postgresql-15
fi
[ -e /etc/ssl/private/ssl-cert-snakeoil.key ] || make-ssl-cert generate-default-snakeoil

cat >/etc/postgresql/15/main/conf.d/orders.conf <<'END'
listen_addresses = '*'
max_connections = 40
shared_buffers = 32MB
jit = off
END
cat >/etc/postgresql/15/main/pg_hba.conf <<'END'
local all postgres peer
hostssl orders orders,orders_owner all scram-sha-256
END
pg_ctlcluster 15 main restart

runuser -u postgres -- psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'END'
select 'create role orders_owner login'
    where not exists (select from pg_roles where rolname = 'orders_owner') \gexec
select 'create role orders login'
    where not exists (select from pg_roles where rolname = 'orders') \gexec
alter role orders_owner password '@OWNER@';
alter role orders password '@ORDERS@';
select 'create database orders owner orders_owner'
    where not exists (select from pg_database where datname = 'orders') \gexec
END
