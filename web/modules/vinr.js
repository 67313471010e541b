// Elements, as merchants' pages load it: card fields of VINR's in a frame. This script runs in the merchant's page and sees
// nothing that is typed. It defines `loadVinr`, and is the same whoever loads it.
(() => {
  "use strict";
  if (window.loadVinr) return;

  /** Where the frame is: where this script came from. */
  const ORIGIN = new URL(document.currentScript.src).origin;
  const EVENTS = ["ready", "change", "focus", "blur", "error"];
  /** Higher than the fields ever are, with a bank's question in their place. */
  const HEIGHT_MAX = 2_000;
  /** Until the frame says how high it is, it is as high as the fields are with nothing beside them. */
  const HEIGHT_FIRST = 320;
  /** A frame that is there has said so by then; one that the browser keeps out never does. */
  const SILENCE_MS = 2_000;

  const UNMOUNTED = {
    error: { type: "invalid_request_error", code: "element_unmounted", message: "the card fields were taken out of the page" },
  };

  const SILENT = {
    type: "connection_error",
    code: "frame_blocked",
    message: `the card fields did not load: ${ORIGIN} cannot be reached, the Content-Security-Policy of this page has not its host in frame-src, or another page is around this one whose origin is not among the account's allowedOrigins`,
  };

  const wrong = (message) => new TypeError(`VINR: ${message}`);
  const isWeb = (text) => {
    try {
      return ["http:", "https:"].includes(new URL(text).protocol);
    } catch {
      return false;
    }
  };

  /** The card fields, once they are in a page. */
  class Element {
    #options;
    #frame;
    #listeners = new Map(EVENTS.map((name) => [name, new Set()]));
    #answers = new Map();
    #ready;
    #isReady;
    #isThere = false;
    /** Why there are no fields in the frame. */
    #refused;
    #count = 0;
    #hear = (event) => this.#heard(event);

    constructor(options) {
      this.#options = options;
      this.#wait();
    }

    #wait() {
      this.#ready = new Promise((done) => (this.#isReady = done));
    }

    /** Puts the fields into the page. */
    mount(target) {
      const place = typeof target === "string" ? document.querySelector(target) : target;
      if (!place?.append) throw wrong(`there is no element ${target} to mount the fields in`);
      this.unmount();
      const { key, locale } = this.#options;
      const frame = document.createElement("iframe");
      const asked = new URLSearchParams({ key, origin: window.location.origin });
      if (locale && locale !== "auto") asked.set("locale", locale);
      frame.src = `${ORIGIN}/elements/v1/frame?${asked}`;
      frame.title = "VINR";
      Object.assign(frame.style, { display: "block", width: "100%", height: `${HEIGHT_FIRST}px`, border: "0", colorScheme: "normal" });
      window.addEventListener("message", this.#hear);
      // Browsers say that a frame has loaded also when they show nothing in it.
      frame.addEventListener("load", () => setTimeout(() => this.#frame === frame && !this.#isThere && this.#refuse(SILENT), SILENCE_MS));
      place.append(frame);
      this.#frame = frame;
      return this;
    }

    /** Takes the fields out of the page, and what was typed with them. */
    unmount() {
      if (!this.#frame) return;
      window.removeEventListener("message", this.#hear);
      this.#frame.remove();
      this.#frame = undefined;
      this.#isThere = false;
      this.#refused = undefined;
      for (const answer of this.#answers.values()) answer(UNMOUNTED);
      this.#answers.clear();
      // Whoever waits for the fields finds that they are gone.
      this.#isReady();
      this.#wait();
    }

    on(name, listener) {
      this.#of(name).add(listener);
      return this;
    }

    off(name, listener) {
      this.#of(name).delete(listener);
      return this;
    }

    focus() {
      this.#say({ type: "focus" });
    }

    clear() {
      this.#say({ type: "clear" });
    }

    /** Has the frame do something; what comes of it. */
    async ask(type) {
      if (!this.#frame) throw wrong("mount the card fields first: `card.mount('#payment')`");
      const frame = this.#frame;
      await this.#ready;
      if (this.#frame !== frame) return UNMOUNTED;
      if (this.#refused) return { error: this.#refused };
      const id = String((this.#count += 1));
      return new Promise((answer) => {
        this.#answers.set(id, answer);
        this.#say({ type, id });
      });
    }

    #of(name) {
      const listeners = this.#listeners.get(name);
      if (!listeners) throw wrong(`there is no event ${name}; there are ${EVENTS.join(", ")}`);
      return listeners;
    }

    #say(message) {
      this.#frame?.contentWindow.postMessage({ vinr: 1, ...message }, ORIGIN);
    }

    #emit(name, event) {
      for (const listener of this.#of(name)) listener(event);
    }

    /** Tells the merchant's developer and program what is wrong. */
    #fail({ type, code, message }) {
      console.error(`VINR: ${message} (${code})`);
      this.#emit("error", { error: { type, code, message } });
    }

    /** There are no fields, and will be none: whoever waits for them is told why. */
    #refuse(error) {
      this.#isThere = true;
      this.#refused = error;
      this.#isReady();
      this.#fail(error);
    }

    /** A message; of all that a page may hear, those of our own frame count. */
    #heard({ source, origin, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== ORIGIN || data?.vinr !== 1) return;
      switch (data.type) {
        case "here": {
          this.#isThere = true;
          const { clientSecret, appearance, savedMethods } = this.#options;
          this.#say({ type: "init", clientSecret, appearance, savedMethods });
          break;
        }
        case "refused":
          this.#frame.title = String(data.title);
          this.#refuse(data.error);
          break;
        case "ready":
          this.#frame.title = String(data.title);
          for (const name of data.ignored) console.warn(`VINR: appearance.${name} is not known, or has not the form it must have`);
          this.#isReady();
          this.#emit("ready", {});
          break;
        case "problem":
          this.#fail(data.error);
          break;
        case "height":
          if (data.height > 0 && data.height < HEIGHT_MAX) this.#frame.style.height = `${data.height}px`;
          break;
        case "challenge":
          if (data.open) this.#frame.scrollIntoView({ block: "nearest" });
          break;
        case "change":
          this.#emit("change", {
            complete: data.complete === true,
            empty: data.empty === true,
            brand: data.brand,
            saved: data.saved === true,
          });
          break;
        case "focus":
        case "blur":
          this.#emit(data.type, {});
          break;
        case "result": {
          const { vinr: _, type: __, id, ...result } = data;
          this.#answers.get(id)?.(result);
          this.#answers.delete(id);
          break;
        }
        default:
          break;
      }
    }
  }

  /** What belongs to one payment: its card fields. */
  class Elements {
    #options;
    #element;

    constructor(options) {
      this.#options = options;
    }

    create(type) {
      if (type !== "payment") throw wrong(`there is no element ${type}; there is "payment"`);
      if (this.#element) throw wrong("these elements have their payment element already");
      this.#element = new Element(this.#options);
      return this.#element;
    }

    getElement(type) {
      return type === "payment" ? (this.#element ?? null) : null;
    }
  }

  /** The fields of what is confirmed. */
  function fields(options) {
    const { elements } = Object(options);
    if (!(elements instanceof Elements)) throw wrong("pass `elements`, as `vinr.elements({ clientSecret })` gives it");
    const element = elements.getElement("payment");
    if (!element) throw wrong("create the card fields first: `elements.create('payment')`");
    return element;
  }

  class Vinr {
    #key;

    constructor(key) {
      this.#key = key;
    }

    elements({ clientSecret, appearance, locale, savedMethods = true } = {}) {
      if (clientSecret !== undefined && !/^pay_\w+_secret_\w+$/.test(clientSecret)) {
        throw wrong("`clientSecret` is the one of `POST /v1/payments/sessions`");
      }
      return new Elements({ key: this.#key, clientSecret, appearance, locale, savedMethods });
    }

    async confirmPayment(options) {
      const element = fields(options);
      const { returnUrl } = options;
      if (returnUrl !== undefined && !isWeb(returnUrl)) throw wrong("`returnUrl` must be an absolute http or https URL");
      const { payment = null, error = null } = await element.ask("confirm");
      return { payment, error };
    }

    async createPaymentMethod(options) {
      const { paymentMethod = null, error = null } = await fields(options).ask("createPaymentMethod");
      return { paymentMethod, error };
    }
  }

  window.loadVinr = async (publicKey) => {
    if (/^[sr]k_/.test(publicKey)) throw wrong("this is a secret key: it must never be in a page. Roll it, and use the public key");
    if (!/^pk_(?:test|live)_[0-9A-Za-z]+$/.test(publicKey)) throw wrong("expected a public key, such as pk_test_…");
    return new Vinr(publicKey);
  };
  window.loadVinr.origin = ORIGIN;
})();
