// The room: who is here, where they stand, and what happens when something is said, pressed or changed.
// Everything seen is drawn by the modules beside this one; everything decided is decided by the server.

import * as api from "./api.js";
import { apple, count, fill, h, icon, memory } from "./element.js";
import { clock, dayFull, hours } from "./clock.js";
import { typed, words } from "./words.js";
import { Transcript } from "./transcript.js";
import { Feed } from "./feed.js";
import { Composer } from "./composer.js";
import { caseOf } from "./card.js";
import { NOTHING, Panel } from "./panel.js";
import { Rail } from "./rail.js";
import { Timebar } from "./timebar.js";
import { ask } from "./form.js";
import { choose } from "./persona.js";
import { help } from "./help.js";
import { switcher } from "./switcher.js";

const $ = (id) => document.getElementById(id);
const PAGE = 200; // an answer this long may not be all of it
const AT_ONCE = 1000; // of so many channels at most is asked with one call
const SEARCHED = 20; // so many pages back is a thread looked for
const NEWS_AFTER_MS = 120; // what changes in channels that aren't on the screen is asked for together
const touch = matchMedia("(hover: none) and (pointer: coarse)");
const phone = matchMedia("(max-width: 47.99rem)");

const room = {
  me: null,
  bot: { id: "countersign", name: "Countersign" },
  people: [],
  parties: [],
  channels: [],
  prefix: "/",
  verbs: [],
  transcripts: new Map(),
  roles: {}, // what each is called
  fileAtMost: Infinity, // bytes
  views: new Map(), // case → what it is to whoever reads: { lines, not_theirs, buttons }
  head: null, // the last signed head of the ledger
  printing: false,
  answers: [], // private answers: { id, card, at_us, channel, thread, after: shown below this message, since: or before what came after this entry, message: pressed or said }
  place: { channel: null, thread: null },
  unreadFrom: null,
  stop: null, // ends the listening of the person before
};
let answersGiven = 0;

// ── Who and where ──────────────────────────────────────────────────────────────────────────────────

const person = (id) => room.people.find((one) => one.id === id);
const party = (id) => room.parties.find((one) => one.name === person(id)?.party) ?? null;
const direct = () => `@${room.me}`;
const channelName = (id) => (id.startsWith("@") ? room.bot.name : `#${id}`);
const ofACase = /^[a-z]{3}-\d+$/;
const transcript = (channel = room.place.channel) => {
  if (!room.transcripts.has(channel)) room.transcripts.set(channel, new Transcript(room.me, channel));
  return room.transcripts.get(channel);
};

function href({ as = room.me, channel = room.place.channel, thread = null } = {}) {
  const query = new URLSearchParams();
  if (as) query.set("as", as);
  if (channel) query.set("channel", channel.startsWith("@") ? `@${as}` : channel);
  if (thread) query.set("thread", thread);
  return `/?${query}`.replaceAll("%40", "@");
}

function fromUrl() {
  const query = new URLSearchParams(location.search);
  return { as: query.get("as"), channel: query.get("channel"), thread: query.get("thread") };
}

// ── The parts of the page ──────────────────────────────────────────────────────────────────────────

const reader = {
  get me() { return room.me; },
  describe(id) {
    const one = panel.find(id);
    return one ? [one.title, one.state, one.severity].filter(Boolean).join(" · ") : `Show ${id}`;
  },
  visit: (id) => visit(panel.find(id) ?? { case: id }),
  view: (id) => room.views.get(id) ?? null,
  suggest: (line) => composer.suggest(line),
};

const acts = {
  reply: (root) => go({ thread: root }),
  edit: (message, feed) => (feed === threadFeed ? threadComposer : composer).edit(message),
  remove: (message) => takeBack(message),
  press: (action, message, feed, style, answer) => press(action, message, { ...placeOf(feed), pressed: true, style, after: answer?.after ?? message, beside: answer }),
  dismiss(answer) {
    room.answers = room.answers.filter((one) => one !== answer);
    draw();
    if (!touch.matches) (answer.thread ? threadComposer : composer).input.focus();
  },
  redraw: () => draw(),
  async earlier(feed) {
    if (!feed.hidden) await quietly(fetchEarlier(feed));
    feed.more();
    draw();
  },
};
const placeOf = (feed) => ({ channel: room.place.channel, thread: feed === threadFeed ? room.place.thread : null });

const feed = new Feed({ scroller: $("scroller"), log: $("log"), pill: $("pill"), reader, party, acts });
const threadFeed = new Feed({ scroller: $("thread-scroller"), log: $("thread-log"), pill: $("thread-pill"), reader, party, acts });

const speaking = {
  send: (place, text, files, from) => say(place, text, files, from),
  change: async (message, text) => {
    await api.edit(room.me, message.id, text);
    await quietly(sync(message.channel));
  },
  lastOwn: (place) => transcript(place.channel).lastBy(room.me, place.thread),
  typedText: (message) => typed(message.text),
  grammar: () => ({ prefix: room.prefix, verbs: room.verbs, people: room.people, bot: room.bot, cases: panel.mine.cases }),
  largest: () => room.fileAtMost,
};
const composer = new Composer($("composer"), { ...speaking, escape: () => closeTop(), id: "say", testid: "composer" });
const threadComposer = new Composer($("thread-composer"), { ...speaking, escape: () => go({ thread: null }), id: "say-thread", testid: "thread-composer" });

const panel = new Panel($("panel"), {
  visit,
  press: (action, item, style) => {
    const shown = item.message && item.channel === room.place.channel && transcript().messages.has(item.message);
    return press(action, item.message ?? null, { channel: room.place.channel, thread: null, style, after: shown && feed.nodes.has(item.message) ? item.message : null });
  },
  close: () => drawer(null),
});
const rail = new Rail($("rail"), { go: (channel) => go({ channel, thread: null }), choosePersona, help: showHelp, find, search: () => `/search?${new URLSearchParams({ as: room.me })}`, href: (channel) => href({ channel }) });
const timebar = new Timebar($("timebar"), async (to) => {
  try { clock.set(await api.move(to)); } catch (refusal) { toast(refusal.message); }
});

const head = {
  menu: h("button", { type: "button", class: "bare menu", "aria-label": "Channels", title: "Channels", "data-testid": "menu", onclick: () => drawer("rail") }, icon("menu")),
  name: h("h1", { class: "head-name" }),
  about: h("p", { class: "head-about" }),
  line: h("p", { class: "head-line", role: "status", "data-testid": "connection" }),
  time: h("p", { class: "head-time", "data-testid": "head-time" }),
  owed: h("button", { type: "button", class: "owed-button", "data-testid": "owed-button", onclick: () => drawer("panel") }),
};
fill($("head"), head.menu, h("div", { class: "head-words" }, head.name, head.about), head.line, head.time, head.owed);
const threadName = h("h2", { class: "head-name" }, "Thread");
const threadAbout = h("p", { class: "head-about" });
fill($("thread-head"),
  h("button", { type: "button", class: "bare thread-back", "aria-label": "Back to the channel", title: "Back", onclick: () => go({ thread: null }) }, icon("back")),
  h("div", { class: "head-words" }, threadName, threadAbout),
  h("button", { type: "button", class: "bare thread-close", "aria-label": "Close the thread", title: "Close (Esc)", "data-testid": "thread-close", onclick: () => go({ thread: null }) }, icon("close")));

// ── Drawing ────────────────────────────────────────────────────────────────────────────────────────

function place(list, answers) {
  const items = [...list];
  for (const answer of answers) {
    const at = answer.after ? items.findIndex((item) => item.message?.id === answer.after) : -1;
    if (at < 0) {
      const later = items.findIndex((item) => item.message?.order > answer.since);
      items.splice(later < 0 ? items.length : later, 0, { answer });
    } else {
      let after = at + 1;
      while (items[after]?.answer) after += 1;
      items.splice(after, 0, { answer });
    }
  }
  return items;
}

function draw() {
  if (!room.place.channel) return;
  const { channel, thread } = room.place;
  const said = transcript();
  const looking = document.visibilityState === "visible";
  const threads = said.threads();
  const here = room.answers.filter((answer) => answer.channel === channel);
  if (said.loaded) {
    feed.draw({
      items: room.printing ? onPaper(said, threads) : place(said.roots().map((message) => ({ message, replies: threads.get(message.id) })), here.filter((answer) => !answer.thread)),
      unreadFrom: room.unreadFrom,
      lead: welcome(channel),
      beyond: said.earlier !== null,
    });
    if (looking) said.see();
  }
  const root = thread && said.messages.get(thread);
  $("thread").hidden = !thread;
  $("room").toggleAttribute("data-thread", Boolean(thread));
  // On a phone the thread is all that there is.
  const alone = Boolean(thread) && phone.matches;
  $("thread").setAttribute("role", alone ? "main" : "complementary");
  if (alone) threadName.setAttribute("aria-level", "1");
  else threadName.removeAttribute("aria-level");
  if (thread) {
    threadAbout.textContent = root ? `${channelName(channel)} · ${count(threads.get(thread)?.count ?? 0, "reply", "replies")}` : channelName(channel);
    threadFeed.draw({
      items: place([...(root ? [root] : []), ...said.replies(thread)].map((message) => ({ message })), here.filter((answer) => answer.thread === thread)),
      mayReply: false,
    });
  }
  drawRail();
}

const unread = (id) => room.transcripts.get(id)?.news() ?? { count: 0, named: false };

/** Channels that cases have of their own, as far as they are open or one stands in one. */
function caseChannels() {
  const own = new Map();
  const { owed, asked, cases } = panel.mine;
  for (const item of [...cases, ...owed, ...asked]) {
    if (item.channel && ofACase.test(item.channel) && !item.ended_us) own.set(item.channel, { id: item.channel, about: `${item.case} · ${item.title}` });
  }
  const { channel } = room.place;
  if (channel && ofACase.test(channel) && !own.has(channel)) own.set(channel, { id: channel, about: channel.toUpperCase() });
  return [...own.values()];
}

const everywhere = () => [...room.channels.map((channel) => channel.id), ...caseChannels().map((channel) => channel.id), direct()];

function drawRail() {
  const me = person(room.me);
  if (!me) return;
  rail.show({ channels: room.channels, cases: caseChannels(), bot: room.bot, me, party: party(me.id), roles: room.roles, place: room.place, unread });
  head.menu.toggleAttribute("data-unread", everywhere().some((id) => id !== room.place.channel && unread(id).count));
}

function drawHead() {
  const { channel } = room.place;
  if (!channel) return;
  const own = channel.startsWith("@");
  fill(head.name, own ? room.bot.name : [h("span", { class: "sign", "aria-hidden": "true" }, "#"), channel]);
  head.about.textContent = own ? "Between you and the bot; nobody else reads it" : [...room.channels, ...caseChannels()].find((one) => one.id === channel)?.about ?? "";
  $("log").setAttribute("aria-label", `Messages in ${channelName(channel)}`);
}

function drawTally() {
  const { tally, late } = panel;
  head.owed.classList.toggle("late", late > 0);
  head.owed.title = "What I owe, and open cases";
  fill(head.owed, icon("clock"), h("span", {}, tally ? `${tally} owed` : "Nothing owed", late > 0 && h("span", { class: "unseen" }, `, ${late} late`)));
  const name = room.me && person(room.me)?.name.split(" ")[0];
  document.title = [tally ? `(${tally})` : null, room.place.channel && channelName(room.place.channel), name && `· ${name} · Countersign`].filter(Boolean).join(" ") || "Countersign";
}

// What an empty channel teaches: three commands, one click each.
const LESSONS = [
  ["incident open", "Something is wrong, or may be. Names who must answer, and by when."],
  ["approval request", "Ask for a decision on exactly one action, from the people who may take it."],
  ["sla mine", "What you owe, and how long is left."],
];

function welcome(channel) {
  const own = channel.startsWith("@");
  return {
    signature: `${channel} ${room.prefix}`,
    make: () => h("section", { class: "lead", "data-testid": "empty" },
      h("h2", {}, own ? "Here the bot speaks to you alone." : `Nothing has been said in #${channel} yet.`),
      h("p", {}, own ? "Nudges arrive here before an answer is late. You can type commands here too." : "Talk as you would anywhere, or start with one of these:"),
      h("ul", {}, LESSONS.map(([command, about]) => h("li", {}, h("button", {
        type: "button", class: "lesson", "data-testid": `try-${command.replace(" ", "-")}`, onclick: () => composer.suggest(`${room.prefix}${command} `),
      }, h("code", {}, `${room.prefix}${command}`), h("span", {}, about)))))),
  };
}

// ── Keeping up ─────────────────────────────────────────────────────────────────────────────────────

const syncing = new Map(); // channel → whether to look again at the end

async function sync(channel) {
  if (syncing.has(channel)) {
    syncing.get(channel).again = true;
    return syncing.get(channel).done;
  }
  const run = { again: false };
  syncing.set(channel, run);
  run.done = (async () => {
    const as = room.me;
    const said = transcript(channel);
    try {
      let answer;
      do {
        run.again = false;
        answer = await api.messages(as, channel, said.last);
        if (as !== room.me) return;
        if (answer.last < said.last) {
          said.forget();
          run.again = true;
          continue;
        }
        const known = said.loaded;
        const from = said.last;
        said.take(answer);
        takeViews(answer);
        if (!known && channel === room.place.channel) room.unreadFrom = firstUnread(said);
        if (answer.messages.length >= PAGE && said.last > from) run.again = true;
      } while (run.again);
    } finally {
      syncing.delete(channel);
    }
    if (channel === room.place.channel) draw();
    else drawRail();
  })();
  return run.done;
}

/** What cases are to whoever reads. One that is spoken of and has no view any more is closed. */
function takeViews({ views, messages = [] }) {
  for (const message of messages) {
    for (const button of message.card?.buttons ?? []) {
      const its = caseOf(button.action);
      if (its && !views[its]) room.views.delete(its);
    }
  }
  for (const [id, view] of Object.entries(views)) room.views.set(id, view);
}

/** What is new in many channels, with one call; what can't be told so is read by itself. */
async function hear(channels) {
  const as = room.me;
  for (let at = 0; at < channels.length; at += AT_ONCE) {
    const asked = channels.slice(at, at + AT_ONCE);
    const answer = await api.news(as, Object.fromEntries(asked.map((id) => [id, transcript(id).since])));
    if (as !== room.me) return;
    const heard = Object.entries(answer.channels);
    takeViews({ views: answer.views, messages: heard.flatMap(([, its]) => its.messages) });
    for (const [id, its] of heard) if (transcript(id).hear(its)) await sync(id);
  }
  draw();
}

const changed = new Set();
let hearing = null;
function hearSoon(channel) {
  changed.add(channel);
  hearing ??= setTimeout(() => {
    hearing = null;
    const channels = [...changed];
    changed.clear();
    if (room.me) quietly(hear(channels));
  }, NEWS_AFTER_MS);
}

async function fetchEarlier(feed) {
  const said = transcript();
  const from = said.earlier;
  if (from === null) return;
  const answer = await api.earlier(said.as, said.channel, from);
  if (said.earlier !== from) return; // somebody was quicker, or the room began anew
  const before = said.roots().length;
  said.take(answer);
  takeViews(answer);
  if (said === transcript()) feed.grew(said.roots().length - before);
}

const firstUnread = (said) => {
  const first = said.unread()[0];
  return first && (first.thread ?? first.id);
};

/** For what runs by itself: a break of the line is said once, in the head, not for each call. */
const quietly = (work) => work.catch((refusal) => {
  if (refusal.code !== "unreachable") toast(refusal.message);
});

async function refreshMine() {
  const as = room.me;
  const mine = await api.mine(as);
  if (as === room.me) showMine(mine);
}

function showMine(mine) {
  panel.show(mine);
  takeViews(mine);
  drawTally();
  draw();
}

async function refreshPolicy() {
  const [who, grammar] = await Promise.all([api.people(), api.verbs()]);
  Object.assign(room, { people: who.people, roles: who.roles, fileAtMost: who.file_at_most, channels: who.channels, bot: who.bot ?? room.bot, prefix: grammar.prefix, verbs: grammar.verbs });
  room.parties = [...new Set(who.people.map((one) => one.party))].map((name, shade) => ({ name, shade: shade % 6 }));
}

function listen() {
  room.stop?.();
  room.stop = api.events(room.me, {
    changed: ({ channel, last }) => {
      const known = transcript(channel);
      if (!known.loaded && channel !== room.place.channel) hearSoon(channel);
      else if (known.last !== last) quietly(sync(channel));
    },
    clock: (reading) => clock.set(reading),
    mine: () => quietly(refreshMine()),
    policy: () => quietly(refreshPolicy().then(() => {
      if (!person(room.me)) return choosePersona();
      drawHead();
      draw();
    })),
    lost: () => { head.line.textContent = "reconnecting…"; },
    restored: (again) => {
      head.line.textContent = "";
      if (again) quietly(catchUp());
    },
  });
}

async function catchUp() {
  clock.set(await api.clock());
  await refreshMine();
  await sync(room.place.channel);
  await hear(everywhere().filter((id) => id !== room.place.channel));
}

// ── Going somewhere ────────────────────────────────────────────────────────────────────────────────

/** Goes to a channel, a thread, or back out of one. `past` when the browser's history brought us here. */
function go({ channel = room.place.channel, thread = null }, { past = false, focus = true } = {}) {
  const turned = channel !== room.place.channel;
  const threadTurned = thread !== room.place.thread || turned;
  const left = room.place.thread;
  if (!turned && !threadTurned) {
    drawer(null);
    return;
  }
  room.place = { channel, thread };
  const url = href({ channel, thread });
  if (past) { /* already there */ } else if (url !== `${location.pathname}${location.search}`) history.pushState(null, "", url);
  memory.set(`room.last.${room.me}`, channel);
  if (turned) {
    room.unreadFrom = transcript().loaded ? firstUnread(transcript()) : null;
    feed.open();
    composer.open({ as: room.me, channel, thread: null }, `Message ${channelName(channel)}`);
    drawHead();
    quietly(sync(channel).catch((refusal) => {
      if (refusal.code !== "unknown_channel" || room.place.channel !== channel) throw refusal;
      go({ channel: room.channels[0]?.id ?? direct(), thread: null });
      toast(refusal.message);
    }).then(() => thread && stays(channel, thread)));
  } else if (threadTurned && thread) quietly(stays(channel, thread));
  if (threadTurned && thread) {
    $("thread").hidden = false; // the message box measures itself
    threadFeed.open();
    threadComposer.open({ as: room.me, channel, thread }, "Reply in this thread");
  }
  drawer(null);
  draw();
  drawTally();
  if (!focus) return;
  if (thread && threadTurned) {
    if (touch.matches) $("thread-head").querySelector("button").focus();
    else threadComposer.input.focus();
  } else if (left && !thread && feed.nodes.has(left) && !turned) feed.reveal(left, { flash: false, focus: true });
  else if (!touch.matches) composer.input.focus();
}

/** A thread that isn't there is left again; one that began long ago is looked for. */
async function stays(channel, thread) {
  const here = () => room.place.channel === channel && room.place.thread === thread;
  const said = transcript(channel);
  for (let page = 0; said.loaded && here() && !said.messages.has(thread) && said.earlier !== null && page < SEARCHED; page += 1) await fetchEarlier(feed);
  if (!here()) return;
  const root = said.messages.get(thread);
  if (said.loaded && !root) {
    go({ thread: null });
    toast("There is no such thread here.");
  } else if (root?.thread) go({ thread: root.thread });
  else draw();
}

/** To the card of a case, wherever it is. */
async function visit(item) {
  let { channel, message } = item;
  if (!message) {
    for (const [id, known] of room.transcripts) {
      const found = known.order.findLast((one) => one.card?.title?.some((span) => span.case === item.case));
      if (found) [channel, message] = [id, found.id];
    }
  }
  if (!message || !channel) {
    toast(`${item.case} has no card that you can see here. “${room.prefix}sla status” may know more.`);
    return;
  }
  drawer(null);
  if (channel !== room.place.channel) go({ channel, thread: null }, { focus: false });
  await quietly(sync(channel));
  const known = transcript(channel).messages.get(message);
  if (known?.thread) {
    go({ channel, thread: known.thread }, { focus: false });
    threadFeed.reveal(message, { focus: true });
    return;
  }
  if (!feed.nodes.has(message) && known) {
    feed.more(Infinity);
    draw();
  }
  feed.pinned = false;
  if (!feed.reveal(message, { focus: true })) toast(`${item.case} can't be shown here.`);
}

async function become(id) {
  room.stop?.();
  room.me = id;
  room.transcripts.clear();
  room.views.clear();
  room.answers = [];
  panel.show(NOTHING);
  const wanted = fromUrl();
  const last = memory.get(`room.last.${id}`);
  const here = (channel) => room.channels.some((one) => one.id === channel) || ofACase.test(channel) || channel === direct();
  let channel = [wanted.channel?.startsWith("@") ? direct() : wanted.channel, room.place.channel, last].find((one) => one && here(one));
  const mine = api.mine(id);
  // Whoever comes for the first time begins where something happens.
  channel ??= (await mine.catch(() => NOTHING)).newest?.channel ?? room.channels[0]?.id ?? direct();
  if (id !== room.me) return;
  room.place = { channel: null, thread: null };
  clock.zone = person(id).zone;
  const thread = wanted.as === id ? wanted.thread : null;
  history.replaceState(null, "", href({ as: id, channel, thread }));
  $("room").hidden = false;
  $("waiting").hidden = true;
  go({ channel, thread }, { past: true });
  listen();
  await quietly(mine.then((mine) => id === room.me && showMine(mine)));
  await quietly(hear(everywhere().filter((one) => one !== channel)));
  await refreshHead();
}

const refreshHead = () => quietly(api.head().then((head) => { room.head = head; }));

function choosePersona() {
  drawer(null);
  $("waiting").hidden = true;
  choose({ people: room.people, parties: room.parties, roles: room.roles, me: person(room.me) ? room.me : null, href: (as) => href({ as }), become: (id) => {
    if (id !== room.me) history.pushState(null, "", href({ as: id }));
    become(id);
  } });
}

// ── Saying and pressing ────────────────────────────────────────────────────────────────────────────

async function say(where, text, files, from) {
  let reply = {};
  if (files.length) {
    const sent = [];
    try {
      for (const [at, file] of files.entries()) {
        const one = await api.upload(where.as, where, at === 0 ? text.trim() : "", file);
        sent.push(file);
        reply = { message: one.message ?? reply.message, answers: [...(reply.answers ?? []), ...(one.answers ?? [])], form: one.form ?? reply.form };
      }
    } catch (refusal) {
      Object.assign(refusal, { sent, said: sent.length > 0 });
      throw refusal;
    }
  } else reply = await api.say(where.as, where, text);
  if (where.as !== room.me) return;
  (from === threadComposer ? threadFeed : feed).toEnd();
  await quietly(sync(where.channel));
  take(reply, { channel: where.channel, thread: where.thread ?? null, message: reply.message ?? null, after: end(where) });
}

const end = ({ channel, thread }) => (thread ? transcript(channel).replies(thread).at(-1)?.id ?? thread : transcript(channel).roots().at(-1)?.id ?? null);

async function press(action, message, where) {
  try {
    const reply = await api.press(room.me, message, action);
    await quietly(sync(room.place.channel));
    take(reply, { ...where, message });
  } catch (refusal) {
    take({ answers: [sorry(refusal)] }, { ...where, message });
  }
  quietly(refreshMine());
}

const sorry = (refusal) => ({ tone: "private", title: [{ text: refusal.message }], lines: [], fields: [], buttons: [] });

/** Private answers into the flow where they were asked for; a form into its dialog. */
function take({ answers, form }, where) {
  const at_us = clock.now_us();
  const since = transcript(where.channel).last;
  const given = (answers ?? []).map((card) => ({ id: `a${++answersGiven}`, card, at_us, since, channel: where.channel, thread: where.thread ?? null, after: where.after ?? end(where), message: where.message ?? null }));
  if (given.length) {
    // One answer to one button: what an earlier press said in the same place has been overtaken.
    if (where.beside) room.answers = room.answers.filter((one) => one !== where.beside);
    room.answers.push(...given);
    draw();
    (where.thread ? threadFeed : feed).reveal(`answer:${given.at(-1).id}`, { flash: false });
  }
  if (form) {
    const as = room.me;
    ask(form, {
      reader, people: room.people, style: where.style,
      submit: async (values) => {
        const reply = await api.form(as, form.id, values);
        if (reply.errors && Object.keys(reply.errors).length) return reply.errors;
        await quietly(sync(room.place.channel));
        // The form is closed first, so that an answer (or a second form) has the page to itself.
        setTimeout(() => take(reply, { ...where, after: where.pressed ? where.after : null }));
        quietly(refreshMine());
        return null;
      },
    });
  }
}

function takeBack(message) {
  const dialog = $("confirm");
  const no = h("button", { type: "button", class: "button plain", onclick: () => dialog.close() }, "Keep it");
  const yes = h("button", {
    type: "button", class: "button danger", "data-testid": "confirm-delete",
    onclick: async () => {
      dialog.close();
      try {
        await api.remove(room.me, message.id);
        await quietly(sync(message.channel));
      } catch (refusal) { toast(refusal.message); }
    },
  }, "Delete");
  fill(dialog, h("div", { class: "sheet-form" },
    h("header", { class: "sheet-head" }, h("h2", { id: "confirm-title" }, "Delete this message?")),
    h("div", { class: "sheet-body" },
      message.text?.length > 0 && h("blockquote", { dir: "auto" }, typed(message.text).slice(0, 240)),
      h("p", { class: "quiet" }, "It disappears from the room. What it said, and that you took it back, stay in the ledger.")),
    h("footer", { class: "sheet-foot" }, no, yes)));
  dialog.showModal();
  no.focus();
}

let toasts = 0;
function toast(sentence) {
  const id = `toast-${++toasts}`;
  const close = () => $(id)?.remove();
  $("toasts").append(h("div", { class: "toast", id, "data-testid": "toast" }, h("span", {}, sentence), h("button", { type: "button", class: "bare", "aria-label": "Dismiss", onclick: close }, icon("close"))));
  setTimeout(close, 9000);
}

/** Everywhere that one can go from here, what has news first. */
function find() {
  drawer(null);
  const { owed, asked, cases } = panel.mine;
  const channels = [...room.channels, ...caseChannels()].map((channel) => ({
    sign: "#", name: channel.id, detail: channel.about, unread: unread(channel.id).count, go: () => go({ channel: channel.id, thread: null }),
  }));
  const own = { sign: "@", name: room.bot.name, detail: "Between you and the bot; direct messages", unread: unread(direct()).count, go: () => go({ channel: direct(), thread: null }) };
  const named = new Map([...owed, ...asked, ...cases].map((item) => [item.case, item]));
  const known = [...named.values()].map((item) => ({
    sign: "", name: item.case, detail: item.title, note: [item.state, item.severity].filter(Boolean).join(" · "), unread: 0, go: () => visit(item),
  }));
  switcher([...channels, own, ...known]);
}

function showHelp() {
  drawer(null);
  help({ prefix: room.prefix, verbs: room.verbs, use: (text) => composer.suggest(text) });
}

// ── Drawers, keys, drops ───────────────────────────────────────────────────────────────────────────

let opener = null;

/** The rail or the panel over the page, where there is no room beside it. Null closes. */
function drawer(which) {
  const was = $("room").dataset.drawer;
  if (which) {
    opener = document.activeElement;
    $("room").dataset.drawer = which;
    $(which).focus();
  } else if (was) {
    delete $("room").dataset.drawer;
    if ($(was).contains(document.activeElement) || document.activeElement === document.body) opener?.focus?.();
  }
  $("scrim").hidden = !which;
  for (const part of ["timebar", "rail", "floor", "thread", "panel"]) $(part).inert = Boolean(which) && part !== which;
}
$("scrim").addEventListener("click", () => drawer(null));

// A drawer is only one while there is no room beside the page.
matchMedia("(min-width: 76rem)").addEventListener("change", () => drawer(null));
matchMedia("(min-width: 48rem)").addEventListener("change", () => drawer(null));

function closeTop() {
  if ($("room").dataset.drawer) drawer(null);
  else if (room.place.thread) go({ thread: null });
}

function neighbour(step) {
  const ids = everywhere();
  go({ channel: ids[(ids.indexOf(room.place.channel) + step + ids.length) % ids.length], thread: null });
}

// From part to part, as F6 does in a desktop program.
function nextPart(step) {
  const parts = [
    [$("rail"), () => $("rail").querySelector("[aria-current]")],
    [$("log"), () => $("log").querySelector(".message[tabindex='0']")],
    [$("composer"), () => composer.input],
    [$("thread"), () => $("thread-log").querySelector(".message[tabindex='0']") ?? threadComposer.input],
    [$("panel"), () => $("panel").querySelector("button:not(.panel-close)")],
  ].filter(([part, target]) => part.checkVisibility({ visibilityProperty: true }) && target());
  const at = parts.findIndex(([part]) => part.contains(document.activeElement));
  parts[(at + step + parts.length) % parts.length][1]().focus();
}

document.addEventListener("keydown", (event) => {
  if (!room.me || document.querySelector("dialog[open]")) return;
  if ((apple ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    find();
    return;
  }
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "F6") {
    event.preventDefault();
    nextPart(event.shiftKey ? -1 : 1);
  } else if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    neighbour(event.key === "ArrowUp" ? -1 : 1);
  } else if (event.key === "Escape") {
    closeTop();
  } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    if (event.key === "?") {
      event.preventDefault();
      showHelp();
    } else if (event.key === room.prefix[0]) {
      event.preventDefault();
      const box = $("thread").contains(event.target) ? threadComposer : composer;
      if (box.input.value) box.input.focus();
      else box.suggest(room.prefix);
    }
  }
});

// A click that closes a dialog gives the focus back, and Chromium takes no letters there until it is given anew.
document.addEventListener("close", () => {
  const box = document.activeElement;
  if (!box?.matches("textarea, input")) return;
  box.blur();
  box.focus();
}, true);

// Files dropped anywhere over a flow go to its message box.
for (const [area, box, name] of [[$("floor"), composer, () => channelName(room.place.channel)], [$("thread"), threadComposer, () => "this thread"]]) {
  let depth = 0;
  const over = (on) => {
    area.toggleAttribute("data-drop", on);
    $("droplet").hidden = !on || area !== $("floor");
    if (on) $("droplet").textContent = `Drop to share in ${name()}`;
  };
  const files = (event) => event.dataTransfer?.types.includes("Files");
  area.addEventListener("dragenter", (event) => { if (files(event)) { depth += 1; over(true); } });
  area.addEventListener("dragleave", (event) => { if (files(event) && --depth <= 0) { depth = 0; over(false); } });
  area.addEventListener("dragover", (event) => files(event) && event.preventDefault());
  area.addEventListener("drop", (event) => {
    depth = 0;
    over(false);
    box.taken(event, event.dataTransfer);
  });
}

addEventListener("popstate", () => {
  const { as, channel, thread } = fromUrl();
  if (as && as !== room.me && person(as)) become(as);
  else if (channel) go({ channel, thread }, { past: true });
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !room.me) return;
  quietly(api.clock().then((reading) => clock.set(reading)));
  draw();
});

// ── On paper ───────────────────────────────────────────────────────────────────────────────────────

/** Each message with its thread under it. */
const onPaper = (said, threads) => said.roots().flatMap((message) => [
  { message },
  ...(threads.has(message.id) ? said.replies(message.id).map((reply) => ({ message: reply, reply: true })) : []),
]);

/** Where this was read, and what the ledger was then: whoever has it on paper can ask for the same. */
function paper() {
  const now = clock.now_us();
  const { head, place: { channel } } = room;
  const signed = head?.root ? `Ledger ${head.size} entries, head ${head.root}, signed ${dayFull(head.at_us)} ${hours(head.at_us)}.` : "Nothing of the ledger is signed yet.";
  return [
    `${channelName(channel)}, as ${person(room.me).name} reads it. Printed ${dayFull(now)} ${hours(now)} ${clock.place} time${clock.real ? "" : ", which is not the real time"}.`,
    signed, `${location.origin}${href()}`, "Countersign",
  ];
}

addEventListener("beforeprint", () => {
  if (!room.place.channel) return;
  room.printing = true;
  feed.more(Infinity);
  draw();
  fill($("paper"), paper().map((line) => h("span", {}, line)));
  $("paper").hidden = false;
});
addEventListener("afterprint", () => {
  room.printing = false;
  $("paper").hidden = true;
  feed.limit = 200;
  draw();
});

let shownDay = null;
clock.watch(() => {
  const now = clock.now_us();
  head.time.hidden = !clock.real;
  const time = `${hours(now)} ${clock.place}`;
  if (head.time.textContent !== time) head.time.textContent = time;
  if (room.me) drawLate();
  const today = new Date(now / 1000).toLocaleDateString("en-CA", { timeZone: clock.zone });
  if (shownDay && shownDay !== today && room.me) draw();
  shownDay = today;
});

// A duty may become late between two answers of the server: the badge follows the clock.
let lateShown = -1;
function drawLate() {
  if (panel.late === lateShown) return;
  lateShown = panel.late;
  drawTally();
}

// The room's clock may be moved from elsewhere while the line is down; once a minute is enough to notice.
setInterval(() => {
  if (!room.me || document.visibilityState !== "visible") return;
  quietly(api.clock().then((reading) => clock.set(reading)));
  refreshHead();
}, 60_000);

phone.addEventListener("change", () => draw());

async function enter() {
  try {
    const [reading] = await Promise.all([api.clock(), refreshPolicy()]);
    clock.set(reading);
  } catch (refusal) {
    $("waiting").hidden = false;
    $("waiting").textContent = `${refusal.message} Trying again…`;
    setTimeout(enter, 2000);
    return;
  }
  const { as } = fromUrl();
  if (person(as)) await become(as);
  else choosePersona();
}
enter();
