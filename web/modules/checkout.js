// What the hosted page does beyond a plain form and the fields of `card.js`: keeps the button from being pressed twice, and
// keeps what was typed when the connection is lost or the bank says no. The security code is never kept.

const KEPT = ["email", "number", "expiry", "name", "iban", "holder"];
/** What is asked of whoever pays from an account, and of everybody; the rest is asked of whoever types a card. */
const ACCOUNT = ["iban", "holder"];
const EVERYBODY = ["email"];
/** An acquirer is waited for 10 seconds at most: after this long no answer comes any more. */
const PATIENCE_MS = 30_000;

function set(form) {
  const { field, types, names, judge, group, settle } = watch(form);
  const button = form.querySelector("button");
  const label = button.textContent;

  function work(busy) {
    button.disabled = busy;
    form.inert = busy;
    button.textContent = busy ? form.dataset.working : label;
    document.querySelector(".unseen").textContent = busy ? form.dataset.working : "";
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const debits = field("method")?.value === "sepa_debit";
    const isAsked = (name) => EVERYBODY.includes(name) || (ACCOUNT.includes(name) ? debits : types());
    const asked = names().filter(isAsked);
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
    settle();
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
  // A discount may have ended meanwhile: then there is another amount to be paid.
  const [order, now] = [document, page].map((one) => one.querySelector(".order"));
  if (order.textContent !== now.textContent) order.replaceWith(document.adoptNode(now));
  document.title = page.title;
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
