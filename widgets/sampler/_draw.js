// The arithmetic of the sampler; the twin of draw.py.

const SEEDS = 2 ** 32;

/** exp(logit / temperature) of each, scaled to add up to 1. @param {number[]} logits
 * @param {number} temperature above 0 */
function softmax(logits, temperature = 1) {
  let highest = -Infinity;
  for (const logit of logits) highest = Math.max(highest, logit);
  const powers = logits.map((logit) => Math.exp((logit - highest) / temperature));
  let total = 0;
  for (const power of powers) total += power;
  return powers.map((power) => power / total);
}

/** Which filter cuts each token, or "" for none; the twin of `sieve` in draw.py.
 * @param {number[]} logits @param {number} topK @param {number} topP @param {number} minP */
function sieve(logits, topK, topP, minP) {
  /** @type {string[]} */
  const reasons = new Array(logits.length).fill("");
  let kept = logits.map((_, i) => i).sort((a, b) => logits[b] - logits[a]);
  const stay = (count, reason) => {
    for (const i of kept.slice(count)) reasons[i] = reason;
    kept = kept.slice(0, count);
  };
  if (topK > 0) stay(topK, "top-k");
  if (topP < 1) {
    let sum = 0;
    let count = 0;
    for (const share of softmax(kept.map((i) => logits[i]))) {
      sum += share;
      count += 1;
      if (sum >= topP) break;
    }
    stay(count, "top-p");
  }
  if (minP > 0) {
    const least = logits[kept[0]] + Math.log(minP);
    for (const i of kept.slice(1)) if (logits[i] < least) reasons[i] = "min-p";
  }
  return reasons;
}

/** The probability with which each token is drawn; the twin of `sample_distribution` in draw.py.
 * @param {number[]} logits @param {number} temperature @param {number} topK @param {number} topP
 * @param {number} minP @param {string[]} [reasons] of `sieve`, where they are known already */
function sampleDistribution(logits, temperature, topK, topP, minP, reasons = sieve(logits, topK, topP, minP)) {
  /** @type {number[]} */
  const probabilities = new Array(logits.length).fill(0);
  if (temperature === 0) {
    let best = 0;
    logits.forEach((logit, i) => (best = logit > logits[best] ? i : best));
    probabilities[best] = 1;
    return probabilities;
  }
  const kept = logits.map((_, i) => i).filter((i) => reasons[i] === "");
  softmax(kept.map((i) => logits[i]), temperature).forEach((share, n) => (probabilities[kept[n]] = share));
  return probabilities;
}

/** The n-th random number of a seed; the twin of `uniform` in draw.py (mulberry32).
 * @param {number} seed @param {number} n */
function uniform(seed, n) {
  let t = (seed + Math.imul(n + 1, 0x6d2b79f5)) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / SEEDS;
}

/** The places of the tokens drawn, in order; the twin of `draw_many` in draw.py.
 * @param {number[]} probabilities @param {number} seed @param {number} draws */
function drawMany(probabilities, seed, draws) {
  let total = 0;
  const ends = probabilities.map((probability) => (total += probability));
  const last = probabilities.findLastIndex((probability) => probability > 0);
  return Array.from({ length: draws }, (_, n) => {
    const value = uniform(seed, n) * total;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ends[middle] > value) high = middle;
      else low = middle + 1;
    }
    return Math.min(low, last);
  });
}
