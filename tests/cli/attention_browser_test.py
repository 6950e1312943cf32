#!/usr/bin/env python3
"""Uses the page of `albert attention` in headless Chromium: pointer, keys, both colour schemes, hostile texts.

Usage: attention_browser_test.py PROGRAM [unittest arguments]. Ends with 77 where there is no Chromium
(Debian: chromium). Speaks the browser's debugging protocol over its pipe; needs the standard library only.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from attention_model import HOSTILE, page_of, write_model

TEXT = "The wind was cold and the hills were dark."
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 90  # seconds, for a busy machine


class Browser:
    """Headless Chromium with one page."""

    def __init__(self, folder):
        to_read, self.to = os.pipe()
        self.back, from_write = os.pipe()
        # The browser reads from descriptor 3 and writes to 4; what stands there now must not be overwritten on the way.
        shell = f"exec 8<&{to_read} 9>&{from_write}; exec 3<&8 4>&9; exec \"$@\""
        self.process = subprocess.Popen(
            ["bash", "-c", shell, "bash", CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=1280,1400",
             "--remote-debugging-pipe", f"--user-data-dir={folder}", "about:blank"],
            pass_fds=(to_read, from_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.number, self.buffer, self.events, self.session = 0, b"", [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
            self.process.wait(PATIENCE)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.back)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            while b"\0" not in self.buffer:
                if not select.select([self.back], [], [], max(0, deadline - time.monotonic()))[0]:
                    raise TimeoutError(method)
                data = os.read(self.back, 1 << 16)
                if not data:
                    raise OSError("Chromium ended")
                self.buffer += data
            text, self.buffer = self.buffer.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise AssertionError(f"{method}: {answer['error']}")
            else:
                return answer["result"]

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, expression):
        deadline = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            assert time.monotonic() < deadline, expression
            time.sleep(0.05)

    def open(self, path, fragment=""):
        self.call("Page.navigate", url="about:blank")
        self.wait_for("location.href === 'about:blank'")
        self.events.clear()
        self.call("Page.navigate", url="file://" + path + fragment)
        self.drawn()

    def drawn(self):
        self.wait_for("document.documentElement?.dataset.drawn === 'yes'")

    def move(self, x, y, kind="mouseMoved", **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def middle(self, selector):
        return self.evaluate(f"""(() => {{ const element = document.querySelector({json.dumps(selector)}); element.scrollIntoView({{block: "center"}});
            const box = element.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]; }})()""")

    def hover(self, selector):
        self.move(*self.middle(selector))

    def click(self, selector):
        place = self.middle(selector)
        self.move(*place)
        for kind in ("mousePressed", "mouseReleased"):
            self.move(*place, kind=kind, button="left", clickCount=1)

    def key(self, name):
        code = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Tab": 9, "Home": 36, "End": 35}[name]
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, windowsVirtualKeyCode=code)


def percent(weight, digits):
    value = 100 * weight
    return "0" if value < 0.005 else f"{value:.2f}" if value < 1 else f"{value:.{digits}f}"


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)  # the browser may still be writing
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.browser = Browser(os.path.join(cls.folder, "profile"))
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])

    def show(self, *texts, fragment="", **more):
        path = os.path.join(self.folder, "page.html")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(page_of(*texts, **more))
        self.browser.open(path, fragment)

    def undisturbed(self):
        """Nothing was asked of the network, nothing was thrown, nothing was refused by the page's own policy."""
        for event in self.browser.events:
            if event["method"] == "Network.requestWillBeSent":
                self.assertTrue(event["params"]["request"]["url"].startswith("file://" + self.folder), event)
            self.assertNotIn(event["method"], ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"), event)
        self.assertIsNone(self.browser.evaluate("window.hacked"))

    def value(self, expression):
        return self.browser.evaluate(expression)

    def shown_weights(self):
        return self.value("[...document.querySelectorAll('.token')].filter(t => !t.hidden).map(t => t.querySelector('.weight').textContent)")

    def close_to(self, shown, weights):
        """The numbers under the tokens are those of the weights, but for the last digit of a rounding."""
        self.assertEqual(len(shown), len(weights))
        for text, weight in zip(shown, weights, strict=True):
            self.assertIn(text, {percent(weight + step, 1) for step in (-1e-5, 0, 1e-5)})

    def test_pointer(self):
        weights = json.loads(page_of(TEXT, options=["--json"]))["attentions"]
        self.show(TEXT)
        self.assertEqual(self.value("document.querySelectorAll('#grid button').length"), 5 * 9)
        self.assertEqual(self.value("document.getElementById('head-title').textContent"), "Layer 1, head 1")
        self.browser.hover(".token:nth-child(4)")
        self.assertEqual(self.value("document.documentElement.dataset.active"), "4")
        self.close_to(self.shown_weights(), weights[0][0][3])
        self.browser.click("#grid .row:nth-child(4) button:nth-of-type(6)")
        self.assertEqual(self.value("document.getElementById('head-title').textContent"), "Layer 3, head 6")
        self.browser.hover(".token:nth-child(2)")
        self.close_to(self.shown_weights(), weights[2][5][1])
        self.browser.click("#looked-at-by")
        self.browser.hover(".token:nth-child(2)")
        self.close_to(self.shown_weights(), [row[1] for row in weights[2][5]])
        self.browser.click("#looks-at")
        self.browser.click("#grid .row:nth-child(2) button:nth-of-type(9)")
        self.browser.hover(".token:nth-child(3)")
        mean = [sum(head[2][key] for head in weights[0]) / 8 for key in range(len(weights[0][0]))]
        self.close_to(self.shown_weights(), mean)
        self.browser.click("#grid .row:nth-child(6) button:nth-of-type(9)")
        self.assertEqual(self.value("document.getElementById('head-title').textContent"), "Mean of all layers and heads")
        self.browser.hover(".token:nth-child(3)")
        mean = [sum(head[2][key] for layer in weights for head in layer) / 32 for key in range(len(weights[0][0]))]
        self.close_to(self.shown_weights(), mean)
        # A pointer on the matrix names the cell below it.
        x, y = self.browser.middle("#matrix")
        self.browser.move(x, y)
        self.assertIn("→", self.value("document.getElementById('readout').textContent"))
        self.undisturbed()

    def test_keys(self):
        self.show(TEXT)
        self.value("document.querySelector('#grid [tabindex=\"0\"]').focus()")
        for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp"):
            self.browser.key(key)
        self.assertEqual(self.value("document.getElementById('head-title').textContent"), "Layer 2, head 3")
        self.assertEqual(self.value("document.activeElement.getAttribute('aria-label')"), "Layer 2, head 3")
        self.value("document.querySelector('.token[tabindex=\"0\"]').focus()")
        before = int(self.value("document.documentElement.dataset.active"))
        self.browser.key("ArrowRight")
        self.assertEqual(self.value("document.documentElement.dataset.active"), str(before + 1))
        self.browser.key("Home")
        self.assertEqual(self.value("document.documentElement.dataset.active"), "1")
        self.browser.key("ArrowLeft")
        self.assertEqual(self.value("document.documentElement.dataset.active"), "1")
        self.assertEqual(self.value("document.querySelectorAll('[tabindex=\"0\"].token, #grid [tabindex=\"0\"]').length"), 2)
        self.value("document.getElementById('matrix').focus()")
        for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):  # the first one only shows where the keys start
            self.browser.key(key)
        self.assertRegex(self.value("document.getElementById('readout').textContent"), r"\(3\) → .* \(2\): ")
        self.undisturbed()

    def test_specials_can_be_hidden(self):
        self.show(TEXT, TEXT)
        count = len(self.shown_weights())
        self.browser.click("#hide-special")
        self.browser.drawn()
        self.assertEqual(len(self.shown_weights()), count - 3)
        self.assertNotIn("[CLS]", self.value("document.getElementById('tokens').innerText"))
        self.undisturbed()

    def test_fragment_opens_a_view(self):
        self.show(TEXT, fragment="#layer=mean&head=2&token=3&direction=from&special=hidden")
        self.assertEqual(self.value("document.getElementById('head-title').textContent"), "Mean of all layers, head 2")
        self.assertEqual(self.value("document.documentElement.dataset.active"), "3")
        self.assertTrue(self.value("document.getElementById('hide-special').checked"))
        self.show(TEXT, fragment="#layer=99&head=-1&token=x&direction=%00")
        self.assertEqual(self.value("document.getElementById('head-title').textContent"), "Layer 1, head 1")
        self.undisturbed()

    def test_reads_well_in_both_schemes(self):
        for scheme in ("light", "dark"):
            self.browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
            for direction in ("to", "from"):
                self.show(TEXT, fragment=f"#token=3&direction={direction}")
                worst = self.value("""(() => {
                  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
                  const light = (colour) => { const [r, g, b] = numbers(colour).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
                  const behind = (element) => { for (; element; element = element.parentElement) {
                    const colour = getComputedStyle(element).backgroundColor; if (numbers(colour)[3] !== 0) return colour; } };
                  const contrast = (element) => { const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
                    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
                  return Math.min(...[...document.querySelectorAll(".token, .piece, .how, .facts, .kicker, h1, h2, .choice button, label, #summary, #summary .percent, #readout, footer p, #grid span")]
                    .map(contrast)); })()""")
                self.assertGreaterEqual(worst, 4.5, (scheme, direction))
        self.undisturbed()

    def test_pictures_are_drawn(self):
        self.show(TEXT)
        shades = self.value("""[...document.querySelectorAll('#grid canvas, #matrix')].map((canvas) => {
          const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          return new Set(Array.from({length: data.length / 4}, (_, i) => data.slice(4 * i, 4 * i + 4).join())).size; })""")
        self.assertEqual(len(shades), 5 * 9 + 1)
        self.assertGreater(min(shades), 3)

    def test_hostile_texts(self):
        for text in (*HOSTILE[:3], " ".join(HOSTILE)):
            self.show(text, text, fragment="#token=2")
            self.assertTrue(all(self.shown_weights()))
            self.assertEqual(self.value("document.scripts.length"), 1 + 4 + 1)
            self.undisturbed()

    def test_long_text_of_many_heads(self):
        model = write_model(os.path.join(self.folder, "base"), layers=12, heads=12)
        self.show("cold wind and dark hills " * 120, model=model, options=["--max-length", "512"])
        self.assertEqual(self.value("document.querySelectorAll('#grid button').length"), 13 * 13)
        self.browser.hover(".token:nth-child(300)")
        self.assertEqual(self.value("document.documentElement.dataset.active"), "300")
        self.assertEqual(len(self.shown_weights()), 512)
        self.undisturbed()

    def test_narrow_window(self):
        self.browser.call("Emulation.setDeviceMetricsOverride", width=360, height=700, deviceScaleFactor=2, mobile=True)
        self.addCleanup(self.browser.call, "Emulation.clearDeviceMetricsOverride")
        self.show(TEXT)
        self.assertLessEqual(self.value("document.documentElement.scrollWidth"), 360)
        self.undisturbed()

    def test_models_of_one_layer_or_head(self):
        for layers, heads, squares in ((1, 1, 1), (1, 3, 4), (3, 1, 4)):
            model = write_model(os.path.join(self.folder, f"{layers}-{heads}"), layers=layers, heads=heads)
            self.show(TEXT, model=model)
            self.assertEqual(self.value("document.querySelectorAll('#grid button').length"), squares)
            self.assertTrue(all(self.shown_weights()))
            self.undisturbed()


if __name__ == "__main__":
    if CHROMIUM is None:
        print("skipped: no Chromium here (Debian: apt-get install chromium)")
        sys.exit(77)
    unittest.main()
