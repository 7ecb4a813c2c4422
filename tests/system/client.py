"""An HTTP client for the Prometheus API that can say the same thing in every way a client may say it."""
import enum
import http.client
import json
import urllib.parse

BOUNDARY = "prome-route-test-boundary"
TIMEOUT_SECONDS = 30.0


class Shape(enum.Enum):
    """How the parameters of a request travel."""
    GET = "GET"
    POST = "POST urlencoded"
    MULTIPART = "POST multipart"
    SPLIT = "POST, first half in the URL"
    POST_URL = "POST, all in the URL"


class Number(str):
    """A JSON number as it was written."""


def parse_json(text):
    """JSON with nothing lost: an object is a tuple of pairs in written order, a number keeps its text."""
    return json.loads(text, object_pairs_hook=tuple, parse_int=Number, parse_float=Number, parse_constant=Number)


class Answer:
    """One response, its body whole."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body
        self._envelope = None

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def envelope(self):
        """The top level of the JSON answer as a dict; {} where the body is not a JSON object."""
        if self._envelope is None:
            try:
                self._envelope = dict(parse_json(self.body))
            except (ValueError, TypeError):
                self._envelope = {}
        return self._envelope

    @property
    def error_type(self):
        return self.envelope.get("errorType")

    @property
    def error(self):
        return self.envelope.get("error", "")

    @property
    def data(self):
        return self.envelope.get("data")

    @property
    def result_type(self):
        return dict(self.data)["resultType"]

    @property
    def result(self):
        return dict(self.data)["result"]

    def __str__(self):
        text = self.text
        return f"{self.status} {text if len(text) < 700 else text[:700] + '...'}"


def multipart(params):
    parts = "".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                    for name, value in params)
    return (parts + f"--{BOUNDARY}--\r\n").encode()


def encode(shape, path, params):
    """(method, target, body, headers) of a request with `params`, a list of pairs, in the given shape."""
    whole = urllib.parse.urlencode(params)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    if shape is Shape.GET:
        return "GET", f"{path}?{whole}" if whole else path, None, {}
    if shape is Shape.POST:
        return "POST", path, whole.encode(), form
    if shape is Shape.POST_URL:
        return "POST", f"{path}?{whole}", b"", form
    if shape is Shape.MULTIPART:
        return "POST", path, multipart(params), {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    half = (len(params) + 1) // 2
    return ("POST", f"{path}?{urllib.parse.urlencode(params[:half])}", urllib.parse.urlencode(params[half:]).encode(),
            form)


class Client:
    """One kept-alive connection to a server on 127.0.0.1. Not for use by several threads.

    `again`: whether a connection that the server closed while it was idle is opened again for the request that met it.
    """

    def __init__(self, port, again=True):
        self.port = port
        self.again = again
        self.connection = None

    def send(self, method, target, body=None, headers=None):
        """One request as given."""
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
            try:
                self.connection.request(method, target, body, headers or {})
                response = self.connection.getresponse()
                answer = Answer(response.status, response.headers, response.read())
            except (OSError, http.client.HTTPException):
                self.close()
                if fresh or attempt == 2 or not self.again:
                    raise
                continue
            if response.will_close:
                self.close()
            return answer
        raise AssertionError("unreachable")

    def ask(self, path, params, shape=Shape.GET):
        return self.send(*encode(shape, path, params))

    def get(self, path, params=()):
        return self.ask(path, list(params))

    def query(self, text, at, shape=Shape.GET, **more):
        return self.ask("/api/v1/query", [("query", text), ("time", at), *more.items()], shape)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
