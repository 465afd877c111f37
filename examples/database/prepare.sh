#!/bin/sh
# Writes what is in no commit: the database's passwords, made anew where there are none, and what
# holds them: the file that ao.yaml's secrets name, and the parameters of database.yaml.
set -eu
cd "$(dirname "$0")"
umask 077

password() { od -A n -N 16 -t x1 /dev/urandom | tr -d ' \n'; }

if [ ! -e passwords ]; then
    printf 'OWNER_PASSWORD=%s\nORDERS_PASSWORD=%s\n' "$(password)" "$(password)" >passwords
fi
# shellcheck source=/dev/null
. ./passwords
printf '%s\n' "$ORDERS_PASSWORD" >orders-password
cat >database-parameters.yaml <<END
parameters:
  owner_password: $OWNER_PASSWORD
  orders_password: $ORDERS_PASSWORD
END
