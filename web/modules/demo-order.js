// Shows webhooks as they arrive: waits for the shop's server to have heard more than the page shows, then takes what is
// new from the page as the server writes it. What a reader has opened stays open.

const GIVE_UP_AFTER_MS = 10 * 60 * 1000;
/** A paid order hears of its points too, and one that was refunded hears that. */
const SETTLES_AFTER_MS = 60 * 1000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const news = () => document.querySelector(".news");
const isSettled = () => document.getElementById("order").dataset.settled === "yes";
/** The page itself, which may be shown at the address of a form. */
const { place } = document.getElementById("order").dataset;

/** How often something was heard about this order, once that is more than `known` or the server's patience has ended. */
async function heard(known) {
  const answer = await fetch(`${place}/news?after=${known}`);
  if (!answer.ok) throw new Error(`the shop answered ${answer.status}`);
  return (await answer.json()).heard;
}

async function refresh() {
  const text = await (await fetch(place)).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  const order = page.getElementById("order");
  if (!order) return;
  const shown = document.getElementById("order");
  if (shown.innerHTML !== order.innerHTML) shown.replaceWith(document.adoptNode(order));
  const list = news();
  list.querySelector("#next")?.remove();
  for (const item of [...page.querySelectorAll(".news > li")]) {
    const before = document.getElementById(item.id);
    if (before) {
      before.querySelector("p").replaceWith(document.adoptNode(item.querySelector("p")));
    } else {
      item.classList.add("arrived");
      list.append(document.adoptNode(item));
    }
  }
  list.dataset.heard = page.querySelector(".news").dataset.heard;
}

async function follow() {
  const began = Date.now();
  while (Date.now() - began < (isSettled() ? SETTLES_AFTER_MS : GIVE_UP_AFTER_MS)) {
    try {
      const known = Number(news().dataset.heard);
      if ((await heard(known)) > known) await refresh();
    } catch {
      // The server is away: it may be starting again.
      await pause(2000);
    }
  }
}

follow();
