// Four ways to pay and where they cost the same; the twin of plan.py, and of course/costs behind it.

const WAYS = { api: "Closed API", hosted: "Hosted open weights", rented: "Rented GPUs", owned: "Own server" };
const PRICES = ["api", "hosted"];
const SERVERS = ["rented", "owned"];
const DRAWS = 200;
const HOURS = 730;
const FACTORS = ["speed", "utilisation", "staff", "price"];
const EVEN = { speed: 1, utilisation: 1, staff: 1, price: 1 };

/** Money in USD a month, volumes in millions of tokens a month; a capacity of null has no limit.
 * @typedef {{name: string, running: number, fixed: number, per_server: number, capacity: number | null,
 *   spare: number}} Way
 * @typedef {{price: string, server: string, first: number | null, good: number | null, low: number | null,
 *   high: number | null, never: number}} Crossing */

/** USD per million tokens, `output` per cent of them written; null where a price is missing.
 * @param {{input: number | null, output: number | null} | null} prices @param {number} output */
function mixPrice(prices, output) {
  if (prices === null || prices.input === null || (prices.output === null && output > 0)) return null;
  return prices.input * (1 - output / 100) + (prices.output ?? 0) * (output / 100);
}

/** The figures with the values of rows where a field was left empty; the twin of `filled`.
 * @param {Record<string, any>} figures @param {Record<string, any>} chosen a row or null, for each kind */
function filled(figures, chosen) {
  return { ...figures,
    api_price: figures.api ?? mixPrice(chosen.api, figures.output),
    hosted_price: figures.hosted ?? mixPrice(chosen.hosted, figures.output),
    rent: figures.rent ?? chosen.rent?.value ?? null,
    speed: figures.speed ?? chosen.speed?.value ?? null };
}

/** The four ways; null where a price or a speed is missing. @param {Record<string, any>} figures
 * @param {Record<string, number>} factors @returns {Record<string, Way | null>} */
function waysOf(figures, factors = EVEN) {
  const byToken = (id) => (figures[`${id}_price`] === null ? null
    : { name: WAYS[id], running: figures[`${id}_price`], fixed: 0, per_server: 0, capacity: null, spare: 0 });
  const { speed, rent, server } = figures;
  const use = Math.min(1, (figures.utilisation / 100) * factors.utilisation);
  const capacity = (speed * factors.speed * 3600 * HOURS * use) / 1e6;
  const fixed = figures.staff * factors.staff * figures.wage;
  const own = (id, perServer) => ({ name: WAYS[id], running: 0, fixed, per_server: perServer, capacity, spare: figures.spare });
  const power = figures.watts === null ? 0 : ((figures.watts * figures.pue * HOURS) / 1000) * figures.kwh;
  return { api: byToken("api"), hosted: byToken("hosted"),
    rented: speed === null || rent === null ? null : own("rented", rent * factors.price * figures.gpus * HOURS),
    owned: speed === null || server === null ? null
      : own("owned", (server * factors.price) / figures.months + power + figures.room) };
}

/** Servers that a volume takes, spare ones included. @param {Way} way @param {number} volume */
function serversFor(way, volume) {
  const needed = way.capacity === null ? 0 : Math.ceil((volume / way.capacity) * (1 - 1e-12));
  return Math.max(1, needed) + way.spare;
}

/** USD for a month with a volume. @param {Way} way @param {number} volume */
function costOf(way, volume) {
  return way.fixed + way.per_server * (way.per_server ? serversFor(way, volume) : 0) + way.running * volume;
}

/** The lowest volume above which a server is cheaper than a price; null where there is none.
 * @param {Way} price @param {Way} own @returns {number | null} */
function breakEven(price, own) {
  const found = lowestVolume(price, own);
  return found === Infinity ? null : found;
}

/** @param {Way} price @param {Way} own */
function lowestVolume(price, own) {
  const flat = own.fixed + own.per_server * (1 + own.spare);
  const saving = price.running - own.running;
  if (saving <= 0) return saving === 0 && flat < price.fixed ? 0 : null;
  const place = Math.max(0, (flat - price.fixed) / saving);
  if (!own.per_server || own.capacity === null || place < own.capacity) return place;
  const gain = saving * own.capacity - own.per_server;
  if (gain <= 0) return null;
  const fixed = own.fixed - price.fixed;
  const count = Math.max(1, Math.floor((fixed + own.per_server * own.spare) / gain)) + 1;
  return Math.max((fixed + own.per_server * (count + own.spare)) / saving, own.capacity * (count - 1));
}

/** The volume above which a server stays cheaper, or null. @param {Way} price @param {Way} own */
function goodFrom(price, own) {
  const saving = price.running - own.running;
  const capacity = own.capacity ?? Infinity;
  const gain = saving * capacity - own.per_server;
  if (saving <= 0 || gain <= 0) return null;
  const flat = own.fixed + own.per_server * own.spare;
  const steps = ((flat + own.per_server) / gain) * (1 - 1e-12);
  if (steps === Infinity) return null;
  const count = Math.max(1, Math.ceil(steps));
  return Math.max((flat + own.per_server * count) / saving, capacity * (count - 1));
}

/** The digits of a number in a base, mirrored behind the point. @param {number} value @param {number} base */
function mirrored(value, base) {
  let [found, part] = [0, 1];
  for (let rest = value; rest > 0; rest = Math.floor(rest / base)) {
    part /= base;
    found += (rest % base) * part;
  }
  return found;
}

// The same points as `even_draws` in course/costs/uncertain.py.
const POINTS = Array.from({ length: DRAWS }, (_, i) => [2, 3, 5, 7].map((base) => mirrored(i + 1, base)));

/** A value of the triangle from 1 - give over 1 to 1 + give. @param {number} give @param {number} u */
function triangle(give, u) {
  const [low, high] = [1 - give, 1 + give];
  const width = high - low;
  if (width === 0) return 1;
  if (u <= (1 - low) / width) return low + Math.sqrt(u * width * (1 - low));
  return high - Math.sqrt((1 - u) * width * (high - 1));
}

/** The factors of each draw, made once for a `give`. @param {number} give */
function drawsOf(give) {
  if (give !== drawsOf.give) {
    drawsOf.give = give;
    drawsOf.made = POINTS.map((point) => Object.fromEntries(FACTORS.map((name, i) => [name, triangle(give, point[i])])));
  }
  return drawsOf.made;
}
drawsOf.give = -1;
/** @type {Record<string, number>[]} */
drawsOf.made = [];

/** A quantile of sorted values; null beyond every number. @param {number[]} values @param {number} share */
function quantile(values, share) {
  const place = share * (values.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, values.length - 1);
  if (values[above] === Infinity && (place > below || values[below] === Infinity)) return null;
  return values[below] + (place > below ? (place - below) * (values[above] - values[below]) : 0);
}

/** Each server against each price, where both are known. @param {Record<string, any>} figures
 * @returns {Crossing[]} */
function crossings(figures) {
  const held = waysOf(figures);
  const drawn = drawsOf(figures.sure / 100).map((factors) => waysOf(figures, factors));
  return PRICES.flatMap((price) => SERVERS.flatMap((server) => {
    const [one, other] = [held[price], held[server]];
    if (one === null || other === null) return [];
    const values = drawn.map((ways) => breakEven(one, /** @type {Way} */ (ways[server])) ?? Infinity).sort((a, b) => a - b);
    return [{ price, server, first: breakEven(one, other), good: goodFrom(one, other),
      low: quantile(values, 0.1), high: quantile(values, 0.9), never: values.filter((each) => each === Infinity).length }];
  }));
}

/** Millions of tokens, as text. @param {number} volume */
function tokensText(volume) {
  if (volume < 0.01) return number(volume * 1e6, 0);
  if (volume >= 1e6) return `${number(volume / 1e6, 1)} million million`;
  if (volume >= 1e3) return `${number(volume / 1e3, 1)} thousand million`;
  return `${number(volume, volume >= 100 ? 0 : volume >= 10 ? 1 : 2)} million`;
}

/** Name a crossing with its interval. @param {Crossing} each @param {number} price USD per million */
function crossingSentence(each, price) {
  const own = WAYS[each.server];
  const other = WAYS[each.price].charAt(0).toLowerCase() + WAYS[each.price].slice(1);
  if (each.first === null) {
    const start = `${own}: dearer than the ${other} at every volume.`;
    if (each.low === null) return start;
    return `${start} In ${number(((DRAWS - each.never) / DRAWS) * 100, 0)}% of the draws it is cheaper somewhere.`;
  }
  if (each.first === 0) return `${own}: cheaper than the ${other} from the first token on.`;
  const start = `${own}: cheaper than the ${other} above ${tokensText(each.first)} tokens a month, where its bill is ${money(each.first * price)}`;
  let span = "most draws find no such volume";
  if (each.low !== null && each.high === null) span = `8 of 10 draws: from ${tokensText(each.low)} to no volume at all`;
  else if (each.low !== null) span = `8 of 10 draws: ${tokensText(each.low)} to ${tokensText(Number(each.high))}`;
  let end = "";
  if (each.good === null) end = " Not for good: full servers cost more than the price.";
  else if (each.good > each.first * (1 + 1e-9)) end = ` More servers turn it back at times; for good above ${tokensText(each.good)}.`;
  return `${start} (${span}).${end}`;
}

/** How the two prices compare, or "". @param {number | null} api @param {number | null} hosted */
function pricesSentence(api, hosted) {
  if (api === null || hosted === null || api === 0) return "";
  const less = (1 - hosted / api) * 100;
  if (Math.abs(less) < 0.5) return "Hosted open weights: at every volume as dear as the closed API.";
  return `Hosted open weights: at every volume ${number(Math.abs(less), 0)}% ${less > 0 ? "below" : "above"} the closed API.`;
}

/** Which way is the cheapest at a volume. @param {Record<string, number | null>} costs
 * @param {number} volume */
function cheapestSentence(costs, volume) {
  const known = Object.keys(costs).filter((id) => costs[id] !== null);
  const missing = Object.keys(costs).filter((id) => costs[id] === null).map((id) => WAYS[id]);
  const left = missing.length ? ` Left out, for want of a figure: ${missing.join(", ")}.` : "";
  if (known.length === 0) return `No way can be worked out.${left}`;
  const best = known.reduce((one, other) => (Number(costs[other]) < Number(costs[one]) ? other : one));
  return `At ${tokensText(volume)} tokens a month the cheapest is: ${WAYS[best]}, ${money(Number(costs[best]))} a month.${left}`;
}
