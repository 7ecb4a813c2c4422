"""The demo's metrics: a small cluster of nodes and API instances as functions of time.

Every metric is a pure function of the time, so that the same code makes the past (OpenMetrics for promtool) and the
present (an exporter that Prometheus scrapes), and one continues the other. Counters are integrals of a daily rhythm;
one instance a cluster was restarted some hours ago and lost its counters; an incident made requests slow and failing.
"""
import http.server
import math
import threading

DAY = 86_400.0
SCRAPE_SECONDS = 30
JOBS = ("api", "node")
INSTANCES = 2
LE_BOUNDS = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf")
FAST = (0.10, 0.28, 0.55, 0.78, 0.91, 0.97, 0.992, 0.998, 0.9997, 1.0)
SLOW = (0.0, 0.01, 0.03, 0.07, 0.15, 0.34, 0.58, 0.82, 0.96, 1.0)
FAST_MEAN, SLOW_MEAN = 0.047, 0.62
CODES = (("GET", "200", 0.80), ("GET", "404", 0.03), ("POST", "201", 0.16), ("POST", "400", 0.01))
CPU_MODES = (("idle", None), ("user", 0.55), ("system", 0.25), ("iowait", 0.08))
GIB = float(1 << 30)


def format_labels(labels):
    return ",".join(f'{name}="{value}"' for name, value in labels)


class Cluster:
    """The metrics of one shard. `now` is when the demo starts; the past ends there."""

    def __init__(self, name, index, now):
        self.name = name
        self.index = index
        self.origin = now - 3 * DAY
        self.incident = now - (5 + 2 * index) * 3600.0
        self.restart = now - (3 + index) * 3600.0 - 420.0
        self.load = 14.0 * (index + 1)

    def targets(self, job):
        """Instances of a job as Prometheus names them."""
        port = {"api": 8080, "node": 9100}[job]
        return [f"{job}-{self.name}-{n}:{port}" for n in range(1, INSTANCES + 1)]

    def series(self, job, number):
        """All series of one instance: a list of (name, labels, function of time)."""
        return self._api(number) if job == "api" else self._node(number)

    def _rhythm(self, t, phase):
        """The integral of 1 + 0.55 cos(day) + 0.05 cos(7 minutes) since the origin; its slope is never negative."""
        def whole(x):
            return (x + 0.55 * DAY / (2 * math.pi) * math.sin(2 * math.pi * (x / DAY + phase))
                    + 0.05 * 420 / (2 * math.pi) * math.sin(2 * math.pi * x / 420))
        return whole(t) - whole(self.origin)

    def _incident(self, t):
        """The integral of a bell of 12 minutes' width around the incident."""
        return 720 * math.sqrt(math.pi / 2) * (1 + math.erf((t - self.incident) / (720 * math.sqrt(2))))

    def _counter(self, number, function):
        """A counter of instance `number`: instance 2 lost its counts at the restart."""
        if number != 2:
            return function
        before = function(self.restart)
        return lambda t: function(t) - before if t >= self.restart else function(t)

    def _api(self, number):
        phase = 0.1 * self.index + 0.02 * number
        calm = self._counter(number, lambda t: self.load / number * self._rhythm(t, phase))
        failing = self._counter(number, lambda t: self.load / number * 0.3 * self._incident(t))
        out = []
        for method, code, share in CODES:
            out.append(("http_requests_total", (("code", code), ("method", method)),
                        lambda t, s=share: math.floor(calm(t) * s)))
        out.append(("http_requests_total", (("code", "503"), ("method", "GET")),
                    lambda t: math.floor(failing(t) + calm(t) * 0.0004)))
        for bound, fast, slow in zip(LE_BOUNDS, FAST, SLOW):
            out.append(("http_request_duration_seconds_bucket", (("le", bound),),
                        lambda t, f=fast, s=slow: math.floor(calm(t) * f) + math.floor(failing(t) * s)))
        out.append(("http_request_duration_seconds_count", (),
                    lambda t: math.floor(calm(t)) + math.floor(failing(t))))
        out.append(("http_request_duration_seconds_sum", (),
                    lambda t: round(calm(t) * FAST_MEAN + failing(t) * SLOW_MEAN, 3)))
        started = self.restart if number == 2 else self.origin
        out.append(("process_start_time_seconds", (),
                    lambda t: round(started if t >= started else self.origin, 2)))
        out.append(("process_resident_memory_bytes", (),
                    lambda t: math.floor((0.35 + 0.1 * self._wave(t, 5400, number)) * GIB)))
        return out

    def _wave(self, t, period, salt):
        return math.sin(2 * math.pi * (t / period + 0.37 * salt + 0.11 * self.index))

    def _node(self, number):
        out = []
        for cpu in range(2):
            phase = 0.1 * self.index + 0.03 * number + 0.01 * cpu

            def busy(t, p=phase):
                return 0.28 * self._rhythm(t, p)

            for mode, share in CPU_MODES:
                if share is None:
                    shares = sum(s for _, s in CPU_MODES if s)
                    out.append(("node_cpu_seconds_total", (("cpu", str(cpu)), ("mode", mode)),
                                lambda t, b=busy: round(t - self.origin - shares * b(t), 2)))
                else:
                    out.append(("node_cpu_seconds_total", (("cpu", str(cpu)), ("mode", mode)),
                                lambda t, b=busy, s=share: round(s * b(t), 2)))
        total = (8 << self.index) * GIB
        out += [
            ("node_memory_MemTotal_bytes", (), lambda t: total),
            ("node_memory_MemAvailable_bytes", (),
             lambda t: math.floor(total * (0.5 + 0.2 * self._wave(t, DAY, number) + 0.02 * self._wave(t, 900, number)))),
            ("node_load1", (), lambda t: round(1.2 + 0.8 * self._wave(t, DAY, number)
                                               + 0.3 * self._wave(t, 1260, number) ** 2, 2)),
            ("node_filesystem_avail_bytes", (("device", "/dev/vda1"), ("mountpoint", "/")),
             lambda t: math.floor(80 * GIB - 0.4 * GIB * ((t - self.origin) % (DAY / 2)) / 3600)),
            ("node_boot_time_seconds", (), lambda t: round(self.origin, 0)),
        ]
        return out

    def openmetrics(self, start, end):
        """The sample lines of all instances from start to end, a series after the other."""
        times = range(int(start), int(end), SCRAPE_SECONDS)
        for job in JOBS:
            for number, instance in enumerate(self.targets(job), 1):
                target = (("instance", instance), ("job", job))
                for t in times:
                    yield f"up{{{format_labels(target)}}} 1 {t}"
                for name, labels, function in self.series(job, number):
                    head = f"{name}{{{format_labels(sorted(labels + target))}}} "
                    for t in times:
                        yield f"{head}{function(t)} {t}"

    def exposition(self, job, number, now):
        """What the instance's /metrics shows now."""
        lines = []
        for name, labels, function in self.series(job, number):
            lines.append(f"{name}{{{format_labels(labels)}}} {function(now)}\n" if labels else f"{name} {function(now)}\n")
        return "".join(lines)


class Exporter:
    """Serves every instance's /metrics at /<instance> on one port of 127.0.0.1."""

    def __init__(self, clusters, clock):
        pages = {f"/{instance}": (cluster, job, number) for cluster in clusters for job in JOBS
                 for number, instance in enumerate(cluster.targets(job), 1)}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802  (the name http.server calls)
                page = pages.get(self.path)
                body = page[0].exposition(page[1], page[2], clock()).encode() if page else b"no such instance\n"
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
