// The room's HTTP API, as the page uses it. A script that wants to be a person makes the same calls.
// Nothing is remembered and nothing is retried here.

/** An answer that was turned down, or that never came. `message` is a sentence for the person who asked. */
export class Refusal extends Error {
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Refusal("unreachable", "The room isn't answering. Is Countersign still running?");
  }
  let text = "";
  let body = null;
  // A line that breaks in the middle of an answer is a broken line.
  try { text = await response.text(); } catch { throw new Refusal("unreachable", "The room isn't answering. Is Countersign still running?"); }
  try { body = text ? JSON.parse(text) : {}; } catch { /* not ours; said below */ }
  if (response.ok && body) return body;
  throw new Refusal(body?.code ?? `http_${response.status}`,
    body?.sentence ?? `The room gave an answer that this page can't read (HTTP ${response.status}).`);
}

const get = (path, query = {}) => answer(fetch(`/room/api/${path}?${new URLSearchParams(query)}`, { cache: "no-store" }));
const post = (path, body) => answer(fetch(`/room/api/${path}`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
}));

export const people = () => get("people");
export const verbs = () => get("verbs");
export const mine = (as) => get("mine", { as });
export const clock = () => get("clock");
export const messages = (as, channel, after) => get("messages", { as, channel, after });
export const news = (as, after) => post("news", { as, after });
export const head = () => get("head");
export const earlier = (as, channel, before) => get("messages", { as, channel, before });

export const say = (as, { channel, thread }, text) => post("say", { as, channel, text, ...(thread && { thread }) });
export const edit = (as, message, text) => post("edit", { as, message, text });
export const remove = (as, message) => post("delete", { as, message });
export const press = (as, message, action) => post("press", { as, message, action });
export const form = (as, id, values) => post("form", { as, form: id, values });
export const move = (to) => post("clock", to);

export function upload(as, { channel, thread }, text, file) {
  const body = new FormData();
  body.set("as", as);
  body.set("channel", channel);
  if (thread) body.set("thread", thread);
  if (text) body.set("text", text);
  body.set("file", file, file.name);
  return answer(fetch("/room/api/upload", { method: "POST", body }));
}

/**
 * Listens for what changes. EventSource comes back by itself after a break; `restored` is called then, since
 * whatever happened in between was missed. It gives up for good on an HTTP error, so that case is tried again here.
 */
export function events(as, { changed, clock, mine, policy, lost, restored }) {
  let source, grace, again, opened = false, closed = false;
  const listen = () => {
    source = new EventSource(`/room/api/events?${new URLSearchParams({ as })}`);
    source.onopen = () => {
      clearTimeout(grace);
      grace = null;
      restored(opened);
      opened = true;
    };
    source.onerror = () => {
      grace ??= setTimeout(lost, 900); // a blink is nobody's business
      if (source.readyState === EventSource.CLOSED && !closed) again = setTimeout(listen, 3000);
    };
    const on = (name, heard) => source.addEventListener(name, (event) => heard(JSON.parse(event.data || "{}")));
    on("changed", changed);
    on("clock", clock);
    on("mine", mine);
    on("policy", policy);
    on("resync", () => restored(true)); // more changed at once than the server names one by one
  };
  listen();
  return () => {
    closed = true;
    clearTimeout(grace);
    clearTimeout(again);
    source.close();
  };
}
