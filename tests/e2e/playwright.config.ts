/** How the browser tests run; `cargo xtask test e2e` sets PARLANCE_BIN and PARLANCE_CHROMIUM. */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  // A test that passes only the second time has found something.
  retries: 0,
  workers: 2,
  timeout: 30_000,
  expect: { timeout: 5_000 },
  reporter: [["list"]],
  use: {
    locale: "en-GB",
    timezoneId: "UTC",
    viewport: { width: 1280, height: 800 },
    screenshot: "off",
    // It doubles the time of some tests; `npx playwright test --trace retain-on-failure` when one fails.
    trace: "off",
    launchOptions: {
      // Unset: the browser that `npx playwright install chromium` fetched.
      executablePath: process.env.PARLANCE_CHROMIUM || undefined,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
  projects: [{ name: "chromium", use: { browserName: "chromium" } }],
});
