// What the guide asks for: pages of channels by windows of time. A few at once, the latest
// first; what was scrolled past meanwhile is not asked for.
import { shared } from "./api.js";
import { HOUR } from "./television.js";

export const BLOCK = 6 * HOUR; // windows of the API that all devices share
export const ROWS = 25; // channels of one page
const AT_ONCE = 4;

export class Blocks {
  // `cursors` are those that are known, by the place of the first channel of their page.
  constructor(group, cursors, fill, fail) {
    Object.assign(this, { group, fill, fail, known: new Map(), waiting: [], running: 0 });
    this.cursors = new Map(Object.entries(cursors).map(([place, cursor]) => [place / ROWS, cursor]));
  }

  // Pairs of a page and the start of a window, those that matter most at the end.
  want(pairs) {
    for (const [page, start] of pairs) {
      const key = `${page} ${start}`;
      if (this.known.has(key)) continue;
      const block = { key, page, start };
      this.known.set(key, block);
      this.waiting.push(block);
    }
    this.run();
  }

  keep(isNear) {
    for (const block of this.known.values()) if (!isNear(block)) this.known.delete(block.key);
  }

  isWanted(block) {
    return this.known.get(block.key) === block;
  }

  run() {
    while (this.running < AT_ONCE && this.waiting.length) {
      const block = this.waiting.pop();
      if (this.isWanted(block)) this.ask(block);
    }
  }

  async ask(block) {
    this.running += 1;
    try {
      const cursor = await this.cursor(block.page);
      if (cursor === null || !this.isWanted(block)) return;
      const answer = await shared("/v1/guide", this.query(cursor, block));
      if (this.isWanted(block)) this.fill(answer);
    } catch (problem) {
      if (this.isWanted(block)) this.known.delete(block.key); // asked for again by and by
      if (!problem.code) throw problem;
      this.fail(problem);
    } finally {
      this.running -= 1;
      this.run();
    }
  }

  query(cursor, { start } = {}) {
    const moment = (at) => new Date(at).toISOString().replace(".000", "");
    return {
      ...(start === undefined ? {} : { from: moment(start), to: moment(start + BLOCK) }),
      limit: ROWS, ...(this.group ? { group: this.group } : {}), ...(cursor ? { cursor } : {}),
    };
  }

  // Where a page of channels starts: asked from the last page before it that is known.
  async cursor(page) {
    let number = page;
    while (!this.cursors.has(number)) number -= 1;
    for (; number < page; number += 1) {
      const cursor = await this.cursors.get(number);
      if (cursor === null) return null;
      if (!this.cursors.has(number + 1)) this.cursors.set(number + 1, this.following(number, cursor));
    }
    return this.cursors.get(page);
  }

  async following(number, cursor) {
    try {
      return (await shared("/v1/channels", this.query(cursor))).next;
    } catch (problem) {
      this.cursors.delete(number + 1);
      throw problem;
    }
  }
}
