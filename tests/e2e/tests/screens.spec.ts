/** Every screen and dialog, as axe sees it. */
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { inspect } from "../axe.ts";
import { Guard } from "../guard.ts";
import { People, type Person } from "../people.ts";
import { Server } from "../server.ts";

type World = { ann: Person; room: string; direct: string; bob: string };
type Screen = [name: string, open: (page: Page, world: World) => Promise<unknown>];

const heading = (page: Page, name: string | RegExp) => expect(page.getByRole("heading", { name }).first()).toBeVisible();
const at = (path: string | ((world: World) => string), name: string | RegExp) => async (page: Page, world: World) => {
  await page.goto(typeof path === "string" ? path : path(world));
  await heading(page, name);
};
/** A dialog over the room. */
const over = (open: (page: Page) => Promise<unknown>, name: string | RegExp, details = false) => async (page: Page, { room }: World) => {
  await page.goto(`/c/${room}${details ? "/details" : ""}`);
  await expect(page.locator("article").first()).toBeVisible();
  if (details) await expect(page.getByRole("heading", { name: "Members · 3" })).toBeVisible();
  await open(page);
  await expect(page.getByRole("dialog", { name }).or(page.getByRole("alertdialog", { name })).or(page.getByRole("menu", { name }))).toBeVisible();
};
const press = (name: string) => (page: Page) => page.getByRole("button", { name }).first().click();

const pages: Screen[] = [
  ["nothing open", at("/", "Nothing open")],
  ["a room", at(({ room }) => `/c/${room}`, "Slipway")],
  ["a direct message", at(({ direct }) => `/c/${direct}`, /^Bob/)],
  ["details of a room", at(({ room }) => `/c/${room}/details`, "Would like to join")],
  ["details of a direct message", at(({ direct }) => `/c/${direct}/details`, "Details")],
  ["new conversation", async (page) => {
    await page.goto("/new");
    await page.getByRole("combobox", { name: "To" }).fill("b");
    await expect(page.getByRole("option").first()).toBeVisible();
  }],
  ["discover", async (page) => {
    await page.goto("/rooms");
    await expect(page.getByRole("article").first()).toBeVisible();
  }],
  ["create room", at("/rooms/new", "Create a room")],
  ["a stranger's room", at("/c/01900000-0000-7000-8000-000000000000", "Not one of your conversations")],
  ["a person", at(({ bob }) => `/u/${bob}`, /^Bob/)],
  ["settings: profile", at("/settings/profile", "Profile")],
  ["settings: appearance", at("/settings/appearance", "Appearance")],
  ["settings: account", async (page) => {
    await page.goto("/settings/account");
    await expect(page.getByText("This device", { exact: true })).toBeVisible();
  }],
  ["no such page", at("/nowhere", "Nothing here")],
];

const dialogs: Screen[] = [
  ["switcher", over((page) => page.keyboard.press("Control+k"), "Jump to a conversation")],
  ["shortcuts", over((page) => page.keyboard.press("Control+/"), "Keyboard shortcuts")],
  ["join a room", over(press("Join a room"), "Join a room")],
  ["profile card", over((page) => page.locator("article").getByRole("button", { name: /^Bob/ }).first().click(), /^Bob/)],
  ["connection", over(press("Connection:"), "Connection")],
  ["add people", over(press("Add people"), "Add people", true)],
  ["edit name and topic", over(press("Edit name and topic"), "Name and topic", true)],
  ["leave", over(press("Leave room"), /^Leave /, true)],
  ["delete", over(press("Delete room"), /^Delete /, true)],
  ["actions for a member", over(press("Actions for Bob"), /^Actions for Bob/, true)],
];

test("the door", async ({ browser, guard, named }) => {
  // Four screens in one.
  test.slow();
  const server = await Server.start();
  const people = new People(browser, server, guard, named);
  try {
    const page = await (await people.browse()).newPage();
    await page.goto("/");
    await heading(page, "Welcome to your new server");
    await inspect(page, "first run");
    const ann = await people.enter("ann");
    await ann.account.call("POST", `/conversations/${(await general(ann)) ?? ""}/leave`);
    await ann.opens("/");
    await heading(ann.page, "Good to have you here");
    await inspect(ann.page, "welcome");
    await page.goto("/sign-in");
    await heading(page, "Welcome back");
    await page.getByRole("button", { name: "Sign in" }).click();
    await inspect(page, "sign in");
    await page.goto("/sign-up");
    await page.getByLabel("Username").fill("!");
    await page.getByRole("button", { name: "Create account" }).click();
    await inspect(page, "sign up");
  } finally {
    await people.leave();
    await server.stop();
  }
});

for (const [group, screens] of [["pages", pages], ["dialogs", dialogs]] as const) {
  test.describe(group, () => {
    // Halves of the table run side by side, each with a world of its own.
    test.describe.configure({ mode: "parallel" });
    // One browser for all of them, hence one guard.
    const guard = new Guard();
    guard.tolerate(/404.*\/conversations\/01900000/);
    let world: World;
    let people: People;
    test.beforeAll(async ({ browser, server }) => {
      people = new People(browser, server, guard, (person) => `${person}_${group}`);
      world = await build(people);
    });
    test.afterEach(({ server }) => guard.check(server));
    test.afterAll(() => people.leave());
    for (const [name, open] of screens) {
      test(name, async () => {
        await world.ann.page.setViewportSize({ width: 1440, height: 900 });
        await open(world.ann.page, world);
        await inspect(world.ann.page, name);
      });
    }
  });
}

/** A room with people, words and a request; a direct message; something unread. */
async function build(people: People): Promise<World> {
  const ann = await people.enter("ann");
  const [bob, cleo, dan] = [await people.account("bob"), await people.account("cleo"), await people.account("dan")];
  const room = await ann.account.room("Slipway", { topic: "Boats in and out", people: [bob, cleo] });
  for (const words of ["The winch is fixed.", "See https://harbour.example/winch\nand the second line", "🎉"]) await bob.say(room, words);
  await ann.account.say(room, "Well done!");
  await cleo.say(room, "Finally.");
  await dan.call("POST", "/join", { target: room });
  const direct = await bob.direct(ann.account, "Coffee?");
  await ann.account.say(direct, "In five minutes.");
  const open = await cleo.room(`Regatta ${Date.now()}`, { visibility: "public", topic: "Who sails on Sunday", people: [ann.account] });
  for (let n = 0; n < 3; n++) await cleo.say(open, "Anybody else?");
  return { ann, room, direct, bob: bob.id };
}

/** The room that everybody is in. */
async function general(person: Person): Promise<string | undefined> {
  const list = await person.account.call<{ conversations: { id: string }[] }>("GET", "/conversations");
  return list.conversations[0]?.id;
}
