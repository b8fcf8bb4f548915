"""Reads the built book in a real browser. After run/book:

    /usr/bin/python3 tests/book_test.py
"""

import functools
import http.server
import re
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "build/book/html"
PATIENCE = 20  # seconds
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
CHAPTERS = sorted(path.name for path in ROOT.glob("run/[0-9][0-9]-*"))


def programs_of(chapter):
    cmake = (ROOT / "chapters" / chapter / "CMakeLists.txt").read_text()
    return re.findall(r"^workbook_program\((\w+)", cmake, re.M)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Book(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(QuietHandler, directory=BOOK))
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        cls.browser = cls.start_browser()

    @classmethod
    def start_browser(cls):
        profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(profile.cleanup)
        options = Options()
        for flag in [*FLAGS, f"--user-data-dir={profile.name}"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        browser = webdriver.Chrome(options=options,
                                   service=Service("/usr/bin/chromedriver"))
        cls.addClassCleanup(browser.quit)
        browser.set_page_load_timeout(PATIENCE)
        return browser

    def setUp(self):
        self.width(1280)

    def width(self, pixels):
        self.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": pixels, "height": 800, "deviceScaleFactor": 1,
             "mobile": pixels < 500})

    def open(self, page):
        self.browser.get(
            f"http://127.0.0.1:{self.server.server_port}/{page}")

    def wait(self, condition, message=""):
        return WebDriverWait(self.browser, PATIENCE).until(condition, message)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def is_seen(self, element):
        # Selenium's own is_displayed() does not know how Chromium folds.
        return self.browser.execute_script(
            "return arguments[0].checkVisibility()", element)

    def pages(self):
        return sorted(path.name for path in BOOK.glob("*.html"))

    def check_console(self):
        loud = [entry for entry in self.browser.get_log("browser")
                if entry["level"] in ("WARNING", "SEVERE")]
        self.assertEqual(loud, [])

    def test_a_chapter_shows_each_of_its_programs_folded_too(self):
        for chapter in CHAPTERS:
            self.open(f"{chapter}.html")
            captions = [element.text for element in
                        self.all(".code-block-caption")]
            for program in programs_of(chapter):
                path = f"chapters/{chapter}/{program}.cpp"
                self.assertTrue(any(path in caption for caption in captions),
                                f"{path} is not on its page")
            for fold in self.all("details.whole-file"):
                code = fold.find_element(By.TAG_NAME, "pre")
                self.assertFalse(self.is_seen(code))
                fold.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
                self.assertTrue(self.is_seen(code))
                self.assertIn("int main(", code.text)

    def test_a_chapter_shows_what_each_scenario_said(self):
        for chapter in CHAPTERS:
            listing = subprocess.run([ROOT / "run" / chapter, "--list"],
                                     capture_output=True, text=True, check=True)
            self.open(f"{chapter}.html")
            shown = self.all(".transcript")
            commands = [box.find_element(By.TAG_NAME, "pre").text
                        for box in shown]
            for line in listing.stdout.splitlines():
                self.assertIn(f"run/{chapter} {line.split()[0]}", commands)
            for box in shown:
                names = self.browser.execute_script(
                    "return [...arguments[0].querySelectorAll('tr.out th')]"
                    ".map(name => name.textContent)", box)
                self.assertTrue(names, "nobody said anything")
                self.assertTrue(all(names), "a line says not who said it")
                self.assertRegex(box.text, r"Recorded .* libzmq \d.*commit")

    def test_one_client_asks_two_servers_in_turn(self):
        self.open("03-request-reply.html")
        text = self.all("[aria-label='Transcript of two-servers']")[0].text
        self.assertIn("World from 5546", text)
        self.assertIn("World from 5556", text)

    def test_the_search_finds_what_a_beginner_looks_for(self):
        for words, page in (("EFSM", "03-request-reply"),
                            ("StopOnSignal", "api")):
            with self.subTest(words):
                self.open("index.html")
                field = self.all(".sidebar-search")[0]
                field.send_keys(words, Keys.ENTER)
                self.wait(lambda _: any(
                    page in link.get_attribute("href") for link in
                    self.all("#search-results ul.search li a")),
                    f"the search for {words} did not find {page}")
        self.check_console()

    def test_the_theme_switch_changes_the_colours(self):
        self.open("03-request-reply.html")
        switch = next(button for button in self.all(".theme-toggle")
                      if button.is_displayed())
        colours = {}
        for _ in range(3):
            switch.click()
            theme = self.browser.execute_script(
                "return document.body.dataset.theme")
            colours[theme] = self.browser.execute_script(
                "return getComputedStyle(document.body).backgroundColor")
        self.assertEqual(set(colours), {"light", "dark", "auto"})
        self.assertNotEqual(colours["light"], colours["dark"])
        self.check_console()

    def test_a_page_is_dark_where_the_system_is(self):
        def ask_for(scheme):
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme",
                              "value": scheme}]})

        def background():
            return self.browser.execute_script(
                "return getComputedStyle(document.body).backgroundColor")

        self.addCleanup(ask_for, "")
        self.open("index.html")
        ask_for("light")
        light = background()
        ask_for("dark")
        self.assertNotEqual(background(), light)
        self.browser.execute_script("document.body.dataset.theme = 'light'")
        self.assertEqual(background(), light)

    def test_no_page_says_anything_on_the_console(self):
        for page in self.pages():
            with self.subTest(page):
                self.open(page)
                self.check_console()

    def test_no_page_asks_for_anything_from_elsewhere(self):
        for page in self.pages():
            self.open(page)
            loaded = self.browser.execute_script(
                "return performance.getEntriesByType('resource')"
                ".map(entry => entry.name)")
            for address in loaded:
                self.assertTrue(address.startswith(
                    ("http://127.0.0.1:", "data:")), address)

    def test_no_page_is_too_wide_for_a_telephone(self):
        self.width(360)
        for page in self.pages():
            with self.subTest(page):
                self.open(page)
                self.browser.execute_script(
                    "document.querySelectorAll('details')"
                    ".forEach(fold => fold.open = true)")
                self.assertLessEqual(self.browser.execute_script(
                    "return document.documentElement.scrollWidth"), 360)

    def test_what_is_told_by_colour_has_contrast_in_both_themes(self):
        self.open("03-request-reply.html")
        for theme in ("light", "dark"):
            ratios = self.browser.execute_script(CONTRASTS, theme)
            self.assertGreater(len(ratios), 50)
            for text, ratio in ratios:
                self.assertGreaterEqual(ratio, 4.5, f"{theme}: {text}")

    def test_pictures_have_an_alternative_text(self):
        for page in self.pages():
            self.open(page)
            for picture in self.all("article img, article svg[role=img]"):
                self.assertTrue(
                    picture.get_attribute("alt")
                    or picture.get_attribute("aria-label")
                    or picture.find_elements(By.TAG_NAME, "title"),
                    f"{page}: {picture.get_attribute('outerHTML')[:200]}")

    def test_the_first_key_leads_past_the_navigation(self):
        self.open("index.html")
        self.all("body")[0].send_keys(Keys.TAB)
        link = self.browser.switch_to.active_element
        self.assertEqual(link.text, "Skip to the text")
        link.send_keys(Keys.ENTER)
        self.wait(lambda browser: browser.switch_to.active_element
                  .get_attribute("id") == "content")

    def test_a_chapter_reads_without_javascript(self):
        self.without_scripts(True)
        self.addCleanup(self.without_scripts, False)
        self.open("03-request-reply.html")
        self.assertTrue(self.all("html.no-js"), "JavaScript ran")
        self.assertTrue(self.is_seen(self.all(".transcript samp")[0]))
        fold = self.all("details.whole-file")[0]
        fold.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
        self.assertTrue(self.is_seen(fold.find_element(By.TAG_NAME, "pre")))

    def without_scripts(self, value):
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled",
                                     {"value": value})


# The contrast of each text in the transcripts with the page, as WCAG has it.
CONTRASTS = """
document.body.dataset.theme = arguments[0];
const luminance = colour => {
  const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(part => {
    const value = part / 255;
    return value <= 0.03928 ? value / 12.92
                            : Math.pow((value + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
};
const page = luminance(getComputedStyle(document.body).backgroundColor);
return [...document.querySelectorAll(
    ".transcript-lines th, .transcript-lines td, .transcript-lines i,"
    + " .transcript-stamp")].map(element => {
  const text = luminance(getComputedStyle(element).color);
  return [element.textContent,
          (Math.max(text, page) + 0.05) / (Math.min(text, page) + 0.05)];
});
"""


if __name__ == "__main__":
    if not (BOOK / "index.html").exists():
        sys.exit("tests/book_test.py: there is no book yet; make it: run/book")
    unittest.main()
