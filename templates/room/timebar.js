// The bar over the room when its time isn't everybody's time: what time it is here, that it isn't real, and the
// ways to move it. With a real clock there is no bar, only the time in the head of the channel.

import { fill, h, icon } from "./element.js";
import { clock, dayShort, hours, left, moment } from "./clock.js";

export class Timebar {
  /** `move(to)` posts to the clock and resolves when it has moved. */
  constructor(root, move) {
    this.root = root;
    this.time = h("span", { class: "timebar-time", "data-testid": "room-time" }, "");
    this.date = h("span", { class: "timebar-date" }, "");
    this.how = h("span", { class: "wide" }, "");
    this.zone = h("span", {}, "");
    this.why = h("span", { class: "timebar-why" }, this.zone, "not the real time", this.how);
    this.wakeAt = h("span", { class: "wake-at" });
    this.skip = h("button", { type: "button", class: "button plain", "data-testid": "skip-wake", onclick: () => this.go(this.skip, { to: "next-wake" }) },
      icon("skip"), h("span", { class: "skip-words" }, h("span", { class: "wide" }, "Skip to the "), h("span", {}, "next event")), this.wakeAt);
    this.hour = h("button", { type: "button", class: "button plain", "data-testid": "plus-hour", title: "Move the room’s clock on by an hour", onclick: () => this.go(this.hour, { advance: "1h" }) }, "+1 h");
    fill(root, h("p", { class: "timebar-now" }, this.time, this.date, this.why), h("div", { class: "timebar-acts" }, this.skip, this.hour));
    this.move = move;
    clock.watch(() => this.show());
  }

  async go(button, to) {
    if (button.getAttribute("aria-disabled") || button.getAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try { await this.move(to); } finally { button.removeAttribute("aria-busy"); }
  }

  show() {
    this.root.hidden = clock.real;
    document.documentElement.toggleAttribute("data-moved-time", !clock.real);
    if (clock.real) return;
    const now = clock.now_us();
    this.say(this.time, hours(now));
    this.say(this.date, dayShort(now));
    this.say(this.zone, `In ${clock.place}, `);
    const fast = clock.speed !== 1 && clock.speed > 0 && `runs ${clock.speed} times as fast`;
    this.say(this.how, `: it ${[clock.mode === "manual" && "is moved by hand", fast].filter(Boolean).join(" and ")}`);
    const movable = clock.mode === "manual";
    this.skip.hidden = this.hour.hidden = !movable;
    const wake = clock.next_wake_us;
    if (wake) this.skip.removeAttribute("aria-disabled");
    else this.skip.setAttribute("aria-disabled", "true");
    this.skip.title = wake
      ? `Something is due to be said at ${moment(wake)} (${left(wake).replace(" left", " from now")}). Direct messages wait two minutes more for company, and this goes on past them.`
      : "Nothing is waiting to be said";
    this.say(this.wakeAt, wake ? moment(wake) : "none waiting");
  }

  say(element, words) {
    if (element.textContent !== words) element.textContent = words;
  }
}
