// The faces of profiles: a sign on a colour, drawn here.

const FACES = {
  sun: ["#ffb84d", "#e4572e", "M12 7.2a4.8 4.8 0 1 0 0 9.6 4.8 4.8 0 0 0 0-9.6M11 2h2v3.2h-2zM11 18.8h2V22h-2zM2 11h3.2v2H2zM18.8 11H22v2h-3.2zM4.2 5.6l1.4-1.4 2.3 2.3-1.4 1.4zM16.1 17.5l1.4-1.4 2.3 2.3-1.4 1.4zM4.2 18.4l2.3-2.3 1.4 1.4-2.3 2.3zM16.1 6.5l2.3-2.3 1.4 1.4-2.3 2.3z"],
  moon: ["#6d7bff", "#2b2f77", "M20 14.4A8.6 8.6 0 0 1 9.6 4 8.6 8.6 0 1 0 20 14.4z"],
  star: ["#f25c9a", "#7a1f6b", "m12 2.6 2.9 6.2 6.7.8-5 4.6 1.4 6.7L12 17.5l-6 3.4 1.4-6.7-5-4.6 6.7-.8z"],
  leaf: ["#5ad18a", "#0f6b52", "M20.5 3.5C10 3 3.6 8 4.2 15.2L3 20.8l1.9.4 1-4.6C13.6 18 20.5 14 20.5 3.5zM7.4 14.6l-.3-.1C9 10.5 12 8.3 15.6 7.2c-3 2-5.7 4.3-8.2 7.4z"],
  wave: ["#4cc4e8", "#12507e", "M2 9.5c3.3 0 3.3-2.5 6.7-2.5s3.3 2.5 6.6 2.5S18.7 7 22 7v2.6c-3.3 0-3.3 2.5-6.7 2.5S12 9.6 8.7 9.6 5.3 12.1 2 12.1zM2 15.5c3.3 0 3.3-2.5 6.7-2.5s3.3 2.5 6.6 2.5S18.7 13 22 13v2.6c-3.3 0-3.3 2.5-6.7 2.5s-3.3-2.5-6.6-2.5-3.4 2.5-6.7 2.5z"],
  bolt: ["#ffd84d", "#b8621b", "M13.5 2 4.5 13.5h6L9 22l10-12.5h-6.6z"],
  heart: ["#ff7a6b", "#a3193d", "M12 20.5 3.8 12.3a5.2 5.2 0 0 1 7.4-7.4l.8.8.8-.8a5.2 5.2 0 0 1 7.4 7.4z"],
  cloud: ["#a9b6cc", "#46506b", "M7 19a5 5 0 0 1-.6-9.96A6 6 0 0 1 18 10.2 4.5 4.5 0 0 1 17.5 19z"],
};
const SVG = "http://www.w3.org/2000/svg";

export const AVATARS = Object.keys(FACES);

function shape(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

let drawn = 0;

export function avatar(name) {
  const [light, dark, sign] = FACES[name] || FACES.cloud;
  const id = `face-${++drawn}`;
  const svg = shape("svg", { viewBox: "0 0 48 48", "aria-hidden": "true", class: "face" });
  const colour = shape("linearGradient", { id, x1: 0, y1: 0, x2: 0.6, y2: 1 });
  colour.append(shape("stop", { offset: 0, "stop-color": light }), shape("stop", { offset: 1, "stop-color": dark }));
  const signs = shape("g", { transform: "translate(10.8 10.8) scale(1.1)", fill: "#fffffff0" });
  signs.append(shape("path", { d: sign }));
  svg.append(colour, shape("rect", { width: 48, height: 48, rx: 9, fill: `url(#${id})` }), signs);
  return svg;
}
