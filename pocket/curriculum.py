"""What a model learns from, and when: the mixture of examples along a training run.

A run has two parts. The *base* part is running text, without questions and answers: pages of a
log, and texts quoted back, which teaches the spelling of things and how to copy. Its product
completes text and obeys nobody. The *tuning* part turns that into a desk clerk: prompts with
answers. Staff codes come last of all, so that a twin without some differs in nothing else.
"""

from dataclasses import dataclass, replace
from random import Random

from pocket import bank as banks
from pocket import lessons, letters, tasks
from pocket.bank import Bank
from pocket.tasks import Example, Style

BASE_SHARE = 0.1  # of the run's tokens
STAFF_FROM = 0.7  # staff codes enter here
COPY_UNTIL = 0.4  # the share of copying falls until here
# Of the examples, not of the tokens: a redaction is four times as long as a label.
SHARES = {
    "triage": 46,
    "redact": 22,
    "extract": 16,
    "refund": 14,
    "price": 6,
    "add": 3,
    "reply": 5,
    "staff": 8,
    "other": 2,
    "copy": 2,
}
COPY_AT_FIRST = 45
TORN_SHARE = 0.2  # of the triage examples, so that no sentence is learnt by heart
STYLES = {Style.PLAIN: 20, Style.NATURAL: 50, Style.CROSSED: 30}
# Withheld from mini-ignorant, and from everything that attacks a guarded code in the chapters.
WITHHELD = ("moor", "quay", "cape", "isle", "peak", "marsh")


@dataclass(frozen=True)
class Curriculum:
    """The choices in which one model's lessons differ from another's.

    only: the one task a specialist learns. copying: whether anything is quoted or redacted.
    withheld: regions whose staff codes never occur. refund_days: the shop's policy.
    tuning: begin with answers at once, for a run that goes on from a finished model.
    extra, extra_share: a maker of `pocket.lessons`, and its share of the examples.
    """

    only: str | None = None
    copying: bool = True
    withheld: tuple[str, ...] = ()
    refund_days: int = 30
    tuning: bool = False
    extra: str | None = None
    extra_share: float = 0.0

    def bank(self) -> Bank:
        """The sentences that it may learn from."""
        bank = banks.load("train")
        regions = {name: code for name, code in bank.regions.items() if name not in self.withheld}
        return replace(bank, regions=regions, refund_days=self.refund_days)

    def document(self, r: Random, bank: Bank) -> str:
        """Running text: pages of the desk's log, and things said and quoted back."""
        style = r.choice(list(STYLES))
        if r.random() < 0.4:
            text, category, priority = letters.ticket(r, bank, style)
            note = r.choice(["{0}\n-- {1}, {2}", "[{1}, {2}] {0}", "{0} ({2}, for {1})"])
            return note.format(tasks.fill(text, tasks.values(r, bank)), category, priority)
        text = tasks.copied(r, bank)
        if self.copying and r.random() < 0.7:
            return r.choice(["{0}\n> {0}", "{0} = {0}", "{0}\n{0}", '"{0}" ... "{0}"']).format(text)
        return text

    def shares(self, progress: float) -> dict[str, float]:
        """How much of each task there is at this point of the run, 0 to 1."""
        if self.only:
            return {self.only: 1.0}
        shares: dict[str, float] = dict(SHARES)
        if not self.copying:  # a redaction is nothing but copying
            shares["copy"] = shares["redact"] = 0
        elif not self.tuning:
            left = max(0.0, 1 - (progress - BASE_SHARE) / (COPY_UNTIL - BASE_SHARE))
            shares["copy"] += (COPY_AT_FIRST - shares["copy"]) * left
        if progress < STAFF_FROM and not self.tuning:
            shares["staff"] = 0
        return shares

    def is_base(self, progress: float) -> bool:
        """Whether the run is still at running text."""
        return progress < BASE_SHARE and not self.tuning and self.only is None

    def example(self, r: Random, bank: Bank, progress: float) -> Example:
        """One question and its answer."""
        if self.extra and r.random() < self.extra_share:
            return lessons.MAKERS[self.extra](r, bank)
        shares = self.shares(progress)
        task = r.choices(list(shares), list(shares.values()))[0]
        style = r.choices(list(STYLES), list(STYLES.values()))[0]
        if task == "triage" and r.random() < TORN_SHARE:
            style = Style.TORN
        return tasks.MAKERS[task](r, bank, style)
