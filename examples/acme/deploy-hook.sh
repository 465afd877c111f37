#!/bin/sh
# Serve the certificate that an ACME client has just got.
#
#   certbot certonly … --deploy-hook /etc/ao/deploy-hook.sh     (or in renewal-hooks/deploy/)
#   lego … --deploy-hook /etc/ao/deploy-hook.sh                 (before 5.0: --renew-hook)
#   acme.sh --issue … --renew-hook /etc/ao/deploy-hook.sh
#
# `ao` has to be in the PATH of the client's timer.
# It may run again at any time: a certificate that is served already is left alone.
set -eu

# The site, and a login of its own: an application credential that may write.
: "${AO_CONFIG:=/etc/ao/ao.yaml}" "${OS_CLIENT_CONFIG_FILE:=/etc/ao/clouds.yaml}"
export AO_CONFIG OS_CLIENT_CONFIG_FILE

if [ -n "${RENEWED_LINEAGE:-}" ]; then # certbot
    certificate=$RENEWED_LINEAGE/fullchain.pem key=$RENEWED_LINEAGE/privkey.pem
elif [ -n "${LEGO_HOOK_CERT_PATH:-}" ]; then # lego
    certificate=$LEGO_HOOK_CERT_PATH key=$LEGO_HOOK_CERT_KEY_PATH
elif [ -n "${LEGO_CERT_PATH:-}" ]; then # lego before 5.0
    certificate=$LEGO_CERT_PATH key=$LEGO_CERT_KEY_PATH
elif [ -n "${CERT_FULLCHAIN_PATH:-}" ]; then # acme.sh
    certificate=$CERT_FULLCHAIN_PATH key=$CERT_KEY_PATH
else
    echo "deploy-hook: no ACME client tells which certificate is new" >&2
    exit 2
fi

# Somebody else may be at work on the site (exit code 10), as a release is for an hour.
for pause in 60 300 900 1800 0; do
    code=0
    ao certificate renew --certificate "$certificate" --key "$key" --reason "ACME" || code=$?
    [ "$code" -eq 10 ] && [ "$pause" -gt 0 ] || exit "$code"
    sleep "$pause"
done
