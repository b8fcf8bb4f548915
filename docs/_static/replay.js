// Turns each figure.zmq-trace into a replay of what it shows: back, forward,
// play, a slider; arrow keys, Home, End and the space bar while it has the
// focus. Without this script the diagram stands alone.
"use strict";

(() => {
  const svgNamespace = "http://www.w3.org/2000/svg";
  const stepTime = 900; // ms between two steps while it plays
  const flightTime = 600; // ms that a message flies
  const slack = 0.02; // s: a line is printed a moment after its message

  const calm = () =>
    window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  const make = (name, properties = {}, children = []) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  };

  class Replay {
    constructor(figure, data) {
      this.figure = figure;
      this.data = data;
      this.svg = figure.querySelector("svg");
      this.scroll = figure.querySelector(".zmq-trace-scroll");
      this.drawn = [...figure.querySelectorAll(".step")];
      this.at = -1; // no step yet: everything is shown
      this.timer = null;
      this.build();
    }

    build() {
      const button = (text, label, action) =>
        make("button", {
          type: "button", textContent: text, title: label,
          ariaLabel: label, onclick: action,
        });
      this.back = button("◀", "Previous step", () => this.go(this.at - 1));
      this.next = button("▶", "Next step", () => this.go(this.at + 1));
      this.start = button("Play", "Play the run", () => this.toggle());
      this.whole = button("All", "Show the whole run", () => this.showAll());
      this.slider = make("input", {
        type: "range", min: 0, max: this.data.steps.length - 1, value: 0,
        ariaLabel: "Step",
        oninput: () => this.go(Number(this.slider.value)),
      });
      this.status = make("p", { className: "zmq-trace-status" });
      this.status.setAttribute("aria-live", "polite");
      this.state = make("dl", { className: "zmq-trace-state" });
      this.places = new Map(this.data.processes.map((name) => [name, {
        said: make("dd"), waits: make("dd", { className: "waits" }),
      }]));
      for (const [name, place] of this.places)
        this.state.append(make("div", {}, [
          make("dt", { textContent: name }), place.said, place.waits,
        ]));
      this.player = make("div", {
        className: "zmq-trace-player", tabIndex: 0,
        onkeydown: (event) => this.key(event),
      }, [
        make("div", { className: "zmq-trace-controls" },
          [this.back, this.start, this.next, this.whole, this.slider]),
        this.status, this.state,
      ]);
      this.player.setAttribute("role", "group");
      this.player.setAttribute("aria-label", "Replay, step by step");
      this.figure.insertBefore(this.player, this.scroll);
      this.showAll();
    }

    key(event) {
      const onControl = event.target !== this.player;
      const moves = {
        ArrowRight: this.at + 1, ArrowDown: this.at + 1,
        ArrowLeft: this.at - 1, ArrowUp: this.at - 1,
        Home: 0, End: this.data.steps.length - 1,
      };
      if (event.key === " " && !onControl) this.toggle();
      else if (event.key in moves && event.target !== this.slider)
        this.go(moves[event.key]);
      else return;
      event.preventDefault();
    }

    toggle() {
      if (this.timer) {
        this.stop();
        return;
      }
      if (this.at >= this.data.steps.length - 1) this.go(0);
      else this.go(this.at + 1);
      this.start.textContent = "Pause";
      this.start.ariaLabel = "Pause";
      this.timer = setInterval(() => {
        if (this.at + 1 < this.data.steps.length) this.go(this.at + 1, true);
        else this.stop();
      }, stepTime);
    }

    stop() {
      clearInterval(this.timer);
      this.timer = null;
      this.start.textContent = "Play";
      this.start.ariaLabel = "Play the run";
    }

    showAll() {
      this.stop();
      this.at = -1;
      this.figure.classList.remove("playing");
      for (const element of this.drawn) element.classList.remove("now");
      this.line?.remove();
      this.dots?.forEach((dot) => dot.remove());
      this.back.disabled = true;
      this.next.disabled = false;
      this.state.hidden = true;
      this.slider.value = 0;
      this.status.textContent =
        `The whole run: ${this.data.steps.length} steps. Play it, or step ` +
        "with the arrow keys.";
    }

    go(step, playing = false) {
      if (step < 0 || step >= this.data.steps.length) return;
      if (!playing) this.stop();
      this.at = step;
      this.figure.classList.add("playing");
      this.state.hidden = false;
      this.back.disabled = step === 0;
      this.next.disabled = step === this.data.steps.length - 1;
      this.slider.value = step;
      for (const element of this.drawn) this.mark(element);
      this.tell();
      this.playhead();
      this.fly();
    }

    mark(element) {
      const from = Number(element.dataset.step);
      const until = Number(element.dataset.until ?? from);
      element.classList.toggle("later", from > this.at);
      element.classList.toggle("now", from <= this.at && this.at <= until);
    }

    tell() {
      const step = this.data.steps[this.at];
      this.status.textContent =
        `${this.at + 1} of ${this.data.steps.length}, ` +
        `${step.t.toFixed(3)} s: ${step.text}`;
      const following = this.data.steps[this.at + 1];
      const until = following ? Math.min(following.t, step.t + slack)
        : Infinity;
      const last = new Map();
      for (const line of this.data.lines)
        if (line.t <= until) last.set(line.process, line.text);
      const waiting = new Map(step.waiting);
      for (const [name, place] of this.places) {
        place.said.textContent = last.get(name) ?? "";
        const counts = [...waiting].filter(([who]) =>
          who === name || who.startsWith(`${name} (`));
        const count = counts.reduce((sum, [, n]) => sum + n, 0);
        place.waits.textContent = count === 0 ? ""
          : `${count} ${count === 1 ? "message" : "messages"} on the way`;
      }
    }

    playhead() {
      const y = this.data.steps[this.at].y;
      this.line ??= document.createElementNS(svgNamespace, "line");
      this.line.setAttribute("class", "now-line");
      for (const [name, value] of
        [["x1", 0], ["x2", this.svg.viewBox.baseVal.width],
          ["y1", y], ["y2", y]])
        this.line.setAttribute(name, value);
      this.svg.append(this.line);
      const target = y - this.scroll.clientHeight / 2;
      this.scroll.scrollTo({
        top: target, behavior: calm() ? "auto" : "smooth",
      });
    }

    // A dot on each message that is on its way: it leaves the sender with the
    // send, and gets there with the receive.
    fly() {
      cancelAnimationFrame(this.frame);
      this.dots?.forEach((dot) => dot.remove());
      const flights = [];
      for (const message of this.figure.querySelectorAll(".message.now"))
        for (const way of message.querySelectorAll(".way")) {
          const arrives = Number(way.dataset.until);
          if (arrives < this.at) continue;
          const steps = arrives - Number(message.dataset.step);
          const passed = this.at - Number(message.dataset.step);
          const paths = [...way.querySelectorAll(".wire")];
          const dot = document.createElementNS(svgNamespace, "circle");
          dot.setAttribute("class", "flying");
          dot.setAttribute("r", 5.5);
          this.svg.append(dot);
          flights.push({
            dot, paths, from: Math.max(passed - 1, 0) / steps,
            to: passed / steps,
          });
        }
      this.dots = flights.map(({ dot }) => dot);
      const place = ({ dot, paths, from, to }, part) => {
        const total = paths.reduce((sum, p) => sum + p.getTotalLength(), 0);
        let way = total * (from + (to - from) * part);
        const path = paths.find((p, i) => {
          if (way <= p.getTotalLength() || i === paths.length - 1) return true;
          way -= p.getTotalLength();
          return false;
        });
        const point = path.getPointAtLength(way);
        dot.setAttribute("cx", point.x);
        dot.setAttribute("cy", point.y);
      };
      if (calm()) {
        for (const flight of flights) place(flight, 1);
        return;
      }
      const began = performance.now();
      const move = (time) => {
        const part = Math.min((time - began) / flightTime, 1);
        for (const flight of flights) place(flight, Math.max(part, 0));
        if (part < 1) this.frame = requestAnimationFrame(move);
      };
      this.frame = requestAnimationFrame(move);
    }
  }

  const begin = () => {
    for (const figure of document.querySelectorAll("figure.zmq-trace")) {
      const script = figure.querySelector('script[type="application/json"]');
      const data = script && JSON.parse(script.textContent);
      if (data?.steps.length > 0) figure.replay = new Replay(figure, data);
    }
  };

  if (document.readyState === "loading")
    document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
