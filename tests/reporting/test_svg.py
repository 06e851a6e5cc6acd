from evalharness.reporting.figures import Axis, FigureRow, Mark, forest
from evalharness.reporting.svg import inline_svg
from tests.reporting.page import parse

DRAWN = forest([FigureRow('a "id="x" url(#y)', (Mark(0.1, 0.05, 0.2),))], Axis("Rate", logarithmic=False))


def inlined(prefix: str) -> str:
    return inline_svg(DRAWN, prefix=prefix, title="<Rates> & more", description="a: 10%\u202e")


def test_prolog_metadata_and_style_are_gone():
    assert DRAWN.startswith("<?xml")
    svg = inlined("p")
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ')
    for part in ("<?xml", "<!DOCTYPE", "<metadata", "<style", "xlink:", 'width="460'):
        assert part not in svg


def test_name_and_description_are_text():
    svg = parse(inlined("p")).one("svg")
    assert svg.one("title").text == "<Rates> & more"
    assert svg.one("desc").text == "a: 10%\\u202e"
    assert svg.attributes["aria-labelledby"] == "p-title"
    assert svg.attributes["aria-describedby"] == "p-desc"


def test_two_figures_share_no_id_and_refer_to_their_own():
    first, second = ({e.attributes.get("id") for e in parse(inlined(p)).all()} - {None} for p in ("p", "q"))
    assert first.isdisjoint(second)
    used = [e.attributes["href"] for e in parse(inlined("p")).all("use")]
    assert used
    assert {str(href)[1:] for href in used} <= first


def test_a_label_that_looks_like_markup_is_left_alone():
    texts = [text.text for text in parse(inlined("p")).all("text")]
    assert 'a "id="x" url(#y)' in texts
