# SPDX-License-Identifier: Apache-2.0
"""slac-history report on a file: the examples of doc/history.md, beside a writer, and as a page in a browser."""
import pathlib
import re
import shlex
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import report_rows
from history_bench import program

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools/tests"))
import browser  # noqa: E402

EXAMPLE = re.compile(r"^    \$ slac-history report(.*)\n((?:    .*\n|\n(?=    ))*)", re.MULTILINE)


class Report(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="slac-history-test-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        report_rows.sqlite_file(self.directory / "site.sqlite", report_rows.site())
        report_rows.makers_file(self.directory / "oui.txt")

    def report(self, *options, code=0):
        done = subprocess.run([program(), "report", *options], cwd=self.directory, capture_output=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout.decode() if code == 0 else done.stderr.decode()

    def test_examples_of_the_document(self):
        examples = EXAMPLE.findall((ROOT / "doc/history.md").read_text())
        self.assertGreater(len(examples), 1)
        for options, expected in examples:
            with self.subTest(options):
                said = self.report(*shlex.split(options)).replace("\r\n", "\n")
                self.assertEqual(said.strip(), re.sub(r"^    ", "", expected, flags=re.MULTILINE).strip())

    def test_beside_a_writer(self):
        path = self.directory / "site.sqlite"
        with sqlite3.connect(path) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("DELETE FROM status")
            before = path.read_bytes()
            self.assertIn("GARAGE", self.report("--database", "site.sqlite"))
            self.assertEqual(path.read_bytes(), before)
            writer.rollback()
        writer.close()

    def test_station_that_died(self):
        """What the next vehicle does there is a session of its own."""
        rows = report_rows.Rows()
        rows.failed("S1", report_rows.BEGIN_US, "70:B3:D5:00:00:01", "no_sounds", left=False)
        rows.started("S1", report_rows.BEGIN_US + 3600 * 1000000)
        rows.matched("S1", report_rows.BEGIN_US + 7200 * 1000000, "00:18:87:00:A1:D6")
        report_rows.sqlite_file(self.directory / "died.sqlite", rows)
        for options in ([], ["--station", "S1", "--from", "2026-11-27", "--to", "2026-11-27"]):
            said = self.report("--database", "died.sqlite", "--format", "csv", *options).split()
            self.assertEqual(said[-1], "S1,2,1,1,50.0,0,0,0,0,0,4000,4000")

    def test_session_at_midnight(self):
        """It is that of the day on which it begins, and is seen whole; times to match are of the day of the match."""
        rows = report_rows.Rows()
        rows.matched("S1", report_rows.BEGIN_US + report_rows.DAY_US - 2000000, "00:18:87:00:A1:D6")
        report_rows.sqlite_file(self.directory / "night.sqlite", rows)
        for option, lines, is_timed in ((("--to", "2026-11-27"), ["S1,1,1,0,100.0,0,0,0,0,0,,"], False), (("--from", "2026-11-28"), [], True)):
            self.assertEqual(self.report("--database", "night.sqlite", "--format", "csv", *option).splitlines()[1:], lines)
            self.assertEqual("median 4000 ms" in self.report("--database", "night.sqlite", *option), is_timed)

    def test_order_of_rows_changes_nothing(self):
        """A table has none; doubles are kept out by its key."""
        rows = report_rows.site()
        rows.statuses.reverse()
        report_rows.sqlite_file(self.directory / "other.sqlite", rows)
        self.assertEqual(self.report("--database", "site.sqlite", "--format", "csv"),
                         self.report("--database", "other.sqlite", "--format", "csv"))

    def test_what_is_wrong_is_said(self):
        for options, expected in ((["--by", "car"], "--by 'car': expected station, reason, maker and day"),
                                  (["--by", "day,day"], "expected station, reason, maker and day, each once"),
                                  (["--by", "day,"], "expected station, reason, maker and day, each once"),
                                  (["--from", "2026-13-01"], "--from '2026-13-01': expected a date such as 2026-11-27"),
                                  (["--to", "27.11.2026"], "--to '27.11.2026': expected a date such as"),
                                  (["--from", "2026-11-28", "--to", "2026-11-27"], "expected the first day not to be after the last"),
                                  (["--format", "pdf"], "--format 'pdf': expected table, csv or html"),
                                  (["--database", "host=db dbname=history"], "--database (SLAC_HISTORY_DATABASE): expected the path"),
                                  (["--database", "site.sqlite", "--output", "./site.sqlite"], "expected another file than the database"),
                                  (["--car"], "slac-history report: unrecognized option '--car'"),
                                  (["site.sqlite"], "unexpected argument 'site.sqlite'")):
            self.assertIn(expected, self.report(*options, code=2))
        for options, expected in ((["--database", "missing.sqlite"], "missing.sqlite: unable to open database file"),
                                  (["--database", "oui.txt"], "oui.txt: file is not a database"),
                                  (["--makers", "missing.txt"], "missing.txt: No such file"),
                                  (["--makers", "site.sqlite"], "site.sqlite: expected a list of MAC prefixes"),
                                  (["--output", "missing/file"], "missing/file: No such file"),
                                  (["--output", "/dev/full"], "/dev/full: it cannot be written")):
            self.assertIn(expected, self.report("--database", "site.sqlite", *options, code=1))

    def test_page_in_a_browser(self):
        if browser.find() is None:
            self.skipTest("the program chromium is not installed")
        report_rows.sqlite_file(self.directory / "mess.sqlite", report_rows.mess(1000))
        self.report("--database", "mess.sqlite", "--format", "html", "--output", "page.html")
        with browser.Browser(self.directory) as page:
            page.open(browser.file_url(self.directory / "page.html"))
            page.wait("document.querySelectorAll('svg').length === 5")
            for condition in ("[...document.querySelectorAll('svg')].every(plot => plot.getAttribute('role') === 'img'"
                              " && document.getElementById(plot.getAttribute('aria-labelledby')).textContent"
                              " && plot.closest('section').querySelector('table'))",
                              "document.querySelectorAll('script, b, [src], [href]').length === 0",
                              "[...document.querySelectorAll('th')].some(cell => cell.textContent === '<b>&')"):
                self.assertTrue(page.evaluate(condition), condition)
            page.resize(390, 800, scheme="dark")
            self.assertEqual(page.evaluate("document.documentElement.scrollWidth"), 390)
            self.assertEqual(page.complaints, [])


if __name__ == "__main__":
    program()
    unittest.main(verbosity=2)
