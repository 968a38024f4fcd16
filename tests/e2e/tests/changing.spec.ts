/** Editing and deleting, as the author and as the others see it. */
import { expect, test } from "../fixtures.ts";

test("an edit shows at once, in the other's browser, and after its reload; nothing moves", async ({ people }) => {
  const ann = await people.enter("ann");
  const bob = await people.enter("bob");
  const room = await ann.account.direct(bob.account, "High water at noom");
  await bob.account.say(room, "Sure?");
  await ann.opens(`/c/${room}`);
  await bob.opens(`/c/${room}`);
  await expect(ann.message("Sure?")).toBeVisible();
  const before = await bob.messages.evaluateAll((rows) => rows.map((row) => row.id));

  // Arrow Up in the empty box edits the last of one's own, at its place.
  await ann.composer.press("ArrowUp");
  const field = ann.page.getByRole("textbox", { name: "Edit your message" });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("High water at noom");
  await field.fill("High water at noon");
  await field.press("Enter");
  await expect(ann.composer).toBeFocused();
  for (const one of [ann, bob]) {
    const row = one.message("High water at noon");
    await expect(row).toBeVisible();
    await expect(row.locator(".edited")).toHaveAttribute("title", /^Edited /);
    await expect(row).toHaveAccessibleName(/, High water at noon, Edited /);
  }
  expect(await bob.messages.evaluateAll((rows) => rows.map((row) => row.id))).toEqual(before);
  await bob.page.reload();
  await bob.isLive();
  await expect(bob.message("High water at noon").locator(".edited")).toBeVisible();

  // Esc leaves it as it is; an own message has it in its menu, a foreign one has not.
  await ann.message("High water at noon").hover();
  await ann.message("High water at noon").getByRole("button", { name: "More actions" }).click();
  const menu = ann.page.getByRole("menu", { name: "Message actions" });
  await expect(menu.getByRole("menuitem")).toHaveText(["Edit", "Copy text", "Mark unread from here", "Delete"]);
  await menu.getByRole("menuitem", { name: "Edit" }).click();
  await expect(field).toBeFocused();
  await field.fill("Low water");
  await field.press("Escape");
  await expect(field).toHaveCount(0);
  await expect(ann.message("High water at noon")).toBeVisible();
  await ann.message("Sure?").click({ button: "right" });
  await expect(menu.getByRole("menuitem")).toHaveText(["Copy text", "Mark unread from here"]);
  await ann.page.keyboard.press("Escape");
  await expect(menu).toBeHidden();
  expect(await ann.account.texts(room)).toEqual(["High water at noon", "Sure?"]);
});

test("a deleted message leaves its place, and is unread no more", async ({ people }) => {
  const ann = await people.enter("ann");
  const bob = await people.enter("bob");
  const room = await ann.account.direct(bob.account, "First");
  await ann.account.say(room, "Second");
  await ann.account.say(room, "Third");
  await expect(bob.listed(room)).toHaveAttribute("data-unread", "3");
  await ann.opens(`/c/${room}`);

  await ann.message("Second").focus();
  await ann.page.keyboard.press("Delete");
  const question = ann.page.getByRole("alertdialog", { name: "Delete this message?" });
  await expect(question.getByRole("button", { name: "Keep it" })).toBeFocused();
  await question.getByRole("button", { name: "Delete message" }).click();
  await expect(question).toHaveCount(0);
  await expect(bob.listed(room)).toHaveAttribute("data-unread", "2");
  await expect.poll(() => ann.messages.count()).toBe(3);
  await expect(ann.messages.nth(1)).toHaveClass(/gone/);
  await expect(ann.messages.nth(1)).toHaveText(/Message deleted/);

  await bob.opens(`/c/${room}`);
  await expect(bob.messages.nth(1)).toHaveText(/Message deleted/);
  await expect(bob.message("Third")).toBeVisible();
  // One that is on the other's screen goes while they look.
  await ann.message("Third").focus();
  await ann.page.keyboard.press("Delete");
  await ann.page.getByRole("button", { name: "Delete message" }).click();
  await expect(bob.messages.nth(2)).toHaveText(/Message deleted/);
  await expect(bob.listed(room)).toContainText("Message deleted");
  await bob.page.reload();
  await bob.isLive();
  await expect(bob.messages.nth(2)).toHaveText(/Message deleted/);
  expect(await bob.account.texts(room)).toEqual(["First"]);
});

test("two edits of one message: the second author sees both texts and chooses", async ({ people, guard }) => {
  guard.tolerate(/409/);
  const ann = await people.enter("ann");
  const room = await ann.account.room("Log");
  const { id } = await ann.account.say(room, "one");
  await ann.opens(`/c/${room}`);
  await expect(ann.message("one")).toBeVisible();
  await ann.composer.press("ArrowUp");
  const field = ann.page.getByRole("textbox", { name: "Edit your message" });
  await field.fill("mine");
  // Another device is faster.
  await ann.account.call("PATCH", `/conversations/${room}/messages/${id}`, { body: "theirs", version: 0 });
  await field.press("Enter");
  const dialog = ann.page.getByRole("alertdialog", { name: "Changed meanwhile" });
  await expect(dialog.locator("blockquote")).toHaveText(["theirs", "mine"]);
  await expect(ann.message("theirs")).toBeVisible();
  await dialog.getByRole("button", { name: "Use mine" }).click();
  await expect(ann.message("mine")).toBeVisible();
  await expect.poll(() => ann.account.texts(room)).toEqual(["mine"]);
});

test("an edit that cannot be saved says so and loses no word", async ({ people, guard }) => {
  guard.tolerate(/Failed to load resource/);
  const ann = await people.enter("ann");
  const room = await ann.account.room("Log");
  await ann.account.say(room, "as it was");
  await ann.opens(`/c/${room}`);
  await expect(ann.message("as it was")).toBeVisible();
  await ann.page.route(/\/messages\/[0-9a-f-]{36}$/, (route) => route.abort());
  await ann.composer.press("ArrowUp");
  const field = ann.page.getByRole("textbox", { name: "Edit your message" });
  await field.fill("as it shall be");
  await field.press("Enter");
  await expect(ann.page.getByRole("status").filter({ hasText: "Not changed." })).toBeVisible();
  await expect(field).toHaveValue("as it shall be");
  await ann.page.unroute(/\/messages\/[0-9a-f-]{36}$/);
  await field.press("Enter");
  await expect(ann.message("as it shall be")).toBeVisible();
  await expect.poll(() => ann.account.texts(room)).toEqual(["as it shall be"]);
});
