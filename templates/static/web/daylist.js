// The guide of a phone: one channel and one day at a time, as a list.
import { shared } from "./api.js";
import { channelFinder } from "./finder.js";
import { HOUR, dayOf, episode, groupChips, logo, marks, midnight, noteTime, press, serverNow, showDetails, timeOf } from "./television.js";
import { busy, h } from "./ui.js";
import { explain, word } from "./words.js";

const DAYS = [-2, -1, 0, 1, 2, 3, 4, 5, 6];

export function shortGuide(view, all) {
  const list = h("ol.daylist", { "data-testid": "daylist" });
  let chosen = { channel: all[0], day: midnight(serverNow()) };
  let visit = 0;
  const logos = h("div.chips.chips--logos", { role: "group", "aria-label": word("channels") });
  const groups = groupChips(all, (group) => {
    const shown = drawLogos(group);
    if (!shown.includes(chosen.channel)) choose({ channel: shown[0] });
    else mark();
  });
  const days = h("div.chips", { role: "group" }, DAYS.map((offset) => {
    const day = midnight(midnight(serverNow()) + offset * 24 * HOUR + 12 * HOUR);
    return h("button.chip", { type: "button", "data-day": day, onclick: () => choose({ day }) }, dayOf(day + 12 * HOUR));
  }));
  view.replaceChildren(h("section.television.television--list", {},
    h("h1.unseen", {}, word("guide")),
    h("div.television__top", {}, h("div.television__find", {}, channelFinder(all, goTo), groups), logos, days), list));

  function drawLogos(group) {
    const shown = all.filter((one) => !group || one.group?.slug === group);
    press(groups, (chip) => chip.dataset.group === group);
    logos.replaceChildren(...shown.map((channel) => h(
      "button.chip.chip--logo", { type: "button", "data-testid": "channel", "data-channel": channel.slug, title: channel.name, onclick: () => choose({ channel }) }, logo(channel))));
    return shown;
  }

  function goTo(channel) {
    if (!logos.querySelector(`[data-channel="${channel.slug}"]`)) drawLogos("");
    choose({ channel });
  }

  function mark() {
    press(logos, (chip) => chip.dataset.channel === chosen.channel?.slug);
    press(days, (chip) => Number(chip.dataset.day) === chosen.day);
    for (const chips of [logos, days]) chips.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  async function choose(change) {
    chosen = { ...chosen, ...change };
    const mine = ++visit;
    mark();
    if (!chosen.channel) return list.replaceChildren(h("li.note", {}, word("noGuide")));
    list.replaceChildren(h("li", {}, busy()));
    try {
      const found = await programmes(chosen);
      if (mine === visit) draw(found);
    } catch (problem) {
      if (mine === visit) list.replaceChildren(h("li", {}, failed(problem)));
      if (!problem.code) throw problem;
    }
    return null;
  }

  function failed(problem) {
    return h("div.failed", { role: "alert", "data-testid": "failure" }, h("p", {}, explain(problem)),
      h("div.actions.actions--centre", {}, h("button.button", { type: "button", onclick: () => choose({}) }, word("retry"))));
  }

  // A day here is two days in UTC, unless one lives in Greenwich.
  async function programmes({ channel, day }) {
    const dates = [...new Set([day, day + 24 * HOUR - 1].map((at) => new Date(at).toISOString().slice(0, 10)))];
    const answers = await Promise.all(dates.map((date) => shared(`/v1/channels/${channel.id}/schedule`, { date })));
    noteTime(answers[0].server_time);
    const byId = new Map(answers.flatMap((answer) => answer.results).map((one) => [one.id, one]));
    return [...byId.values()].filter((one) => Date.parse(one.ends_at) > day && Date.parse(one.starts_at) < day + 24 * HOUR);
  }

  function draw(found) {
    const now = serverNow();
    list.replaceChildren(...(found.length ? found.map((one) => line(one, now)) : [h("li.note", {}, word("noGuide"))]));
    list.querySelector(".is-now")?.scrollIntoView({ block: "center" });
  }

  function line(programme, now) {
    const [start, end] = [Date.parse(programme.starts_at), Date.parse(programme.ends_at)];
    const state = end <= now ? "is-past" : start <= now ? "is-now" : "is-next";
    const node = h(`button.daylist__item.${state}`, { type: "button", "data-testid": "programme", "data-id": programme.id, onclick: () => showDetails(chosen.channel, programme) },
      h("span.daylist__time", {}, timeOf(start)),
      h("span.daylist__text", {}, h("strong", {}, programme.title, marks(programme)), h("span.facts", {}, episode(programme))));
    if (state === "is-now") node.style.setProperty("--done", `${((now - start) / (end - start)) * 100}%`);
    return h("li", {}, node);
  }

  drawLogos("");
  choose({});
  return { goTo, close() { visit += 1; } };
}
