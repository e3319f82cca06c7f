#!/usr/bin/python3
"""Uses report.html as a reader does, in headless Chromium.

usage: check_report.py REPORT.html REPORT.json

Speaks the WebDriver protocol to chromedriver; needs no package beyond it.
SPDX-License-Identifier: Apache-2.0
"""
import base64
import json
import os
import re
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from webdriver import Browser  # noqa: E402

TAB, DOWN, END = "\ue004", "\ue015", "\ue010"
checks = 0


def check(condition, words):
    global checks
    checks += 1
    if not condition:
        raise SystemExit(f"FAILED: {words}")


def wait(condition, words):
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    check(False, words)


def move(x, y):
    return {"type": "pointerMove", "x": int(x), "y": int(y), "duration": 0}


PRESS, RELEASE = ({"type": kind, "button": 0}
                  for kind in ("pointerDown", "pointerUp"))
VIEWER = "const v = document.querySelector('.viewer'); "
PICTURE = VIEWER + """
  const c = v.querySelector('canvas');
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  let sum = 0, yellow = 0;
  for (let p = 0; p < d.length; p += 4) {
    sum = (sum * 31 + d[p] + 7 * d[p + 1]) % 1000003;
    yellow += d[p] > 200 && d[p + 1] > 190 && d[p + 2] < 120;
  }
  return [sum, yellow, Number(v.dataset.slice)];"""


def check_viewer(browser, facts):
    viewers, lesions = browser.run(
        "return ['.viewer', 'section.lesion'].map("
        "(s) => document.querySelectorAll(s).length)")
    check(lesions == len(facts["lesions"]), "a section for every lesion")
    check(viewers == lesions, "a viewer for every lesion")
    check(browser.run(VIEWER + "return Boolean(v.viewer) && !v.hidden"),
          "the viewer's script runs")
    browser.run(VIEWER + "v.scrollIntoView({block: 'start'})")
    wait(lambda: browser.run(VIEWER + "return v.dataset.state") == "ready",
         "the slices are unpacked")
    box = browser.run(VIEWER + """
      const b = v.querySelector('canvas').getBoundingClientRect();
      return [b.x, b.y, b.width, b.height]""")
    check(box[2] > 300 and abs(box[2] - box[3]) < 2, f"a square stage: {box}")
    check_scroll(browser, box)
    check_keys(browser)
    check_outlines(browser)
    check_painted(browser)
    check_window(browser, box)
    check_ruler(browser, box)
    check_slices_are_the_scan(browser, facts)


def check_scroll(browser, box):
    middle = move(box[0] + box[2] / 2, box[1] + box[3] / 2)
    wheel = {"type": "wheel", "id": "wheel", "actions": [
        {"type": "scroll", "x": middle["x"], "y": middle["y"], "deltaX": 0,
         "deltaY": 100, "duration": 0}]}
    before = browser.run(PICTURE)
    browser.act(wheel)
    check(browser.run(PICTURE)[2] == before[2],
          "an untouched viewer leaves the wheel to the page")
    browser.run(VIEWER + "v.scrollIntoView({block: 'start'})")
    browser.pointer(middle, PRESS, RELEASE)
    browser.act(wheel)
    after = browser.run(PICTURE)
    check(after[2] == before[2] + 1, "the wheel goes to the next slice")
    check(after[0] != before[0], "another slice looks different")


def check_keys(browser):
    at = browser.run(PICTURE)[2]
    browser.keys(DOWN, DOWN)
    check(browser.run(PICTURE)[2] == at + 2, "arrow keys go on by a slice")
    browser.keys(END)
    last, text = browser.run(VIEWER + """
      const r = v.querySelector('input[type=range]');
      return [r.value === r.max, r.getAttribute('aria-valuetext')]""")
    check(last and re.search(r"\d+ of \d+, z -?\d+\.\d mm", text),
          f"the end key reaches the last slice: {text}")
    browser.keys(TAB)
    name, outline = browser.run("""
      const a = document.activeElement, s = getComputedStyle(a);
      return [a.tagName, s.outlineStyle + ' ' + parseFloat(s.outlineWidth)]""")
    check(name == "BUTTON" and outline == "solid 3",
          f"tab goes on to the window buttons, with a visible focus: {outline}")
    browser.run(VIEWER + "v.viewer.show(v.viewer.stack.start)")


def check_outlines(browser):
    click = VIEWER + """for (const l of v.querySelectorAll('[data-outline]'))
        if (l.dataset.outline === arguments[0]) l.firstElementChild.click()"""
    browser.pointer(move(2, 2))  # else the HU under it may come and go
    wait(lambda: not browser.run(VIEWER + "return v.viewer.pointer"),
         "the pointer has left the picture")
    shown = browser.run(PICTURE)
    check(shown[1] > 20, "the lesion has a yellow outline")
    browser.run(click, "Lesions")
    check(browser.run(PICTURE)[1] == 0, "the outline can be switched off")
    browser.run(click, "Lesions")
    check(browser.run(PICTURE)[0] == shown[0], "and on again")
    browser.run(click, "Liver")
    check(browser.run(PICTURE)[0] != shown[0], "the liver's outline too")
    browser.run(click, "Liver")


def check_painted(browser):
    """What is seen is the slice's codes through the window, slice by slice."""
    off = browser.run(VIEWER + """
      const w = v.viewer, s = w.stack, c = v.querySelector('canvas');
      v.setAttribute('data-hide-outlines', '');
      const worst = s.slices.map((slice, n) => {
        w.show(n);
        const x0 = s.width >> 2, y0 = s.height >> 2, k = c.width / s.width;
        let wanted = 0, seen = 0, count = 0;
        for (let y = y0; y < 3 * y0; y++)
          for (let x = x0; x < 3 * x0; x++, count++) {
            const hu = w.hu[w.codes[(n * s.height + y) * s.width + x]];
            wanted += Math.min(Math.max((hu - w.centre + w.width / 2) * 255 /
              w.width, 0), 255);
          }
        const d = c.getContext('2d').getImageData(x0 * k, y0 * k, 2 * x0 * k,
          2 * y0 * k).data;
        for (let p = 0; p < d.length; p += 4) seen += d[p];
        return Math.abs(wanted / count - 4 * seen / d.length);
      });
      v.removeAttribute('data-hide-outlines');
      w.show(s.start);
      return Math.max(...worst);""")
    check(off < 2, f"slices are painted {off} grey levels off")


def check_window(browser, box):
    before = browser.run(PICTURE)
    browser.run(VIEWER + """for (const b of v.querySelectorAll('button'))
        if (b.textContent === 'Lung') b.click()""")
    state = browser.run(VIEWER + """return [v.dataset.centre, v.dataset.width,
        [...v.querySelectorAll('button[aria-pressed=true]')]
        .map((b) => b.textContent).join()]""")
    check(state == ["-600", "1500", "Lung"], f"a preset is applied: {state}")
    check(browser.run(PICTURE)[0] != before[0], "a preset changes the picture")
    middle = [box[0] + box[2] / 2, box[1] + box[3] / 2]
    browser.pointer(move(*middle), PRESS, move(middle[0] - 100, middle[1] - 50),
                    RELEASE)
    state = browser.run(VIEWER + "return [v.dataset.centre, v.dataset.width]")
    check(state == ["-500", "1300"], f"dragging changes the window: {state}")


def check_ruler(browser, box):
    browser.run(VIEWER + """window.found = null;
      v.addEventListener('measured', (e) => { window.found = e.detail; });
      v.viewer.rulerButton.click()""")
    x, y = box[0] + 100, box[1] + 200
    browser.pointer(move(x, y), PRESS, move(x + 120, y - 50), RELEASE)
    mm, mm_per_px = browser.run(VIEWER + """
      const s = v.viewer.stack, c = v.querySelector('canvas');
      return [window.found && window.found.mm, s.mm * s.width / c.clientWidth]""")
    check(mm and abs(mm - 130 * mm_per_px) < 1.5 * mm_per_px,
          f"the ruler measures 130 pixels: {mm} mm, {mm_per_px} mm each")


def check_slices_are_the_scan(browser, facts):
    """The mean of the interior is the mean that the report states.

    As eligibility/attenuation.h defines it: what lies deeper than 2 mm, else
    1 mm, else all, over all slices. The rim is partly liver, and where slices
    are thick a single one holds much of it. Around it: the median of liver 2 to
    10 mm away, of the measured slice only.
    """
    measures = facts["lesions"][0]["measures"]
    value = measures["mean_attenuation"]["value"]
    contrast = measures["contrast"]["value"]
    inside, ring = browser.run(VIEWER + """
      const w = v.viewer, s = w.stack, area = s.width * s.height;
      const c = document.createElement('canvas').getContext('2d');
      const paths = s.slices.map((slice) => new Path2D(slice.lesion));
      const gap = s.slices.length < 2 ? Infinity
        : Math.abs(s.slices[1].z - s.slices[0].z);
      const near = (n, mm) => paths.filter((p, m) =>
        m !== n && Math.abs(m - n) * gap < mm + gap / 2);
      const values = (n, test) => {
        const out = [];
        for (let y = 0; y < s.height; y++)
          for (let x = 0; x < s.width; x++)
            if (test(10 * x + 5, 10 * y + 5))
              out.push(w.hu[w.codes[n * area + y * s.width + x]]);
        return out;
      };
      const interior = (mm) => {
        c.lineWidth = Math.max(20 * mm / s.mm, 0.01);
        return paths.flatMap((path, n) => !s.slices[n].lesion ? [] :
          values(n, (x, y) => c.isPointInPath(path, x, y) &&
            !(mm && c.isPointInStroke(path, x, y)) &&
            (!mm || near(n, mm).every((p) => c.isPointInPath(p, x, y)))));
      };
      const mean = (all) => all.length
        ? all.reduce((sum, hu) => sum + hu, 0) / all.length : null;
      const depth = [2, 1, 0].find((mm) => interior(mm).length >= 20) || 0;
      const path = paths[s.start];
      const liver = new Path2D(s.slices[s.start].liver);
      const within = (p, mm, x, y) => {
        c.lineWidth = 20 * mm / s.mm;
        return c.isPointInStroke(p, x, y);
      };
      const around = values(s.start, (x, y) => within(path, 10, x, y) &&
        !within(path, 2, x, y) && !c.isPointInPath(path, x, y) &&
        c.isPointInPath(liver, x, y, 'evenodd') && !within(liver, 2, x, y));
      around.sort((p, q) => p - q);
      return [mean(interior(depth)), around[around.length >> 1]];""")
    check(inside is not None and abs(inside - value) < 6,
          f"{inside} HU in the outline, {value} reported")
    check(abs(contrast) < 15 or (inside - ring) / contrast > 0.3,
          f"{inside} in it and {ring} HU around, contrast {contrast}")


def check_page(browser, facts):
    first, second = browser.run("""
      const all = [...document.querySelectorAll('h1, h2')];
      return [all[0].tagName + all[0].textContent, all[1].tagName]""")
    verdict = facts["patient"]["verdict_text"]
    check(first.lower() == "h1" + verdict and second == "H2",
          f"the verdict comes first: {first}")
    broken = browser.run("""return [...document.images].filter((i) =>
        !i.complete || !i.naturalWidth || !i.hasAttribute('alt')).length""")
    check(broken == 0, "every picture is there and has its words")
    ids = browser.run("""return [...document.querySelectorAll('a[href]')]
        .map((a) => a.getAttribute('href')).filter((h) => h[0] !== '#' ||
        !document.getElementById(h.slice(1)))""")
    check(ids == [], f"every link leads somewhere in the page: {ids}")
    for words in ("What was not assessed", "Research use only",
                  "Is the exam good enough?", "Where this comes from"):
        check(browser.run("return document.body.textContent.includes("
                          "arguments[0])", words), f"the page says '{words}'")
    poor = browser.run(CONTRAST)
    check(poor == [], f"text stands out by 4.5 to 1 (WCAG AA): {poor[:5]}")
    spilt = browser.run("""return [...document.querySelectorAll('th, td')]
        .filter((c) => c.checkVisibility() && c.scrollWidth > c.clientWidth + 1)
        .map((c) => c.textContent.slice(0, 40))""")
    check(spilt == [], f"text runs out of its cell: {spilt[:5]}")
    wide = browser.run("return document.documentElement.scrollWidth - "
                       "document.documentElement.clientWidth")
    check(wide <= 0, f"the page is {wide} pixels too wide")


CONTRAST = """
  const parts = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, n) => {
    const c = rgb[n] / 255;
    return sum + weight * (c <= 0.03928 ? c / 12.92
                                        : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const rgba = parts(getComputedStyle(e).backgroundColor);
      if (rgba.length === 3 || rgba[3] > 0.5) return rgba;
    }
    return [255, 255, 255];
  };
  const poor = [], walk = document.createTreeWalker(document.body, 4);
  while (walk.nextNode()) {
    const words = walk.currentNode.textContent.trim();
    const element = walk.currentNode.parentElement;
    if (!words || !element.checkVisibility()) continue;
    const a = light(parts(getComputedStyle(element).color));
    const b = light(behind(element));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(words.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return poor;"""


def check_print(browser, facts):
    browser.cdp("Emulation.setEmulatedMedia", media="print")
    hidden, pictures = browser.run("""
      const shown = (e) => e.checkVisibility();
      return [[...document.querySelectorAll('.viewer')].some(shown),
        document.querySelectorAll('section.lesion').length ===
        [...document.querySelectorAll('section.lesion')].filter((s) =>
          [...s.querySelectorAll('figure img')].some(shown)).length]""")
    check(not hidden and pictures, "paper has pictures instead of viewers")
    browser.cdp("Emulation.setEmulatedMedia", media="")
    pdf = base64.b64decode(browser.cdp(
        "Page.printToPDF", preferCSSPageSize=True,
        printBackground=False)["data"])
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    most = 8 + 3 * len(facts["lesions"])
    check(1 < len(boxes) <= most, f"it prints to {len(boxes)} pages")
    check(all(abs(float(w) - 595.3) < 1 and abs(float(h) - 841.9) < 1
              for w, h in boxes), f"pages are A4: {boxes}")


def check_quiet(browser, page):
    # That this test reads canvases back is none of the page's business.
    said = [entry for entry in browser.complaints()
            if "willReadFrequently" not in entry["message"]]
    check(said == [], f"nothing is complained of: {said[:3]}")
    for url in browser.requests():
        check(url == page or url.startswith("data:"),
              f"a request leaves the file: {url[:80]}")


def check_closed(browser):
    """Even a script that got in could not speak to anybody."""
    state, blocked = browser.break_out()
    check(state == "closed", f"the page's policy is not closed: {state}")
    check(len(blocked) >= 3, f"the policy refuses all three: {blocked}")


def main():
    page, facts = sys.argv[1:]
    with open(facts, encoding="utf-8") as file:
        facts = json.load(file)
    page = "file://" + os.path.abspath(page)
    with tempfile.TemporaryDirectory() as folder:
        browser = Browser(folder)
        try:
            browser.open(page)
            check_page(browser, facts)
            if facts["lesions"]:
                check_viewer(browser, facts)
            check_print(browser, facts)
            check_quiet(browser, page)
            check_closed(browser)
        finally:
            browser.close()
    print(f"{checks} checks of the page passed")


if __name__ == "__main__":
    main()
