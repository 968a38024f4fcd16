/** Two people and the message box. */
import { expect, test } from "../fixtures.ts";

test("a direct message starts from the search of people and goes both ways", async ({ people }) => {
  const bob = await people.enter("bob");
  const ann = await people.enter("ann");
  await ann.page.getByRole("button", { name: "New conversation" }).click();
  await expect(ann.title).toHaveText("New conversation");
  const to = ann.page.getByRole("combobox", { name: "To" });
  await expect(to).toBeFocused();
  await to.fill(bob.account.username);
  await expect(ann.page.getByRole("listbox", { name: "People" }).getByRole("option")).toHaveText([new RegExp(bob.name)]);
  await to.press("Enter");
  await expect(ann.page.getByRole("list", { name: "Chosen people" })).toContainText(bob.name);
  await to.press("Enter");
  await expect(ann.composer).toBeFocused();
  await ann.says("Is the tide in?");
  const room = await ann.openRoom();
  await expect(ann.title).toHaveText(bob.name);
  await expect(ann.message("Is the tide in?")).toHaveAttribute("data-send", "ok");

  // It appears over there by itself, is counted, and says who speaks.
  const row = bob.listed(room);
  await expect(row).toHaveAttribute("data-unread", "1");
  await expect(row).toContainText(ann.name);
  await expect(row).toContainText("Is the tide in?");
  await row.click();
  await expect(bob.message("Is the tide in?")).toBeVisible();
  await expect(row).toHaveAttribute("data-unread", "0");

  await bob.says("Since noon.");
  await expect(ann.message("Since noon.")).toBeVisible();
  await ann.says("Then let us row.");
  await expect(bob.message("Then let us row.")).toBeVisible();
  for (const one of [ann, bob]) {
    await expect(one.messages).toHaveCount(3);
    expect(await one.texts()).toEqual(["Is the tide in?", "Since noon.", "Then let us row."]);
  }
  await expect(ann.listed(room)).toHaveAttribute("data-unread", "0");
});

test("Enter sends, Shift+Enter breaks the line, and nothing leaves while an input method composes", async ({ people }) => {
  const ann = await people.enter("ann");
  const room = await ann.account.room("Notes to self");
  await ann.opens(`/c/${room}`);
  const box = ann.composer;
  await box.pressSequentially("first");
  await box.press("Shift+Enter");
  await box.pressSequentially("second");
  await expect(box).toHaveValue("first\nsecond");
  await expect(ann.messages).toHaveCount(0);
  await box.press("Enter");
  await expect(ann.messages).toHaveCount(1);
  await expect(box).toHaveValue("");
  expect(await ann.texts()).toEqual(["first\nsecond"]);

  await box.press("Enter");
  await box.fill("   ");
  await box.press("Enter");
  await expect(ann.messages).toHaveCount(1);

  // A real composition, and the two ways in which browsers mark its keys.
  await box.fill("");
  const devtools = await ann.context.newCDPSession(ann.page);
  await devtools.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await expect(box).toHaveValue("にほ");
  await box.evaluate((element) => {
    const press = (how: KeyboardEventInit) => element.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...how }));
    press({ isComposing: true });
    press({ keyCode: 229 });
  });
  await devtools.send("Input.insertText", { text: "日本" });
  await expect(box).toHaveValue("日本");
  await expect(ann.messages).toHaveCount(1);
  await box.press("Enter");
  await expect(ann.message("日本")).toHaveAttribute("data-send", "ok");
  expect(await ann.account.texts(room)).toEqual(["first\nsecond", "日本"]);
});

test("what one begins to write is kept for each conversation", async ({ people }) => {
  const ann = await people.enter("ann");
  const [lamp, buoy] = [await ann.account.room("Lamp"), await ann.account.room("Buoy")];
  await ann.opens(`/c/${lamp}`);
  await ann.composer.fill("half a thought");
  await ann.listed(buoy).click();
  await expect(ann.title).toHaveText("Buoy");
  await expect(ann.composer).toHaveValue("");
  await expect(ann.listed(lamp)).toContainText("Draft half a thought");
  await ann.page.reload();
  await ann.isLive();
  await ann.listed(lamp).click();
  await expect(ann.composer).toHaveValue("half a thought");
});

test("a changed name reaches the messages that others have on screen", async ({ people }) => {
  const ann = await people.enter("ann");
  const bob = await people.enter("bob");
  const room = await ann.account.direct(bob.account, "Ahoy");
  await bob.account.say(room, "Ahoy yourself");
  await bob.opens(`/c/${room}`);
  const row = bob.message("Ahoy");
  await expect(row.getByRole("button", { name: ann.name, exact: true })).toBeVisible();

  const renamed = `${ann.name} Harbour`;
  await ann.opens("/settings/profile");
  await ann.page.getByRole("textbox", { name: "Display name" }).fill(renamed);
  await ann.page.getByRole("textbox", { name: "About you" }).fill("Keeps the lamp.");
  await ann.page.getByRole("button", { name: "Save" }).click();
  await expect(ann.page.getByRole("status").filter({ hasText: "Your profile is saved." })).toBeVisible();

  await expect(row.getByRole("button", { name: renamed, exact: true })).toBeVisible();
  await expect(row).toHaveAccessibleName(new RegExp(`^${renamed},`));
  await expect(bob.title).toHaveText(renamed);
  await expect(bob.listed(room)).toContainText(renamed);
  await row.getByRole("button", { name: renamed, exact: true }).click();
  await expect(bob.page.getByRole("dialog", { name: renamed })).toContainText("Keeps the lamp.");
});
