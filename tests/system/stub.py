"""A shard that does what a test tells it to: waits, answers nonsense, breaks off in the middle."""
import http.server
import json
import threading
import urllib.parse

EMPTY = {"resultType": "vector", "result": []}


def success(data):
    return json.dumps({"status": "success", "data": data}, separators=(",", ":")).encode()


def vector(*metrics):
    return success({"resultType": "vector", "result": [{"metric": metric, "value": [1700000000, "1"]} for metric in metrics]})


class StubShard:
    """Answers queries with `handler(request, params)`; everything else as a healthy Prometheus would.

    The handler gets http.server's request object and the parameters as a dict; it returns a body for a plain 200, or
    None where it wrote its answer itself.
    """

    def __init__(self, handler):
        self.asked = threading.Semaphore(0)  # released once for each query that arrived
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):  # noqa: N802  (the name http.server calls)
                self.answer(b"")

            def do_POST(self):  # noqa: N802
                self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

            def answer(self, form):
                url = urllib.parse.urlsplit(self.path)
                params = dict(urllib.parse.parse_qsl(url.query) + urllib.parse.parse_qsl(form.decode("utf-8", "replace")))
                if url.path in ("/api/v1/query", "/api/v1/query_range", "/api/v1/series"):
                    stub.asked.release()
                    body = handler(self, params)
                elif url.path == "/api/v1/status/buildinfo":
                    body = success({"version": "2.42.0", "revision": "stub"})
                elif url.path.startswith("/api/v1/label/"):
                    body = success([])
                elif url.path.startswith("/-/"):
                    body = b"ok\n"
                else:
                    body = success(EMPTY)
                if body is not None:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """A router that goes away is part of the tests."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
