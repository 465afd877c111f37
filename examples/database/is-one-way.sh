#!/bin/sh
# Whether the database change of version AO_VERSION is one-way: its file then begins with
# `-- one-way`. Without a file there is no change.
cd "$(dirname "$0")" || exit 2
file=migrations/$AO_VERSION.sql
[ -e "$file" ] && head -n 1 "$file" | grep -q '^-- one-way'
