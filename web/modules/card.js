// The fields of a card, on the hosted page and in Elements, and those of an account on the hosted page: the number is grouped
// as it is on the card, its brand is named, and what is wrong with a field is said under it when the buyer leaves it. This
// file goes in front of the script that uses it, so that a page asks for one.

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

function expiryHolds(text) {
  const [, month, year] = /^(\d{2})(\d{2}|\d{4})$/.exec(digits(text)) ?? [];
  return Boolean(year) && Number(month) >= 1 && Number(month) <= 12;
}

/** The check digits of an account's number (ISO 7064, MOD 97-10). */
function ibanHolds(text) {
  const iban = text.replace(/[\s-]/g, "").toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
  const moved = [...iban.slice(4), ...iban.slice(0, 4)];
  return moved.reduce((rest, sign) => Number(`${rest}${parseInt(sign, 36)}`) % 97, 0) === 1;
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
  return { field, brand, types: () => (field("method")?.value ?? "new") === "new" };
}

/** Watches over the fields of a form: groups, names and judges what is typed. */
function watch(form) {
  const { field, brand, types } = read(form);
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
  // What is not asked for is not judged.
  const names = () => Object.keys(checks).filter((name) => field(name) && !field(name).closest("[hidden]"));
  // What was judged last, here or by the bank: a field that is left as it is keeps its verdict.
  const judged = new Map();
  const evidence = (name) => `${field(name).value} ${brand().code}`;

  /** Says under a field what is wrong with it; nothing if it is right. */
  function mark(name, message) {
    document.getElementById(`${name}-error`).textContent = message;
    field(name).setAttribute("aria-invalid", String(message !== ""));
    judged.set(name, evidence(name));
  }

  const holds = (name) => checks[name](field(name).value);

  function judge(name) {
    const right = holds(name);
    const message = form.dataset[`invalid${name[0].toUpperCase()}${name.slice(1)}`];
    mark(name, right ? "" : message.replace("{digits}", brand().code));
    return right;
  }

  function group() {
    const { name, groups, code } = brand();
    rewrite(field("number"), (text) => grouped(text.slice(0, 19), groups));
    form.querySelector(".brand").textContent = name;
    field("cvc").placeholder = "1234".slice(0, Number(code) || 3);
  }

  field("number").addEventListener("input", group);
  field("expiry").addEventListener("input", (event) => {
    rewrite(event.target, (text) => (text.length > 2 ? `${text.slice(0, 2)} / ${text.slice(2, 6)}` : text));
  });
  for (const name of Object.keys(checks).filter(field)) {
    field(name).addEventListener("blur", ({ target }) => {
      if (target.value !== "" && judged.get(name) !== evidence(name)) judge(name);
    });
    field(name).addEventListener("input", ({ target }) => {
      if (target.getAttribute("aria-invalid") === "true" && checks[name](target.value)) judge(name);
    });
  }

  /** What the bank said of these fields stays until they change. */
  const settle = () => names().forEach((name) => judged.set(name, evidence(name)));

  return { field, brand, types, names, holds, judge, mark, group, settle };
}

