import re
from importlib.resources import files
from itertools import pairwise

from tests.reporting.test_figures import contrast

CSS = files("evalharness.reporting").joinpath("templates/report.css").read_text()
VARIABLES = dict(re.findall(r"--([a-z]+): (#\w{6})", CSS))


def test_words_have_the_contrast_of_wcag_aa_on_every_background():
    backgrounds = {"#ffffff", *re.findall(r"background: (#\w{6})", CSS), VARIABLES["band"]}
    shades = re.findall(r"td\.(s[1-4]) \{ background: (#\w{6})", CSS)
    assert len(shades) == 4
    for background in backgrounds:
        assert contrast(VARIABLES["ink"], background) > 7
    for background in backgrounds - {colour for name, colour in shades if name in ("s3", "s4")}:
        assert contrast(VARIABLES["soft"], background) > 4.5
    assert contrast(VARIABLES["accent"], "#ffffff") > 4.5
    assert contrast(VARIABLES["warn"], "#ffffff") > 4.5


def test_no_rule_makes_the_page_or_a_figure_wider_than_a_small_phone():
    widest = [float(size) for size in re.findall(r"(?<!max-)(?<!-)(?:min-)?width: ([0-9.]+)rem", CSS)]
    assert max(widest) * 16 <= 320 - 2 * 12  # less the page's margins
    assert ".plot { min-width: min(100%, 18rem)" in CSS


def test_shades_darken_step_by_step_so_that_grey_print_keeps_their_order():
    shades = [colour for _, colour in sorted(re.findall(r"td\.(s[1-4]) \{ background: (#\w{6})", CSS))]
    steps = [contrast(colour, "#ffffff") for colour in shades]
    assert steps == sorted(steps)
    assert all(b / a > 1.1 for a, b in pairwise(steps))
