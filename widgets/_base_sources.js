// The second part of what every widget shares: where a row was read and how old it is, links, and the
// page's address. It stands behind _base.js in each module.

/** Whole days from a date such as "2026-11-21" to now, or null where it is no date or is still to come.
 * @param {string} text @param {number} now in milliseconds */
function daysSince(text, now = Date.now()) {
  const then = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  const days = Math.floor((now - then) / 86_400_000);
  return days >= 0 ? days : null;
}

const STALE = 180; // days after which a row is due to be read again, as for the tables of facts

/** How old a row is, such as " (3 days old)" or " (200 days old: look whether it still holds)".
 * @param {string} text @param {number} now in milliseconds */
function age(text, now = Date.now()) {
  const days = daysSince(text, now);
  if (days === null) return "";
  const old = days === 0 ? "of today" : days === 1 ? "1 day old" : `${number(days, 0)} days old`;
  return days > STALE ? ` (${old}: look whether it still holds)` : ` (${old})`;
}

/** The host in an address, or "" where it is no address of the web. @param {string} url */
function hostOf(url) {
  return /^https?:\/\/(?:www\.)?([\w.-]+)(?:[/?#:]|$)/.exec(url)?.[1] ?? "";
}

/** A link to another site, named by its host; what is no address of the web stays text.
 * @param {string} url @returns {Node} */
function sourceLink(url) {
  const host = hostOf(url);
  if (host === "") return document.createTextNode(url);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, host);
}

/** Where and when a row was read: its source, the source's date and the day of reading.
 * @param {{source_url: string, source_date: string, date_note: string, retrieved: string}} row
 * @returns {Node[]} */
function sourceNodes(row) {
  const dated = row.source_date ? longDate(row.source_date) + age(row.source_date) : row.date_note;
  const read = row.retrieved ? `read on ${longDate(row.retrieved)}${age(row.retrieved)}` : "";
  const start = row.source_url ? [sourceLink(row.source_url), ", "] : [];
  return [...start, `${[dated, read].filter((text) => text).join("; ")}.`].map((part) =>
    typeof part === "string" ? document.createTextNode(part) : part);
}

/** From this page to the top of the book, or null in JupyterLab, where a link would leave the Lab. */
function bookRoot() {
  return document.documentElement.dataset.content_root ?? null;
}

/** What an address such as "?ledger.verdict=holds" sets, on the page of a book.
 * @param {string} name @param {string[]} fields @returns {Record<string, string> | null} */
function readAddress(name, fields) {
  if (bookRoot() === null) return null;
  const asked = new URLSearchParams(location.search);
  const found = fields.map((field) => [field, asked.get(`${name}.${field}`)]).filter(([, value]) => value !== null);
  return found.length ? Object.fromEntries(found) : null;
}

/** Write what is shown into the page's address, so that it can be sent to others; "" leaves it out.
 * @param {string} name @param {Record<string, string>} values */
function writeAddress(name, values) {
  if (bookRoot() === null) return;
  const address = new URL(location.href);
  for (const [field, value] of Object.entries(values)) {
    if (value === "") address.searchParams.delete(`${name}.${field}`);
    else address.searchParams.set(`${name}.${field}`, value);
  }
  try {
    history.replaceState(history.state, "", address);
  } catch {
    // A page opened from a folder, or too many changes at once: the address stays as it is.
  }
}

/** A labelled choice from a list. @param {string} label @param {[string, string][]} options value, words
 * @param {(value: string) => void} onChange @returns {{element: any, select: any}} */
function choiceField(label, options, onChange) {
  const id = newId("choice");
  const select = h("select", { id, class: "oc-select" },
    ...options.map(([value, words]) => h("option", { value }, words)));
  select.addEventListener("change", () => onChange(select.value));
  return { select, element: h("div", { class: "oc-field" }, h("label", { for: id }, label), select) };
}
