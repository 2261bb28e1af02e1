#!/usr/bin/env python3
"""browser_test.py RENDER_SAMPLE ROOT [--shots FOLDER]: report.html in a real browser, at desktop and phone widths, light and
dark: nothing is asked of the network, no console message, nothing wider than the window, contrast, sorting, filtering,
theme, keyboard, print. Exit status 77 when Chromium or chromedriver is missing. --shots keeps pictures to look at."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from webdriver import Browser, WebDriverError, missing_programs  # noqa: E402

VIEWS = [(1280, 900, "light"), (1280, 900, "dark"), (390, 844, "light"), (390, 844, "dark")]

# Visible texts whose contrast with what lies behind them is too small (WCAG 2.1 AA).
CONTRAST = r"""
function rgb(text) { const n = text.match(/[\d.]+/g).map(Number); return n.length > 3 ? n : n.concat(1); }
function luminance(c) {
  const l = c.slice(0, 3).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4); });
  return .2126 * l[0] + .7152 * l[1] + .0722 * l[2];
}
function behind(element) {
  for (let e = element; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor);
    if (c[3] === 1) return c;
  }
  return [255, 255, 255, 1];
}
const bad = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) {
  const element = node.parentElement, style = getComputedStyle(element);
  if (!node.data.trim() || !element.getClientRects().length || style.visibility === "hidden") continue;
  if (element.closest(".hid, caption, select, title")) continue;
  const isSvg = element instanceof SVGElement, fore = rgb(isSvg ? style.fill : style.color);
  const a = luminance(fore), b = luminance(behind(element));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  const size = parseFloat(style.fontSize), isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (isLarge ? 3 : 4.5)) bad.add(ratio.toFixed(2) + " " + element.tagName + "." + element.className + ": " + node.data.trim().slice(0, 30));
}
return Array.from(bad).slice(0, 10);
"""
VISIBLE_TRIALS = "return [...document.querySelectorAll('.trial')].filter(t => !t.hidden).map(t => t.dataset.id)"
COLUMN = """return [...document.querySelectorAll('#' + arguments[0] + ' tbody tr')].filter(r => !r.hidden)
            .map(r => r.cells[arguments[1]].textContent.trim())"""
SORT_KEYS = """return [...document.querySelectorAll('#' + arguments[0] + ' tbody tr')]
               .map(r => r.cells[arguments[1]].dataset.v)"""


class Checks:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def __call__(self, what, good, detail=""):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print(f"FAILED: {what} {detail}")

    def equal(self, what, found, expected):
        self(what, found == expected, f"found {found!r}, expected {expected!r}")


def open_report(browser, path):
    browser.requested()
    browser.log("browser")
    browser.open(path.as_uri())
    browser.run("try { localStorage.clear() } catch (e) {}")


def wait_for_filter():
    time.sleep(0.2)  # the page waits 80 ms after the last key


def choose(browser, select, text):
    browser.run("""const s = document.getElementById(arguments[0]);
        s.value = [...s.options].find(o => o.textContent === arguments[1]).value;
        s.dispatchEvent(new Event('input', {bubbles: true})); s.dispatchEvent(new Event('change', {bubbles: true}))""",
                select, text)
    wait_for_filter()


def check_view(browser, check, name, path, view, shots):
    width, height, scheme = view
    browser.set_view(width, height, scheme)
    open_report(browser, path)
    label = f"{name} at {width} {scheme}"
    check.equal(f"{label}: the script ran", browser.run("return document.documentElement.dataset.ready"), "yes")
    check.equal(f"{label}: width of the page", browser.run("return document.documentElement.scrollWidth"), width)
    if name != "hostile":
        browser.run("document.querySelectorAll('.trial').forEach((t, i) => { t.open = i < 12 })")
        check.equal(f"{label}: width with conversations open",
                    browser.run("return document.documentElement.scrollWidth"), width)
    check.equal(f"{label}: too little contrast", browser.run(CONTRAST), [])
    # chrome: pages are the browser's own first tab, which may still be loading.
    requested = [url for url in browser.requested()
                 if url != path.as_uri() and not url.startswith(("data:", "chrome:"))]
    check.equal(f"{label}: asked of the network", requested, [])
    check.equal(f"{label}: console", [entry["message"] for entry in browser.log("browser")], [])
    if shots:
        browser.run("document.querySelectorAll('.trial').forEach((t, i) => { t.open = i === 0 }); scrollTo(0, 0)")
        browser.screenshot(shots / f"{name}-{width}-{scheme}-first.png")
        browser.screenshot(shots / f"{name}-{width}-{scheme}.png", whole=True)


def check_hostile(browser, check, path):
    open_report(browser, path)
    try:
        text = browser.call("GET", "/alert/text")
    except WebDriverError:
        text = None
    check.equal("hostile: no dialog opens", text, None)
    check.equal("hostile: no element from a text", browser.run("return document.querySelectorAll('main script, img').length"), 0)
    check("hostile: the text is shown as text",
          browser.run("return document.querySelector('h1').textContent").startswith("<script>alert(1)</script>"))


def check_sorting(browser, check, path):
    browser.set_view(1280, 900, "light")
    open_report(browser, path)
    written = browser.run(COLUMN, "t-slots", 0)
    head = "#t-slots thead th:nth-child(3)"
    browser.click(f"{head} button")
    up = [float(v) for v in browser.run(SORT_KEYS, "t-slots", 2)]
    check.equal("a click sorts up", up, sorted(up))
    check.equal("and says so", browser.run("return document.querySelector(arguments[0]).ariaSort", head), "ascending")
    browser.click(f"{head} button")
    down = [float(v) for v in browser.run(SORT_KEYS, "t-slots", 2)]
    check.equal("a second click sorts down", down, sorted(up, reverse=True))
    browser.click(f"{head} button")
    check.equal("a third click restores", browser.run(COLUMN, "t-slots", 0), written)
    browser.click("#t-slots thead th:nth-child(1) button")
    names = browser.run(COLUMN, "t-slots", 0)
    check.equal("texts are sorted as texts", names, sorted(names))
    browser.run("document.querySelector('#t-models thead th:nth-child(3) button').focus()")
    browser.type("#t-models thead th:nth-child(3) button", "\ue007")  # Enter
    keys = browser.run(SORT_KEYS, "t-models", 2)
    check("the keyboard sorts, n/a last", keys[-1] == "" and keys[0] == "0.0", keys)
    browser.click("#t-decision thead th:nth-child(2) button")
    check("the decision sorts by failures", browser.run(COLUMN, "t-decision", 0)[0].startswith("hybrid-v2"))


def check_filter(browser, check, path):
    browser.set_view(1280, 900, "light")
    open_report(browser, path)
    everything = browser.run(VISIBLE_TRIALS)
    check.equal("all conversations are shown at first", len(everything), 6)
    browser.type("#f-text", "lou dupont")
    wait_for_filter()
    check.equal("a text that was said finds its conversation", browser.run(VISIBLE_TRIALS), ["conv-0052"])
    check("the count follows", browser.run("return document.getElementById('shown').textContent").startswith("1 "))
    check.equal("tables show only what matches", browser.run(COLUMN, "t-slots", 0), [])
    check("and say that they hide the rest", "0 of 18 rows" in browser.run("return document.querySelector('#slots .rows').textContent"))
    browser.click("#f-clear")
    wait_for_filter()
    check.equal("clear shows all again", browser.run(VISIBLE_TRIALS), everything)
    check.equal("and every row", len(browser.run(COLUMN, "t-slots", 0)), 18)
    for select, value, expected in (("f-outcome", "Abandoned", ["conv-0131"]), ("f-tag", "hand-over", ["conv-0103", "conv-0149"]),
                                    ("f-slot", "phone", ["conv-0088"]), ("f-c", "rules", ["conv-0017", "conv-0052"])):
        choose(browser, select, value)
        check.equal(f"{select} = {value}", browser.run(VISIBLE_TRIALS), expected)
        if select == "f-slot":
            check.equal("the slot's rows", browser.run(COLUMN, "t-slots", 0), ["phone"] * 3)
        if select == "f-c":
            shown = browser.run("return [...document.querySelectorAll('#t-headline thead th')].filter(t => !t.hidden).length")
            check.equal("the candidate's columns", shown, 2)
        browser.click("#f-clear")
        wait_for_filter()
    choose(browser, "f-c", "hybrid-v2")
    choose(browser, "f-tag", "interruption")
    check.equal("two filters together", browser.run(VISIBLE_TRIALS), ["conv-0149"])
    check.equal("the decision stays whole", len(browser.run(COLUMN, "t-decision", 0)), 3)
    browser.click("#f-clear")
    choose(browser, "order", "conversation")
    check.equal("conversations in order", browser.run(VISIBLE_TRIALS), sorted(everything))
    browser.click("#open-all")
    check.equal("open all", browser.run("return document.querySelectorAll('.trial[open]').length"), 6)
    browser.click("#close-all")
    browser.click("#trial-2 summary")
    check("a click opens a conversation", browser.run("return document.getElementById('trial-2').open"))
    diff = browser.run("return document.querySelectorAll('#trial-2 .turn')[1].innerText.replace(/\\s+/g, ' ')")
    check("with its diff", "wrong value name gold Marie Dupont said Marie" in diff, diff)
    browser.open(path.as_uri() + "#trial-3")
    check("an address opens its conversation", browser.run("return document.getElementById('trial-3').open"))


def check_theme(browser, check, path):
    browser.set_view(1280, 900, "light")
    open_report(browser, path)
    background = "return getComputedStyle(document.body).backgroundColor"
    light = browser.run(background)
    browser.click("#theme")
    check.equal("light chosen", browser.run(background), light)
    browser.click("#theme")
    dark = browser.run(background)
    check("dark chosen", dark != light, dark)
    browser.open(path.as_uri())
    check.equal("the choice is kept", browser.run(background), dark)
    browser.click("#theme")
    check.equal("auto again", browser.run(background), light)


# Texts of figures that are too small to read, or that stick out of their figure.
FIGURE_TEXTS = r"""
const bad = [];
for (const figure of document.querySelectorAll('svg.fig, svg.rel')) {
  const box = figure.getBoundingClientRect();
  for (const text of figure.querySelectorAll('text')) {
    const at = text.getBoundingClientRect(), size = parseFloat(getComputedStyle(text).fontSize) * box.width / figure.viewBox.baseVal.width;
    if (size < 8.5) bad.push('small ' + size.toFixed(1) + ' ' + text.textContent);
    if (at.left < box.left - 1 || at.right > box.right + 1 || at.bottom > box.bottom + 1) bad.push('outside ' + text.textContent);
  }
}
return bad.slice(0, 10);
"""


def check_figures(browser, check, path):
    for width, height, scheme in ((1280, 900, "light"), (390, 844, "dark")):
        browser.set_view(width, height, scheme)
        open_report(browser, path)
        check.equal(f"texts of figures at {width}", browser.run(FIGURE_TEXTS), [])
    drawn = browser.run("return [...document.querySelectorAll('#differences figure')].map(f => [f.querySelectorAll('.forest circle').length, "
                        "f.querySelectorAll('tbody tr').length])")
    check("a difference drawn is a difference in the table", drawn and all(a == b and a > 0 for a, b in drawn), drawn)
    said = browser.run("return [...document.querySelectorAll('#differences figure')].map(f => [f.querySelectorAll('.forest .worse').length, "
                       "[...f.querySelectorAll('tbody tr td:last-child')].filter(c => c.textContent === 'worse').length])")
    check("its colour says what the table says", all(a == b for a, b in said), said)
    points = browser.run("return [document.querySelectorAll('#trade-off .cost circle').length, "
                         "document.querySelectorAll('#t-trade-off tbody tr').length, document.querySelectorAll('.cost .off').length, "
                         "[...document.querySelectorAll('#t-trade-off td:last-child')].filter(c => c.textContent === 'no').length]")
    check("cost against quality: as many points as rows, and as many off the line", points[0] == points[1] > 1 and points[2] == points[3], points)
    bars = browser.run("return [...document.querySelectorAll('.latency')].map(s => [s.querySelectorAll('.fill').length, "
                       "s.parentNode.querySelectorAll('tbody tr').length])")
    check("a bar of latencies is a row of the table", bars and all(a == b > 1 for a, b in bars), bars)
    check("gold against what was heard", browser.run("return document.querySelector('.matrix .hit').textContent") == "61"
          and browser.run("return document.querySelectorAll('.matrix').length") == 3)
    choose(browser, "f-c", "rules")
    shown = browser.run("return [...document.querySelectorAll('figure')].filter(f => f.getClientRects().length).map(f => f.dataset.c)")
    check.equal("the filter leaves one candidate's figures", sorted(set(shown)), ["1"])
    browser.click("#filter-toggle")
    browser.click("#f-clear")


def check_phone(browser, check, path):
    browser.set_view(390, 844, "light")
    open_report(browser, path)
    hidden = "return document.getElementById('filter').hidden"
    check("the filter is folded away on a phone", browser.run(hidden))
    browser.click("#filter-toggle")
    check("and opens", not browser.run(hidden))
    browser.type("#f-text", "conv-0131")
    wait_for_filter()
    check.equal("and filters", browser.run(VISIBLE_TRIALS), ["conv-0131"])
    wide = browser.run("const b = document.querySelector('#t-slots').parentNode; b.scrollLeft = 99; return b.scrollLeft")
    check("a wide table scrolls in its own box", wide > 0, wide)


def check_print(browser, check, path, name, folder):
    if not shutil.which("pdftotext") or not shutil.which("pdfinfo"):
        print("pdftotext and pdfinfo are not installed: print is not tested")
        check.skipped += 1
        return
    browser.set_view(1280, 900, "dark")
    open_report(browser, path)
    last = browser.run("return [...document.querySelectorAll('.first p')].pop().textContent.slice(-40)")
    names = browser.run("return [...document.querySelectorAll('#t-decision tbody .cand')].map(c => c.textContent)")
    pdf = folder / f"{name}.pdf"
    browser.print_pdf(pdf)
    info = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True, check=True).stdout
    check(f"{name}: printed on A4", "A4" in info, info)

    def text_of(page):
        text = subprocess.run(["pdftotext", "-f", str(page), "-l", str(page), pdf, "-"],
                              capture_output=True, text=True, check=True).stdout
        return " ".join(text.split())
    first, second = text_of(1), text_of(2)
    for part in names + ["Cost per month", last]:
        squeezed = "".join(part.split())
        check(f"{name}: the first page holds '{part}'", squeezed in "".join(first.split()), first[-300:])
    check(f"{name}: the tables start on the second page", "Headline metrics" in second + text_of(3) and "Headline metrics" not in first)


def main():
    render = sys.argv[1]
    shots = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 and sys.argv[3] == "--shots" else None
    if missing_programs():
        print("SKIPPED: missing " + ", ".join(missing_programs()))
        return 77
    check = Checks()
    with tempfile.TemporaryDirectory() as temporary, Browser() as browser:
        folder = pathlib.Path(temporary)
        pages = {}
        for name in ("sample", "large", "hostile", "empty"):
            (folder / name).mkdir()
            subprocess.run([render, folder / name, name], check=True)
            pages[name] = folder / name / "report.html"
        for name, path in pages.items():
            for view in VIEWS:
                check_view(browser, check, name, path, view, shots)
        check_hostile(browser, check, pages["hostile"])
        check_sorting(browser, check, pages["sample"])
        check_filter(browser, check, pages["sample"])
        check_theme(browser, check, pages["sample"])
        check_phone(browser, check, pages["sample"])
        check_figures(browser, check, pages["sample"])
        for name in ("sample", "large"):
            check_print(browser, check, pages[name], name, shots or folder)
    print(f"{check.passed} passed, {check.failed} failed" + (f", {check.skipped} skipped" if check.skipped else ""))
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
