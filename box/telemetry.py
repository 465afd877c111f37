"""The services that measure the servers' load and raise alarms: a part that can be left out."""

from box.services import Service, Wave

_CEILOMETER = ("ceilometer/ceilometer.conf", "ceilometer/polling.yaml")
_AODH = ("aodh/aodh.conf",)
_KEEP_MARK = {"SPT_NOENV": "1"}
"""Workers write their titles over their environments, which tell the box's processes, but for
this (setproctitle)."""

SERVICES = (
    Service(
        name="prometheus",
        wave=Wave.APIS,
        command=(
            "/usr/bin/prometheus --config.file=$etc/prometheus/prometheus.yml"
            " --web.listen-address=$address:9090 --storage.tsdb.path=$data/prometheus"
            " --storage.tsdb.retention.time=1d --web.cors.origin="
        ),
        config=("prometheus/prometheus.yml",),
        port=9090,
        path="/-/ready",
        unguarded=(
            "Aodh has no password for it. It tells the servers' processor times, not to a web page"
            " of another origin, and nothing in it can be changed."
        ),
    ),
    Service(
        name="aodh-api",
        wave=Wave.APIS,
        command=(
            "$venv/bin/uwsgi --ini $etc/uwsgi.ini --http-socket $address:8042"
            " --module aodh.wsgi.api:application --processes 1 --threads 4"
        ),
        config=("uwsgi.ini", *_AODH),
        # Its WSGI module takes no arguments: oslo.config finds aodh.conf in the home folder.
        environment={"HOME": "$etc/aodh"},
        port=8042,
        path="/",
    ),
    Service(
        name="aodh-evaluator",
        wave=Wave.WORKERS,
        command="$venv/bin/aodh-evaluator --config-file $etc/aodh/aodh.conf",
        config=_AODH,
        environment=_KEEP_MARK,
    ),
    Service(
        name="aodh-notifier",
        wave=Wave.WORKERS,
        command="$venv/bin/aodh-notifier --config-file $etc/aodh/aodh.conf",
        config=_AODH,
        environment=_KEEP_MARK,
    ),
    Service(
        name="ceilometer-polling",
        wave=Wave.WORKERS,
        command=(
            "$venv/bin/ceilometer-polling --config-file $etc/ceilometer/ceilometer.conf"
            " --polling-namespaces compute"
        ),
        config=_CEILOMETER,
        environment=_KEEP_MARK,
        port=9101,
        unguarded="Its exporter knows no passwords. It tells the servers' processor times.",
    ),
)
"""What `box up --without telemetry` does not start."""
