"""The queries of the routing tests: templates times selectors.

`@@` is the place of the matcher on the routing label: `cluster="a"` where the router or the union server is asked,
nothing where the shard itself is. `$V` in a template is an instant selector, `$M[` the same before a range.
"""
import dataclasses
import enum
import itertools
import re


class Flow(enum.Enum):
    """What the routing label does in a query's answer."""
    ALL = "every series carries it"
    NONE = "no series carries it"
    UNION = "only the union server can tell"  # a shard, which does not know the label, would answer something else


@dataclasses.dataclass(frozen=True)
class Case:
    text: str  # with @@ in it
    flow: Flow
    instant: bool = True
    range: bool = True
    ordered: bool = False  # the order of an instant vector is defined

    def routed(self, matcher):
        return self.text.replace("@@", matcher)

    def stripped(self):
        return re.sub(r"\s*,\s*@@|@@\s*,|@@", "", self.text).replace("({})", '({__name__!=""})')


SELECTORS = (
    'http_requests_total{@@}',
    'http_requests_total{job="api",@@}',
    'http_requests_total{@@,code!="500",instance=~"api.*"}',
    'node_memory_bytes{instance!="node-2",@@,job="node"}',
    'gappy{@@,}',
    'ended{@@}',
    'sparse{@@}',
    'bare{@@}',
    '{@@,__name__="one_side"}',
    'order_probe{@@}',
)

# Each is combined with a few selectors, in turn.
ALL_TEMPLATES = (
    '$V', '$V offset 5m', '$V offset -1m', '$V @ 1700003600', '$V @ end()', '$V @ start() offset 1m', '-$V', '+$V',
    '($V)', 'abs($V)', 'clamp_max($V, 10)', '$V * 2', '2 - $V', '$V > 30', '$V > bool 30', '30 < $V', 'round($V, 5)',
    'timestamp($V)', 'sqrt($V)', '$V % 7', '$V ^ 2', 'ceil($V / 3)', 'hour($V)',
    'rate($M[5m])', 'increase($M[5m] offset 1m)', 'delta($M[3m])', 'irate($M[5m])', 'idelta($M[2m])',
    'changes($M[10m])', 'resets($M[1h])', 'deriv($M[5m])', 'predict_linear($M[10m], 600)',
    'avg_over_time($M[5m])', 'max_over_time($M[5m] @ end())', 'min_over_time($M[5m])', 'last_over_time($M[15m])',
    'quantile_over_time(0.9, $M[5m])', 'count_over_time($M[5m])', 'present_over_time($M[5m])',
    'stddev_over_time($M[5m])', 'sum_over_time($M[7m])',
    'max_over_time(rate($M[2m])[20m:1m])', 'sum_over_time($V[10m:30s] offset 1m)', 'avg_over_time($V[5m:1m] @ start())',
    'topk(2, $V)', 'bottomk(2, $V)', 'topk by (job) (1, $V)',
    'sum by (cluster) ($V)', 'sum by (cluster, job) ($V)', 'avg by (job, cluster) ($V)', 'sum without (instance) ($V)',
    'max without (job, instance) ($V)', 'count by (cluster) ($V)', 'quantile by (cluster) (0.5, $V)',
    'stddev without (instance) ($V)', 'group by (cluster, code) ($V)', 'min by (cluster) (rate($M[5m]))',
    'count_values by (cluster) ("v", $V)', 'count_values without (instance) ("v", $V)',
    'sum by (cluster) (sum by (cluster, job) ($V))', 'sum ($V) by (cluster)',
    '$V / $V', '$V and $V', '$V or $V', '$V unless $V', '$V and on (cluster, job) $V',
    '$V * on (job) group_left () sum by (job) ($V)', 'sum by (job) ($V) * on (job) group_right () $V',
    '$V / ignoring (instance) group_left () sum without (instance) ($V)', '$V * scalar(sum($V))',
    '$V + on (cluster, job, instance, code, method) $V',
    'label_replace($V, "dst", "$1", "job", "(.*)")', 'label_join($V, "dst", "-", "job", "instance")',
    'rate($M[5m]) > 0 and $V offset 5m', '$V and on () vector(1)',
)

NONE_TEMPLATES = (
    'sum($V)', 'avg($V)', 'min($V)', 'max($V)', 'count($V)', 'group($V)', 'stddev($V)', 'stdvar($V)',
    'quantile(0.3, $V)', 'sum by (job) ($V)', 'sum without (cluster, instance) ($V)', 'sum by () ($V)',
    'max by (instance, code) ($V)', 'count_values("v", $V)', 'sum(rate($M[5m]))', 'sum($V) or vector(0)',
    'sum by (job) ($V) / sum by (job) (count_over_time($M[5m]))', 'topk(1, sum by (job) ($V))', 'absent(sum($V))',
    'vector(scalar(sum($V)))', 'scalar(sum($V))', 'count(sum by (cluster) ($V))', 'max_over_time(sum($V)[10m:1m])',
    'count(topk by (cluster) (2, $V))', 'sum without (cluster) (sum by (cluster, job) ($V))',
    'sum by (job, cluster) ($V) + on (job) sum by (job) ($V)', '1 - sum by (job) ($V)',
    'sum by (job) (max without (code) ($V))', 'count(count by (instance) ($V)) > bool 2', 'absent(absent(sum($V)))',
)

# Here a shard, which does not know the routing label, would answer something else than the union server.
UNION_TEMPLATES = (
    'sum by (cluster) ($V) + vector(1)', 'sum by (cluster, job) ($V) / sum by (job) ($V)', '$V or vector(0)',
    'sum by (cluster) ($V) or sum($V)', 'sum($V) or sum by (cluster) ($V)', 'sum($V) unless sum by (cluster) ($V)',
    'sum by (cluster) ($V) and vector(1)', 'sum by (cluster) ($V) == vector(1)',
    'sum by (cluster, job) ($V) + ignoring (cluster) sum by (job) ($V)',
    'sum by (job) ($V) * on (job) group_right (cluster) sum by (cluster, job) ($V)',
    'label_replace($V, "cluster", "z", "job", "(.*)")', 'label_replace($V, "cluster", "", "", "")',
    'label_replace($V, "dst", "$1", "cluster", "(.*)")', 'label_replace($V, "dst", "was-$1", "cluster", "(z*)")',
    'label_join($V, "dst", "/", "cluster", "job")', 'label_join($V, "cluster", "/", "job")',
    'label_replace(sum($V), "cluster", "z", "", "")', 'label_replace(vector(1), "cluster", "a", "", "") + sum by (cluster) ($V)',
    'count_values("cluster", $V)', 'count_values by (job) ("cluster", $V)', 'count_values by (cluster) ("cluster", $V)',
    'sum by (job) ($V) * on (job) group_left (cluster) max by (cluster, job) ($V)',
    'absent($V)', 'absent_over_time($M[5m])', 'absent($V > 1e30)', 'absent(nonesuch{@@,job="api"})',
    'absent(nonesuch{@@,job!="api"}) or $V', 'absent_over_time(nonesuch{@@}[5m])', 'absent(sum(nonesuch{@@}))',
    '$V * on (cluster) group_left () sum by (cluster) ($V)', 'sum by (cluster) ($V) * on (cluster) sum by (cluster) ($V)',
    'sum(absent(nonesuch{@@}))', 'sum by (cluster) (absent(nonesuch{@@}))',
    'sum by (cluster) (label_replace($V, "cluster", "z", "", ""))', 'absent(label_replace($V, "cluster", "z", "", ""))',
)

# Whole texts: the odd corners of the data, and the syntax around the matcher.
ALL_TEXTS = (
    '{@@,__name__=~"one_.*"}', '{__name__=~"one_side|many_side",@@}', '{@@,__name__="bare"}', '{@@,job="node"}',
    'tricky{@@}', 'tricky{@@,value=~".*\\\\{.*"}', 'tricky{value="}{",@@}', "tricky{value='cluster=\"a\"',@@}",
    'tricky{@@,value=`back\\slash`}', 'tricky{@@,value="line\\nbreak"}', 'tricky{@@,value!=""}', 'tricky{value="",@@}',
    'odd_value{@@}', 'odd_value{@@,kind=~"nan|plus|minus"} * 0', 'odd_value{@@} == odd_value{@@}', 'wide{@@}',
    'wide{@@,parity="1"} * 2', 'late{@@}', 'order_probe{@@}', 'order_probe{a_label="",@@}', 'order_probe{@@,Zone="eu"}',
    'order_probe{@@} * 2', 'rate(order_probe{@@}[5m])', 'sum by (cluster, Zone) (order_probe{@@})',
    'sum by (zz, cluster, a_label) (order_probe{@@})', 'avg without (zz) (order_probe{@@})', 'up{@@} == 0',
    '  up  {  @@ , job = "node" }  ', 'up{\n@@\n,\njob="node"\n} # a comment with {cluster="b"}',
    '# {cluster="b"}\nup{@@}', 'up{job="node",@@} == 1', 'up{@@,instance="node-1"} offset 1m30s',
    'label_replace(up{@@}, "x", "cluster=\\"b\\"", "", "")', 'MAX by (cluster) (up{@@})',
    'up{@@} * on (instance) group_left () (up{@@} + 1)', 'many_side{@@} * on (job) group_left (version) one_side{@@}',
    'many_side{@@} * on (job, cluster) group_left (version) one_side{@@}', 'one_side{@@} * on (job) group_right () many_side{@@}',
    'many_side{@@} and on (job) one_side{@@}', 'many_side{@@} unless on (job) one_side{@@}',
    'many_side{@@} or one_side{@@}', 'one_side{@@} / on (job, cluster, version) one_side{@@}',
    'histogram_quantile(0.9, rate(latency_bucket{@@}[5m]))',
    'histogram_quantile(0.5, sum by (le, cluster) (rate(latency_bucket{@@}[5m])))',
    'histogram_quantile(0.99, sum without (instance) (latency_bucket{@@}))',
    'rate(latency_sum{@@}[5m]) / rate(latency_count{@@}[5m])', 'twin_one{@@} * 1', 'rate(twin_two{@@}[5m])',
    'http_requests_total{@@}[2m]', 'gappy{@@}[20m] @ 1700003600', 'order_probe{@@}[1m] offset 5m', 'up{@@}[5m:1m]',
    'wide{@@} @ 1700007000', 'wide{@@,zone="z3"} @ 1700007000 * 2', 'rate(wide{@@}[5m] @ 1700007000)',
    'nonesuch{@@}', 'rate(nonesuch{@@}[5m])', 'up{@@,job="nonesuch"}', 'only_a{@@}', 'only_b{@@}',
)

SORTED_TEXTS = ('sort(node_memory_bytes{@@})', 'sort_desc(http_requests_total{@@,code="200"})', 'topk(3, late{@@} * on(instance) late{@@})',
                'sort(odd_value{@@,kind!~"zero|tiny|nan|mixed"})')

NONE_TEXTS = (
    'histogram_quantile(0.9, sum by (le) (rate(latency_bucket{@@}[5m])))', 'count(wide{@@} @ 1700007000)', 'sum(wide{@@})',
    'max by (zone) (wide{@@} @ end())', 'count({@@})', 'sum(order_probe{@@})',
    'count by (Zone) (order_probe{@@})', 'sum(odd_value{@@})', 'max(odd_value{@@,kind=~"mixed|big"})',
    'count by (value) (tricky{@@})', 'one_side{@@} + on (job) one_side{@@}', 'scalar(bare{@@})', 'scalar(up{@@})',
    'sum(up{@@}) / count(up{@@})', 'vector(1) + sum(up{@@})', 'count(nonesuch{@@})', 'sum(nonesuch{@@}) or vector(0)',
    'count(nonesuch{@@}) or vector(0)', '1 + 1 > bool scalar(bare{@@})', 'time() - max(timestamp(up{@@}))',
)

# The matcher on the routing label is all that keeps these from being parse errors.
ONLY_MATCHER_TEXTS = ('{@@}', 'count({@@,__name__!~"wide|tricky"})', 'count({@@,job=""})', 'count({job!="api",@@})',
                      'sum by (cluster) (count_over_time({@@,__name__=~".*"}[1m]))')

# Fail while they are evaluated, with one shard and with one Prometheus alike.
FAILING_TEXTS = (
    'many_side{@@} * on (job) doubled_side{@@}', 'many_side{@@} * on (job) group_left () doubled_side{@@}',
    'many_side{@@} + on (job) one_side{@@}', 'label_replace(up{@@}, "x", "$1", "instance", "(")',
    'label_replace(up{@@}, "0bad", "$1", "instance", "(.*)")', 'label_replace(up{@@}, "instance", "x", "", "")',
    'label_join(up{@@}, "0bad", "-", "job")', 'count_values("0bad", up{@@})', 'topk(1e300, up{@@})',
    'sum by (cluster) (up{@@}) + on () group_left () many_side{@@}',
    'abs({__name__=~"one_side|doubled_side",@@} and ignoring (__name__, version, copy) one_side{@@}) + label_replace(up{@@}, "job", "", "", "(")',
)

# Whatever is asked, the answer must be the parser's or the parameter check's: 400 bad_data.
PARSE_ERRORS = (
    '{cluster=""}', '{cluster!="a"}', '{cluster=~".*"}', '{cluster!~"a"}', '{cluster=""} + up{cluster="a"}', '',
    'up{cluster="a"', 'up{cluster="a"}}', 'up{cluster="a",,}', 'up{,cluster="a"}', 'up{cluster=a}', 'up{cluster~"a"}',
    'up{cluster=~"("}', 'up{cluster="a"} +', 'rate(up{cluster="a"})', 'sum(up{cluster="a"}[5m])', 'up{cluster="a"}[5m',
    'up{cluster="a"}[0s]', 'up{cluster="a"} offset', 'nosuchfunction(up{cluster="a"})', 'sum by cluster (up{cluster="a"})',
    'up{cluster="a"} == on(job) group_left() group_right() up{cluster="a"}', '"text" + 1', 'up{cluster="a"} and 1',
    'abs(1, 2)', 'abs("x")', 'topk(up{cluster="a"})', '1 == 1', 'up{cluster="a"} @ nope', 'up{__name__="x",cluster="a"}',
    'rate(up{cluster="a"}[5m][5m])', 'up{cluster="a"}[5m] + 1', '1 or up{cluster="a"}', 'up{cluster="a"} bool up{cluster="a"}',
    'up{cluster="a"} offset 5m offset 5m', '(up{cluster="a"}', 'up{cluster="\\q"}', "up{cluster='a\"}", '5 5', '\x00',
)

# Touch no shard, or touch none with one of their selectors only.
UNTOUCHED_MATCHERS = ('cluster="nope"', 'cluster=""', 'cluster=~"x|y"', 'cluster!~".+"')
UNTOUCHED_TEMPLATES = (
    'up{@@}', 'sum(up{@@})', 'count(up{@@}) or vector(0)', 'rate(http_requests_total{@@}[5m])', 'up{@@,job="node"}',
    'sum by (cluster) (up{@@})', 'up{@@} > 1', 'absent(up{@@})', 'absent_over_time(up{@@}[5m])', 'scalar(up{@@})',
    'label_replace(up{@@}, "x", "$1", "y", "(")', 'vector(1) unless up{@@}', 'sum(absent(up{@@}))',
    'up{@@} or up{cluster="a"}', 'sum by (job) (up{cluster="a"}) unless on (job) up{@@}', 'sum(up{cluster="a"}) or sum(up{@@})',
)

# Matchers that leave shard a alone, as one may write them.
ALONE_MATCHERS = (
    'cluster="a"', "cluster='a'", 'cluster=~"a|zz"', 'cluster!~"b|c"', 'cluster=~"[a]"', 'cluster=~"a"',
    'cluster!="b",cluster!="c"', 'cluster="a",cluster!=""', 'cluster=~".+",cluster!~"b|c"', 'cluster=`a`', 'cluster="\\u0061"',
    'cluster=~"a.*"', 'cluster = "a"', 'cluster="a",cluster="a"',
)

WITHOUT_SELECTOR = ('1+1', 'time()', 'vector(1)', 'pi()', '-1', 'vector(time()) * 2', '1 > bool 2', 'scalar(vector(3))',
                    'NaN', 'Inf', '1e100', '0x1F', 'minute()', 'absent(vector(1))', 'sum(vector(2))')


# The label moves label sets that are prefixes of one another, and a sum of fractions shows the order of its parts.
_SHOWS_ORDER = re.compile(r"\b(avg|stddev|stdvar)\b|\bsum\W.*rate\(")
_MOVED_BY_LABEL = "order_probe{@@}"


def _combine(templates, flow, per_template):
    selectors = itertools.cycle(SELECTORS)
    for template in templates:
        for _ in range(per_template):
            selector = next(selectors)
            if selector == _MOVED_BY_LABEL and _SHOWS_ORDER.search(template):
                selector = next(selectors)
            yield Case(template.replace("$V", selector).replace("$M", selector), flow)


def single_shard():
    """Everything that one shard's data answers and whose answer is the shard's own, with or without the label."""
    yield from _combine(ALL_TEMPLATES, Flow.ALL, 3)
    yield from _combine(NONE_TEMPLATES, Flow.NONE, 3)
    for text in ALL_TEXTS:
        # A bare range is an instant query's matter only.
        ranged = not re.search(r"\][^)]*$", text.split("#")[0]) or "{" in text.rsplit("]", 1)[-1]
        yield Case(text, Flow.ALL, range=ranged)
    for text in SORTED_TEXTS:
        yield Case(text, Flow.ALL, range=False, ordered=True)
    yield from (Case(text, Flow.NONE) for text in NONE_TEXTS)


def only_matcher():
    yield from (Case(text, Flow.UNION) for text in ONLY_MATCHER_TEXTS)


def label_sensitive():
    """Queries on one shard that read, write or miss the routing label."""
    yield from _combine(UNION_TEMPLATES, Flow.UNION, 2)


def untouched():
    for template in UNTOUCHED_TEMPLATES:
        for matcher in UNTOUCHED_MATCHERS:
            yield Case(template.replace("@@", matcher), Flow.UNION)


def unique(cases):
    return list(dict.fromkeys(cases))
