// The guide: channels by time, scrolled both ways. Only what is near what is in view is on the
// page, so a thousand channels cost what a screenful does.
import { shortGuide } from "./daylist.js";
import { Dial } from "./dial.js";
import { channelFinder } from "./finder.js";
import { BLOCK, Blocks, ROWS } from "./guideblocks.js";
import { HOUR, MINUTE, channels, dayOf, episode, forgetChannels, groupChips, logo, marks, midnight, noteTime, press, serverNow, showDetails, timeOf } from "./television.js";
import { busy, h, motion } from "./ui.js";
import { explain, word } from "./words.js";

const BEFORE = 2; // days
const AFTER = 7;
const TICK_MS = 15_000;
const AHEAD = 8; // rows above and below those in view that are filled as well
const NARROW = "(max-width: 45rem)";

export async function guide(view) {
  view.replaceChildren(busy());
  forgetChannels();
  const all = await channels();
  const narrow = matchMedia(NARROW);
  let page = null;
  const dial = new Dial((channel) => page.goTo(channel));
  const draw = () => {
    page?.close();
    page = narrow.matches ? shortGuide(view, all) : new Grid(view, all);
    view.append(dial.node);
  };
  const dialled = (event) => dial.key(event);
  narrow.addEventListener("change", draw);
  document.addEventListener("keydown", dialled);
  draw();
  return () => {
    narrow.removeEventListener("change", draw);
    document.removeEventListener("keydown", dialled);
    dial.close();
    page.close();
  };
}

class Grid {
  constructor(view, all) {
    Object.assign(this, { view, all, group: "", held: new Set() });
    this.from = Math.floor(midnight(serverNow() - BEFORE * 24 * HOUR) / BLOCK) * BLOCK;
    this.until = this.from + (BEFORE + AFTER) * 24 * HOUR;
    this.build();
    this.show("");
    this.toNow();
    this.timer = setInterval(() => { this.tick(); this.load(); }, TICK_MS);
  }

  close() {
    clearInterval(this.timer);
    this.blocks.keep(() => false);
  }

  get minute() { // pixels, as the style sheet says
    return this.lane.offsetWidth / ((this.until - this.from) / MINUTE);
  }

  at(moment) {
    return (moment - this.from) / MINUTE;
  }

  build() {
    const minutes = (this.until - this.from) / MINUTE;
    this.line = h("div.guide__now", { "data-testid": "now-line" });
    this.lane = h("div.guide__hours");
    for (let hour = this.from; hour < this.until; hour += HOUR / 2) {
      const mark = h("span", {}, timeOf(hour));
      mark.style.setProperty("--at", this.at(hour));
      this.lane.append(mark);
    }
    this.note = h("p.television__note", { role: "status" });
    this.corner = h("div.guide__corner", { "aria-live": "polite" });
    this.body = h("div.guide__body");
    this.scroller = h("div.guide", { "data-testid": "guide", "data-keep-focus": true },
      h("div.guide__head", {}, this.corner, this.lane), h("div.guide__sheet", {}, this.body, this.line));
    this.scroller.style.setProperty("--minutes", minutes);
    this.days = h("div.chips", { role: "group" });
    for (let day = midnight(serverNow() - BEFORE * 24 * HOUR); day < this.until; day += 24 * HOUR) {
      const noon = day + 12 * HOUR;
      this.days.append(h("button.chip", { type: "button", "data-day": midnight(noon), onclick: () => this.toDay(midnight(noon)) }, dayOf(noon)));
    }
    this.groups = groupChips(this.all, (group) => this.show(group));
    this.view.replaceChildren(h("section.television", {},
      h("div.television__bar", {},
        h("h1.television__name", {}, word("guide")),
        h("button.button.button--main.button--small", { type: "button", "data-testid": "to-now", onclick: () => this.toNow(motion()) }, word("now")),
        this.days),
      h("div.television__find", {}, channelFinder(this.all, (channel) => this.goTo(channel)), this.groups),
      this.scroller, this.note));
    this.scroller.addEventListener("scroll", () => this.later(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.key(event));
    this.scroller.addEventListener("focusin", (event) => { this.focus(event.target); });
    this.scroller.addEventListener("click", (event) => this.open(event.target.closest(".airing-cell")));
  }

  show(group) {
    this.group = group;
    press(this.groups, (chip) => chip.dataset.group === group);
    this.blocks?.keep(() => false);
    this.blocks = new Blocks(group, group ? { 0: "" } : this.all.cursors, (answer) => this.take(answer), (problem) => { this.note.textContent = explain(problem); });
    this.dressed = new Set(); // pages whose rows are not empty
    const shown = this.all.filter((one) => !group || one.group?.slug === group);
    this.list = shown.map((channel, place) => this.row(channel, place));
    this.rows = new Map(this.list.map((row) => [row.channel.id, row]));
    this.body.replaceChildren(...this.list.map((row) => row.node));
    this.scroller.scrollTop = 0;
    this.tick();
    this.load();
  }

  row(channel, place) {
    const node = h("div.guide__row", { "data-channel": channel.slug });
    return { channel, place, node, cells: h("div.guide__cells"), known: new Map() };
  }

  page(number) {
    return this.list.slice(Math.max(0, number * ROWS), Math.max(0, (number + 1) * ROWS));
  }

  // The rows of a page are empty until they come near what is in view.
  dress(page) {
    for (const { channel, node, cells } of this.page(page)) {
      if (node.childElementCount) continue;
      node.append(
        h("a.guide__channel", { href: `/channel/${channel.slug}`, "data-testid": "channel", title: channel.name },
          h("span.guide__number", {}, channel.number || ""), logo(channel)),
        cells);
    }
    this.dressed.add(page);
  }

  // What is far leaves the page; not the row that has the focus.
  trim(first, last, from, until) {
    this.blocks.keep(({ page, start }) => first <= page && page <= last && from <= start && start < until);
    for (const page of this.dressed) {
      if (first <= page && page <= last) {
        for (const row of this.page(page)) this.thin(row, from, until);
        continue;
      }
      const left = this.page(page).filter((row) => !row.node.contains(document.activeElement));
      const isFar = page < first - 1 || page > last + 1;
      for (const row of left) this.empty(row, isFar);
      if (isFar && left.length === this.page(page).length) this.dressed.delete(page);
    }
  }

  thin(row, from, until) {
    for (const [id, { cell, start, end }] of row.known) {
      if ((start < until && end > from) || cell === document.activeElement) continue;
      cell.remove();
      row.known.delete(id);
    }
  }

  empty(row, wholly) {
    if (row.known.size) row.cells.replaceChildren();
    row.known.clear();
    if (wholly) row.node.replaceChildren();
  }

  later() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.load());
  }

  // Blocks of time by pages of channels around what is in view.
  load() {
    const { scroller, minute } = this;
    if (!minute) return;
    const left = this.from + (scroller.scrollLeft / minute) * MINUTE;
    const right = left + (scroller.clientWidth / minute) * MINUTE;
    this.name(left + HOUR);
    const pageOf = (pixels) => Math.min(
      Math.max(0, Math.floor(pixels / this.height / ROWS)), Math.max(0, Math.ceil(this.list.length / ROWS) - 1));
    const first = pageOf(scroller.scrollTop - AHEAD * this.height);
    const last = pageOf(scroller.scrollTop + scroller.clientHeight + AHEAD * this.height);
    const from = Math.floor(left / BLOCK) * BLOCK - BLOCK;
    const until = Math.ceil(right / BLOCK) * BLOCK + BLOCK;
    for (let page = first - 1; page <= last + 1; page += 1) this.dress(page);
    this.trim(first, last, from, until);
    this.hold(left);
    const wanted = [];
    for (let start = Math.max(from, this.from); start < Math.min(until, this.until); start += BLOCK) {
      for (let page = first; page <= last; page += 1) wanted.push([page, start]);
    }
    const far = ([, start]) => Math.abs(start + BLOCK / 2 - (left + right) / 2);
    this.blocks.want(wanted.sort((one, other) => far(other) - far(one)));
  }

  // The words of what began before the left edge stay in view. They alone are sticky: each
  // thing that is costs the browser a layer, and a screen of them hundreds of milliseconds.
  hold(left) {
    const top = Math.floor(this.scroller.scrollTop / this.height);
    const bottom = Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / this.height);
    const held = new Set();
    for (const row of this.list.slice(top, bottom)) {
      for (const { cell, start, end } of row.known.values()) if (start < left && left < end) held.add(cell);
    }
    for (const cell of this.held) cell.classList.toggle("is-held", held.has(cell));
    for (const cell of held) cell.classList.add("is-held");
    this.held = held;
  }

  get height() {
    return this.list[0]?.node.getBoundingClientRect().height || 1; // not rounded: a thousand rows add up
  }

  take(answer) {
    noteTime(answer.server_time);
    this.note.textContent = "";
    for (const { channel, programmes, blackouts } of answer.results) this.fill(channel.id, programmes, blackouts);
    this.hold(this.leftEdge());
  }

  fill(channelId, programmes, blackouts) {
    const row = this.rows.get(channelId);
    if (!row) return;
    for (const programme of programmes) {
      if (row.known.has(programme.id)) continue;
      const [start, end] = [Date.parse(programme.starts_at), Date.parse(programme.ends_at)];
      const cell = this.cell(programme, start, end);
      row.known.set(programme.id, { programme, cell, start, end });
      row.cells.append(cell);
    }
    for (const blackout of blackouts || []) this.shade(row, blackout);
    this.mark(row);
    if (this.isAdrift && row.node.contains(document.activeElement)) this.go(this.landing(row), true);
  }

  cell(programme, start, end) {
    const minutes = (end - start) / MINUTE;
    const detail = minutes > 20 ? [episode(programme), timeOf(start)].filter(Boolean).join(" · ") : "";
    const node = h("button.airing-cell", { type: "button", tabindex: -1, "data-testid": "programme", "data-id": programme.id, "data-start": start, "data-end": end, title: `${timeOf(start)} ${programme.title}` },
      h("span.airing-cell__text", {}, h("span.airing-cell__title", {}, h("span.airing-cell__name", {}, programme.title), marks(programme)), h("span.airing-cell__time", {}, detail)));
    node.style.setProperty("--at", this.at(start));
    node.style.setProperty("--for", minutes);
    if (programme.is_masked) node.classList.add("is-masked");
    return node;
  }

  shade(row, blackout) {
    const [start, end] = [Date.parse(blackout.starts_at), Date.parse(blackout.ends_at)];
    if (row.known.has(`blackout ${start}`)) return;
    const cell = h("div.guide__blackout", { title: word("problems").blackout || "" });
    cell.style.setProperty("--at", this.at(start));
    cell.style.setProperty("--for", (end - start) / MINUTE);
    row.known.set(`blackout ${start}`, { cell, start, end });
    row.cells.append(cell);
  }

  // The line of now, and what is past, running and to come.
  tick() {
    this.line.style.setProperty("--at", this.at(serverNow()));
    for (const row of this.list) this.mark(row);
  }

  mark(row) {
    const now = serverNow();
    for (const { programme, cell, start, end } of row.known.values()) {
      if (!programme) continue; // a blackout
      cell.classList.toggle("is-now", start <= now && now < end);
      cell.classList.toggle("is-past", end <= now);
      const kept = (programme.can || []).includes("catchup") && end + row.channel.capabilities.catchup_hours * HOUR > now;
      cell.classList.toggle("is-kept", end <= now && kept);
      if (start <= now && now < end) cell.style.setProperty("--done", `${((now - start) / (end - start)) * 100}%`);
    }
  }

  name(moment) {
    const day = midnight(moment);
    this.corner.textContent = dayOf(moment);
    press(this.days, (chip) => Number(chip.dataset.day) === day);
  }

  toNow(behavior = "auto") {
    this.scroller.scrollTo({ left: Math.max(0, (this.at(serverNow()) - 30) * this.minute), behavior });
  }

  // The same time of another day.
  toDay(day) {
    const sameTime = serverNow() - midnight(serverNow());
    this.scroller.scrollTo({ left: Math.max(0, (this.at(day + sameTime) - 30) * this.minute) });
  }

  open(cell) {
    if (!cell) return;
    const row = this.rowOf(cell);
    showDetails(row.channel, row.known.get(cell.dataset.id).programme);
  }

  rowOf(node) {
    const slug = node.closest(".guide__row").dataset.channel;
    return this.list.find((row) => row.channel.slug === slug);
  }

  // Up and down keep to the time that was chosen by left and right.
  focus(node) {
    if (this.vertical) return;
    this.isAdrift = false;
    if (node.classList.contains("airing-cell")) this.anchor = Math.max(Number(node.dataset.start), this.leftEdge());
  }

  leftEdge() {
    return this.from + (this.scroller.scrollLeft / this.minute) * MINUTE;
  }

  key(event) {
    const rows = { ArrowUp: -1, ArrowDown: 1, PageUp: -this.screenful, PageDown: this.screenful, ChannelUp: -this.screenful, ChannelDown: this.screenful }[event.key];
    const cells = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const from = event.target.closest(".airing-cell, .guide__channel");
    if (!from || !(rows || cells)) return;
    const to = rows ? this.beside(from, rows) : this.along(from, cells);
    if (!to) return;
    event.preventDefault();
    this.go(to, Boolean(rows));
  }

  get screenful() {
    return Math.max(1, Math.floor(this.scroller.clientHeight / this.height) - 2);
  }

  go(to, isVertical) {
    this.vertical = isVertical;
    to.focus({ preventScroll: true });
    this.vertical = false;
    this.reveal(to);
  }

  beside(from, step) {
    const row = this.rowOf(from);
    const place = Math.min(Math.max(0, row.place + step), this.list.length - 1);
    if (place === row.place) return null;
    this.dress(Math.floor(place / ROWS));
    const other = this.list[place];
    if (from.classList.contains("guide__channel") && !this.isAdrift) return other.node.querySelector(".guide__channel");
    return this.landing(other);
  }

  // The row of a channel, at the top: what is on now, if that is in view.
  goTo(channel) {
    if (!this.rows.has(channel.id)) this.show("");
    const row = this.rows.get(channel.id);
    if (!row) return;
    this.dress(Math.floor(row.place / ROWS));
    const [left, now] = [this.leftEdge(), serverNow()];
    const right = left + ((this.scroller.clientWidth - this.corner.offsetWidth) / this.minute) * MINUTE;
    this.anchor = left <= now && now < right ? now : left + 31 * MINUTE;
    this.scroller.scrollTop = row.place * this.height;
    this.go(this.landing(row), true);
  }

  // The programme of a row at the time that was chosen; its channel until that is there.
  landing(row) {
    const cell = this.around(row.node, this.anchor);
    this.isAdrift = !cell;
    return cell || row.node.querySelector(".guide__channel");
  }

  along(from, step) {
    const { node } = this.rowOf(from);
    const cells = this.ordered(node);
    if (from.classList.contains("guide__channel")) return step > 0 ? this.around(node, this.leftEdge() + 31 * MINUTE) || cells[0] : null;
    const to = cells[cells.indexOf(from) + step];
    return to || (step < 0 ? node.querySelector(".guide__channel") : null);
  }

  ordered(row) {
    return [...row.querySelectorAll(".airing-cell")].sort((one, other) => one.dataset.start - other.dataset.start);
  }

  around(row, moment) {
    return this.ordered(row).find((cell) => cell.dataset.start <= moment && moment < cell.dataset.end);
  }

  reveal(node) {
    const { scroller } = this;
    node.closest(".guide__row").scrollIntoView({ block: "nearest", inline: "nearest" });
    if (!node.classList.contains("airing-cell")) return;
    const side = this.corner.offsetWidth;
    const left = this.at(Number(node.dataset.start)) * this.minute;
    const right = this.at(Number(node.dataset.end)) * this.minute;
    const width = scroller.clientWidth - side;
    if (left < scroller.scrollLeft) scroller.scrollTo({ left: Math.max(left - 12, right - width) });
    else if (right > scroller.scrollLeft + width) scroller.scrollTo({ left: Math.min(left - 12, right - width + 12) });
  }
}
