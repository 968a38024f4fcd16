/** Without a network: what was read can be read, what is written is kept, and all of it arrives once and in order. */
import { inspect } from "../axe.ts";
import { expect, test } from "../fixtures.ts";
import type { Guard } from "../guard.ts";
import { Person } from "../people.ts";

test("the client opens without a network, with the list and what was said", async ({ people, guard }) => {
  tolerateNoNetwork(guard);
  const ann = await people.enter("ann");
  const bob = await people.account("bob");
  const [harbour, galley] = [await bob.room("Harbour", { people: [ann.account] }), await bob.room("Galley", { people: [ann.account] })];
  for (const n of numbers(0, 8)) await bob.say(harbour, `Tide ${n}`);
  await bob.say(galley, "Soup at noon.");
  await ann.opens(`/c/${galley}`);
  await expect(ann.message("Soup at noon.")).toBeVisible();
  await expect(ann.listed(galley)).toHaveAttribute("data-unread", "0");
  await ann.listed(harbour).click();
  await expect(ann.message("Tide 7")).toBeVisible();
  await expect(ann.listed(harbour)).toHaveAttribute("data-unread", "0");
  await isKept(ann, [harbour, galley]);

  const again = await reopensOffline(ann, `/c/${harbour}`);
  await expect(again.message("Tide 7")).toBeVisible();
  expect(await again.texts()).toEqual(numbers(0, 8).map((n) => `Tide ${n}`));
  await expect(again.page.locator("html")).toHaveAttribute("data-conn", "offline");
  for (const room of [harbour, galley]) await expect(again.listed(room)).toHaveAttribute("data-unread", "0");
  await again.listed(galley).click();
  await expect(again.message("Soup at noon.")).toBeVisible();
  await expect(again.composer).toBeEnabled();

  // Meanwhile the others go on.
  await bob.say(galley, "And bread.");
  await bob.say(harbour, "Tide 8");
  await again.context.setOffline(false);
  await again.isLive();
  await expect(again.message("And bread.")).toBeVisible();
  await expect(again.listed(harbour)).toHaveAttribute("data-unread", "1");
});

test("what nobody has opened yet can be read without a network, and that it was read is told later", async ({ people, guard }) => {
  tolerateNoNetwork(guard);
  const ann = await people.enter("ann");
  const bob = await people.account("bob");
  const room = await bob.room("Mess", { people: [ann.account] });
  for (const n of numbers(0, 3)) await bob.say(room, `Menu ${n}`);
  await ann.opens("/");
  await expect(ann.listed(room)).toHaveAttribute("data-unread", "3");
  await isKept(ann, [room]);

  const offline = await reopensOffline(ann, "/");
  await offline.listed(room).click();
  await expect(offline.message("Menu 2")).toBeVisible();
  await expect(offline.listed(room)).toHaveAttribute("data-unread", "0");
  await expect.poll(async () => (await keptTexts(offline)).find(([key]) => key === `c/${room}`)?.[1], "so it is kept").toContain('"mark"');
  const again = await reopensOffline(offline, "/");
  await expect(again.listed(room)).toHaveAttribute("data-unread", "0");
  const unread = async () => (await ann.account.call<{ unread: number }>("GET", `/conversations/${room}`)).unread;
  expect(await unread(), "nobody could be told").toBe(3);

  await again.context.setOffline(false);
  await expect.poll(unread, { timeout: 15_000 }).toBe(0);
  await expect(again.listed(room)).toHaveAttribute("data-unread", "0");
});

test("who was in the middle of much unread finds the place without a network", async ({ people, guard }) => {
  tolerateNoNetwork(guard);
  const ann = await people.enter("ann");
  const bob = await people.account("bob");
  const room = await bob.room("Almanac", { people: [ann.account] });
  for (const n of numbers(0, 120)) await bob.say(room, `Day ${n}`);
  await ann.opens(`/c/${room}`);
  await expect(ann.message("Day 0")).toBeInViewport();
  await isKept(ann, [room]);
  const again = await reopensOffline(ann, `/c/${room}`);
  await expect(again.page.locator(".feed .new"), "where reading goes on").toBeInViewport();
  await expect(again.message("Day 119"), "so far it was not read").toHaveCount(0);
  await again.context.setOffline(false);
  await again.isLive();
  await again.page.getByRole("button", { name: /^Jump to the latest message/ }).click();
  await expect(again.message("Day 119")).toBeInViewport();
  expect(await again.texts()).toEqual(numbers(120 - (await again.texts()).length, 120).map((n) => `Day ${n}`));
});

test("fifty things typed without a network, in five conversations and over a closed tab, arrive once and in order", async ({ people, guard }) => {
  tolerateNoNetwork(guard);
  test.setTimeout(90_000);
  const ann = await people.enter("ann");
  const bob = await people.enter("bob");
  const rooms: string[] = [];
  for (const n of numbers(0, 5)) rooms.push(await bob.account.room(`Pier ${n}`, { people: [ann.account] }));
  await bob.opens(`/c/${rooms[0]}`);
  await ann.opens(`/c/${rooms[0]}`);
  for (const room of rooms) {
    await ann.listed(room).click();
    await expect(ann.title).toHaveText(`Pier ${rooms.indexOf(room)}`);
    await expect(ann.page.getByRole("feed")).toBeVisible();
  }
  await isKept(ann, rooms);

  await ann.context.setOffline(true);
  await types(ann, rooms, 0, 25);
  await expect(ann.page.getByRole("main").locator(".banner")).toContainText("25 queued");
  const again = await reopensOffline(ann, `/c/${rooms[0]}`);
  await expect(again.messages).toHaveCount(5);
  await types(again, rooms, 25, 50);
  await expect(again.page.getByRole("main").locator(".banner")).toContainText("50 queued");
  for (const room of rooms) expect(await bob.account.texts(room), "nothing has left yet").toEqual([]);

  await again.context.setOffline(false);
  await expect(again.page.locator(".banner")).toHaveCount(0, { timeout: 15_000 });
  for (const [at, room] of rooms.entries()) {
    const expected = numbers(0, 50).filter((n) => n % 5 === at).map((n) => `Load ${n}`);
    await again.listed(room).click();
    await expect(again.title).toHaveText(`Pier ${at}`);
    await expect(again.page.locator('article[data-send="ok"]')).toHaveCount(10);
    expect(await again.texts()).toEqual(expected);
    expect(await bob.account.texts(room), "once, and in order").toEqual(expected);
    if (at > 0) await expect(bob.listed(room)).toHaveAttribute("data-unread", "10");
  }
  await expect(bob.message("Load 45")).toBeVisible();
  expect(await bob.texts()).toEqual(numbers(0, 10).map((n) => `Load ${n * 5}`));
  expect(await storedKeys(again, "parlance.outbox."), "nothing is left to be sent").toEqual([]);
});

test("what is said of the lost connection can be seen and heard by everybody", async ({ people, guard }) => {
  tolerateNoNetwork(guard);
  test.setTimeout(90_000);
  const ann = await people.enter("ann");
  const room = await ann.account.room("Lighthouse");
  await ann.account.say(room, "The lamp burns.");
  await ann.opens(`/c/${room}`);
  await expect(ann.message("The lamp burns.")).toBeVisible();
  await expect(ann.page.locator(".banner"), "nothing while all is well").toHaveCount(0);
  await ann.context.setOffline(true);
  await ann.says("Is anybody there?");
  const main = ann.page.getByRole("main");
  await expect(main.getByRole("status").filter({ hasText: "Offline — 1 queued." })).toBeVisible();
  await inspect(ann.page, "offline");
  await main.getByRole("button", { name: "Connection", exact: true }).click();
  const card = main.getByRole("dialog", { name: "Connection" });
  for (const fact of [/Round trip\s*\d+ ms/, /Last number here\s*2/, /Waiting to be sent\s*1 message/]) await expect(card).toContainText(fact);
  await inspect(ann.page, "the connection's card");
});

test("two tabs write without a network and one is closed: the other sends for both, in the order of writing", async ({ people, guard }) => {
  tolerateNoNetwork(guard);
  const ann = await people.enter("ann");
  const room = await ann.account.room("Two pens");
  await ann.opens(`/c/${room}`);
  const other = await ann.tab(`/c/${room}`);
  await ann.context.setOffline(true);
  for (const n of numbers(0, 6)) {
    const [pen, paper] = n % 2 ? [other, ann] : [ann, other];
    await pen.says(`Line ${n}`);
    await expect(paper.message(`Line ${n}`)).toBeVisible();
  }
  for (const tab of [ann, other]) expect(await tab.texts()).toEqual(numbers(0, 6).map((n) => `Line ${n}`));
  await ann.page.close();
  await other.context.setOffline(false);
  await expect(other.page.locator('article[data-send="ok"]')).toHaveCount(6, { timeout: 15_000 });
  expect(await ann.account.texts(room)).toEqual(numbers(0, 6).map((n) => `Line ${n}`));
  expect(await other.texts()).toEqual(numbers(0, 6).map((n) => `Line ${n}`));
});

test("a draft survives a tab that crashes", async ({ people }) => {
  const ann = await people.enter("ann");
  const room = await ann.account.room("Log book");
  await ann.opens(`/c/${room}`);
  await ann.composer.pressSequentially("Half a though");
  await expect.poll(() => storedKeys(ann, "parlance.draft.")).toHaveLength(1);
  // Keys without a pause between them: what is stored must follow all the same.
  const stored = ann.page.evaluate(async () => {
    const [key] = Object.keys(localStorage).filter((key) => key.startsWith("parlance.draft."));
    const area = document.querySelector("textarea")!;
    const started = performance.now();
    while (!localStorage.getItem(key!)!.endsWith("tttt") && performance.now() - started < 5_000) {
      document.execCommand("insertText", false, "t");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    area.blur();
    return localStorage.getItem(key!)!;
  });
  expect(await stored).toMatch(/^Half a thought{4}/);
  const crashed = ann.page.waitForEvent("crash");
  await ann.page.goto("chrome://crash").catch(() => {});
  await crashed;
  const again = await ann.tab(`/c/${room}`);
  await expect(again.composer).toHaveValue(/^Half a thoughtttt/);
});

test("who signs out leaves nothing to read on the device, also without a network", async ({ people, guard }) => {
  tolerateNoNetwork(guard);
  const ann = await people.enter("ann");
  const room = await ann.account.room("Strong box");
  await ann.account.say(room, "The key is under the mat.");
  await ann.opens(`/c/${room}`);
  await expect(ann.message("The key is under the mat.")).toBeVisible();
  await isKept(ann, [room]);

  await ann.context.setOffline(true);
  await ann.page.goto("/settings/account");
  await ann.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Sign out" }).click();
  await expect(ann.page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect.poll(() => keptTexts(ann)).toEqual([]);
  await ann.page.reload();
  await expect(ann.page.getByText("The key is under the mat.")).toHaveCount(0);
  await expect(ann.listed(room)).toHaveCount(0);

  // The server hears of it as soon as it can be reached: the cookie opens nothing any more.
  await ann.context.setOffline(false);
  await ann.page.reload();
  await expect(ann.page.getByRole("button", { name: "Sign in" })).toBeVisible({ timeout: 15_000 });
  const cookie = await ann.context.request.post(`${ann.account.url}/api/v1/auth/refresh`);
  expect([204, 401]).toContain(cookie.status());
});

test("a session that was ended meanwhile ends here too, and takes what was kept along", async ({ people, guard }) => {
  tolerateNoNetwork(guard);
  guard.tolerate(/status of 401/);
  const ann = await people.enter("ann");
  const room = await ann.account.room("Last port");
  await ann.account.say(room, "Seen before.");
  await ann.opens(`/c/${room}`);
  await expect(ann.message("Seen before.")).toBeVisible();
  await isKept(ann, [room]);
  const again = await reopensOffline(ann, `/c/${room}`);
  await expect(again.message("Seen before.")).toBeVisible();
  const phone = await people.again(ann.account);
  await phone.opens("/settings/account");
  await phone.page.getByRole("button", { name: "Sign out all other devices" }).click();
  await expect(phone.page.getByText("You are signed in on this device only.")).toBeVisible();
  await again.context.setOffline(false);
  await expect(again.page.getByRole("button", { name: "Sign in" })).toBeVisible({ timeout: 15_000 });
  await expect.poll(() => keptTexts(again)).toEqual([]);
});

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function tolerateNoNetwork(guard: Guard): void {
  guard.tolerate(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_NETWORK|WebSocket connection to/);
}

/** Message n goes to room n mod 5, in turn. */
async function types(person: Person, rooms: string[], from: number, to: number): Promise<void> {
  for (const n of numbers(from, to)) {
    await person.listed(rooms[n % 5]!).click();
    await expect(person.title).toHaveText(`Pier ${n % 5}`);
    await person.says(`Load ${n}`);
    await expect(person.message(`Load ${n}`)).toBeVisible();
  }
}

/** Closes the tab and opens another one, all without a network. */
async function reopensOffline(person: Person, path: string): Promise<Person> {
  await person.context.setOffline(true);
  await person.page.close();
  const again = new Person(person.account, person.context, await person.context.newPage());
  await again.page.goto(path);
  return again;
}

/** The client itself and the windows of these conversations are on the device. */
async function isKept(person: Person, rooms: string[]): Promise<void> {
  const isHere = async () => !!(await caches.match("/")) && !!navigator.serviceWorker.controller;
  await expect.poll(() => person.page.evaluate(isHere), { message: "the client is kept", timeout: 15_000 }).toBe(true);
  const keys = async () => (await keptTexts(person)).map(([key]) => key);
  const windows = rooms.map((room) => `w/${room}`);
  await expect.poll(keys, { message: "the conversations are kept", timeout: 15_000 }).toEqual(expect.arrayContaining(windows));
}

/** Keys and texts that the device keeps for reading. */
async function keptTexts(person: Person): Promise<[string, string][]> {
  return await person.page.evaluate(async () => {
    const answer = <T,>(request: IDBRequest<T>) => new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await answer(indexedDB.open("parlance"));
    const store = database.transaction("kept").objectStore("kept");
    const [keys, texts] = [await answer(store.getAllKeys()), await answer(store.getAll())];
    database.close();
    return keys.map((key, at) => [String(key), String(texts[at])]);
  });
}

async function storedKeys(person: Person, prefix: string): Promise<string[]> {
  return await person.page.evaluate((prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix)), prefix);
}
