// Asks for events, plays them, and takes verdicts.
import {at, clock, element, fixed, get, leave, option, plural, post} from "./api.js";
import {Plot} from "./plot.js";
import {Summary} from "./summary.js";

const SPEEDS = [1, 2, 10];
const WORDS = {yes: "yes", no: "no", unsure: "unsure", other: "another class"};
const KINDS = {sample: "a random sample", doubtful: "the doubtful ones", unlisted: "unlisted stretches", listed: "by score"};

const sound = at("sound"), example = at("example-sound");
let question = null, shown = [], place = -1, begun = 0, slower = 1, busy = false, frame = 0;
const plot = new Plot(() => {});
const summary = new Summary(problem);

function notice(text) {
  at("notice").textContent = text || "";
  at("notice").hidden = !text;
}

function problem(e) { notice(e.message); }

/** Runs one thing after another: a key that is pressed twice gives one verdict. */
async function alone(action) {
  if (busy) { return; }
  busy = true;
  document.body.classList.add("busy");
  try {
    notice("");
    await action();
  } catch (e) {
    problem(e);
  } finally {
    busy = false;
    document.body.classList.remove("busy");
  }
}

const wishes = () => ({kind: at("w-kind").value, label: at("w-class").value});

function speed(next) {
  slower = next;
  at("slow").firstChild.textContent = (slower === 1 ? "1" : "1/" + slower) + "\u00D7 ";
  at("slow").setAttribute("aria-label", "Speed " + (slower === 1 ? "1" : "1/" + slower));
}

function load() {
  sound.src = "sound?" + new URLSearchParams({event: question.id, slower});
  plot.playhead(0);
}

const large = () => document.body.classList.contains("large");

const picture = () => "picture?" + new URLSearchParams({event: question.id, large: large() ? "yes" : ""});

function enlarge() {
  document.body.classList.toggle("large");
  at("larger").setAttribute("aria-pressed", large());
  at("larger").firstChild.textContent = large() ? "Reduce " : "Enlarge ";
  at("picture").src = picture();
}

function hear() {
  if (question.example === null) { return; }
  sound.pause();
  if (example.paused) {
    example.currentTime = 0;
    example.play().catch(() => notice("The training example could not be played."));
  } else {
    example.pause();
  }
}

function play() {
  example.pause();
  const started = sound.play();
  if (started) {
    started.catch(e => { if (e.name === "NotAllowedError") { at("given").textContent = "Press space to hear it."; } });
  }
}

function follow() {
  cancelAnimationFrame(frame);
  if (question) { plot.playhead(sound.currentTime / slower); }
  if (!sound.paused) { frame = requestAnimationFrame(follow); }
}

function replay() {
  sound.currentTime = 0;
  play();
}

function show(q, {focus = true} = {}) {
  question = q;
  at("event").hidden = false;
  at("done").hidden = true;
  at("what").textContent = q.unlisted ? "Is there any " + q.label + "?" : "Is it " + q.label + "?";
  at("where").textContent = q.recording + ", " + clock(q.onset, 1) + " to " + clock(q.offset, 1)
    + (q.score === null ? "" : ", score " + fixed(q.score, 3));
  at("why").textContent = q.why;
  at("picture").alt = "Spectrogram from " + clock(q.snippet.start, 1) + " to " + clock(q.snippet.end, 1);
  plot.show(q, picture());
  at("example").hidden = q.example === null;
  example.pause();
  if (q.example !== null) {
    at("example-name").textContent = q.example;
    at("example-picture").src = "example-picture?" + new URLSearchParams({event: q.id});
    at("example-picture").alt = "Spectrogram of a training example";
    example.src = "example?" + new URLSearchParams({event: q.id});
  }
  given(q.verdict);
  speed(q.snippet.rate > 96000 ? 10 : slower === 10 ? 1 : slower);
  load();
  if (at("auto").checked) { play(); }
  if (focus) { at("what").focus({preventScroll: true}); }
  begun = performance.now();
  at("back").disabled = 1 > place;
  document.documentElement.dataset.event = q.id;
}

function given(v) {
  for (const id of ["yes", "no", "unsure", "other"]) { at(id).setAttribute("aria-pressed", Boolean(v) && v.answer === id); }
  at("given").textContent = v ? "Verdict: " + WORDS[v.answer] + (v.other ? ", " + v.other : "") + "." : "";
  if (v && v.box) {
    plot.box = {start: v.box.start, end: v.box.end, low: v.box.low, high: v.box.high};
    plot.moved = true;
    plot.draw();
  }
}

function nothing(answer) {
  question = null;
  sound.removeAttribute("src");
  sound.load();
  at("event").hidden = true;
  at("done").hidden = false;
  at("why").textContent = "";
  at("done-why").textContent = answer.message;
  at("again").hidden = !answer.passed;
  at("done-what").focus({preventScroll: true});
  delete document.documentElement.dataset.event;
}

/** Asks for the next event of the queue. */
async function ask(options = {}) {
  const answer = await get("ask", wishes());
  summary.missing(answer.missing);
  if (answer.question) {
    shown.push(answer.question.id);
    place = shown.length - 1;
    show(answer.question, options);
  } else {
    nothing(answer);
  }
}

async function reopen(id) {
  const answer = await get("event", {event: id});
  if (!answer.question) {
    shown = shown.filter(s => s !== id);
    place = Math.min(place, shown.length - 1);
    notice(answer.message);
    return;
  }
  show(answer.question);
}

async function next() {
  if (shown.length > place + 1) {
    place++;
    await reopen(shown[place]);
    return;
  }
  if (question && !question.verdict) { await post("pass", {event: question.id}); }
  await ask();
}

async function back() {
  if (place > 0 || (question === null && place >= 0)) {
    if (question !== null) { place--; }
    await reopen(shown[place]);
  }
}

async function verdict(answer, other = "", standing = question.verdict) {
  const moved = plot.moved && answer !== "no" ? {...plot.box} : null;
  const took = Math.min(3600, (performance.now() - begun) / 1000);
  try {
    const result = await post("verdict", {event: question.id, answer, other, box: moved, took, kind: at("w-kind").value,
      standing: standing ? standing.number : 0});
    summary.took(took);
    question.verdict = result.verdict;
  } catch (e) {
    if (e.status !== 409) { throw e; }
    conflict(e.answer.verdict, answer, other);
    return;
  }
  summary.soon();
  if (shown.length > place + 1) { await next(); } else { await ask(); }
}

function conflict(other, answer, name) {
  const words = v => WORDS[v.answer] + (v.other ? " (" + v.other + ")" : "");
  at("conflict").textContent = other
    ? "Meanwhile another window said " + words(other) + ". Your verdict, " + words({answer, other: name}) + ", was not stored."
    : "Meanwhile another window undid the verdict that you saw. Yours, " + words({answer, other: name}) + ", was not stored.";
  const dialog = at("d-conflict");
  at("keep").onclick = () => { dialog.close(); question.verdict = other; given(other); alone(next); };
  at("replace").onclick = () => { dialog.close(); alone(() => verdict(answer, name, other)); };
  dialog.showModal();
}

async function undo() {
  const answer = await post("undo");
  if (!answer.event) {
    notice(answer.message);
    return;
  }
  place = shown.lastIndexOf(answer.event);
  if (place === -1) {
    shown.push(answer.event);
    place = shown.length - 1;
  }
  summary.soon();
  await reopen(answer.event);
  at("given").textContent = "Undone: " + WORDS[answer.undone] + ".";
}

function chooseOther() {
  at("other-name").value = "";
  at("d-other").showModal();
}

at("f-other").addEventListener("submit", e => {
  const name = at("other-name").value.trim();
  if (name === "") {
    e.preventDefault();
  } else {
    alone(() => name === question.label ? verdict("yes") : verdict("other", name));
  }
});
at("other-no").addEventListener("click", () => at("d-other").close());

function faster() {
  speed(SPEEDS[(SPEEDS.indexOf(slower) + 1) % SPEEDS.length]);
  load();
  play();
}

const actions = {
  y: () => alone(() => verdict("yes")),
  n: () => alone(() => verdict("no")),
  u: () => alone(() => verdict("unsure")),
  o: chooseOther,
  " ": () => { if (sound.paused) { play(); } else { sound.pause(); } },
  r: replay,
  s: faster,
  t: hear,
  v: enlarge,
  e: () => plot.nextEdge(),
  Escape: () => plot.reset(),
  ArrowRight: () => alone(next)
};
const always = {z: () => alone(undo), ArrowLeft: () => alone(back), "?": () => at("d-keys").showModal()};

document.addEventListener("keydown", e => {
  const typing = e.target.matches("input:not([type=checkbox]), select, textarea"), open = document.querySelector("dialog[open]");
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
  if (typing || open || e.altKey || e.metaKey || (e.ctrlKey && key !== "z")) { return; }
  if (e.target.matches("button, input") && (e.key === " " || e.key === "Enter")) { return; }
  if (e.shiftKey && key.startsWith("Arrow")) {
    if (question) { plot.arrow(key); e.preventDefault(); }
    return;
  }
  const action = always[key] || (question ? actions[key] : undefined);
  if (action && !(e.repeat && key !== "ArrowLeft" && key !== "ArrowRight")) {
    e.preventDefault();
    action();
  }
});

for (const [id, key] of [["yes", "y"], ["no", "n"], ["unsure", "u"], ["other", "o"], ["play", " "], ["hear", "t"], ["larger", "v"],
  ["slow", "s"], ["reset", "Escape"],
  ["next", "ArrowRight"]]) {
  at(id).addEventListener("click", () => { if (question) { actions[key](); } });
}
for (const [id, key] of [["undo", "z"], ["done-undo", "z"], ["back", "ArrowLeft"], ["keys", "?"]]) { at(id).addEventListener("click", always[key]); }
at("again").addEventListener("click", () => alone(async () => { await post("restart"); await ask(); }));
for (const id of ["w-kind", "w-class"]) {
  // Who chooses by mouse goes on with keys for verdicts; who chooses by keys may go on choosing.
  let byMouse = false;
  at(id).addEventListener("pointerdown", () => { byMouse = true; });
  at(id).addEventListener("keydown", () => { byMouse = false; });
  at(id).addEventListener("change", () => { const focus = byMouse; alone(() => ask({focus})); });
}
at("wishes").addEventListener("submit", e => e.preventDefault());
at("stop").addEventListener("click", () => alone(async () => {
  const end = await post("stop");
  sound.pause();
  const main = element("main"), head = element("h1", "The review has ended");
  main.append(head, ...end.lines.map(line => element("p", line)), element("p", "This window can be closed."));
  document.body.replaceChildren(main);
  document.documentElement.dataset.ended = "yes";
}));
for (const type of ["play", "pause", "ended", "seeked"]) { sound.addEventListener(type, follow); }
sound.addEventListener("error", () => { if (sound.getAttribute("src")) { notice("The sound of this event could not be read from its recording."); } });
sound.addEventListener("play", () => { at("play").firstChild.textContent = "Pause "; });
for (const type of ["pause", "ended"]) { sound.addEventListener(type, () => { at("play").firstChild.textContent = "Play "; }); }
window.addEventListener("pagehide", leave);
setInterval(() => get("alive").catch(() => {}), 30000);

await alone(async () => {
  const folder = await get("folder");
  document.title = "Review of " + folder.name;
  at("folder").textContent = "Review of " + folder.name;
  folder.kinds.forEach(kind => option(at("w-kind"), KINDS[kind], kind));
  option(at("w-class"), "all " + plural(folder.classes.length, "class"), "");
  folder.classes.forEach((c, i) => option(at("w-class"), c, i));
  at("other-list").replaceChildren(...folder.known.map(c => { const o = element("option"); o.value = c; return o; }));
  at("g-precision").value = folder.precision;
  at("g-width").value = folder.width;
  await summary.read();
  await ask();
});
document.documentElement.dataset.ready = "yes";
