"use strict";
(function () {
  const holder = document.getElementById("data");
  if (!holder) { return; }
  const d = JSON.parse(holder.textContent);
  const n = d.label.length;
  const at = id => document.getElementById(id);
  const clocked = d.starts.some(s => s !== null);

  // Order of names, so that sorting by class or recording compares numbers.
  const ranks = names => {
    const collator = new Intl.Collator(undefined, {numeric: true});
    const order = names.map((_, i) => i).sort((a, b) => collator.compare(names[a], names[b]));
    const rank = new Uint32Array(names.length);
    order.forEach((i, r) => { rank[i] = r; });
    return rank;
  };
  const classRank = ranks(d.classes), fileRank = ranks(d.files);
  const absolute = i => { const s = d.starts[d.file[i]]; return s === null ? Infinity : s * 1000 + d.onset[i]; };
  // What a listener confirmed and the probe did not find has no score.
  const score = i => d.score[i] === -1 ? NaN : d.score[i] / 1e4;
  const margin = i => { const t = d.thresholds[d.label[i]]; return t === null ? NaN : score(i) - t; };

  const two = v => String(v).padStart(2, "0");
  const clock = ms => {
    const tenths = Math.round(ms / 100), s = Math.floor(tenths / 10), m = Math.floor(s / 60), h = Math.floor(m / 60);
    const rest = two(s % 60) + "." + tenths % 10;
    return h > 0 ? h + ":" + two(m % 60) + ":" + rest : m + ":" + rest;
  };
  const dated = i => {
    if (d.starts[d.file[i]] === null) { return "\u2013"; }
    const t = new Date(absolute(i));
    return t.getUTCFullYear() + "-" + two(t.getUTCMonth() + 1) + "-" + two(t.getUTCDate()) + " " + two(t.getUTCHours()) + ":"
      + two(t.getUTCMinutes()) + ":" + two(t.getUTCSeconds());
  };
  // The event in its recording, as a media fragment.
  const fragment = i => d.uris[d.file[i]] + "#t=" + (d.onset[i] / 1000).toFixed(2) + "," + ((d.onset[i] + d.millis[i]) / 1000).toFixed(2);
  const fixed = (v, k) => isNaN(v) ? "\u2013" : v.toFixed(k).replace("-", "\u2212");
  const band = i => d.low[i] === -1 ? "all" : d.low[i] + "\u2013" + d.high[i];

  // key: what a column sorts by; text: what it shows; first: the direction of the first click.
  const columns = [
    {name: "Class", text: i => d.classes[d.label[i]], key: i => classRank[d.label[i]], first: 1, left: true},
    {name: "Score", text: i => fixed(score(i), 3), key: i => d.score[i], first: -1},
    {name: "Start", text: i => clock(d.onset[i]), key: i => d.onset[i], first: 1},
    {name: "Seconds", text: i => fixed(d.millis[i] / 1000, 2), key: i => d.millis[i], first: -1},
    {name: "Band (Hz)", text: band, key: i => d.low[i], first: 1},
    {name: "Over threshold", text: i => fixed(margin(i), 3), key: i => { const m = margin(i); return isNaN(m) ? Infinity : m; }, first: 1,
      skip: d.thresholds.every(t => t === null)},
    {name: "Verdict", text: i => d.confirmed[i] ? "confirmed" : "", key: i => d.confirmed[i], first: -1, skip: !d.confirmed},
    {name: "Recording", text: i => d.files[d.file[i]], key: i => fileRank[d.file[i]] * 1e9 + d.onset[i], first: 1, left: true,
      link: i => fragment(i)},
    {name: "Date and time", text: dated, key: absolute, first: 1, skip: !clocked}
  ].filter(c => !c.skip);

  let sorted = columns.findIndex(c => c.name === "Score"), direction = -1, page = 0, rows = 25, playing = -1;
  let order = Uint32Array.from({length: n}, (_, i) => i), shown = order;

  function sort() {
    const key = new Float64Array(n), c = columns[sorted];
    for (let i = 0; n > i; i++) { key[i] = c.key(i); }
    order = Uint32Array.from({length: n}, (_, i) => i);
    // Events come by score; equal keys keep that order.
    order.sort((a, b) => key[a] === key[b] ? a - b : key[a] > key[b] ? direction : -direction);
  }

  const limit = (id, otherwise) => at(id).value === "" || isNaN(at(id).valueAsNumber) ? otherwise : at(id).valueAsNumber * 1e4;

  function filter() {
    const label = at("f-class").value === "" ? -1 : Number(at("f-class").value);
    const text = at("f-file").value.trim().toLowerCase();
    const wanted = d.files.map(f => f.toLowerCase().includes(text));
    const low = limit("f-min", -Infinity), high = limit("f-max", Infinity);
    shown = order.filter(i => (label === -1 || d.label[i] === label) && wanted[d.file[i]] && d.score[i] >= low && high >= d.score[i]);
    page = 0;
  }

  function element(tag, text, kind) {
    const e = document.createElement(tag);
    e.textContent = text;
    if (kind) { e.className = kind; }
    return e;
  }

  function show() {
    const pages = Math.max(1, Math.ceil(shown.length / rows));
    page = Math.min(Math.max(page, 0), pages - 1);
    const body = document.createDocumentFragment();
    for (const i of shown.subarray(page * rows, (page + 1) * rows)) {
      const row = document.createElement("tr"), first = document.createElement("td"), play = element("button", "\u25B6");
      play.type = "button";
      play.setAttribute("aria-label", "Play " + d.classes[d.label[i]] + " at " + clock(d.onset[i]) + " of " + d.files[d.file[i]]);
      play.addEventListener("click", () => start(i));
      first.append(play);
      row.append(first);
      for (const c of columns) {
        const cell = element("td", c.link ? "" : c.text(i), c.left ? "text" : "");
        if (c.left) { cell.title = c.text(i); }
        if (c.link) {
          const link = element("a", c.text(i));
          link.href = c.link(i);
          link.target = "_blank";
          link.rel = "noopener";
          cell.append(link);
        }
        row.append(cell);
      }
      row.dataset.event = i;
      if (i === playing) { row.className = "on"; }
      body.append(row);
    }
    at("rows").replaceChildren(body);
    const count = v => v.toLocaleString("en").replace(/,/g, "\u202F");
    at("count").textContent = shown.length === n ? count(n) + (n === 1 ? " event" : " events")
      : count(shown.length) + " of " + count(n) + " events";
    at("p-text").textContent = "page " + count(page + 1) + " of " + count(pages);
    at("p-first").disabled = at("p-back").disabled = page === 0;
    at("p-last").disabled = at("p-next").disabled = page === pages - 1;
    columns.forEach((c, k) => {
      if (k === sorted) { c.head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending"); } else { c.head.removeAttribute("aria-sort"); }
    });
  }

  function start(i) {
    const sound = at("sound");
    playing = i;
    document.querySelectorAll("#rows tr").forEach(r => { r.className = Number(r.dataset.event) === i ? "on" : ""; });
    at("player").hidden = false;
    const what = d.classes[d.label[i]] + ", " + d.files[d.file[i]] + ", " + clock(d.onset[i]);
    at("playing").textContent = what;
    sound.onerror = () => { at("playing").textContent = what + ": the browser cannot play " + d.uris[d.file[i]]
      + ". Is the recording still there, and of a format that browsers play?"; };
    sound.src = fragment(i);
    const begun = sound.play();
    if (begun) { begun.catch(() => {}); }
  }

  at("columns").append(element("td", ""));
  columns.forEach((c, k) => {
    c.head = element("th", "", c.left ? "text" : "");
    c.head.scope = "col";
    const button = element("button", c.name);
    button.type = "button";
    button.addEventListener("click", () => {
      direction = k === sorted ? -direction : c.first;
      sorted = k;
      sort(); filter(); show();
    });
    c.head.append(button);
    at("columns").append(c.head);
  });

  const counts = new Uint32Array(d.classes.length);
  for (const c of d.label) { counts[c]++; }
  const choice = at("f-class");
  const option = (text, value) => { const o = element("option", text); o.value = value; choice.append(o); };
  option("all", "");
  d.classes.map((_, i) => i).sort((a, b) => classRank[a] - classRank[b])
    .forEach(i => option(d.classes[i] + " (" + counts[i] + ")", i));

  const refilter = () => { filter(); show(); };
  for (const id of ["f-class", "f-file", "f-min", "f-max"]) { at(id).addEventListener("input", refilter); }
  at("filters").addEventListener("submit", e => e.preventDefault());
  at("filters").addEventListener("reset", () => setTimeout(refilter, 0));
  const turn = (id, to) => at(id).addEventListener("click", () => { page = to(); show(); });
  turn("p-first", () => 0);
  turn("p-back", () => page - 1);
  turn("p-next", () => page + 1);
  turn("p-last", () => Infinity);
  at("p-rows").addEventListener("input", () => { page = Math.floor(page * rows / at("p-rows").value); rows = Number(at("p-rows").value); show(); });
  document.querySelectorAll("a[data-class]").forEach(a => a.addEventListener("click", () => {
    const i = d.classes.indexOf(a.dataset.class);
    if (i !== -1) { choice.value = i; refilter(); }
  }));
  show();
  document.documentElement.dataset.ready = Math.round(performance.now());
})();
