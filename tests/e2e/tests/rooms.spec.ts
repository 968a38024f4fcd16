/** Making rooms, finding them, and getting in. */
import { expect, test } from "../fixtures.ts";
import type { Person } from "../people.ts";

test("a private room is made, and whoever is added sees it appear", async ({ people }) => {
  const bob = await people.enter("bob");
  const ann = await people.enter("ann");
  await ann.page.getByRole("complementary", { name: "Conversations" }).getByRole("button", { name: "Create room" }).click();
  await ann.page.getByRole("textbox", { name: "Name", exact: true }).fill("Keel repairs");
  await ann.page.getByRole("textbox", { name: /^Topic/ }).fill("What leaks, and where");
  await ann.page.getByRole("radio", { name: "Private" }).check();
  await expect(ann.page.getByRole("textbox", { name: "Short name" })).toBeHidden();
  await ann.page.getByRole("main").getByRole("button", { name: "Create room" }).click();
  const room = await ann.openRoom();
  await expect(ann.title).toHaveText("Keel repairs");
  await expect(ann.page.getByRole("main")).toContainText("What leaks, and where");
  await ann.says("Starboard, again.");

  await ann.page.getByRole("button", { name: "Details" }).click();
  await ann.page.getByRole("complementary", { name: "Details" }).getByRole("button", { name: "Add people" }).first().click();
  const dialog = ann.page.getByRole("dialog", { name: "Add people" });
  await dialog.getByRole("combobox", { name: "People to add" }).fill(bob.account.username);
  await dialog.getByRole("option", { name: bob.name }).click();
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(dialog).toBeHidden();
  const details = ann.page.getByRole("complementary", { name: "Details" });
  await expect(details.getByRole("heading", { name: "Members · 2" })).toBeVisible();
  await expect(details.getByRole("listitem").filter({ hasText: bob.name })).toBeVisible();

  await expect(bob.listed(room)).toContainText("Keel repairs");
  await bob.listed(room).click();
  await expect(bob.message("Starboard, again.")).toBeVisible();
});

test("a public room is discovered and joined", async ({ people, named }) => {
  const ann = await people.account("ann");
  const name = named("Tide charts");
  const room = await ann.room(name, { visibility: "public", topic: "Forecasts and the odd gull" });
  await ann.say(room, "Low water at six.");
  const bob = await people.enter("bob");
  await bob.page.getByRole("link", { name: "Discover" }).click();
  await bob.page.getByRole("searchbox", { name: "Find a room" }).fill(name);
  const card = bob.page.getByRole("article", { name });
  await expect(card).toContainText("Forecasts and the odd gull");
  await expect(card).toContainText("1 member");
  await bob.page.getByRole("searchbox", { name: "Find a room" }).fill("no room is called so");
  await expect(bob.page.getByRole("heading", { name: "No room matches" })).toBeVisible();
  await bob.page.getByRole("searchbox", { name: "Find a room" }).fill(name);
  await card.getByRole("button", { name: `Join ${name}` }).click();
  await expect(bob.title).toHaveText(name);
  await expect(bob.message("Low water at six.")).toBeVisible();
  await expect(bob.listed(room)).toBeVisible();
});

test("the join dialog takes a short name, a link and an id", async ({ people, named }) => {
  const ann = await people.account("ann");
  const bob = await people.enter("bob");
  const alias = named("jetty").replace("_", "-");
  const by: [string, (id: string) => string][] = [
    ["alias", () => `#${alias}-0`],
    ["link", (id) => `${ann.url}/c/${id}`],
    ["link with a short name", () => `${ann.url}/r/${alias}-2`],
    ["id", (id) => id],
  ];
  for (const [index, [way, target]] of by.entries()) {
    const room = await ann.room(`Jetty by ${way} ${alias}`, { visibility: "public", alias: `${alias}-${index}` });
    await joinBy(bob, target(room));
    await expect(bob.title).toHaveText(`Jetty by ${way} ${alias}`);
    await expect(bob.page.getByRole("dialog")).toHaveCount(0);
    await expect(bob.listed(room)).toHaveAttribute("aria-current", "page");
  }
});

test("a private room is asked for, and one click lets in", async ({ people, guard }) => {
  guard.tolerate(/404.*\/join/);
  const ann = await people.enter("ann");
  const bob = await people.enter("bob");
  const room = await ann.account.room("Crow's nest");
  await ann.opens(`/c/${room}/details`);

  const dialog = await joinBy(bob, "no such room as this");
  await expect(dialog.getByRole("textbox")).toHaveAccessibleDescription(/There is no public room by that name/);
  await dialog.getByRole("button", { name: "Close" }).click();

  const asked = await joinBy(bob, room);
  await expect(asked.getByRole("status")).toContainText("We have asked");
  await asked.getByRole("contentinfo").or(asked.locator("footer")).getByRole("button", { name: "Close" }).click();
  await expect(bob.listed(room)).toHaveCount(0);

  await ann.page.getByRole("region", { name: "Would like to join" }).getByRole("button", { name: `Let ${bob.name} in` }).click();
  await expect(bob.listed(room)).toContainText("Crow's nest");
  await expect(ann.page.getByRole("heading", { name: "Members · 2" })).toBeVisible();
  await expect(ann.page.getByRole("region", { name: "Would like to join" })).toHaveCount(0);
});

test("who leaves a room has it no more", async ({ people, guard }) => {
  guard.tolerate(/404.*\/conversations\//);
  const ann = await people.account("ann");
  const bob = await people.enter("bob");
  const room = await ann.room("Bilge", { people: [bob.account] });
  await bob.listed(room).click();
  await bob.page.getByRole("button", { name: "Details" }).click();
  await bob.page.getByRole("button", { name: "Leave room" }).click();
  const question = bob.page.getByRole("alertdialog", { name: "Leave Bilge?" });
  await expect(question.getByRole("button", { name: "Stay" })).toBeFocused();
  await question.getByRole("button", { name: "Leave", exact: true }).click();
  await expect(bob.listed(room)).toHaveCount(0);
  await expect(bob.page).toHaveURL("/");
});

async function joinBy(person: Person, target: string) {
  await person.page.getByRole("button", { name: "Join a room" }).click();
  const dialog = person.page.getByRole("dialog", { name: "Join a room" });
  const field = dialog.getByRole("textbox", { name: "Name, #short-name, link or id" });
  await expect(field).toBeFocused();
  await field.fill(target);
  await field.press("Enter");
  return dialog;
}
