#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The recipes for Yocto and OpenWrt, as far as they can be checked without these build systems."""
import fnmatch
import glob
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["SLACD_BUILD"])
SOURCE = pathlib.Path(os.environ["SLACD_SOURCE"])
YOCTO = SOURCE / "packaging" / "yocto"
OPENWRT = SOURCE / "packaging" / "openwrt" / "slacd"
VERSION = re.search(r"project\(slacd VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text())[1]
# The directories of a Yocto image, and the prefix for which the tree under test is configured.
DIRECTORIES = {"bindir": "/usr/bin", "sbindir": "/usr/sbin", "libexecdir": "/usr/libexec", "datadir": "/usr/share",
               "mandir": "/usr/share/man", "sysconfdir": "/etc", "nonarch_libdir": "/usr/lib",
               "systemd_system_unitdir": "/usr/lib/systemd/system", "PN": "slacd"}
# What bitbake.conf gives the main package by itself.
BY_ITSELF = ["/usr/bin/*", "/usr/sbin/*", "/etc/*"]
OF_DOC = ["/usr/share/doc/*", "/usr/share/man/*"]
# What each library is called in Yocto and in OpenWrt: a module of pkg-config, or a package that CMake finds.
LIBRARIES = {"libpcap": ("libpcap", "libpcap"), "libevent_core": ("libevent", "libevent2-core"),
             "libevent_extra": ("libevent", "libevent2-extra"), "libmosquitto": ("mosquitto", "libmosquitto-ssl"),
             "json-c": ("json-c", "libjson-c"), "libcrypto": ("openssl", "libopenssl"), "libssl": ("openssl", "libopenssl"),
             "libcap-ng": ("libcap-ng", "libcap-ng"), "ZLIB": ("zlib", "zlib"), "libsystemd": ("systemd", None),
             "sqlite3": ("sqlite3", "libsqlite3"), "libpq": ("postgresql", "libpq")}
# What only the tests need, and what only the tools need.
OF_TESTS, OF_TOOLS = {"cmocka"}, {"ZLIB", "libpcap", "libpq", "sqlite3"}
MUSL_HEADERS = ("cap-ng.h", "event2", "json-c", "mosquitto.h", "mqtt_protocol.h", "linux", "asm-generic")


def expand(text):
    return re.sub(r"\$\{(\w+)\}", lambda match: DIRECTORIES.get(match[1], match[0]), text)


def libraries():
    """Those that are optional as well: a recipe says what is built, not what happens to be there."""
    lists = [(SOURCE / folder / "CMakeLists.txt").read_text() for folder in (".", "tools/trace")]
    modules = re.findall(r"pkg_check_modules\(\w+ (?:REQUIRED )?IMPORTED_TARGET ([a-z0-9_-]+)", "".join(lists))
    packages = re.findall(r"find_package\((\w+)", "".join(lists))
    return set(modules + packages) - OF_TESTS - {"PkgConfig", "Threads"}


def check_options(test, options):
    lists = (SOURCE / "CMakeLists.txt").read_text() + (SOURCE / "packaging" / "CMakeLists.txt").read_text()
    names = re.findall(r"-D(\w+)=", options)
    test.assertTrue(names)
    for name in names:
        test.assertRegex(lists, rf"(option|set)\({name} ")


def matches(path, patterns):
    """As in a recipe's FILES: what matches, and everything below a folder that matches."""
    return any(fnmatch.fnmatch(path, pattern) for pattern in patterns)


class Yocto(unittest.TestCase):
    def setUp(self):
        recipes = list(YOCTO.glob("*.bb"))
        self.assertEqual(len(recipes), 1)
        self.path = recipes[0]
        self.text = self.path.read_text()

    def value(self, name):
        found = re.search(rf'^{re.escape(name)} (?:\?|\+)?= "((?:[^"\\]|\\\n)*)"', self.text, re.M)
        self.assertIsNotNone(found, name)
        return expand(found[1].replace("\\\n", " "))

    def test_version_is_the_projects(self):
        self.assertEqual(self.path.name, f"slacd_{VERSION}.bb")

    def test_syntax(self):
        """Each line outside of a function is an assignment, a comment, `inherit` or empty; quotes are closed."""
        text = re.sub(r"^\w[\w:]*\(\) \{\n.*?^\}\n", "", self.text, flags=re.M | re.S).replace("\\\n", " ")
        for line in text.splitlines():
            self.assertRegex(line, r'^($|#|inherit [a-z ]+$|[A-Za-z_]+(:[\w${}-]+)* (\?|\+)?= "[^"]*"$)')

    def test_functions_are_shell(self):
        for body in re.findall(r"^\w[\w:]*\(\) (\{\n.*?^\})", self.text, re.M | re.S):
            subprocess.run(["sh", "-n"], input=f"f() {body}\n", text=True, check=True)

    def test_license_is_the_file(self):
        name, sum_ = re.match(r"file://(\S+);md5=([0-9a-f]{32})$", self.value("LIC_FILES_CHKSUM")).groups()
        self.assertEqual(hashlib.md5((SOURCE / name).read_bytes()).hexdigest(), sum_)
        self.assertEqual(self.value("LICENSE"), "Apache-2.0")

    def test_each_library_is_named(self):
        depends = re.findall(r"[\w-]+", " ".join(re.findall(r'^DEPENDS\S* = "(.*)"$', self.text, re.M)))
        for library in libraries():
            self.assertIn(LIBRARIES[library][0], depends)

    def test_options_exist(self):
        check_options(self, self.value("EXTRA_OECMAKE"))

    def test_each_installed_file_is_in_one_package(self):
        with tempfile.TemporaryDirectory() as stage:
            subprocess.run(["cmake", "--install", BUILD], env={**os.environ, "DESTDIR": stage}, check=True,
                           capture_output=True)
            files = [str(path)[len(stage):] for path in pathlib.Path(stage).rglob("*") if not path.is_dir()]
        prefix = re.search(r"^CMAKE_INSTALL_PREFIX:PATH=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.M)[1]
        files = [re.sub(rf"^{re.escape(prefix)}/(etc/|(?!etc/))", lambda m: "/etc/" if m[1] else "/usr/", file)
                 for file in files]
        tools = self.value("FILES:${PN}-tools").split()
        main = self.value("FILES:${PN}").split() + BY_ITSELF + OF_DOC
        self.assertGreater(len(files), 50)
        self.assertEqual([file for file in files if not matches(file, tools + main)], [])
        self.assertEqual([pattern for pattern in tools if not any(fnmatch.fnmatch(file, pattern) for file in files)
                          and ("/man/" not in pattern or shutil.which("help2man"))], [])
        for name in ("/usr/sbin/slacd", "/usr/lib/systemd/system/slacd.service", "/usr/lib/sysusers.d/slacd.conf",
                     self.value("CONFFILES:${PN}")):
            self.assertIn(name, files)
            self.assertFalse(matches(name, tools), name)

    def test_service_is_installed(self):
        self.assertTrue((SOURCE / "packaging" / "systemd" / f"{self.value('SYSTEMD_SERVICE:${PN}')}.in").exists())


class OpenWrt(unittest.TestCase):
    def setUp(self):
        self.text = (OPENWRT / "Makefile").read_text()

    def test_version_is_the_projects(self):
        self.assertIn(f"\nPKG_VERSION:={VERSION}\n", self.text)

    def test_options_exist(self):
        check_options(self, re.search(r"^CMAKE_OPTIONS \+= (.*)$", self.text, re.M)[1])

    def test_license_is_the_file(self):
        for name in re.search(r"^PKG_LICENSE_FILES:=(.*)$", self.text, re.M)[1].split():
            self.assertTrue((SOURCE / name).exists())

    def test_make_takes_it(self):
        """With stand-ins for OpenWrt's own files, the packages that the Makefile defines are built by its calls."""
        if shutil.which("make") is None:
            self.skipTest("make is not installed")
        with tempfile.TemporaryDirectory() as folder:
            top = pathlib.Path(folder)
            (top / "rules.mk").write_text("INCLUDE_DIR:=$(TOPDIR)\nINSTALL_DIR:=install -d\nINSTALL_BIN:=install -m 755\n"
                                          "INSTALL_CONF:=install -m 600\n"
                                          "define BuildPackage\nall:: ; $$(call Package/$(1)/install,$(TOPDIR)/image)\nendef\n")
            for name in ("package.mk", "cmake.mk"):
                (top / name).write_text("")
            installed = top / "installed"
            subprocess.run(["cmake", "--install", BUILD], env={**os.environ, "DESTDIR": str(top / "stage")}, check=True,
                           capture_output=True)
            prefix = re.search(r"^CMAKE_INSTALL_PREFIX:PATH=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.M)[1]
            installed.mkdir()
            shutil.copytree(top / "stage" / prefix.lstrip("/"), installed / "usr", symlinks=True)
            done = subprocess.run(["make", "-C", OPENWRT, "-f", "Makefile", "all", f"TOPDIR={top}",
                                   f"PKG_INSTALL_DIR={installed}", f"PKG_BUILD_DIR={SOURCE}"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            image = sorted(str(path.relative_to(top / "image")) for path in (top / "image").rglob("*") if path.is_file())
        self.assertEqual(image, ["etc/init.d/slacd", "etc/slacd/slacd.json", "usr/bin/cs-fleet", "usr/bin/cs-sim", "usr/bin/slac-ev",
                                 "usr/bin/slac-history", "usr/bin/slac-monitor", "usr/bin/slac-replay", "usr/bin/slac-trace", "usr/bin/smart-charging-service",
                                 "usr/sbin/slacd"])

    def test_each_library_is_named(self):
        daemon, tools = (depends.split() for depends in re.findall(r"^  DEPENDS:=(.*)$", self.text, re.M))
        for library in libraries():
            if LIBRARIES[library][1] is None: # OpenWrt has no systemd
                continue
            self.assertIn("+" + LIBRARIES[library][1], tools)
            self.assertEqual("+" + LIBRARIES[library][1] in daemon, library not in OF_TOOLS, library)

    def test_init_script(self):
        script = OPENWRT / "files" / "slacd.init"
        self.assertTrue(os.access(script, os.X_OK))
        shell = "busybox" if shutil.which("busybox") else "sh"
        subprocess.run([*([shell, "sh"] if shell == "busybox" else [shell]), "-n", script], check=True)
        program = BUILD / "slacd" / "slacd"
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder, "slacd.json")
            config.write_text('{"mqtt": {"port": "x"}}')
            for text, started in (('{"mqtt": {"port": "x"}}', False), ("{}", True)):
                config.write_text(text)
                stand_in = "".join(f"{name}() {{ echo {name} \"$@\"; }}\n"
                                   for name in ("procd_open_instance", "procd_set_param", "procd_close_instance", "logger"))
                body = script.read_text().replace("/usr/sbin/slacd", str(program)).replace("/etc/slacd/slacd.json", str(config))
                done = subprocess.run(["sh"], input=f"{stand_in}\n{body}\nstart_service\n", capture_output=True, text=True)
                self.assertEqual(done.returncode == 0, started, done.stderr)
                self.assertEqual(f"command {program} --config {config}" in done.stdout, started, done.stdout)
                self.assertEqual("mqtt.port: expected" in done.stdout, not started)

    @unittest.skipIf(shutil.which("musl-gcc") is None, "musl-gcc is not installed")
    def test_the_daemon_compiles_with_the_headers_of_musl(self):
        """OpenWrt's C library is musl. Only compiled: no library is built for it here."""
        tuple_ = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
        include = pathlib.Path("/usr/include")
        with tempfile.TemporaryDirectory() as folder:
            headers = pathlib.Path(folder)
            for name in MUSL_HEADERS:
                (headers / name).symlink_to(include / name)
            (headers / "asm").symlink_to(include / tuple_ / "asm")
            shutil.copytree(include / "openssl", headers / "openssl")
            if (include / tuple_ / "openssl").exists():
                shutil.copytree(include / tuple_ / "openssl", headers / "openssl", dirs_exist_ok=True)
            (headers / "sys").mkdir() # OpenWrt adds this one to musl's
            (headers / "sys" / "queue.h").symlink_to(include / tuple_ / "sys" / "queue.h")
            sources = [path for pattern in ("homeplug/*.c", "homeplug/*/*.c", "cp/*.c", "mqtt/*/*.c", "service/*.c", "slacd/*.c",
                                            "slacd/outlet/*.c", "slacd/record/*.c", "slacd/settings/*.c")
                       for path in glob.glob(str(SOURCE / pattern)) if "/tests/" not in path]
            done = subprocess.run(["musl-gcc", "-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE",
                                   "-D_FILE_OFFSET_BITS=64", "-DSLACD_HAS_CAPNG", "-idirafter", headers, "-I", SOURCE,
                                   "-I", BUILD / "generated", *sources], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
