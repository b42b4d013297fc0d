# coding: utf-8
# flake8: noqa

from .proxy import Proxy
from .server import Toxiproxy
