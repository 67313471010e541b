// How a merchant wants the fields to look: a theme, and tokens that replace ours. Only what is known and has the form that
// it must have is taken, and colours are corrected until they can be read.

const COLOUR = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;
const COLOURS = {
  accent: "--accent",
  ink: "--ink",
  inkSoft: "--ink-soft",
  surface: "--surface",
  canvas: "--canvas",
  negative: "--negative",
  warning: "--warning",
  positive: "--positive",
};
/** Colours that others are read on. */
const GROUNDS = ["surface", "canvas"];
/** WCAG 2.2, 1.4.3. */
const CONTRAST_MIN = 4.5;
const THEMES = ["light", "dark", "auto"];

const channels = (colour) => {
  const long = colour.length === 4 ? colour.replace(/[^#]/g, "$&$&") : colour;
  return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
};

function luminance(rgb) {
  const [red, green, blue] = rgb.map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The colour nearest to this one that can be read on a ground. */
function readable(rgb, ground) {
  const far = contrast([0, 0, 0], ground) > contrast([255, 255, 255], ground) ? 0 : 255;
  let colour = rgb;
  for (let step = 1; step <= 20 && contrast(colour, ground) < CONTRAST_MIN; step += 1) {
    colour = rgb.map((channel) => Math.round(channel + ((far - channel) * step) / 20));
  }
  return colour;
}

const inForce = (name) => channels(getComputedStyle(document.documentElement).getPropertyValue(COLOURS[name]).trim());

function paint(colours) {
  const { style } = document.documentElement;
  for (const property of Object.values(COLOURS)) style.removeProperty(property);
  const set = (name, rgb) => style.setProperty(COLOURS[name], `rgb(${rgb.join(" ")})`);
  for (const name of GROUNDS) if (colours[name]) style.setProperty(COLOURS[name], colours[name]);
  // What lies on the fields' ground is as light as that, unless it is said otherwise.
  if (colours.surface && !colours.canvas) style.setProperty(COLOURS.canvas, colours.surface);
  const ground = inForce("surface");
  // What we set ourselves is corrected too: the ground may be another one now.
  for (const name of Object.keys(COLOURS).filter((one) => !GROUNDS.includes(one))) {
    const wanted = colours[name] ? channels(colours[name]) : inForce(name);
    const right = readable(wanted, ground);
    if (colours[name] || right !== wanted) set(name, right);
  }
}

/** Takes one of the two schemes, whatever the buyer's device has: what is written for dark ones counts always, or never. */
function force(theme) {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  for (const rule of rules) {
    if (rule.media?.mediaText.includes("prefers-color-scheme")) rule.media.mediaText = theme === "dark" ? "all" : "not all";
  }
  document.documentElement.style.colorScheme = theme;
}

/** Takes over an appearance; the names of what was not taken. */
function dress(appearance) {
  const { theme, tokens } = Object(appearance);
  const ignored = [];
  const chosen = THEMES.includes(theme) ? theme : "light";
  if (theme !== undefined && chosen !== theme) ignored.push("theme");
  if (chosen !== "auto") force(chosen);
  const colours = {};
  const { style } = document.documentElement;
  for (const [name, value] of Object.entries(Object(tokens))) {
    const text = String(value);
    if (Object.hasOwn(COLOURS, name) && COLOUR.test(text)) colours[name] = text;
    else if (name === "radius" && /^\d{1,2}px$/.test(text) && Number.parseInt(text, 10) <= 24) style.setProperty("--field-radius", text);
    else if (name === "fontSize" && /^1[4-8]px$/.test(text)) style.setProperty("--field-size", text);
    else if (name === "font" && /^[\w\s,'"-]{1,200}$/.test(text)) style.setProperty("--field-font", text);
    else ignored.push(`tokens.${name}`);
  }
  paint(colours);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint(colours));
  return ignored;
}

