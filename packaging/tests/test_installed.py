#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` installs, whole and in step: units, sandbox, configuration, man pages, completion."""
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["SLACD_BUILD"])
SOURCE = pathlib.Path(os.environ["SLACD_SOURCE"])
SLACD = BUILD / "slacd" / "slacd"
EXPOSURE_MAX = 1.5
NOT_TOOLS = {"cloud-cost", "coverage", "cross-build", "faults", "fuzz", "lint", "soak", "package", "packages.sh", "mirror.sh", "quickstart",
             "record-cost", "test", "trace-bench"}
CALLED = {"sequence-diagram": "slac-sequence-diagram"}


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="slacd-installed.")
        cls.stage = pathlib.Path(cls.directory.name)
        run("cmake", "--install", BUILD, env={**os.environ, "DESTDIR": str(cls.stage)})
        cls.files = {path.relative_to(cls.stage): path for path in cls.stage.rglob("*") if not path.is_dir()}

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def file(self, name):
        """The one installed file whose path ends so."""
        found = [path for relative, path in self.files.items() if f"/{relative}".endswith(f"/{name}")]
        self.assertEqual(len(found), 1, f"{name}: {found}")
        return found[0]

    def page(self, name):
        return gzip.decompress(self.file(f"man{name[-1]}/{name}.gz").read_bytes()).decode()

    def units(self):
        return [self.file("system/slacd.service"), self.file("system/slacd@.service"),
                self.file("system/smart-charging-service.service"), self.file("system/slac-history.service")]

    @unittest.skipIf(shutil.which("systemd-analyze") is None, "systemd-analyze is not installed")
    def test_sandbox_is_tight(self):
        for unit in self.units():
            said = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit)
            exposure = float(re.search(r"Overall exposure level for .*: ([0-9.]+)", said)[1])
            self.assertLessEqual(exposure, EXPOSURE_MAX, f"{unit}\n{said}")

    @unittest.skipIf(shutil.which("systemd-analyze") is None, "systemd-analyze is not installed")
    def test_systemd_understands_the_units(self):
        with tempfile.TemporaryDirectory() as folder:
            for unit in self.units():
                text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.M)
                copy = pathlib.Path(folder, unit.name.replace("@", "@north"))
                copy.write_text(text)
                self.assertEqual(run("systemd-analyze", "verify", "--man=no", copy).strip(), "")

    def test_units_are_started_again_whatever_happens_but_for_a_wrong_configuration(self):
        for unit in self.units():
            lines = unit.read_text().splitlines()
            for line in ("Restart=always", "StartLimitIntervalSec=0", "RestartPreventExitStatus=2", "WatchdogSec=30"):
                self.assertIn(line, lines)

    def test_units_name_what_is_installed(self):
        start = re.search(r"^ExecStart=(\S+) --config (\S+)$", self.units()[0].read_text(), re.M)
        other = re.search(r"^ExecStart=(\S+)$", self.units()[-1].read_text(), re.M)
        for path in (*start.groups(), *other.groups()):
            self.assertTrue((self.stage / path.lstrip("/")).exists(), path)

    def test_shipped_configuration_changes_nothing(self):
        shipped = run(SLACD, "--config", self.file("slacd.json"), "--print-config")
        self.assertEqual(shipped, run(SLACD, "--print-config"))

    def test_what_the_shipped_configuration_suggests_is_taken(self):
        text = re.sub(r'^(\s*)// ("[^"]+": .*)$', r"\1\2", self.file("slacd.json").read_text(), flags=re.M)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as config:
            config.write(text)
            config.flush()
            printed = json.loads(run(SLACD, "--config", config.name, "--print-config"))
        self.assertLessEqual({"DE*ABC*E1", "DE*ABC*E2"}, set(printed["outlets"]))
        self.assertEqual(printed["mqtt"]["username"], "slacd")
        self.assertEqual(printed["mqtt"]["tls_key"], "/etc/slacd/slacd.key")
        self.assertEqual(printed["service"]["metrics"], "/run/slacd/metrics")

    def test_page_of_slacd_tells_each_option_and_no_other(self):
        offered = set(re.findall(r"--[a-z-]+", run(SLACD, "--help").split("Settings of the configuration file")[0]))
        page = self.page("slacd.8").replace("\\-", "-")
        options = page[page.index(".SH OPTIONS"):page.index(".SH EXIT STATUS")]
        self.assertEqual(set(re.findall(r"--[a-z-]+", options)), offered)

    def test_page_of_the_settings_tells_each_with_its_default(self):
        page = run("man", "--local-file", self.file("slacd.json.5.gz"), env={**os.environ, "MANWIDTH": "1000"}) \
            if shutil.which("man") else self.page("slacd.json.5").replace("\\-", "-")
        text = re.sub(r"\s+", " ", page.replace("\n.B ", "\n"))
        settings = re.findall(r"^  ([a-z0-9_.<>]+) +.*\[([^];]*)[^]]*\]$", run(SLACD, "--help"), re.M)
        self.assertGreater(len(settings), 60)
        for path, default in settings:
            if not path.startswith("outlets."):
                self.assertRegex(text, rf" {re.escape(path)} (?:(?!Default:).)*Default: {re.escape(default)}[.;]")

    @unittest.skipIf(shutil.which("man") is None, "man is not installed")
    def test_pages_are_sound(self):
        pages = [path for relative, path in self.files.items() if "/man/" in f"/{relative}"]
        self.assertGreater(len(pages), 1)
        for page in pages:
            done = subprocess.run(["man", "--warnings=w", "--local-file", page], capture_output=True, text=True,
                                  env={**os.environ, "MANWIDTH": "120"})
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)

    def test_each_tool_is_installed_with_a_completion_and_a_page(self):
        scripts = {path.name for path in (SOURCE / "tools").iterdir() if path.is_file()} - NOT_TOOLS
        names = {CALLED.get(name, name) for name in scripts if os.access(SOURCE / "tools" / name, os.X_OK)}
        names |= {"slac-ev", "cs-sim", "cs-fleet", "slac-replay", "slac-trace", "slac-monitor", "slac-history", "smart-charging-service"}
        for name in sorted(names):
            self.assertTrue(os.access(self.file(f"bin/{name}"), os.X_OK), name)
            self.assertIn(name, self.file(f"completions/{name}").read_text().splitlines()[-1].split(), name)
            if shutil.which("help2man"):
                self.assertIn(".SH SEE ALSO", self.page(f"{name}.1").replace('"', ""), name)

    def complete(self, *words):
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; ' \
                 '_slacd "$1" && printf "%s\\n" "${COMPREPLY[@]}"'
        return run("bash", "-c", script, "complete", self.file("completions/slacd"), SLACD, *words).split()

    def test_completion_offers_options_and_their_words(self):
        self.assertEqual(self.complete("--mqtt-"), ["--mqtt-host", "--mqtt-port"])
        self.assertEqual(self.complete("--log-level", "W"), ["WARN"])
        self.assertEqual(self.complete("--config", str(SOURCE / "READ")), [str(SOURCE / "README.md")])

    def test_installed_tools_run_from_where_they_are(self):
        for name in ("slac-conformance", "slac-sequence-diagram"):
            self.assertIn("usage", run(self.file(f"bin/{name}"), "--help"))
        self.assertIn("CmSlacParm", run(self.file("bin/slac-conformance"), "--list"))


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    unittest.main(verbosity=2)
