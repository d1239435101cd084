"""Counters as Prometheus's own parser reads them."""

from prometheus_client.parser import text_string_to_metric_families

from assess.web.metrics import LIMITS, Metrics


def read(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by its name and its labels."""
    families = text_string_to_metric_families(metrics.text())
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def at(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_what_was_never_counted_is_not_told() -> None:
    assert read(Metrics()) == {}


def test_requests_are_counted_by_method_route_and_status() -> None:
    metrics = Metrics()
    for status in (200, 200, 404):
        metrics.count("GET", "/v1/teams/{team_id:uuid}", status, 0.1)
    metrics.count("BREW", "unknown", 405, 0.1)
    found = {name: value for name, value in read(metrics).items() if name[0] == "assess_requests_total"}
    assert found == {
        at("assess_requests_total", method="GET", route="/v1/teams/{team_id:uuid}", status="200"): 2,
        at("assess_requests_total", method="GET", route="/v1/teams/{team_id:uuid}", status="404"): 1,
        at("assess_requests_total", method="OTHER", route="unknown", status="405"): 1,
    }


def test_a_bucket_holds_what_took_as_long_as_its_limit_or_less() -> None:
    metrics = Metrics()
    for seconds in (0.0, 0.005, 0.0051, 10.0, 60.0):
        metrics.count("GET", "/", 200, seconds)
    found = read(metrics)
    buckets = [found[at("assess_request_seconds_bucket", route="/", le=str(limit))] for limit in (*LIMITS, "+Inf")]
    assert buckets == [2, *[3] * (len(LIMITS) - 2), 4, 5]
    assert found[at("assess_request_seconds_count", route="/")] == 5
    assert found[at("assess_request_seconds_sum", route="/")] == 0.0 + 0.005 + 0.0051 + 10.0 + 60.0


def test_each_family_is_described_once_whatever_was_counted() -> None:
    metrics = Metrics()
    for route in ("/a", "/b"):
        metrics.count("GET", route, 200, 0.1)
    lines = metrics.text().splitlines()
    assert [line for line in lines if line.startswith("# TYPE")] == [
        "# TYPE assess_requests_total counter",
        "# TYPE assess_request_seconds histogram",
    ]
