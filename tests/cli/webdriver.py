"""A headless Chromium for the tests of pages, driven over WebDriver.

Needs chromium and chromium-driver, no Python package.
SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import subprocess
import urllib.error
import urllib.request


class Browser:
    def __init__(self, folder):
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                break
        else:
            raise SystemExit("FAILED: chromedriver did not start")
        self.root = f"http://127.0.0.1:{found.group(1)}/session"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu",
                            "--disable-dev-shm-usage", "--no-first-run",
                            "--disable-background-networking",
                            "--window-size=1280,1600",
                            f"--user-data-dir={folder}"],
                   "perfLoggingPrefs": {"enableNetwork": True}}
        made = self.ask("POST", "", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.root += "/" + made["sessionId"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.root + path, data, {"Content-Type": "application/json"},
            method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit(f"FAILED: {path}: {error.read().decode()[:600]}")

    def run(self, script, *arguments):
        return self.ask("POST", "/execute/sync",
                        {"script": script, "args": list(arguments)})

    def cdp(self, name, **parameters):
        return self.ask("POST", "/goog/cdp/execute",
                        {"cmd": name, "params": parameters})

    def act(self, *sources):
        self.ask("POST", "/actions", {"actions": list(sources)})
        self.ask("DELETE", "/actions")

    def keys(self, *pressed):
        steps = [{"type": kind, "value": key} for key in pressed
                 for kind in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keys", "actions": steps})

    def pointer(self, *steps):
        self.act({"type": "pointer", "id": "mouse",
                  "parameters": {"pointerType": "mouse"},
                  "actions": list(steps)})

    def log(self, kind):
        return self.ask("POST", "/se/log", {"type": kind})

    def open(self, url):
        """Opens a page; only its own requests are in the log."""
        self.ask("POST", "/url", {"url": "about:blank"})
        self.log("performance")
        self.ask("POST", "/url", {"url": url})

    def complaints(self):
        return [entry for entry in self.log("browser")
                if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """The addresses asked for since the log was last read."""
        for entry in self.log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                yield message["params"]["request"]["url"]

    def break_out(self):
        """What a script that got into the page could do: "closed" when
        nothing; and what the page's policy said to it."""
        state = self.ask("POST", "/execute/async", {"args": [], "script": """
          const done = arguments[arguments.length - 1];
          const script = document.createElement('script');
          script.textContent = 'window.intruder = true';
          document.body.append(script);
          fetch('http://127.0.0.1:9/').then(() => done('sent'), () => {
            const image = new Image();
            image.onload = () => done('loaded');
            image.onerror = () => done(window.intruder ? 'ran' : 'closed');
            image.src = 'http://127.0.0.1:9/x.png';
          });"""})
        return state, [entry["message"] for entry in self.log("browser")
                       if "Content Security Policy" in entry["message"]]

    def close(self):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
