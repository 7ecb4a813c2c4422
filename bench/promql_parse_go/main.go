// Measures Prometheus' own PromQL parser on the queries of bench/promql_parse_bench.cc.
// Not part of the build: go run .
package main

import (
	"fmt"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
)

var queries = []struct{ name, text string }{
	{"selector", `up{cluster="a"}`},
	{"rate", `sum by (job) (rate(http_requests_total{cluster="a",job="api",code=~"5.."}[5m]))`},
	{"ratio", `sum by (cluster, job) (rate(http_requests_total{cluster=~"a|b",code=~"5.."}[5m])) / on (cluster, job) ` +
		`group_left () sum by (cluster, job) (rate(http_requests_total{cluster=~"a|b"}[5m])) > bool 0.05`},
}

func main() {
	p := parser.NewParser(parser.Options{})
	for _, query := range queries {
		parse := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				if _, err := p.ParseExpr(query.text); err != nil {
					b.Fatal(err)
				}
			}
		})
		both := testing.Benchmark(func(b *testing.B) {
			for b.Loop() {
				expr, err := p.ParseExpr(query.text)
				if err != nil {
					b.Fatal(err)
				}
				_ = expr.String()
			}
		})
		fmt.Printf("parseOnly/%s %d ns\nparseAndPrint/%s %d ns\n", query.name, parse.NsPerOp(), query.name, both.NsPerOp())
	}
}
