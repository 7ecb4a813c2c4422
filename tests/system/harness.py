"""What the system tests share: the shards, the union server, the router, and how the test programs begin and end.

PROME_ROUTE names the router's binary. PROMETHEUS_BIN names another Prometheus than the one on PATH.
"""
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import data
import servers

SKIPPED = 77  # the status that ctest shows as "Skipped"



def router_binary():
    return os.environ["PROME_ROUTE"]


def prometheus_version():
    """What the binary calls itself; "unknown" for a build without release data."""
    output = subprocess.run([servers.find_prometheus(), "--version"], capture_output=True, text=True, check=True)
    version = (output.stdout + output.stderr).split("version ", 1)[1].split()[0]
    return "unknown" if version.startswith("(") else version


class World:
    """Shards a, b, c and a router over them; with `union`, also one Prometheus that holds everything."""

    def __init__(self, shards=data.SHARDS, union=True):
        self.stack = contextlib.ExitStack()
        self.names = shards
        self.with_union = union
        self.shards = {}
        self.union = None
        self.router = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.stack.close()
            raise
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _start(self):
        self.folder = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="prome-route-test-")))
        with servers.BlockMaker() as maker:
            for name in self.names:
                self._load(maker, f"shard-{name}", data.shard_lines(name))
            if self.with_union:
                self._load(maker, "union", data.union_lines(self.names))
            maker.finish()
        # Like most real shards these have external labels; they show in federation and remote read only.
        for name in self.names:
            config = f"global: {{external_labels: {{{data.ROUTING_LABEL}: {name}}}}}\n"
            self.shards[name] = servers.Prometheus(f"shard-{name}", self.folder, config)
        processes = list(self.shards.values())
        if self.with_union:
            self.union = servers.Prometheus("union", self.folder)
            processes.append(self.union)
        for process in processes:
            self.stack.enter_context(process).start()
        for process in processes:
            process.ready()

    def _load(self, maker, name, lines):
        text = self.folder / f"{name}.om"
        servers.write_openmetrics(text, lines)
        maker.add(text, self.folder / f"{name}-data")

    def addresses(self):
        return {name: shard.address for name, shard in self.shards.items()}

    def start_router(self, name="prome-route", http_options="", body=None):
        """A router over all shards (or as `body` configures it), ready; it ends with the world."""
        router = servers.Router(router_binary(), self.folder, name)
        if body is None:
            router.configure_shards(self.addresses(), http_options=http_options)
        else:
            router.configure(body, http_options)
        self.stack.enter_context(router).start()
        return router.ready()


def main():
    """Runs the tests of the calling module; visibly skipped where there is no Prometheus to test with."""
    for what, found in (("the router (PROME_ROUTE)", os.environ.get("PROME_ROUTE")),
                        ("prometheus", servers.find_prometheus()), ("promtool", servers.find_promtool())):
        if not found:
            print(f"SKIPPED: there is no {what} to test with")
            sys.exit(SKIPPED)
    print(f"prometheus {prometheus_version()}", flush=True)
    unittest.main(verbosity=2)
