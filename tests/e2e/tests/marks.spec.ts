/** Edits, deletions, mentions, ticks and who has seen what, as axe sees them. */
import { expect, test } from "../fixtures.ts";
import { inspect } from "../axe.ts";

test("marks on messages, their menu and their dialogs", async ({ people }) => {
  test.slow();
  const bob = await people.account("bob");
  const ann = await people.enter("ann");
  const room = await bob.room("Slipway", { people: [ann.account] });
  const other = await bob.room("Paint", { people: [ann.account] });
  await bob.say(other, `@${ann.account.username}, red or green?`);
  await bob.say(room, `@${ann.account.username} brings the rope, @${bob.username} the paint.`);
  const gone = await bob.say(room, "Nonsense");
  await bob.call("DELETE", `/conversations/${room}/messages/${gone.id}`);
  const mine = await ann.account.say(room, "Fine");
  await ann.account.call("PATCH", `/conversations/${room}/messages/${mine.id}`, { body: "Fine, and the brushes" });
  await bob.call("PUT", `/conversations/${room}/read`, { seq: 100 });
  const { page } = ann;
  await ann.opens(`/c/${room}`);
  const row = ann.message("Fine, and the brushes");
  await expect(row.getByRole("button", { name: "Seen by 1" })).toBeVisible();
  await expect(ann.listed(other).locator(".spark")).toBeVisible();
  await inspect(page, "marks in a room");

  await row.focus();
  await page.keyboard.press("e");
  await expect(page.getByRole("textbox", { name: "Edit your message" })).toBeFocused();
  await inspect(page, "an edit");
  await page.keyboard.press("Escape");

  await row.click({ button: "right" });
  await expect(page.getByRole("menu", { name: "Message actions" })).toBeVisible();
  await inspect(page, "menu of a message");
  await page.keyboard.press("Escape");

  await row.focus();
  await page.keyboard.press("Delete");
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await inspect(page, "delete a message");
  await page.getByRole("button", { name: "Keep it" }).click();

  await row.getByRole("button", { name: "Seen by 1" }).click();
  await expect(page.getByRole("dialog", { name: "Seen by" }).getByRole("listitem")).toHaveCount(1);
  await inspect(page, "seen by");
  await page.keyboard.press("Escape");

  // A note lies over what is below it, so with nothing open.
  await ann.opens("/");
  await page.keyboard.press("Shift+Escape");
  await page.getByRole("button", { name: "Undo" }).hover();
  await inspect(page, "undo");
});
