// What the page does beyond a plain form: groups the number as it is on the card, names its brand, says under a field
// what is wrong with it when the buyer leaves it, and keeps the button from being pressed twice.

const form = document.querySelector("form");
const field = (name) => form.elements.namedItem(name);
const digits = (text) => text.replace(/\D/g, "");

const BRANDS = [
  ["American Express", /^3[47]/, [4, 6, 5], 4],
  ["Mastercard", /^(5[1-5]|2[2-7])/, [4, 4, 4, 4], 3],
  ["Visa", /^4/, [4, 4, 4, 4], 3],
];

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

const CHECKS = {
  number: (value) => luhn(digits(value)),
  expiry: expiryHolds,
  cvc: (value) => digits(value).length === brandOf(digits(field("number").value))[3] || /^\d{3,4}$/.test(value.trim()),
};

function judge(name) {
  const input = field(name);
  const holds = CHECKS[name](input.value);
  const message = form.dataset[`invalid${name[0].toUpperCase()}${name.slice(1)}`];
  document.getElementById(`${name}-error`).textContent = holds ? "" : message;
  input.setAttribute("aria-invalid", String(!holds));
  return holds;
}

field("number").addEventListener("input", (event) => {
  const number = digits(event.target.value);
  const [brand, , groups] = brandOf(number);
  rewrite(event.target, (text) => grouped(text.slice(0, 19), groups));
  form.querySelector(".brand").textContent = brand;
});

field("expiry").addEventListener("input", (event) => {
  rewrite(event.target, (text) => (text.length > 2 ? `${text.slice(0, 2)} / ${text.slice(2, 6)}` : text));
});

for (const name of Object.keys(CHECKS)) {
  field(name).addEventListener("blur", (event) => {
    if (event.target.value !== "") judge(name);
  });
  field(name).addEventListener("input", (event) => {
    if (event.target.getAttribute("aria-invalid") === "true" && CHECKS[name](event.target.value)) judge(name);
  });
}

form.addEventListener("submit", (event) => {
  const wrong = Object.keys(CHECKS).filter((name) => !judge(name));
  if (wrong.length > 0) {
    event.preventDefault();
    field(wrong[0]).focus();
    return;
  }
  const button = form.querySelector("button");
  button.disabled = true;
  button.textContent = form.dataset.paying;
});

// A page that comes back from the browser's memory is not paying any more.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
