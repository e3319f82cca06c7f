#!/usr/bin/python3
"""Sorts and filters worklist.html in headless Chromium, with keys.

usage: check_worklist_page.py FOLDER
SPDX-License-Identifier: Apache-2.0
"""
import base64
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
from check_report import CONTRAST  # noqa: E402
from webdriver import Browser  # noqa: E402

ENTER = "\ue007"
checks = 0
SHOWN = """return [...document.querySelectorAll('.worklist tbody tr')]
    .filter((r) => r.checkVisibility()).map((r) => r.cells[0].textContent)"""


def check(condition, words):
    global checks
    checks += 1
    if not condition:
        raise SystemExit(f"FAILED: {words}")


def check_sort(browser):
    head = "const h = [...document.querySelectorAll('.worklist thead th')]; "
    start = browser.run(SHOWN)
    check(start == [str(n + 1) for n in range(14)], f"by rank: {start}")
    browser.run(head + "h[6].querySelector('button').focus()")
    browser.keys(ENTER)
    column = """return [...document.querySelectorAll('.worklist tbody tr')]
        .map((r) => r.cells[6].textContent)"""
    for direction, turn in (("ascending", 1), ("descending", -1)):
        check(browser.run(head + "return h[6].getAttribute('aria-sort')") ==
              direction, direction)
        cells = browser.run(column)
        numbers = [float(text) for text in cells if text]
        check(numbers == sorted(numbers)[::turn] and len(numbers) == 9,
              f"{direction}: {cells}")
        check(cells[9:] == [""] * 5, "what has no number comes last")
        browser.keys(ENTER)
    browser.run(head + "h[0].querySelector('button').click()")


def check_filter(browser):
    choose = """const e = document.getElementById(arguments[0]);
        e.value = arguments[1]; e.dispatchEvent(new Event('input'));"""
    failed = ["10", "11", "12", "13", "14"]
    browser.run(choose, "filter-scope", "patient")
    check(browser.run(SHOWN) == ["1", "5", "7", "8"] + failed,
          f"patients: {browser.run(SHOWN)}")
    browser.run(choose, "filter-verdict", "meets")
    check(browser.run(SHOWN) == ["8"] + failed, "failed ones are never hidden")
    browser.run(choose, "filter-scope", "")
    browser.run(choose, "filter-verdict", "")
    browser.run("document.getElementById('filter-text').focus()")
    browser.keys(*"near")
    check(browser.run(SHOWN) == ["1", "2"] + failed, "words filter rows")
    said = browser.run("return document.getElementById('shown').textContent")
    check(said == "Showing 7 of 14 rows", said)
    browser.run(choose, "filter-text", "")


def check_page(browser):
    poor = browser.run(CONTRAST)
    check(poor == [], f"text stands out by 4.5 to 1 (WCAG AA): {poor[:5]}")
    unnamed = browser.run("""return [...document.querySelectorAll(
        'input, select, button')].filter((e) => !(e.labels && e.labels.length)
        && !e.textContent.trim()).length""")
    check(unnamed == 0, "every control has a label")
    pdf = base64.b64decode(browser.cdp(
        "Page.printToPDF", preferCSSPageSize=True)["data"])
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    check(boxes and all(abs(float(w) - 841.9) < 1 and
                        abs(float(h) - 595.3) < 1 for w, h in boxes),
          f"pages are A4 across: {boxes}")


def check_quiet(browser, page):
    said = browser.complaints()
    check(said == [], f"nothing is complained of: {said[:3]}")
    for url in browser.requests():
        check(url == page, f"a request leaves the file: {url[:80]}")


def main(folder):
    page = "file://" + os.path.abspath(os.path.join(folder, "worklist.html"))
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(profile)
        try:
            browser.open(page)
            check_sort(browser)
            check_filter(browser)
            check_page(browser)
            check_quiet(browser, page)
        finally:
            browser.close()
    print(f"{checks} checks of the table passed")


main(*sys.argv[1:])
