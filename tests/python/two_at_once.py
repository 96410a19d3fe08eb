"""Which tests may run beside each other when pytest has several workers (`-n 2`).

Tests of one file run one after the other on one worker, for they may share tables of a server, files or
a clock. Only the batteries, which are half of all tests, are dealt out by node type.
"""

import re

import pytest

BATTERY = re.compile(r"(?P<file>[^:]*test_nodes_bad_inputs\.py)::.*\[(?P<type>\w+)")


def group_of(test):
    """Name of the group that a test belongs to; a group stays together, in order."""
    battery = BATTERY.match(test)
    return f"{battery['file']}[{battery['type']}]" if battery else test.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class Scheduler(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    return Scheduler(config, log)
