"""What both benchmarks stand on: the built programs, the backend, the router over it, and the written results."""
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "system"))

import servers  # noqa: E402

RESULTS = ROOT / "bench" / "RESULTS.md"
LOAD_CORE, PROXY_CORE = 0, 1
ROUTING_LABEL = "cluster"
KINDS = ("small", "chunked", "64k", "1m", "big")
QUERY = 'rate(http_requests_total{{cluster="{shard}",job="api"}}[5m])'


def add_options(parser):
    parser.add_argument("--router", help="an already built prome-route; otherwise it is built (preset bench)")
    parser.add_argument("--backend", help="an already built static_backend")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS, help="the file the tables are written to")


def command(program):
    """The command line as anybody may repeat it: without the options that say where something lies."""
    words = sys.argv[1:]
    for option in ("--router", "--backend", "--results"):
        while option in words:
            at = words.index(option)
            del words[at:at + 2]
    words = [word for word in words if not word.startswith(("--router=", "--backend=", "--results="))]
    return shlex.join([program, *words])


def prepare(arguments):
    """Installs what is missing, builds what was not given."""
    subprocess.run([ROOT / "scripts" / "install-deps", "build", "test", "bench"], check=True)
    targets = [target for target, given in (("prome-route", arguments.router), ("static_backend", arguments.backend))
               if not given]
    if targets:
        subprocess.run(["cmake", "--preset", "bench"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cmake", "--build", "--preset", "bench", "--target", *targets], cwd=ROOT, check=True)
    arguments.router = arguments.router or find_built("prome-route")
    arguments.backend = arguments.backend or find_built("static_backend")


def find_built(name):
    found = [path for path in (ROOT / "build" / "bench").rglob(name) if path.is_file() and os.access(path, os.X_OK)]
    if not found:
        raise servers.ServerError(f"{name} was not built")
    return str(found[0])


def pinned(core, argv):
    """The command on one core. taskset becomes the command, so that its process id is the command's."""
    return ["taskset", "-c", str(core), *map(str, argv)]


class Backend(servers.Process):
    """static_backend on a free port for each kind of answer."""

    def __init__(self, binary, folder):
        self.ports = dict(zip(KINDS, servers.free_ports(len(KINDS))))
        super().__init__("backend", pinned(LOAD_CORE, [binary, *(f"{kind}={port}" for kind, port in self.ports.items())]),
                         folder)

    def ready(self):
        return self.wait_ready(self.ports["small"], "/")


def router_over(backend, binary, folder, core=None, threads=1):
    """prome-route with one shard for each kind of answer; the shard's name is the kind."""
    router = servers.Router(binary, folder)
    router.configure_shards({kind: f"127.0.0.1:{port}" for kind, port in backend.ports.items()}, ROUTING_LABEL,
                            http_options=f"threads: {threads}")
    if core is not None:
        router.argv = pinned(core, router.argv)
    return router


def write_section(path, name, lines):
    """Replaces the section `## name` of the results file, or adds it at the end."""
    text = path.read_text() if path.exists() else "# Results\n\nMade by the programs of this folder; trust ratios more than times.\n"
    section = f"## {name}\n\n" + "\n".join(lines).rstrip() + "\n"
    pattern = re.compile(rf"^## {re.escape(name)}\n.*?(?=^## |\Z)", re.M | re.S)
    if pattern.search(text):
        text = pattern.sub(lambda _: section + "\n", text)
    else:
        text = text.rstrip() + "\n\n" + section
    path.write_text(text.rstrip() + "\n")
