// Answers PromQL queries with Prometheus' own engine: the judge of tests/differential.
//
// Not part of the build: go build -o prometheus_oracle . ; differential_test --oracle ./prometheus_oracle
//
// Reads requests from standard input and writes answers to standard output, exactly (floats as bits):
//
//	DATA <bytes>\n<a load block of a promqltest script>       -> OK, or ERROR <text>
//	EVAL <repetitions> <delayed 0|1> <i|r> <start> <end> <step> <bytes>\n<query>  (times in ms)
//	  -> KIND scalar|string|vector|matrix|error ..., SERIES <name value>... in hex, F <ms> <bits>,
//	     H <ms> <fields>, WARN and INFO <text in hex>; after OR another answer, where a repetition (the order
//	     of Go's maps) gave one; END
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/teststorage"
)

func newEngine(delayed bool) *promql.Engine {
	return promql.NewEngine(promql.EngineOpts{
		MaxSamples:               50_000_000,
		Timeout:                  100 * time.Second,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		LookbackDelta:            5 * time.Minute,
		EnableDelayedNameRemoval: delayed,
		UseStartTimestamps:       true,
		Parser: parser.NewParser(parser.Options{
			EnableExperimentalFunctions:  true,
			ExperimentalDurationExpr:     true,
			EnableExtendedRangeSelectors: true,
			EnableBinopFillModifiers:     true,
		}),
	})
}

func parseDuration(text string) (int64, error) {
	sign := int64(1)
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = -1, rest
	}
	d, err := model.ParseDuration(text)
	return sign * time.Duration(d).Milliseconds(), err
}

// parseStarts reads the plain items of a line of start timestamps: durations and `_`.
func parseStarts(items string) ([]*int64, error) {
	var starts []*int64
	for item := range strings.FieldsSeq(items) {
		if item == "_" {
			starts = append(starts, nil)
			continue
		}
		ms, err := parseDuration(item)
		if err != nil {
			return nil, err
		}
		starts = append(starts, &ms)
	}
	return starts, nil
}

func appendSeries(app storage.AppenderV2, line string, stepMs int64, starts []*int64) error {
	metric, values, err := parser.NewParser(parser.Options{}).ParseSeriesDesc(line)
	if err != nil {
		return err
	}
	for i, value := range values {
		if value.Omitted {
			continue
		}
		t, st := int64(i)*stepMs, int64(0)
		if i < len(starts) && starts[i] != nil {
			st = t + *starts[i]
		}
		float := value.Value
		if value.Histogram != nil {
			float = 0
		}
		if _, err := app.Append(0, metric, st, t, float, nil, value.Histogram, storage.AppendV2Options{}); err != nil {
			return err
		}
	}
	return nil
}

// load makes a storage of a load block. Series are created in the order written, unlike promqltest's.
func load(block string) (*teststorage.TestStorage, error) {
	db, err := teststorage.NewWithError(func(opts *tsdb.Options) {
		opts.EnableSTStorage = true
		opts.XOR2EncodingAllowed = true
		opts.FloatChunkEncoding = chunkenc.EncXOR2
		opts.WALSegmentSize = -1
		opts.StripeSize = 256
		opts.EnableExemplarStorage = false
	})
	if err != nil {
		return nil, err
	}
	var stepMs int64
	var starts []*int64
	app := db.AppenderV2(context.Background())
	for line := range strings.Lines(block) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if step, ok := strings.CutPrefix(line, "load "); ok {
			if stepMs, err = parseDuration(step); err != nil {
				return db, err
			}
			continue
		}
		if at := strings.Index(line, "@st "); at >= 0 {
			if starts, err = parseStarts(line[at+len("@st "):]); err != nil {
				return db, err
			}
			continue
		}
		if err := appendSeries(app, line, stepMs, starts); err != nil {
			return db, err
		}
		starts = nil
	}
	return db, app.Commit()
}

func writeFloats(out *strings.Builder, values []float64) {
	fmt.Fprintf(out, " %d", len(values))
	for _, v := range values {
		fmt.Fprintf(out, " %016x", math.Float64bits(v))
	}
}

func writeSpans(out *strings.Builder, spans []histogram.Span) {
	fmt.Fprintf(out, " %d", len(spans))
	for _, s := range spans {
		fmt.Fprintf(out, " %d %d", s.Offset, s.Length)
	}
}

func writeHistogram(out *strings.Builder, t int64, h *histogram.FloatHistogram) {
	fmt.Fprintf(out, "H %d %d %d", t, h.CounterResetHint, h.Schema)
	for _, v := range []float64{h.ZeroThreshold, h.ZeroCount, h.Count, h.Sum} {
		fmt.Fprintf(out, " %016x", math.Float64bits(v))
	}
	writeSpans(out, h.PositiveSpans)
	writeFloats(out, h.PositiveBuckets)
	writeSpans(out, h.NegativeSpans)
	writeFloats(out, h.NegativeBuckets)
	writeFloats(out, h.CustomValues)
	out.WriteByte('\n')
}

func writeFloat(out *strings.Builder, t int64, f float64) {
	fmt.Fprintf(out, "F %d %016x\n", t, math.Float64bits(f))
}

func writeLabels(out *strings.Builder, metric labels.Labels) {
	out.WriteString("SERIES")
	metric.Range(func(l labels.Label) {
		fmt.Fprintf(out, " %x %x", l.Name, l.Value)
	})
	out.WriteByte('\n')
}

func errorKind(err error) string {
	var timeout promql.ErrQueryTimeout
	if errors.As(err, &timeout) {
		return "timeout"
	}
	return "execution"
}

func writeAnswer(out *strings.Builder, result *promql.Result, query string) {
	if result.Err != nil {
		fmt.Fprintf(out, "KIND error %s %x\n", errorKind(result.Err), result.Err.Error())
		return
	}
	switch value := result.Value.(type) {
	case promql.Scalar:
		out.WriteString("KIND scalar\n")
		writeFloat(out, value.T, value.V)
	case promql.String:
		fmt.Fprintf(out, "KIND string x%x\n", value.V)
	case promql.Vector:
		out.WriteString("KIND vector\n")
		for _, s := range value {
			writeLabels(out, s.Metric)
			if s.H != nil {
				writeHistogram(out, s.T, s.H)
			} else {
				writeFloat(out, s.T, s.F)
			}
		}
	case promql.Matrix:
		out.WriteString("KIND matrix\n")
		for _, s := range value {
			writeLabels(out, s.Metric)
			for _, p := range s.Floats {
				writeFloat(out, p.T, p.F)
			}
			for _, p := range s.Histograms {
				writeHistogram(out, p.T, p.H)
			}
		}
	}
	warnings, infos := result.Warnings.AsStrings(query, 0, 0)
	sort.Strings(warnings)
	sort.Strings(infos)
	for _, w := range warnings {
		fmt.Fprintf(out, "WARN %x\n", w)
	}
	for _, i := range infos {
		fmt.Fprintf(out, "INFO %x\n", i)
	}
}

type request struct {
	repetitions      int64
	delayed, isRange bool
	start, end, step int64
	query            string
}

func evaluate(engine *promql.Engine, db storage.Queryable, r request) string {
	var out strings.Builder
	var q promql.Query
	var err error
	if r.isRange {
		q, err = engine.NewRangeQuery(context.Background(), db, nil, r.query, time.UnixMilli(r.start), time.UnixMilli(r.end),
			time.Duration(r.step)*time.Millisecond)
	} else {
		q, err = engine.NewInstantQuery(context.Background(), db, nil, r.query, time.UnixMilli(r.start))
	}
	if err != nil {
		fmt.Fprintf(&out, "KIND error bad_data %x\n", err.Error())
		return out.String()
	}
	defer q.Close()
	writeAnswer(&out, q.Exec(context.Background()), r.query)
	return out.String()
}

// answer evaluates r several times and adds every answer that differs.
func answer(engine *promql.Engine, db storage.Queryable, r request) string {
	answers := []string{evaluate(engine, db, r)}
	for range r.repetitions - 1 {
		if again := evaluate(engine, db, r); !slices.Contains(answers, again) {
			answers = append(answers, again)
		}
	}
	return strings.Join(answers, "OR\n") + "END\n"
}

func readBytes(in *bufio.Reader, size string) (string, error) {
	n, err := strconv.Atoi(size)
	if err != nil {
		return "", err
	}
	buf := make([]byte, n)
	_, err = io.ReadFull(in, buf)
	return string(buf), err
}

func parseRequest(fields []string) (request, error) {
	r := request{delayed: fields[2] == "1", isRange: fields[3] == "r"}
	for i, target := range map[int]*int64{1: &r.repetitions, 4: &r.start, 5: &r.end, 6: &r.step} {
		v, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return r, err
		}
		*target = v
	}
	return r, nil
}

func serve(in *bufio.Reader, out *bufio.Writer) error {
	engines := map[bool]*promql.Engine{false: newEngine(false), true: newEngine(true)}
	var db *teststorage.TestStorage
	defer func() {
		if db != nil {
			db.Close()
		}
	}()
	for {
		line, err := in.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		fields := strings.Fields(line)
		body, err := readBytes(in, fields[len(fields)-1])
		if err != nil {
			return err
		}
		switch fields[0] {
		case "DATA":
			if db != nil {
				db.Close()
			}
			if db, err = load(body); err != nil {
				fmt.Fprintf(out, "ERROR %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
			} else {
				out.WriteString("OK\n")
			}
		case "EVAL":
			r, err := parseRequest(fields)
			if err != nil {
				return err
			}
			r.query = body
			out.WriteString(answer(engines[r.delayed], db, r))
		default:
			return fmt.Errorf("unknown request %q", fields[0])
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

func main() {
	if err := serve(bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
