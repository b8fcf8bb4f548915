"""Reads the built book in a real browser. After run/book:

    /usr/bin/python3 tests/book_test.py
"""

import functools
import http.server
import json
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
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools/exercise"))

import catalogue  # noqa: E402

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


class Pages(unittest.TestCase):
    """The book, served on this machine, and a browser to read it."""

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

    def unfold(self):
        self.browser.execute_script(
            "document.querySelectorAll('details')"
            ".forEach(fold => fold.open = true)")

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
        """All pages; of those of the exercises, which are alike, the first
        of each kind."""
        kinds = {one.kind: f"exercises/{one.name}.html"
                 for one in reversed(catalogue.all_exercises())}
        return [*sorted(path.name for path in BOOK.glob("*.html")),
                *kinds.values()]

    def check_console(self):
        loud = [entry for entry in self.browser.get_log("browser")
                if entry["level"] in ("WARNING", "SEVERE")]
        self.assertEqual(loud, [])

    def without_scripts(self, value):
        self.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled",
                                     {"value": value})

    def check_contrast(self, theme, words, grounds):
        ratios = self.browser.execute_script(CONTRASTS, theme, words, grounds)
        self.assertGreater(len(ratios), 50)
        for text, ratio in ratios:
            self.assertGreaterEqual(ratio, 4.5, f"{theme}: {text}")


class Book(Pages):
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
                self.assertIn("#include", code.text)

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

    def test_no_page_shows_markup_that_was_not_understood(self):
        for page in self.pages():
            with self.subTest(page):
                self.open(page)
                self.assertNotRegex(self.browser.execute_script("""
                    const text = document.body.cloneNode(true);
                    text.querySelectorAll('code, pre, script, style').forEach(
                        code => code.remove());
                    return text.textContent;"""), r":[a-z]+:`|``")

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
                self.unfold()
                self.assertLessEqual(self.browser.execute_script(
                    "return document.documentElement.scrollWidth"), 360)

    def test_what_is_told_by_colour_has_contrast_in_both_themes(self):
        self.open("03-request-reply.html")
        for theme in ("light", "dark"):
            self.check_contrast(
                theme, ".transcript-lines :is(th, td, i), .transcript-stamp",
                "body")

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


class Exercise(Pages):
    """The page of an exercise."""

    PAGE = "exercises/answer-a-sum.html"

    def test_its_hints_open_by_keyboard(self):
        self.open(self.PAGE)
        folds = self.all("details.starter, details.hint")
        self.assertEqual(len(folds), 4)
        for fold in folds:
            text = fold.find_element(By.TAG_NAME, "pre")
            self.assertFalse(self.is_seen(text))
            fold.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
            self.assertTrue(self.is_seen(text))
        self.check_console()

    def test_every_exercise_has_one_that_leads_on(self):
        names = [one.name for one in catalogue.all_exercises()]
        self.assertEqual(sorted(names), sorted(
            path.stem for path in (BOOK / "exercises").glob("*.html")))
        self.open(f"exercises/{names[1]}.html")
        for direction, name in (("prev", names[0]), ("next", names[2])):
            link = self.all(f"a.{direction}-page")[0].get_attribute("href")
            self.assertIn(f"exercises/{name}.html", link)
        self.open(self.PAGE)
        self.assertTrue(self.all("article p a[href*='03-request-reply']"))
        self.open("03-request-reply.html")
        self.assertTrue(self.all(f"article li a[href='{self.PAGE}']"))

    def test_it_can_be_read_in_both_themes_and_on_a_telephone(self):
        self.width(390)
        self.open(self.PAGE)
        self.unfold()
        for theme in ("light", "dark"):
            self.check_contrast(
                theme, "article :is(h1, h2, p, em, a:not(.headerlink), code, "
                "summary), .sidebar-tree a", "body, .sidebar-drawer")
        self.assertLessEqual(self.browser.execute_script(
            "return document.documentElement.scrollWidth"), 390)


class Replay(Pages):
    """The replay of a sequence diagram."""

    SCENARIO = "sequence-03-request-reply-two-servers"

    def setUp(self):
        super().setUp()
        self.show()

    def show(self, page="03-request-reply.html", name=SCENARIO):
        self.open(page)
        self.figure = self.all(f"#{name}")[0]
        self.unfold()
        self.browser.execute_script(
            "arguments[0].scrollIntoView({behavior: 'instant'})", self.figure)
        self.data = json.loads(self.inside("script").get_attribute(
            "textContent"))
        self.steps = self.data["steps"]

    def inside(self, selector):
        return self.figure.find_element(By.CSS_SELECTOR, selector)

    def button(self, name):
        return next((button for button in
                     self.figure.find_elements(By.TAG_NAME, "button")
                     if button.accessible_name == name), None)

    def status(self):
        return self.inside(".zmq-trace-status").text

    def check_at(self, step):
        """Everything tells of this step, counted from 0."""
        what = self.steps[step]
        self.assertEqual(
            self.status(), f"{step + 1} of {len(self.steps)}, "
            f"{what['t']:.3f} s: {what['text']}")
        slider = self.inside("input[type=range]")
        self.assertEqual(slider.get_attribute("value"), str(step))
        self.assertEqual(self.button("Previous step").is_enabled(), step > 0)
        self.assertEqual(self.button("Next step").is_enabled(),
                         step < len(self.steps) - 1)

    def first_send(self):
        return next(number for number, step in enumerate(self.steps)
                    if " sends " in step["text"])

    def go_to(self, step):
        self.browser.execute_script("arguments[0].replay.go(arguments[1])",
                                    self.figure, step)

    def said(self):
        """The last line of each process."""
        return {place.find_element(By.TAG_NAME, "dt").text:
                place.find_element(By.TAG_NAME, "dd").text for place in
                self.figure.find_elements(By.CSS_SELECTOR, "dl > div")}

    def test_the_mouse_goes_through_the_steps(self):
        self.assertIn(f"{len(self.steps)} steps", self.status())
        for step in range(3):
            self.button("Next step").click()
            self.check_at(step)
        self.button("Previous step").click()
        self.check_at(1)
        slider = self.inside("input[type=range]")
        right_end = slider.size["width"] // 2 - 2
        ActionChains(self.browser).move_to_element_with_offset(
            slider, right_end, 0).click().perform()
        self.check_at(len(self.steps) - 1)
        self.button("Show the whole run").click()
        self.assertIn("The whole run", self.status())
        self.button("Next step").click()
        self.check_at(0)

    def test_the_keyboard_goes_through_the_steps(self):
        player = self.inside(".zmq-trace-player")
        last = len(self.steps) - 1
        for key, step in ((Keys.ARROW_RIGHT, 0), (Keys.ARROW_DOWN, 1),
                          (Keys.ARROW_LEFT, 0), (Keys.ARROW_LEFT, 0),
                          (Keys.END, last), (Keys.ARROW_RIGHT, last),
                          (Keys.ARROW_UP, last - 1), (Keys.HOME, 0)):
            player.send_keys(key)
            self.check_at(step)
        slider = self.inside("input[type=range]")
        slider.send_keys(Keys.ARROW_RIGHT)
        self.check_at(1)
        self.button("Next step").send_keys(Keys.ENTER)
        self.check_at(2)

    def test_it_plays_to_the_end_and_can_be_paused(self):
        last = len(self.steps) - 1
        self.go_to(last - 3)
        self.button("Play the run").click()
        self.check_at(last - 2)
        self.wait(lambda _: self.status().startswith(f"{last} of"))
        self.button("Pause").click()
        self.check_at(last - 1)
        self.inside(".zmq-trace-player").send_keys(" ")
        self.check_at(last)
        self.wait(lambda _: self.button("Play the run"))
        self.inside(".zmq-trace-player").send_keys(" ")
        self.check_at(0)
        self.button("Pause").send_keys(" ")
        self.check_at(0)

    def test_a_message_that_is_on_its_way_is_marked(self):
        self.assertEqual(self.figure.find_elements(
            By.CSS_SELECTOR, ".now, .flying"), [])
        self.go_to(self.first_send())
        now = self.inside(".message.now")
        wire = now.find_element(By.CSS_SELECTOR, ".wire")
        self.assertEqual(wire.value_of_css_property("stroke-width"), "3px")
        self.assertEqual(len(self.figure.find_elements(
            By.CSS_SELECTOR, ".flying")), 1)
        later = self.inside(".message.later")
        self.assertLess(float(later.value_of_css_property("opacity")), 0.5)
        self.assertEqual(
            self.inside(f"[data-step='{self.first_send()}']"), now)

    def test_each_process_shows_the_last_line_that_it_said(self):
        self.go_to(0)
        self.assertEqual(list(self.said()), self.data["processes"])
        self.assertEqual(self.said()["client"], "")  # it comes last
        self.go_to(len(self.steps) - 1)
        last = {line["process"]: line["text"] for line in self.data["lines"]}
        self.assertEqual(self.said(), last)
        self.assertIn("World from", last["client"])

    def test_it_tells_how_many_messages_are_on_their_way(self):
        counts = [sum(number for _, number in step["waiting"])
                  for step in self.steps]
        self.assertEqual(max(counts), 1)  # a REQ waits for its reply
        self.go_to(counts.index(1))
        self.assertIn("1 message on the way",
                      [place.text for place in self.figure.find_elements(
                          By.CSS_SELECTOR, ".waits")])

    def test_it_moves_nothing_where_less_motion_is_wanted(self):
        self.addCleanup(self.browser.execute_cdp_cmd,
                        "Emulation.setEmulatedMedia", {"features": []})
        for value, moves in (("reduce", False), ("no-preference", True)):
            self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-reduced-motion",
                              "value": value}]})
            self.show()
            frames, scrolls, place = self.browser.execute_script(
                WATCH_MOTION, self.figure, self.first_send())
            self.assertEqual(frames > 0, moves)
            self.assertEqual(scrolls, ["smooth" if moves else "auto"])
            self.assertEqual(place is None, moves)  # it is there at once

    def test_a_queue_is_crossed_and_nothing_is_said_on_the_console(self):
        self.open("06-queue.html")
        name = self.all("figure.zmq-trace")[0].get_attribute("id")
        self.show("06-queue.html", name)
        player = self.inside(".zmq-trace-player")
        for _ in self.steps:
            player.send_keys(Keys.ARROW_RIGHT)
        self.check_at(len(self.steps) - 1)
        self.assertTrue(self.figure.find_elements(
            By.CSS_SELECTOR, ".message .inside"), "no message crosses it")
        self.check_console()

    def test_its_words_have_contrast_in_both_themes(self):
        for theme in ("light", "dark"):
            self.check_contrast(theme, "figure.zmq-trace svg text",
                                ".zmq-trace-svg, .zmq-trace-svg .lane")

    def test_a_telephone_scrolls_the_figure_alone(self):
        self.width(360)
        for page in (f"{chapter}.html" for chapter in CHAPTERS):
            self.open(page)
            self.unfold()
            for figure in self.all("figure.zmq-trace"):
                self.browser.execute_script(
                    "arguments[0].replay.go(1)", figure)
            self.assertLessEqual(self.browser.execute_script(
                "return document.documentElement.scrollWidth"), 360, page)

    def test_diagram_and_transcript_stand_without_javascript(self):
        self.without_scripts(True)
        self.addCleanup(self.without_scripts, False)
        self.show()
        self.assertEqual(self.all(".zmq-trace-player"), [])
        self.assertTrue(self.inside("svg").is_displayed())
        self.assertTrue(self.all("[aria-label='Transcript of two-servers']"))
        self.assertIn("client sends “Hello” to server1",
                      self.inside("details").text)


# How often a step asked for another frame, how it scrolled, and where the
# message is before that frame.
WATCH_MOTION = """
const [figure, step] = arguments;
let frames = 0;
const scrolls = [];
window.requestAnimationFrame = () => ++frames;
figure.querySelector(".zmq-trace-scroll").scrollTo =
    where => scrolls.push(where.behavior);
figure.replay.go(step);
const dot = figure.querySelector(".flying");
return [frames, scrolls, dot && dot.getAttribute("cx")];
"""

# The least contrast of each text with what it may lie on, as WCAG has it.
CONTRASTS = """
const [theme, words, grounds] = arguments;
document.body.dataset.theme = theme;
const luminance = colour => {
  const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(part => {
    const value = part / 255;
    return value <= 0.03928 ? value / 12.92
                            : Math.pow((value + 0.055) / 1.055, 2.4);
  });
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
};
const isDrawn = element => element.matches("svg *");
const lights = [...document.querySelectorAll(grounds)].map(element => {
  const style = getComputedStyle(element);
  return luminance(isDrawn(element) ? style.fill : style.backgroundColor);
});
return [...document.querySelectorAll(words)].map(element => {
  const style = getComputedStyle(element);
  const text = luminance(isDrawn(element) ? style.fill : style.color);
  return [element.textContent, Math.min(...lights.map(ground =>
      (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)))];
});
"""


if __name__ == "__main__":
    if not (BOOK / "index.html").exists():
        sys.exit("tests/book_test.py: there is no book yet; make it: run/book")
    unittest.main()
