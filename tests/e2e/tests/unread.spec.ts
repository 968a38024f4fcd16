/** What is unread: on every device the same, whatever is marked, edited or deleted. */
import { expect, test } from "../fixtures.ts";

test("unread from here survives a reload and shows on the other device; looking at it does not undo it", async ({ people }) => {
  const bob = await people.account("bob");
  const ann = await people.enter("ann");
  const room = await bob.room("Catch", { people: [ann.account] });
  for (let n = 1; n <= 5; n++) await bob.say(room, `Fish ${n}`);
  await ann.opens(`/c/${room}`);
  await expect(ann.listed(room)).toHaveAttribute("data-unread", "0");
  const phone = await people.again(ann.account, { viewport: { width: 390, height: 844 } });
  await expect(phone.listed(room)).toHaveAttribute("data-unread", "0");

  await ann.message("Fish 3").click({ button: "right" });
  await ann.page.getByRole("menuitem", { name: "Mark unread from here" }).click();
  await expect(ann.listed(room)).toHaveAttribute("data-unread", "3");
  await expect(ann.page.locator(".feed .new")).toHaveText("3 new");
  await expect(phone.listed(room)).toHaveAttribute("data-unread", "3");
  await expect(ann.page).toHaveTitle(/^\(3\) /);
  // More comes, and is looked at: still nothing is read until one comes back.
  await bob.say(room, "Fish 6");
  await expect(ann.message("Fish 6")).toBeInViewport();
  await expect(phone.listed(room)).toHaveAttribute("data-unread", "4");
  await ann.opens("/");
  await expect(ann.listed(room)).toHaveAttribute("data-unread", "4");

  // Coming back reads it, on both devices.
  await ann.listed(room).click();
  await expect(ann.page.locator(".feed .new")).toHaveText("4 new");
  await expect(ann.listed(room)).toHaveAttribute("data-unread", "0");
  await expect(phone.listed(room)).toHaveAttribute("data-unread", "0");
});

test("everything is marked read in one go, and for a while that can be undone", async ({ people }) => {
  const bob = await people.account("bob");
  const ann = await people.enter("ann");
  const rooms = await Promise.all(["Lamp", "Buoy"].map((name) => bob.room(name, { people: [ann.account] })));
  await bob.say(rooms[0]!, "one");
  await bob.say(rooms[0]!, "two");
  await bob.say(rooms[1]!, "three");
  await expect(ann.listed(rooms[0]!)).toHaveAttribute("data-unread", "2");
  await expect(ann.page).toHaveTitle(/^\(3\) /);

  await ann.page.getByRole("button", { name: "Mark all read" }).click();
  for (const room of rooms) await expect(ann.listed(room)).toHaveAttribute("data-unread", "0");
  await expect(ann.page).not.toHaveTitle(/^\(/);
  await expect(ann.page.getByRole("button", { name: "Mark all read" })).toHaveCount(0);
  await ann.page.getByRole("button", { name: "Undo" }).click();
  await expect(ann.listed(rooms[0]!)).toHaveAttribute("data-unread", "2");
  await expect(ann.listed(rooms[1]!)).toHaveAttribute("data-unread", "1");
  await ann.page.reload();
  await ann.isLive();
  await expect(ann.listed(rooms[0]!)).toHaveAttribute("data-unread", "2");
  // And by the keyboard.
  await ann.page.keyboard.press("Shift+Escape");
  await expect(ann.listed(rooms[0]!)).toHaveAttribute("data-unread", "0");
});

test("who is mentioned sees it beside the count, and in the text; an edit takes it away", async ({ people }) => {
  const bob = await people.account("bob");
  const ann = await people.enter("ann");
  const room = await bob.room("Slipway", { people: [ann.account] });
  await bob.say(room, "Nobody in particular");
  const { id } = await bob.say(room, `Look, @${ann.account.username}! \`@${ann.account.username}\` is only code.`);
  const row = ann.listed(room);
  await expect(row).toHaveAttribute("data-unread", "2");
  await expect(row).toHaveAttribute("data-mentions", "1");
  await expect(row.locator(".spark")).toHaveText("@1");
  await expect(row).toHaveAccessibleName(/, 2 unread, 1 mention of you, /);

  await bob.call("PATCH", `/conversations/${room}/messages/${id}`, { body: "Look, all!" });
  await expect(row).toHaveAttribute("data-mentions", "0");
  await bob.call("PATCH", `/conversations/${room}/messages/${id}`, { body: `Look, @${ann.account.username}!` });
  await expect(row).toHaveAttribute("data-mentions", "1");
  await row.click();
  const named = ann.page.locator("article.mention");
  await expect(named.locator(".at.me")).toHaveText(`@${ann.account.username}`);
  await expect(row).toHaveAttribute("data-mentions", "0");
});
