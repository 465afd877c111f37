#!/bin/sh
# The demo shop on one server: a web page that tells which system and version answers.
#
# Works on the box's image `ao-demo` and, under cloud-init, on Debian and Ubuntu. Ao writes the
# site, the colour and the version into this text before the server sees it.
# With ROOT set to a folder, it only writes its files below that folder.
set -eu

# shellcheck disable=SC2016 # words that Ao replaces, not variables
SITE='$AO_SITE' COLOUR='$AO_COLOUR' VERSION='$AO_VERSION'
SERVER=$(hostname)
ROOT=${ROOT:-}
PAGES=$ROOT/var/www/shop
NEVER=$ROOT/var/www/never

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
cgi.assign = ("/shop.cgi" => "", "/burn" => "", "/wait" => "")
mimetype.assign = ("/version" => "application/json", "/health" => "text/plain")
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 60
setenv.add-environment = (
    "COLOUR" => "$COLOUR", "VERSION" => "$VERSION", "SERVER" => "$SERVER", "NEVER" => "$NEVER"
)
setenv.add-response-header = (
    "X-Ao-Colour" => "$COLOUR", "X-Ao-Version" => "$VERSION", "X-Ao-Server" => "$SERVER"
)
END

echo ok >"$PAGES/health"

cat >"$PAGES/version" <<END
{"site": "$SITE", "colour": "$COLOUR", "version": "$VERSION", "server": "$SERVER"}
END

# Version 3.0 has a fault that one visitor alone never sees: it answers one at a time.
case $VERSION in
3.0*)
    mkdir -p "${NEVER%/*}/rooms"
    chmod 777 "${NEVER%/*}/rooms"
    mv "$PAGES/version" "$PAGES/version.json"
    cat >"$PAGES/version" <<'END'
#!/bin/sh
# Tells site, colour and version, and fails while it tells them to somebody else.
room=${NEVER%/*}/rooms/only
if ! mkdir "$room" 2>/dev/null; then
    printf 'Status: 503\r\nContent-Type: text/plain\r\n\r\ntoo many visitors at once\n'
    exit
fi
trap 'rmdir "$room"' EXIT
read -rt 0.2 _ <>"$NEVER" 2>/dev/null
[ $? -ne 2 ] || sleep 0.2
printf 'Content-Type: application/json\r\n\r\n'
cat "${0%/*}/version.json"
END
    chmod 755 "$PAGES/version"
    echo 'cgi.assign += ("/version" => "")' >>"$ROOT/etc/lighttpd/lighttpd.conf"
    ;;
esac

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

[ -p "$NEVER" ] || mkfifo -m 666 "$NEVER"

cat >"$PAGES/wait" <<'END'
#!/bin/sh
# Answers after ?ms=N milliseconds, at most 9999, in which the processor is free.
ms=${QUERY_STRING#ms=}
case $ms in
'' | *[!0-9]* | 0?*)
    printf 'Status: 400\r\nContent-Type: text/plain\r\n\r\nask for /wait?ms=N, N from 0 to 9999\n'
    exit
    ;;
?????*) ms=9999 ;;
esac
thousandths=000$((ms % 1000))
seconds=$((ms / 1000)).${thousandths#"${thousandths%???}"}

# Busybox's shell waits by itself, at a pipe that nobody writes to. Another one refuses -t with 2
# and has to start a process, which costs time on a slow server.
# shellcheck disable=SC3045
read -rt "$seconds" _ <>"$NEVER" 2>/dev/null
[ $? -ne 2 ] || sleep "$seconds"
printf 'Content-Type: text/plain\r\n\r\nwaited %s ms on %s\n' "$ms" "$SERVER"
END

cat >"$PAGES/shop.cgi" <<'END'
#!/bin/sh
# The page. It starts one process, date: each costs time on a slow server.
case $COLOUR in
blue) paint='#1f5fbf' tint='#e8f0fc' ;;
*) paint='#1b8a5a' tint='#e6f5ee' ;;
esac
if [ "$VERSION" = 1.0 ]; then
    news='' cup='¥1,500' curtain='¥6,500' umbrella='¥3,000'
else
    news="<aside><p><b>New in $VERSION</b> Autumn sale 秋のセール: 20 % off</p></aside>"
    cup='<s>¥1,500</s> ¥1,200' curtain='<s>¥6,500</s> ¥5,200' umbrella='<s>¥3,000</s> ¥2,400'
fi

printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
echo "<!doctype html>
<html lang=en>
<meta charset=utf-8>
<meta name=viewport content='width=device-width'>
<title>Ao Shop, $COLOUR $VERSION</title>
<style>
*{box-sizing:border-box;margin:0}
body{font:16px/1.5 system-ui,sans-serif;color:#1c2733;background:$tint;
 min-height:100vh;display:flex;flex-direction:column}
header{background:$paint;color:#fff}
header div,aside p,main{max-width:60rem;width:100%;margin:auto;padding:1.25rem}
header div{display:flex;align-items:end;justify-content:space-between;padding-block:2.5rem}
h1{font-size:2.6rem;line-height:1.1}
small{display:block;font-size:1rem;font-weight:400;letter-spacing:.3em;margin-bottom:.4rem}
mark{background:#fff;color:$paint;border-radius:2rem;padding:.3rem 1rem;font-weight:700}
aside{background:#ffe9b8;color:#6b4100}
aside p{padding-block:.7rem}
aside b{background:#c75b00;color:#fff;border-radius:.3rem;padding:.1rem .5rem;margin-right:.5rem}
main{flex:1;display:grid;gap:1.25rem;align-content:start;
 grid-template-columns:repeat(auto-fit,minmax(15rem,1fr))}
article{background:#fff;border-radius:.8rem;padding:1.25rem;box-shadow:0 1px 4px #0002}
svg{display:block;width:100%;height:10rem;padding:1rem;margin-bottom:1rem;
 border-radius:.5rem;background:$tint;fill:$paint}
h2{font-size:1.1rem}
s{color:#889}
footer{background:#1c2733;color:#c9d3de;padding:1rem;text-align:center;font-size:.9rem}
footer b{color:#fff}
</style>
<header><div><h1><small>青い店</small>Ao Shop</h1><mark>$COLOUR $VERSION</mark></div></header>
$news
<main>
<article><svg viewBox='14 6 36 28'><path d='M22 17h18c6 0 6 9 0 10-1 3-4 5-9 5s-9-4-9-15z
m19 3v4c3 0 3-4 0-4zM27 14c-2-3 2-4 0-7h2c2 3-2 4 0 7zm6 0c-2-3 2-4 0-7h2c2 3-2 4 0 7z'/></svg>
<h2>Tea cup 湯のみ</h2><p>$cup</article>
<article><svg viewBox='14 6 36 28'><path d='M14 8h36v2H14zm2 3h10v20H16zm11 0h10v20H27z
m11 0h10v20H38z'/></svg>
<h2>Shop curtain 暖簾</h2><p>$curtain</article>
<article><svg viewBox='14 6 36 28'><path d='M32 6a18 15 0 0 1 17 14H15A18 15 0 0 1 32 6zm-1 15h2v9
c0 5-7 5-7 0h2c0 3 3 3 3 0z'/></svg>
<h2>Umbrella 傘</h2><p>$umbrella</article>
</main>
<footer>Served by <b>$SERVER</b>, $COLOUR system, version $VERSION,
at $(date '+%H:%M:%S %Z')</footer>"
END

chmod 755 "$PAGES/burn" "$PAGES/wait" "$PAGES/shop.cgi"

if [ -n "$ROOT" ]; then
    exit
elif [ -d /run/systemd/system ]; then
    systemctl restart lighttpd
else
    lighttpd -f /etc/lighttpd/lighttpd.conf
fi
