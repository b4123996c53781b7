// The spectrogram with the box of the event, whose edges move by mouse, touch and keys, and the playhead.
import {at, clock, element, hertz} from "./api.js";

const EDGES = ["end", "high", "start", "low"];
const TIME_STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];
const HERTZ_STEPS = [100, 250, 500, 1000, 2000, 4000, 5000, 10000, 20000, 50000, 100000];

export class Plot {
  /** @param changed is called when an edge moved */
  constructor(changed) {
    this.changed = changed;
    this.active = "end";
    this.question = null;
    for (const edge of EDGES) {
      const handle = at("e-" + edge);
      handle.addEventListener("focus", () => this.choose(edge));
      handle.addEventListener("pointerdown", e => this.drag(e, edge, handle));
      handle.addEventListener("keydown", e => {
        const toward = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1}[e.key];
        if (toward && !e.altKey && !e.ctrlKey && !e.metaKey) {
          this.step(edge, toward);
          e.preventDefault();
          e.stopPropagation();
        }
      });
    }
  }

  show(question, picture) {
    this.question = question;
    at("picture").src = picture;
    this.reset();
    this.choose("end");
    const span = question.snippet.end - question.snippet.start;
    this.ticks("x", TIME_STEPS, span, 8, question.snippet.start, v => clock(v, span > 8 ? 0 : span > 1.5 ? 1 : 2), "left");
    this.ticks("y", HERTZ_STEPS, question.snippet.highHz, 5, 0, v => v === 0 ? "0" : v >= 1000 ? v / 1000 + " kHz" : v + " Hz", "bottom");
  }

  ticks(id, steps, span, most, from, text, side) {
    const step = steps.find(s => most >= span / s) || steps[steps.length - 1];
    const all = [];
    for (let i = Math.ceil(from / step - 1e-9); from + span + 1e-9 >= i * step; i++) {
      const share = (i * step - from) / span, tick = element("i", text(i * step), share > 0.97 ? "at-end" : 0.03 > share ? "at-start" : "");
      tick.style[side] = 100 * share + "%";
      all.push(tick);
    }
    at(id).replaceChildren(...all);
  }

  /** The box as it was found. */
  reset() {
    const q = this.question;
    this.box = {start: q.onset, end: q.offset, low: q.low, high: q.high};
    this.moved = false;
    this.draw();
  }

  choose(edge) {
    this.active = edge;
    for (const e of EDGES) { at("e-" + e).classList.toggle("on", e === edge); }
  }

  nextEdge() {
    this.choose(EDGES[(EDGES.indexOf(this.active) + 1) % EDGES.length]);
    this.draw();
  }

  /** Moves the active edge, or its neighbour if that one moves the other way. */
  arrow(key) {
    const sideways = key === "ArrowLeft" || key === "ArrowRight";
    const isTime = this.active === "start" || this.active === "end";
    if (sideways !== isTime) { this.choose(sideways ? "end" : "high"); }
    this.step(this.active, key === "ArrowRight" || key === "ArrowUp" ? 1 : -1);
  }

  step(edge, toward) {
    const s = this.question.snippet, time = edge === "start" || edge === "end";
    const unit = time ? Math.max(0.01, Math.round((s.end - s.start) / 2) / 100) : Math.max(10, Math.round(s.highHz / 1000) * 10);
    this.move(edge, this.value(edge) + toward * unit);
  }

  value(edge) {
    const v = this.box[edge];
    return v === null ? edge === "low" ? 0 : this.question.snippet.highHz : v;
  }

  move(edge, to) {
    const s = this.question.snippet, b = this.box;
    const shortest = Math.min(0.01, (s.end - s.start) / 10), narrowest = s.highHz / 200;
    if (edge === "start") { b.start = Math.max(s.start, Math.min(to, b.end - shortest)); }
    if (edge === "end") { b.end = Math.min(s.end, Math.max(to, b.start + shortest)); }
    if (edge === "low" || edge === "high") {
      // An event without a band gets one as soon as an edge of it moves.
      const low = this.value("low"), high = this.value("high");
      b.low = edge === "low" ? Math.max(0, Math.min(to, high - narrowest)) : low;
      b.high = edge === "high" ? Math.min(s.highHz, Math.max(to, low + narrowest)) : high;
    }
    this.moved = true;
    this.choose(edge);
    this.draw();
    this.changed();
  }

  drag(e, edge, handle) {
    if (e.button !== 0) { return; }
    e.preventDefault();
    handle.focus({preventScroll: true});
    handle.setPointerCapture(e.pointerId);
    const s = this.question.snippet;
    const follow = p => {
      const r = at("field").getBoundingClientRect();
      const x = Math.min(1, Math.max(0, (p.clientX - r.left) / r.width)), y = Math.min(1, Math.max(0, (r.bottom - p.clientY) / r.height));
      this.move(edge, edge === "start" || edge === "end" ? s.start + x * (s.end - s.start) : y * s.highHz);
    };
    const end = () => {
      handle.removeEventListener("pointermove", follow);
      handle.removeEventListener("pointerup", end);
      handle.removeEventListener("pointercancel", end);
      handle.blur();
    };
    handle.addEventListener("pointermove", follow);
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
  }

  draw() {
    const q = this.question, s = q.snippet, b = this.box, mark = at("box"), span = s.end - s.start;
    const share = v => Math.min(1, Math.max(0, v));
    const left = share((b.start - s.start) / span), right = share((b.end - s.start) / span);
    const bottom = share(this.value("low") / s.highHz), top = share(this.value("high") / s.highHz);
    mark.style.left = 100 * left + "%";
    mark.style.width = 100 * (right - left) + "%";
    mark.style.bottom = 100 * bottom + "%";
    mark.style.height = 100 * (top - bottom) + "%";
    mark.classList.toggle("full", b.low === null);
    mark.classList.toggle("begun", s.start > b.start);
    mark.classList.toggle("open", b.end > s.end);
    const slider = (edge, low, high, text) => {
      const handle = at("e-" + edge);
      handle.setAttribute("aria-valuemin", low);
      handle.setAttribute("aria-valuemax", high);
      handle.setAttribute("aria-valuenow", this.value(edge));
      handle.setAttribute("aria-valuetext", text);
    };
    slider("start", s.start, s.end, clock(b.start));
    slider("end", s.start, s.end, clock(b.end));
    slider("low", 0, s.highHz, hertz(this.value("low")));
    slider("high", 0, s.highHz, hertz(this.value("high")));
    at("edges").textContent = clock(b.start) + " to " + clock(b.end) + " (" + (b.end - b.start).toFixed(2) + " s), "
      + (b.low === null ? "all frequencies" : hertz(b.low) + " to " + hertz(b.high))
      + (this.moved ? ", moved" : "") + "; shift and arrows move the " + {start: "start", end: "end", low: "bottom", high: "top"}[this.active];
  }

  /** @param seconds of the snippet that were played */
  playhead(seconds) {
    const s = this.question.snippet;
    at("head").style.left = 100 * Math.min(1, seconds / (s.end - s.start)) + "%";
  }
}
