#!/bin/sh
# Brings the database to what version AO_VERSION needs: each file of migrations/ up to that version,
# once, in its order, whole or not at all. A release runs it before the version is deployed, and may
# run it again.
set -eu
cd "$(dirname "$0")"
# shellcheck source=/dev/null
. ./passwords

PGHOST=$(cat database-address)
PGDATABASE=orders PGUSER=orders_owner PGPASSWORD=$OWNER_PASSWORD
# By channel binding the database proves that it knows the password: no certificate is needed.
PGSSLMODE=require PGCHANNELBINDING=require PGCONNECT_TIMEOUT=5
# A change that has to wait for a table has all who come after it wait too: it rather fails.
PGOPTIONS='-c lock_timeout=2s -c client_min_messages=warning'
export PGHOST PGDATABASE PGUSER PGPASSWORD PGSSLMODE PGCHANNELBINDING PGCONNECT_TIMEOUT PGOPTIONS

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "$@"; }

ask --command 'create table if not exists migrations (version text primary key)'
for file in $(printf '%s\n' migrations/*.sql | sort -V); do
    version=$(basename "$file" .sql)
    latest=$(printf '%s\n' "$version" "$AO_VERSION" | sort -V | tail -n 1)
    [ "$latest" = "$AO_VERSION" ] || continue
    [ -z "$(ask --command "select version from migrations where version = '$version'")" ] || continue
    ask --single-transaction --file "$file" \
        --command "insert into migrations values ('$version')"
    echo "the database is changed for $version"
done
