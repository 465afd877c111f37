"""The key manager, which keeps certificates and their keys: a part that can be left out."""

from box.services import Service, Wave

SERVICES = (
    Service(
        name="barbican",
        wave=Wave.APIS,
        command=(
            "$venv/bin/uwsgi --ini $etc/uwsgi.ini --http-socket $address:9311"
            # Its WSGI module reads this file in /etc and nowhere else.
            " --paste config:$venv/etc/barbican/barbican-api-paste.ini"
            " --processes 1 --threads 4"
        ),
        config=("uwsgi.ini", "barbican/barbican.conf"),
        # It takes no arguments: oslo.config finds barbican.conf in the home folder.
        environment={"HOME": "$etc/barbican"},
        port=9311,
        path="/healthcheck",
    ),
)
"""What `box up --without key-manager` does not start."""
