"""How far a long stage is: a bar on a terminal, a line now and then elsewhere, always on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol, TextIO

_SECONDS_BETWEEN_LINES = 10.0


@dataclass(frozen=True, slots=True)
class Words:
    """What is being done, to what."""

    doing: str
    done: str
    things: str


ENROLLING = Words("enrolling", "enrolled", "samples")
COMPARING = Words("comparing", "compared", "pairs of templates")
RENDERING = Words("rendering", "rendered", "images")


class Progress(Protocol):
    """Told what happens; ``advance(0)`` only says that time passes."""

    def start(self, *, total: int, done: int) -> None:
        """``done`` of ``total`` were done before and are re-used."""

    def advance(self, count: int) -> None:
        """So many more are done."""

    def stop(self) -> None:
        """No more will come, whether or not all are done."""


class NoProgress:
    """Says nothing."""

    def start(self, *, total: int, done: int) -> None:
        """Nothing."""

    def advance(self, count: int) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""


class LineProgress:
    """A line of text every ten seconds and one at the end: for logs and pipes."""

    def __init__(
        self, stream: TextIO, *, words: Words = ENROLLING, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._words = words
        self._clock = clock
        self._total = self._done = self._new = 0
        self._began = self._last = 0.0

    def start(self, *, total: int, done: int) -> None:
        """Say what there is to do."""
        self._total, self._done, self._new = total, done, 0
        self._began = self._last = self._clock()
        words = self._words
        self._write(f"{words.doing} {total - done} of {total} {words.things} ({done} {words.done} before)")

    def advance(self, count: int) -> None:
        """Say how far it is, if the last line is ten seconds old."""
        self._done += count
        self._new += count
        if self._clock() - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = self._clock()
            self._write(f"{self._words.done} {self._done} of {self._total}, {self._pace()}")

    def stop(self) -> None:
        """Say how it ended."""
        seconds = self._clock() - self._began
        counted = f"{self._done} of {self._total} {self._words.things}, {self._new} of them now"
        self._write(f"{self._words.done} {counted}, in {seconds:.1f} s")

    def _pace(self) -> str:
        if not self._new:
            return "none finished yet"
        rate = self._new / (self._clock() - self._began)
        return f"{rate:.1f} a second, about {(self._total - self._done) / rate:.0f} s left"

    def _write(self, text: str) -> None:
        with suppress(OSError):  # a reader that went away stops no enrolment
            print(text, file=self._stream, flush=True)


class BarProgress:
    """A bar with rate and time left, drawn by rich."""

    def __init__(self, stream: TextIO, *, words: Words = ENROLLING) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn(words.doing),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(file=stream),
        )
        self._task = self._bar.add_task("", total=None, rate="")
        self._began = 0.0
        self._new = 0

    def start(self, *, total: int, done: int) -> None:
        """Draw the bar."""
        self._began, self._new = time.monotonic(), 0
        self._bar.update(self._task, total=total, completed=done)
        self._bar.start()

    def advance(self, count: int) -> None:
        """Move the bar."""
        self._new += count
        rate = self._new / max(time.monotonic() - self._began, 1e-9)
        self._bar.update(self._task, advance=count, rate=f"{rate:.1f}/s" if self._new else "")

    def stop(self) -> None:
        """Leave the bar as it is."""
        self._bar.stop()


def progress_for(stream: TextIO | None = None, *, words: Words = ENROLLING, enabled: bool = True) -> Progress:
    """What suits a stream: a bar on a terminal, lines elsewhere, nothing when disabled.

    Args:
        stream: Where to write; stderr unless told.
        words: What is being done.
        enabled: False for silence.
    """
    target = sys.stderr if stream is None else stream
    if not enabled:
        return NoProgress()
    return BarProgress(target, words=words) if target.isatty() else LineProgress(target, words=words)


@contextmanager
def counting(progress: Progress) -> Iterator[Callable[[int, int], None]]:
    """A progress as a function of how many are done and how many there are; stopped at the end, whatever happens."""
    before: int | None = None

    def tell(done: int, total: int) -> None:
        nonlocal before
        if before is None:
            progress.start(total=total, done=0)
        progress.advance(done - (before or 0))
        before = done

    try:
        yield tell
    finally:
        if before is not None:
            progress.stop()
