// The bill of an offer; the twin of offers.py, and of course/costs/bill.py behind it.

const DAYS_PER_MONTH = 365 / 12;

/** Prices in USD per million tokens: input, cached, output, and the input tokens above which they hold.
 * @typedef {[number | null, number | null, number | null, number]} Prices
 * @typedef {{model: string, provider: string, on: string, tiers: Prices[], peak: Prices | null,
 *   off_peak: Prices | null, url: string, note: string}} Offer
 * @typedef {{place: number, call: number | null, day: number | null, month: number | null,
 *   times: number | null, level: boolean, note: string}} Line */

/** @param {Offer} row */
function offerName(row) {
  return `${row.model}, ${row.provider}`;
}

/** The prices that hold for a call: the highest threshold that its input passes.
 * @param {Prices[]} tiers @param {number} input */
function chooseTier(tiers, input) {
  const lowest = tiers.reduce((best, each) => (each[3] < best[3] ? each : best));
  const fitting = tiers.filter((each) => input > each[3]);
  return fitting.length ? fitting.reduce((best, each) => (each[3] > best[3] ? each : best)) : lowest;
}

/** What one call costs in USD, part by part; null where a price is not known.
 * @param {{input: number, cached: number, output: number, reasoning: number}} usage
 * @param {Prices} prices @param {number} batch share of the price that is left */
function callBill(usage, prices, batch) {
  const [input, listed, output] = prices;
  const notes = [];
  if (listed === null && usage.cached && input !== null) {
    notes.push("No price of cached tokens is listed: they are billed as other input.");
  }
  /** @type {[string, number, number | null][]} */
  const wanted = [["input", usage.input - usage.cached, input], ["cached", usage.cached, listed ?? input],
    ["output", usage.output, output], ["reasoning", usage.reasoning, output]];
  const parts = wanted.map(([name, tokens, price]) => {
    if (price !== null || !tokens) return ((tokens * (price ?? 0)) / 1e6) * batch;
    notes.push(`No price of ${name} tokens is known.`);
    return null;
  });
  return { parts, notes };
}

/** @param {any} usage @param {Offer} row @param {number} peak share of the calls @param {number} batch */
function offerBill(usage, row, peak, batch) {
  const tier = chooseTier(row.tiers, usage.input);
  const notes = [row.note, tier[3] ? `The price for inputs above ${number(tier[3], 0)} tokens holds.` : ""];
  let { parts, notes: said } = callBill(usage, tier, batch);
  if (row.peak && row.off_peak) {
    const high = callBill(usage, row.peak, batch).parts;
    const low = callBill(usage, row.off_peak, batch);
    parts = low.parts.map((each, i) => (each === null || high[i] === null ? null : peak * Number(high[i]) + (1 - peak) * each));
    said = low.notes;
  }
  const usd = parts.includes(null) ? null : parts.reduce((sum, each) => Number(sum) + Number(each), 0);
  return { usd, note: [...notes, ...said].filter((text) => text !== "").join(" ") };
}

/** The bill of each row, the cheapest first, unknown ones last. @param {Offer[]} rows
 * @param {Record<string, number>} figures @param {boolean} wait @returns {Line[]} */
function billLines(rows, figures, wait) {
  const { input, output, reasoning, calls } = figures;
  const usage = { input, cached: input * (figures.cached / 100), output, reasoning };
  const batch = wait ? figures.batch / 100 : 1;
  const bills = rows.map((row) =>
    (row.tiers.length ? offerBill(usage, row, figures.peak / 100, batch) : { usd: null, note: row.note }));
  const known = bills.flatMap(({ usd }) => (usd === null ? [] : [usd]));
  const least = known.length ? Math.min(...known) : 0;
  const lines = bills.map(({ usd, note }, place) => {
    const ratio = usd === null || least === 0 ? null : usd / least;
    const day = usd === null ? null : usd * calls;
    return { place, call: usd, day, month: day === null ? null : day * DAYS_PER_MONTH, times: ratio,
      level: ratio !== null && ratio <= 1 + figures.tokenizers / 100, note };
  });
  return lines.sort((a, b) => Number(a.call === null) - Number(b.call === null) || (a.call ?? 0) - (b.call ?? 0));
}

/** What the bills come to, in sentences. @param {Offer[]} rows @param {Line[]} lines */
function billSummary(rows, lines) {
  const known = lines.filter((line) => line.call !== null);
  if (known.length === 0) return "No price is known of what is chosen: add a model.";
  const [first, last] = [known[0], known[known.length - 1]];
  if (last.call === 0) return "There is nothing to pay for: type how many tokens a call has.";
  const start = `${offerName(rows[first.place])} is the cheapest at ${money(Number(first.month))} a month`;
  if (known.length === 1) return `${start}, and nothing else here has a price.`;
  const end = `${offerName(rows[last.place])} the dearest at ${money(Number(last.month))}`;
  const ratio = last.times === null ? "" : `, ${times(last.times)} times as much`;
  const near = known.filter((line) => line.level).length - 1;
  if (last.times === null || near < 1) return `${start}, ${end}${ratio}.`;
  const others = near === 1 ? "Another is" : `${number(near, 0)} others are`;
  return `${start}, ${end}${ratio}. ${others} so near that tokenizers may decide.`;
}
