/** What one sends: on screen at once, stored once, whatever the connection does. */
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { People, type Person } from "../people.ts";
import { Server } from "../server.ts";

test("the own message is there in the same frame, and its row stays the same over the answer", async ({ people }) => {
  const ann = await people.enter("ann");
  const room = await ann.account.room("Log book");
  const answers = await holdAnswers(ann.page);
  await ann.opens(`/c/${room}`);
  answers.hold();

  const sameFrame = ann.page.evaluate(
    () =>
      new Promise<(string | null)[]>((resolve) => {
        const look = () => resolve([...document.querySelectorAll("article[data-send=pending] [data-body]")].map((body) => body.textContent));
        addEventListener("keydown", () => requestAnimationFrame(look), { once: true, capture: true });
      }),
  );
  await ann.composer.fill("Wind from the west");
  await expect(ann.page.getByRole("button", { name: "Send" })).toBeEnabled();
  const watching = sameFrame;
  await ann.composer.press("Enter");
  expect(await watching).toEqual(["Wind from the west"]);

  const row = ann.message("Wind from the west");
  await expect(row).toHaveAttribute("data-send", "slow");
  await expect(row).toHaveAccessibleName(/Sending…$/);
  await expect(row).not.toHaveAttribute("data-seq");
  const cid = (await row.getAttribute("data-cid"))!;
  const node = await row.elementHandle();

  answers.release();
  await expect(row).toHaveAttribute("data-send", "ok");
  await expect(row).toHaveAttribute("data-seq", /^\d+$/);
  await expect(row).toHaveAttribute("data-mid", /./);
  const isSame = await node!.evaluate((before, cid) => before === document.querySelector(`article[data-cid="${cid}"]`), cid);
  expect(isSame, "the row is the same element as before").toBe(true);
  await expect(ann.messages).toHaveCount(1);
});

test("an answer that is lost does not store the message twice", async ({ people }) => {
  const bob = await people.enter("bob");
  const ann = await people.enter("ann");
  const room = await ann.account.direct(bob.account, "Anybody there?");
  const answers = await holdAnswers(ann.page);
  await ann.opens(`/c/${room}`);
  await bob.opens(`/c/${room}`);
  answers.hold();
  await ann.says("Once only");
  await expect(bob.message("Once only")).toBeVisible();
  await expect(ann.message("Once only")).not.toHaveAttribute("data-send", "ok");

  answers.lose();
  await expect(ann.message("Once only")).toHaveAttribute("data-send", "ok");
  await ann.says("And on");
  await expect(bob.message("And on")).toBeVisible();
  for (const one of [ann, bob]) expect(await one.texts()).toEqual(["Anybody there?", "Once only", "And on"]);
  expect(await ann.account.texts(room)).toEqual(["Anybody there?", "Once only", "And on"]);
});

test("the server is killed while both type: nothing is lost, doubled or out of order", async ({ browser, guard, named }) => {
  guard.tolerate(/ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_SOCKET|WebSocket connection to/);
  const server = await Server.start();
  const people = new People(browser, server, guard, named);
  try {
    const ann = await people.enter("ann");
    const bob = await people.enter("bob");
    const room = await ann.account.room("Storm", { people: [bob.account] });
    await Promise.all([ann.opens(`/c/${room}`), bob.opens(`/c/${room}`)]);

    const typing = Promise.all([saysAll(ann, 0, 12), saysAll(bob, 0, 12)]);
    await expect(ann.message(`${bob.name} 4`)).toBeVisible();
    await server.kill();
    await typing;
    // Nobody answers now, and still they write.
    await Promise.all([saysAll(ann, 12, 15), saysAll(bob, 12, 15)]);
    for (const one of [ann, bob]) {
      await expect(one.page.getByRole("status").filter({ hasText: "Reconnecting… Messages you send are kept." })).toBeVisible();
      await expect(one.page.locator("html")).toHaveAttribute("data-conn", "connecting");
      await expect(one.messages.last()).toHaveAttribute("data-send", "slow");
    }
    await server.restart();
    // As a reader would, who does not want to wait for the next try; it may be faster, and then there is nothing to press.
    const tryNow = ann.page.getByRole("main").getByRole("button", { name: "Try now" });
    await Promise.race([tryNow.click().catch(() => undefined), ann.isLive()]);
    await Promise.all([ann.isLive(), bob.isLive()]);
    await Promise.all([saysAll(ann, 15, 18), saysAll(bob, 15, 18)]);

    for (const one of [ann, bob]) {
      await expect(one.page.locator('article[data-send="ok"]')).toHaveCount(36);
      await expect(one.messages).toHaveCount(36);
      await expect(one.page.locator(".banner")).toHaveCount(0);
    }
    const stored = await ann.account.texts(room);
    expect([...stored].sort()).toEqual([ann, bob].flatMap((one) => numbers(0, 18).map((n) => `${one.name} ${n}`)).sort());
    for (const one of [ann, bob]) {
      expect(await one.texts(), `what ${one.name} sees`).toEqual(stored);
      const own = stored.filter((text) => text.startsWith(`${one.name} `));
      expect(own, "everybody's own words stay in their order").toEqual(numbers(0, 18).map((n) => `${one.name} ${n}`));
    }
  } finally {
    await people.leave();
    await server.stop();
  }
});

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

async function saysAll(person: Person, from: number, to: number): Promise<void> {
  for (const n of numbers(from, to)) await person.says(`${person.name} ${n}`);
}

/** Stands between a page and the server's answers; install it before the page opens its socket. */
async function holdAnswers(page: Page) {
  let held: (() => void)[] | undefined;
  let cut = () => {};
  await page.routeWebSocket(/\/api\/v1\/ws/, (socket) => {
    const server = socket.connectToServer();
    cut = () => void socket.close({ code: 1012 });
    server.onMessage((frame) => {
      // All but what keeps the connection alive: heads and read positions would tell of the message, too.
      const isVital = /"type":"(ready|pong)"/.test(frame.toString());
      if (held && !isVital) held.push(() => socket.send(frame));
      else socket.send(frame);
    });
  });
  return {
    hold: () => void (held = []),
    release() {
      held?.forEach((send) => send());
      held = undefined;
    },
    /** What was held never arrives, and the connection breaks. */
    lose() {
      held = undefined;
      cut();
    },
  };
}
