#!/bin/sh
# The demo shop on one server: a web page that tells which system and version answers.
#
# Works on the box's image `ao-demo` and, under cloud-init, on Debian and Ubuntu. Ao puts the
# site, the colour and the version into the next three lines before the server sees this text.
# With ROOT set to a folder, it only writes its files below that folder.
set -eu

# shellcheck disable=SC2016 # these are words for Ao to replace, not variables
SITE='$AO_SITE' COLOUR='$AO_COLOUR' VERSION='$AO_VERSION'
SERVER=$(hostname)
ROOT=${ROOT:-}
PAGES=$ROOT/var/www/shop

if [ -z "$ROOT" ] && ! command -v lighttpd >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get -o DPkg::Lock::Timeout=300 install -qy --no-install-recommends lighttpd
fi

mkdir -p "$PAGES" "$ROOT/etc/lighttpd"

cat >"$ROOT/etc/lighttpd/lighttpd.conf" <<END
server.modules = ("mod_cgi", "mod_setenv")
server.port = 80
server.username = "www-data"
server.document-root = "$PAGES"
index-file.names = ("shop.cgi")
cgi.assign = ("/shop.cgi" => "", "/burn" => "")
mimetype.assign = ("/version" => "application/json", "/health" => "text/plain")
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 60
setenv.add-environment = ("COLOUR" => "$COLOUR", "VERSION" => "$VERSION", "SERVER" => "$SERVER")
setenv.add-response-header = (
    "X-Ao-Colour" => "$COLOUR", "X-Ao-Version" => "$VERSION", "X-Ao-Server" => "$SERVER"
)
END

echo ok >"$PAGES/health"

cat >"$PAGES/version" <<END
{"site": "$SITE", "colour": "$COLOUR", "version": "$VERSION", "server": "$SERVER"}
END

cat >"$PAGES/burn" <<'END'
#!/bin/sh
# Keeps a processor busy for ?ms=N milliseconds, at most 2000.
ms=${QUERY_STRING#ms=}
case $ms in
'' | *[!0-9]* | 0?*)
    printf 'Status: 400\r\nContent-Type: text/plain\r\n\r\nask for /burn?ms=N, N from 0 to 2000\n'
    exit
    ;;
?????*) ms=2000 ;;
esac
[ "$ms" -le 2000 ] || ms=2000

# now: hundredths of a second since the server's start.
now() {
    read -r uptime _ </proc/uptime
    now=${uptime%.*}${uptime#*.}
}

now
end=$((now + ms / 10))
while [ "$now" -lt "$end" ]; do now; done
printf 'Content-Type: text/plain\r\n\r\nburned %s ms on %s\n' "$ms" "$SERVER"
END

cat >"$PAGES/shop.cgi" <<'END'
#!/bin/sh
# The page. It starts one process, date: each costs time on a slow server.
case $COLOUR in
blue) paint='#1f5fbf' tint='#e8f0fc' ;;
*) paint='#1b8a5a' tint='#e6f5ee' ;;
esac
banner='' sale=''
if [ "$VERSION" != 1.0 ]; then
    banner="<p class=sale><b>New in $VERSION</b> Autumn sale 秋のセール: all of it 20 % off</p>"
    sale=' class=off'
fi

printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
echo "<!doctype html>
<html lang=en>
<meta charset=utf-8>
<meta name=viewport content='width=device-width'>
<title>Ao Shop, $COLOUR $VERSION</title>
<style>
*{box-sizing:border-box;margin:0}
body{font:16px/1.5 system-ui,sans-serif;color:#1c2733;background:$tint;min-height:100vh;display:flex;flex-direction:column}
header{background:$paint;color:#fff}
header div,main,.sale{max-width:60rem;margin:auto;width:100%}
header div{padding:2.5rem 1.25rem;display:flex;flex-wrap:wrap;align-items:end;gap:1rem;justify-content:space-between}
h1{font-size:2.6rem;line-height:1.1;letter-spacing:-.02em}
h1 small{display:block;font-size:1rem;font-weight:400;letter-spacing:.3em;opacity:.85;margin-bottom:.4rem}
.now{background:#fff;color:$paint;border-radius:2rem;padding:.3rem 1rem;font-weight:700}
.sale{background:#fff3d6;color:#7a4a00;padding:.7rem 1.25rem}
.sale b{background:#e07b00;color:#fff;border-radius:.3rem;padding:.1rem .5rem;margin-right:.5rem}
main{flex:1;padding:1.25rem;display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));align-content:start}
article{background:#fff;border-radius:.8rem;overflow:hidden;box-shadow:0 1px 3px #0002}
svg{display:block;width:100%;height:9rem;background:$paint;fill:#fff}
article div{padding:1rem 1.25rem}
h2{font-size:1.1rem}
s{display:none;color:#889}
.off s{display:inline}
.off em{display:none}
i,em{font-style:normal;font-weight:700}
i{display:none;color:#c05a00}
.off i{display:inline}
footer{background:#1c2733;color:#c9d3de;padding:1rem;text-align:center;font-size:.9rem}
footer b{color:#fff}
</style>
<header><div><h1><small>青い店</small>Ao Shop</h1><span class=now>$COLOUR $VERSION</span></div></header>
$banner
<main$sale>
<article><svg viewBox='0 0 64 40'><path d='M22 17h18c6 0 6 9 0 10-1 3-4 5-9 5s-9-4-9-15zm19 3v4c3 0 3-4 0-4zM27 14c-2-3 2-4 0-7h2c2 3-2 4 0 7zm6 0c-2-3 2-4 0-7h2c2 3-2 4 0 7z'/></svg><div><h2>Tea cup 湯のみ</h2><p><em>¥1,500</em><s>¥1,500</s> <i>¥1,200</i></div></article>
<article><svg viewBox='0 0 64 40'><path d='M14 8h36v2H14zm2 3h10v20H16zm11 0h10v20H27zm11 0h10v20H38z'/></svg><div><h2>Shop curtain 暖簾</h2><p><em>¥6,500</em><s>¥6,500</s> <i>¥5,200</i></div></article>
<article><svg viewBox='0 0 64 40'><path d='M32 6a18 15 0 0 1 17 14H15A18 15 0 0 1 32 6zm-1 15h2v9c0 5-7 5-7 0h2c0 3 3 3 3 0z'/></svg><div><h2>Umbrella 傘</h2><p><em>¥3,000</em><s>¥3,000</s> <i>¥2,400</i></div></article>
</main>
<footer>Served by <b>$SERVER</b> of the <b>$COLOUR</b> system, version <b>$VERSION</b>, at $(date '+%H:%M:%S %Z')</footer>"
END

chmod 755 "$PAGES/burn" "$PAGES/shop.cgi"

if [ -n "$ROOT" ]; then
    exit
elif [ -d /run/systemd/system ]; then
    systemctl restart lighttpd
else
    lighttpd -f /etc/lighttpd/lighttpd.conf
fi
