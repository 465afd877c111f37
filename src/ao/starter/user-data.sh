#!/bin/sh
# Sets a server up. Ao replaces these three words before the server sees the script.
set -eu
# shellcheck disable=SC2016 # words for Ao, not for the shell
SITE='$AO_SITE' COLOUR='$AO_COLOUR' VERSION='$AO_VERSION'

export DEBIAN_FRONTEND=noninteractive
command -v nginx >/dev/null || { apt-get update -q && apt-get install -qy nginx; }

# Replace this page by your application of version $VERSION.
mkdir -p /srv/site
echo "ok" >/srv/site/health
echo "{\"site\": \"$SITE\", \"colour\": \"$COLOUR\", \"version\": \"$VERSION\"}" >/srv/site/version
echo "<h1>$SITE $VERSION, $COLOUR</h1>" >/srv/site/index.html

cat >/etc/nginx/sites-available/default <<NGINX
server {
    listen 80 default_server;
    root /srv/site;
    add_header X-Ao-Colour $COLOUR always;
    add_header X-Ao-Version $VERSION always;
}
NGINX
systemctl reload-or-restart nginx
