"""Writes series into a real Prometheus by remote write 1.0, with what OpenMetrics cannot say: stale markers and
native histograms. The protobuf and snappy encodings of the few messages needed are made by hand."""
import dataclasses
import http.client
import math
import struct

STALE = object()  # the value of a stale marker
_STALE_BITS = struct.pack("<Q", 0x7FF0000000000002)
REQUEST_SECONDS = 900  # of samples go in one request, so that no series gets too far ahead of the others


@dataclasses.dataclass(frozen=True)
class Histogram:
    """A native histogram with float counts; exponential, or with `bounds` (schema -53) of its own."""
    count: float
    sum: float
    schema: int = 0
    zero_threshold: float = 0.001
    zero_count: float = 0.0
    positive: tuple = ()  # ((offset, (count, count, ...)), ...)
    negative: tuple = ()
    bounds: tuple = ()


def _varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _zigzag(value):
    return _varint(value << 1 if value >= 0 else (-value << 1) - 1)


def _bytes(field, data):
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _double(field, value):
    return _varint(field << 3 | 1) + (_STALE_BITS if value is STALE else struct.pack("<d", float(value)))


def _buckets(spans, span_field, count_field):
    out, counts = b"", []
    for offset, values in spans:
        out += _bytes(span_field, _varint(1 << 3) + _zigzag(offset) + _varint(2 << 3) + _varint(len(values)))
        counts += values
    if counts:
        out += _bytes(count_field, b"".join(struct.pack("<d", float(count)) for count in counts))
    return out


def _histogram(histogram, time_ms):
    return (_double(2, histogram.count) + _double(3, histogram.sum) + _varint(4 << 3) + _zigzag(histogram.schema)
            + _double(5, histogram.zero_threshold) + _double(7, histogram.zero_count)
            + _buckets(histogram.negative, 8, 10) + _buckets(histogram.positive, 11, 13)
            + _varint(15 << 3) + _varint(time_ms)
            + (_bytes(16, b"".join(struct.pack("<d", bound) for bound in histogram.bounds)) if histogram.bounds else b""))


def _series(labels, samples):
    out = b""
    for name, value in labels:
        out += _bytes(1, _bytes(1, name.encode()) + _bytes(2, value.encode()))
    for time, value in samples:
        time_ms = round(time * 1000)
        if isinstance(value, Histogram):
            out += _bytes(4, _histogram(value, time_ms))
        else:
            out += _bytes(2, _double(1, value) + _varint(2 << 3) + _varint(time_ms))
    return out


def _snappy(data):
    """The block format, all literals."""
    out = bytearray(_varint(len(data)))
    for at in range(0, len(data), 65536):
        piece = data[at:at + 65536]
        out += bytes((61 << 2,)) + struct.pack("<H", len(piece) - 1) + piece
    return bytes(out)


def labels_of(name, labels):
    """Pairs, sorted by name, as a request must have them."""
    return tuple(sorted({"__name__": name, **labels}.items()))


def write(port, series):
    """Writes (name, labels, [(time, value), ...]) in the order of their labels, oldest samples first."""
    ordered = sorted((labels_of(name, labels), samples) for name, labels, samples in series)
    start = min(time for _, samples in ordered for time, _ in samples)
    end = max(time for _, samples in ordered for time, _ in samples)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
               "X-Prometheus-Remote-Write-Version": "0.1.0"}
    try:
        for index in range(math.floor((end - start) / REQUEST_SECONDS) + 1):
            low = start + index * REQUEST_SECONDS
            body = b""
            for labels, samples in ordered:
                chosen = [sample for sample in samples if low <= sample[0] < low + REQUEST_SECONDS]
                if chosen:
                    body += _bytes(1, _series(labels, chosen))
            connection.request("POST", "/api/v1/write", _snappy(body), headers)
            response = connection.getresponse()
            text = response.read()
            if response.status // 100 != 2:
                raise RuntimeError(f"remote write: {response.status} {text[:500]!r}")
    finally:
        connection.close()
