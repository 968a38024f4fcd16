/** What every test gets: one server for each worker, pages that start there, and names nobody else uses. */
import { test as base } from "@playwright/test";
import { Server } from "./server.ts";

type Shared = { server: Server };
type Own = {
  /** Makes a user name out of a person's: tests share a server, so `ann` alone may be taken. */
  named: (person: string) => string;
};

export const test = base.extend<Own, Shared>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],

  baseURL: async ({ server }, use) => use(server.url),

  named: async ({}, use, info) => {
    const unique = `${info.workerIndex}${Date.now().toString(36)}`;
    await use((person) => `${person}_${unique}`);
  },
});

export { expect } from "@playwright/test";
