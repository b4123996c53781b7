// Learning from the verdicts: the button, how far it is, and what changed.
import {at, count, element, get, plural, post} from "./api.js";

const COLUMNS = [
  ["Class", c => c.label],
  ["Events before", c => count(c.before)],
  ["Events after", c => count(c.after)],
  ["Gained", c => count(c.gained)],
  ["Lost", c => count(c.lost)],
  ["Lost, confirmed", c => count(c.lostYes)],
  ["Lost, rejected", c => count(c.lostNo)],
  ["Kept, rejected", c => count(c.keptNo)]
];

let timer = 0, withSample = null;

function button(text, action) {
  const b = element("button", text);
  b.type = "button";
  b.addEventListener("click", action);
  return b;
}

function changes(result) {
  const scroll = element("div", undefined, "scroll"), table = element("table"), head = element("thead"), body = element("tbody"), names = element("tr");
  scroll.tabIndex = 0;
  COLUMNS.forEach(([name]) => { const th = element("th", name); th.scope = "col"; names.append(th); });
  result.classes.forEach(c => {
    const row = element("tr"), first = element("th", c.label);
    first.scope = "row";
    row.append(first, ...COLUMNS.slice(1).map(([, text]) => element("td", text(c))));
    body.append(row);
  });
  head.append(names);
  table.append(head, body);
  scroll.append(table);
  return [scroll, ...result.lines.map(line => element("p", line, "note"))];
}

function commands(state) {
  const text = element("pre", state.commands.join("\n"));
  const copy = button("Copy", () => navigator.clipboard.writeText(state.commands.join("\n")).then(() => { copy.textContent = "Copied"; }));
  return [text, copy];
}

function start(state, problem) {
  // Where there is nothing but the sample, it is what would be learned from; what that costs is said.
  const sample = state.sampled > 0 && (withSample === null ? state.verdicts === 0 : withSample);
  const n = state.verdicts + (sample ? state.sampled : 0);
  const text = n === 0 ? "Learn from verdicts" : "Learn from " + plural(n, "verdict") + (sample ? "; this sample then no longer estimates" : "");
  const learn = button(text, () => post("learn", {sample}).then(() => watch(problem)).catch(problem));
  learn.id = "learn";
  learn.disabled = n === 0;
  const choice = element("label", undefined, "auto"), box = element("input");
  box.type = "checkbox";
  box.checked = sample;
  box.addEventListener("change", () => { withSample = box.checked; learning(state, problem); });
  choice.append(box, " also from " + count(state.sampled) + " of the random sample; without them it stays good for estimates");
  const line = element("div", undefined, "tools");
  line.append(learn);
  if (state.sampled > 0 && (state.verdicts > 0 || !sample)) { line.append(choice); }
  return n === 0 ? [line, element("p", "None has been given that teaches: yes, no or another class.", "note")] : [line];
}

function watch(problem) {
  clearTimeout(timer);
  get("learning").then(state => learning(state, problem)).catch(problem);
}

/** Shows how to learn, or how far it is and what changed. */
export function learning(state, problem) {
  const all = [];
  if (state.running) {
    const text = element("p", state.progress, "note");
    text.setAttribute("role", "status");
    const bar = element("progress");
    bar.setAttribute("aria-label", "Learning");
    all.push(bar, text);
    clearTimeout(timer);
    timer = setTimeout(() => watch(problem), 700);
  } else if (state.possible) {
    all.push(...start(state, problem));
  } else {
    all.push(element("p", "The verdicts are labels. Train a probe from the old labels and them by:", "note"), ...commands(state));
  }
  if (state.failure) { all.push(element("p", state.failure, "notice")); }
  if (state.result) { all.push(...changes(state.result)); }
  at("learn-part").replaceChildren(...all);
  document.documentElement.dataset.learned = state.result ? "yes" : "no";
}
