// What the verdicts say about each class, and learning from them.
import {at, count, element, fixed, get, plural} from "./api.js";
import {learning} from "./learn.js";

const interval = (v, low, high, k) => v === null ? "\u2013" : fixed(v, k) + " [" + fixed(low, k) + ", " + fixed(high, k) + "]";
const whole = (v, low, high) => v === null ? "\u2013" : count(v) + " [" + count(low) + ", " + count(high) + "]";

const COLUMNS = [
  ["Class", c => c.label],
  ["Listed", c => count(c.listed)],
  ["Verdicts", c => count(c.verdicts)],
  ["Yes", c => count(c.yes)],
  ["No", c => count(c.no)],
  ["Unsure", c => count(c.unsure)],
  ["Precision", c => interval(c.precision, c.precisionLow, c.precisionHigh, 2)],
  ["True events", c => whole(c.events, c.eventsLow, c.eventsHigh)],
  ["Threshold", c => c.threshold === null ? "\u2013" : fixed(c.threshold, 3)],
  ["More verdicts", c => count(c.more)]
];

export class Summary {
  constructor(problem) {
    this.problem = problem;
    this.times = [];
    this.timer = 0;
    at("columns").replaceChildren(...COLUMNS.map(([name]) => { const th = element("th", name); th.scope = "col"; return th; }));
    for (const id of ["g-precision", "g-width"]) { at(id).addEventListener("change", () => this.soon()); }
    at("goals").addEventListener("submit", e => e.preventDefault());
  }

  took(seconds) {
    this.times.push(seconds);
  }

  /** Reads it again, once for several verdicts in a row. */
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read().catch(this.problem), 150);
  }

  async read() {
    const s = await get("summary", {precision: at("g-precision").value, width: at("g-width").value});
    at("first").textContent = s.first;
    const median = [...this.times].sort((a, b) => a - b)[Math.floor(this.times.length / 2)];
    at("pace").textContent = plural(s.verdicts, "verdict") + (this.times.length
      ? "; " + fixed(median, 1) + " s each in this window (median of " + count(this.times.length) + ")" : "");
    at("of").textContent = s.of;
    at("classes").replaceChildren(...s.classes.map(c => {
      const row = element("tr"), head = element("th", c.label);
      head.scope = "row";
      row.append(head, ...COLUMNS.slice(1).map(([, text]) => element("td", text(c))));
      return row;
    }));
    const sums = element("tr"), all = element("th", s.total.label);
    all.scope = "row";
    sums.append(all, ...COLUMNS.slice(1).map(([name, text]) =>
      element("td", name === "True events" && s.total.events !== null ? count(s.total.events) : text(s.total))));
    at("total").replaceChildren(...s.classes.length > 1 ? [sums] : []);
    at("remarks").replaceChildren(...s.remarks.map(r => element("p", r, "note")));
    this.missing(s.missing);
    learning(s.learning, this.problem);
    document.documentElement.dataset.verdicts = s.verdicts;
  }

  missing(recordings) {
    if (!recordings) { return; }
    at("problems").hidden = recordings.length === 0;
    at("missing").replaceChildren(...recordings.map(r => element("li", r)));
  }
}
