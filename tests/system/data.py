"""The series of the test shards: at a fixed time in the past, small, and with everything that is easy to get wrong.

Values are whole numbers wherever sums are taken, so that no order of summation shows. Every shard has the same
metrics with other values, plus some that only it has.
"""
START = 1_700_000_000
SPAN = 7_200
STEP = 15
SHARDS = ("a", "b", "c")
ROUTING_LABEL = "cluster"

LE_BOUNDS = ("0.1", "0.5", "1", "5", "+Inf")

# Label values that a program which cuts JSON or PromQL by text would trip over.
TRICKY_VALUES = (
    "plain", "", 'say "hi"', "back\\slash", "line\nbreak", "{brace", "brace}", "}{", "a,b", "ünï©ødé 測定",
    'cluster="a"', '"},"value":[1,"2"]}', '{"metric":{"cluster":"z"}}', "\\\"", "\\", "tab\tand\rreturn", "#[]()",
    "$1 ${name}", "<&>", "emoji \U0001f600", "x" * 5_000,
)

# Label sets around the place of `cluster` in the order: before it, after it, prefixes of one another.
ORDER_SETS = (
    {}, {"a_label": "1"}, {"a_label": "2"}, {"Zone": "eu"}, {"Zone": "eu", "zz": "1"}, {"zz": "1"}, {"_x": "1"},
    {"cluste": "1"}, {"cluster_x": "1"}, {"clustes": "1"}, {"a_label": "1", "zz": "2"}, {"CLUSTER": "no"},
    {"Zone": "eu", "a_label": "1", "cluste": "2", "zz": "3"}, {"b": "1", "clusteq": "1", "d": "1"},
)


def times(start=0, end=SPAN, step=STEP, offset=0.0):
    return [START + offset + s for s in range(start, end, step)]


def escape(value):
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def quoted(value):
    """A PromQL string literal."""
    return '"' + escape(value).replace("\t", "\\t").replace("\r", "\\r") + '"'


class Shard:
    """All series of one shard: `series` yields (name, labels, [(time, value), ...])."""

    def __init__(self, name):
        self.name = name
        self.number = SHARDS.index(name) + 1

    def series(self):
        yield from self._requests()
        yield from self._gauges()
        yield from self._histograms()
        yield from self._odd_values()
        yield from self._matching()
        yield from self._labels()
        yield from self._wide()

    def _counter(self, rate, reset_at=None, offset=0.0):
        """A counter with uneven growth that falls to zero `reset_at` seconds after the start."""
        value, samples = 3 * self.number, []
        for index, t in enumerate(times(offset=offset)):
            value += rate + (index * 7 + self.number) % 5
            if reset_at is not None and t - START - offset == reset_at:
                value = 0
            samples.append((t, value))
        return samples

    def _requests(self):
        for job, instances in (("api", 3), ("web", 2)):
            for instance in range(instances):
                for code_index, code in enumerate(("200", "404", "500")):
                    labels = {"job": job, "instance": f"{job}-{instance}:80", "code": code,
                              "method": "GET" if instance % 2 == 0 else "POST"}
                    reset = 1_800 + 600 * instance if code == "200" else None
                    yield ("http_requests_total", labels,
                           self._counter(10 * self.number + instance + 3 * code_index, reset, 0.123 * instance))

    def _gauges(self):
        for instance in range(4):
            labels = {"job": "node", "instance": f"node-{instance}"}
            yield ("node_memory_bytes", labels,
                   [(t, (i * i * (instance + 2) + 17 * self.number) % 1_000 - 100) for i, t in enumerate(times())])
            yield "up", labels, [(t, 0 if (i // 40 + instance) % 7 == 0 else 1) for i, t in enumerate(times())]
            whole = [(t, i + self.number) for i, t in enumerate(times())]
            yield "gappy", labels, [(t, v) for t, v in whole if not 2_400 <= t - START < 3_300 + 60 * instance]
            yield "ended", labels, [(t, v) for t, v in whole if t - START < 3_600 + instance]
            yield "late", labels, [(t, v) for t, v in whole if t - START >= 5_400]
        yield "bare", {}, [(t, i % 10 + self.number) for i, t in enumerate(times())]
        yield f"only_{self.name}", {"job": "single"}, [(t, self.number) for t in times()]
        # exactly a lookback apart, and just over it
        yield "sparse", {"gap": "300"}, [(t, i) for i, t in enumerate(times(step=300))]
        yield "sparse", {"gap": "301"}, [(t, i) for i, t in enumerate(times(step=301))]

    def _histograms(self):
        for instance in range(2):
            labels = {"job": "api", "instance": f"api-{instance}:80"}
            total = [v for _, v in self._counter(20 + 4 * instance, 2_700)]
            for index, bound in enumerate(LE_BOUNDS):
                share = (index + 1) / len(LE_BOUNDS)
                yield ("latency_bucket", dict(labels, le=bound),
                       [(t, int(v * share)) for t, v in zip(times(), total)])
            yield "latency_count", labels, list(zip(times(), total))
            yield "latency_sum", labels, [(t, v * 2) for t, v in zip(times(), total)]

    def _odd_values(self):
        odd = {"nan": "NaN", "plus": "+Inf", "minus": "-Inf", "tiny": "1e-9", "small": "0.000001", "huge": "1e+21",
               "big": "123456789012345680000", "zero": "-0", "third": "0.3333333333333333", "long": "1.7976931348623157e+308"}
        for kind, value in odd.items():
            yield "odd_value", {"kind": kind}, [(t, value) for t in times()]
        cycle = ["NaN", 1, "+Inf", -2, "-Inf", 0, 5 * self.number]
        yield "odd_value", {"kind": "mixed"}, [(t, cycle[i % len(cycle)]) for i, t in enumerate(times())]

    def _matching(self):
        for job in ("x", "y", "z"):
            for instance in range(2):
                yield ("many_side", {"job": job, "instance": str(instance)},
                       [(t, i + instance + self.number) for i, t in enumerate(times())])
                yield "doubled_side", {"job": job, "copy": str(instance)}, [(t, 2) for t in times()]
            if job != "z":
                yield "one_side", {"job": job, "version": f"1.{self.number}"}, [(t, 3) for t in times()]
        # becomes one label set where the name is dropped
        yield "twin_one", {"job": "t"}, [(t, 1) for t in times(0, 3_600)]
        yield "twin_two", {"job": "t"}, [(t, 2) for t in times(3_600, 7_200)]

    def _labels(self):
        for index, labels in enumerate(ORDER_SETS):
            yield "order_probe", labels, [(t, index * 10 + i % 3 + self.number) for i, t in enumerate(times())]
        for index, value in enumerate(TRICKY_VALUES):
            yield ("tricky", {"index": f"{index:02}", "value": value} if value else {"index": f"{index:02}"},
                   [(t, index + self.number) for t in times()])

    def _wide(self):
        """Enough series that an answer comes in many pieces."""
        for index in range(600):
            labels = {"index": f"{index:04}", "parity": str(index % 2), "zone": f"z{index % 5}"}
            yield "wide", labels, [(t, index + self.number + i) for i, t in enumerate(times(6_600, 7_200, 30))]


def openmetrics(name, labels, samples):
    pairs = ",".join(f'{label}="{escape(value)}"' for label, value in sorted(labels.items()))
    head = f"{name}{{{pairs}}}" if pairs else name
    return (f"{head} {value} {time:.3f}" for time, value in samples)


def shard_lines(shard):
    for name, labels, samples in Shard(shard).series():
        yield from openmetrics(name, labels, samples)


def union_lines(shards=SHARDS):
    for shard in shards:
        for name, labels, samples in Shard(shard).series():
            yield from openmetrics(name, dict(labels, **{ROUTING_LABEL: shard}), samples)
