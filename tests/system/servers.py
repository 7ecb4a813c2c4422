"""Server processes for tests, the demo and the benchmarks: real Prometheus servers and the router.

Everything listens on 127.0.0.1 at a port that was free a moment ago, writes below a folder the caller owns, is
waited for by polling with a deadline, and is ended by its own process id. Processes must be started from the main
thread: the kernel ends them when that thread ends (PR_SET_PDEATHSIG), however this program dies.
"""
import ctypes
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

READY_SECONDS = 30.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.02

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


class ServerError(Exception):
    """A server did not start, did not become ready or did not end in time."""


def free_ports(count):
    """Ports of 127.0.0.1 that nobody listens on, all different."""
    sockets = []
    try:
        for _ in range(count):
            sock = socket.socket()
            sock.bind(("127.0.0.1", 0))
            sockets.append(sock)
        return [sock.getsockname()[1] for sock in sockets]
    finally:
        for sock in sockets:
            sock.close()


def free_port():
    return free_ports(1)[0]


def wait_until(condition, what, seconds=READY_SECONDS):
    """Polls until `condition()` is true; its last value is returned. ServerError after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise ServerError(f"{what}: not after {seconds:.0f} s")
        time.sleep(POLL_SECONDS)


def http_status(port, path, method="GET", seconds=5.0):
    """The status of one request on its own connection, 0 where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def _die_with_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Process:
    """A child process in its own session, its output in `<folder>/<name>.log`."""

    def __init__(self, name, argv, folder):
        self.name = name
        self.argv = [str(word) for word in argv]
        self.log_path = pathlib.Path(folder) / f"{name}.log"
        self.popen = None

    @property
    def pid(self):
        return self.popen.pid

    def start(self):
        with open(self.log_path, "ab") as log:
            self.popen = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                          start_new_session=True, preexec_fn=_die_with_parent)
        return self

    def alive(self):
        return self.popen is not None and self.popen.poll() is None

    def log_tail(self, lines=15):
        """The end of the log; where a sanitizer reported, its report from the beginning."""
        try:
            text = self.log_path.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        reports = [number for number, line in enumerate(text) if "ERROR: " in line and "Sanitizer" in line]
        return "\n".join(text[reports[0]:reports[0] + 40] if reports else text[-lines:])

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, seconds=STOP_SECONDS):
        """The exit status; ServerError if the process does not end."""
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ServerError(f"{self.name} (pid {self.pid}) did not end in {seconds:.0f} s") from None

    def stop(self):
        """Ends the process: asked first, then killed. Returns its exit status, None if it never ran."""
        if self.popen is None:
            return None
        if self.alive():
            self.signal(signal.SIGTERM)
            try:
                return self.wait()
            except ServerError:
                self.popen.kill()
        return self.popen.wait()

    def wait_ready(self, port, path, seconds=READY_SECONDS):
        def ready():
            if not self.alive():
                raise ServerError(f"{self.name} ended with {self.popen.returncode}:\n{self.log_tail()}")
            return http_status(port, path) == 200

        try:
            wait_until(ready, f"{self.name} ready", seconds)
        except ServerError as error:
            raise ServerError(f"{error}\n{self.log_tail()}") from None
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def find_prometheus():
    """The Prometheus binary: PROMETHEUS_BIN, else the one on PATH; None where there is none."""
    return os.environ.get("PROMETHEUS_BIN") or shutil.which("prometheus")


def find_promtool():
    """The promtool next to PROMETHEUS_BIN, else the one on PATH; None where there is none."""
    chosen = os.environ.get("PROMETHEUS_BIN")
    if chosen:
        sibling = pathlib.Path(chosen).with_name("promtool")
        if sibling.exists():
            return str(sibling)
    return shutil.which("promtool")


def write_openmetrics(path, lines):
    """Writes sample lines (`name{labels} value timestamp`), grouped by series and in time order, for promtool."""
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in lines)
        out.write("# EOF\n")


class BlockMaker:
    """Runs promtool over OpenMetrics files, several at once. Leaving the context ends what still runs."""

    def __init__(self):
        self.running = []

    def add(self, openmetrics, data_dir):
        """Starts making TSDB blocks of one file in `data_dir`."""
        pathlib.Path(data_dir).mkdir(exist_ok=True)
        argv = [find_promtool(), "tsdb", "create-blocks-from", "--max-block-duration=24h", "openmetrics", "--quiet",
                str(openmetrics), str(data_dir)]
        popen = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 preexec_fn=_die_with_parent)
        self.running.append((popen, pathlib.Path(openmetrics)))

    def finish(self, seconds=120.0):
        """Waits for all; the text files are removed."""
        for popen, openmetrics in self.running:
            output, _ = popen.communicate(timeout=seconds)
            if popen.returncode != 0:
                raise ServerError(f"promtool: {output.decode(errors='replace')}")
            openmetrics.unlink()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for popen, _ in self.running:
            if popen.poll() is None:
                popen.kill()
            popen.communicate()


class Prometheus(Process):
    """A real Prometheus over `<folder>/<name>-data`, which create-blocks may have filled before."""

    def __init__(self, name, folder, config="global: {}\n", port=None, flags=()):
        self.folder = pathlib.Path(folder)
        self.data_dir = self.folder / f"{name}-data"
        self.data_dir.mkdir(exist_ok=True)
        self.config_path = self.folder / f"{name}.yml"
        self.config_path.write_text(config)
        self.port = port or free_port()
        super().__init__(name, [
            find_prometheus(), f"--config.file={self.config_path}", f"--storage.tsdb.path={self.data_dir}",
            "--storage.tsdb.retention.time=100y", f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=warn", *flags], folder)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def ready(self):
        return self.wait_ready(self.port, "/-/ready")


class Router(Process):
    """prome-route over a configuration file that the caller writes with `configure`."""

    def __init__(self, binary, folder, name="prome-route", port=None):
        self.folder = pathlib.Path(folder)
        self.port = port or free_port()
        self.config_path = self.folder / f"{name}.yml"
        super().__init__(name, [binary, f"--config.file={self.config_path}"], folder)

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def configure(self, body, http_options=""):
        """Writes the configuration: `body` plus the http section. The file is replaced in one step."""
        extra = f", {http_options}" if http_options else ""
        text = f"{body}http: {{listen_addr: {self.address}{extra}}}\n"
        fresh = self.config_path.with_suffix(".new")
        fresh.write_text(text)
        fresh.replace(self.config_path)
        return self

    def configure_shards(self, shards, label="cluster", http_options=""):
        """The short form: `shards` maps a label value to `host:port`."""
        servers = ", ".join(f"{value}: {address}" for value, address in shards.items())
        return self.configure(f"replace_label_name: {label}\nprome_servers: {{{servers}}}\n", http_options)

    def ready(self):
        return self.wait_ready(self.port, "/-/ready")
