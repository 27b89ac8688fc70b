// How the pages look: without barriers in light and dark, on a phone and a large screen, on paper.

import assert from "node:assert/strict";
import { findBarriers, overflow } from "./browser.mjs";

export function addLooks(scenario, { shot, firstArticle }) {
  const PAGES = { home: "/", answer: "/?q=bridge&language=en", nothing: "/?q=zzyzx", status: "/status", article: "?" };

  async function address(page, name) {
    if (name !== "article") return PAGES[name];
    await page.goto("/?q=crane&source=seeds");
    return firstArticle(page);
  }

  for (const name of Object.keys(PAGES)) {
    for (const colorScheme of ["light", "dark"]) {
      scenario(`no barriers: ${name}, ${colorScheme}`, async ({ page }) => {
        await page.goto(await address(page, name));
        for (const fold of await page.locator("summary:visible").all()) await fold.click();
        assert.deepEqual(await findBarriers(page), []);
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
        assert.equal(paper[0] < 128, colorScheme === "dark");
      }, { colorScheme });
    }
    for (const width of [320, 1280]) {
      scenario(`fits: ${name}, ${width} px`, async ({ page }) => {
        await page.goto(await address(page, name));
        assert.equal(await overflow(page), null);
        await shot(page, `${name}-${width}`);
        for (const fold of await page.locator("summary:visible").all()) await fold.click();
        assert.equal(await overflow(page), null, "unfolded");
        if (width === 320) assert.deepEqual(await findBarriers(page), []);
      }, { viewport: { width, height: 800 } });
    }
  }

  scenario("dark, to look at", async ({ page }) => {
    await page.goto("/?q=bridge");
    await shot(page, "answer-dark-1280");
  }, { colorScheme: "dark" });

  scenario("less motion", async ({ page }) => {
    await page.goto("/");
    const duration = await page.locator(".timeline .bar").first().evaluate((bar) => getComputedStyle(bar).transitionDuration);
    assert.equal(duration, "0s");
  }, { reducedMotion: "reduce" });

  scenario("on paper", async ({ page }) => {
    await page.goto("/?q=bridge");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.isVisible("#rail"), false);
    assert.ok(await page.isVisible("#stories"));
  });
}
