/* Forwards what a shop pushes to its dataLayer to Pairwell, as behaviour. Apache-2.0. docs/storefront.md */
(() => {
"use strict";
const LOADED = Symbol.for("pairwell.datalayer");
const SCRIPT = document.currentScript || document.querySelector('script[src*="/datalayer.js"]');
if (!SCRIPT || window[LOADED]) return;
window[LOADED] = true;

const GA4 = new Map(Object.entries({ view_item: "view", add_to_cart: "add_to_cart", remove_from_cart: "remove_from_cart",
  begin_checkout: "checkout", view_search_results: "search", search: "search" }));
const METRICA = { detail: "view", add: "add_to_cart", remove: "remove_from_cart" };
const SAME_MS = 2000; // within these the other vendor's words tell the same act
const WAIT_MS = 1000, MOST_ITEMS = 200, MOST = 500, TRIES = 5, BATCH = 40; // a beacon's most is 64 KB
const VISITOR = "pairwell-visitor"; // as the widget's

const last = new Map(), known = new WeakSet(); // lists, and what was pushed
let waiting = [], timer = 0, tries = 0, agreed = null; // each consent is an object

function safely(act) { try { return act(); } catch (error) { debug("error:", error); } } // nothing reaches the page
function debug(...words) { try { if (SCRIPT.hasAttribute("data-debug")) console.info("Pairwell:", ...words.map(String)); } catch { } }

// What the tag does not say, the page's first widget does.
function setting(name) {
  const own = SCRIPT.getAttribute("data-" + name), widget = document.querySelector("pairwell-offers");
  return own !== null || !widget ? own : widget.getAttribute(name);
}

function random() { return crypto.getRandomValues(new Uint32Array(4)).join("-"); }

// A consent that is taken away takes the id with it, and what was to be sent under it.
function consent() {
  const before = agreed;
  agreed = setting("consent") === null ? null : before || {};
  if (before && !agreed) {
    waiting = waiting.filter((one) => !one.kept);
    safely(() => localStorage.removeItem(VISITOR));
  }
  return agreed;
}

// Names whose it was then; who agrees to an id later on the same page is named then.
function named(one) {
  const yes = consent(), visitor = setting("visitor"), customer_token = setting("customer-token") || undefined;
  if (one.who) return true;
  one.kept = !visitor && yes;
  one.event.visitor_id = visitor || (one.kept && safely(() => {
    const id = localStorage.getItem(VISITOR) || random();
    localStorage.setItem(VISITOR, id);
    return id;
  })) || undefined;
  if (one.event.visitor_id || customer_token) one.who = { key: setting("key") || undefined, customer_token };
  return one.who;
}

// Changes nothing of what was pushed.
function read(push) {
  if (!push || typeof push !== "object") return;
  known.add(push);
  const gtag = push[0] === "event", name = gtag ? push[1] : push.event, more = gtag ? push[2] : push.ecommerce;
  const type = GA4.get(name), items = type && ((more && more.items) || push.items);
  if (type === "checkout" || type === "search") return note(type, undefined, "ga4");
  if (items) return list(type, items, "item_id");
  const acts = more ? Object.keys(METRICA).filter((act) => more[act]) : [];
  for (const act of acts) list(METRICA[act], more[act].products, "id");
  if ((more || type) && !acts.length) debug("not forwarded:", name);
}

function list(type, items, field) {
  if (!Array.isArray(items) || items.length > MOST_ITEMS) debug(type, "takes a list of at most", MOST_ITEMS, "items");
  for (let at = 0; Array.isArray(items) && at < Math.min(items.length, MOST_ITEMS); at++)
    safely(() => {
      const id = items[at][field], text = Number.isSafeInteger(id) ? String(id) : id;
      if (typeof text !== "string" || !text || text.length > 256 || text.includes("\0")) throw `${type} without ${field}`;
      encodeURIComponent(text); // throws for half a character
      note(type, text, field);
    });
}

function note(type, item_id, vendor) {
  const act = type + "\0" + item_id, now = Date.now(), before = last.get(act);
  if (before && before.vendor !== vendor && now - before.now < SAME_MS) return;
  if (last.size > MOST) last.clear();
  last.set(act, { vendor, now });
  if (waiting.length >= MOST) throw "too many wait";
  const one = { event: { event_id: random(), type, item_id, at: new Date(now).toISOString() } };
  waiting.push(one);
  named(one);
  soon(WAIT_MS);
}

function soon(ms) { if (!timer) timer = setTimeout(() => safely(send), ms); }

function batch() { // of one person
  const all = waiting.filter(named), who = all.length && JSON.stringify(all[0].who);
  return all.filter((one) => JSON.stringify(one.who) === who).slice(0, BATCH);
}

function drop(some) { waiting = waiting.filter((one) => !some.includes(one)); }
function body(some) { return JSON.stringify({ ...some[0].who, events: some.map((one) => one.event) }); }

function at() { return new URL("v1/events", new URL(setting("endpoint") || new URL(".", SCRIPT.src), document.baseURI)).href; }

function send() {
  timer = 0;
  const some = batch();
  if (!some.length) return waiting.length && debug(waiting.length, "events wait for consent, visitor or customer-token");
  drop(some);
  fetch(at(), { method: "POST", body: body(some), keepalive: true, credentials: "same-origin" }) // no preflight
    .catch(() => null).then((answer) => settle(some, answer)).catch(debug);
}

async function settle(some, answer) {
  const later = !answer || answer.status >= 500 || answer.status === 429;
  consent();
  if (later && ++tries < TRIES) waiting = some.filter((one) => !one.kept || one.kept === agreed).concat(waiting);
  else tries = 0;
  if (waiting.length) soon(WAIT_MS * 3 ** tries);
  debug(some.map((one) => JSON.stringify(one.event)), answer && answer.status, answer && await answer.text().catch(String));
}

function leave() {
  safely(() => {
    for (let some = batch(); some.length && navigator.sendBeacon(at(), body(some)); some = batch()) drop(some);
  });
}

function hook() {
  for (const name of (SCRIPT.getAttribute("data-layer") || "dataLayer").split(/\s+/).filter(Boolean))
    safely(() => {
      const layer = window[name] === undefined ? (window[name] = []) : window[name];
      if (!Array.isArray(layer)) throw name + " is no list";
      if (known.has(layer)) return;
      const push = layer.push, before = Array.from(layer);
      Object.defineProperty(layer, "push", { writable: true, configurable: true, value(...pushed) {
        const done = push.apply(this, pushed);
        for (const one of pushed) safely(() => read(one));
        return done;
      } });
      known.add(layer);
      for (const one of before) if (!known.has(one)) safely(() => read(one));
    });
}

function heed() {
  hook(); // the list may be another now
  safely(() => { consent(); if (waiting.length) soon(0); });
}

const names = ["consent", "visitor", "customer-token"], attributeFilter = names.concat(names.map((name) => "data-" + name));
const watch = new MutationObserver(heed);
for (const node of [SCRIPT, document]) watch.observe(node, { attributes: true, attributeFilter, subtree: true });
hook();
addEventListener("load", heed);
addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leave(); });
})();
