"""Small datasets of one's own for end-to-end tests: a manifest, an index and whatever files a test makes."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

MANIFEST = """\
schema_version: 1
kind: dataset
id: toy-set
name: Toy set
version: "1"
curator: the tests
source: {{how: written by a test}}
attribution: the tests
synthetic: true
licence: {{name: Apache License 2.0, spdx: Apache-2.0, commercial_use: yes, redistribution: yes, source: LICENSE}}
consent:
  basis: not-applicable-synthetic
  scope: Nobody is pictured.
  purposes: [{purposes}]
  tasks: [{tasks}]
  evidence: []
  withdrawal: Nobody is pictured.
  withdrawals_applied: null
  expires: {expires}
labels:
  - {{attribute: team, kind: categorical, values: [red, blue, green], provenance: generated}}
{more}files: {{index: files.csv, sha256: {digest}, group_sizes_public: true}}
"""

LABEL = "  - {{attribute: {attribute}, kind: categorical, values: [dim, bright], provenance: generated}}\n"

PLAN = """\
audit: toy
date: 2026-11-22
purpose: internal-testing
dataset: {manifest: data/manifest.yaml}
system: {kind: scores, file: scores.csv, score: similarity}
groups: [team]
operating_points:
  - {policy: vendor, threshold: 0.5}
"""


@dataclass(frozen=True, slots=True)
class Toy:
    """A folder with ``plan.yaml``, ``data/`` and what a test adds."""

    folder: Path

    @property
    def plan(self) -> Path:
        return self.folder / "plan.yaml"

    @property
    def images(self) -> Path:
        return self.folder / "data"

    def write_index(self, rows: Sequence[tuple[str, str, str]], *, consent: Mapping[str, str] | None = None) -> None:
        """Rows ``(sample, subject, team)``; an image that is already there gives its digest."""
        lines = []
        for sample, subject, team in rows:
            path = self.images / f"{sample}.png"
            content = path.read_bytes() if path.exists() else sample.encode()
            lines.append((sample, f"{sample}.png", subject, hashlib.sha256(content).hexdigest(), team))
        self.write_rows(lines, consent=consent)

    def write_rows(
        self, rows: Sequence[Sequence[str]], *, consent: Mapping[str, str] | None = None, labels: Sequence[str] = ()
    ) -> None:
        """``labels`` are further ones, with the values dim and bright; each is one more column of ``rows``."""
        text = table(("sample", "path", "subject", "sha256", "team", *labels), rows)
        self.images.mkdir(exist_ok=True)
        (self.images / "files.csv").write_text(text)
        more = "".join(LABEL.format(attribute=label) for label in labels)
        terms = {"more": more, "purposes": "internal-testing", "tasks": "verification", "expires": "null"} | dict(
            consent or {}
        )
        digest = hashlib.sha256(text.encode()).hexdigest()
        (self.images / "manifest.yaml").write_text(MANIFEST.format(digest=digest, **terms))

    def write_scores(self, rows: Sequence[tuple[str, str, object]]) -> None:
        (self.folder / "scores.csv").write_text(table(("probe", "reference", "score"), rows))

    def write_plan(self, **changes: str) -> None:
        """The standard plan with some top-level lines replaced; an operating point list keeps its lines below."""
        lines = PLAN.splitlines()
        for key, value in changes.items():
            lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines]
            if not any(line.startswith(f"{key}:") for line in lines):
                lines.append(f"{key}: {value}")
        if "operating_points" in changes:
            lines = [line for line in lines if not line.startswith("  -")]
        self.plan.write_text("\n".join(lines) + "\n")


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def blank(path: Path, *, size: tuple[int, int] = (96, 96)) -> None:
    """An image without a face."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (90, 120, 150)).save(path)
