import re
import unicodedata

from pydantic import BaseModel

from evalharness.reporting.html import render_html
from evalharness.reporting.metrics_csv import metrics_csv
from evalharness.reporting.terminal import summary_table
from evalharness.result import AuditResult, dump_result, load_result
from tests.reporting import example_result
from tests.reporting.example_differences import with_differences
from tests.reporting.example_result import build, dataset, point, population
from tests.reporting.page import Element, parse

HOSTILE = (
    "</title></style></script><script>alert(1)</script><img src=x onerror=alert(1)>"
    "{{ 7*7 }}{% include 'report.css' %}${x}#{y}<%= 1 %>\u202eevil\u200f\x00\x1b[31m\"'&amp;--><!--]]>" + "W" * 10_000
)
SEEN = HOSTILE.replace("\u202e", "\\u202e").replace("\u200f", "\\u200f").replace("\x00", "\\u0000")
SEEN = SEEN.replace("\x1b", "\\u001b")


KEYS = {"measure", "group", "other_group", "policy", "id", "test", "kind", "reference"}


def hostile(value: object, key: str = "", keep: set[str] | None = None) -> object:
    """The same record with hostile text in every free string, also in keys."""
    if isinstance(value, BaseModel):
        kept = keep or {"schema_version", "score_kind", "measure", "group", "other_group", "policy", "id"}
        fields = {k: v if k in kept else hostile(v, k, keep) for k, v in value}
        return value.model_copy(update=fields)
    if isinstance(value, str):
        return HOSTILE if value or key != "operating_point" else ""
    if isinstance(value, tuple | list):
        return type(value)(hostile(item, keep=keep) for item in value)
    if isinstance(value, dict) and key in ("failures", "faults"):
        return {**value, HOSTILE: 3}
    if isinstance(value, dict) and key in ("settings", "software", "plan", "unresolved"):
        return {**value, HOSTILE: HOSTILE}
    return value


def test_hostile_text_in_every_field_renders_as_text(tmp_path):
    sizes = {"site": {f"site={HOSTILE.replace(';', '').replace('=', '')}": 5, "site=$\\frac{1}$": 7}}
    found = build([point()], population(sizes))
    attacked = hostile(found)
    assert isinstance(attacked, AuditResult)
    path = tmp_path / "result.json"
    path.write_text(dump_result(attacked), encoding="utf-8")
    html = render_html(load_result(path))
    root = parse(html)
    assert root.all("script") == root.all("img") == []
    assert not [e for e in root.all() if "onerror" in e.attributes]
    assert " ".join(SEEN.split()) in root.one("h1").text
    assert " ".join(SEEN.split()) in root.one(id="limits").text
    assert " ".join(SEEN.split()) in root.one(id="people").text
    assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u200f]", html)
    assert "{{ 7*7 }}" in html
    labels = [text.text for svg in root.all("svg") for text in svg.all("text")]
    assert len(root.all("svg")) == 2
    assert labels.count(SEEN[:23] + "…") == 2
    assert labels.count("$\\frac{1}$") == 2
    assert html.count("<style") == 1
    assert [e.tag for e in root.one("body").children if isinstance(e, Element)] == ["a", "header", "main", "footer"]


def test_hostile_text_in_every_field_of_the_sections_on_differences_renders_as_text(tmp_path):
    name = HOSTILE.replace(";", "").replace("=", "")
    found = with_differences(build([point()], population({"site": {f"site={name}": 40, "site=b": 7}})))
    attacked = hostile(found, keep={"schema_version", "score_kind", "partition", *KEYS})
    path = tmp_path / "result.json"
    path.write_text(dump_result(attacked), encoding="utf-8")
    html = render_html(load_result(path))
    root = parse(html)
    assert root.all("script") == root.all("img") == []
    assert not [e for e in root.all() if "onerror" in e.attributes]
    assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u200f]", html)
    seen = " ".join(SEEN.split())
    for part in ("op-1-1-differ", "op-1-1-worst", "op-1-1-tests", "op-1-1-adjusted", "tradeoff", "readings"):
        assert len(root.all(id=part)) == 1
    tables = {table.attributes["id"]: table.text for table in root.all("table")}
    for table in (
        "op-1-1-fnmr-differ",
        "op-1-1-worst-groups",
        "op-1-1-over-all",
        "op-1-1-pairs-2",
        "op-1-1-adjusted-1",
    ):
        assert seen in tables[table]
    assert seen in root.one(id="readings").one("h3").text
    assert seen in root.one(id="tradeoff").text
    assert html.count("<style") == 1
    metrics_csv(attacked)
    text = summary_table(attacked, width=80)
    assert not any(unicodedata.category(c) == "Cc" and c != "\n" for c in text)


def test_javascript_addresses_are_text():
    attacked = dataset(homepage="javascript:alert(1)")
    root = parse(render_html(example_result.bare().model_copy(update={"dataset": attacked})))
    assert not [a for a in root.all("a") if "javascript" in (a.attributes["href"] or "")]
