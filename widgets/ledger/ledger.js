// The claims of the ledger: filters above, then how many there are of each verdict, then the claims.

const VERDICTS = ["holds", "depends", "dated", "contradicted", "inconsistent", "untestable"];
const MEANS = {
  holds: "borne out by a run or a dated row",
  depends: "true under a condition it does not state",
  dated: "true once, not now",
  contradicted: "a run or a dated row says otherwise",
  inconsistent: "it contradicts itself or another article",
  untestable: "nothing we could open decides it",
};
const KINDS = ["claim", "advice"];
const NAMES = ["article", "topic", "verdict", "kind", "text"];
const LONGEST_SEARCH = 200; // letters; as in ledger.py
const AT_ONCE = 6; // claims shown before more are asked for: more would not fit into one frame

/** What is searched of a row, in small letters. @param {any} row */
function wordsOf(row) {
  return `${row.claim} ${row.evidence} ${row.note}`.toLowerCase();
}

/** Whether a row answers to every filter; the twin of `matches` in ledger.py.
 * @param {any} row @param {Record<string, string>} wanted "" for any
 * @param {string} text what is searched of the row */
function matches(row, wanted, text = wordsOf(row)) {
  if (wanted.article && !row.articles.includes(wanted.article)) return false;
  if (["topic", "verdict", "kind"].some((name) => wanted[name] && wanted[name] !== row[name])) return false;
  return wanted.text.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** Where a claim is decided, in words; the twin of `decided_in` in ledger.py. @param {any} row */
function decidedIn(row) {
  if (row.anchor === "planned") return `Chapter ${row.chapter}, which is still to be written`;
  const [file, section = ""] = row.anchor.split("#");
  const [, ...name] = file.split("/").at(-1).split("-");
  return `Chapter ${row.chapter}, ${name.join(" ")}: “${section.replaceAll("-", " ")}”`;
}

/** The same as a link, on the page of a book. @param {any} row @returns {Node} */
function decidedLink(row) {
  const root = bookRoot();
  const known = /^(chapters\/[\w/-]+)#([\w-]+)$/.exec(row.anchor);
  if (root === null || known === null) return document.createTextNode(decidedIn(row));
  return h("a", { href: `${root}${known[1]}.html#${known[2]}` }, decidedIn(row));
}

/** One claim: what is said and its verdict, and in a box what decides it.
 * @param {any} row @param {Record<string, string>} articles */
function claimItem(row, articles) {
  const said = row.articles.map((each) => articles[each] ?? each).join(", ");
  const part = (name, ...nodes) => [h("dt", {}, name), h("dd", { dir: "auto" }, ...nodes)];
  const parts = h("dl", {}, ...part("Evidence", ...rich(row.evidence)),
    ...(row.note ? part("Note", ...rich(row.note)) : []),
    ...part("Source", ...sourceNodes(row)), ...part("Decided in", decidedLink(row)));
  return h("li", { "data-verdict": row.verdict },
    h("p", { class: "oc-claim", dir: "auto" }, ...rich(row.claim)),
    h("p", { class: "oc-tags" }, h("strong", {}, capital(row.verdict)), ` · ${said} · ${row.topic} · ${row.kind}`),
    h("details", {}, h("summary", {}, "What decides it"), parts));
}

/** @param {{model: Model, el: HTMLElement}} home */
function render({ model, el }) {
  const rows = model.get("claims");
  const articles = model.get("articles");
  const start = model.get("defaults");
  const texts = rows.map(wordsOf);
  const topics = [...new Set(rows.map((row) => row.topic))];
  /** What may stand in a filter. @type {Record<string, string[]>} */
  const known = { article: Object.keys(articles), topic: topics, verdict: VERDICTS, kind: KINDS };
  const usable = (name, value) => typeof value === "string" &&
    (value === "" || (name === "text" ? value.length <= LONGEST_SEARCH : known[name].includes(value)));
  const claim = claimName(`ledger:${model.get("remember_as")}`, model, el);
  const memory = new Memory(claim.name, 1, (data) => NAMES.every((name) => typeof data[name] === "string"));
  const kept = memory.load();
  /** The rows made so far, by place. @type {Map<number, any>} */
  const made = new Map();
  let most = AT_ONCE;
  let listed = "";

  const changes = ownChanges(model, NAMES, draw);
  /** @param {Record<string, string>} values */
  function set(values) {
    changes.put(values);
    most = AT_ONCE;
    draw();
    keep();
  }

  const field = (name, label, any, options) => choiceField(label,
    [["", any], ...options.map((value) => /** @type {[string, string]} */ ([value, capital(articles[value] ?? value)]))],
    (value) => set({ [name]: value }));
  const fields = {
    article: field("article", "Article", "All articles", known.article),
    topic: field("topic", "Topic", "All topics", topics),
    kind: field("kind", "Kind", "Claims and advice", KINDS),
  };
  const searchId = newId("search");
  const search = h("input", { type: "text", id: searchId, dir: "auto", maxlength: LONGEST_SEARCH, autocomplete: "off" });
  search.addEventListener("input", () => set({ text: wellFormed(search.value) }));

  const choice = newId("verdict");
  const verdicts = ["", ...VERDICTS].map((verdict) => {
    const input = h("input", { type: "radio", name: choice, value: verdict });
    input.addEventListener("change", () => set({ verdict }));
    const count = h("span", { class: "oc-many" });
    const bar = h("i", { class: "oc-bar", "aria-hidden": "true" });
    const words = h("span", { class: "oc-option-text" }, verdict === "" ? "All" : capital(verdict),
      ...(verdict === "" ? [] : [h("span", { class: "oc-means" }, MEANS[verdict])]));
    const element = h("label", { class: "oc-option", "data-verdict": verdict || "all" }, input, words, count, bar);
    return { verdict, input, count, bar, element };
  });

  const summary = h("p", { class: "oc-summary" });
  const list = h("ul", { class: "oc-claims", "aria-label": "Claims" });
  const more = h("button", { type: "button", class: "oc-button oc-quiet" });
  const all = h("button", { type: "button", class: "oc-button oc-quiet" }, "Take every filter away");
  const announcer = new Announcer();
  more.addEventListener("click", () => {
    const first = list.children.length;
    most += 4 * AT_ONCE;
    draw();
    list.children[first]?.querySelector("summary").focus();
  });
  all.addEventListener("click", () => {
    set(Object.fromEntries(NAMES.map((name) => [name, ""])));
    search.focus();
  });

  /** The item of a row, made when it is first shown. @param {number} place */
  function item(place) {
    if (!made.has(place)) made.set(place, claimItem(rows[place], articles));
    return made.get(place);
  }

  function draw() {
    const wanted = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
    const others = { ...wanted, verdict: "" };
    const near = rows.flatMap((row, i) => (matches(row, others, texts[i]) ? [i] : []));
    const found = wanted.verdict ? near.filter((i) => rows[i].verdict === wanted.verdict) : near;
    for (const { verdict, input, count, bar } of verdicts) {
      const many = verdict ? near.filter((i) => rows[i].verdict === verdict).length : near.length;
      input.checked = verdict === wanted.verdict;
      if (count.textContent !== String(many)) count.textContent = String(many);
      bar.style.inlineSize = `${near.length ? (100 * many) / near.length : 0}%`;
    }
    for (const [name, { select }] of Object.entries(fields)) select.value = wanted[name];
    if (wellFormed(search.value) !== wanted.text) search.value = wanted.text;
    const few = found.length === 0 ? "No claim answers to all of this: take a filter away."
      : `${number(found.length, 0)} of ${number(rows.length, 0)} ${found.length === 1 ? "answers" : "answer"} to this.`;
    summary.textContent = found.length === rows.length ? `All ${number(rows.length, 0)} claims and pieces of advice.` : few;
    const shown = found.slice(0, most);
    if (listed !== String(shown)) list.replaceChildren(...shown.map(item));
    listed = String(shown);
    const left = found.length - shown.length;
    more.hidden = left === 0;
    more.textContent = `Show more (${number(left, 0)} ${left === 1 ? "is" : "are"} left)`;
    all.hidden = NAMES.every((name) => wanted[name] === "");
    announcer.say(summary.textContent);
  }

  function keep() {
    const filters = Object.fromEntries(NAMES.map((name) => [name, model.get(name)]));
    memory.save(filters);
    writeAddress(model.get("remember_as"), filters);
  }

  const title = h("p", { class: "oc-title", id: newId("title"), dir: "auto" }, ...rich(model.get("title")));
  el.classList.add("oc-widget", "oc-ledger");
  setAttributes(el, { role: "group", "aria-labelledby": title.id });
  el.append(title, ...memory.notice(),
    h("div", { class: "oc-filters" },
      h("div", { class: "oc-field oc-search" }, h("label", { for: searchId }, "Words in a claim or its evidence"), search),
      ...Object.values(fields).map((each) => each.element)),
    h("fieldset", { class: "oc-verdicts" }, h("legend", {}, "Verdict"),
      h("div", { class: "oc-options" }, ...verdicts.map((each) => each.element))),
    summary, list, h("div", { class: "oc-row" }, more, all), announcer.element);

  const untouched = NAMES.every((name) => model.get(name) === start[name]);
  const asked = readAddress(model.get("remember_as"), NAMES);
  const wanted = asked ? { ...start, ...asked } : kept;
  if (wanted && untouched) {
    changes.put(Object.fromEntries(NAMES.map((name) =>
      [name, usable(name, wanted[name]) ? wellFormed(wanted[name]) : start[name]])));
  }
  draw();
  return () => {
    changes.stop();
    claim.release();
  };
}

export default { render, parts: { matches, decidedIn, daysSince, age, hostOf } };
