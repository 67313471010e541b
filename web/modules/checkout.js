// What the page does beyond a plain form: groups the number as it is on the card, names its brand, says under a field
// what is wrong with it when the buyer leaves it, keeps the button from being pressed twice, and keeps what was typed when
// the connection is lost or the bank says no. The security code is never kept.

const KEPT = ["email", "number", "expiry", "name", "iban", "holder"];
/** An acquirer is waited for 10 seconds at most: after this long no answer comes any more. */
const PATIENCE_MS = 30_000;

const digits = (text) => text.replace(/\D/g, "");

function grouped(number, groups) {
  const parts = [];
  let at = 0;
  for (const length of [...groups, number.length]) {
    if (at < number.length) parts.push(number.slice(at, at + length));
    at += length;
  }
  return parts.join(" ");
}

/** Writes a field anew and leaves the cursor after the same digit. */
function rewrite(input, format) {
  const before = digits(input.value.slice(0, input.selectionStart ?? input.value.length)).length;
  input.value = format(digits(input.value));
  let at = 0;
  for (let seen = 0; at < input.value.length && seen < before; at += 1) {
    if (/\d/.test(input.value[at])) seen += 1;
  }
  if (document.activeElement === input) input.setSelectionRange(at, at);
}

function luhn(number) {
  let sum = 0;
  [...number].reverse().forEach((digit, index) => {
    const value = Number(digit) * (index % 2 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  });
  return number.length >= 12 && sum % 10 === 0;
}

/** The check digits of an account's number (ISO 7064, MOD 97-10). */
function ibanHolds(text) {
  const iban = text.replace(/[\s-]/g, "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
  const rest = [...iban.slice(4), ...iban.slice(0, 4)].reduce((rest, sign) => Number(`${rest}${parseInt(sign, 36)}`) % 97, 0);
  return rest === 1;
}

function expiryHolds(text) {
  const [, month, year] = /^(\d{2})(\d{2}|\d{4})$/.exec(digits(text)) ?? [];
  return Boolean(year) && Number(month) >= 1 && Number(month) <= 12;
}

/** The form's fields, and what is known of the card that is typed into them. */
function read(form) {
  const field = (name) => form.elements.namedItem(name);
  const brands = JSON.parse(form.dataset.brands);
  const begins = (number) => ([count, from, to]) => {
    const head = number.slice(0, count);
    return head.length === count && Number(head) >= from && Number(head) <= to;
  };
  const brand = () => {
    const number = digits(field("number").value);
    return brands.find(({ prefixes }) => prefixes.some(begins(number))) ?? brands.find(({ name }) => !name);
  };
  const chosen = () => field("method")?.value ?? "new";
  return { field, brand, chosen, types: () => chosen() === "new" };
}

function set(form) {
  const { field, brand, chosen, types } = read(form);
  const button = form.querySelector("button");
  const label = button.textContent;
  const codeHolds = (value) => {
    const [fewest, most = fewest] = brand().code.split("–").map(Number);
    return /^\d+$/.test(value.trim()) && value.trim().length >= fewest && value.trim().length <= most;
  };
  const checks = {
    email: (value) => /^[^\s@]+@[^\s@]+$/.test(value.trim()),
    number: (value) => luhn(digits(value)),
    expiry: expiryHolds,
    cvc: codeHolds,
    iban: ibanHolds,
    holder: (value) => value.trim() !== "",
  };
  const ACCOUNT = ["iban", "holder"];
  const names = Object.keys(checks).filter((name) => field(name));
  // What was judged last, here or by the bank: a field that is left as it is keeps its verdict.
  const judged = new Map();
  const evidence = (name) => `${field(name).value} ${brand().code}`;

  function judge(name) {
    const input = field(name);
    const holds = checks[name](input.value);
    const message = form.dataset[`invalid${name[0].toUpperCase()}${name.slice(1)}`];
    document.getElementById(`${name}-error`).textContent = holds ? "" : message.replace("{digits}", brand().code);
    input.setAttribute("aria-invalid", String(!holds));
    judged.set(name, evidence(name));
    return holds;
  }

  function group() {
    const { name, groups, code } = brand();
    rewrite(field("number"), (text) => grouped(text.slice(0, 19), groups));
    form.querySelector(".brand").textContent = name;
    field("cvc").placeholder = "1234".slice(0, Number(code) || 3);
  }

  function work(busy) {
    button.disabled = busy;
    form.inert = busy;
    button.textContent = busy ? form.dataset.working : label;
    document.querySelector(".unseen").textContent = busy ? form.dataset.working : "";
  }

  field("number").addEventListener("input", group);
  field("expiry").addEventListener("input", (event) => {
    rewrite(event.target, (text) => (text.length > 2 ? `${text.slice(0, 2)} / ${text.slice(2, 6)}` : text));
  });
  for (const name of names) {
    field(name).addEventListener("blur", ({ target }) => {
      if (target.value !== "" && judged.get(name) !== evidence(name)) judge(name);
    });
    field(name).addEventListener("input", ({ target }) => {
      if (target.getAttribute("aria-invalid") === "true" && checks[name](target.value)) judge(name);
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = names.filter((name) => (ACCOUNT.includes(name) ? chosen() === "sepa_debit" : types()));
    const wrong = asked.filter((name) => !judge(name));
    if (wrong.length > 0) {
      field(wrong[0]).focus();
      return;
    }
    const body = new URLSearchParams(new FormData(form));
    const kept = KEPT.filter(field).map((name) => [name, field(name).value]);
    work(true);
    const { problem, url, page } = await send(form.action, body);
    if (problem) {
      work(false);
      say(form, form.dataset[problem]).focus();
    } else if (url) {
      window.location.assign(url);
    } else {
      show(page, kept);
    }
  });

  /** Takes over what the buyer had typed, and the bank's verdict on it. */
  function resume(kept) {
    for (const [name, value] of kept) {
      if (field(name) && field(name).value === "") field(name).value = value;
    }
    group();
    for (const name of names) judged.set(name, evidence(name));
  }

  return { field, types, resume };
}

/** Posts a form: a page that takes its place, or a page to go to, or what kept it from being answered. */
async function send(address, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(address, { method: "POST", body, signal: patience.signal });
    if (answer.status >= 500) return { problem: "trouble" };
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return answer.redirected && !page.querySelector("form") ? { url: answer.url } : { page };
  } catch {
    return { problem: "networkLost" };
  } finally {
    clearTimeout(timer);
  }
}

/** What cannot stand under a field stands above the form, and is read out. */
function say(form, text) {
  document.querySelector(".notice")?.remove();
  const notice = document.querySelector("template").content.cloneNode(true).firstElementChild;
  notice.querySelector("p").textContent = text;
  form.before(notice);
  return notice;
}

/** Puts the page of an answer in this one's place, and leads to what comes next on it. */
function show(page, kept) {
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  const form = document.querySelector("form");
  if (!form) {
    document.querySelector("h1").tabIndex = -1;
    document.querySelector("h1").focus();
    return;
  }
  const { field, types, resume } = set(form);
  resume(kept);
  const notice = document.querySelector(".notice");
  // A live region speaks when it changes, not when it arrives.
  if (notice) notice.replaceWith(notice.cloneNode(true));
  const wanted = types() && form.dataset.focus ? field(form.dataset.focus) : form.querySelector('[aria-invalid="true"]');
  const next = wanted ?? document.querySelector(".notice") ?? form.querySelector("input");
  next.focus();
  if (next.id === "number") next.select();
}

set(document.querySelector("form")).resume([]);

// A page that comes back from the browser's memory is not paying any more.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
