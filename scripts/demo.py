"""Three real Prometheus servers with a day of data, and prome-route in front of them. Run by scripts/demo."""
import argparse
import contextlib
import json
import pathlib
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "system"))

import demo_data  # noqa: E402
import servers  # noqa: E402

SHARDS = ("a", "b", "c")
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ROUTER_PORT = 9097
# Queries with the labels that every series of the answer must carry, the routing label among them or not.
QUERIES = (
    ('rate(http_requests_total{{cluster="{shard}",method="GET",code="200"}}[5m])',
     ["cluster", "code", "instance", "job", "method"]),
    ('sum by (code) (rate(http_requests_total{{cluster="{shard}"}}[5m]))', ["code"]),
    ('histogram_quantile(0.9, sum by (cluster, le) '
     '(rate(http_request_duration_seconds_bucket{{cluster="{shard}"}}[30m])))', ["cluster"]),
    ('count by (job) (up{{cluster="{shard}"}} == 1)', ["job"]),
)

PROMETHEUS_CONFIG = """\
global:
  scrape_interval: 15s
  external_labels: {{cluster: {name}}}
scrape_configs:
  - job_name: prometheus
    static_configs: [{{targets: ["{own}"]}}]
  - job_name: prome-route
    static_configs: [{{targets: ["{router}"]}}]
"""

JOB_CONFIG = """\
  - job_name: {job}
    static_configs: [{{targets: {targets}}}]
    relabel_configs:
      - {{source_labels: [__address__], target_label: instance}}
      - {{source_labels: [__address__], target_label: __metrics_path__, replacement: /$1}}
      - {{target_label: __address__, replacement: "127.0.0.1:{port}"}}
"""


class Ended(Exception):
    """The demo was asked to end by a signal."""


def on_signal(number, _frame):
    """Ends the demo once; what follows is cleaning up, which a second signal must not cut short."""
    for other in SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise Ended(signal.Signals(number).name)


def say(text):
    print(text, flush=True)


def choose_router_port():
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", ROUTER_PORT))
            return ROUTER_PORT
        except OSError:
            port = servers.free_port()
            say(f"== 127.0.0.1:{ROUTER_PORT} is taken, the router listens on port {port} instead")
            return port


def prometheus_config(cluster, own, router, exporter_port):
    text = PROMETHEUS_CONFIG.format(name=cluster.name, own=own, router=router)
    for job in demo_data.JOBS:
        text += JOB_CONFIG.format(job=job, targets=json.dumps(cluster.targets(job)), port=exporter_port)
    return text


def fill_shards(clusters, folder, now):
    """Makes a day of blocks for every shard; promtool works on one while the next one's text is made."""
    started = time.monotonic()
    with servers.BlockMaker() as maker:
        for cluster in clusters:
            text = folder / f"{cluster.name}.om"
            servers.write_openmetrics(text, cluster.openmetrics(now - demo_data.DAY, now))
            maker.add(text, folder / f"prometheus-{cluster.name}-data")
        maker.finish()
    say(f"== a day of metrics for shards {', '.join(SHARDS)} made in {time.monotonic() - started:.1f} s")


def curl(address, query, at):
    """The curl command for one query and its answer, decoded."""
    command = ["curl", "-sS", "--max-time", "20", f"http://{address}/api/v1/query", "--data-urlencode",
               f"query={query}", "-d", f"time={at}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    try:
        return command, done.stdout, json.loads(done.stdout)
    except ValueError:
        return command, done.stdout + done.stderr, {"status": "error"}


def expected_series(answer, cluster, labels):
    """The shard's own series as the router must show them, in a fixed order."""
    out = []
    for item in answer.get("data", {}).get("result", []):
        metric = dict(item["metric"], **({"cluster": cluster} if "cluster" in labels else {}))
        out.append((sorted(metric.items()), item["value"]))
    return sorted(out)


def routed_series(answer):
    """The router's series in a fixed order; the labels as they stand, which must be sorted."""
    return sorted((list(item["metric"].items()), item["value"]) for item in answer["data"]["result"])


def check_shard(router, cluster, shard, at):
    """Every query must give through the router what the shard itself gives, and something at all."""
    wrong = []
    for template, labels in QUERIES:
        query = template.format(shard=cluster)
        selector = f'cluster="{cluster}"'
        direct = query.replace(selector + ",", "").replace(selector, "")
        _, _, own = curl(shard.address, direct, at)
        _, text, routed = curl(router.address, query, at)
        if routed.get("status") != "success" or not routed["data"]["result"]:
            wrong.append(f"{query}\n   answered {text.strip()[:400]}")
        elif routed_series(routed) != expected_series(own, cluster, labels):
            wrong.append(f"{query}\n   differs from {shard.name}'s own answer")
        elif any(list(item["metric"]) != labels for item in routed["data"]["result"]):
            wrong.append(f"{query}\n   answered with other labels than {', '.join(labels)}")
    return wrong


def show(router, shards, at):
    """Prints one routed query with its answer, what is running where, and a query to try."""
    query = QUERIES[0][0].format(shard="a")
    command, text, answer = curl(router.address, query, at)
    say("\n$ " + shlex.join(command[:2] + command[4:]))
    if answer["status"] == "success":
        say('{"status":"success","data":{"resultType":"vector","result":[')
        say(",\n".join("  " + json.dumps(item, separators=(",", ":")) for item in answer["data"]["result"]))
        say("]}}")
    else:
        say(text)
    say("\nrouter   "
        f"http://{router.address}/api/v1/query  /api/v1/query_range  /api/v1/series  /metrics  /-/ready")
    for cluster, shard in shards.items():
        say(f"shard {cluster}  http://{shard.address}/graph   (stores no cluster label)")
    paste = QUERIES[2][0].format(shard="b")
    say(f"\nto paste:\n  curl -sG http://{router.address}/api/v1/query --data-urlencode {shlex.quote('query=' + paste)}")


def run(binary, once):
    now = float(int(time.time()))
    clusters = [demo_data.Cluster(name, index, now) for index, name in enumerate(SHARDS)]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="prome-route-demo-")))
        fill_shards(clusters, folder, now)
        exporter = stack.enter_context(demo_data.Exporter(clusters, time.time))
        router = servers.Router(binary, folder, port=choose_router_port())
        ports = servers.free_ports(len(clusters))
        shards = {}
        for cluster, port in zip(clusters, ports):
            config = prometheus_config(cluster, f"127.0.0.1:{port}", router.address, exporter.port)
            shards[cluster.name] = servers.Prometheus(f"prometheus-{cluster.name}", folder, config, port)
        router.configure_shards({cluster: shard.address for cluster, shard in shards.items()})
        for process in shards.values():
            stack.enter_context(process).start()
        for process in shards.values():
            process.ready()
        stack.enter_context(router).start()
        router.ready()

        wrong = [problem for cluster, shard in shards.items()
                 for problem in check_shard(router, cluster, shard, int(now))]
        show(router, shards, int(now))
        if wrong:
            say("\nWRONG ANSWERS:\n" + "\n".join(wrong))
            return 1
        say(f"\n== {len(QUERIES) * len(shards)} routed queries agree with their shards' own answers")
        if once:
            return 0
        say("== running; Ctrl-C ends it all")
        everything = [*shards.values(), router]
        while all(process.alive() for process in everything):
            time.sleep(0.5)
        for process in everything:
            if not process.alive():
                say(f"== {process.name} ended by itself:\n{process.log_tail()}")
        return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="demo")
    parser.add_argument("--once", action="store_true", help="end after the checks, with status 0 if all was right")
    parser.add_argument("--router", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for number in SIGNALS:
        signal.signal(number, on_signal)
    try:
        return run(arguments.router, arguments.once)
    except Ended as signal_name:
        say(f"\n== {signal_name}: everything stopped")
        return 0 if str(signal_name) == "SIGINT" and not arguments.once else 1
    except servers.ServerError as error:
        say(f"demo: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
