#include "base/version.h"
#include "cli/command_line.h"

namespace prome::cli {
namespace {

constexpr std::string_view kHelp =
    R"(prome-route: one Prometheus endpoint in front of many Prometheus servers.

The servers (shards) are told apart by a routing label, such as cluster="a", that their own data does not carry.
A query goes to the shards its matchers select; the answer is what one Prometheus holding all the data would give.

Usage:
  prome-route [--config.file=prome-route.yml] [flags]
  prome-route explain [flags] QUERY               Tell where a query is evaluated and what shards are sent.
  prome-route test promql [flags] FILE...         Run PromQL test scripts (test promql --help says more).
  prome-route verify --oracle=URL [flags]         Compare the router's answers with those of one Prometheus.

Flags:
  -h, --help                        Show this text and exit.
      --version                     Show version, revision and compiler, and exit.
      --config.file=FILE            Configuration file. Default: prome-route.yml
      --check-config                Check the configuration file, say what is wrong with it, and exit.
      --web.listen-address=ADDR     Listen on ADDR (:9097, 127.0.0.1:9097, [::1]:9097) whatever http.listen_addr says.
      --log.level=LEVEL             debug, info, warn or error, whatever log.level says.

A flag takes its value as --flag=value or as --flag value. Environment variables change nothing.

A configuration that is enough to start:
  replace_label_name: cluster
  prome_servers: {a: 10.0.0.1:9090, b: 10.0.0.2:9090}
  http: {listen_addr: :9097}

Endpoints:
  /api/v1/...         Prometheus' HTTP API (query, query_range, series, labels, ...), as Grafana uses it
  /metrics            metrics of prome-route itself
  /-/healthy          200 while the process runs
  /-/ready            200 while queries are taken
  /-/reload           POST: read the configuration again

Signals:
  SIGHUP              read the configuration again; one with mistakes is logged and the old one stays
  SIGTERM, SIGINT     take no new connections, let requests in flight end (http.drain_timeout), and exit

Exit codes:
  0                   a clean end
  1                   the configuration has mistakes, or the address cannot be listened on, or a test or comparison failed
  2                   the command line cannot be understood
)";

constexpr std::string_view kTestPromqlHelp =
    R"(prome-route test promql: runs PromQL test scripts against the engine that answers queries.

Usage:
  prome-route test promql [flags] FILE...

Flags:
  -h, --help                        Show this text and exit.
      --dialect=DIALECT             3.x (default) or 2.x: whose PromQL it is.
      --name-removal=WHEN           delayed (default) or immediate: does a dropped metric name leave a series when the
                                    query is done, or at once, as in a Prometheus server by default?

A script is what Prometheus' own promqltest reads:
  load 1m
    http_requests_total{job="api"} 0+60x10
  eval instant at 10m rate(http_requests_total[5m])
    {job="api"} 1

Start timestamps are used, the lookback is 5m, a query may hold 10000 samples. Each file ends with a line of counts,
the run with a line "N passed, N failed"; the exit code is 1 if anything failed.
)";

}  // namespace

std::string testPromqlHelpText() {
  return std::string(kTestPromqlHelp);
}

std::string helpText() {
  return std::string(kHelp);
}

std::string versionText() {
  std::string out = "prome-route, version ";
  out.append(kVersion).append(" (revision: ").append(kRevision).append(")\n");
  out.append("  compiler:         ").append(kCompiler).append("\n");
  out.append("  platform:         ").append(kPlatform).append("\n");
  return out;
}

}  // namespace prome::cli
