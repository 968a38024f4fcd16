/** Two tabs of one browser, and a phone. */
import { devices } from "@playwright/test";
import { expect, test } from "../fixtures.ts";

test("two tabs of one person agree", async ({ people }) => {
  const bob = await people.account("bob");
  const ann = await people.enter("ann");
  const room = await bob.room("Signal flags", { people: [ann.account] });
  const other = await ann.tab("/settings/appearance");
  await bob.say(room, "Hoist the blue one.");
  await bob.say(room, "Now.");
  for (const tab of [ann, other]) await expect(tab.listed(room)).toHaveAttribute("data-unread", "2");

  await ann.listed(room).click();
  await expect(ann.message("Now.")).toBeVisible();
  for (const tab of [ann, other]) await expect(tab.listed(room)).toHaveAttribute("data-unread", "0");

  // A picture lies over the button; both belong to one label.
  await other.page.getByRole("radio", { name: "Dark" }).check({ force: true });
  await other.page.getByRole("radio", { name: "Fern" }).check({ force: true });
  for (const tab of [ann, other]) {
    await expect(tab.page.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect(tab.page.locator("html")).toHaveAttribute("data-accent", "fern");
  }

  await other.listed(room).click();
  await ann.says("Aye.");
  await expect(other.message("Aye.")).toBeVisible();
  await other.says("Hoisted.");
  await expect(ann.message("Hoisted.")).toHaveCount(1);
  for (const tab of [ann, other]) expect(await tab.texts()).toEqual(["Hoist the blue one.", "Now.", "Aye.", "Hoisted."]);
  // A reload wears the chosen colours from the first paint on.
  await ann.page.reload({ waitUntil: "commit" });
  await expect(ann.page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("a phone goes from the list to a room to its details, and back", async ({ people }) => {
  const { defaultBrowserType: _, ...phone } = devices["Pixel 7"];
  const bob = await people.account("bob");
  const ann = await people.enter("ann", "/", { ...phone, viewport: { width: 390, height: 844 } });
  const room = await bob.room("Night watch", { people: [ann.account] });
  await bob.say(room, "All quiet.");
  const bar = ann.page.getByRole("navigation", { name: "Main" });
  const list = ann.page.getByRole("complementary", { name: "Conversations" });
  const fits = () => ann.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

  await expect(list).toBeVisible();
  await expect(bar).toBeVisible();
  const { y, height } = (await bar.boundingBox())!;
  expect(y + height, "the bar is at the bottom").toBeCloseTo(844, 0);
  for (const name of ["Chats", "Discover", "You"]) await expect(bar.getByRole("link", { name })).toBeVisible();

  await ann.listed(room).tap();
  await expect(ann.message("All quiet.")).toBeVisible();
  await expect(list).toBeHidden();
  await expect(bar).toBeHidden();
  await ann.composer.fill("A light");
  await ann.composer.press("Enter");
  await expect(ann.composer, "a touch keyboard's Enter breaks the line").toHaveValue("A light\n");
  await ann.composer.fill("A light to the north.");
  await ann.page.getByRole("button", { name: "Send" }).tap();
  await expect(ann.message("A light to the north.")).toHaveAttribute("data-send", "ok");
  expect(await fits()).toBe(true);

  await ann.page.getByRole("button", { name: "Details" }).tap();
  const details = ann.page.getByRole("complementary", { name: "Details" });
  await expect(details).toBeVisible();
  await expect(ann.composer).toBeHidden();
  expect(await fits()).toBe(true);
  await details.getByRole("link", { name: "Back to conversation" }).tap();
  await expect(ann.composer).toBeVisible();
  await expect(details).toBeHidden();
  await ann.page.getByRole("link", { name: "Back to conversations" }).tap();
  await expect(list).toBeVisible();
  await expect(bar).toBeVisible();

  // The browser's own Back does the same.
  await ann.page.goBack();
  await expect(ann.composer).toBeVisible();
  await ann.page.goForward();
  await expect(list).toBeVisible();
});
