"""Series of four shards for queries over several of them: every hazard of merging has a metric of its own.

Shards a and b share a region, c and c2 have equal labels throughout. Values are whole numbers where nothing is said of
fractions, so that a sum is the same in any order and every difference shows.
"""
import data
from remote_write import STALE, Histogram

START = data.START
SPAN = data.SPAN
SHARDS = {
    "a": {"cluster": "a", "region": "eu"},
    "b": {"cluster": "b", "region": "eu"},
    "c": {"cluster": "c", "region": "us"},
    "c2": {"cluster": "c", "region": "us"},
}
STEP = 15
LE_BOUNDS = ("0.1", "0.5", "1", "5", "+Inf")


def times(start=0, end=SPAN, step=STEP, offset=0.0):
    return data.times(start, end, step, offset)


class Shard:
    """All series of one shard. c2, whose labels are c's, has only series that name it."""

    def __init__(self, name):
        self.name = name
        self.number = list(SHARDS).index(name) + 1

    def series(self, native):
        yield from self._scraped()
        if self.name != "c2":
            yield from self._gauges()
            yield from self._values()
            yield from self._matching()
            yield from self._order()
            if native:
                yield from self._native()

    def _scraped(self):
        number = self.number
        for job, count in (("api", 2), ("web", 1 + number % 2)):
            for index in range(count):
                target = {"job": job, "instance": f"{job}-{index}" if self.name != "c2" else f"{job}-second-{index}"}
                if job == "api" and self.name != "b":
                    target["a_label"] = "x"  # sorts before the routing labels, and b lacks it
                for code in ("200", "500"):
                    value, samples = 5 * number, []
                    for i, t in enumerate(times(offset=0.125 * index)):
                        value += number + index + (i * 7 + number) % 5 + (3 if code == "200" else 0)
                        if code == "200" and i in (140 + 20 * index, 342):
                            value = 1
                        samples.append((t, value))
                    yield "http_requests_total", {**target, "code": code}, samples
                yield "up", target, [(t, 0 if (i // 40 + index + number) % 7 == 0 else 1) for i, t in enumerate(times())]
                for place, bound in enumerate(LE_BOUNDS):
                    yield ("latency_bucket", {**target, "le": bound},
                           [(t, i * (place + 1) * (number + index) // (2 if place < 2 else 1)) for i, t in enumerate(times())])
                yield "latency_count", target, [(t, i * 5 * (number + index)) for i, t in enumerate(times())]
                yield "latency_sum", target, [(t, i * 3 * (number + index) + 0.25) for i, t in enumerate(times())]

    def _gauges(self):
        number = self.number
        for index in range(3):
            target = {"job": "node", "instance": f"node-{index}"}
            yield "memory_bytes", target, [(t, (i * i * (index + 2) + 17 * number) % 1_000 - 100) for i, t in enumerate(times())]
            yield ("temperature", target,  # fractions: sums round
                   [(t, 20 + number / 3 + ((i * (index + 3)) % 70) / 7) for i, t in enumerate(times())])
            yield "tied", target, [(t, (i // 20 + index * number) % 3) for i, t in enumerate(times())]
            whole = [(t, i + number) for i, t in enumerate(times())]
            yield "gappy", target, [(t, v) for t, v in whole if not 2_400 <= t - START < 3_300 + 60 * index + 300 * number]
            yield "late", target, [(t, v) for t, v in whole if t - START >= 3_600 + 600 * number]
            yield ("ended", target, [(t, v) for t, v in whole if t - START < 3_000 + 300 * number]
                   + [(START + 3_000 + 300 * number, STALE)])
            yield ("flapping", target, [(t, STALE if (i + index) % (3 + number) == 0 else i * number) for i, t in enumerate(times())])
        yield "bare", {}, [(t, i % 10 + number) for i, t in enumerate(times())]
        yield f"only_{self.name}", {"job": "single"}, [(t, number + i) for i, t in enumerate(times())]
        yield "sparse", {"gap": "300"}, [(t, i) for i, t in enumerate(times(step=300))]
        yield "sparse", {"gap": "301"}, [(t, i) for i, t in enumerate(times(step=301))]

    def _values(self):
        number = self.number
        odd = {"nan": "NaN", "plus": "+Inf", "minus": "-Inf", "tiny": "1e-9", "zero": "-0", "third": "0.3333333333333333",
               "large": "1.7e+308",  # overflows when shards are added up
               "cancel": {1: "1e16", 2: "1", 3: "-1e16"}[number],
               "infinite": {1: "+Inf", 2: "-Inf", 3: "3"}[number], "nan_once": {1: "NaN", 2: "5", 3: "7"}[number]}
        for kind, value in odd.items():
            yield "odd", {"kind": kind}, [(t, float(value)) for t in times()]
        cycle = [float("nan"), 1, float("inf"), -2, float("-inf"), 0, 5 * number]
        yield "odd", {"kind": "mixed"}, [(t, cycle[(i + number) % len(cycle)]) for i, t in enumerate(times())]
        yield "build_version", {"job": "api"}, [(t, 1 if t - START < 3_600 else number) for t in times()]

    def _matching(self):
        name, number = self.name, self.number
        for job in ("x", "y", "z"):
            for copy in ("0", "1"):
                yield "many_side", {"job": job, "copy": copy}, [(t, i + number) for i, t in enumerate(times())]
            if job != "z":
                yield "one_side", {"job": job, "version": f"1.{number}"}, [(t, 3 + number) for t in times()]
            if name == "a":
                yield "left_on_a", {"job": job}, [(t, 10 + i) for i, t in enumerate(times())]
            if name == "b":  # doubled, and the left side has nothing here
                for copy in ("0", "1"):
                    yield "doubled_on_b", {"job": job, "copy": copy}, [(t, 2) for t in times()]
            else:
                yield "doubled_on_b", {"job": job}, [(t, 2) for t in times()]
        if name in "ab":  # the same but for the name, and on different shards
            yield f"twin_{name}", {"job": "t"}, [(t, number) for t in times()]
        yield "shared_info", {"job": "api", "version": "7"}, [(t, 1) for t in times()]

    def _order(self):
        for index, labels in enumerate(data.ORDER_SETS):
            yield "order_probe", labels, [(t, index * 10 + i % 3 + self.number) for i, t in enumerate(times())]

    def _native(self):
        number = self.number
        exponential = [(t, Histogram(count=(i + 1) * (4 + number), sum=2.5 * (i + 1), schema=number - 1, zero_count=i + 1,
                                     positive=((0, (i + 1, (i + 1) * number)), (3, ((i + 1) * 2,)))))
                       for i, t in enumerate(times())]
        yield "native", {"job": "api"}, exponential
        yield "native", {"job": f"of_{self.name}"}, [
            (t, Histogram(count=6 * (i % 50 + 1), sum=float(i % 50), positive=((-1, (i % 50 + 1, 2 * (i % 50 + 1))),),
                          negative=((0, (3 * (i % 50 + 1),)),))) for i, t in enumerate(times())]
        bounds = (0.5, 1.0, 5.0) if self.name != "c" else (0.5, 2.0, 5.0)  # c's do not go with the others'
        yield "custom", {"job": "api"}, [
            (t, Histogram(count=4 * (i + 1), sum=3.0 * (i + 1), schema=-53, zero_threshold=0.0,
                          positive=((0, (i + 1, i + 1, i + 1, i + 1)),), bounds=bounds)) for i, t in enumerate(times())]
        # a float on one shard, a histogram on the others: none of them sees the mix
        yield "mixed", {"job": "api"}, [(t, i) for i, t in enumerate(times())] if self.name == "a" else exponential


def shard_series(name, native):
    return list(Shard(name).series(native))


def union_series(native, shards=tuple(SHARDS)):
    return [(metric, {**labels, **SHARDS[name]}, samples)
            for name in shards for metric, labels, samples in Shard(name).series(native)]
