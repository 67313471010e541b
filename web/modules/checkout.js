// What the page does beyond a plain form: groups the number as it is on the card, names its brand, says under a field
// what is wrong with it when the buyer leaves it, keeps the button from being pressed twice, and keeps what was typed when
// the connection is lost or the bank says no. The security code is never kept.

const digits = (text) => text.replace(/\D/g, "");

const BRANDS = [
  ["American Express", /^3[47]/, [4, 6, 5], 4],
  ["Mastercard", /^(5[1-5]|2[2-7])/, [4, 4, 4, 4], 3],
  ["Visa", /^4/, [4, 4, 4, 4], 3],
];
const KEPT = ["email", "number", "expiry", "name"];

const brandOf = (number) => BRANDS.find(([, pattern]) => pattern.test(number)) ?? ["", /^/, [4, 4, 4, 4, 3], 3];

function grouped(number, groups) {
  const parts = [];
  let at = 0;
  for (const length of groups) {
    if (at < number.length) parts.push(number.slice(at, at + length));
    at += length;
  }
  return parts.join(" ");
}

// Writes a field anew and leaves the cursor after the same digit.
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

function expiryHolds(text) {
  const [, month, year] = /^(\d{2})(\d{2}|\d{4})$/.exec(digits(text)) ?? [];
  return Boolean(year) && Number(month) >= 1 && Number(month) <= 12;
}

function set(form) {
  const field = (name) => form.elements.namedItem(name);
  const button = form.querySelector("button");
  const label = button.textContent;

  const checks = {
    email: (value) => /^[^\s@]+@[^\s@]+$/.test(value.trim()),
    number: (value) => luhn(digits(value)),
    expiry: expiryHolds,
    cvc: (value) => digits(value).length === brandOf(digits(field("number").value))[3] || /^\d{3,4}$/.test(value.trim()),
  };
  const names = Object.keys(checks).filter((name) => field(name));
  const types = () => (field("method")?.value ?? "new") === "new";

  function judge(name) {
    const input = field(name);
    const holds = checks[name](input.value);
    const message = form.dataset[`invalid${name[0].toUpperCase()}${name.slice(1)}`];
    document.getElementById(`${name}-error`).textContent = holds ? "" : message;
    input.setAttribute("aria-invalid", String(!holds));
    return holds;
  }

  function group() {
    const [brand, , groups] = brandOf(digits(field("number").value));
    rewrite(field("number"), (text) => grouped(text.slice(0, 19), groups));
    form.querySelector(".brand").textContent = brand;
  }

  function work(busy) {
    button.disabled = busy;
    form.inert = busy;
    button.textContent = busy ? form.dataset.working : label;
  }

  field("number").addEventListener("input", group);
  field("expiry").addEventListener("input", (event) => {
    rewrite(event.target, (text) => (text.length > 2 ? `${text.slice(0, 2)} / ${text.slice(2, 6)}` : text));
  });
  for (const name of names) {
    field(name).addEventListener("blur", (event) => {
      if (event.target.value !== "") judge(name);
    });
    field(name).addEventListener("input", (event) => {
      if (event.target.getAttribute("aria-invalid") === "true" && checks[name](event.target.value)) judge(name);
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = types() ? names.filter((name) => !judge(name)) : [];
    if (wrong.length > 0) {
      field(wrong[0]).focus();
      return;
    }
    const body = new URLSearchParams(new FormData(form));
    const kept = KEPT.filter(field).map((name) => [name, field(name).value]);
    work(true);
    let answer;
    let page;
    try {
      answer = await fetch(form.action, { method: "POST", body });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      work(false);
      say(form, form.dataset.networkLost);
      return;
    }
    if (answer.redirected && !page.querySelector("form")) {
      window.location.assign(answer.url);
      return;
    }
    show(page, kept);
  });

  return { field, group };
}

// What cannot stand under a field stands above the form, and is read out.
function say(form, text) {
  document.querySelector(".notice")?.remove();
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  notice.textContent = text;
  form.before(notice);
  notice.scrollIntoView({ block: "nearest" });
}

// Puts the form of an answer in this one's place, with what the buyer had typed.
function show(page, kept) {
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  const form = document.querySelector("form");
  if (!form) return;
  const { field, group } = set(form);
  for (const [name, value] of kept) {
    if (field(name) && field(name).value === "") field(name).value = value;
  }
  group();
  const notice = document.querySelector(".notice");
  const wrong = form.querySelector('[aria-invalid="true"]');
  (wrong ?? (notice ? null : form.querySelector("input")))?.focus();
  // A live region speaks when it changes, not when it arrives.
  if (notice) say(form, notice.textContent);
}

set(document.querySelector("form"));

// A page that comes back from the browser's memory is not paying any more.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
