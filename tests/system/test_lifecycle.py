"""The router as a process: starting, reloading under load, losing shards, draining, and what it tells about itself."""
import http.client
import re
import shutil
import signal
import socket
import subprocess
import threading
import unittest

import data
import harness
import servers
from client import Client
from stub import StubShard, success, vector

WORLD = None
AT = data.START + 3_600
LOAD_THREADS = 8
RELOADS = 12


def setUpModule():
    global WORLD
    WORLD = harness.World(shards=("a", "b"), union=False)
    unittest.addModuleCleanup(WORLD.__exit__, None, None, None)
    WORLD.__enter__()


class LifecycleTestCase(unittest.TestCase):
    """Routers of a test's own; the test fails where one of them ends by itself."""

    started = 0

    def start_router(self, shards=None, body=None, http_options=""):
        """A router of this test's own, over the real shards if nothing else is said; ended with the test."""
        router = servers.Router(harness.router_binary(), WORLD.folder, f"router-{self.id().rsplit('.', 1)[-1]}-{self.started}")
        self.started += 1
        if body is None:
            router.configure_shards(shards or WORLD.addresses(), http_options=http_options)
        else:
            router.configure(body, http_options)
        self.addCleanup(self.stop_router, router)
        router.start()
        return router.ready()

    def stop_router(self, router):
        """Ends the router; it must end as asked, with 0, and not have ended before by a crash."""
        self.assertEqual(0, router.stop(), router.log_tail())

    def client(self, router):
        client = Client(router.port)
        self.addCleanup(client.close)
        return client

    def stub(self, handler):
        stub = StubShard(handler)
        stub.__enter__()
        self.addCleanup(stub.__exit__, None, None, None)
        return stub

    def assert_routed(self, client, shard, text=None):
        """The client's router answers for `shard` with its label on every series."""
        answer = client.query(text or f'up{{cluster="{shard}"}}', AT)
        self.assertEqual(200, answer.status, str(answer))
        self.assertTrue(answer.result, str(answer))
        for series in answer.result:
            self.assertEqual(shard, dict(dict(series)["metric"])["cluster"])
        return answer


class Load:
    """Threads that ask without pause until stopped; every answer must be the first one."""

    def __init__(self, port, text, threads=LOAD_THREADS):
        self.port, self.text = port, text
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.answered, self.failures = 0, []
        with Client(port) as client:
            self.wanted = client.query(text, AT).body
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(threads)]

    def run(self, number):
        while not self.stopping.is_set():
            # Half of the threads keep their connection, half take a new one for every request.
            with Client(self.port, again=False) as client:
                for _ in range(50 if number % 2 == 0 else 1):
                    if self.stopping.is_set():
                        return
                    try:
                        answer = client.query(self.text, AT)
                        failure = None if answer.status == 200 and answer.body == self.wanted else str(answer)
                    except (OSError, http.client.HTTPException) as error:
                        failure = repr(error)
                    with self.lock:
                        self.answered += 1
                        if failure:
                            self.failures.append(failure)

    def wait_for(self, more):
        """Until `more` further answers came."""
        wanted = self.answered + more
        servers.wait_until(lambda: self.answered >= wanted or self.failures, f"{more} answers under load")

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)


class ReloadTest(LifecycleTestCase):
    def reload(self, router, how):
        if how == "SIGHUP":
            router.signal(signal.SIGHUP)
        else:
            self.assertEqual(200, servers.http_status(router.port, "/-/reload", "POST"))

    def knows(self, router, shard):
        with Client(router.port) as client:
            answer = client.query(f'up{{cluster="{shard}"}}', AT)
            return answer.status == 200 and bool(answer.result)

    def check_reload_under_load(self, how):
        router = self.start_router()
        with Load(router.port, 'up{cluster="a"}') as load:
            for turn in range(RELOADS):
                shard = f"turn{turn}"
                router.configure_shards({"a": WORLD.shards["a"].address, shard: WORLD.shards["b"].address})
                self.reload(router, how)
                servers.wait_until(lambda s=shard: self.knows(router, s), f"shard {shard} known after {how}")
                self.assertFalse(self.knows(router, f"turn{turn - 1}"))
                load.wait_for(100)
        self.assertEqual([], load.failures[:3])
        self.assertGreater(load.answered, 100 * RELOADS)

    def test_reload_by_signal_under_load(self):
        self.check_reload_under_load("SIGHUP")

    def test_reload_by_request_under_load(self):
        self.check_reload_under_load("POST /-/reload")

    def test_bad_configuration_keeps_the_old_one(self):
        router = self.start_router()
        client = self.client(router)
        good = router.config_path.read_text()
        for bad in ("", "replace_label_name: [", "prome_servers: {a: 127.0.0.1:1}\n", good + "no_such_field: 1\n",
                    good.replace("prome_servers: {a:", "prome_servers: {a: ::::, x:")):
            with self.subTest(configuration=bad):
                router.config_path.write_text(bad)
                answer = client.send("POST", "/-/reload")
                self.assertGreaterEqual(answer.status, 400, str(answer))
                router.signal(signal.SIGHUP)
                self.assert_routed(client, "a")
                self.assert_routed(client, "b")
        router.config_path.unlink()
        self.assertGreaterEqual(client.send("POST", "/-/reload").status, 400)
        self.assert_routed(client, "a")
        router.config_path.write_text(good.replace("b:", "renamed:"))
        self.assertEqual(200, client.send("POST", "/-/reload").status)
        self.assert_routed(client, "renamed")

    def test_reload_wants_post(self):
        router = self.start_router()
        self.assertEqual(405, servers.http_status(router.port, "/-/reload", "GET"))


class EndTest(LifecycleTestCase):
    def test_end_when_idle(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            router = self.start_router()
            with Client(router.port) as idle:
                self.assert_routed(idle, "a")
                router.signal(number)
                self.assertEqual(0, router.wait(10), router.log_tail())

    def test_sigterm_drains_a_request_in_flight(self):
        release = threading.Event()

        def slow(_request, _params):
            release.wait(20)
            return vector({"__name__": "up", "job": "slow"})

        stub = self.stub(slow)
        self.addCleanup(release.set)
        router = self.start_router({"s": stub.address})
        answers = []

        def ask():
            with Client(router.port) as client:
                answers.append(client.query('up{cluster="s"}', AT))

        thread = threading.Thread(target=ask)
        thread.start()
        self.assertTrue(stub.asked.acquire(timeout=10), "the shard was not asked")
        router.signal(signal.SIGTERM)
        servers.wait_until(lambda: servers.http_status(router.port, "/-/ready") != 200, "not ready while draining", 10)
        self.assertTrue(router.alive(), "ended with a request in flight")
        release.set()
        thread.join(15)
        self.assertEqual(0, router.wait(10), router.log_tail())
        self.assertEqual(1, len(answers), "the request in flight was cut")
        self.assertEqual(200, answers[0].status, str(answers[0]))
        self.assertEqual((("__name__", "up"), ("cluster", "s"), ("job", "slow")), dict(answers[0].result[0])["metric"])

    def test_bad_configuration_at_start(self):
        path = WORLD.folder / "bad.yml"
        for text in ("replace_label_name: [\n", "no_such_field: 1\n", ""):
            path.write_text(text)
            done = subprocess.run([harness.router_binary(), f"--config.file={path}"], capture_output=True, text=True,
                                  timeout=10, check=False)
            self.assertNotEqual(0, done.returncode, text)
            self.assertIn("bad.yml", done.stdout + done.stderr)

    def test_port_taken(self):
        router = servers.Router(harness.router_binary(), WORLD.folder, "taken")
        router.configure_shards(WORLD.addresses())
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", router.port))
            taken.listen()
            self.addCleanup(router.stop)
            router.start()
            self.assertNotEqual(0, router.wait(10))
        self.assertIn(str(router.port), router.log_tail())


class ShardTroubleTest(LifecycleTestCase):
    def test_shard_down(self):
        router = self.start_router({"a": WORLD.shards["a"].address, "gone": f"127.0.0.1:{servers.free_port()}"})
        client = self.client(router)
        for path, params in (("/api/v1/query", [("query", 'up{cluster="gone"}')]),
                             ("/api/v1/query_range", [("query", 'sum(up{cluster="gone"})'), ("start", "1"), ("end", "2"), ("step", "1")]),
                             ("/api/v1/series", [("match[]", 'up{cluster="gone"}')])):
            answer = client.get(path, params)
            self.assertEqual((503, "unavailable"), (answer.status, answer.error_type), str(answer))
            self.assertRegex(answer.error, r"\bgone\b")
        self.assert_routed(client, "a")
        answer = client.query("1+1", 5)
        self.assertEqual((200, "2"), (answer.status, answer.result[1]), "a query without selector goes to a healthy shard")

    def test_shard_comes_back(self):
        port = servers.free_port()
        router = self.start_router({"late": f"127.0.0.1:{port}"})
        client = self.client(router)
        self.assertEqual(503, client.query('bare{cluster="late"}', AT).status)
        shutil.copytree(WORLD.shards["a"].data_dir, WORLD.folder / "late-data",
                        ignore=shutil.ignore_patterns("wal", "chunks_head", "lock", "queries.active"))
        shard = servers.Prometheus("late", WORLD.folder, port=port)
        self.addCleanup(shard.stop)
        shard.start().ready()
        servers.wait_until(lambda: client.query('bare{cluster="late"}', AT).status == 200, "the shard is used again", 10)
        self.assert_routed(client, "late")

    def test_replica_fail_over(self):
        second_data = WORLD.folder / "second-data"
        shutil.copytree(WORLD.shards["a"].data_dir, second_data,
                        ignore=shutil.ignore_patterns("wal", "chunks_head", "lock", "queries.active"))
        second = servers.Prometheus("second", WORLD.folder)
        self.addCleanup(second.stop)
        second.start().ready()
        gone = f"127.0.0.1:{servers.free_port()}"
        replicas = ", ".join(f'"http://{address}"' for address in (gone, second.address, WORLD.shards["a"].address))
        router = self.start_router(body=(
            "shard_sets:\n  - name: main\n    routing_labels: [cluster]\n    shards:\n"
            f"      - {{external_labels: {{cluster: a}}, replicas: [{replicas}]}}\n"))
        self.assert_routed(self.client(router), "a")
        with Load(router.port, 'up{cluster="a"}', threads=4) as load:
            load.wait_for(50)
            second.stop()
            load.wait_for(200)
        self.assertEqual([], load.failures[:3])

    def test_answer_broken_off(self):
        """A truncated answer must not look like a whole one."""
        body = vector(*({"__name__": "up", "n": str(n)} for n in range(2_000)))

        def broken(request, _params):
            request.send_response(200)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body[:len(body) // 2])
            request.close_connection = True

        router = self.start_router({"s": self.stub(broken).address})
        client = self.client(router)
        try:
            answer = client.query('up{cluster="s"}', AT)
        except (OSError, http.client.HTTPException):
            pass  # cut off, which a client sees
        else:
            self.assertNotEqual(200, answer.status, "a truncated answer was passed on as a whole one")
        self.assertEqual(200, servers.http_status(router.port, "/-/healthy"))

    def test_nonsense_from_a_shard(self):
        """An error, a cut connection, or at least nothing that can be taken for a Prometheus answer."""
        for number, nonsense in enumerate((b"<html>not Prometheus</html>", b"", b'{"status":"success"', b"[1,2]")):
            with self.subTest(answer=nonsense):
                router = self.start_router({"s": self.stub(lambda _r, _p, n=nonsense: n).address})
                try:
                    answer = self.client(router).query('up{cluster="s"}', AT)
                    self.assertTrue(answer.status >= 500 or not answer.envelope, f"{number}: {answer}")
                except (OSError, http.client.HTTPException):
                    pass
                router.stop()

    def test_series_that_has_the_label_already(self):
        """Its own value wins, as with external labels, and the label never stands there twice."""
        body = vector({"__name__": "up", "cluster": "own", "job": "x"}, {"__name__": "up", "job": "y"})
        router = self.start_router({"s": self.stub(lambda _r, _p: body).address})
        answer = self.client(router).query('up{cluster="s"}', AT)
        if answer.status == 200:
            metrics = [dict(series)["metric"] for series in answer.result]
            self.assertIn((("__name__", "up"), ("cluster", "own"), ("job", "x")), metrics)
            self.assertIn((("__name__", "up"), ("cluster", "s"), ("job", "y")), metrics)

    def test_warnings_and_unknown_fields_pass(self):
        body = (b'{"status":"success","warnings":["careful"],"data":{"resultType":"vector","result":'
                b'[{"metric":{"__name__":"up"},"value":[1700000000,"1"]}]},"infos":["so so"]}')
        router = self.start_router({"s": self.stub(lambda _r, _p: body).address})
        answer = self.client(router).query('up{cluster="s"}', AT)
        self.assertEqual((["careful"], ["so so"]), (answer.envelope.get("warnings"), answer.envelope.get("infos")))
        self.assertEqual([(("metric", (("__name__", "up"), ("cluster", "s"))), ("value", ["1700000000", "1"]))], answer.result)

    def test_client_that_goes_away(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def slow(_request, _params):
            release.wait(20)
            return success({"resultType": "vector", "result": []})

        stub = self.stub(slow)
        router = self.start_router({"s": stub.address, "a": WORLD.shards["a"].address})
        with socket.create_connection(("127.0.0.1", router.port), 5) as sock:
            sock.sendall(b'GET /api/v1/query?query=up%7Bcluster%3D%22s%22%7D HTTP/1.1\r\nHost: x\r\n\r\n')
            self.assertTrue(stub.asked.acquire(timeout=10))
        release.set()
        self.assert_routed(self.client(router), "a")
        self.assertTrue(router.alive())


class SelfTest(LifecycleTestCase):
    """What the router says about itself."""

    @classmethod
    def setUpClass(cls):
        cls.router = servers.Router(harness.router_binary(), WORLD.folder, "self")
        cls.router.configure_shards(WORLD.addresses())
        cls.addClassCleanup(cls.router.stop)
        cls.router.start().ready()

    def setUp(self):
        if not self.router.alive():
            self.router.start().ready()
        self.asking = self.client(self.router)
        self.addCleanup(self.check_alive)

    def check_alive(self):
        # One more answered request: what the last one left behind has been cleared away by then.
        self.assertEqual(200, servers.http_status(self.router.port, "/-/healthy"), self.router.log_tail())

    def status(self, name):
        answer = self.asking.get(f"/api/v1/status/{name}")
        self.assertEqual(200, answer.status, str(answer))
        self.assertEqual("success", answer.envelope["status"])
        return dict(answer.data)

    def test_health(self):
        for path in ("/-/healthy", "/-/ready"):
            self.assertEqual(200, self.asking.get(path).status)

    def test_status(self):
        buildinfo = self.status("buildinfo")
        for name in ("version", "application", "applicationVersion", "applicationRevision"):
            self.assertTrue(buildinfo[name])
        self.assertIn("prome_servers", self.status("config")["yaml"])
        self.assertIsInstance(self.status("flags"), dict)
        self.assertTrue(self.status("runtimeinfo"))

    def test_metrics(self):
        def samples():
            answer = self.asking.get("/metrics")
            self.assertEqual(200, answer.status)
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"), answer.headers["Content-Type"])
            out = {}
            for line in answer.text.splitlines():
                if line and not line.startswith("#"):
                    match = re.fullmatch(r'([a-zA-Z_:][\w:]*(?:\{.*\})?) (\S+)', line)
                    self.assertTrue(match, f"not a sample: {line}")
                    self.assertNotIn(match[1], out, "a sample twice")
                    out[match[1]] = float(match[2])
            return out

        before = samples()
        for _ in range(5):
            self.assert_routed(self.asking, "a")
        after = samples()
        grown = [name for name, value in after.items() if "_total" in name and value >= before.get(name, 0) + 5]
        self.assertTrue(grown, "no counter counts requests")
        checked = subprocess.run([servers.find_promtool(), "check", "metrics"], input=self.asking.get("/metrics").body,
                                 capture_output=True, timeout=20, check=False)
        self.assertEqual("", checked.stderr.decode().strip())

    def test_grafana_probe(self):
        answer = self.asking.send("POST", "/api/v1/query", b"query=1%2B1&time=1700000000",
                                  {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual((200, "scalar", ["1700000000", "2"]), (answer.status, answer.result_type, answer.result))

    def test_format_query(self):
        for text, wanted in (('sum(up{cluster="a"})by(job)', 'sum by (job) (up{cluster="a"})'), ("1+1", "1 + 1")):
            answer = self.asking.get("/api/v1/format_query", [("query", text)])
            self.assertEqual((200, wanted), (answer.status, answer.data), str(answer))
        answer = self.asking.get("/api/v1/format_query", [("query", "up{")])
        self.assertEqual((400, "bad_data"), (answer.status, answer.error_type), str(answer))

    def test_parse_query(self):
        answer = self.asking.get("/api/v1/parse_query", [("query", 'sum by (job) (up{cluster="a"})')])
        self.assertEqual((200, "aggregation"), (answer.status, dict(answer.data)["type"]), str(answer))
        answer = self.asking.get("/api/v1/parse_query", [("query", "up{")])
        self.assertEqual((400, "bad_data"), (answer.status, answer.error_type), str(answer))


if __name__ == "__main__":
    harness.main()
