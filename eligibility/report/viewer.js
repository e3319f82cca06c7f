// Slices around a lesion: scroll, window, outlines, a ruler. Needs nothing
// from outside of the page. SPDX-License-Identifier: Apache-2.0
"use strict";
(() => {
  // Name, toggle, colour, width and dashes, as on the overlays.
  const layers = [
    ["organs", "Other organs", "#00b382", 1.2, [9, 4, 0.5, 4]],
    ["liver", "Liver", "#56b4e9", 1.6, []],
    ["aorta", "Vessels", "#e66b0d", 1.6, [0.5, 4]],
    ["unnamed", "Vessels", "#b3b3b3", 1.2, [4, 3.5]],
    ["portal", "Vessels", "#d685b0", 1.5, [4, 3.5]],
    ["hepatic", "Vessels", "#4080fa", 1.5, [9, 4]],
    ["others", "Lesions", "#f0e442", 1.3, []],
    ["lesion", "Lesions", "#f0e442", 2, []],
  ];
  const presets = [["Liver", 100, 160], ["Soft tissue", 50, 400],
    ["Lung", -600, 1500], ["Bone", 400, 1800]];
  const font = "13px system-ui, 'DejaVu Sans', Arial, sans-serif";

  const make = (parent, tag, properties = {}, attributes = {}) => {
    const element = Object.assign(document.createElement(tag), properties);
    for (const [name, value] of Object.entries(attributes))
      element.setAttribute(name, value);
    parent.append(element);
    return element;
  };
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  // HU at the middle of each code's step.
  const huTable = (parts) => {
    const table = new Float32Array(256);
    parts.forEach(([hu, step, code], n) => {
      const end = n + 1 < parts.length ? parts[n + 1][2] : 256;
      for (let c = code; c < end; c++)
        table[c] = hu + step * (c - code + 0.5);
    });
    return table;
  };

  // One picture of slices, read back as codes; a slice is null when a browser
  // alters what a page reads, which must not pass for a scan.
  const readPack = async (image, set, first) => {
    await image.decode();
    const { width, height, slices } = set;
    const area = width * height;
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const out = [];
    for (let n = 0; n < set.pack && first + n < slices.length; n++) {
      context.drawImage(image, 0, -n * height);
      const rgba = context.getImageData(0, 0, width, height).data;
      const codes = new Uint8Array(area);
      let sum = 0;
      for (let p = 0; p < area; p++)
        sum += codes[p] = rgba[4 * p];
      out.push(sum === slices[first + n].sum ? codes : null);
    }
    return out;
  };

  // Slices that several lesions lie in; unpacked where one of them is looked at.
  class SliceSet {
    constructor(root) {
      Object.assign(this, JSON.parse(root.dataset.set));
      this.images = [...root.querySelectorAll("img")];
      this.packs = new Map();
    }

    async codes(slice) {
      const at = Math.floor(slice / this.pack);
      if (!this.packs.has(at))
        this.packs.set(at,
          readPack(this.images[at], this, at * this.pack));
      return (await this.packs.get(at))[slice - at * this.pack];
    }

    // A lesion's window of a slice: its outlines begin elsewhere.
    slice(at, stack) {
      const move = (path) => path.replace(/M(-?\d+) (-?\d+)/g,
        (all, x, y) => `M${x - 10 * stack.x} ${y - 10 * stack.y}`);
      const { number, z, lesions, ...paths } = this.slices[at];
      const out = { number, z };
      for (const [name, path] of Object.entries(paths))
        if (typeof path === "string") out[name] = move(path);
      out.lesion = move(lesions[stack.index] || "");
      out.others = move(lesions.filter((path, n) => n !== stack.index)
        .join(""));
      return out;
    }
  }
  const sets = [...document.querySelectorAll(".viewer-slices")]
    .map((root) => new SliceSet(root));

  // A lesion's window of all of its slices; null when one was altered.
  const readCodes = async (stack, slices) => {
    const { x, y, width, height } = stack;
    const set = sets[stack.set];
    const area = width * height;
    const codes = new Uint8Array(area * slices.length);
    for (let n = 0; n < slices.length; n++) {
      const from = await set.codes(slices[n]);
      if (!from) return null;
      for (let row = 0; row < height; row++) {
        const first = (y + row) * set.width + x;
        codes.set(from.subarray(first, first + width),
          n * area + row * width);
      }
    }
    return codes;
  };

  class Viewer {
    constructor(root) {
      this.root = root;
      this.stack = JSON.parse(root.dataset.stack);
      this.from = this.stack.slices; // of the set
      this.stack.slices = this.from.map((at) =>
        sets[this.stack.set].slice(at, this.stack));
      this.hu = huTable(this.stack.parts);
      this.shown = new Set(["Lesions", "Liver", "Vessels", "Other organs"]);
      this.paths = new Map();
      [this.centre, this.width] = this.stack.window;
      this.ruler = null;
      this.build();
      this.show(this.stack.start);
      root.hidden = false;
    }

    build() {
      const { root, stack } = this;
      this.stage = make(root, "div", { className: "viewer-stage" });
      this.canvas = make(this.stage, "canvas", {}, { role: "img" });
      const bar = make(root, "div", { className: "viewer-bar" });
      const label = make(bar, "label", { className: "viewer-slice" });
      make(label, "span", { textContent: "Slice" });
      this.range = make(label, "input", { type: "range", min: 0, step: 1,
        max: stack.slices.length - 1 });
      this.output = make(label, "output", {}, { "aria-live": "polite" });
      this.buildWindow(make(root, "div", { className: "viewer-bar" },
        { role: "group", "aria-label": "Window" }));
      this.buildToggles(make(root, "div", { className: "viewer-bar" },
        { role: "group", "aria-label": "Outlines and ruler" }));
      make(root, "p", { className: "quiet viewer-hint", textContent:
        "Click the picture, then use the wheel or the arrow keys; drag to " +
        "change the window." });
      this.listen();
    }

    buildWindow(bar) {
      const all = [["Abdomen", ...this.stack.window], ...presets];
      this.buttons = all.map(([name, centre, width]) => {
        const button = make(bar, "button", { type: "button",
          textContent: name, title: `centre ${centre}, width ${width} HU` });
        button.addEventListener("click", () => this.setWindow(centre, width));
        return { button, centre, width };
      });
      const pair = make(bar, "span", { className: "viewer-pair" });
      const field = (text, read, write) => {
        const label = make(pair, "label", { textContent: text });
        const input = make(label, "input", { type: "number", step: 10 });
        input.addEventListener("change", () => write(Number(input.value)));
        return { input, read };
      };
      this.fields = [
        field("Centre ", () => this.centre, (v) => this.setWindow(v, this.width)),
        field(" Width ", () => this.width, (v) => this.setWindow(this.centre, v)),
      ];
    }

    buildToggles(bar) {
      const has = (group) => layers.some(([name, of]) => of === group &&
        this.stack.slices.some((slice) => slice[name]));
      for (const group of ["Lesions", "Liver", "Vessels", "Other organs"]) {
        if (!has(group)) continue;
        const label = make(bar, "label", {}, { "data-outline": group });
        const box = make(label, "input", { type: "checkbox", checked: true });
        label.append(" " + group);
        box.addEventListener("change", () => {
          if (box.checked) this.shown.add(group);
          else this.shown.delete(group);
          this.draw();
        });
      }
      this.rulerButton = make(bar, "button", { type: "button",
        textContent: "Ruler" }, { "aria-pressed": "false" });
      this.rulerButton.addEventListener("click", () => {
        const on = this.rulerButton.getAttribute("aria-pressed") !== "true";
        this.rulerButton.setAttribute("aria-pressed", on);
        if (!on) this.ruler = null;
        this.draw();
      });
    }

    listen() {
      const { range, stage } = this;
      const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1,
        PageDown: 5, PageUp: -5, Home: -1e6, End: 1e6 };
      range.addEventListener("input", () => this.show(Number(range.value)));
      range.addEventListener("keydown", (event) => {
        if (!(event.key in steps)) return;
        event.preventDefault();
        this.show(this.slice + steps[event.key]);
      });
      stage.addEventListener("wheel", (event) => {
        if (!this.root.contains(document.activeElement) || !event.deltaY)
          return;
        event.preventDefault();
        this.show(this.slice + Math.sign(event.deltaY));
      }, { passive: false });
      stage.addEventListener("pointerdown", (event) => this.press(event));
      stage.addEventListener("pointermove", (event) => this.move(event));
      stage.addEventListener("pointerup", () => this.release());
      stage.addEventListener("pointercancel", () => this.release());
      stage.addEventListener("pointerleave", () => {
        this.pointer = null;
        this.draw();
      });
      this.root.addEventListener("refresh", () => this.draw());
      if (window.ResizeObserver)
        new ResizeObserver(() => this.draw()).observe(stage);
    }

    // Position on the slice in its pixels.
    locate(event) {
      const box = this.canvas.getBoundingClientRect();
      return [(event.clientX - box.left) * this.stack.width / box.width,
        (event.clientY - box.top) * this.stack.height / box.height];
    }

    press(event) {
      if (event.button !== 0 || event.pointerType === "touch") return;
      event.preventDefault();
      this.range.focus({ preventScroll: true });
      this.stage.setPointerCapture(event.pointerId);
      const at = this.locate(event);
      if (this.rulerButton.getAttribute("aria-pressed") === "true")
        this.ruler = { slice: this.slice, from: at, to: at, moving: true };
      else
        this.drag = [event.clientX, event.clientY, this.centre, this.width];
    }

    move(event) {
      this.pointer = this.locate(event);
      if (this.ruler && this.ruler.moving) this.ruler.to = this.pointer;
      if (this.drag) {
        const [x, y, centre, width] = this.drag;
        this.setWindow(centre - 2 * (event.clientY - y),
          width + 2 * (event.clientX - x));
      }
      this.draw();
    }

    release() {
      this.drag = null;
      if (!this.ruler || !this.ruler.moving) return;
      this.ruler.moving = false;
      this.root.dispatchEvent(new CustomEvent("measured", { bubbles: true,
        detail: { lesion: this.stack.lesion, mm: this.rulerLength() } }));
    }

    rulerLength() {
      const { from, to } = this.ruler;
      return Math.hypot(to[0] - from[0], to[1] - from[1]) * this.stack.mm;
    }

    setWindow(centre, width) {
      if (!Number.isFinite(centre) || !Number.isFinite(width)) return;
      this.centre = clamp(Math.round(centre), -1024, 1544);
      this.width = clamp(Math.round(width), 8, 4000);
      this.draw();
    }

    show(slice) {
      this.slice = clamp(slice, 0, this.stack.slices.length - 1);
      this.range.value = this.slice;
      this.draw();
    }

    sliceText() {
      const { slices, of } = this.stack;
      const { number, z } = slices[this.slice];
      const place = `z ${z.toFixed(1)} mm`;
      return number ? `${number} of ${of}, ${place}` : place;
    }

    describe() {
      const text = this.sliceText();
      this.output.textContent = text;
      this.range.setAttribute("aria-valuetext", text);
      this.canvas.setAttribute("aria-label",
        `Axial slice ${text}, around lesion ${this.stack.lesion}`);
      for (const { button, centre, width } of this.buttons)
        button.setAttribute("aria-pressed",
          centre === this.centre && width === this.width);
      for (const { input, read } of this.fields)
        if (input !== document.activeElement || this.drag)
          input.value = read();
      Object.assign(this.root.dataset, { slice: this.slice,
        centre: this.centre, width: this.width });
    }

    draw() {
      this.describe();
      if (!this.codes) return;
      const { canvas, stage, stack } = this;
      const scale = window.devicePixelRatio || 1;
      const side = Math.max(1, Math.round(stage.clientWidth * scale));
      const height = Math.round(side * stack.height / stack.width);
      if (canvas.width !== side || canvas.height !== height) {
        canvas.width = side;
        canvas.height = height;
      }
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(this.paintGrey(), 0, 0, side, height);
      if (!this.root.hasAttribute("data-hide-outlines"))
        this.drawOutlines(context);
      context.save();
      context.scale(scale, scale);
      this.drawFrame(context, side / scale, height / scale);
      context.restore();
    }

    paintGrey() {
      const { width, height } = this.stack;
      if (!this.small) {
        this.small = document.createElement("canvas");
        this.small.width = width;
        this.small.height = height;
      }
      const low = this.centre - this.width / 2;
      const grey = Uint8ClampedArray.from(this.hu,
        (hu) => (hu - low) * 255 / this.width);
      const context = this.small.getContext("2d");
      const picture = context.createImageData(width, height);
      const first = this.slice * width * height;
      for (let p = 0; p < width * height; p++) {
        const value = grey[this.codes[first + p]];
        picture.data.set([value, value, value, 255], 4 * p);
      }
      context.putImageData(picture, 0, 0);
      return this.small;
    }

    drawOutlines(context) {
      const slice = this.stack.slices[this.slice];
      const unit = 10 * this.stack.width / this.stage.clientWidth;
      const scale = this.canvas.width / (10 * this.stack.width);
      context.save();
      context.scale(scale, scale);
      context.lineCap = context.lineJoin = "round";
      for (const [name, group, colour, width, dashes] of layers) {
        if (!slice[name] || !this.shown.has(group)) continue;
        const key = name + this.slice;
        if (!this.paths.has(key))
          this.paths.set(key, new Path2D(slice[name]));
        context.setLineDash(dashes.map((length) => length * unit));
        for (const [style, extra] of [["rgba(0,0,0,.55)", 1.6], [colour, 0]]) {
          context.strokeStyle = style;
          context.lineWidth = (width + extra) * unit;
          context.stroke(this.paths.get(key));
        }
      }
      context.restore();
    }

    drawFrame(context, width, height) {
      const text = (words, x, y, align, colour = "#eee") => {
        context.font = font;
        context.textAlign = align;
        context.lineWidth = 3;
        context.strokeStyle = "rgba(0,0,0,.8)";
        context.strokeText(words, x, y);
        context.fillStyle = colour;
        context.fillText(words, x, y);
      };
      const [left, right, top, bottom] = this.stack.sides;
      text(left, 8, height / 2, "left");
      text(right, width - 8, height / 2, "right");
      text(top, width / 2, 18, "center");
      text(bottom, width / 2, height - 10, "center");
      text(`slice ${this.sliceText()}`, 8, 18, "left");
      text(`centre ${this.centre}, width ${this.width} HU`, 8, 36, "left",
        "#bbb");
      text("Research use only", 8, 54, "left", "#bbb");
      const bar = 50 / this.stack.mm * width / this.stack.width;
      this.drawLine(context, [width - 12 - bar, height - 14],
        [width - 12, height - 14], "#fff");
      text("50 mm", width - 12 - bar / 2, height - 22, "center");
      this.drawPointer(text, height);
      this.drawRuler(context, text, width / this.stack.width);
    }

    drawPointer(text, height) {
      if (!this.pointer) return;
      const { width, height: rows } = this.stack;
      const [x, y] = this.pointer.map(Math.floor);
      if (x < 0 || y < 0 || x >= width || y >= rows) return;
      const code = this.codes[(this.slice * rows + y) * width + x];
      const end = code === 0 ? "below " : code === 255 ? "above " : "about ";
      text(`${end}${this.hu[code].toFixed(0)} HU`, 8, height - 10, "left");
    }

    drawRuler(context, text, scale) {
      if (!this.ruler || this.ruler.slice !== this.slice) return;
      const [from, to] = [this.ruler.from, this.ruler.to]
        .map((point) => point.map((value) => value * scale));
      this.drawLine(context, from, to, "#fff");
      text(`${this.rulerLength().toFixed(1)} mm`, to[0] + 8, to[1] - 8, "left",
        "#fff");
    }

    // With ticks at both ends.
    drawLine(context, from, to, colour) {
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
      const tick = [-(to[1] - from[1]) / length * 5,
        (to[0] - from[0]) / length * 5];
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      for (const end of [from, to]) {
        context.moveTo(end[0] - tick[0], end[1] - tick[1]);
        context.lineTo(end[0] + tick[0], end[1] + tick[1]);
      }
      for (const [style, width] of [["rgba(0,0,0,.7)", 3.5], [colour, 1.8]]) {
        context.strokeStyle = style;
        context.lineWidth = width;
        context.stroke();
      }
    }

    async load() {
      if (this.loading) return;
      this.loading = true;
      this.codes = await readCodes(this.stack, this.from).catch(() => null);
      this.root.dataset.state = this.codes ? "ready" : "refused";
      if (this.codes) this.draw();
      else this.stage.textContent = "The slices cannot be shown: this browser " +
        "does not give back pictures as they are. The other pictures are not " +
        "affected.";
    }
  }

  // Stacks are unpacked when they come near the screen.
  const observer = window.IntersectionObserver &&
    new IntersectionObserver((entries) => {
      for (const entry of entries)
        if (entry.isIntersecting) {
          observer.unobserve(entry.target);
          entry.target.viewer.load();
        }
    }, { rootMargin: "600px" });
  for (const root of document.querySelectorAll(".viewer[data-stack]")) {
    root.viewer = new Viewer(root);
    if (observer) observer.observe(root);
    else root.viewer.load();
  }
})();
