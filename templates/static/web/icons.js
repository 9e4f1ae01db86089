// The signs on the player's buttons, drawn here so that no font has to have them.

const PATHS = {
  play: "M7 4.5v15l12-7.5z",
  lock: "M7 10V8a5 5 0 0 1 10 0v2h1.5v10h-13V10zm2 0h6V8a3 3 0 0 0-6 0z",
  pause: "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
  back: "M14.5 5 7.5 12l7 7 1.6-1.6L10.7 12l5.4-5.4z",
  search: "M10.5 4a6.5 6.5 0 1 0 3.9 11.7l4.5 4.5 1.5-1.5-4.5-4.5A6.5 6.5 0 0 0 10.5 4zm0 2.1a4.4 4.4 0 1 1 0 8.8 4.4 4.4 0 0 1 0-8.8z",
  sound: "M4 9v6h4l5 4.5v-15L8 9zM15.5 8.2a5 5 0 0 1 0 7.6l1.3 1.5a7 7 0 0 0 0-10.6z",
  muted: "M4 9v6h4l5 4.5v-15L8 9zM15.4 10l1.4-1.4 1.9 1.9 1.9-1.9L22 10l-1.9 2 1.9 1.9-1.4 1.4-1.9-1.9-1.9 1.9-1.4-1.4 1.9-1.9z",
  rewind: "M12 5V1L6.5 6 12 11V7a5.5 5.5 0 1 1-5.5 5.5h-2A7.5 7.5 0 1 0 12 5z",
  forward: "M12 5V1l5.5 5L12 11V7a5.5 5.5 0 1 0 5.5 5.5h2A7.5 7.5 0 1 1 12 5z",
  next: "M6 5v14l9.5-7zM16 5h2.6v14H16z",
  restart: "M12 5a7.5 7.5 0 1 1-7.3 9.2l2-.5A5.5 5.5 0 1 0 8 8.6L10.5 11H4V4.500l2.600 2.600A7.450 7.450 0 0 1 12 5z",
  words: "M4 4h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-7l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zm2 5v2h7V9zm9 0v2h3V9zM6 13v2h3v-2zm5 0v2h7v-2z",
  quality: "M10.4 2h3.2l.5 2.6 1.9.8 2.2-1.5 2.3 2.3-1.5 2.2.8 1.9 2.6.5v3.2l-2.6.5-.8 1.9 1.5 2.2-2.3 2.3-2.2-1.5-1.9.8-.5 2.6h-3.2l-.5-2.6-1.9-.8-2.2 1.5-2.3-2.3 1.5-2.2-.8-1.9-2.6-.5v-3.2l2.6-.5.8-1.9-1.5-2.2 2.3-2.3 2.2 1.5 1.9-.8zM12 8.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2z",
  fullscreen: "M5 5h6v2H7v4H5zM13 5h6v6h-2V7h-4zM5 13h2v4h4v2H5zM17 13h2v6h-6v-2h4z",
};
const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("sign");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
