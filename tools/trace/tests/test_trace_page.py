#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of slac-trace in a real Chromium: test_trace_page.py SLAC-TRACE VECTORS FOLDER

The verdict is on top, the sequence and the pilot beside it are drawn, nothing is fetched, no text is cut off, and
nothing is wider than a printed page. The pictures stay in FOLDER, to be looked at.
"""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools/tests"))
import browser  # noqa: E402

PRINT_WIDTH = 718  # of A4 between margins of 1 cm, in CSS pixels
CUT_OFF = """[...document.querySelectorAll('svg text')].filter(text => {
  const own = text.getBoundingClientRect(), drawing = text.ownerSVGElement.getBoundingClientRect();
  return own.left < drawing.left - 1 || own.right > drawing.right + 1 || own.top < drawing.top - 1 ||
         own.bottom > drawing.bottom + 1;
}).map(text => text.textContent)"""
# Rows of one column that stand on each other.
COVERED = """(() => {
  const found = [];
  for (const drawing of document.querySelectorAll('svg[aria-label="sequence of messages"]')) {
    const times = [...drawing.querySelectorAll('text[x="5"]')].map(text => text.getBoundingClientRect());
    for (let i = 1; i < times.length; i++)
      if (times[i].top < times[i - 1].bottom - 3)
        found.push(i);
  }
  return found;
})()"""

# The words of the top row, and the squares between them.
HEADING = """(() => {
  const row = [...document.querySelectorAll('svg text[y="16"], svg rect[y="7"]')].map(
    part => part.getBoundingClientRect()).sort((first, second) => first.left - second.left);
  return row.length == 15 && row.every((part, i) => i == 0 || part.left >= row[i - 1].right);
})()"""


def check(holds, what):
    if not holds:
        raise AssertionError(what)


def look(page, url, name, folder, verdict, is_match):
    page.resize(960, 1200)
    page.open(url)
    check(page.complaints == [], f"{name}: {page.complaints}")
    check(page.evaluate("performance.getEntriesByType('resource').length") == 0, f"{name}: something was fetched")
    check(page.evaluate("document.querySelectorAll('script, link, img, iframe').length") == 0, f"{name}: parts of elsewhere")
    check(page.text(".verdict strong") == [verdict], f"{name}: the verdict is {page.text('.verdict strong')}")
    check(page.text(".verdict.ok strong") == ([verdict] if is_match else []), f"{name}: the colour of the verdict")
    check(page.evaluate("document.querySelector('.verdict').getBoundingClientRect().bottom <= "
                        "document.querySelector('svg').getBoundingClientRect().top"), f"{name}: the verdict is not on top")
    sequence = "document.querySelector('svg[aria-label=\"sequence of messages\"]')"
    check(page.evaluate(f"{sequence}.getBoundingClientRect().height > 200"), f"{name}: no sequence")
    page.picture(folder / f"{name}.png")
    for width, medium in ((960, "screen"), (PRINT_WIDTH, "print")):
        page.resize(width, 1000)
        page.command("Emulation.setEmulatedMedia", media=medium)
        check(page.evaluate("document.documentElement.scrollWidth") <= width, f"{name}: wider than {width} px in {medium}")
        check(page.evaluate(CUT_OFF) == [], f"{name}: cut off in {medium}: {page.evaluate(CUT_OFF)}")
        check(page.evaluate(COVERED) == [], f"{name}: rows cover each other in {medium}")
    page.picture(folder / f"{name}-print.png")
    page.command("Emulation.setEmulatedMedia", media="screen")


def look_at_pilot(page, url, name, labels):
    """Bands from the top to the end of the sequence, without a gap, as the station has reported."""
    page.resize(960, 1200)
    page.open(url)
    check(page.evaluate(HEADING), f"{name}: the top row")
    bands = page.evaluate("[...document.querySelectorAll('g[aria-label=pilot] rect')].map(band => "
                          "[band.y.baseVal.value, band.height.baseVal.value, band.textContent])")
    check([band[2] for band in bands] == labels, f"{name}: the pilot shows {bands}")
    check(all(first[0] + first[1] == second[0] for first, second in zip(bands, bands[1:])), f"{name}: gaps in {bands}")
    height = page.evaluate("document.querySelector('svg[aria-label=\"sequence of messages\"]').viewBox.baseVal.height")
    check(bands[-1][0] + bands[-1][1] == height, f"{name}: the pilot ends before the sequence")


def look_at_lines(page, url, name, text):
    """Whole, and between the lifelines."""
    page.resize(960, 1200)
    page.open(url)
    lines = page.evaluate("[...document.querySelectorAll('svg text.line')].map(line => line.textContent)")
    check(any(text in line for line in lines), f"{name}: no line has {text}")
    check(page.evaluate("[...document.querySelectorAll('svg text.line')].every(line => "
                        "line.getBBox().x + line.getBBox().width < 610)"), f"{name}: a line crosses the station")


def main():
    browser.skip_without()
    trace, vectors, folder = sys.argv[1], pathlib.Path(sys.argv[2]) / "trace", pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)

    def page_of(name):
        path = folder / f"{name}.html"
        subprocess.run([trace, "--html", path, *vectors.glob(f"{name}.pcap*")], stdout=subprocess.DEVNULL)
        return browser.file_url(path)

    with browser.Browser(str(folder)) as page:
        look(page, page_of("matched"), "matched", folder, "matched", True)
        look(page, page_of("reset"), "reset", folder, "reset", False)
        look(page, page_of("no_match_in_time"), "no_match_in_time", folder, "no_match_in_time", False)
        look(page, page_of("pilot_fault"), "pilot_fault", folder, "pilot_fault", False)
        look_at_pilot(page, page_of("pilot_fault"), "pilot_fault", ["A2: A", "B2: 5 %", "E: E"])
        look_at_lines(page, page_of("no_match_in_time"), "no_match_in_time", "reason=no_match_in_time")
        look_at_pilot(page, page_of("no_parm_req"), "no_parm_req", ["A2: A", "B2: 5 %"])


if __name__ == "__main__":
    main()
