"""Queries over several shards: the router's answers beside those of one Prometheus that holds everything.

The comparing is done by `prome-route verify`; here are the servers, the queries and the proof that a wrong server is
noticed. With PROMETHEUS_BIN naming a 3.x, native histograms and experimental functions come in.
"""
import contextlib
import http.client
import http.server
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import unittest

import harness
import remote_write
import servers
import sharded_data

QUERIES = pathlib.Path(__file__).parent / "queries"
RANDOM_QUERIES = int(os.environ.get("PROME_ROUTE_RANDOM_QUERIES", "1000"))
SEED = os.environ.get("PROME_ROUTE_SEED", "1")
VERIFY_SECONDS = 900
FIRST, LAST = 1_200, 6_900  # of the data, seconds that are asked about
EXPERIMENTAL_FLAG = ("--enable-feature=promql-experimental-functions,promql-extended-range-selectors,"
                     "promql-binop-fill-modifiers")
WORLD = None


class Server(servers.Prometheus):
    """A Prometheus over blocks that were made of remote-written series: in blocks, series are in order."""

    def __init__(self, name, folder, series, is_3x):
        self._write(name, folder, series)
        super().__init__(name, folder, flags=(EXPERIMENTAL_FLAG,) if is_3x else ())

    @staticmethod
    def _write(name, folder, series):
        with servers.Prometheus(f"{name}-writer", folder,
                                flags=("--web.enable-remote-write-receiver", "--web.enable-admin-api")) as writer:
            writer.start().ready()
            remote_write.write(writer.port, series)
            connection = http.client.HTTPConnection("127.0.0.1", writer.port, timeout=30)
            with contextlib.closing(connection):
                connection.request("POST", "/api/v1/admin/tsdb/snapshot")
                response = connection.getresponse()
                text = response.read()
                if response.status != 200:
                    raise servers.ServerError(f"snapshot: {response.status} {text!r}")
            snapshot, = (writer.data_dir / "snapshots").iterdir()
            shutil.move(snapshot, pathlib.Path(folder) / f"{name}-data")


class Fleet:
    """Some of the shards: a router over them, and one server that holds their union."""

    def __init__(self, names, union):
        self.names = names
        self.union = union
        self.router = None

    def start_router(self, name, world, stack):
        self.router = servers.Router(harness.router_binary(), world.folder, name)
        lines = ["shard_sets:", "  - name: default", "    shards:"]
        for shard in self.names:
            pairs = ", ".join(f"{label}: {value}" for label, value in sharded_data.SHARDS[shard].items())
            lines.append(f"      - {{name: {shard}, external_labels: {{{pairs}}}, replicas: [{world.shards[shard].address}]}}")
        self.router.configure("\n".join(lines) + "\n")
        stack.enter_context(self.router).start().ready()


class World:
    """All shards, and three fleets of them: `alone` is one shard, `apart` those that their labels tell apart, `all` has
    two with equal labels."""

    FLEETS = {"alone": ("a",), "apart": ("a", "b", "c"), "all": tuple(sharded_data.SHARDS)}

    def __init__(self):
        self.stack = contextlib.ExitStack()
        self.is_3x = not harness.prometheus_version().startswith("2.")

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="prome-route-sharded-")))
            self.shards = {name: self._server(name, sharded_data.shard_series(name, self.is_3x)) for name in sharded_data.SHARDS}
            self.fleets = {name: Fleet(shards, self._server(f"union-{name}", sharded_data.union_series(self.is_3x, shards)))
                           for name, shards in self.FLEETS.items()}
            processes = [*self.shards.values(), *(fleet.union for fleet in self.fleets.values())]
            for process in processes:
                stack.enter_context(process).start()
            for process in processes:
                process.ready()
            for name, fleet in self.fleets.items():
                fleet.start_router(f"prome-route-{name}", self, stack)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _server(self, name, series):
        return Server(name, self.folder, series, self.is_3x)


def setUpModule():
    global WORLD
    WORLD = World()
    WORLD.__enter__()
    unittest.addModuleCleanup(WORLD.__exit__, None, None, None)


def verify(*arguments, oracle, router):
    """Runs the command; (exit status, output, [compared, differing, left open, errors, empty]).

    Servers are host:port; as router also the path of a configuration, which the command is then to run itself.
    """
    asked = f"--config.file={router}" if isinstance(router, pathlib.Path) else f"--router=http://{router}"
    argv = [harness.router_binary(), "verify", f"--oracle=http://{oracle}", asked, f"--start={sharded_data.START + FIRST}",
            f"--end={sharded_data.START + LAST}", "--step=150", f"--dialect={'3.x' if WORLD.is_3x else '2.x'}", *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=VERIFY_SECONDS, check=False)
    closing = re.search(r"^(\d+) compared, (\d+) differ \((\d+) left open, (\d+) errors, (\d+) empty", done.stdout.strip()
                        .rpartition("\n")[2])
    numbers = [int(number) for number in closing.groups()] if closing else [0] * 5
    return done.returncode, done.stdout + done.stderr, numbers


class Queries:
    """The router of a fleet is what one Prometheus is."""

    fleet_name = ""
    vacuous = 0.5  # the share of errors and empty answers that is too much
    random_match = '{__name__=~".+"}'  # what random queries ask for

    @property
    def fleet(self):
        return WORLD.fleets[self.fleet_name]

    def same(self, *arguments, least, vacuous=None, router=None):
        """Nothing differs, and not because nothing was asked."""
        status, output, (compared, differ, left_open, errors, empty) = verify(
            *arguments, oracle=self.fleet.union.address, router=router or self.fleet.router.address)
        self.assertEqual((0, 0), (status, differ), output)
        self.assertGreaterEqual(compared, least, output)
        self.assertLess(left_open, compared * 0.1 + 1, output)
        self.assertLess(errors + empty, compared * max(vacuous or 0, self.vacuous), output)

    def test_routing(self):
        self.same(f"--queries={QUERIES}/routing.txt", least=200)

    def test_aggregations(self):
        self.same(f"--queries={QUERIES}/aggregations.txt", least=400)

    def test_matching(self):
        self.same(f"--queries={QUERIES}/matching.txt", least=300, vacuous=0.6)

    def test_functions(self):
        self.same(f"--queries={QUERIES}/functions.txt", least=300)

    def test_order(self):
        self.same(f"--queries={QUERIES}/order.txt", least=100)

    def test_errors(self):
        self.same(f"--queries={QUERIES}/errors.txt", least=100, vacuous=1.1)

    def test_native_histograms(self):
        if not WORLD.is_3x:
            self.skipTest("they are 3.x's")
        self.same(f"--queries={QUERIES}/native_3x.txt", least=200)

    def test_experimental(self):
        if not WORLD.is_3x:
            self.skipTest("of 3.x")
        self.same(f"--queries={QUERIES}/experimental_3x.txt", least=100)

    def test_random(self):
        more = ("--experimental",) if WORLD.is_3x else ()
        self.same(f"--random={RANDOM_QUERIES}", f"--seed={SEED}", f"--match={self.random_match}", *more,
                  least=RANDOM_QUERIES, vacuous=0.8)

class ApartTest(Queries, unittest.TestCase):
    """Three shards, told apart by their labels: what can be merged is."""

    fleet_name = "apart"


class EqualLabelsTest(Queries, unittest.TestCase):
    """Two of the shards have equal labels, by which nothing tells them apart."""

    fleet_name = "all"

class AloneTest(Queries, unittest.TestCase):
    """A single shard, which has labels that its data does not carry."""

    fleet_name = "alone"
    vacuous = 0.75
    # Which series limitk keeps, and more last digits than a sum's, hang on the order of all series; here the labels
    # change a shard's.
    random_match = '{__name__=~".+",__name__!="order_probe"}'

    def same(self, *arguments, **more):
        if WORLD.is_3x:
            # A query in whose text the router makes the labels real comes back with positions in that text.
            arguments += ("--ignore-positions",)
        super().same(*arguments, **more)

    def test_router_within_the_command(self):
        self.same("--random=50", f"--match={self.random_match}", least=50, vacuous=0.9, router=self.fleet.router.config_path)


class Altering(http.server.BaseHTTPRequestHandler):
    """Passes requests on to the union server and gives its answers back altered."""

    protocol_version = "HTTP/1.1"
    alter = staticmethod(lambda body: body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        connection = http.client.HTTPConnection("127.0.0.1", WORLD.fleets["apart"].union.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
            response = connection.getresponse()
            answer = type(self).alter(response.read())
        self.send_response(response.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def altering(alter):
    """host:port of a server that answers what the union server does, altered."""
    handler = type("Handler", (Altering,), {"alter": staticmethod(alter)})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class WrongServerTest(unittest.TestCase):
    """What is wrong is reported."""

    QUERY = "sum by (cluster) (memory_bytes)"

    def verify(self, *arguments, router, oracle=None):
        return verify(*arguments, oracle=oracle or WORLD.fleets["apart"].union.address, router=router)

    def ask(self, router, query=QUERY):
        path = WORLD.folder / "one.txt"
        path.write_text(query + "\n")
        return self.verify(f"--queries={path}", router=router)

    def test_the_oracle_is_what_it_is(self):
        for arguments in ((f"--queries={QUERIES}/aggregations.txt",), ("--random=300",)):
            status, output, (_, differ, *_) = self.verify(*arguments, router=WORLD.fleets["apart"].union.address)
            self.assertEqual((0, 0), (status, differ), output)

    def test_a_shard_is_not_the_union(self):
        status, output, (compared, differ, *_) = self.verify("--random=200", router=WORLD.shards["a"].address)
        self.assertEqual(1, status)
        self.assertGreater(differ, compared * 0.3, output)

    def test_nothing_listens(self):
        nowhere = f"127.0.0.1:{servers.free_port()}"
        status, output, (compared, differ, *_) = self.ask(nowhere)
        self.assertEqual((1, compared), (status, differ), output)
        status, output, _ = self.verify("--random=5", router=nowhere, oracle=nowhere)
        self.assertEqual(1, status, output)

    def test_alterations(self):
        def one_digit(body):
            return re.sub(rb'(\d)("\])', lambda match: b"%d" % ((int(match[1]) + 1) % 10) + match[2], body, count=1)

        def last_bit(body):
            return re.sub(rb'\.(\d{8,})"', lambda match: b"." + match[1][:-1] + b'%d"' % ((int(match[1][-1:]) + 1) % 10), body)

        for what, query, alter in (
                ("a value", self.QUERY, one_digit),
                ("a last digit", "temperature", last_bit),
                ("a label", self.QUERY, lambda body: body.replace(b'"cluster":"a"', b'"cluster":"z"')),
                ("a series less", self.QUERY, lambda body: re.sub(rb'\{"metric":\{"cluster":"a"\},"values?":.*?\]\},?', b"", body, count=1)),
                ("a warning", self.QUERY, lambda body: body[:-1] + b',"warnings":["w"]}'),
                ("the end", self.QUERY, lambda body: body[:-2]),
                ("the kind of an error", "sum(", lambda body: body.replace(b"bad_data", b"execution")),
        ):
            with self.subTest(what), altering(alter) as address:
                status, output, (compared, differ, *_) = self.ask(address, query)
                self.assertEqual(1, status, output)
                self.assertGreater(differ, 0, output)
                self.assertEqual(5, compared)
        with altering(lambda body: body) as address:
            status, output, _ = self.ask(address)
            self.assertEqual(0, status, output)


if __name__ == "__main__":
    harness.main()
