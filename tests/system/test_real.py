#!/usr/bin/env python3
"""Every example with real programs runs unchanged: all ready, every link tapped, traffic seen."""
import os

from system import DATA, link_of, need, run_json, run_tests, workplace

# Per example: the programs it needs, and per link what must at least be seen of it.
EXAMPLES = {
    "etcd": (["etcd", "curl"], {"write": {"requests": 10, "replies": 10},
                                "store.replicas": {"bytes_up": 1000}}),
    "haproxy": (["haproxy"], {"visit": {"requests": 20, "replies": 20}, "pass": {"requests": 20}}),
    "memcached": (["memcached"], {"ask": {"bytes_up": 100, "bytes_down": 100}}),
    "mosquitto": (["mosquitto", "mosquitto_pub"], {"publish": {"requests": 10, "replies": 10},
                                                   "subscribe": {"bytes_down": 100}}),
    "nats": (["nats-server"], {"publish": {"bytes_up": 100}, "subscribe": {"bytes_down": 100},
                               "broker.replicas": {"bytes_up": 1000}}),
    "postgresql": (["psql", "pg_isready"], {"write": {"requests": 10, "replies": 10},
                                            "read": {"requests": 5, "replies": 5},
                                            "stream": {"bytes_down": 1000}}),
}


def example(name):
    programs, links = EXAMPLES[name]

    def test():
        need(*programs)
        path = os.path.join(DATA, "examples", "real", name + ".tierboard")
        with workplace() as place:
            status, rows, err = run_json(place, path, "--duration", "4s")
            last = rows[-1]
            assert status == 0, (status, err)
            for link, least in links.items():
                seen = link_of(last, link)
                assert seen["tapped"], seen
                assert all(seen[what] >= n for what, n in least.items()), (seen, err)
            return ", ".join(f"{link}: {link_of(last, link)['bytes_up']} B up" for link in links)
    test.__doc__ = f"{name} runs, its links are tapped"
    test.__name__ = "test_" + name
    return test


def test_every_example_is_here():
    """no example of real programs is without a test"""
    files = os.listdir(os.path.join(DATA, "examples", "real"))
    assert {name.removesuffix(".tierboard") for name in files} == set(EXAMPLES)


run_tests([test_every_example_is_here, *map(example, EXAMPLES)])
