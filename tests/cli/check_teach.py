#!/usr/bin/python3
"""Uses teaching pages as a reader does, in headless Chromium.

usage: check_teach.py FOLDER REPORT.json
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import re
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from check_report import CONTRAST  # noqa: E402
from webdriver import Browser  # noqa: E402

SPACE, ENTER, ESCAPE = "\ue00d", "\ue007", "\ue00c"
LEFT, UP, RIGHT, DOWN, SHIFT = "\ue012", "\ue013", "\ue014", "\ue015", "\ue008"
checks = 0


def check(condition, words):
    global checks
    checks += 1
    if not condition:
        raise SystemExit(f"FAILED: {words}")


def wait(browser, script, words):
    for _ in range(200):
        if browser.run(script):
            return
        time.sleep(0.05)
    check(False, words)


def open_page(browser, url):
    browser.ask("POST", "/url", {"url": url})


def check_kappa(browser):
    """Against values worked out by hand."""
    table = [
        ([], None, None),
        ([["met", "met"]] * 3, 100, None),
        ([["met", "not-met"]] * 3, 0, 0),
        ([["met", "met"]] * 20 + [["met", "not-met"]] * 5 +
         [["not-met", "met"]] * 10 + [["not-met", "not-met"]] * 15, 70, 0.4),
        ([["met", "met"], ["borderline", "borderline"],
          ["not-met", "not-met"], ["not-assessable", "met"]], 75,
         (0.75 - 0.25) / 0.75),
        ([["met", "not-met"], ["not-met", "met"]], 0, -1),
    ]
    for pairs, percent, kappa in table:
        got = browser.run("return [teach.agreement(arguments[0]), "
                          "teach.kappa(arguments[0])]", pairs)
        for have, want in zip(got, (percent, kappa)):
            check(have == want if want is None or have is None
                  else abs(have - want) < 1e-9, f"{pairs[:4]}: {got}")


def check_fresh(browser, data):
    check(browser.run("return document.getElementById('answer').hidden"),
          "the answer is hidden at first")
    check(browser.run("return document.getElementById('reveal').disabled"),
          "nothing is revealed before an answer")
    loaded = browser.run("""return performance.getEntriesByType('resource')
        .map((r) => r.name).concat([...document.images].map((i) => i.src))
        .filter((n) => n.includes('drawn-'))""")
    check(loaded == [], f"a drawn picture is loaded too early: {loaded}")
    wait(browser, "const i = document.getElementById('picture'); "
         "return i.complete && i.naturalWidth === 512", "a clean picture")
    rules = sum(len(part["rules"]) for part in data["sections"])
    check(browser.run("return document.querySelectorAll('#questions fieldset')"
                      ".length") == rules + len(data["sections"]),
          "a question for each rule and each result")
    asked = {r["id"] for part in data["sections"] for r in part["rules"]}
    check("R2" in asked and "R18" not in asked, f"asked are {asked}")
    unnamed = browser.run("""return [...document.querySelectorAll(
        'input, select, button')].filter((e) => !(e.labels && e.labels.length)
        && !e.textContent.trim()).length""")
    check(unnamed == 0, "every control has a label")
    poor = browser.run(CONTRAST)
    check(poor == [], f"text stands out by 4.5 to 1 (WCAG AA): {poor[:5]}")


def check_slices(browser, data):
    middle = len(data["axial"]) // 2
    browser.run("document.getElementById('stage').focus()")
    browser.keys(UP, UP, DOWN)
    want = data["axial"][middle + 1]
    check(browser.run("return document.getElementById('picture')"
                      ".getAttribute('src')") == want["file"],
          "arrow keys turn slices")
    check(browser.run("return document.getElementById('slice-text')"
                      ".textContent") == str(want["slice"]), "the slice number")


def check_ruler(browser, data):
    scale = data["mm_per_px"]
    length = "return document.getElementById('length').textContent"
    browser.run("document.getElementById('stage').focus()")
    browser.keys("r", ENTER, *[RIGHT] * 30, *[DOWN] * 40, ENTER)
    check(browser.run(length) == f"{50 * scale:.1f} mm",
          f"30 across and 40 down are 50 pixels: {browser.run(length)}")
    browser.keys(ESCAPE)
    check("Two points" in browser.run(length), "Escape ends the ruler")
    browser.run("document.getElementById('ruler').click()")
    box = browser.run("""const b = document.getElementById('stage')
        .getBoundingClientRect(); return [b.x, b.y, b.width, b.height]""")
    for share in (0.25, 0.75):
        browser.pointer(
            {"type": "pointerMove", "duration": 0, "x": int(
                box[0] + share * box[2]), "y": int(box[1] + box[3] / 2)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0})
    got = float(browser.run(length).split()[0])
    check(abs(got - 256 * scale) < 2 * scale * 512 / box[2],
          f"half of the width is {256 * scale:.1f} mm, not {got}")
    browser.run("document.getElementById('ruler').click()")


def check_pointer(browser, data, facts):
    """The button leads to the slice in which the lesion was measured."""
    lesion = facts["lesions"][0]
    browser.run("document.querySelectorAll('#questions details')[1].open = "
                "true; document.querySelector('#questions details:nth-child(2)"
                " button').click()")
    slice_number = int(browser.run(
        "return document.getElementById('slice-text').textContent"))
    longest = lesion["measures"]["longest_axial_diameter"]["slice"]
    check(abs(slice_number - longest) <= 1, f"{slice_number}, not {longest}")
    # What is dark there is dark in the picture: the lesion's middle.
    grey = browser.run("""
      const c = document.createElement('canvas'), i = new Image();
      const [x, y] = arguments[0], at = document.querySelectorAll(
        '#marks path').length;
      return at""", data["lesions"][0]["at"])
    check(grey == 2, "an arrow points to it")
    named = browser.run("return document.querySelectorAll("
                        "'#questions details')[1].firstChild.textContent")
    check(re.search(r": slice \d+, the patient's (left|right), (front|back) "
                    "half$", named), f"the question names the place: {named}")
    check(str(slice_number) in named, f"the slice of the arrow: {named}")
    arrows = browser.run("""const p = document.getElementById('plane');
      p.value = '1'; p.dispatchEvent(new Event('change'));
      const n = document.querySelectorAll('#marks path').length;
      p.value = '0'; p.dispatchEvent(new Event('change')); return n""")
    check(arrows == 2, "an arrow in its coronal picture too")
    sides = browser.run("return document.getElementById('marks').textContent")
    check(sides == "RLAP", f"the sides are named: {sides}")


def answer(browser, name, value):
    browser.run("""const i = document.querySelector('input[name="' +
        arguments[0] + '"][value="' + arguments[1] + '"]');
        i.closest('details').open = true; i.focus();""", name, value)
    browser.keys(SPACE)


def check_answers(browser, data):
    patient = data["sections"][0]
    first, second = patient["rules"][:2]
    wrong = "not-met" if second["result"] != "not-met" else "met"
    answer(browser, "patient/" + first["id"], first["result"])
    answer(browser, "patient/" + second["id"], wrong)
    check(browser.run("return document.getElementById('reveal').disabled"),
          "the overall answer comes first")
    answer(browser, "patient/overall", "meets")
    check(not browser.run("return document.getElementById('reveal').disabled"),
          "an overall answer opens ours")
    return first, second, wrong


def check_reveal(browser, data):
    browser.run("document.getElementById('reveal').focus()")
    browser.keys(ENTER)
    check(browser.run("return document.activeElement.id") == "answer",
          "the answer takes the focus")
    check(browser.run("return document.getElementById('score').textContent")
          .startswith("Agreement 50 % over 2 rules; Cohen's kappa "),
          browser.run("return document.getElementById('score').textContent"))
    rows = browser.run("return document.querySelectorAll('#tables tbody tr')"
                       ".length")
    check(rows == sum(len(part["rules"]) + 1 for part in data["sections"]),
          f"{rows} rows")
    text = browser.run("return document.getElementById('tables').textContent")
    for part in data["sections"]:
        for rule in part["rules"]:
            check(rule["reason"] in text and rule["limit"] in text and
                  rule["source"] in text, f"{rule['id']} is explained")
    check(browser.run("return [...document.querySelectorAll('#questions input')"
                      "].every((i) => i.disabled)"), "answers are fixed")
    browser.run("document.querySelectorAll('#drawn img').forEach((i) => "
                "{ i.loading = 'eager'; })")
    wait(browser, "const all = [...document.querySelectorAll('#drawn img')]; "
         "return all.length >= 4 && all.every((i) => i.complete && "
         "i.naturalWidth > 300)", "the drawn pictures load")
    poor = browser.run(CONTRAST)
    check(poor == [], f"text stands out by 4.5 to 1 (WCAG AA): {poor[:5]}")


def check_kept(browser, root, data):
    open_page(browser, root + "/case-01.html")
    check(not browser.run("return document.getElementById('answer').hidden"),
          "what was revealed stays so")
    open_page(browser, root + "/index.html")
    check(browser.run("return document.querySelector('.state').textContent")
          == "revealed", "the list knows")
    check("50 %" in browser.run(
        "return document.getElementById('total').textContent"), "the total")
    saved = json.loads(browser.run("return teach.exported()"))
    check(saved["cases"][0]["answers"]["patient/overall"] == "meets" and
          saved["agreement_percent"] == 50, f"{saved}")
    keys = browser.run("return Object.keys(localStorage)")
    check(len(keys) == 1 and keys[0].startswith("ablascreen-teach/"), keys)
    browser.run("window.confirm = () => true; "
                "document.getElementById('forget').click()")
    check(browser.run("return localStorage.length") == 0, "forgotten")
    check(browser.run("return document.querySelector('details dl dd a')"
                      ".getAttribute('href')") == "case-01.html",
          "a list by finding")
    del data


def check_quiet(browser, root):
    said = browser.complaints()
    check(said == [], f"nothing is complained of: {said[:3]}")
    for url in browser.requests():
        check(url.startswith((root + "/", "data:")),
              f"a request leaves the folder: {url[:80]}")


def check_closed(browser):
    """Even a script that got in could not speak to anybody."""
    state, blocked = browser.break_out()
    check(state == "closed", f"the page's policy is not closed: {state}")
    check(len(blocked) >= 3, f"the policy refuses all three: {blocked}")


def use(browser, root, data, facts):
    open_page(browser, root + "/index.html")
    check(browser.run("return document.querySelector('.state').textContent")
          == "not opened", "a fresh list")
    check_kappa(browser)
    open_page(browser, root + "/case-01.html")
    check_fresh(browser, data)
    check_slices(browser, data)
    check_ruler(browser, data)
    check_pointer(browser, data, facts)
    check_answers(browser, data)
    check_reveal(browser, data)
    check_kept(browser, root, data)
    check_quiet(browser, root)
    check_closed(browser)


def main():
    folder, facts = sys.argv[1:]
    with open(facts, encoding="utf-8") as file:
        facts = json.load(file)
    with open(os.path.join(folder, "case-01.html"), encoding="utf-8") as file:
        page = file.read()
    data = page.split('id="data">')[1].split("</script>")[0]
    root = "file://" + os.path.abspath(folder)
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        try:
            open_page(browser, "about:blank")
            browser.log("performance")
            use(browser, root, json.loads(data), facts)
        finally:
            browser.close()
    print(f"{checks} checks of the pages passed")


if __name__ == "__main__":
    main()
