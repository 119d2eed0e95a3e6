"""The bill by the token: by hand, against genai-prices, and with figures that make no sense."""

from __future__ import annotations

import datetime as dt
import math
import random

import pytest

from course import costs, facts
from course.errors import AmountRefused, CourseError
from course.facts.read import rows
from course.facts.schema import tables

NONSENSE = [-1, math.nan, math.inf, 1e308, "3", None, True, 10**400]


def test_a_bill_worked_by_hand():
    usage = costs.Usage(input=2000, cached=1000, output=500, calls=1000)
    bill = costs.bill(usage, costs.Rates(input=3, cached=0.3, output=15))
    # 1,000 x 1,000 x 3 / 1e6 = 3; x 0.3 = 0.30; 1,000 x 500 x 15 / 1e6 = 7.50
    assert (bill.input, bill.cached, bill.output) == pytest.approx((3.0, 0.3, 7.5))
    assert bill.usd == pytest.approx(10.8)
    assert bill.tokens == 2_500_000
    assert bill.notes == ()


def test_reasoning_is_billed_as_output_and_batch_halves_all():
    usage = costs.Usage(input=1000, output=100, reasoning=900, calls=10)
    bill = costs.bill(usage, costs.Rates(input=1, output=10), batch=0.5)
    assert bill.reasoning == pytest.approx(9 * bill.output) == pytest.approx(0.045)
    assert bill.usd == pytest.approx((0.01 + 0.1) / 2)


def test_a_million_tokens_of_a_mix():
    usage = costs.Usage(input=1500, output=500)
    # (1,500 x 2 + 500 x 6) / 1e6 = 0.006 USD for 2,000 tokens
    assert costs.per_million(usage, costs.Rates(input=2, output=6)) == pytest.approx(3.0)
    assert costs.per_million(usage, costs.Rates(input=2)) is None
    with pytest.raises(AmountRefused, match="no tokens"):
        costs.per_million(costs.Usage(), costs.Rates(input=2, output=6))


def test_cached_tokens_without_a_price_are_billed_as_input_and_it_is_said():
    usage = costs.Usage(input=1000, cached=400)
    bill = costs.bill(usage, costs.Rates(input=5, output=5))
    assert bill.usd == pytest.approx(0.005)
    assert "billed as other input" in bill.notes[0]


def test_a_missing_price_leaves_the_rest():
    bill = costs.bill(costs.Usage(input=1000, output=10), costs.Rates(input=5))
    assert bill.usd is None and bill.output is None
    assert bill.input == bill.at_least == pytest.approx(0.005)
    assert bill.notes == ("No price of output tokens is known.",)


def test_a_context_tier_holds_for_the_whole_call():
    tiers = [costs.Rates(2, 4, above=200_000), costs.Rates(1, 2), costs.Rates(5, 9, above=500_000)]
    assert costs.choose(tiers, 200_000).input == 1
    assert costs.choose(tiers, 200_001).input == 2
    assert costs.choose(tiers, 1e6).input == 5


def test_hours_of_the_day():
    night = costs.Rates(1, 1, hours=((16 * 60 + 30, 30),))  # over midnight
    day = costs.Rates(4, 4, hours=((30, 16 * 60 + 30),))
    held = {minute: costs.choose([day, night], 0, minute).input for minute in (0, 29, 30, 989, 990)}
    assert held == {0: 1, 29: 1, 30: 4, 989: 4, 990: 1}


@pytest.mark.parametrize("wrong", NONSENSE)
@pytest.mark.parametrize("name", ["input", "cached", "output", "reasoning", "calls"])
def test_usages_that_make_no_sense(name, wrong):
    with pytest.raises(CourseError, match=name):
        costs.Usage(**{name: wrong})


@pytest.mark.parametrize("wrong", [each for each in NONSENSE if each is not None])
def test_prices_that_make_no_sense(wrong):
    with pytest.raises(CourseError, match="price of output"):
        costs.Rates(input=1, output=wrong)
    with pytest.raises(CourseError, match="batch"):
        costs.bill(costs.Usage(1), costs.Rates(1, 1), batch=wrong)


def test_more_cached_tokens_than_input():
    with pytest.raises(AmountRefused, match="part of: give at most as many"):
        costs.Usage(input=10, cached=11)


def test_the_largest_figures_give_a_finite_bill():
    usage = costs.Usage(input=1e15, output=1e15, reasoning=1e15, calls=1e15)
    assert math.isfinite(costs.bill(usage, costs.Rates(1e15, 1e15)).usd)


# -- the table of prices ---------------------------------------------------------------------------


def test_an_offer_on_a_day_and_where_it_was_read():
    offered = costs.offer("GPT-4o", "OpenAI API", on="2026-08-01")
    assert offered.tiers == (costs.Rates(input=2.5, cached=1.25, output=10),)
    assert offered.citation.url.startswith("https://")
    usage = costs.Usage(input=1000, output=100, calls=1000)
    assert costs.offer_bill(usage, offered).usd == pytest.approx(2.5 + 1.0)


def test_a_long_call_pays_the_tier_of_long_calls():
    offered = costs.offer("Gemini 2.5 Pro", "Gemini API", on="2025-10-31")
    short, long = (
        costs.offer_bill(costs.Usage(input=tokens), offered).usd for tokens in (2e5, 2e5 + 1)
    )
    assert long > 1.9 * short


def test_a_tier_that_nobody_read_that_day_is_not_billed_as_a_short_call():
    offered = costs.offer("Gemini 1.5 Flash-8B", "Gemini API")
    short, long = (
        costs.offer_bill(costs.Usage(input=tokens, output=9), offered)
        for tokens in (128_000, 128_001)
    )
    assert short.usd is not None and long.usd is None
    assert long.notes == (
        "No price of input tokens is known.",
        "No price of output tokens is known.",
    )


def test_peak_hours_are_a_share():
    offered = costs.offer("DeepSeek V4 Pro", "DeepSeek API", on="2026-10-01")
    usage = costs.Usage(input=1e6)
    paid = [costs.offer_bill(usage, offered, peak_share=share).usd for share in (0, 0.25, 1)]
    assert paid == pytest.approx([0.66, 0.25 * 1.32 + 0.75 * 0.66, 1.32])


def test_tiers_by_the_clock():
    offered = costs.offer("DeepSeek R1 (deepseek-reasoner, July 2025)", "DeepSeek API")
    usage = costs.Usage(input=1e6)
    paid = [costs.offer_bill(usage, offered, at=dt.time(hour)).usd for hour in (12, 20)]
    assert paid == pytest.approx([0.55, 0.135])


def test_what_is_not_known_leaves_the_other_bills():
    wanted = [("GPT-4o", "OpenAI API"), ("GPT-4o", "Nobody"), ("GPT-99", "OpenAI API")]
    found = costs.bills(costs.Usage(input=1e6), wanted, on="2026-08-01")
    assert [line["usd"] for line in found] == [2.5, None, None]
    assert "read at OpenAI API" in found[1]["note"]
    assert "no price of 'GPT-99' was read" in found[2]["note"]
    (early,) = costs.bills(costs.Usage(input=1), wanted[:1], on="1999-01-01")
    assert early["usd"] is None and "was not read; known is" in early["note"]


def test_another_currency_is_not_guessed():
    home = facts.figure("inputs", "electricity-eu-home")
    assert "give a rate such as usd_per={'EUR': 1.1}" in str(costs.in_usd(home))
    turned = costs.in_usd(home, {"EUR": 1.25})
    assert float(turned) == pytest.approx(0.2872 * 1.25)
    assert turned.unit == "USD per kWh" and turned.citation == home.citation
    ours = facts.figure("inputs", "electricity-us-commercial")
    assert costs.in_usd(ours) is ours
    assert not costs.in_usd(facts.figure("inputs", "data-centre-overhead")).known
    with pytest.raises(AmountRefused, match="rate of EUR"):
        costs.in_usd(home, {"EUR": math.nan})


# -- the calculator of genai-prices ----------------------------------------------------------------


def _their_models(package) -> dict:
    return {
        f"{provider.id}/{model.id}": model
        for provider in package.providers
        for model in provider.models
    }


def _same(rates, theirs, tiered) -> bool:
    """Whether the rows and the package list the same prices and the same thresholds."""
    listed = (getattr(theirs, f"{key}_mtok", None) for key in ("input", "cache_read", "output"))
    starts = {tier.start for each in listed if isinstance(each, tiered) for tier in each.tiers}
    if not starts <= {each.above for each in rates}:
        return False

    def at(price, above):
        if not isinstance(price, tiered):
            return price
        passed = [tier.price for tier in price.tiers if above >= tier.start]
        return passed[-1] if passed else price.base

    for each in rates:
        if each.input is None:  # a tier whose price on that day nobody read
            continue
        for name, key in (("input", "input"), ("cached", "cache_read"), ("output", "output")):
            ours, other = getattr(each, name), at(getattr(theirs, f"{key}_mtok", None), each.above)
            if (ours is None) != (other is None) or (ours is not None and ours != float(other)):
                return False
    return True


def _offers(package, kinds):
    """Our offers with the model of the package that each is a row of, and a moment of that day."""
    models = _their_models(package)
    for row in rows(tables()["prices"]):
        there = models.get(row["upstream"])
        if there is None or row["differs_because"] or not row["from_date"]:
            continue
        day = row["checked_on"]
        if row["to_date"] and day >= row["to_date"]:
            day = row["to_date"] - dt.timedelta(days=1)
        offered = costs.offer(row["model"], row["provider"], on=day)
        moment = dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)
        if offered.known and _same(offered.tiers, there.get_prices(moment), kinds.TieredPrices):
            yield offered, there, moment


def test_200_random_bills_agree_with_genai_prices():
    package = pytest.importorskip("genai_prices.data")
    kinds = pytest.importorskip("genai_prices.types")
    held = list(_offers(package, kinds))
    assert len(held) > 150, "genai-prices no longer lists most of our prices"
    tiered = [each for each in held if any(rates.above and rates.input for rates in each[0].tiers)]
    assert len(tiered) >= 5, "no offer with a context tier is left to compare"
    chance = random.Random(20261121)
    compared = 0
    while compared < 200:
        offered, there, moment = chance.choice(tiered if compared % 4 == 0 else held)
        whole = chance.choice([0, 1, 1_000, 199_999, 200_000, 200_001, 272_001, 1_000_000])
        whole += chance.randrange(1000) if whole == 1000 else 0
        usage = costs.Usage(
            input=whole,
            cached=chance.randint(0, whole),
            output=chance.randrange(20_000),
            reasoning=chance.choice([0, chance.randrange(50_000)]),
        )
        theirs = there.get_prices(moment).calc_price(
            kinds.Usage(
                input_tokens=int(usage.input),
                cache_read_tokens=int(usage.cached),
                output_tokens=int(usage.output + usage.reasoning),
            )
        )
        ours = costs.offer_bill(usage, offered)
        if costs.choose(offered.tiers, usage.input).input is None:
            assert ours.usd is None or not usage.tokens
            continue
        assert ours.usd == pytest.approx(float(theirs["total_price"]), rel=1e-12, abs=1e-15), (
            f"{offered.model} at {offered.provider}: {usage}"
        )
        compared += 1
