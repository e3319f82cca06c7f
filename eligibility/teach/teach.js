// Teaching pages: pictures, ruler, answers, agreement. Nothing is sent.
// SPDX-License-Identifier: Apache-2.0
"use strict";
const teach = (function () {
  const RESULTS = [["met", "meets"], ["borderline", "borderline"],
    ["not-met", "does not meet"], ["not-assessable", "not assessable"]];
  const VERDICTS = [["meets", "meets imaging criteria"],
    ["borderline", "borderline: needs review"],
    ["does-not-meet", "does not meet imaging criteria"],
    ["not-assessable", "not assessable"]];
  const byId = (id) => document.getElementById(id);

  function make(tag, props, ...children) {
    const node = document.createElement(tag);
    Object.entries(props || {}).forEach(([name, value]) => {
      if (name in node) node[name] = value;
      else node.setAttribute(name, value);
    });
    node.append(...children);
    return node;
  }

  // Per cent of equal pairs; null without pairs.
  function agreement(pairs) {
    if (!pairs.length) return null;
    return 100 * pairs.filter((p) => p[0] === p[1]).length / pairs.length;
  }

  // Cohen (1960): (observed - expected) / (1 - expected); null where both
  // readers always gave the same one answer, for then it is not defined.
  function kappa(pairs) {
    if (!pairs.length) return null;
    const count = (side, name) =>
      pairs.filter((p) => p[side] === name).length / pairs.length;
    const names = [...new Set(pairs.flat())];
    const expected = names.reduce(
      (sum, name) => sum + count(0, name) * count(1, name), 0);
    if (expected > 1 - 1e-12) return null;
    return (agreement(pairs) / 100 - expected) / (1 - expected);
  }

  function score(pairs) {
    const percent = agreement(pairs), k = kappa(pairs);
    if (percent === null) return "No rule was answered.";
    return "Agreement " + percent.toFixed(0) + " % over " + pairs.length +
      (pairs.length === 1 ? " rule" : " rules") + "; Cohen's kappa " +
      (k === null ? "is not defined (one answer only)" : k.toFixed(2)) + ".";
  }

  // --- what is kept: in this browser only ---------------------------------
  const memory = {};
  let kept = true;
  function load(key) {
    try {
      const text = localStorage.getItem(key);
      if (text) return JSON.parse(text);
    } catch (e) { kept = false; }
    return memory[key] || null;
  }
  function save(key, value) {
    memory[key] = value;
    try { localStorage.setItem(key, JSON.stringify(value)); }
    catch (e) { kept = false; }
  }
  function forget(key) {
    delete memory[key];
    try { localStorage.removeItem(key); } catch (e) { kept = false; }
  }
  const keyOf = (set, id) => "ablascreen-teach/" + set + "/" + id;

  return {RESULTS, VERDICTS, byId, make, agreement, kappa, score, load, save,
    forget, keyOf, isKept: () => kept};
})();

// --- the list of cases ----------------------------------------------------
function startIndex(main) {
  const set = main.dataset.set, {byId, keyOf} = teach;
  const rows = Array.from(document.querySelectorAll("tr[data-case]"));

  function state(row) { return teach.load(keyOf(set, row.dataset.case)); }

  function show() {
    let all = [];
    rows.forEach((row) => {
      const own = state(row);
      const done = own && own.revealed;
      row.querySelector(".state").textContent =
        done ? "revealed" : own ? "begun" : "not opened";
      row.querySelector(".agreement").textContent =
        done ? teach.score(own.pairs) : "";
      if (done) all = all.concat(own.pairs);
    });
    byId("total").textContent = all.length ?
      "All cases together: " + teach.score(all) : "";
    if (!teach.isKept())
      byId("store-note").textContent = "This browser keeps nothing for local " +
        "files: answers are lost when a page is closed.";
  }

  function exported() {
    const cases = rows.map((row) => Object.assign({case: row.dataset.case},
      state(row))).filter((own) => own.answers);
    const pairs = cases.filter((own) => own.revealed)
      .flatMap((own) => own.pairs);
    return JSON.stringify({schema: "ablascreen-teaching-score/1", set: set,
      agreement_percent: teach.agreement(pairs), kappa: teach.kappa(pairs),
      cases: cases}, null, 1) + "\n";
  }

  byId("export").addEventListener("click", () => {
    const link = teach.make("a", {download: "teaching-score.json",
      href: URL.createObjectURL(new Blob([exported()],
        {type: "application/json"}))});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  byId("forget").addEventListener("click", () => {
    if (!confirm("Forget all answers of this set?")) return;
    rows.forEach((row) => teach.forget(keyOf(set, row.dataset.case)));
    show();
  });
  teach.exported = exported;
  window.addEventListener("pageshow", show);
  show();
}

// --- pictures and ruler ---------------------------------------------------
function startViewer(data) {
  const {byId} = teach, SVG = "http://www.w3.org/2000/svg";
  const stage = byId("stage"), marks = byId("marks"), image = byId("picture");
  const slice = byId("slice"), plane = byId("plane");
  // Sides at the left, right, top and bottom, as the planes are made.
  const sides = {axial: "RLAP", coronal: "RLHF", sagittal: "APHF"};
  const stacks = [{name: "Axial", items: data.axial, sides: sides.axial}];
  data.lesions.forEach((lesion) => ["coronal", "sagittal"].forEach((name) =>
    stacks.push({name: "Lesion " + lesion.number + ", " + name,
      items: [lesion[name]], sides: sides[name]})));
  stacks.forEach((stack, n) =>
    plane.add(new Option(stack.name, String(n))));
  let at = 0, measuring = false, cursor = null, points = [], pointer = null;

  const items = () => stacks[Number(plane.value)].items;

  function shape(tag, attributes) {
    const width = {halo: 5, line: 2};
    ["halo", "line"].forEach((kind) => {
      const node = document.createElementNS(SVG, tag);
      Object.entries(attributes).forEach(([k, v]) => node.setAttribute(k, v));
      node.setAttribute("class", kind);
      node.setAttribute("stroke-width", width[kind]);
      node.setAttribute("vector-effect", "non-scaling-stroke");
      marks.append(node);
    });
  }

  function cross(p, r) {
    shape("path", {d: "M" + (p[0] - r) + " " + p[1] + "h" + 2 * r +
      "M" + p[0] + " " + (p[1] - r) + "v" + 2 * r});
  }

  // Lengths are between pixel centres, at the one scale of all pictures.
  function lengthMm() {
    return points.length < 2 ? null : data.mm_per_px *
      Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]);
  }

  function letters(item) {
    const y = item.h / 2, x = item.w / 2;
    const places = [[10, y], [item.w - 11, y], [x, 12], [x, item.h - 11]];
    places.forEach((place, n) => {
      const node = document.createElementNS(SVG, "text");
      node.textContent = stacks[Number(plane.value)].sides[n];
      node.setAttribute("x", place[0]);
      node.setAttribute("y", place[1]);
      marks.append(node);
    });
  }

  function draw() {
    const item = items()[at];
    marks.replaceChildren();
    letters(item);
    marks.setAttribute("viewBox", "-0.5 -0.5 " + item.w + " " + item.h);
    if (pointer) // beside the lesion, not on its edge
      shape("path", {d: "M" + (pointer[0] - 46) + " " + (pointer[1] - 46) +
        "l24 24m0 -12v12h-12"});
    points.forEach((p) => cross(p, 5));
    if (points.length === 2)
      shape("path", {d: "M" + points[0].join(" ") + "L" +
        points[1].join(" ")});
    if (measuring && cursor) cross(cursor, 10);
    const mm = lengthMm();
    byId("length").textContent = mm !== null ? mm.toFixed(1) + " mm"
      : !measuring ? "Two points give a length in mm."
        : points.length ? "Set the second point." : "Set the first point.";
  }

  function show(index, keep) {
    const list = items();
    at = Math.max(0, Math.min(list.length - 1, index));
    const item = list[at];
    image.src = item.file;
    image.width = item.w;
    image.height = item.h;
    image.alt = plane.selectedOptions[0].text + " picture " + (at + 1) +
      " of " + list.length + ", without drawing";
    slice.max = String(list.length - 1);
    slice.value = String(at);
    slice.disabled = list.length < 2;
    byId("slice-text").textContent = item.slice ? String(item.slice) : "";
    points = [];
    if (!keep) pointer = null;
    draw();
    [at - 1, at + 1].forEach((n) => {
      if (list[n]) new Image().src = list[n].file;
    });
  }

  function setPoint(p) {
    points = points.length === 2 ? [p] : points.concat([p]);
    draw();
  }

  function measure(on) {
    measuring = on;
    const item = items()[at];
    cursor = on ? [Math.round(item.w / 2), Math.round(item.h / 2)] : null;
    if (!on) points = [];
    byId("ruler").setAttribute("aria-pressed", String(on));
    stage.classList.toggle("measuring", on);
    draw();
  }

  const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1],
    ArrowDown: [0, 1]};
  stage.addEventListener("keydown", (event) => {
    const step = steps[event.key], by = event.shiftKey ? 10 : 1;
    if (event.key === "r" || event.key === "R") measure(!measuring);
    else if (event.key === "Escape" && measuring) measure(false);
    else if (event.key === "Enter" && measuring) setPoint(cursor.slice());
    else if (step && measuring) {
      const item = items()[at];
      cursor = [Math.max(0, Math.min(item.w - 1, cursor[0] + by * step[0])),
        Math.max(0, Math.min(item.h - 1, cursor[1] + by * step[1]))];
      draw();
    } else if (step && step[1]) show(at - step[1] * by);
    else if (event.key === "PageUp") show(at + 10);
    else if (event.key === "PageDown") show(at - 10);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(items().length - 1);
    else return;
    event.preventDefault();
  });
  stage.addEventListener("wheel", (event) => {
    if (items().length < 2) return;
    event.preventDefault();
    show(at - Math.sign(event.deltaY));
  }, {passive: false});
  stage.addEventListener("click", (event) => {
    if (!measuring) return;
    const box = stage.getBoundingClientRect(), item = items()[at];
    cursor = [(event.clientX - box.left) / box.width * item.w - 0.5,
      (event.clientY - box.top) / box.height * item.h - 0.5];
    setPoint(cursor.slice());
  });
  slice.addEventListener("input", () => show(Number(slice.value)));
  plane.addEventListener("change", () => {
    const whole = plane.value === "0";
    pointer = whole ? null : items()[0].at; // its picture names the lesion
    show(whole ? Math.floor(data.axial.length / 2) : 0, !whole);
  });
  byId("ruler").addEventListener("click", () => {
    measure(!measuring);
    if (measuring) stage.focus();
  });
  const filter = () => {
    image.style.filter = "brightness(" + byId("bright").value +
      "%) contrast(" + byId("contrast").value + "%)";
  };
  byId("bright").addEventListener("input", filter);
  byId("contrast").addEventListener("input", filter);
  show(Math.floor(data.axial.length / 2));

  return {
    pointTo(number) {
      const lesion = data.lesions.find((one) => one.number === number);
      if (!lesion) return;
      plane.value = "0";
      pointer = lesion.at;
      show(lesion.axial, true);
      stage.focus();
      stage.scrollIntoView({block: "nearest"});
    },
    lengthMm,
  };
}

// --- questions, reveal ----------------------------------------------------
function startCase(main) {
  const {byId, make} = teach;
  const data = JSON.parse(byId("data").textContent);
  const key = teach.keyOf(main.dataset.set, main.dataset.case);
  const state = teach.load(key) || {answers: {}, revealed: false, pairs: []};
  const viewer = startViewer(data);
  const form = byId("questions");

  function question(name, title, choices, isOverall) {
    const field = make("fieldset", {className: isOverall ? "overall" : ""},
      make("legend", {}, title));
    const row = make("div", {className: "choices"});
    choices.forEach(([value, words]) => {
      const input = make("input", {type: "radio", name: name, value: value,
        checked: state.answers[name] === value});
      input.addEventListener("change", () => {
        state.answers[name] = value;
        teach.save(key, state);
        update();
      });
      row.append(make("label", {}, input, words));
    });
    field.append(row);
    return field;
  }

  function section(part) {
    const lesion = data.lesions.find((one) => one.number === part.lesion);
    const box = make("details", {open: part.lesion === 0},
      make("summary", {}, part.title + (lesion ? ": " + place(lesion) : "")));
    if (lesion) {
      const button = make("button", {type: "button"},
        "Show where lesion " + part.lesion + " is");
      button.addEventListener("click", () => viewer.pointTo(part.lesion));
      box.append(make("p", {}, button));
    }
    part.rules.forEach((rule) => box.append(question(
      part.key + "/" + rule.id, rule.id + " " + rule.title +
      (rule.limit ? " (limit: " + rule.limit + ", " + rule.tag + ")" : ""),
      teach.RESULTS)));
    box.append(question(part.key + "/overall", part.title + ", overall",
      teach.VERDICTS, true));
    return box;
  }

  // "slice 46, right and back": the axial picture is seen from the feet and has
  // the body's middle in its middle. A position, not an outline.
  function place(lesion) {
    const item = data.axial[lesion.axial];
    const side = lesion.at[0] < item.w / 2 ? "right" : "left";
    const depth = lesion.at[1] < item.h / 2 ? "front" : "back";
    return (item.slice ? "slice " + item.slice + ", " : "") +
      "the patient's " + side + ", " + depth + " half";
  }

  const wordsOf = (choices, value) =>
    (choices.find((one) => one[0] === value) || [0, "not answered"])[1];

  function compared(yours, ours) {
    if (!yours) return make("td", {}, "not answered");
    const same = yours === ours;
    return make("td", {className: same ? "same" : "other"},
      wordsOf(teach.RESULTS.concat(teach.VERDICTS), yours) +
      (same ? " (same)" : " (differs)"));
  }

  function table(part) {
    const head = ["Rule", "Ours", "Yours", "Measured", "Limit",
      "Source of the limit"];
    const body = make("tbody", {});
    part.rules.forEach((rule) => body.append(make("tr", {},
      make("th", {scope: "row"}, rule.id + " " + rule.title),
      make("td", {}, wordsOf(teach.RESULTS, rule.result)),
      compared(state.answers[part.key + "/" + rule.id], rule.result),
      make("td", {}, rule.reason + (rule.slice ? ", slice " + rule.slice :
        "")),
      make("td", {}, rule.limit + (rule.band ? ", borderline " + rule.band :
        "") + "; if not met: " +
        (rule.excludes ? "excludes" : "borderline")),
      make("td", {}, rule.tag + ": " + rule.source))));
    body.append(make("tr", {}, make("th", {scope: "row"}, "Overall"),
      make("td", {}, wordsOf(teach.VERDICTS, part.verdict)),
      compared(state.answers[part.key + "/overall"], part.verdict),
      make("td", {}, part.deciding), make("td", {}), make("td", {})));
    return make("table", {className: "rules answers"},
      make("caption", {}, part.title),
      make("thead", {}, make("tr", {}, ...head.map((text) =>
        make("th", {scope: "col"}, text)))), body);
  }

  function reveal() {
    state.revealed = true;
    state.pairs = [];
    data.sections.forEach((part) => part.rules.forEach((rule) => {
      const yours = state.answers[part.key + "/" + rule.id];
      if (yours) state.pairs.push([rule.result, yours]);
    }));
    teach.save(key, state);
    showAnswer();
    byId("answer").focus();
  }

  function showAnswer() {
    form.querySelectorAll("input").forEach((one) => { one.disabled = true; });
    byId("reveal").disabled = true;
    byId("reveal-note").textContent = "Answers are fixed now.";
    byId("score").textContent = teach.score(state.pairs);
    byId("tables").replaceChildren(...data.sections.map(table));
    byId("drawn").replaceChildren(...data.drawn.map((one) =>
      make("figure", {}, make("img", {src: one.file, alt: one.caption,
        width: one.w, height: one.h, loading: "lazy"}),
      make("figcaption", {}, one.caption))));
    byId("answer").hidden = false;
  }

  // The patient's overall answer comes before ours can be seen.
  function update() {
    const ready = Boolean(state.answers["patient/overall"]);
    byId("reveal").disabled = !ready || state.revealed;
    if (!state.revealed)
      byId("reveal-note").textContent = (ready ? "" :
        "Answer “Patient, overall” first.") + (teach.isKept() ? "" :
        " This browser keeps nothing for local files.");
  }

  data.sections.forEach((part) => form.append(section(part)));
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("reveal").addEventListener("click", reveal);
  update();
  if (state.revealed) showAnswer();
  teach.viewer = viewer;
}

(function () {
  const main = document.querySelector("main");
  if (main.dataset.case) startCase(main);
  else startIndex(main);
})();
