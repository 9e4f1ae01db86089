// Small pieces that every view is made of.

// h("a.card", { href, onclick }, child, "text"): an element, its attributes, its children.
export function h(spec, attributes = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(2).filter((child) => child !== null && child !== undefined));
  return node;
}

const NARROW = { poster: 400, thumbnail: 400, still: 500, backdrop: 1600, logo: 700, square: 400 };

// The pictures of one role as one <img>; the widths on offer become its srcset.
export function picture(images, role, { sizes = "100vw", eager = false, className = "" } = {}) {
  const offers = (images || []).filter((image) => image.role === role);
  if (!offers.length) return null;
  offers.sort((one, other) => one.width - other.width);
  const wanted = offers.find((image) => image.width >= NARROW[role]) || offers.at(-1);
  const image = h("img", {
    class: className,
    src: wanted.url,
    alt: wanted.alt || "",
    width: wanted.width,
    height: wanted.height,
    loading: eager ? "eager" : "lazy",
    decoding: "async",
    srcset: srcset(offers, wanted),
    sizes: offers.length > 1 || wanted.template ? sizes : undefined,
  });
  if (wanted.placeholder?.startsWith("#")) image.style.backgroundColor = wanted.placeholder;
  if (wanted.focal?.length === 2) {
    image.style.objectPosition = `${wanted.focal[0] * 100}% ${wanted.focal[1] * 100}%`;
  }
  return image;
}

// The widths that a job made of the picture; until then, the pictures as they came.
function srcset(offers, wanted) {
  if (wanted.template) {
    const smaller = (width) => wanted.template.replace("{width}", width).replace("{format}", "webp");
    return [...wanted.widths.map((width) => `${smaller(width)} ${width}w`), `${wanted.url} ${wanted.width}w`].join(", ");
  }
  return offers.length > 1 ? offers.map((each) => `${each.url} ${each.width}w`).join(", ") : undefined;
}

export function minutes(seconds) {
  if (!seconds) return null;
  if (seconds < 90) return `${seconds} s`;
  const whole = Math.max(1, Math.round(seconds / 60));
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${whole % 60} min`;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds || 0));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${parts.join(":")}` : parts.join(":");
}

// How what scrolls by itself moves: at once for those who want less of that.
export function motion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

export function busy() {
  return h("div.busy", { role: "status", "aria-live": "polite" }, h("span.spinner"));
}
