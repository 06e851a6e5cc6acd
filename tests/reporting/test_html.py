import re
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest

from evalharness.reporting import wording
from evalharness.reporting.html import render_html
from evalharness.result import AdmissionInfo, dump_result, limits
from tests.reporting import example_result, example_rows, example_variants
from tests.reporting.example_result import build, dataset, london, point, population
from tests.reporting.page import Element, parse

ALL_RESULTS = ["london", "synthetic", "private", "nulls", "bare", "one_group", "sixty_groups"]
ALL_RESULTS += ["differences", "private_differences", "one_group_differences", "sixty_groups_differences"]
ALL_RESULTS += ["differences_of_nulls", "differences_without_measures"]


@cache
def page(name: str) -> Element:
    examples = example_variants if hasattr(example_variants, name) else example_result
    return parse(render_html(getattr(examples, name)()))


@pytest.mark.parametrize("name", ALL_RESULTS)
def test_page_is_complete_and_loads_and_runs_nothing(name):
    root = page(name)
    for tag in ("script", "link", "iframe", "object", "embed", "img", "form", "image", "base"):
        assert root.all(tag) == []
    for element in root.all():
        assert not [key for key in element.attributes if key.startswith("on") or key in ("src", "srcdoc", "action")]
        href = element.attributes.get("href") or "#"
        assert href.startswith(("#", "https://")), href
    policy = root.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    css = root.one("style").text
    assert "url(" not in css
    assert "@import" not in css
    assert root.one("html").attributes["lang"] == "en"


@pytest.mark.parametrize("name", ALL_RESULTS)
def test_ids_are_unique_and_every_reference_meets_one(name):
    root = page(name)
    ids = Counter(element.attributes["id"] for element in root.all() if "id" in element.attributes)
    assert [key for key, number in ids.items() if number > 1] == []
    for element in root.all():
        for key in ("aria-labelledby", "aria-describedby"):
            assert set((element.attributes.get(key) or "").split()) <= set(ids)
        href = element.attributes.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids
        for value in element.attributes.values():
            assert set(re.findall(r"url\(#([^)]*)\)", value or "")) <= set(ids)


@pytest.mark.parametrize("name", ALL_RESULTS)
def test_headings_descend_without_a_gap(name):
    levels = [int(e.tag[1]) for e in page(name).all() if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ["london", "private", "sixty_groups", "differences", "sixty_groups_differences"])
def test_tables_and_figures_can_be_read_without_seeing_them(name):
    root = page(name)
    tables = root.all("table")
    assert tables
    for table in tables:
        assert table.one("caption").text
        width = {head.attributes["scope"] for head in table.one("thead").all("th")}
        assert width == {"col"}
        columns = len(table.one("thead").all("th"))
        for row in table.one("tbody").all("tr"):
            cells = [child for child in row.children if isinstance(child, Element)]
            assert len(cells) == columns
            assert (cells[0].tag, cells[0].attributes["scope"]) == ("th", "row")
    regions = root.all("div", class_="scroll") or root.all("div", **{"class": "scroll"})
    assert len(regions) == len(tables) + len(root.all("figure"))
    assert all(r.attributes["tabindex"] == "0" and r.attributes["role"] == "region" for r in regions)
    for figure in root.all("svg"):
        assert figure.attributes["role"] == "img"
        assert figure.one("title").text
        assert figure.one("desc").text
        assert root.all(id=figure.attributes["aria-labelledby"]) == [figure.one("title")]


def test_title_block_says_what_on_whom_and_by_whose_consent():
    root = page("london")
    assert root.one("h1").text == "Audit of dlib ResNet on Face Research Lab London Set"
    facts = {d.one("dt").text: d.one("dd").text for d in root.one(id="people").all("div") if d.all("dt")}
    assert facts["Licence"] == "CC-BY-4.0; commercial use: yes"
    assert facts["Basis of consent"] == "informed-consent"
    assert facts["Purposes it covers"] == "research-evaluation"
    assert facts["Withdrawals last applied"] == "no date stated"
    assert facts["Ground for admission"].endswith("(source: manifest.yaml:consent.purposes)")
    assert facts["Size"] == "102 subjects, 204 samples"
    measured = {d.one("dt").text: d.one("dd").text for d in root.one(id="measured").all("div")}
    assert measured["Weights: dlib_face_recognition_resnet_model_v1.dat"] == "sha256 " + "12" * 32
    assert measured["Decision rule"].startswith("match if score >= threshold")
    assert "all of them fall below it" in measured["Decision rule"]
    assert [li.text for li in root.one("aside").all("li")] == list(dataset().statements)


def test_synthetic_box_comes_before_every_number():
    root = page("synthetic")
    box = root.one("aside")
    assert wording.SYNTHETIC in box.text
    main = root.one("main")
    assert next(child.tag for child in main.children if isinstance(child, Element)) == "aside"
    assert page("london").all(id="synthetic-title") == []


def test_rates_stand_with_counts_and_intervals():
    table = page("london").one("table", id="op-1-2-fmr")
    rows = {row[0]: row for row in table.rows()}
    assert rows["white"] == ["white", "69", "0.128% 12 of 9,384 · 1 in 782", "0.0435% to 0.375%"]
    assert rows["any two people"][1:3] == ["102", "0.398% 82 of 20,604 · 1 in 251"]
    assert rows["east_asian/white"] == ["east_asian/white", "1", "suppressed", ""]


def test_zero_errors_show_the_worst_case_and_the_limit_under_independence():
    table = page("london").one("table", id="op-1-2-fnmr")
    rows = {row[0]: row for row in table.rows()}
    assert rows["white"][2:4] == ["0 0 of 69", "0 to 18.2% if independent: 0.154%"]


def test_notes_shared_by_all_rows_stand_once_below_the_table():
    section = page("london").one(id="op-2")
    sentence = example_rows.CONDITIONAL.capitalize() + "."
    assert [p.text for p in section.all("p")].count(sentence) == 6  # two tables in each of three partitions
    assert example_rows.CONDITIONAL not in section.one("table", id="op-2-2-fmr").text


def test_matrix_shows_pairs_in_both_places():
    rows = {row[0]: row[1:] for row in page("london").one("table", id="op-1-2-matrix").rows()}
    assert rows["white"][1] == rows["black"][0] == "0.0836% 3 of 3,588"
    assert rows["black"][1] == "9.62% 30 of 312"
    assert rows["white"][5] == "0.0888% 25 of 28,152"


def test_hypothetical_point_is_marked_and_not_summarised():
    root = page("london")
    assert wording.HYPOTHETICAL in root.one(id="op-4").text
    assert wording.HYPOTHETICAL not in root.one(id="op-1").text
    headings = [h.text for h in root.one(id="results").all("h3")]
    assert [h.split(":")[0] for h in headings] == ["vendor", "pooled-fmr-0.01", "reference-ethnicity=white-fmr-0.001"]
    thresholds = {row[0]: row[1:] for row in root.one(id="op-4-thresholds").rows()}
    assert thresholds["white"] == ["0.55", "0.990% 1 in 101", "9,384", "69"]
    assert thresholds["east_asian"][0].startswith("none a target of 0.001 needs at least 1000 comparisons")


def test_limits_methods_and_reproduction():
    root = page("london")
    listed = [li.text for li in root.one(id="limits").all("li")]
    assert listed == list(london().limits)
    assert limits.VOLUNTEERS in listed
    assert limits.ONE_SITTING in listed
    assert [a.one("h3").text for a in root.one(id="methods").all("article")] == [
        "False match rate fmr",
        "False non-match rate fnmr",
    ]
    facts = {d.one("dt").text: d.one("dd").text for d in root.one(id="reproduce").all("div") if d.all("dt")}
    assert facts["Command"] == "evalharness run plan.yaml --out runs/london-dlib --data-root FOLDER"
    assert "FOLDER is where the images" in root.one(id="reproduce").text
    assert "replace “id” under “dataset” by “manifest”" in root.one(id="reproduce").text
    assert facts["Threshold of reference-ethnicity=white-fmr-0.001"] == "0.4831293821334839"
    assert facts["Dataset index"] == "sha256 " + "ef" * 32
    assert facts["numpy"] == "2.4.6"


def test_ready_made_scores_need_no_folder_and_have_no_version_in_their_name():
    supplied = example_result.system(kind="scores", name="precomputed scores", version="not stated")
    root = parse(render_html(london(system=supplied)))
    facts = {d.one("dt").text: d.one("dd").text for d in root.one(id="reproduce").all("div") if d.all("dt")}
    assert facts["Command"] == "evalharness run plan.yaml --out runs/london-dlib"
    assert "FOLDER" not in root.one(id="reproduce").text
    assert root.one("header").one("p", **{"class": "lead"}).text == (
        "precomputed scores (version not stated), measured on Face Research Lab London Set, version 5. 2026-11-22."
    )
    measured = {d.one("dt").text: d.one("dd").text for d in root.one(id="measured").all("div")}
    assert measured["System"] == "precomputed scores (version not stated); adapter: scores"


def test_each_statement_on_consent_is_printed_once():
    said = dataset().consent_evidence[0]
    other = said.model_copy(update={"text": "The licence is named there."})
    twice = london(admission=AdmissionInfo(granted=True, grounds=(other, said, other)))
    people = parse(render_html(twice)).one(id="people")
    terms = [(d.one("dt").text, d.one("dd").text) for d in people.all("div") if d.all("dt")]
    assert [term for term, text in terms if said.text in text] == ["Evidence of consent"]
    assert [term for term, text in terms if other.text in text] == ["Ground for admission"]


def test_intervals_on_generated_faces_are_not_about_people():
    assert "the true rate for people like those measured" in page("london").one(id="results").text
    said = page("synthetic").one(id="results").text
    assert "people like those measured" not in said
    assert "further faces generated in the same way" in said


def test_on_a_phone_tables_stack_under_labels_and_only_matrices_scroll():
    for table in page("london").all("table"):
        matrix = (table.attributes["id"] or "").endswith("-matrix")
        assert (table.attributes.get("class") == "stack") is not matrix
        titles = [head.text for head in table.one("thead").all("th")]
        for row in table.one("tbody").all("tr"):
            labels = [cell.attributes.get("data-label") for cell in row.all("td")]
            assert labels == ([None] * len(labels) if matrix else titles[1:])
            assert {cell.attributes.get("role") for cell in row.all("td")} == ({None} if matrix else {"cell"})
            assert not [cell for cell in row.all("td") if not cell.text and cell.children]  # :empty hides them
    hints = [p for p in page("london").all("p", **{"class": "hint"}) if p.text == wording.SCROLL_HINT]
    assert len(hints) == len([t for t in page("london").all("table") if (t.attributes["id"] or "").endswith("matrix")])


def test_a_result_of_nothing_but_nulls_gives_reasons():
    root = page("nulls")
    assert "For every group undefined: no completed comparison." in root.one(id="op-1").text
    assert "no completed comparison" in root.one(id="results").text
    assert root.all("svg") == []


def test_a_result_without_anything_still_renders():
    assert wording.NOTHING_MEASURED in page("bare").one(id="results").text


def test_sixty_groups_are_all_there_and_the_matrix_is_folded_away():
    root = page("sixty_groups")
    rows = root.one("table", id="op-1-1-fmr").rows()
    assert [row[0] for row in rows] == ["any two people", *(f"place {i:02}" for i in range(60))]
    folded = root.one(id="op-1").one("details")
    assert folded.one("table").attributes["id"] == "op-1-1-matrix"
    assert "further pairs of groups" in folded.text
    described = root.one("figure", id="op-1-1-fmr-figure").one("desc").text
    assert "and 48 more groups in the table" in described


def test_scores_alone_say_that_failures_cannot_be_known():
    result = build([point()], population(acquisition_observable=False))
    root = parse(render_html(result))
    assert wording.UNOBSERVED in root.one(id="acquisition").text
    assert root.one(id="acquisition").all("table") == []
    assert root.one("table", id="part-1-groups").rows()[0][3] == "not known"


RENDER = """
import sys
from pathlib import Path
from evalharness.reporting.html import render_html
from evalharness.result import load_result
sys.stdout.buffer.write(render_html(load_result(Path(sys.argv[1]))).encode())
"""


def test_two_processes_write_the_same_bytes(tmp_path):
    result = build([point()], population(), dataset=dataset(group_sizes_public=False))
    path = tmp_path / "result.json"
    path.write_text(dump_result(result), encoding="utf-8")
    pages = [
        subprocess.run(
            [sys.executable, "-c", RENDER, str(path)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path / seed), "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]
    assert pages[0] == pages[1] == render_html(result).encode()


def test_importing_the_reporting_package_draws_in_neither_matplotlib_nor_jinja():
    code = (
        "import sys, evalharness.reporting.html, evalharness.reporting.terminal, evalharness.reporting.metrics_csv;"
        "sys.exit(any(name in sys.modules for name in ('matplotlib', 'jinja2', 'numpy')))"
    )
    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, check=True)
