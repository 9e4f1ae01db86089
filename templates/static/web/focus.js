// Arrow keys move the focus to the nearest thing in that direction, as a TV remote expects.
import { motion } from "./ui.js";

const REACHABLE = "a[href], button:not([disabled]), input, select, [tabindex='0']";
const DIRECTIONS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
};

function centre(box) {
  return [box.left + box.width / 2, box.top + box.height / 2];
}

function visible(node) {
  const box = node.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && getComputedStyle(node).visibility !== "hidden";
}

// How far a box is in a direction. Left and right stay within a row; up and down prefer
// what overlaps, and being off the axis costs more than being far along it.
function distance(from, to, [dx, dy]) {
  const [ax, ay] = centre(from);
  const [bx, by] = centre(to);
  const along = (bx - ax) * dx + (by - ay) * dy;
  if (along <= 4) return Infinity;
  if (dx) return to.top < from.bottom && to.bottom > from.top ? along : Infinity;
  const gap = Math.max(0, dy > 0 ? to.top - from.bottom : from.top - to.bottom);
  const overlaps = to.left < from.right && to.right > from.left;
  return gap * 2 + Math.abs(bx - ax) * (overlaps ? 0.25 : 1);
}

function nearest(from, direction, scope) {
  const origin = from.getBoundingClientRect();
  let best = null;
  let least = Infinity;
  for (const node of scope.querySelectorAll(REACHABLE)) {
    if (node === from || !visible(node)) continue;
    const far = distance(origin, node.getBoundingClientRect(), direction);
    if (far < least) [best, least] = [node, far];
  }
  return best;
}

export function followArrows() {
  document.addEventListener("keydown", (event) => {
    const direction = DIRECTIONS[event.key];
    if (!direction || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const from = document.activeElement;
    if (from?.matches("input, textarea, select") && direction[0] !== 0) return;
    const scope = document.querySelector("dialog[open], [data-keep-focus]:not([hidden])") || document;
    const to = from && from !== document.body && scope.contains(from)
      ? nearest(from, direction, scope)
      : scope.querySelector("main a[href], main button") || scope.querySelector(REACHABLE);
    if (!to) return;
    event.preventDefault();
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest", inline: "center", behavior: motion() });
  });
}
