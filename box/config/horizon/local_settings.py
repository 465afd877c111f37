"""Horizon's settings for the box."""

DEBUG = False
ALLOWED_HOSTS = ["*"]
WEBROOT = "/"
SECRET_KEY = "$dashboard_key"
TIME_ZONE = "UTC"

OPENSTACK_HOST = "$address"
OPENSTACK_KEYSTONE_URL = "http://$address:5000/v3"
OPENSTACK_KEYSTONE_DEFAULT_DOMAIN = "Default"
OPENSTACK_API_VERSIONS = {"identity": 3, "image": 2}

SESSION_ENGINE = "django.contrib.sessions.backends.cache"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache",
        "LOCATION": "unix:$run/memcached/memcached.sock",
        "KEY_PREFIX": "horizon",
    },
}

STATIC_ROOT = "$venv/horizon-static"
COMPRESS_OFFLINE = True
