"""The verdicts that are computed are those of the ledger, and none is left out."""

from __future__ import annotations

from course import claims, cost_claims

LEDGER = {claim.id: claim for claim in claims.ledger() if claim.chapter in ("07", "08", "09")}


def test_every_claim_of_the_three_chapters_is_decided():
    # the crossover itself was decided in chapter 4
    assert set(cost_claims.RULES) == set(LEDGER)


def test_computed_verdicts_are_those_of_the_ledger():
    found = {each.id: each for each in cost_claims.decide()}
    wrong = {
        name: (each.verdict, LEDGER[name].verdict, each.because)
        for name, each in found.items()
        if each.verdict != LEDGER[name].verdict
    }
    assert wrong == {}


def test_the_server_of_oversite_is_never_below_its_crossover():
    assert cost_claims.stated_crossover() == 0


def test_the_table_reads():
    text = repr(cost_claims.table())
    assert text.count("\n") == len(cost_claims.RULES)
    assert "untestable" in text and "USD" in text
