/* <pairwell-offers>: what Pairwell offers, on a shop's page. Apache-2.0. How to use it: docs/storefront.md */
(() => {
"use strict";
if (customElements.get("pairwell-offers")) return;

const WORDS = "the catalogues' words, by language"; // the server puts them here
const DIGITS = "decimals of currencies that have other than two"; // and these
const SCRIPT = document.currentScript;
const HOME = SCRIPT && SCRIPT.src ? new URL(".", SCRIPT.src).href : new URL("/", location.href).href;
const REASONS = ["have_it", "too_dear", "not_for_me", "later"];
const LABELS = { upgrade: "switch", bundle: "add_set", repeat: "buy_again" };
const GROUNDS = /bought_together$|^(curated|viewed_lately|follow_up|bundle)$/;
const VISITOR = "pairwell-visitor", DECLINED = "pairwell-declined";
const SEEN_MS = 1000, SEEN_SHARE = 0.5; // half of it for a second: what the advertising trade counts as seen
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const CSS = `
:host{display:block;color:inherit;font:inherit;text-align:start}
:host([hidden]){display:none}
*{box-sizing:border-box;margin:0;padding:0}
.block{--line:var(--pairwell-border,color-mix(in srgb,currentColor 22%,transparent));
font-family:var(--pairwell-font,inherit);font-size:var(--pairwell-font-size,1rem);line-height:1.4;
color:var(--pairwell-text,inherit);background:var(--pairwell-background,transparent);padding:var(--pairwell-padding,0)}
.head{display:flex;align-items:center;justify-content:space-between;gap:.5em;margin-bottom:.35em}
.heading{font-size:1.1em;font-weight:650;outline-offset:4px}
ul{list-style:none;display:grid;gap:var(--pairwell-gap,.6em)}
.offer{display:flex;flex-wrap:wrap;align-items:center;gap:.6em 1em;padding:.8em 1em;border:1px solid var(--line);
border-radius:var(--pairwell-radius,.6em);background:var(--pairwell-surface,transparent)}
.image{flex:none;width:var(--pairwell-image-size,min(4.5em,14vw));height:var(--pairwell-image-size,min(4.5em,14vw));object-fit:contain;
border-radius:calc(var(--pairwell-radius,.6em)/2)}
.body{flex:1 1 min(13em,55%);min-width:0;overflow-wrap:anywhere;display:grid;gap:.15em;grid-template-columns:minmax(0,1fr)}
.title{font-size:1em;font-weight:600}
.title a{color:inherit}
.price b{font-size:1.05em;font-variant-numeric:tabular-nums}
.reason,.beside,summary{font-size:.9em;color:var(--pairwell-muted,color-mix(in srgb,currentColor 78%,transparent))}
.actions{display:flex;flex-wrap:wrap;gap:.25em .5em;align-items:center}
.why{flex:1 1 100%;display:flex;flex-wrap:wrap;gap:.5em;align-items:center}
.why p{flex:1 1 100%}
button{font:inherit;font-size:.95em;min-height:2.75em;padding:.35em 1em;border:1px solid transparent;cursor:pointer;
border-radius:var(--pairwell-button-radius,.5em);background:transparent;color:inherit}
.accept{font-weight:600;border-color:var(--pairwell-accent,currentColor);background:var(--pairwell-accent,transparent);
color:var(--pairwell-on-accent,inherit)}
.decline,.dismiss{text-decoration:underline;text-underline-offset:.2em;text-decoration-color:var(--line)}
.decline{padding-inline:.4em}
.dismiss{min-width:2.75em;padding:0 .2em;text-align:end;text-decoration:none;font-size:1.2em;line-height:1;min-height:2.3em}
.reason-button{border-color:var(--line)}
button:hover{background:color-mix(in srgb,currentColor 9%,transparent)}
.accept:hover{background:var(--pairwell-accent-hover,var(--pairwell-accent,color-mix(in srgb,currentColor 9%,transparent)))}
button[aria-disabled=true]{opacity:.75;cursor:default}
:focus-visible{outline:2px solid var(--pairwell-focus,currentColor);outline-offset:2px}
summary{cursor:pointer;padding:.35em 0;width:fit-content}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.9em;width:100%;max-width:34em}
th,td{padding:.3em .8em .3em 0;text-align:start;vertical-align:top;overflow-wrap:break-word;border-top:1px solid var(--line);font-weight:400}
thead th{border:0;font-weight:600}
.better{font-weight:600}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.gone{visibility:hidden}
@media (max-width:30em){th,td{padding-inline-end:.5em}}
@media (prefers-reduced-motion:no-preference){.fresh{animation:a .25s ease-out}@keyframes a{from{opacity:.35}}}
@media (forced-colors:active){.accept{border-color:ButtonText}}`;

let sheet;
try { sheet = new CSSStyleSheet(); sheet.replaceSync(CSS); } catch { sheet = null; }

const declined = new Set(stored(() => JSON.parse(sessionStorage.getItem(DECLINED) || "[]")) || []);

function stored(use) { try { return use(); } catch { return null; } } // storage may be barred

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
}

function element(tag, part, text, attributes) {
  const made = document.createElement(tag);
  if (part) { made.setAttribute("part", part); made.className = part; }
  if (text != null) made.textContent = text;
  for (const name in attributes || {}) made.setAttribute(name, attributes[name]);
  return made;
}

function address(text) { // only what cannot run: no javascript:, no data:
  const url = text && stored(() => new URL(text, document.baseURI));
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}

const nameOf = (offer) => (offer.item_ids || [offer.item_id]).join("\x1f");

function checked(answer) { // throws for what is no answer
  for (const offer of answer.offers) {
    const texts = [offer.item_id, offer.kind, ...offer.reasons.map((one) => one.text)];
    if (!Number.isInteger(offer.offer_no) || !Number.isInteger(offer.price_minor)) throw new TypeError("offer");
    if (texts.concat(offer.item_ids || []).some((one) => typeof one !== "string")) throw new TypeError("offer");
  }
  if (answer.offers.length) {
    if (!/^[A-Z]{3}$/.test(answer.currency) || typeof answer.decision_id !== "string") throw new TypeError("answer");
    if (!(Date.parse(answer.valid_until) > 0)) throw new TypeError("valid_until");
  }
  return answer;
}

// When this was answered, by the server's clock, as visitors' clocks may be wrong. `Date` says it to the second, and the
// decision's id to the millisecond when it was made: an answer that is told again is older than its telling. Where a
// proxy hides `Date`, the visitor's clock has to do for those.
function answeredAt(decisionId, date, again) {
  const digits = Array.from(decisionId.slice(0, 10), (one) => CROCKFORD.indexOf(one));
  const made = decisionId.length === 26 && !digits.includes(-1) ? digits.reduce((sum, one) => sum * 32 + one, 0) : 0;
  return Math.max(made, Date.parse(date) || (again ? Date.now() : 0)) || Date.now();
}

// What stands around an element, and where: whatever would move is among it.
function around(host) {
  const found = new Map(), range = document.createRange();
  const box = (node) => (node.nodeType === 1 ? node : (range.selectNodeContents(node), range)).getBoundingClientRect();
  for (let node = host; node && node !== document; node = node.assignedSlot || node.parentNode || node.host) {
    if (node.nodeType === 1) found.set(node, box(node));
    for (const way of ["previousSibling", "nextSibling"])
      for (let one = node[way]; one; one = one[way])
        if (one.nodeType === 1 || (one.nodeType === 3 && one.data.trim())) found.set(one, box(one));
  }
  const shows = (one) => one.width + one.height > 0 && one.bottom > 0 && one.top < innerHeight && one.right > 0
    && one.left < innerWidth;
  return { moved: () => Array.from(found).some(([node, before]) => {
    const after = box(node);
    return Math.abs(after.top - before.top) + Math.abs(after.left - before.left) > 1 && (shows(before) || shows(after));
  }) };
}

class PairwellOffers extends HTMLElement {
  static get observedAttributes() {
    return ["endpoint", "key", "placement", "cart", "viewed", "customer-token", "visitor", "consent", "locale", "limit"];
  }

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    if (sheet) root.adoptedStyleSheets = [sheet];
    else root.append(element("style", "", CSS));
    this._block = element("div", "block");
    this._status = element("p", "", "", { role: "status", class: "sr", tabindex: "-1" });
    root.append(this._block, this._status);
    this._cart = this._viewed = this._request = null;
    this._clicked = -Infinity;
    this._outbox = [];
    this._consent = {};
    root.addEventListener("click", () => { this._clicked = performance.now(); }, true);
    this._onHide = () => { this._settle(); this._flush(true); };
    this._onShow = () => {
      if (document.visibilityState === "hidden") this._onHide();
      else if (this._slate && !this._live()) this._expire();
      else {
        this._observe(); // what was in view all along is looked at from now
        if (this._postponed) this._schedule();
      }
    };
    this._watch = new IntersectionObserver((all) => { if (!all[all.length - 1].isIntersecting) this._away(); });
    this._seen = new IntersectionObserver((all) => all.forEach((one) => this._look(one)), { threshold: [0, SEEN_SHARE] });
  }

  // ---- what the shop's code sets ----

  get cart() { return this._cart || this._json("cart"); }
  set cart(lines) { this._cart = lines; this._schedule(); }
  get viewed() { return this._viewed || (this.getAttribute("viewed") || "").split(/\s+/).filter(Boolean); }
  set viewed(ids) { this._viewed = ids; this._schedule(); }
  get request() { return this._request; }
  set request(more) { this._request = more; this._schedule(); }
  get offers() { return this._slate ? this._slate.offers.slice() : []; }
  refresh() { this._asked = null; this._schedule(); }

  connectedCallback() {
    for (const name of ["cart", "viewed", "request"]) // set before the script was there
      if (Object.prototype.hasOwnProperty.call(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    addEventListener("pagehide", this._onHide);
    document.addEventListener("visibilitychange", this._onShow);
    this._watch.observe(this);
    this._schedule();
  }

  disconnectedCallback() {
    this._onHide();
    removeEventListener("pagehide", this._onHide);
    document.removeEventListener("visibilitychange", this._onShow);
    this._watch.disconnect();
    this._seen.disconnect();
    clearTimeout(this._ending);
    if (this._abort) this._abort.abort();
    this._asked = this._slate = null;
    this._block.replaceChildren();
  }

  attributeChangedCallback(name, before, now) {
    if (name === "consent" && now === null) {
      stored(() => localStorage.removeItem(VISITOR));
      this._consent = {}; // whichever comes next is another
    }
    if (before !== now) this._schedule();
  }

  // ---- asking ----

  _schedule() {
    clearTimeout(this._soon);
    this._soon = setTimeout(() => { if (this.isConnected && !this._dismissed) this._ask(); });
  }

  async _ask() {
    this._postponed = document.visibilityState === "hidden"; // a decision holds a place for who will see it
    if (this._postponed) return;
    let request;
    try { request = this._body(); } catch (error) { return this._silence("bad_request", String(error)); }
    const text = JSON.stringify(request);
    if (!request || text === this._asked) return;
    this._asked = text;
    if (this._abort) this._abort.abort();
    const abort = (this._abort = new AbortController());
    const patience = Number(this.getAttribute("timeout")) || 300;
    let timer;
    try {
      this._settle();
      await Promise.race([this._flush(), new Promise((done) => setTimeout(done, patience))]); // a no counts first
      timer = setTimeout(() => abort.abort(), patience);
      const response = await fetch(this._at("v1/decisions"), { ...this._post(text), signal: abort.signal });
      const answer = await response.json();
      if (!response.ok) return this._silence("refused", answer.error && answer.error.message);
      if (this._abort === abort) this._take(checked(answer), response.headers.get("date"));
    } catch (error) {
      if (this._abort === abort) this._silence(abort.signal.aborted ? "timeout" : "error", String(error));
    } finally { clearTimeout(timer); }
  }

  _body() {
    const [cart, viewed, limit] = [this.cart || [], this.viewed, Number(this.getAttribute("limit"))];
    if (!Array.isArray(cart) || !Array.isArray(viewed)) throw new TypeError("`cart` and `viewed` are lists.");
    const locale = this._locale();
    this._speak(locale);
    return {
      ...this._who(), visitor_id: this._visitor(), placement: this.getAttribute("placement") || "cart", locale,
      cart, viewed, limit: limit >= 1 ? Math.min(50, Math.floor(limit)) : undefined, ...this._request,
    };
  }

  _who() {
    return {
      key: this.getAttribute("key") || undefined, customer_token: this.getAttribute("customer-token") || undefined,
    };
  }

  _at(path) { return new URL(path, new URL(this.getAttribute("endpoint") || HOME, document.baseURI)).href; }

  _post(body) { // a plain text needs no preflight
    return { method: "POST", body, credentials: "same-origin", cache: "no-store", referrerPolicy: "strict-origin",
      headers: { "content-type": "text/plain;charset=UTF-8" } };
  }

  _json(name) {
    const text = this.getAttribute(name);
    return text ? JSON.parse(text) : null;
  }

  _visitor() {
    const named = this.getAttribute("visitor");
    if (named || !this.hasAttribute("consent")) return named || undefined;
    return stored(() => {
      const id = localStorage.getItem(VISITOR) || uuid();
      localStorage.setItem(VISITOR, id);
      return id;
    }) || undefined;
  }

  _locale() {
    const near = this.closest("[lang]");
    const named = this.getAttribute("locale") || (near && near.lang) || "en";
    return /^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/.test(named) ? named.replace(/_/g, "-") : "en";
  }

  // ---- words ----

  _speak(locale) {
    const language = locale.slice(0, 2).toLowerCase();
    const known = Object.keys(WORDS).includes(language) && !/[A-Za-z]/.test(locale.charAt(2));
    this._words = WORDS[known ? language : "en"];
    this._tag = (known && stored(() => Intl.getCanonicalLocales(locale)[0])) || (known ? language : "en");
    this._plurals = new Intl.PluralRules(this._tag);
  }

  _say(name, values, count) {
    const found = this._words[name];
    const text = count === undefined ? found : found[this._plurals.select(count)] || found.other;
    return text.replace(/%\((\w+)\)s/g, (_, blank) => values[blank]);
  }

  _money(minor) {
    const { currency } = this._slate.answer;
    const digits = currency in DIGITS ? DIGITS[currency] : 2;
    const style = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(this._tag, style).format(minor / 10 ** digits);
  }

  // ---- showing ----

  _take(answer, date) {
    const offers = answer.offers.filter((offer) => !declined.has(nameOf(offer)));
    const again = !!this._request && this._request.request_id != null;
    if (!offers.length) {
      const silence = answer.silence || {};
      return this._silence(answer.offers.length ? "declined" : silence.reason || "no_candidates", silence.detail);
    }
    const [began, clock] = [answeredAt(answer.decision_id, date, again), performance.now()];
    const ends = clock + Date.parse(answer.valid_until) - began;
    if (ends <= clock) return this._silence("expired");
    this._slate = { answer, offers, ends, shown: 0, whole: offers.length, seen: new Set(), visitor: this._visitor(), who: this._who(),
      kept: !this.getAttribute("visitor") && this.hasAttribute("consent") && this._consent,
      now: () => new Date(began + performance.now() - clock) };
    clearTimeout(this._ending);
    this._ending = setTimeout(() => this._expire(), Math.min(Math.max(ends - clock, 0), 2 ** 31 - 1));
    this._fit();
  }

  _live() { return performance.now() < this._slate.ends; }

  // Shows as many offers as there is room for where nothing that can be seen moves; else waits until out of view.
  _fit() {
    const slate = this._slate, before = Array.from(this._block.childNodes), held = this._hold(), mark = around(this);
    const free = this._acted();
    this._block.classList.remove("fresh");
    for (let count = slate.whole; count > slate.shown || (slate.shown === 0 && count > 0); count--) {
      this._draw(slate.offers.slice(0, count));
      if (!free && mark.moved()) continue;
      const first = slate.shown === 0;
      slate.shown = count;
      this._block.classList.add("fresh");
      this._observe();
      if (held) this._block.querySelector(".heading").focus();
      this._reflect("offers");
      if (first) this._emit("offers", { decision_id: slate.answer.decision_id, offers: slate.offers.slice(0, count) });
      return;
    }
    if (slate.shown) this._block.replaceChildren(...before); // fewer stay
    else { this._block.replaceChildren(); this._reflect("waiting"); }
  }

  _observe() {
    this._seen.disconnect();
    this._block.querySelectorAll(".offer").forEach((card) => this._seen.observe(card));
  }

  // Keeps the height while something else takes the place of what is there, unless the visitor just asked for a change;
  // says whether the focus was inside.
  _hold() {
    const height = this._acted() ? 0 : this._block.offsetHeight;
    this._block.style.minHeight = height ? height + "px" : "";
    return !!this.shadowRoot.activeElement;
  }

  _acted() { return performance.now() - this._clicked < 500; } // what follows a click at once is no surprise

  _away() {
    if (this._block.style.minHeight) this._tryTo(() => { this._block.style.minHeight = ""; });
    const slate = this._slate;
    if (!slate) return;
    if (!this._live()) this._tryTo(() => this._clear());
    else if (slate.shown < slate.whole && !slate.touched && !this.shadowRoot.activeElement) this._fit();
  }

  _tryTo(change) {
    const mark = around(this), height = this._block.style.minHeight, nodes = Array.from(this._block.childNodes);
    change();
    if (!mark.moved()) return;
    this._block.style.minHeight = height;
    this._block.replaceChildren(...nodes);
  }

  _clear() { this._slate = null; this._block.style.minHeight = ""; this._block.replaceChildren(); this._reflect(null); }

  _reflect(state) { if (state) this.setAttribute("state", state); else this.removeAttribute("state"); }

  _draw(offers) {
    const level = Math.min(6, Math.max(1, Number(this.getAttribute("heading-level")) || 2));
    const block = element("section", "", null, { lang: this._tag, "aria-labelledby": "heading" });
    const head = element("div", "head"), list = element("ul", "list", null, { role: "list" });
    const dismiss = element("button", "dismiss", "\u00d7", { type: "button", "aria-label": this._say("hide") });
    dismiss.addEventListener("click", () => this._dismiss());
    const heading = this.getAttribute("heading") || this._say("heading");
    head.append(element("h" + level, "heading", heading, { id: "heading", tabindex: "-1" }), dismiss);
    list.append(...offers.map((offer) => this._card(offer, Math.min(6, level + 1))));
    block.append(head, list);
    this._block.replaceChildren(block);
  }

  _card(offer, level) {
    const title = offer.title || offer.item_id, image = address(offer.image_url), url = address(offer.url);
    const card = element("li", "offer");
    card.offer = offer;
    card.part.add(/^\w+$/.test(offer.kind) ? offer.kind.replace(/_/g, "-") : "other");
    if (image) {
      const picture = element("img", "image", null, { src: image, alt: "", width: 72, height: 72 });
      picture.addEventListener("error", () => picture.classList.add("gone")); // its place stays, or the text would move
      card.append(picture);
    }
    const body = element("div", "body"), named = element("h" + level, "title", url ? null : title);
    if (url) {
      const link = element("a", "link", title, { href: url });
      link.addEventListener("click", () => { this._tell("click", offer); this._flush(true); });
      named.append(link);
    }
    body.append(named, ...this._reasons(offer));
    if (Array.isArray(offer.compare) && offer.compare.length) body.append(this._compare(offer.compare));
    const actions = element("div", "actions"), label = this._say(LABELS[offer.kind] || "add");
    const button = (part, text, act) => {
      const made = element("button", part, text, { type: "button", "aria-label": text + ": " + title });
      made.addEventListener("click", () => act(card, made));
      actions.append(made);
    };
    button("accept", label, (...both) => this._accept(...both));
    button("decline", this._say("no_thanks"), (one) => this._decline(one));
    card.append(body, actions);
    return card;
  }

  _reasons(offer) {
    const price = this._money(offer.price_minor), line = element("p", "price"), plain = (text) => text.replace(/\s/g, " ");
    const beside = offer.reasons.find((one) => one.code === "price_beside");
    const fits = beside && plain(beside.text).startsWith(plain(price)); // else it is said after the price, whole
    const rest = beside ? (fits ? beside.text.slice(price.length) : " " + beside.text).trim() : "";
    line.append(element("b", "amount", price), rest && " ", rest && element("span", "beside", rest));
    const own = offer.reasons.some((one) => one.code === "own_text"); // it takes the place of what the engine says for it
    const told = offer.reasons.filter((one) => one !== beside && !(own && GROUNDS.test(one.code)));
    return [line, ...told.map((one) => element("p", "reason", one.text))];
  }

  _compare(rows) {
    const details = element("details", "compare"), table = element("table", "table"), body = document.createElement("tbody");
    const head = document.createElement("tr"), said = this._say("compare");
    const scroll = element("div", "", null, { class: "scroll", role: "group", "aria-label": said, tabindex: "0" });
    for (const name of ["feature", "yours", "this_one"])
      head.append(element("th", "", this._say(name), { scope: "col" }));
    for (const row of rows) {
      const line = document.createElement("tr"), text = (value) => (value == null ? "\u2013" : String(value));
      const name = Object.keys(this._words).includes(row.attribute) ? this._say(row.attribute) : text(row.attribute);
      const offered = element("td", row.better ? "better" : "", text(row.offer));
      if (row.better) {
        offered.append(element("span", "", " \u2713", { "aria-hidden": "true" }));
        offered.append(element("span", "", " (" + this._say("better") + ")", { class: "sr" }));
      }
      line.append(element("th", "", name.replace(/_/g, " "), { scope: "row" }), element("td", "", text(row.anchor)), offered);
      body.append(line);
    }
    table.append(document.createElement("thead"), body);
    table.tHead.append(head);
    scroll.append(table);
    details.append(element("summary", "summary", said), scroll);
    return details;
  }

  // ---- what the visitor does ----

  _look({ target, intersectionRatio, intersectionRect }) {
    clearTimeout(target.timer);
    const enough = intersectionRatio >= SEEN_SHARE || intersectionRect.height >= innerHeight * SEEN_SHARE;
    if (!enough || !this._slate || this._slate.seen.has(target.offer)) return;
    target.timer = setTimeout(() => {
      if (document.visibilityState === "hidden" || !this._slate || !this._live() || !target.isConnected) return;
      this._slate.seen.add(target.offer);
      this._seen.unobserve(target);
      this._tell("exposure", target.offer);
      this._flush();
    }, SEEN_MS);
  }

  async _accept(card, button) {
    if (button.getAttribute("aria-disabled")) return;
    const { offer } = card, slate = this._slate, waited = [];
    slate.touched = true;
    const detail = {
      item_id: offer.item_id, item_ids: offer.item_ids || [offer.item_id], quantity: 1, replaces: offer.replaces || null,
      decision_id: slate.answer.decision_id, offer_no: offer.offer_no, offer, waitUntil: (done) => waited.push(done),
    };
    if (!this._emit("accept", detail, true)) return;
    button.setAttribute("aria-disabled", "true");
    try { await Promise.all(waited); } catch {
      button.removeAttribute("aria-disabled");
      return this._announce(this._say("failed"));
    }
    const said = this._say(offer.kind === "upgrade" ? "switched" : "added", { title: offer.title || offer.item_id });
    this._tell("accept", offer, {}, slate);
    this._flush();
    this._announce(said);
    if (!card.isConnected) return;
    const done = element("p", "done", "\u2713 " + said, { tabindex: "-1" }), focused = this.shadowRoot.activeElement === button;
    button.parentNode.replaceChildren(done);
    if (focused) done.focus();
  }

  _decline(card) {
    const { offer } = card, title = offer.title || offer.item_id, slate = this._slate;
    slate.touched = true;
    this._settle();
    declined.add(nameOf(offer));
    stored(() => sessionStorage.setItem(DECLINED, JSON.stringify([...declined].slice(-200))));
    const why = element("div", "why", null, { role: "group", "aria-labelledby": "why" });
    why.append(element("p", "question", this._say("why"), { id: "why" }));
    const answer = (reason) => () => {
      if (this._pending !== pending) return;
      this._pending = null;
      clearTimeout(pending.timer);
      this._tell("decline", offer, { reason }, slate);
      this._flush();
      this._emit("decline", { item_id: offer.item_id, reason: reason || null, offer, decision_id: slate.answer.decision_id,
        offer_no: offer.offer_no });
      if (card.isConnected) this._drop(card, this._say("declined", { title }));
    };
    const pending = (this._pending = { close: answer(), timer: setTimeout(answer(), 15000) });
    for (const reason of [...REASONS, null]) {
      const text = this._say(reason || "no_answer");
      const button = element("button", reason ? "reason-button" : "decline", text, { type: "button" });
      button.addEventListener("click", answer(reason || undefined));
      why.append(button);
    }
    why.addEventListener("keydown", (event) => { if (event.key === "Escape") pending.close(); });
    card.replaceChildren(element("p", "title", title), why);
    why.querySelector("button").focus();
  }

  _settle() { if (this._pending) this._pending.close(); } // whoever gave no reason has said no all the same

  _drop(card, said) {
    const inside = card.contains(this.shadowRoot.activeElement), left = this._slate ? this._slate.offers : [];
    card.remove();
    const cards = this._block.querySelectorAll(".offer").length;
    if (this._slate) this._slate.offers = left.filter((offer) => offer !== card.offer);
    this._announce(cards ? said + ". " + this._say("count", { count: cards }, cards) : said);
    const heading = this._block.querySelector(".heading");
    if (inside) (cards ? heading : this._status).focus();
    this._block.style.minHeight = "";
    if (!cards) this._clear();
  }

  _dismiss() {
    const slate = this._slate; // settling the last offer clears it
    this._settle();
    this._dismissed = true;
    this._tell("dismiss", null, {}, slate);
    this._flush();
    this._announce(this._say("hidden"));
    this._status.focus();
    this._clear();
  }

  _expire() { // what was not seen is not ours to show any more; what was, goes once nobody looks
    for (const card of this._block.querySelectorAll(".offer"))
      if (!this._slate || !this._slate.seen.has(card.offer)) card.classList.add("gone");
    this._asked = null;
    const { top, bottom } = this.getBoundingClientRect();
    if (top >= innerHeight || bottom <= 0) this._away();
  }

  _silence(reason, detail) {
    this._hold();
    this._slate = null;
    this._block.replaceChildren();
    this._reflect("silent");
    const { top, bottom } = this.getBoundingClientRect();
    if (top >= innerHeight || bottom <= 0) this._away();
    this._emit("silent", { reason, detail: detail || null });
  }

  _announce(text) { this._status.textContent = text; }

  _emit(name, detail, cancelable) {
    return this.dispatchEvent(new CustomEvent("pairwell:" + name, { bubbles: true, composed: true, cancelable: !!cancelable, detail }));
  }

  // ---- telling the server ----

  _tell(type, offer, more, slate = this._slate) {
    this._outbox.push({ who: slate.who, kept: slate.kept, event: {
      event_id: uuid(), type, at: slate.now().toISOString(), visitor_id: slate.visitor, decision_id: slate.answer.decision_id,
      offer_no: offer ? offer.offer_no : undefined, ...more,
    } });
  }

  // Events wait here until the server has them; each counts once, so sending again does no harm.
  _flush(leaving) {
    const some = this._outbox.splice(0, 100), body = this._told(some);
    if (!body) return this._sending || Promise.resolve();
    if (leaving && navigator.sendBeacon && navigator.sendBeacon(this._at("v1/events"), body)) return Promise.resolve();
    this._sending = this._send(some, 3);
    return this._sending;
  }

  _told(some) { // but for what hangs on a consent that was taken away since
    const left = some.filter((one) => !one.kept || one.kept === this._consent);
    return left.length && JSON.stringify({ ...left[0].who, events: left.map((one) => one.event) });
  }

  async _send(some, tries) {
    const body = this._told(some);
    if (!body) return;
    const response = await fetch(this._at("v1/events"), { ...this._post(body), keepalive: true }).catch(() => null);
    const later = !response || response.status >= 500 || response.status === 429;
    if (later && tries > 1) setTimeout(() => this._send(some, tries - 1), 4 ** (5 - tries) * 250);
  }
}

customElements.define("pairwell-offers", PairwellOffers);
})();
