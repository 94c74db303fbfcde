# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium for tests: opens pages, awaits what they show, takes pictures. Standard library only.

    with browser.Browser(folder) as page:
        page.open("http://127.0.0.1:8015/")                     # or browser.file_url(path)
        page.wait("document.querySelectorAll('tr').length > 1")
        assert page.evaluate("document.title") == "slacd"
        page.resize(390, 844, scheme="dark")
        page.picture(os.path.join(folder, "phone-dark.png"))
        assert page.complaints == []

It is spoken to by the DevTools protocol over a pipe: messages in JSON, each ended by NUL, commands on descriptor 3 of
the browser, answers and events on descriptor 4. No port is open, so that tests can run side by side.
"""
import base64
import fcntl
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import time

SKIPPED = 77  # SKIP_RETURN_CODE of ctest
PATIENCE_S = 60.0  # a busy machine needs seconds to start Chromium
READ_SIZE = 65536
FLAGS = ["--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--no-default-browser-check", "--disable-background-networking", "--disable-component-update",
         "--disable-default-apps", "--disable-extensions", "--disable-sync", "--hide-scrollbars", "--mute-audio",
         "--force-color-profile=srgb", "--lang=en-GB"]

# Looks at the condition whenever the page changes, and now and then for what is no change of the document.
WAIT = """new Promise((resolve, reject) => {
  const holds = () => { try { return %(condition)s; } catch (error) { return false; } };
  const look = () => { if (holds()) { end(); resolve(true); } };
  const observer = new MutationObserver(look);
  const timer = setInterval(look, 50);
  const limit = setTimeout(() => { end(); resolve(false); }, %(limit_ms)d);
  const end = () => { observer.disconnect(); clearInterval(timer); clearTimeout(limit); };
  observer.observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
  look();
})"""


def find():
    """The path of Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def skip_without():
    """Ends the test as skipped where there is no Chromium."""
    if find() is None:
        print("skipped: the program chromium is not installed")
        sys.exit(SKIPPED)


def file_url(path):
    return pathlib.Path(path).absolute().as_uri()


class Browser:
    """One browser with one page. `folder` is the test's own: the profile goes there."""

    def __init__(self, folder, width=1280, height=800):
        commands, self.commands = self._pipe()
        self.answers, answers = self._pipe()
        flags = FLAGS + [f"--user-data-dir={os.path.join(folder, 'chromium')}"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # the sandbox of Chromium does not work for root

        def place_pipe():
            os.dup2(commands, 3)
            os.dup2(answers, 4)

        with open(os.path.join(folder, "chromium.log"), "wb") as log:
            self.process = subprocess.Popen([find()] + flags, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            close_fds=False, preexec_fn=place_pipe, start_new_session=True)
        os.close(commands)
        os.close(answers)
        self.buffer = b""
        self.last_id = 0
        self.session = None
        self.loaded = False
        self.complaints = []  # exceptions, console.error, refusals of the Content-Security-Policy, failed requests
        try:
            self._attach()
            self.resize(width, height)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _pipe():
        """Both ends above the numbers that the browser's own get; neither is inherited by other programs."""
        ends = os.pipe()
        high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
        for end in ends:
            os.close(end)
        return high

    def _attach(self):
        target = self.command("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Accessibility"):
            self.command(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self.commands)
        os.close(self.answers)

    def _receive(self, deadline):
        """The next message of the browser."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.answers], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError("Chromium does not answer")
            octets = os.read(self.answers, READ_SIZE)
            if not octets:
                raise ConnectionError("Chromium has ended: see chromium.log")
            self.buffer += octets
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def _note(self, message):
        method, params = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self.loaded = True
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.complaints.append(" ".join(str(value.get("value", "")) for value in params["args"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}".rstrip())

    def command(self, method, limit_s=PATIENCE_S, **params):
        """One command of the protocol and its result; events that come meanwhile are noted."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if self.session is not None:
            message["sessionId"] = self.session
        octets = json.dumps(message).encode() + b"\0"
        while octets:
            octets = octets[os.write(self.commands, octets):]
        deadline = time.monotonic() + limit_s
        while True:
            answer = self._receive(deadline)
            if answer.get("id") != self.last_id:
                self._note(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def open(self, url, limit_s=PATIENCE_S):
        """Opens the page and waits until it is loaded."""
        self.loaded = False
        failure = self.command("Page.navigate", url=url).get("errorText")
        if failure:
            raise ConnectionError(f"{url}: {failure}")
        self.await_load(limit_s)

    def await_load(self, limit_s=PATIENCE_S):
        """After a click on a link: set `loaded` to False before it."""
        deadline = time.monotonic() + limit_s
        while not self.loaded:
            self._note(self._receive(deadline))

    def evaluate(self, expression, limit_s=PATIENCE_S):
        """The value of a JavaScript expression, or that of its promise."""
        answer = self.command("Runtime.evaluate", limit_s, expression=expression, returnByValue=True,
                              awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']['exception'].get('description')}")
        return answer["result"].get("value")

    def wait(self, condition, limit_s=PATIENCE_S):
        """Waits until a JavaScript condition holds; says what the page shows when it does not come to that."""
        if not self.evaluate(WAIT % {"condition": condition, "limit_ms": int(limit_s * 1000)}, limit_s + PATIENCE_S):
            raise AssertionError(f"not within {limit_s} s: {condition}\n{self.evaluate('document.body.innerText')}")

    def text(self, selector):
        """The visible text of each element that the selector finds."""
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map(found => found.innerText)")

    def click(self, selector):
        """A click of the mouse into the middle of the first element that the selector finds, which is scrolled to."""
        found = f"document.querySelector({json.dumps(selector)})"
        self.evaluate(f"{found}.scrollIntoView({{block: 'nearest'}})")
        x, y = self.evaluate(f"(box => [box.x + box.width / 2, box.y + box.height / 2])({found}.getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text):
        """Into what has the focus."""
        self.command("Input.insertText", text=text)

    def press(self, key):
        """A key by its DOM name: "Tab", "Enter"."""
        text = {"Enter": {"text": "\r"}}.get(key, {})
        code = {"Tab": 9, "Enter": 13, "Escape": 27, "PageUp": 33, "PageDown": 34, "End": 35, "Home": 36, "ArrowUp": 38,
                "ArrowDown": 40}.get(key, 0)
        for kind in ("keyDown", "keyUp"):
            self.command("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                         **(text if kind == "keyDown" else {}))

    def press_until(self, condition):
        """Goes on by the Tab key alone."""
        for _ in range(20):
            if self.evaluate(condition):
                return
            self.press("Tab")
        raise AssertionError(f"not reached by the keyboard: {condition}")

    def accessible(self):
        """What a screen reader is told: (role, name) of each node, in order."""
        nodes = self.command("Accessibility.getFullAXTree")["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes
                if not node.get("ignored") and "role" in node]

    def resize(self, width, height, scheme="light"):
        """The size of the page in CSS pixels, narrow ones as a phone has them, and light or dark."""
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                     mobile=width < 600)
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path, whole=True):
        """Writes a PNG of the whole page, or of what the window shows; returns its octets."""
        answer = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        octets = base64.b64decode(answer["data"])
        with open(path, "wb") as file:
            file.write(octets)
        return octets
