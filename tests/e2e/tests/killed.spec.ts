/** The server dies in the middle of a conversation and comes back ten seconds later. */
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { People, type Person } from "../people.ts";
import { Server } from "../server.ts";

const before = 10;
const during = 10;
const after = 5;

test("killed for ten seconds: everything once and in order, counts right, and the reader stands still", async ({ browser, guard, named }) => {
  test.setTimeout(180_000);
  guard.tolerate(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket connection to/);
  const server = await Server.start();
  const people = new People(browser, server, guard, named);
  try {
    const [ann, bob, cleo, dan] = await Promise.all(["ann", "bob", "cleo", "dan"].map((name) => people.enter(name)));
    const others = [bob!, cleo!, dan!].map((person) => person.account);
    const room = await ann!.account.room("Storm", { people: others });
    for (const n of numbers(0, 60)) await ann!.account.say(room, `Watch ${n}`);
    // Two talk, the third reads higher up, and the fourth is elsewhere.
    await Promise.all([ann!, bob!, cleo!].map((person) => person.opens(`/c/${room}`)));
    for (const one of [bob!, cleo!, ann!]) {
      if (one !== ann) await one.page.getByRole("button", { name: /^Jump to the latest message/ }).click();
      await expect(one.message("Watch 59")).toBeInViewport();
      await expect(one.page.locator("section.log")).toHaveAttribute("data-at-end", "");
    }
    await readsHigherUp(cleo!.page);
    const reading = await standsAt(cleo!.page);
    const greetings: string[] = [];
    ann!.page.on("websocket", (socket) => socket.once("framereceived", ({ payload }) => greetings.push(JSON.parse(String(payload)).type)));
    await dan!.opens("/settings/profile");
    const unread = Number(await dan!.listed(room).getAttribute("data-unread"));
    expect(unread).toBe(60);

    await Promise.all([says(ann!, 0, before), says(bob!, 0, before)]);
    await server.kill();
    await Promise.all([says(ann!, before, before + during), says(bob!, before, before + during)]);
    for (const one of [ann!, bob!, cleo!]) await expect(one.page.getByRole("main").locator(".banner")).toContainText("Reconnecting…");
    await server.revive(10_000);
    await Promise.all([ann!, bob!, cleo!, dan!].map((person) => expect(person.page.locator("html")).toHaveAttribute("data-conn", "live", { timeout: 30_000 })));
    const all = before + during + after;
    await Promise.all([says(ann!, before + during, all), says(bob!, before + during, all)]);

    await expect.poll(async () => (await ann!.account.texts(room)).length).toBe(60 + 2 * all);
    for (const one of [ann!, bob!]) {
      await expect(one.message(`${ann!.name} ${all - 1}`)).toHaveAttribute("data-send", "ok");
      await expect(one.message(`${bob!.name} ${all - 1}`)).toHaveAttribute("data-send", "ok");
      await expect(one.page.locator('article:not([data-send="ok"])')).toHaveCount(0);
    }
    const history = (await ann!.account.texts(room)).filter((text) => !text.startsWith("Watch"));
    for (const one of [ann!, bob!]) {
      expect(history.filter((text) => text.startsWith(`${one.name} `))).toEqual(numbers(0, all).map((n) => `${one.name} ${n}`));
      expect((await one.texts()).filter((text) => !text.startsWith("Watch")), `what ${one.name} sees`).toEqual(history);
    }
    await expect(dan!.listed(room)).toHaveAttribute("data-unread", String(60 + 2 * all));
    expect(Math.abs((await standsAt(cleo!.page, reading.text)).top - reading.top), "the reader has not been moved").toBeLessThanOrEqual(1);
    await expect(cleo!.page.getByRole("button", { name: `Jump to the latest message, ${2 * all} new` })).toBeVisible();

    expect(greetings.at(-1), "it went on where it stood").toBe("resumed");

    // A reload tells the same.
    for (const one of [ann!, bob!]) {
      await one.page.reload();
      await expect(one.message(`${bob!.name} ${all - 1}`)).toBeVisible();
      expect((await one.texts()).filter((text) => !text.startsWith("Watch"))).toEqual(history);
    }
  } finally {
    await people.leave();
    await server.stop();
  }
});

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

async function says(person: Person, from: number, to: number): Promise<void> {
  for (const n of numbers(from, to)) await person.says(`${person.name} ${n}`);
}

async function readsHigherUp(page: Page): Promise<void> {
  const log = page.locator("section.log");
  await expect(log).toBeVisible();
  await log.hover();
  await page.mouse.wheel(0, -600);
  await expect(log).not.toHaveAttribute("data-at-end");
  // Until the wheel has come to rest.
  let last = -1;
  await expect
    .poll(async () => {
      const now = await log.evaluate((element) => element.scrollTop);
      const rests = now === last;
      last = now;
      return rests;
    })
    .toBe(true);
}

/** Where a row is: the first whole one on screen, or the one with this text. */
async function standsAt(page: Page, text?: string): Promise<{ text: string; top: number }> {
  return await page.locator("section.log").evaluate((log, text) => {
    const edge = log.getBoundingClientRect().top;
    const rows = [...log.querySelectorAll("article")].map((row) => ({
      text: row.querySelector("[data-body]")?.textContent ?? "",
      top: row.getBoundingClientRect().top - edge,
    }));
    return rows.find((row) => (text === undefined ? row.top >= 0 : row.text === text)) ?? { text: "", top: Number.NaN };
  }, text);
}
