"""The claim ledger: what five articles say, what became of it, and where it was decided.

`data/claims.csv` has a row for each claim and each piece of advice, `data/teaching_points.csv` one
for each point that the articles teach. `data/claims.md` says what the words mean.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from course import paths, strict_csv
from course.errors import CourseError, DataError

ARTICLES = {
    "000": "Bloxtra",
    "001": "the long guide",
    "002": "the factor guide",
    "003": "the card",
    "004": "Oversite",
}
VERDICTS = ("holds", "depends", "dated", "contradicted", "inconsistent", "untestable")
KINDS = ("claim", "advice")
TOPICS = (
    "openness", "models", "gap", "cost", "privacy", "control",
    "running", "customising", "safety", "method", "choice", "outlook",
)  # fmt: skip
TABLES = (
    "models", "prices", "benchmarks", "gap_over_time", "licences", "openness", "deprecations",
    "gpu_prices", "hardware", "throughput", "quantization", "data_policies", "gguf_models",
    "regulation", "inputs", "quoted_figures",
)  # fmt: skip
PLANNED = "planned"
APPENDICES = "ABCDEFGHI"

_CLAIMS = (
    "id", "article", "topic", "kind", "claim", "verdict", "evidence", "source_url",
    "source_date", "date_note", "retrieved", "chapter", "anchor", "note",
)  # fmt: skip
_POINTS = ("id", "article", "point", "chapters", "anchors")
_MOST = 1000
_TABLE = re.compile(r"\btables? (\w+)(?: and (\w+))?")
_ADDRESS = re.compile(r"https://[\w.-]+(/[^\s\"<>]*)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ANCHOR = re.compile(r"planned|chapters/[\w/-]+#[\w-]+")


class UnknownFilter(CourseError):  # noqa: N818 (named as those in course.errors are)
    """The ledger was asked for something that it is not sorted by."""


@dataclass(frozen=True)
class Claim:
    """One claim or piece of advice, in our words, with its verdict.

    articles: the numbers of those that make it. source_url: "" where the verdict comes from a run
    in the chapter or from the articles themselves. source_date: of the source, None where it has
    none; date_note then says why. retrieved: the day the source was read. chapter: the one that
    decides, "00" to "16". anchor: where in it, or "planned".
    """

    id: str
    articles: tuple[str, ...]
    topic: str
    kind: str
    claim: str
    verdict: str
    evidence: str
    source_url: str
    source_date: date | None
    date_note: str
    retrieved: date
    chapter: str
    anchor: str
    note: str

    @property
    def planned(self) -> bool:
        """Whether the chapter that decides it is still to be written."""
        return self.anchor == PLANNED

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of facts that the evidence names, such as "prices"."""
        named = {name for pair in _TABLE.findall(self.evidence) for name in pair}
        return tuple(name for name in TABLES if name in named)

    @property
    def said_by(self) -> str:
        """The articles by name: "Bloxtra, the card"."""
        return ", ".join(ARTICLES[number] for number in self.articles)


@dataclass(frozen=True)
class Point:
    """Something an article teaches, and the chapters that teach it here.

    chapters: "00" to "16", or a letter for an appendix. anchors: for each of the chapters, in the
    same order, where it stands, or "planned".
    """

    id: str
    article: str
    point: str
    chapters: tuple[str, ...]
    anchors: tuple[str, ...]


def ledger() -> list[Claim]:
    """Every row of the ledger; raises DataError where its file cannot be used."""
    path = paths.DATA / "claims.csv"
    rows = strict_csv.read(path, _CLAIMS, "id", _MOST)
    return [_claim(row, _Cells(row, path, number)) for number, row in enumerate(rows, start=2)]


def points() -> list[Point]:
    """Every teaching point; raises DataError where their file cannot be used."""
    path = paths.DATA / "teaching_points.csv"
    rows = strict_csv.read(path, _POINTS, "id", _MOST)
    return [_point(row, _Cells(row, path, number)) for number, row in enumerate(rows, start=2)]


def choose(
    *,
    article: str | None = None,
    topic: str | None = None,
    verdict: str | None = None,
    kind: str | None = None,
    chapter: str | None = None,
    text: str = "",
) -> list[Claim]:
    """The claims that answer to every filter given, in the order of the ledger.

    article: a number or a name ("000", "Bloxtra"). text: words that must all stand in the claim,
    its evidence or its note, in small letters or capitals.
    Raises UnknownFilter where a filter names nothing there is.
    """
    number = None if article is None else _article(article)
    for value, known, what in ((topic, TOPICS, "topic"), (verdict, VERDICTS, "verdict"),
                               (kind, KINDS, "kind")):  # fmt: skip
        if value is not None and value not in known:
            raise UnknownFilter(f"There is no {what} {value!r}: choose one of {', '.join(known)}.")
    wanted = {"topic": topic, "verdict": verdict, "kind": kind, "chapter": chapter}
    words = text.casefold().split()
    return [
        claim
        for claim in ledger()
        if (number is None or number in claim.articles)
        and all(value is None or getattr(claim, name) == value for name, value in wanted.items())
        and all(word in _words_of(claim) for word in words)
    ]


def count_verdicts(claims: Iterable[Claim]) -> dict[str, int]:
    """How many claims have each of the six verdicts; those that none has are there with 0."""
    counts = Counter(claim.verdict for claim in claims)
    return {verdict: counts[verdict] for verdict in VERDICTS}


def _article(wanted: str) -> str:
    for number, name in ARTICLES.items():
        if wanted.casefold() in (number, name.casefold()):
            return number
    known = ", ".join(f"{name} ({number})" for number, name in ARTICLES.items())
    raise UnknownFilter(f"There is no article {wanted!r}: choose one of {known}.")


def _words_of(claim: Claim) -> str:
    return f"{claim.claim} {claim.evidence} {claim.note}".casefold()


class _Cells:
    """The cells of one row, checked one by one; a fault names file, row and column."""

    def __init__(self, row: dict[str, str], path: Path, number: int) -> None:
        self._row, self._path, self._number = row, path, number

    def fault(self, column: str, what: str) -> DataError:
        name = paths.shown(self._path)
        return DataError(
            f"{name}, row {self._number}, column {column!r}: {what}: "
            f"restore it with `git checkout -- {name}`."
        )

    def one_of(self, column: str, known: Iterable[str]) -> str:
        if self._row[column] not in known:
            raise self.fault(column, f"{self._row[column]!r} is not one of {', '.join(known)}")
        return self._row[column]

    def some_of(self, column: str, known: Iterable[str]) -> tuple[str, ...]:
        values = tuple(self._row[column].split(" "))
        if not set(values) <= set(known) or len(set(values)) < len(values):
            raise self.fault(column, f"{self._row[column]!r} is not a list of {', '.join(known)}")
        return values

    def words(self, column: str) -> str:
        if not self._row[column]:
            raise self.fault(column, "there is nothing in it")
        return self._row[column]

    def day(self, column: str) -> date:
        self.matching(column, _DAY, "a day like 2026-11-21")
        try:
            return date.fromisoformat(self._row[column])
        except ValueError:
            raise self.fault(column, f"{self._row[column]!r} is no day") from None

    def matching(self, column: str, form: re.Pattern[str], what: str) -> str:
        if not form.fullmatch(self._row[column]):
            raise self.fault(column, f"{self._row[column]!r} is not {what}")
        return self._row[column]


def _chapters() -> list[str]:
    return [f"{number:02}" for number in range(17)]


def _claim(row: dict[str, str], cells: _Cells) -> Claim:
    has_source, has_day = bool(row["source_url"]), bool(row["source_date"])
    if has_day and not has_source:
        raise cells.fault("source_date", "a day without a source")
    return Claim(
        id=cells.matching("id", re.compile(r"[a-z0-9-]+"), "an id of small letters and hyphens"),
        articles=cells.some_of("article", ARTICLES),
        topic=cells.one_of("topic", TOPICS),
        kind=cells.one_of("kind", KINDS),
        claim=cells.words("claim"),
        verdict=cells.one_of("verdict", VERDICTS),
        evidence=cells.words("evidence"),
        source_url=cells.matching("source_url", _ADDRESS, "an https address") if has_source else "",
        source_date=cells.day("source_date") if has_day else None,
        date_note=row["date_note"] if has_day else cells.words("date_note"),
        retrieved=cells.day("retrieved"),
        chapter=cells.one_of("chapter", _chapters()),
        anchor=cells.matching("anchor", _ANCHOR, "an anchor or the word planned"),
        note=row["note"],
    )


def _point(row: dict[str, str], cells: _Cells) -> Point:
    chapters = cells.some_of("chapters", [*_chapters(), *APPENDICES])
    anchors = tuple(row["anchors"].split(" "))
    if len(anchors) != len(chapters) or not all(map(_ANCHOR.fullmatch, anchors)):
        raise cells.fault("anchors", "one anchor, or the word planned, is needed for each chapter")
    return Point(
        id=cells.matching("id", re.compile(r"\d\.\d+"), "a number such as 0.1"),
        article=cells.one_of("article", ARTICLES),
        point=cells.words("point"),
        chapters=chapters,
        anchors=anchors,
    )
