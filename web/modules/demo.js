// What the demo's shelf does beyond a plain form: counts while the cart is filled, copies the numbers of test cards, and
// keeps the button from being pressed twice.

const form = document.querySelector("form.shop");
const euros = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
const products = [...form.querySelectorAll(".product")];

function quantity(product) {
  const input = product.querySelector("input");
  const typed = Math.trunc(Number(input.value)) || 0;
  return Math.min(Math.max(typed, Number(input.min)), Number(input.max));
}

function count() {
  let total = 0;
  for (const product of products) {
    const pieces = quantity(product);
    const sum = pieces * Number(product.dataset.price);
    total += sum;
    const line = form.querySelector(`[data-line="${product.dataset.name}"]`);
    line.hidden = pieces === 0;
    line.querySelector(".count").textContent = pieces;
    line.querySelector(".sum").textContent = euros.format(sum / 100);
    const [less, more] = product.querySelectorAll(".step");
    const input = product.querySelector("input");
    less.disabled = pieces <= Number(input.min);
    more.disabled = pieces >= Number(input.max);
  }
  const taken = form.querySelectorAll("[data-off]:checked");
  for (const coupon of taken) total -= Number(coupon.dataset.off);
  form.querySelector("output").textContent = euros.format(Math.max(total, 0) / 100);
  const fields = document.querySelector("#fields");
  const cart = products.map((product) => [product.dataset.name, quantity(product)]).filter(([, pieces]) => pieces > 0);
  const address = new URLSearchParams(cart).toString();
  fields.href = `${fields.dataset.fields}?${address}`;
  for (const input of document.querySelectorAll("input[name=cart]")) input.value = address;
}

for (const product of products) {
  const input = product.querySelector("input");
  input.addEventListener("input", count);
  input.addEventListener("change", () => {
    input.value = quantity(product);
  });
  for (const button of product.querySelectorAll(".step")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      input.value = quantity(product) + Number(button.dataset.step);
      count();
    });
  }
}
for (const coupon of form.querySelectorAll("[data-off]")) coupon.addEventListener("change", count);
count();

const button = form.querySelector(".main");
const label = button.textContent;
form.addEventListener("submit", () => {
  button.disabled = true;
  button.textContent = "One moment…";
});
// A page that comes back from the browser's memory, or whose fields the browser has filled again.
window.addEventListener("pageshow", () => {
  button.disabled = false;
  button.textContent = label;
  count();
});

// Browsers give the clipboard to pages over https and on this machine only.
for (const copy of navigator.clipboard ? document.querySelectorAll(".copy") : []) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copy.dataset.copy);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  });
}
