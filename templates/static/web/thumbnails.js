// Pictures for scrubbing: a WebVTT file whose cues point into a sprite.

import { clock } from "./ui.js";

const CUE = /([\d:.]+)\s+-->\s+([\d:.]+)[^\n]*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

function seconds(text) {
  return text.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}

export async function loadThumbnails(url) {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) return [];
  const cues = [];
  for (const [, start, end, file, ...box] of (await response.text()).matchAll(CUE)) {
    const [x, y, width, height] = box.map(Number);
    cues.push({
      start: seconds(start), end: seconds(end), url: new URL(file, new URL(url, location.href)).href,
      x, y, width, height,
    });
  }
  return cues;
}

export function showThumbnail(node, cues, time) {
  const cue = cues.find((each) => time >= each.start && time < each.end);
  node.hidden = !cue;
  if (!cue) return;
  node.querySelector("span").textContent = clock(time);
  node.style.width = `${cue.width}px`;
  node.style.height = `${cue.height}px`;
  node.style.backgroundImage = `url("${cue.url}")`;
  node.style.backgroundPosition = `-${cue.x}px -${cue.y}px`;
}
