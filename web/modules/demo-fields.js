// What a shop does with Elements: asks its own server for a session, mounts the fields, and confirms when the buyer presses
// the button.

const till = document.querySelector(".till");
const button = document.querySelector("#pay");
const says = document.querySelector("#says");
const label = button.textContent;

/** VINR's script, as `@vinr/elements` loads it. */
function loaded(src) {
  return new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src, onload: done, onerror: failed });
    document.head.append(script);
  });
}

async function begin() {
  const body = new URLSearchParams(till.dataset.cart);
  const [answer] = await Promise.all([
    fetch(till.dataset.sessions, { method: "POST", body }),
    loaded(`${till.dataset.vinr}/elements/v1/vinr.js`),
  ]);
  if (!answer.ok) throw new Error("no session");
  const { clientSecret, publicKey, order } = await answer.json();
  const vinr = await window.loadVinr(publicKey);
  const elements = vinr.elements({ clientSecret, appearance: { theme: "auto" }, locale: "en" });
  const card = elements.create("payment");
  card.on("ready", () => (button.disabled = false));
  card.mount("#payment");
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.textContent = "Paying…";
    const { error } = await vinr.confirmPayment({ elements });
    if (!error) {
      window.location.assign(order);
      return;
    }
    button.disabled = false;
    button.textContent = label;
  });
}

if (till.dataset.cart) {
  begin().catch(() => {
    says.textContent = "The card fields could not be loaded. Reload the page, or pay on the hosted page.";
  });
}
