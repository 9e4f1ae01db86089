// The guide: channels by time, scrolled both ways, loaded as it comes into view.
import { shared } from "./api.js";
import { shortGuide } from "./daylist.js";
import { HOUR, MINUTE, channels, dayOf, episode, forgetChannels, logo, marks, midnight, noteTime, serverNow, showDetails, timeOf } from "./television.js";
import { busy, h } from "./ui.js";
import { word } from "./words.js";

const BLOCK = 6 * HOUR; // windows of the API that all devices share
const ROWS = 25; // channels of one page
const BEFORE = 2; // days
const AFTER = 7;
const TICK_MS = 15_000;
const NARROW = "(max-width: 45rem)";

export async function guide(view) {
  view.replaceChildren(busy());
  forgetChannels();
  const all = await channels();
  const narrow = matchMedia(NARROW);
  let page = null;
  const draw = () => {
    page?.close();
    page = narrow.matches ? shortGuide(view, all) : new Grid(view, all);
  };
  narrow.addEventListener("change", draw);
  draw();
  return () => {
    narrow.removeEventListener("change", draw);
    page.close();
  };
}

class Grid {
  constructor(view, all) {
    Object.assign(this, { view, all, group: "", rows: new Map(), loaded: new Set() });
    this.from = Math.floor(midnight(serverNow() - BEFORE * 24 * HOUR) / BLOCK) * BLOCK;
    this.until = this.from + (BEFORE + AFTER) * 24 * HOUR;
    this.build();
    this.show("");
    this.toNow();
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  close() {
    clearInterval(this.timer);
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
    this.corner = h("div.guide__corner", { "aria-live": "polite" });
    this.body = h("div.guide__body");
    this.scroller = h("div.guide", { "data-testid": "guide", "data-keep-focus": true },
      h("div.guide__head", {}, this.corner, this.lane), this.body, this.line);
    this.scroller.style.setProperty("--minutes", minutes);
    this.days = h("div.chips", { role: "group" });
    for (let day = midnight(serverNow() - BEFORE * 24 * HOUR); day < this.until; day += 24 * HOUR) {
      const noon = day + 12 * HOUR;
      this.days.append(h("button.chip", { type: "button", "data-day": midnight(noon), onclick: () => this.toDay(midnight(noon)) }, dayOf(noon)));
    }
    this.view.replaceChildren(h("section.television", {},
      h("div.television__bar", {},
        h("h1.television__name", {}, word("guide")),
        h("button.button.button--main.button--small", { type: "button", "data-testid": "to-now", onclick: () => this.toNow("smooth") }, word("now")),
        this.days),
      this.groups(),
      this.scroller));
    this.scroller.addEventListener("scroll", () => this.later(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.key(event));
    this.scroller.addEventListener("focusin", (event) => { this.focus(event.target); });
    this.scroller.addEventListener("click", (event) => this.open(event.target.closest(".airing-cell")));
  }

  groups() {
    const found = new Map(this.all.filter((one) => one.group).map((one) => [one.group.slug, one.group.name]));
    const chip = (slug, name) => h("button.chip", { type: "button", "aria-pressed": String(slug === this.group), "data-group": slug, onclick: () => this.show(slug) }, name);
    this.chips = h("div.chips", { role: "group", "aria-label": word("channels") }, chip("", word("allChannels")), [...found].map(([slug, name]) => chip(slug, name)));
    return this.chips;
  }

  show(group) {
    this.group = group;
    for (const chip of this.chips.children) chip.setAttribute("aria-pressed", String(chip.dataset.group === group));
    this.rows.clear();
    this.loaded.clear();
    this.pages = [{ cursor: "", number: 0 }];
    const shown = this.all.filter((one) => !group || one.group?.slug === group);
    this.body.replaceChildren(...shown.map((channel) => this.row(channel)));
    this.tick();
    this.load();
  }

  row(channel) {
    const cells = h("div.guide__cells");
    const node = h("div.guide__row", { "data-channel": channel.slug },
      h("a.guide__channel", { href: `/channel/${channel.slug}`, "data-testid": "channel", title: channel.name },
        h("span.guide__number", {}, channel.number || ""), logo(channel)),
      cells);
    this.rows.set(channel.id, { channel, node, cells, known: new Map() });
    return node;
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
    const height = this.body.firstElementChild?.offsetHeight || 1;
    const last = Math.floor((scroller.scrollTop + scroller.clientHeight) / height / ROWS);
    const first = Math.floor(Math.max(0, scroller.scrollTop - height) / height / ROWS);
    for (let start = Math.floor(left / BLOCK) * BLOCK - BLOCK; start < right + BLOCK / 2; start += BLOCK) {
      for (let page = first; page <= last; page += 1) this.fetch(page, start);
    }
  }

  async fetch(page, start) {
    const key = `${this.group} ${page} ${start}`;
    if (start < this.from || start >= this.until || this.loaded.has(key)) return;
    this.loaded.add(key);
    const group = this.group;
    try {
      const cursor = await this.cursor(page, start);
      if (cursor === null) return;
      const answer = await shared("/v1/guide", this.asks(start, cursor));
      noteTime(answer.server_time);
      if (group !== this.group) return;
      this.cursors(group)[page + 1] ??= answer.next;
      for (const { channel, programmes, blackouts } of answer.results) this.fill(channel.id, programmes, blackouts);
    } catch (problem) {
      this.loaded.delete(key); // asked for again when it is scrolled to
      if (!problem.code) throw problem;
    }
  }

  asks(start, cursor) {
    const moment = (at) => new Date(at).toISOString().replace(".000", "");
    return {
      from: moment(start), to: moment(start + BLOCK), limit: ROWS,
      ...(this.group ? { group: this.group } : {}), ...(cursor ? { cursor } : {}),
    };
  }

  cursors(group) {
    this.marks ??= {};
    return (this.marks[group] ??= [""]);
  }

  // Where a page of channels starts; the pages before it are asked when they are unknown.
  async cursor(page, start) {
    const known = this.cursors(this.group);
    for (let number = known.length - 1; known.length <= page; number += 1) {
      if (known[number] === null) return null;
      const answer = await shared("/v1/guide", this.asks(start, known[number]));
      known[number + 1] = answer.next;
    }
    return known[page];
  }

  fill(channelId, programmes, blackouts) {
    const row = this.rows.get(channelId);
    if (!row) return;
    for (const programme of programmes) {
      const before = row.known.get(programme.id);
      if (before) continue;
      const cell = this.cell(programme);
      row.known.set(programme.id, { programme, cell });
      row.cells.append(cell);
    }
    for (const blackout of blackouts || []) this.shade(row, blackout);
    this.mark(row);
  }

  cell(programme) {
    const [start, end] = [Date.parse(programme.starts_at), Date.parse(programme.ends_at)];
    const minutes = (end - start) / MINUTE;
    const detail = minutes > 20 ? [episode(programme), timeOf(start)].filter(Boolean).join(" · ") : "";
    const node = h("button.airing-cell", { type: "button", tabindex: -1, "data-testid": "programme", "data-id": programme.id, "data-start": start, "data-end": end, title: `${timeOf(start)} ${programme.title}` },
      h("span.airing-cell__text", {}, h("span.airing-cell__title", {}, h("span.airing-cell__name", {}, programme.title), marks(programme)), h("span.airing-cell__time", {}, detail)));
    node.style.setProperty("--at", this.at(start));
    node.style.setProperty("--for", minutes);
    if (programme.is_masked) node.classList.add("is-masked");
    return node;
  }

  shade(row, { starts_at: start, ends_at: end }) {
    if (row.known.has(`blackout ${start}`)) return;
    const node = h("div.guide__blackout", { title: word("problems").blackout || "" });
    node.style.setProperty("--at", this.at(Date.parse(start)));
    node.style.setProperty("--for", (Date.parse(end) - Date.parse(start)) / MINUTE);
    row.known.set(`blackout ${start}`, {});
    row.cells.append(node);
  }

  // The line of now, and what is past, running and to come.
  tick() {
    this.line.style.setProperty("--at", this.at(serverNow()));
    for (const row of this.rows.values()) this.mark(row);
  }

  mark(row) {
    const now = serverNow();
    for (const { programme, cell } of row.known.values()) {
      if (!cell) continue;
      const [start, end] = [Number(cell.dataset.start), Number(cell.dataset.end)];
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
    for (const chip of this.days.children) chip.setAttribute("aria-pressed", String(Number(chip.dataset.day) === day));
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
    return [...this.rows.values()].find((row) => row.channel.slug === slug);
  }

  // Up and down keep to the time that was chosen by left and right.
  focus(node) {
    if (node.classList.contains("airing-cell") && !this.vertical) {
      this.anchor = Math.max(Number(node.dataset.start), this.leftEdge());
    }
  }

  leftEdge() {
    return this.from + (this.scroller.scrollLeft / this.minute) * MINUTE;
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 }[event.key];
    const from = event.target.closest(".airing-cell, .guide__channel");
    if (!step || !from) return;
    const to = event.key === "ArrowUp" || event.key === "ArrowDown" ? this.beside(from, step) : this.along(from, step);
    if (!to) return;
    event.preventDefault();
    this.vertical = event.key === "ArrowUp" || event.key === "ArrowDown";
    to.focus({ preventScroll: true });
    this.vertical = false;
    this.reveal(to);
  }

  beside(from, step) {
    const row = from.closest(".guide__row");
    const other = step > 0 ? row.nextElementSibling : row.previousElementSibling;
    if (!other) return null;
    if (from.classList.contains("guide__channel")) return other.querySelector(".guide__channel");
    return this.around(other, this.anchor) || other.querySelector(".guide__channel");
  }

  along(from, step) {
    const cells = this.ordered(from.closest(".guide__row"));
    if (from.classList.contains("guide__channel")) return step > 0 ? this.around(from.closest(".guide__row"), this.leftEdge() + 31 * MINUTE) || cells[0] : null;
    const to = cells[cells.indexOf(from) + step];
    return to || (step < 0 ? from.closest(".guide__row").querySelector(".guide__channel") : null);
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
