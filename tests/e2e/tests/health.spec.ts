/** The program lives, survives a crash, and hands its page to any address of the client. */
import { expect, test } from "../fixtures.ts";
import { Server } from "../server.ts";

test("the program answers, also after it was killed", async () => {
  const server = await Server.start();
  try {
    expect((await fetch(`${server.url}/healthz`)).ok).toBe(true);
    await server.kill();
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    await server.restart();
    expect((await fetch(`${server.url}/readyz`)).ok).toBe(true);
  } finally {
    await server.stop();
  }
});

test("a deep link gets the client's page", async ({ page }) => {
  const answer = await page.goto("/c/00000000-0000-7000-8000-000000000000");
  expect(answer?.ok()).toBe(true);
  await expect(page.locator("html")).toHaveAttribute("lang");
});
