// The frame of Elements: card fields inside a merchant's page. It speaks with the page around it by messages, and only with
// the one that put it there: every message in and out is for one origin. What it says never holds what was typed.

/** The test card that a sentence names. */
const EXAMPLE = Array(4).fill("4242").join(" ");
/** An acquirer is waited for 10 seconds at most: after this long no answer comes any more. */
const PATIENCE_MS = 30_000;
/** How often an outcome is asked for that nobody tells. */
const ASKED_AGAIN_MS = 2_000;
/** How long a payment is waited for whose bank is slow. */
const SLOW_MS = 60_000;
/** Where the bank's frame comes out. */
const ANSWERED = /^\/elements\/v1\/challenge\/.+\/done$/;

const asked = new URLSearchParams(window.location.search);
/** The page around, as the script in it says and the server let in; the browser checks it with every message. */
const home = asked.get("origin") ?? "null";
/** The merchant's public key: the server let the page in for this one. */
const key = asked.get("key") ?? "";
const form = document.querySelector("form");
const { field, brand, types, names, holds, judge, mark, group, settle } = watch(form);
const texts = form.dataset;
const status = document.querySelector(".unseen[role=status]");
const challenge = document.querySelector(".challenge");

let clientSecret = "";
/** Whether the merchant's page wants saved cards to be offered. */
let offersSaved = true;
/** The customer's saved cards by their ids. */
const saved = new Map();
let outcome = "";
/** The payment as it was told last. */
let seen = "";
/** What there is to pay, as the page around was told. */
let quoted = "";
let working = false;

/** Tells the page around. */
function tell(type, more = {}) {
  window.parent.postMessage({ vinr: 1, type, ...more }, home);
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const failed = (type, code, message, more = {}) => ({ error: { type, code, message, ...more } });

/** Asks the server: its answer with its status, or nothing when the connection is lost. */
async function ask(path, { method = "POST", body = "", kind } = {}) {
  const headers = { authorization: `Bearer ${key}`, "accept-language": document.documentElement.lang };
  if (clientSecret) headers["x-vinr-client-secret"] = clientSecret;
  if (kind) headers["content-type"] = kind;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const more = method === "POST" ? { body } : {};
    const answer = await fetch(path, { method, headers, signal: patience.signal, cache: "no-store", ...more });
    return { http: answer.status, ...(await answer.json()) };
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Says something above the fields; nothing takes away what was said. */
function say(text, kind = "warning") {
  document.querySelector(".notice")?.remove();
  if (!text) return;
  const notice = document.querySelector(`template#${kind}`).content.cloneNode(true).firstElementChild;
  notice.querySelector("p").textContent = text;
  form.before(notice);
}

/** There is nothing to be typed here. */
function close(text) {
  say(text);
  form.hidden = true;
}

function work(busy) {
  working = busy;
  form.inert = busy;
  status.textContent = busy ? texts.working : "";
}

const choices = document.querySelector(".methods");
const choice = (id) => choices.querySelector(`input[value="${CSS.escape(id)}"]`);
/** The saved card that is chosen, if none is typed. */
const chosen = () => (types() ? undefined : saved.get(field("method").value));

function choose(id) {
  choice(id).checked = true;
}

/** Offers saved cards, the first of them chosen; once, however often the session is opened. */
function offer(cards) {
  if (cards.length === 0 || saved.size > 0) return;
  const template = document.querySelector("template#saved").content.firstElementChild;
  for (const card of cards) {
    const { id } = card.paymentMethod;
    saved.set(id, card);
    const label = template.cloneNode(true);
    Object.assign(label.querySelector("input"), { value: id, defaultChecked: card === cards[0] });
    label.querySelector("span").textContent = card.label;
    label.querySelector("small").textContent = card.expires;
    choice("new").closest(".choice").before(label);
  }
  choice("new").defaultChecked = false;
  choose(cards[0].paymentMethod.id);
  choices.hidden = false;
}

/** A saved card that did not pay is not tried again by itself: the buyer chooses, and may type another one. */
function giveUp(id, isGone) {
  choose("new");
  if (!isGone) return;
  choice(id).closest(".choice").remove();
  saved.delete(id);
  choices.hidden = saved.size === 0;
}

/** Checks what was typed; the first field that is wrong gets the focus. */
function mistakes() {
  if (!types()) return undefined;
  const wrong = names().filter((name) => !judge(name));
  if (wrong.length === 0) return undefined;
  field(wrong[0]).focus();
  const message = document.getElementById(`${wrong[0]}-error`).textContent;
  return failed("validation_error", "incomplete", message, { field: wrong[0] });
}

/** What was typed or chosen, as the server reads it. */
function paying() {
  const asked = types() ? names().concat("name") : ["method"];
  return new URLSearchParams([["amount", quoted], ...asked.map((name) => [name, field(name).value])]).toString();
}

/** Shows what the server says of a try, and leads to the field that comes next. */
function show({ notice, errors, focus }) {
  say(notice, "refusal");
  for (const name of names()) mark(name, errors[name] ?? "");
  const next = field(focus || names().find((name) => errors[name]) || "");
  next?.focus();
  if (next?.id === "number") next.select();
}

/** Nobody knows whether the server did it: the same once more is right, because nothing is charged twice. */
function unanswered(tried) {
  work(false);
  say(texts.networkLost);
  if (!tried) return failed("connection_error", "network_lost", texts.networkLost);
  return failed("api_error", tried.error?.code ?? "internal_error", texts.networkLost);
}

/** The server would not do it. */
function refusal({ http, error }) {
  if (["client_secret_invalid", "payment_attempts_exhausted"].includes(error.code)) close(texts.over);
  else say(texts.trouble);
  const type = http >= 500 ? "api_error" : http === 401 ? "authentication_error" : "invalid_request_error";
  return failed(type, error.code, error.message);
}

/** The bank's question in the place of the fields, until it is answered, here or elsewhere. */
async function atTheBank(address) {
  const bank = document.createElement("iframe");
  bank.className = "bank";
  bank.title = challenge.querySelector("h2").textContent;
  // The server may have another name here than it gives itself.
  bank.src = new URL(address).pathname;
  const answered = new Promise((done) => {
    bank.addEventListener("load", () => {
      // The pages of a bank of its own cannot be looked at; ours, where it comes out, can.
      try {
        if (!ANSWERED.test(bank.contentWindow.location.pathname)) return;
        bank.dataset.answered = "yes";
        done();
      } catch {
        // Still there.
      }
    });
  });
  challenge.append(bank);
  form.hidden = true;
  challenge.hidden = false;
  tell("challenge", { open: true });
  challenge.focus();
  let tried;
  let sooner = [answered];
  do {
    await Promise.race([...sooner, pause(ASKED_AGAIN_MS)]);
    if (bank.dataset.answered) sooner = [];
    tried = (await ask(outcome, { method: "GET" })) ?? tried;
  } while (!tried?.payment || tried.payment.status === "requires_authentication");
  bank.remove();
  challenge.hidden = true;
  form.hidden = false;
  tell("challenge", { open: false });
  return tried;
}

/** Waits for a bank that is slow. */
async function spoken(tried) {
  status.textContent = texts.processing;
  const began = Date.now();
  let latest = tried;
  while (latest.payment.status === "processing" && Date.now() - began < SLOW_MS) {
    await pause(ASKED_AGAIN_MS);
    const next = await ask(outcome, { method: "GET" });
    if (next?.payment) latest = next;
  }
  return latest;
}

/** There is nothing to type any more. */
function finish(text) {
  say("");
  form.hidden = true;
  const result = document.querySelector(".result");
  result.hidden = false;
  result.querySelector("h2").textContent = text;
  status.textContent = text;
}

/** From the server's first answer to what the page around is told. */
async function conclude(first) {
  let tried = first;
  while (tried.payment && ["requires_authentication", "processing"].includes(tried.payment.status)) {
    const { status: stands, authenticationUrl } = tried.payment;
    if (stands === "requires_authentication") {
      tried = await atTheBank(authenticationUrl);
    } else {
      tried = await spoken(tried);
      if (tried.payment.status === "processing") break;
    }
  }
  work(false);
  const { payment } = tried;
  seen = JSON.stringify(payment);
  field("cvc").value = "";
  const tired = chosen();
  switch (payment.status) {
    case "completed":
      finish(texts.paid);
      return { payment, error: null };
    case "authorized":
      finish(texts.authorized);
      return { payment, error: null };
    case "processing":
      finish(texts.processing);
      return { payment, error: null };
    case "failed": {
      settle();
      if (tired) giveUp(tired.paymentMethod.id, false);
      show(tired ? { ...tried, focus: "number" } : tried);
      report();
      const { code, category, retryable, message } = payment.failure;
      const type = category === "processing_error" ? "api_error" : "card_error";
      return { payment, ...failed(type, code, tried.notice ?? message, { category, retryable }) };
    }
    default:
      close(texts.over);
      return { payment, ...failed("invalid_request_error", "payment_not_confirmable", texts.over) };
  }
}

/** The card that was typed or chosen pays. */
async function confirm() {
  if (!clientSecret) return failed("invalid_request_error", "client_secret_missing", "give `elements` a clientSecret");
  if (!outcome) await open();
  if (!outcome) return failed("invalid_request_error", "client_secret_invalid", texts.over);
  const wrong = mistakes();
  if (wrong) return wrong;
  const body = paying();
  say("");
  work(true);
  const tried = await ask("/elements/v1/confirm", { body, kind: "application/x-www-form-urlencoded" });
  // Without an answer, with one of a server in trouble, or when the payment is over by now, money may have been taken.
  if (!tried || tried.http >= 500 || tried.error?.code === "client_secret_invalid") {
    const stands = await ask(outcome, { method: "GET" });
    if (stands?.payment && JSON.stringify(stands.payment) !== seen) return conclude(stands);
    if (!tried || tried.http >= 500) return unanswered(tried);
  }
  if (tried.payment) return conclude(tried);
  work(false);
  if (tried.error) return refusal(tried);
  if (tried.priceChanged) {
    await open();
    say(tried.notice);
    return failed("invalid_request_error", "amount_mismatch", tried.notice);
  }
  const gone = chosen();
  if (gone) {
    giveUp(gone.paymentMethod.id, true);
    show({ ...tried, focus: "number" });
    report();
    return failed("invalid_request_error", "payment_method_unusable", tried.notice ?? texts.trouble);
  }
  show(tried);
  const [name] = names().filter((one) => tried.errors[one]);
  return failed("validation_error", "incomplete", tried.errors[name] ?? tried.notice ?? texts.trouble, { field: name ?? null });
}

/** The card becomes a token; a saved one has been one for long. */
async function tokenise() {
  if (chosen()) return { paymentMethod: chosen().paymentMethod, error: null };
  const wrong = mistakes();
  if (wrong) return wrong;
  const [, month, year] = /^(\d{2})(\d+)$/.exec(digits(field("expiry").value));
  const card = { number: field("number").value, expMonth: Number(month), expYear: Number(year), cvc: field("cvc").value.trim() };
  const name = field("name").value.trim();
  const body = JSON.stringify({ type: "card", card, ...(name ? { billingDetails: { name } } : {}) });
  say("");
  work(true);
  const made = await ask("/v1/payment-methods", { body, kind: "application/json" });
  work(false);
  if (!made) return unanswered();
  if (!made.error) {
    const { http: _, ...paymentMethod } = made;
    return { paymentMethod, error: null };
  }
  const { code, param, message } = made.error;
  const wanted = { test_card_required: texts.testCardRequired.replace("{card}", EXAMPLE), test_card_in_live: texts.testCardInLive }[code];
  const name_ = param === "card.number" ? "number" : param?.startsWith("card.exp") ? "expiry" : undefined;
  if (!name_) return refusal(made);
  mark(name_, wanted ?? (name_ === "number" ? texts.invalidNumber : texts.invalidExpiry));
  field(name_).focus();
  return failed("validation_error", code, document.getElementById(`${name_}-error`).textContent || message, { field: name_ });
}

/** Asks what there is to pay, and shows what that wants to have. */
async function open() {
  const kind = "application/x-www-form-urlencoded";
  const opened = await ask("/elements/v1/session", { body: offersSaved ? "" : "savedMethods=false", kind });
  if (!opened) return say(texts.networkLost);
  if (opened.error) {
    return tell("problem", refusal(opened));
  }
  outcome = opened.outcome;
  seen = JSON.stringify(opened.payment);
  quoted = opened.payment.amount;
  field("email").closest(".field").hidden = !opened.asksEmail;
  const consent = document.querySelector(".consent");
  consent.textContent = opened.consent ?? "";
  consent.hidden = !opened.consent;
  offer(opened.saved);
  if (opened.takesCards) say("");
  else close(texts.unavailable);
}

/** Tells the page around how far the buyer is. */
function report() {
  const card = chosen();
  if (card) return tell("change", { complete: true, empty: false, brand: card.brand, saved: true });
  const asked = names();
  const empty = asked.every((name) => field(name).value === "");
  return tell("change", { complete: asked.every(holds), empty, brand: brand().name || null, saved: false });
}

const ACTIONS = { confirm, createPaymentMethod: tokenise };

/** Does what the page around asks for, once at a time, and always answers. */
async function act(id, action) {
  if (working) return tell("result", { id, ...failed("invalid_request_error", "in_progress", "the last call is not answered yet") });
  // From the first moment on, whatever there is to be waited for before the fields are shown as busy.
  working = true;
  try {
    tell("result", { id, ...(await ACTIONS[action]()) });
  } catch {
    work(false);
    say(texts.trouble);
    tell("result", { id, ...failed("api_error", "internal_error", texts.trouble) });
  } finally {
    working = false;
  }
}

let begun;

async function begin(message) {
  clientSecret = message.clientSecret ? String(message.clientSecret) : "";
  offersSaved = message.savedMethods !== false;
  const ignored = dress(message.appearance);
  if (clientSecret) await open();
  tell("ready", { title: document.title, ignored });
  // The buyer need not do anything any more.
  if (chosen()) report();
}

window.addEventListener("message", async ({ source, origin, data }) => {
  if (source !== window.parent || origin !== home || data?.vinr !== 1) return;
  if (data.type === "init") begun ??= begin(data);
  if (!begun) return;
  await begun;
  if (data.type === "focus") (chosen() ? choice(chosen().paymentMethod.id) : field("number")).focus();
  if (data.type === "clear") {
    form.reset();
    if (saved.size > 0) report();
  }
  if (Object.hasOwn(ACTIONS, data.type) && typeof data.id === "string") act(data.id, data.type);
});

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", report);
document.addEventListener("focusin", ({ relatedTarget }) => {
  if (!relatedTarget) tell("focus");
});
document.addEventListener("focusout", ({ relatedTarget }) => {
  if (!relatedTarget) tell("blur");
});
// The frame is as high as what is in it.
new ResizeObserver(() => {
  tell("height", { height: Math.ceil(document.querySelector("main").getBoundingClientRect().height) });
}).observe(document.querySelector("main"));
group();
tell("here");
