// The room's clock, and how a moment is said. The room's time may be moved by hand or run fast, so nothing else
// on the page asks the browser what time it is. Moments are microseconds, as in the API; zones are the reader's.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let base = { now_us: Date.now() * 1000, mode: "real", speed: 1, next_wake_us: null };
let readAt = performance.now();
let zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const watchers = new Set();

export const clock = {
  /** Takes the server's reading. Between readings the time runs on by `speed`; 0 stands still. */
  set(reading) {
    base = { ...base, ...reading };
    readAt = performance.now();
    tick();
  },
  /** The room's time in microseconds. */
  now_us: () => base.now_us + (performance.now() - readAt) * (base.speed ?? 1) * 1000,
  get mode() { return base.mode; },
  get speed() { return base.speed ?? 1; },
  get next_wake_us() { return base.next_wake_us; },
  /** True only when the room's time is everybody's time. */
  get real() { return base.mode !== "manual" && (base.speed ?? 1) === 1; },
  get zone() { return zone; },
  set zone(name) {
    const fallback = Intl.DateTimeFormat().resolvedOptions().timeZone;
    try {
      Intl.DateTimeFormat("en-GB", { timeZone: name || fallback });
      zone = name || fallback;
    } catch { zone = fallback; }
    formats.clear();
    tick();
  },
  /** The zone as people say it: the city. */
  get place() { return zone.split("/").pop().replaceAll("_", " "); },
  /** Calls `watcher` each second and whenever the clock is moved. */
  watch: (watcher) => watchers.add(watcher),
};

function tick() {
  for (const element of document.querySelectorAll("[data-due]")) paint(element);
  for (const watcher of watchers) watcher();
}
setInterval(tick, 1000);

const formats = new Map();
function format(kind, options, timeZone = zone) {
  const key = `${kind} ${timeZone}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone, ...options }));
  return formats.get(key);
}

const HOURS = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SECONDS = { ...HOURS, second: "2-digit" };
const LONG = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const date = (us) => new Date(us / 1000);
// Joined by hand: browsers differ in whether "Mon, 23 Nov" has its comma and a long date its "at".
const plain = (text) => text.replaceAll(",", "");

/** `2026-11-23`: which day this is for the reader. */
export const day = (us) => format("day", { year: "numeric", month: "2-digit", day: "2-digit" }).format(date(us)).split("/").reverse().join("-");
export const today = () => day(clock.now_us());
export const hours = (us) => format("hours", HOURS).format(date(us));

/** `Mon 23 Nov`, with the year when it isn't this one. */
export function dayShort(us) {
  const name = plain(format("short", { weekday: "short", day: "numeric", month: "short" }).format(date(us)));
  const year = day(us).slice(0, 4);
  return year === today().slice(0, 4) ? name : `${name} ${year}`;
}

/** `Monday 23 November 2026`: for paper, which is read on any day. */
export const dayFull = (us) => plain(format("long", LONG).format(date(us)));

/** `Today`, `Yesterday`, `Monday 23 November`. */
export function dayLong(us) {
  if (day(us) === today()) return "Today";
  if (day(us) === day(clock.now_us() - DAY * 1000)) return "Yesterday";
  const long = plain(format("long", LONG).format(date(us)));
  return long.endsWith(today().slice(0, 4)) ? long.slice(0, -5) : long;
}

/** `11:00`, or `Tue 24 Nov 11:00` when it isn't today. */
export const moment = (us) => (day(us) === today() ? hours(us) : `${dayShort(us)} ${hours(us)}`);

/** For the tooltip: to the second, here and in UTC. */
export function full(us) {
  const here = `${plain(format("long", LONG).format(date(us)))} ${format("seconds", SECONDS).format(date(us))} ${clock.place}`;
  return `${here}\n${date(us).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `24 min`, `2 h 10 min`, `3 d 4 h`. Whole minutes, since nobody owes an answer to the second. */
export function span(ms, round = Math.floor) {
  const minutes = round(ms / MINUTE);
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return [`${Math.floor(minutes / 60)} h`, minutes % 60 && `${minutes % 60} min`].filter(Boolean).join(" ");
  const whole = Math.floor(minutes / 60);
  return [`${Math.floor(whole / 24)} d`, whole % 24 && `${whole % 24} h`].filter(Boolean).join(" ");
}

/** `24 min left`, `late by 3 min`. */
export function left(due_us) {
  const ms = (due_us - clock.now_us()) / 1000;
  return ms > 0 ? `${span(ms, Math.ceil)} left` : `late by ${span(-ms)}`;
}

/** How near: `far`, `soon` (a quarter of an hour) or `late`. */
export function nearness(due_us) {
  const ms = (due_us - clock.now_us()) / 1000;
  if (ms <= 0) return "late";
  return ms <= 15 * MINUTE ? "soon" : "far";
}

function paint(element) {
  const due = Number(element.dataset.due);
  const words = left(due);
  // The text node is changed in place: a screen reader isn't told of every minute, and nothing moves.
  if (element.firstChild.data !== words) element.firstChild.data = words;
  const near = nearness(due);
  if (element.dataset.near !== near) element.dataset.near = near;
}

/** A countdown that runs with the room's clock. */
export function countdown(due_us) {
  const element = document.createElement("span");
  element.className = "countdown";
  element.dataset.due = due_us;
  element.setAttribute("aria-live", "off");
  element.append("");
  paint(element);
  return element;
}

/** A moment in the reader's zone, with the whole truth in its tooltip. */
export function timeElement(us, words = moment(us)) {
  const element = document.createElement("time");
  element.dateTime = date(us).toISOString();
  element.title = full(us);
  element.textContent = words;
  return element;
}

// Wall time in a zone. The offset is asked for twice, since the first guess may sit on the other side of a DST change.
function offsetMinutes(ms) {
  const parts = Object.fromEntries(format("parts", {
    year: "numeric", month: "2-digit", day: "2-digit", ...SECONDS,
  }).formatToParts(new Date(ms)).map((part) => [part.type, part.value]));
  const wall = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return Math.round((wall - Math.floor(ms / 1000) * 1000) / MINUTE);
}

/** `2026-11-23T14:05` as typed in the reader's zone → `2026-11-23T14:05:00+05:30`. */
export function toRfc3339(wall) {
  if (!wall) return "";
  const seconds = wall.length === 16 ? `${wall}:00` : wall;
  const asUtc = Date.parse(`${seconds}Z`);
  let offset = offsetMinutes(asUtc);
  offset = offsetMinutes(asUtc - offset * MINUTE);
  const two = (n) => String(n).padStart(2, "0");
  const size = Math.abs(offset);
  return `${seconds}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A moment from the API (RFC 3339, or wall time) → what a datetime-local input takes. */
export function toWall(value) {
  if (!value) return "";
  if (!/(Z|[+-]\d\d:?\d\d)$/.test(value)) return value.replace(" ", "T").slice(0, 16);
  const ms = Date.parse(value.replace(" ", "T"));
  return new Date(ms + offsetMinutes(ms) * MINUTE).toISOString().slice(0, 16);
}
