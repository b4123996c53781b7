// Requests to the server, and small things that all parts of the page need.
export const at = id => document.getElementById(id);

/** Names this window, so that no other one is asked about the same event meanwhile. */
export const own = crypto.randomUUID();

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.error || "the server answered with status " + status);
    this.status = status;
    this.answer = answer;
  }
}

async function answerOf(request) {
  let response;
  try {
    response = await request;
  } catch (e) {
    throw new Refused(0, {error: "The review was ended or interrupted. All verdicts that were accepted are in the folder: run unmute review again and"
      + " open the new address."});
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) { throw new Refused(response.status, answer); }
  return answer;
}

export const get = (what, parameters = {}) =>
  answerOf(fetch(what + "?" + new URLSearchParams({window: own, ...parameters}), {cache: "no-store"}));

export const post = (what, body = {}) => answerOf(fetch(what, {
  method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify({window: own, ...body})}));

/** Sent even while the window closes. */
export const leave = () =>
  navigator.sendBeacon("leave", new Blob([JSON.stringify({window: own})], {type: "application/json"}));

export function element(tag, text, kind) {
  const e = document.createElement(tag);
  if (text !== undefined) { e.textContent = text; }
  if (kind) { e.className = kind; }
  return e;
}

export function option(choice, text, value) {
  const o = element("option", text);
  o.value = value;
  choice.append(o);
}

/** A number with k decimals, or a dash. */
export const fixed = (v, k) => v === null || v === undefined || Number.isNaN(v) ? "\u2013" : v.toFixed(k).replace("-", "\u2212");

export const count = v => Math.round(v).toLocaleString("en").replace(/,/g, "\u202F");

export const plural = (n, what) => count(n) + " " + what + (n === 1 ? "" : what.endsWith("s") ? "es" : "s");

const two = v => String(v).padStart(2, "0");

/** A time of a recording as m:ss.s or h:mm:ss.s. */
export function clock(seconds, k = 2) {
  const unit = 10 ** k, all = Math.round(seconds * unit), s = Math.floor(all / unit), m = Math.floor(s / 60), h = Math.floor(m / 60);
  const rest = two(s % 60) + (k ? "." + String(all % unit).padStart(k, "0") : "");
  return h > 0 ? h + ":" + two(m % 60) + ":" + rest : m + ":" + rest;
}

export const hertz = v => v >= 1000 ? (v / 1000).toFixed(2) + " kHz" : Math.round(v) + " Hz";
