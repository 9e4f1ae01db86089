// Arrow keys move the focus to the nearest thing in that direction, as a TV remote expects.

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

// How far a box is in a direction; being off the axis costs more than being far along it.
function distance(from, to, [dx, dy]) {
  const [ax, ay] = centre(from);
  const [bx, by] = centre(to);
  const along = (bx - ax) * dx + (by - ay) * dy;
  if (along <= 4) return Infinity;
  const across = dx ? Math.abs(by - ay) : Math.abs(bx - ax);
  const overlaps = dx
    ? to.top < from.bottom && to.bottom > from.top
    : to.left < from.right && to.right > from.left;
  return along + across * (overlaps ? 0.5 : 3);
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
    const scope = document.querySelector("dialog[open]") || document;
    const to = from && from !== document.body && scope.contains(from)
      ? nearest(from, direction, scope)
      : scope.querySelector("main a[href], main button") || scope.querySelector(REACHABLE);
    if (!to) return;
    event.preventDefault();
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest", inline: "center", behavior: "smooth" });
  });
}
