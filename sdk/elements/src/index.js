// Puts VINR's script into the page, once, and gives what it defines. The script itself always comes from VINR: it is what
// keeps cards out of your page, and it has to fit the server that it speaks to.

const HOSTS = { pk_test_: 'https://sandbox.api.vinr.com', pk_live_: 'https://api.vinr.com' };
const PATH = '/elements/v1/vinr.js';

/** Scripts on their way or there, by their address. */
const loading = new Map();

function addressOf(publicKey, baseUrl) {
  if (baseUrl !== undefined) return new URL(baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '') + PATH).href;
  const host = HOSTS[publicKey.slice(0, 8)];
  if (!host) throw new TypeError('VINR: expected a public key, such as pk_test_…');
  return host + PATH;
}

function load(src) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = src;
    script.async = true;
    script.addEventListener('load', () => {
      if (window.loadVinr) resolve(window.loadVinr);
      else reject(new Error(`VINR: ${src} is not VINR's script`));
    });
    script.addEventListener('error', () => {
      // Whoever tries again gets another try.
      loading.delete(src);
      script.remove();
      reject(new Error(`VINR: ${src} could not be loaded`));
    });
    document.head.append(script);
  });
}

export async function loadVinr(publicKey, { baseUrl } = {}) {
  if (typeof publicKey !== 'string') throw new TypeError('VINR: expected a public key, such as pk_test_…');
  if (typeof window === 'undefined') throw new Error('VINR: Elements are for browsers; call loadVinr where the page runs');
  const src = addressOf(publicKey, baseUrl);
  if (!window.loadVinr) {
    if (!loading.has(src)) loading.set(src, load(src));
    await loading.get(src);
  }
  const { origin } = window.loadVinr;
  if (origin !== new URL(src).origin) {
    throw new Error(`VINR: this page has the script of ${origin} already, and cannot have that of ${new URL(src).origin} too`);
  }
  return window.loadVinr(publicKey);
}
