// Measures Prometheus' own PromQL parser on the queries of bench/promql_parse_bench.cc.
// Not part of the build: go run .
package main

import (
	"fmt"
	"syscall"

	"github.com/prometheus/prometheus/promql/parser"
)

var queries = []struct{ name, text string }{
	{"selector", `up{cluster="a"}`},
	{"rate", `sum by (job) (rate(http_requests_total{cluster="a",job="api",code=~"5.."}[5m]))`},
	{"ratio", `sum by (cluster, job) (rate(http_requests_total{cluster=~"a|b",code=~"5.."}[5m])) / on (cluster, job) ` +
		`group_left () sum by (cluster, job) (rate(http_requests_total{cluster=~"a|b"}[5m])) > bool 0.05`},
}

// cpuNanos is the CPU time of the whole process, collector included, so that a busy machine does not matter.
func cpuNanos() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func measure(name string, step func()) {
	const rounds = 20000
	start := cpuNanos()
	for range rounds {
		step()
	}
	fmt.Printf("%-24s %8d ns CPU\n", name, (cpuNanos()-start)/rounds)
}

func main() {
	p := parser.NewParser(parser.Options{})
	for _, query := range queries {
		parse := func() parser.Expr {
			expr, err := p.ParseExpr(query.text)
			if err != nil {
				panic(err)
			}
			return expr
		}
		measure("parseOnly/"+query.name, func() { parse() })
		measure("parseAndPrint/"+query.name, func() { _ = parse().String() })
	}
}
