"""Looks at a hub's page in a real browser. After a build of chapter 15:

    /usr/bin/python3 tests/view_test.py
"""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(os.environ.get("WORKBOOK_BIN", ROOT / "build/bin"))
PATIENCE = 30  # seconds
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


class Program:
    """A program of the workbook, and what it says."""

    def __init__(self, *command):
        self.process = subprocess.Popen([BIN / command[0], *command[1:]],
                                        stdout=subprocess.PIPE, text=True)
        self.lines = []

    def wait_for(self, pattern):
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found.group(1)
        raise AssertionError(f"{pattern} was not said: {self.lines}")

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.lines += self.process.communicate(timeout=PATIENCE)[0].splitlines()
        return self.process.returncode


class View(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(profile.cleanup)
        options = Options()
        for flag in [*FLAGS, f"--user-data-dir={profile.name}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        cls.browser = webdriver.Chrome(options=options,
                                       service=Service("/usr/bin/chromedriver"))
        cls.addClassCleanup(cls.browser.quit)
        cls.browser.set_page_load_timeout(PATIENCE)

    def setUp(self):
        self.hub = self.program("image_hub", "--bind", "tcp://127.0.0.1:*",
                                "--view", "127.0.0.1:*",
                                "--stale", "500", "--gone", "1500")
        self.page = self.hub.wait_for("viewing at (.*)")
        self.endpoint = self.hub.wait_for("listening on (.*)")
        self.size(1280, 800)

    def tearDown(self):
        self.browser.get("about:blank")

    def program(self, *command):
        program = Program(*command)
        self.addCleanup(program.stop)
        return program

    def camera(self, name, *options):
        return self.program("image_sender", "--connect", self.endpoint,
                            "--name", name, *options)

    def size(self, width, height):
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1,
             "mobile": width < 500})

    def wait(self, condition, message=""):
        return WebDriverWait(self.browser, PATIENCE, 0.05).until(
            lambda _: condition(), message)

    def run_js(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def tiles(self):
        """What each tile says, by the name of its camera."""
        return self.run_js("""
            const tiles = {};
            for (const tile of document.querySelectorAll('li')) {
              const say = name => tile.querySelector(name).textContent;
              tiles[say('h2')] = {
                state: say('.state'), number: Number(say('.number')),
                rate: say('.rate'), shape: say('.shape'), delay: say('.delay'),
                alt: tile.querySelector('img').alt,
                width: tile.querySelector('img').naturalWidth};
            }
            return tiles;""")

    def state(self, name):
        return self.tiles().get(name, {}).get("state")

    def check_console(self):
        loud = [entry for entry in self.browser.get_log("browser")
                if entry["level"] in ("WARNING", "SEVERE")]
        self.assertEqual(loud, [])

    def screenshot(self, name):
        if folder := os.environ.get("SCREENSHOTS"):
            self.browser.save_screenshot(f"{folder}/{name}.png")

    def test_a_tile_for_each_camera_tells_what_it_is_doing(self):
        for i in range(8):
            size = ["640x480", "320x240:grey"][i % 2]
            self.camera(f"camera {i}", "--source", f"pattern:{size}")
        self.browser.get(self.page)
        self.wait(lambda: len(self.tiles()) == 8 and all(
            tile["state"] == "live" and tile["width"] and tile["number"] > 30
            for tile in self.tiles().values()))
        tile = self.tiles()["camera 1"]
        self.assertEqual(tile["shape"], "320x240 grey")
        self.assertEqual(tile["width"], 320)
        self.assertRegex(tile["rate"], r"^\d+\.\d a second$")
        self.assertRegex(tile["delay"], r"^\d+\.\d ms$")
        self.assertEqual(tile["alt"], "Newest picture of camera 1")
        for width, height in ((1280, 800), (390, 844)):
            self.size(width, height)
            time.sleep(0.5)  # for the screenshot alone
            self.screenshot(f"view-{width}")
            self.assertLessEqual(self.run_js(
                "return document.documentElement.scrollWidth"), width)
        self.check_console()

    def test_frame_numbers_advance_and_pictures_move(self):
        self.camera("garden")
        self.browser.get(self.page)
        self.wait(lambda: self.state("garden") == "live")
        seen = self.tiles()["garden"]["number"]
        picture = self.run_js("return document.querySelector('img').src")
        self.wait(lambda: self.tiles()["garden"]["number"] > seen + 20)
        self.wait(lambda: picture != self.run_js(
            "return document.querySelector('img').src"))
        self.check_console()

    def test_a_killed_camera_is_stale_then_gone_and_comes_back(self):
        camera = self.camera("garden")
        other = self.camera("door")
        self.browser.get(self.page)
        self.wait(lambda: self.state("garden") == "live")
        camera.stop(signal.SIGKILL)
        self.wait(lambda: self.state("garden") == "stale")
        self.wait(lambda: self.state("garden") == "gone")
        self.wait(lambda: self.state("door") == "live")
        self.assertEqual(self.tiles()["garden"]["rate"], "\u2013")
        self.screenshot("view-gone")
        self.camera("garden")
        self.wait(lambda: self.state("garden") == "live")
        self.assertEqual(other.stop(), 0)
        self.check_console()

    def test_a_camera_without_clock_or_colour_is_shown_raw(self):
        self.camera("x-ray", "--source", "pattern:200x100:grey16",
                    "--jpeg", "0")
        self.browser.get(self.page)
        self.wait(lambda: self.tiles().get("x-ray", {}).get("width") == 200)
        self.assertEqual(self.tiles()["x-ray"]["shape"],
                         "200x100 grey 16 bit")
        self.check_console()

    def test_the_name_of_a_camera_is_text_whatever_is_in_it(self):
        evil = "<img src=x onerror=\"document.title='hit'\">&amp;</h2>\u202e\n"
        self.camera(evil)
        self.browser.get(self.page)
        self.wait(lambda: self.state(evil) == "live")
        self.assertEqual(self.browser.title, "Cameras")
        self.check_console()

    def test_a_slow_viewer_holds_up_nobody(self):
        camera = self.camera("fast", "--interval", "1")
        idle = [urllib.request.urlopen(self.page + "stream")
                for _ in range(5)]  # which nobody reads
        for viewer in idle:
            self.addCleanup(viewer.close)
        self.browser.get(self.page)
        self.wait(lambda: self.state("fast") == "live")
        seen = self.tiles()["fast"]["number"]
        self.wait(lambda: self.tiles()["fast"]["number"] > seen + 2000)
        self.assertEqual(camera.stop(), 0)
        self.assertIn("0 without a reply", camera.lines[-1])
        self.check_console()
        self.assertEqual(self.hub.stop(), 0)  # nor its end

    def test_a_hub_that_ends_is_said_and_found_again(self):
        self.camera("garden")
        self.browser.get(self.page)
        self.wait(lambda: self.state("garden") == "live")
        self.check_console()
        self.assertEqual(self.hub.stop(), 0)
        status = "return document.getElementById('status').textContent"
        self.wait(lambda: self.run_js(status) == "The hub does not answer")
        self.assertEqual(self.state("garden"), "gone")
        place = re.fullmatch("http://(.*)/", self.page).group(1)
        self.program("image_hub", "--bind", self.endpoint, "--view", place)
        self.wait(lambda: self.state("garden") == "live")


if __name__ == "__main__":
    unittest.main()
