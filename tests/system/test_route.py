"""Routed answers are what the shard itself and what one Prometheus holding everything would answer."""
import gzip
import itertools
import sys
import unittest

import cases
import data
import harness
import servers
from cases import Flow
from client import Client, Shape, encode

WORLD = None
ROUTER = None

AT = data.START + 3_600
INSTANTS = (str(AT), str(data.START + 2_700.5), str(data.START + 6_900), "2023-11-14T23:00:00.25Z", str(data.START + 30))
RANGES = (
    (str(data.START + 600), str(data.START + 6_000), "60"),
    (str(data.START + 61.5), str(data.START + 4_000), "37"),
    ("2023-11-14T22:20:00Z", "2023-11-15T00:20:00.5Z", "2m"),
    (str(data.START + 6_500), str(data.START + 7_400), "15s"),
    (str(AT), str(AT), "1"),
)
SHOWN_FAILURES = 12


def setUpModule():
    global WORLD, ROUTER
    WORLD = harness.World()
    unittest.addModuleCleanup(WORLD.__exit__, None, None, None)
    WORLD.__enter__()
    ROUTER = WORLD.start_router()
    unittest.addModuleCleanup(check_end)


def check_end():
    """The router must still run at the end, and end as asked."""
    status = ROUTER.stop()
    if status != 0:
        raise AssertionError(f"the router ended with {status}: {ROUTER.log_tail()}")


def with_label(metric, shard):
    """The label set with the routing label at its place; `metric` is a tuple of pairs, sorted."""
    return tuple(sorted((*metric, (data.ROUTING_LABEL, shard))))


def relabel(result_type, result, shard):
    """A shard's result with the routing label added to every series."""
    if result_type not in ("vector", "matrix"):
        return result
    return [tuple((key, with_label(value, shard) if key == "metric" else value) for key, value in series)
            for series in result]


def metric(client, series):
    """The value of a line of /metrics, as it stands there; None where there is no such line."""
    for line in client.get("/metrics").text.splitlines():
        if line.startswith(series + " "):
            return line.rpartition(" ")[2]
    return None


def wait_for_dialect(client):
    """Until every shard has been probed."""
    probed = 'prome_route_probes_total{outcome="ok"}'
    servers.wait_until(lambda: float(metric(client, probed) or 0) >= len(WORLD.shards), "every shard probed")


class Comparison:
    """Collects what differed over many queries, to be reported at once."""

    def __init__(self, test):
        self.test = test
        self.compared = 0
        self.failures = []

    def fail(self, what, *lines):
        self.failures.append("\n      ".join((what, *(str(line) for line in lines))))

    def same(self, what, got, wanted, ordered, source):
        """Compares two answers in all that counts; result order only where it is defined."""
        self.compared += 1
        if got.status != wanted.status or got.error_type != wanted.error_type:
            self.fail(what, f"answered {got}", f"{source}  {wanted}")
            return
        if wanted.status != 200:
            if got.envelope.get("status") != "error" or not got.error:
                self.fail(what, f"not a Prometheus error: {got}")
            return
        if got.result_type != wanted.result_type:
            self.fail(what, f"answered {got}", f"{source}  {wanted}")
            return
        self.same_result(what, got.result, wanted.result, ordered, source)
        for kind in ("warnings", "infos"):
            if sorted(got.envelope.get(kind, [])) != sorted(wanted.envelope.get(kind, [])):
                self.fail(what, f"{kind} {got.envelope.get(kind)}", f"{source} {wanted.envelope.get(kind)}")

    def same_result(self, what, got, wanted, ordered, source):
        if got == wanted:
            return
        if isinstance(got, list) and isinstance(wanted, list) and sorted(map(repr, got)) == sorted(map(repr, wanted)):
            if ordered:
                self.fail(what, "the right series in the wrong order", f"answered {names(got)}", f"{source} {names(wanted)}")
            return
        self.fail(what, f"answered {first_difference(got, wanted)}", f"{source} {first_difference(wanted, got)}")

    def finish(self):
        print(f"[{self.compared} comparisons] ", end="", file=sys.stderr, flush=True)
        if self.failures:
            shown = "\n\n  ".join(self.failures[:SHOWN_FAILURES])
            self.test.fail(f"{len(self.failures)} of {self.compared} comparisons failed\n\n  {shown}")


def names(result):
    text = str([dict(series).get("metric") for series in result[:8]])
    return text if len(text) < 900 else text[:900] + "..."


def first_difference(got, other):
    """What of `got` is not in `other`, short."""
    if isinstance(got, list) and isinstance(other, list):
        rest = [item for item in got if item not in other]
        text = f"{len(got)} results, {len(rest)} of them not there: {rest[:2]}"
    else:
        text = str(got)
    return text if len(text) < 700 else text[:700] + "..."


class RouterTestCase(unittest.TestCase):
    """Kept-alive clients to the router, the union server and the shards, and a Comparison over them."""

    def setUp(self):
        if not ROUTER.alive():
            self.fail(f"the router ended by itself with {ROUTER.wait()}: {ROUTER.log_tail()}")
        self.router = Client(ROUTER.port)
        self.union = Client(WORLD.union.port)
        self.shards = {name: Client(shard.port) for name, shard in WORLD.shards.items()}
        for client in (self.router, self.union, *self.shards.values()):
            self.addCleanup(client.close)
        self.comparison = Comparison(self)


class RouteTest(RouterTestCase):
    """Queries."""

    def compare(self, case, matcher, shard, path, params, shape):
        """One query to the router, the union server and, where it knows the answer, the shard itself."""
        what = f"{path} {shape.value} {case.routed(matcher)!r} {params}"
        routed = [("query", case.routed(matcher)), *params]
        got = self.router.ask(path, routed, shape)
        ordered = case.ordered or path.endswith("query_range")
        self.comparison.same(what, got, self.union.ask(path, routed, shape), ordered, "union   ")
        if case.flow is not Flow.UNION:
            own = self.shards[shard].ask(path, [("query", case.stripped()), *params], shape)
            self.compare_with_shard(what, case, got, own, shard)

    def compare_with_shard(self, what, case, got, own, shard):
        """The shard's own answer plus the label; its order is not the union's, which was compared before."""
        self.comparison.compared += 1
        if own.status != got.status or own.error_type != got.error_type:
            self.comparison.fail(what, f"answered {got}", f"shard {shard}  {own}")
        elif own.status == 200:
            wanted = own.result
            if case.flow is Flow.ALL:
                wanted = relabel(own.result_type, own.result, shard)
            self.comparison.same_result(what, got.result, wanted, False, f"shard {shard} ")

    def compare_all(self, all_cases, matchers=None):
        """Every case as an instant and as a range query, with shards, times and request shapes taking turns."""
        shards = itertools.cycle(data.SHARDS)
        shapes = itertools.cycle(Shape)
        instants = itertools.cycle(INSTANTS)
        ranges = itertools.cycle(RANGES)
        for case in cases.unique(all_cases):
            shard = "a" if matchers else next(shards)
            matcher = next(matchers) if matchers else f'cluster="{shard}"'
            if case.instant:
                self.compare(case, matcher, shard, "/api/v1/query", [("time", next(instants))], next(shapes))
            if case.range:
                start, end, step = next(ranges)
                self.compare(case, matcher, shard, "/api/v1/query_range",
                             [("start", start), ("end", end), ("step", step)], next(shapes))
        self.comparison.finish()

    def test_single_shard(self):
        self.compare_all(cases.single_shard())

    def test_matchers_that_leave_one_shard(self):
        selectors = [case for case in cases.single_shard() if case.text in cases.ALL_TEXTS + cases.SELECTORS]
        self.compare_all(selectors, itertools.cycle(cases.ALONE_MATCHERS))

    def test_every_matcher_form(self):
        for matcher in cases.ALONE_MATCHERS:
            for text in ("up{@@}", "sum(up{@@,job=\"node\"})", "{@@,__name__=\"up\"}", "sum by (cluster) (up{@@})"):
                flow = Flow.NONE if text.startswith("sum(") else Flow.ALL
                self.compare(cases.Case(text, flow), matcher, "a", "/api/v1/query", [("time", str(AT))], Shape.GET)
        self.comparison.finish()

    def test_selector_with_nothing_but_the_label(self):
        self.compare_all(cases.only_matcher())

    def test_label_sensitive(self):
        self.compare_all(cases.label_sensitive())

    def test_no_shard_touched(self):
        self.compare_all(cases.untouched())

    def test_without_selector(self):
        self.compare_all([cases.Case(text, Flow.UNION) for text in cases.WITHOUT_SELECTOR])

    def test_string_result(self):
        case = cases.Case('"a text with {cluster=\\"a\\"} in it"', Flow.UNION)
        self.compare_all([case])

    def test_evaluation_errors(self):
        self.compare_all([cases.Case(text, Flow.UNION) for text in cases.FAILING_TEXTS])

    def test_parse_errors(self):
        for text in cases.PARSE_ERRORS:
            for path, params in (("/api/v1/query", [("time", str(AT))]),
                                 ("/api/v1/query_range", [("start", str(AT)), ("end", str(AT)), ("step", "60")])):
                asked = [("query", text), *params]
                got = self.router.ask(path, asked)
                self.comparison.same(f"{path} {text!r}", got, self.union.ask(path, asked), True, "union   ")
                if got.status != 400 or got.error_type != "bad_data":
                    self.comparison.fail(f"{path} {text!r}", f"should be bad_data: {got}")
        self.comparison.finish()

    def test_several_shards(self):
        """The answer is that of one server that holds all (test_sharded.py asks more)."""
        for text in ("up", 'up{cluster=~"a|b"}', 'sum(up{cluster!="c"})', 'up{cluster="a"} + ignoring(cluster) up{cluster="b"}',
                     'sum(up{cluster="a"}) / sum(up)', '{__name__="up"}', 'count({cluster=~"a|b"})'):
            got, wanted = (client.query(text, AT) for client in (self.router, self.union))
            self.comparison.same(f"query {text!r}", got, wanted, False, "union   ")
        self.comparison.finish()


class OrderTest(RouterTestCase):
    """The order of a range's series, and of merged series, is that of their labels, the routing label among them."""

    def test_ranges(self):
        for text in ("order_probe{@@}", "order_probe{@@} * 2", "sum by (cluster, zz, a_label) (order_probe{@@})",
                     'order_probe{@@,zz=""}', "max_over_time(order_probe{@@}[2m])"):
            asked = [("query", text.replace("@@", 'cluster="b"')), ("start", str(AT)), ("end", str(AT + 60)), ("step", "30")]
            got, wanted = (client.ask("/api/v1/query_range", asked) for client in (self.router, self.union))
            self.assertEqual(wanted.result, got.result, text)

    def test_range_selectors(self):
        asked = [("query", 'order_probe{cluster="b"}[2m]'), ("time", str(AT))]
        got, wanted = (client.ask("/api/v1/query", asked) for client in (self.router, self.union))
        self.assertEqual(wanted.result, got.result)

    def test_series(self):
        asked = [("match[]", 'order_probe{cluster="b"}'), ("match[]", '{cluster="b",__name__=~"one.*"}'), *SeriesTest.WINDOW]
        got, wanted = (client.ask("/api/v1/series", asked) for client in (self.router, self.union))
        self.assertEqual(wanted.data, got.data)


class ParametersTest(RouterTestCase):
    """The ways to say a request, and what is wrong with one."""

    def both(self, path, params, shape=Shape.GET, shard="a"):
        """Asks router and union the same thing and compares; `{c}` in values is the matcher."""
        asked = [(name, value.replace("{c}", f'cluster="{shard}"')) for name, value in params]
        got, wanted = self.router.ask(path, asked, shape), self.union.ask(path, asked, shape)
        self.comparison.same(f"{path} {shape.value} {asked}", got, wanted, path.endswith("query_range"), "union   ")
        return got

    def raw(self, what, method, target, body=None, headers=None):
        got = self.router.send(method, target, body, headers)
        wanted = self.union.send(method, target, body, headers)
        self.comparison.same(what, got, wanted, False, "union   ")

    def test_times_and_steps(self):
        for time in ("1700003600", "1700003600.5", "1700003600.1234567", "1.7000036e9", "2023-11-14T23:13:20Z",
                     "2023-11-14T23:13:20.123456Z", "2023-11-15T00:13:20+01:00", "0", "-1", "1e12", "", "now", "abc",
                     "2023-11-14", "1700003600s", "0x10", "9223309901257974", "NaN", "nan", "+nan", "Inf", "-inf", "infinity",
                     "1_700_003_600", "1_", "1__0", "_1", "0x1p30", "0x_1p30", "1e-400", "1e400", "1e10", "1e18", "-1e18", "1e300",
                     "9223372036854775807", "1.", ".5", ".", "1969-12-31T23:59:59.0009Z"):
            for shape in (Shape.GET, Shape.POST):
                if time != "":  # no time is now, where the two need not agree
                    self.both("/api/v1/query", [("query", "up{{c}}"), ("time", time)], shape)
                    for text in ('absent(nonesuch{{c}})', 'absent(nonesuch{cluster="nope"})', "time()"):
                        self.both("/api/v1/query", [("query", text), ("time", time)], shape)
        for step in ("60", "60s", "1m", "0.5", "1m30s", "1h", "1d", "0", "-1", "1", "1x", "", "NaN", "1e3", "100ms", "m",
                     "0.0001", "1.5m", "+60", "1e300", "Inf", "-Inf", "6_0", "0x1p6", "1e-400", "9223372036.85477",
                     "9223372036.854775807", "9223372036.9"):
            self.both("/api/v1/query_range", [("query", "up{{c}}"), ("start", str(AT)), ("end", str(AT + 600)), ("step", step)])
        for start, end, step in ((AT, AT - 1, "60"), (0, 11_000, "1"), (0, 11_001, "1"), (AT, AT + 1.0009, "0.0001"),
                                 ("x", AT, "60"), (AT, "x", "60"), ("", AT, "60"), (AT, "", "60"),
                                 ("2023-11-14T23:13:20Z", "1700004000", "1m"), ("NaN", "NaN", "1"), ("NaN", 0, "1h"), (0, "Inf", "1"),
                                 ("1e300", "1e300", "1"), ("-1e18", "1e18", "1h"), (9223372036, 9223372037, "0.5"),
                                 ("1970-01-01T00:00:00.0009Z", "1970-01-01T00:00:00.0001Z", "1"),
                                 ("2023-11-14T23:13:20.0001Z", "2023-11-14T23:13:20.0009Z", "0.0001")):
            self.both("/api/v1/query_range", [("query", "up{{c}}"), ("start", str(start)), ("end", str(end)), ("step", step)])
        self.comparison.finish()

    def test_missing_parameters(self):
        whole = [("query", "up{{c}}"), ("start", str(AT)), ("end", str(AT + 600)), ("step", "60")]
        for left_out in range(4):
            for shape in Shape:
                self.both("/api/v1/query_range", whole[:left_out] + whole[left_out + 1:], shape)
        for shape in Shape:
            self.both("/api/v1/query", [("time", str(AT))], shape)
            self.both("/api/v1/series", [("start", str(AT))], shape)
        self.comparison.finish()

    def test_timeout_parameter(self):
        for timeout in ("30s", "30", "1m", "0.5h", "nope", "", "1e9", "1_0", "Inf", "1e10"):
            self.both("/api/v1/query", [("query", "up{{c}}"), ("time", str(AT)), ("timeout", timeout)])
            self.both("/api/v1/query_range", [("query", "up{{c}}"), ("start", str(AT)), ("end", str(AT)), ("step", "1"),
                                              ("timeout", timeout)])
        self.comparison.finish()

    def test_timeout_that_has_passed(self):
        """Where in a Prometheus the passed deadline is noticed is a race, with three outcomes; the router's is one of them."""
        possible = {(503, "timeout"), (422, "execution"), (400, "bad_data")}
        for timeout in ("0", "-1", "NaN", "1e-10"):
            for path, times in (("/api/v1/query", [("time", str(AT))]),
                                ("/api/v1/query_range", [("start", str(AT)), ("end", str(AT)), ("step", "1")])):
                for client in (self.router, self.union):
                    answer = client.ask(path, [("query", 'up{cluster="a"}'), *times, ("timeout", timeout)])
                    self.assertIn((answer.status, answer.error_type), possible, f"{path} {timeout}: {answer}")

    def test_what_is_said_of_bad_times(self):
        """The texts of the parameters' errors are Prometheus' own, of the version in question."""
        for path, asked in (("/api/v1/query", {"query": "1", "time": "x"}), ("/api/v1/query", {"query": "1", "timeout": "x"}),
                            ("/api/v1/query_range", {"query": "1", "start": "x", "end": "1", "step": "1"}),
                            ("/api/v1/query_range", {"query": "1", "start": "1", "end": "x", "step": "1"}),
                            ("/api/v1/query_range", {"query": "1", "start": "1", "end": "1", "step": "x"}),
                            ("/api/v1/series", {"match[]": "up", "start": "x"}), ("/api/v1/series", {"match[]": "up", "end": "x"})):
            wait_for_dialect(self.router)
            got, wanted = (client.get(path, asked.items()) for client in (self.router, self.union))
            self.assertEqual(wanted.error, got.error)

    def test_unknown_and_repeated_parameters(self):
        for shape in Shape:
            self.both("/api/v1/query", [("query", "up{{c}}"), ("time", str(AT)), ("nonesuch", "1"), ("dedup", "true")], shape)
            self.both("/api/v1/query", [("query", "up{{c}}"), ("query", "bare{{c}}"), ("time", str(AT)), ("time", "5")], shape)
        self.comparison.finish()

    def test_url_and_body_disagree(self):
        """An urlencoded body beats the URL, the URL beats a multipart body."""
        for shape in (Shape.POST, Shape.MULTIPART):
            method, _, body, headers = encode(
                shape, "", [("query", 'up{cluster="a",instance="node-1"}'), ("time", str(AT))])
            target = "/api/v1/query?query=bare%7Bcluster%3D%22b%22%7D&time=1700003000"
            self.raw(f"{shape.value} against the URL", method, target, body, headers)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.raw("body without a type", "POST", "/api/v1/query", b"query=1", {"Content-Type": "text/plain"})
        self.raw("JSON body", "POST", "/api/v1/query?query=1&time=5", b'{"query":"2"}', {"Content-Type": "application/json"})
        self.raw("type with a charset", "POST", "/api/v1/query", b"query=1&time=5",
                 {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"})
        self.raw("plus and percent", "POST", "/api/v1/query", b"query=1+%2B+2&time=5", form)
        self.raw("bad percent in the body", "POST", "/api/v1/query", b"query=1%zz&time=5", form)
        self.raw("bad percent in the URL", "GET", "/api/v1/query?query=1%zz&time=5")
        self.raw("semicolon in the URL", "GET", "/api/v1/query?query=1;time=5")
        self.raw("chunked body", "POST", "/api/v1/query", [b"query=", b"1%2B2&ti", b"me=5"], form)
        self.comparison.finish()

    def test_large_query(self):
        long_matcher = "|".join(f"node-{n}" for n in range(4_000))
        text = f'up{{{{c}},instance=~"{long_matcher}"}}'
        for shape in (Shape.GET, Shape.POST, Shape.MULTIPART):
            self.both("/api/v1/query", [("query", text), ("time", str(AT))], shape)
        self.comparison.finish()

    def test_methods(self):
        for path in ("/api/v1/query?query=1&time=1", "/api/v1/query_range", "/api/v1/nonesuch", "/nonesuch"):
            for method in ("DELETE", "PUT", "PATCH", "HEAD"):
                got, wanted = (client.send(method, path).status for client in (self.router, self.union))
                self.assertEqual(wanted, got, f"{method} {path}")
        self.assertEqual(404, self.router.get("/api/v1/nonesuch").status)
        self.assertEqual(204, self.router.send("OPTIONS", "/api/v1/query").status)

    def test_compressed_answer(self):
        target = "/api/v1/query?query=wide%7Bcluster%3D%22a%22%7D&time=1700007000"
        plain = self.router.send("GET", target)
        self.assertNotIn("Content-Encoding", plain.headers)
        packed = self.router.send("GET", target, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(200, packed.status)
        if packed.headers.get("Content-Encoding") == "gzip":
            self.assertEqual(plain.body, gzip.decompress(packed.body))
        else:
            self.assertEqual(plain.body, packed.body)

    def test_content_type(self):
        for text in ("up{cluster=\"a\"}", "1+1", "up{", "up{cluster=\"nope\"}", "up"):
            self.assertTrue(self.router.query(text, AT).headers["Content-Type"].startswith("application/json"), text)


class ProbeTest(RouterTestCase):
    """What the router finds out about real servers."""

    def test_version(self):
        own = dict(self.shards["a"].get("/api/v1/status/buildinfo").data)
        wait_for_dialect(self.router)
        told = dict(self.router.get("/api/v1/status/buildinfo").data)
        # A build without release data has no version to tell; it can only be a 3.x here.
        self.assertEqual(own["version"] or "3.0.0", told["version"])
        for name in ("revision", "branch", "buildUser", "buildDate", "goVersion"):
            self.assertEqual(own[name], told[name])
        self.assertEqual("prome-route", told["application"])

    def test_no_series_carries_the_label(self):
        wait_for_dialect(self.router)
        for name in WORLD.shards:
            self.assertEqual("0", metric(self.router, f'prome_route_shard_foreign_label_values{{shard="{name}",label="cluster"}}'))

    def test_series_that_carry_the_label(self):
        """The union server as a shard that should not know the label."""
        body = f"replace_label_name: cluster\nprome_servers: {{u: {WORLD.union.address}}}\n"
        router = WORLD.start_router("prome-route-foreign", body=body)
        with Client(router.port) as client:
            name = 'prome_route_shard_foreign_label_values{shard="u",label="cluster"}'
            found = servers.wait_until(lambda: metric(client, name), "the label is found")
        self.assertEqual("3", found)
        self.assertEqual(0, router.stop())
        self.assertRegex(router.log_tail(), 'level=warn .*shard=u label=cluster values=3 first=a,b,c')


class SeriesTest(RouterTestCase):
    """/api/v1/series."""

    SELECTORS = ('up{{c}}', '{{c}}', '{{c},job="api"}', 'order_probe{{c}}', 'tricky{{c}}', '{__name__=~"one.*",{c}}', 'bare{{c}}',
                 'nonesuch{{c}}', 'http_requests_total{code=~"4..|5..",{c}}', 'wide{{c},zone="z1"}')
    WINDOW = [("start", str(data.START)), ("end", str(data.START + data.SPAN))]

    def series(self, matches, more, shape, shard):
        asked = [("match[]", text.replace("{c}", f'cluster="{shard}"')) for text in matches] + more
        got, wanted = (client.ask("/api/v1/series", asked, shape) for client in (self.router, self.union))
        what = f"series {shape.value} {asked}"
        self.comparison.compared += 1
        if (got.status, got.error_type) != (wanted.status, wanted.error_type):
            self.comparison.fail(what, f"answered {got}", f"union    {wanted}")
        elif wanted.status == 200:
            # The order of series is defined only where several selectors are merged.
            self.comparison.same_result(what, got.data, wanted.data, len(matches) > 1, "union   ")
        return got

    def test_one_selector(self):
        shapes, shards = itertools.cycle((Shape.GET, Shape.POST, Shape.POST_URL)), itertools.cycle(data.SHARDS)
        for text in self.SELECTORS:
            for _ in range(3):
                shard = next(shards)
                got = self.series([text], self.WINDOW, next(shapes), shard)
                own = self.shards[shard].ask("/api/v1/series", [
                    ("match[]", text.replace(",{c}", "").replace("{c},", "").replace("{{c}}", '{__name__!=""}')), *self.WINDOW])
                wanted = [with_label(series, shard) for series in own.data]
                self.comparison.same_result(text, got.data, wanted, False, f"shard {shard} ")
        self.comparison.finish()

    def test_repeated_selectors(self):
        for shape in (Shape.GET, Shape.POST, Shape.SPLIT, Shape.POST_URL):
            for shard in data.SHARDS:
                self.series(["up{{c}}", "bare{{c}}"], self.WINDOW, shape, shard)
                self.series(["up{{c}}", "up{{c},instance=\"node-1\"}", "nonesuch{{c}}"], self.WINDOW, shape, shard)
                self.series(["order_probe{{c}}", "{{c},__name__=~\"one.*\"}"], self.WINDOW, shape, shard)
        self.comparison.finish()

    def test_window(self):
        for start, end in ((0, 100), (str(data.START + 6_000), str(data.START + 6_300)), ("2023-11-14T22:13:20Z", "1700003600"),
                           (str(AT), str(AT - 100)), ("x", "5"), ("5", "x")):
            self.series(["late{{c}}", "ended{{c}}"], [("start", str(start)), ("end", str(end))], Shape.GET, "b")
        self.comparison.finish()

    def test_errors(self):
        for text in ('{cluster=""}', '{cluster!="a"}', '{cluster=~".*"}', "", "up{", "{}", "sum(up)", 'up{cluster="a"}[5m]', "1",
                     'up{cluster="a"} offset 5m', "up{cluster=~\"(\"}"):
            self.series([text], self.WINDOW, Shape.GET, "a")
            self.series(["up{{c}}", text], self.WINDOW, Shape.POST, "a")
        self.comparison.finish()

    def test_no_shard_touched(self):
        for text in ('up{cluster="nope"}', 'up{cluster=""}', '{cluster="nope"}', '{cluster=~"x|y",job="api"}'):
            self.series([text], self.WINDOW, Shape.GET, "a")
            self.series(["up{{c}}", text], self.WINDOW, Shape.GET, "a")
        self.comparison.finish()

    def test_several_shards(self):
        for matches in (["up"], ['up{cluster="a"}', 'up{cluster="b"}'], ['{cluster=~"a|b"}']):
            asked = [*(("match[]", text) for text in matches), *self.WINDOW]
            got, wanted = (client.ask("/api/v1/series", asked) for client in (self.router, self.union))
            self.assertEqual((wanted.status, wanted.data), (got.status, got.data), matches)


if __name__ == "__main__":
    harness.main()
