import io

from evalharness.progress import RENDERING, BarProgress, LineProgress, NoProgress, counting, progress_for


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_line_every_ten_seconds_with_rate_and_time_left():
    stream, clock = io.StringIO(), Clock()
    progress = LineProgress(stream, clock=clock)
    progress.start(total=100, done=20)
    for seconds, count in ((4, 4), (8, 4), (10, 2), (15, 5), (20, 5)):
        clock.now = 100.0 + seconds
        progress.advance(count)
    clock.now = 140.0
    progress.stop()
    assert stream.getvalue().splitlines() == [
        "enrolling 80 of 100 samples (20 enrolled before)",
        "enrolled 30 of 100, 1.0 a second, about 70 s left",
        "enrolled 40 of 100, 1.0 a second, about 60 s left",
        "enrolled 40 of 100 samples, 20 of them now, in 40.0 s",
    ]


def test_a_stalled_run_says_so():
    stream, clock = io.StringIO(), Clock()
    progress = LineProgress(stream, clock=clock)
    progress.start(total=2, done=0)
    clock.now += 11
    progress.advance(0)
    assert stream.getvalue().splitlines()[-1] == "enrolled 0 of 2, none finished yet"


def test_a_bar_on_a_terminal_shows_how_many_and_how_fast(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    progress = progress_for(stream)
    assert isinstance(progress, BarProgress)
    progress.start(total=10, done=4)
    progress.advance(6)
    progress.stop()
    assert "10/10" in stream.getvalue()
    assert "/s" in stream.getvalue()


def test_lines_elsewhere_and_nothing_when_disabled(capsys):
    assert isinstance(progress_for(io.StringIO()), LineProgress)
    silent = progress_for(Terminal(), enabled=False)
    assert isinstance(silent, NoProgress)
    silent.start(total=1, done=0)
    silent.advance(1)
    silent.stop()
    assert capsys.readouterr() == ("", "")


def test_counting_tells_the_difference_and_stops():
    stream = io.StringIO()
    with counting(LineProgress(stream, words=RENDERING, clock=Clock())) as tell:
        for done in (2, 4, 6):
            tell(done, 6)
    assert stream.getvalue().splitlines() == [
        "rendering 6 of 6 images (0 rendered before)",
        "rendered 6 of 6 images, 6 of them now, in 0.0 s",
    ]


def test_counting_nothing_says_nothing():
    stream = io.StringIO()
    with counting(LineProgress(stream)):
        pass
    assert stream.getvalue() == ""


def test_a_reader_that_went_away_stops_nothing():
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    progress = LineProgress(Closed())
    progress.start(total=1, done=0)
    progress.advance(1)
    progress.stop()
    assert progress._done == 1
