/** How far one's words have come: sent, delivered, read; and who has seen them. */
import type { Person } from "../people.ts";
import { expect, test } from "../fixtures.ts";

/** What a screen reader hears of a message's way, at the end of its name. */
const has = (person: Person, text: string, state: string) => expect(person.message(text)).toHaveAccessibleName(new RegExp(`, ${text}, ${state}$`));

test("in a direct message: sent, delivered, read", async ({ people }) => {
  const ann = await people.enter("ann");
  const bob = await people.account("bob");
  const room = await ann.account.direct(bob, "Ahoy");
  await ann.opens(`/c/${room}`);
  await has(ann, "Ahoy", "sent");
  await expect(ann.message("Ahoy").locator(".tick use")).toHaveAttribute("href", /i-check$/);

  const here = await people.again(bob);
  await expect(here.listed(room)).toHaveAttribute("data-unread", "1");
  await has(ann, "Ahoy", "delivered");
  await here.opens(`/c/${room}`);
  await expect(here.message("Ahoy")).toBeVisible();
  await has(ann, "Ahoy", "read");
  await expect(ann.message("Ahoy").locator(".tick")).toHaveClass(/read/);

  // Only the end of a run has ticks, and they do not go back.
  await ann.says("Come ashore");
  await ann.says("The kettle is on");
  await has(ann, "The kettle is on", "read");
  await expect(ann.message("Come ashore").locator(".tick")).toHaveCount(0);
  await ann.page.reload();
  await ann.isLive();
  await has(ann, "The kettle is on", "read");
});

test("in a room: seen by so many, with their names; and nothing of who does not share", async ({ people }) => {
  const ann = await people.enter("ann");
  const bob = await people.enter("bob");
  const eve = await people.enter("eve");
  await eve.opens("/settings/account");
  const share = eve.page.getByRole("switch", { name: "Share receipts" });
  await expect(share).toBeChecked();
  await share.uncheck();
  await expect.poll(async () => (await eve.account.call<{ shares_receipts: boolean }>("GET", "/me")).shares_receipts).toBe(false);

  const room = await ann.account.room("Slipway", { people: [bob.account, eve.account] });
  await ann.opens(`/c/${room}`);
  await ann.says("Who is about?");
  for (const one of [eve, bob]) {
    await one.opens(`/c/${room}`);
    await expect(one.message("Who is about?")).toBeVisible();
    await expect(one.listed(room)).toHaveAttribute("data-unread", "0");
  }
  const seen = ann.message("Who is about?").getByRole("button", { name: "Seen by 1" });
  await expect(seen).toBeVisible();
  await seen.click();
  const dialog = ann.page.getByRole("dialog", { name: "Seen by" });
  await expect(dialog.getByRole("listitem")).toHaveText([new RegExp(bob.name)]);

  // Who hides theirs sees none of others.
  await eve.says("Me");
  await expect(bob.message("Me")).toBeVisible();
  await expect(ann.message("Me")).toBeVisible();
  await expect(eve.message("Me")).toHaveAccessibleName(/, Me, sent$/);
  await expect(eve.page.getByRole("button", { name: /^Seen by/ })).toHaveCount(0);
});
