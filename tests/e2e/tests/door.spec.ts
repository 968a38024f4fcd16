/** Signing up, in and out. */
import { expect, test } from "../fixtures.ts";
import { password } from "../account.ts";
import { Server } from "../server.ts";

test("the first person sets the server up, the second one just signs up", async ({ browser, guard }) => {
  const server = await Server.start();
  const contexts = [await browser.newContext({ baseURL: server.url }), await browser.newContext({ baseURL: server.url })] as const;
  try {
    for (const context of contexts) await guard.watch(context);
    const page = await contexts[0].newPage();
    await page.goto("/");
    await expect(page.getByRole("heading", { level: 1, name: "Welcome to your new server" })).toBeVisible();
    await expect(page.getByText("becomes the owner of this server")).toBeVisible();
    await expect(page.getByRole("list", { name: "Setting up" }).locator("[aria-current=step]")).toHaveText("Your account");
    await page.getByLabel("Username").fill("olga");
    await page.getByLabel("E-mail").fill("olga@harbour.example");
    await page.getByRole("textbox", { name: "Password" }).fill(password);
    await page.getByLabel("Display name (optional)").fill("Olga Quay");
    await page.getByRole("button", { name: "Create account" }).click();

    // The last step: the first room, which the owner names.
    await expect(page.getByRole("heading", { name: "Create a room" })).toBeVisible();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Harbour talk");
    await page.getByRole("main").getByRole("button", { name: "Create room" }).click();
    await expect(page.getByRole("heading", { level: 2, name: "Harbour talk" })).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Message Harbour talk" })).toBeFocused();

    const second = await contexts[1].newPage();
    await second.goto("/");
    await expect(second.getByRole("heading", { level: 1, name: "Welcome back" })).toBeVisible();
    await second.getByRole("link", { name: "Create an account" }).click();
    await expect(second.getByRole("heading", { level: 1, name: "Create your account" })).toBeVisible();
    await second.getByLabel("Username").fill("pim");
    await second.getByLabel("E-mail").fill("pim@harbour.example");
    await second.getByRole("textbox", { name: "Password" }).fill(password);
    await second.getByRole("button", { name: "Create account" }).click();
    await expect(second.locator("html")).toHaveAttribute("data-conn", "live");
    // Newcomers are in the room that everybody is in.
    await expect(second.getByRole("region", { name: "Rooms" }).getByRole("listitem")).toHaveText([/^general/]);
    await expect(second.getByRole("link", { name: /You\s*, pim/ })).toBeVisible();
  } finally {
    for (const context of contexts) await context.close();
    await server.stop();
  }
});

test("a form says what is wrong, beside the field and aloud", async ({ page, guard, owner }) => {
  guard.tolerate(/409.*\/auth\/register/);
  await page.goto("/sign-up");
  const username = page.getByLabel("Username");
  const email = page.getByLabel("E-mail");
  const secret = page.getByRole("textbox", { name: "Password" });
  const send = page.getByRole("button", { name: "Create account" });
  await expect(username).toBeFocused();

  await send.click();
  for (const field of [username, email, secret]) {
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveAccessibleDescription(/^Please /);
  }
  await expect(page.getByRole("alert").filter({ hasText: /^Please / })).toHaveCount(3);
  await expect(username).toBeFocused();

  await username.fill(owner.username);
  await expect(username).not.toHaveAttribute("aria-invalid");
  await email.fill("somebody@harbour.example");
  await secret.fill("short");
  await secret.press("Enter");
  await expect(secret).toHaveAttribute("aria-invalid", "true");
  await expect(secret).toHaveAccessibleDescription(/^At least 10 characters/);
  await expect(secret).toBeFocused();

  // The server's no stands beside its field, too.
  await secret.fill(password);
  await send.click();
  await expect(username).toHaveAttribute("aria-invalid", "true");
  await expect(username).toHaveAccessibleDescription(/taken/);
  await expect(username).toBeFocused();
});

test("a wrong password is told, the right one opens the page that was asked for", async ({ page, guard, people }) => {
  guard.tolerate(/401.*\/auth\/login/);
  const ann = await people.account("ann");
  await page.goto("/settings/appearance");
  const secret = page.getByRole("textbox", { name: "Password" });
  await page.getByLabel("Username or e-mail").fill(ann.username);
  await secret.fill("correct horse staple");
  await secret.press("Enter");
  await expect(page.getByRole("alert").filter({ hasText: "don't match" })).toBeFocused();
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(secret).toHaveAttribute("type", "text");
  await secret.fill(password);
  await secret.press("Enter");
  await expect(page.getByRole("heading", { level: 2, name: "Appearance" })).toBeVisible();
});

test("a reload keeps one signed in, signing out ends it in every tab", async ({ people, guard }) => {
  guard.tolerate(/401.*\/auth\/refresh/);
  const ann = await people.enter("ann");
  await ann.page.reload();
  await ann.isLive();
  const other = await ann.tab("/rooms");

  await ann.page.getByRole("link", { name: "Settings" }).click();
  await ann.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Sign out" }).click();
  await expect(ann.page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect(other.page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect(other.page.getByRole("status").filter({ hasText: "You signed out in another tab." })).toBeVisible();
  await ann.page.reload();
  await expect(ann.page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
});

test("another device is signed out from the list of devices", async ({ people, guard }) => {
  guard.tolerate(/401.*\/(auth\/refresh|ws)/);
  const desk = await people.enter("ann");
  const phone = await people.again(desk.account);
  await expect(desk.page.getByRole("status").filter({ hasText: "New sign-in:" })).toBeVisible();

  await desk.opens("/settings/account");
  const devices = desk.page.getByRole("region", { name: "Devices" }).getByRole("listitem");
  await expect(devices).toHaveCount(2);
  const here = devices.filter({ hasText: "This device" });
  await expect(here.getByRole("button")).toHaveCount(0);
  await devices.filter({ hasNotText: "This device" }).getByRole("button", { name: /^Sign out / }).click();
  await expect(devices).toHaveCount(1);
  await expect(desk.page.getByText("You are signed in on this device only.")).toBeVisible();

  await expect(phone.page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
  await expect(phone.page.getByRole("status").filter({ hasText: "Your session has ended." })).toBeVisible();
});
