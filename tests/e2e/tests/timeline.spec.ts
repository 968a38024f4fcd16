/** A long conversation: few rows in the document, and none of them jumps. */
import type { Locator, Route } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import type { Message } from "../account.ts";

test("a long room opens at its end, stays small, and stands still while it loads", async ({ people }) => {
  const bob = await people.account("bob");
  const ann = await people.enter("ann");
  const room = await bob.room("Ledger", { people: [ann.account] });
  let last = 0;
  for (let n = 1; n <= 300; n++) last = (await bob.say(room, `Entry ${n}${n % 7 ? "" : ", which takes some more words, and so more than one line. ".repeat(4)}`)).seq;
  await ann.account.call("PUT", `/conversations/${room}/read`, { seq: last });

  // Older messages come when the test says so.
  const waiting: (() => void)[] = [];
  await ann.page.route(/\/messages\?(.*&)?before=/, async (route) => {
    await new Promise<void>((go) => waiting.push(go));
    await route.continue();
  });
  await ann.opens(`/c/${room}`);
  const log = ann.page.locator("section.log");
  await expect(log).toHaveAttribute("data-at-end", "");
  await expect(ann.message("Entry 300")).toBeInViewport();
  const seqs = () => ann.messages.evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("data-seq"))));

  const start = ann.page.getByRole("heading", { name: "This is the start of Ledger" });
  let pages = 0;
  while ((await start.count()) === 0) {
    await log.evaluate((log) => log.scrollTo(0, 0));
    await expect.poll(() => waiting.length, "older messages are asked for").toBeGreaterThan(0);
    const oldest = (await seqs())[0]!;
    const drift = trackFirst(log);
    waiting.shift()!();
    await expect.poll(async () => (await start.count()) > 0 || (await seqs())[0]! < oldest).toBe(true);
    expect(await drift, "the row in view stands still").toBeLessThanOrEqual(1);
    const loaded = await seqs();
    expect(loaded.length).toBeLessThanOrEqual(250);
    expect(loaded, "no gap").toEqual(loaded.map((_, index) => loaded[0]! + index));
    expect(pages++, "pages until the start").toBeLessThan(20);
  }
  expect(pages).toBeGreaterThan(1);
  expect(await ann.page.locator("article").count()).toBeLessThanOrEqual(250);

  // The reader is far above: what is said now is counted, and moves nothing.
  const pill = ann.page.getByRole("button", { name: /^Jump to the latest message/ });
  await log.evaluate((log) => log.scrollTo(0, 400));
  await expect(pill).toBeVisible();
  const drift = trackFirst(log);
  for (let n = 1; n <= 3; n++) await bob.say(room, `News ${n}`);
  await expect(pill).toHaveAccessibleName("Jump to the latest message, 3 new");
  expect(await drift).toBeLessThanOrEqual(1);
  await pill.click();
  await expect(ann.message("News 3")).toBeInViewport();
  await expect(log).toHaveAttribute("data-at-end", "");
  await expect(pill).toHaveCount(0);
  await bob.say(room, "News 4");
  await expect(ann.message("News 4")).toBeInViewport();
});

for (const way of ["a click in the list", "its address"]) {
  test(`a conversation with news opens at a divider, by ${way}`, async ({ people }) => {
    const bob = await people.account("bob");
    const ann = await people.enter("ann");
    const room = await bob.room("Catch", { people: [ann.account] });
    let middle = 0;
    for (let n = 1; n <= 60; n++) {
      const { seq } = await bob.say(room, `Fish ${n}`);
      if (n === 30) middle = seq;
    }
    await ann.account.call("PUT", `/conversations/${room}/read`, { seq: middle });
    await expect(ann.listed(room)).toHaveAttribute("data-unread", "30");
    if (way === "its address") await ann.opens(`/c/${room}`);
    else await ann.listed(room).click();

    const divider = ann.page.locator(".feed .new");
    await expect(divider).toHaveText("30 new");
    await expect(ann.message("Fish 31")).toBeInViewport();
    await expect(divider.locator("xpath=following-sibling::article[1]").locator("[data-body]")).toHaveText("Fish 31");
    const log = (await ann.page.locator("section.log").boundingBox())!;
    const share = ((await divider.boundingBox())!.y - log.y) / log.height;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.4);
    // It stays where it is while more arrives.
    await bob.say(room, "Fish 61");
    await expect(ann.page.getByRole("button", { name: /^Jump to the latest message, 1 new/ })).toBeVisible();
    await expect(divider).toHaveText("30 new");
  });
}

test("a day begins with its name", async ({ people }) => {
  const bob = await people.account("bob");
  const ann = await people.enter("ann");
  const room = await bob.room("Diary", { people: [ann.account] });
  for (const text of ["long ago", "also then", "the day before", "this morning", "just now"]) await bob.say(room, text);
  // The server's clock cannot be turned back: the answer is.
  const days = new Map([["long ago", 400], ["also then", 400], ["the day before", 1]]);
  await ann.page.route(/\/conversations\/[^/]+\/messages(\?|$)/, (route) => age(route, days));
  await ann.opens(`/c/${room}`);
  await expect(ann.messages).toHaveCount(5);
  const dividers = ann.page.locator(".feed .day");
  await expect(dividers.filter({ hasText: "Yesterday" })).toHaveCount(1);
  await expect(dividers.filter({ hasText: "Today" })).toHaveCount(1);
  const after = (divider: Locator) => divider.locator("xpath=following-sibling::article[1]").locator("[data-body]");
  await expect(after(dividers.filter({ hasText: /\b20\d\d$/ }))).toHaveText("long ago");
  await expect(after(dividers.filter({ hasText: "Yesterday" }))).toHaveText("the day before");
  await expect(after(dividers.filter({ hasText: "Today" }))).toHaveText("this morning");
});

/** How far the first row in view moves within the next half second, in any frame. Wait for it after what might move it. */
async function trackFirst(log: Locator): Promise<number> {
  return await log.evaluate(async (log) => {
    const edge = log.getBoundingClientRect().top;
    const row = [...log.querySelectorAll("article[data-send] .b")].find((words) => words.getBoundingClientRect().bottom > edge)!;
    const before = row.getBoundingClientRect().top;
    let most = 0;
    for (const end = performance.now() + 500; performance.now() < end; ) {
      await new Promise(requestAnimationFrame);
      most = Math.max(most, Math.abs(row.getBoundingClientRect().top - before));
    }
    return row.isConnected ? most : Infinity;
  });
}

async function age(route: Route, days: Map<string, number>): Promise<void> {
  const response = await route.fetch();
  const page = (await response.json()) as { messages: (Message & { created_at: number })[] };
  for (const message of page.messages) message.created_at -= (days.get(message.content.body ?? "long ago") ?? 0) * 86_400_000;
  await route.fulfill({ response, json: page });
}
