/** A screen as those see it who cannot see it, or not well: axe on two widths, light and dark, and once more without gradients. */
import axe from "axe-core";
import { expect, type Page } from "@playwright/test";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const contrast: axe.RunOnly = { type: "rule", values: ["color-contrast"] };
const sizes = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const themes = ["light", "dark"] as const;

/** No violation, nothing wider than the screen, and every contrast measurable where nothing shines through. */
export async function inspect(page: Page, screen: string): Promise<void> {
  await page.evaluate(axe.source);
  for (const size of sizes) {
    for (const colorScheme of themes) {
      const where = `${screen}, ${size.width} px, ${colorScheme}`;
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(size);
      await settled(page);
      // Of all rules, only this one depends on the theme.
      const rules: axe.RunOnly = colorScheme === "light" ? { type: "tag", values: tags } : contrast;
      const plain = await run(page, rules);
      expect.soft(plain.violations, where).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect.soft(wide, `${where}: wider than the screen`).toBeLessThanOrEqual(0);

      // Axe cannot tell a contrast over a gradient or through a blur, nor of text that is scrolled out of sight or lies below a dialog.
      await page.setViewportSize({ ...size, height: 2600 });
      await flatten(page, true);
      await settled(page);
      const flat = await run(page, contrast);
      expect.soft([...flat.violations, ...flat.incomplete], `${where}, flat`).toEqual([]);
      await flatten(page, false);
    }
  }
}

async function flatten(page: Page, on: boolean): Promise<void> {
  await page.evaluate((on) => {
    document.documentElement.toggleAttribute("data-flat", on);
    const over = document.querySelector<HTMLElement>("dialog[open], :popover-open");
    const shell = document.querySelector<HTMLElement>(".shell");
    if (over && shell) {
      shell.style.visibility = on ? "hidden" : "";
      over.style.visibility = on ? "visible" : "";
      over.style.maxHeight = on ? "none" : "";
    }
  }, on);
}

/** Colours that fade are measured once they have arrived. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (;;) {
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      const ending = document.getAnimations().filter(
        (animation) => animation.playState === "running" && animation.effect?.getComputedTiming().iterations !== Infinity,
      );
      if (ending.length === 0) return;
      await Promise.all(ending.map((animation) => animation.finished.catch(() => {})));
    }
  });
}

async function run(page: Page, runOnly: axe.RunOnly): Promise<{ violations: string[]; incomplete: string[] }> {
  return await page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations, incomplete } = await axe.run(document, { runOnly, resultTypes: ["violations", "incomplete"] });
    const told = (results: axe.Result[]) =>
      results.flatMap(({ id, nodes }) => nodes.map(({ target, any, failureSummary }) => `${id}: ${target.join(" ")}: ${any[0]?.message ?? failureSummary}`));
    return { violations: told(violations), incomplete: told(incomplete) };
  }, runOnly);
}
