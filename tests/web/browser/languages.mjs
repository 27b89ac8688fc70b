// Stories in their own language, direction and faces.

import assert from "node:assert/strict";

export function addLanguages(scenario, { shot, total, RESULTS }) {
  scenario("Arabic", async ({ page }) => {
    await page.goto(`/?q=${encodeURIComponent("الجسر")}`);
    assert.ok(await total(page) > 3);
    const story = page.locator(`${RESULTS} .story`).first();
    assert.equal(await story.getAttribute("dir"), "rtl");
    assert.equal(await story.getAttribute("lang"), "ar");
    assert.ok(await page.locator(`${RESULTS} mark`).count() > 0);
    assert.equal(await page.locator(".slug").first().getAttribute("lang"), "en");
    const headline = await page.locator(`${RESULTS} .headline`).first().evaluate((one) => {
      const range = document.createRange();
      range.selectNodeContents(one);
      const { right } = range.getBoundingClientRect();
      return { gap: one.getBoundingClientRect().right - right, font: getComputedStyle(one).fontFamily };
    });
    assert.ok(Math.abs(headline.gap) < 2, "the headline does not start at the right");
    assert.match(headline.font, /Naskh/);
    await story.locator(".headline a").click();
    await page.waitForURL(/\/articles\//);
    assert.equal(await page.locator(".clean").getAttribute("dir"), "rtl");
    assert.equal(await page.locator(".clean").evaluate((one) => getComputedStyle(one).direction), "rtl");
    await shot(page, "arabic-1280");
  });

  for (const [language, direction] of [["fa", "rtl"], ["hi", "ltr"], ["zh", "ltr"], ["ja", "ltr"]]) {
    scenario(`stories in ${language}`, async ({ page }) => {
      await page.goto(`/?language=${language}`);
      assert.ok(await total(page) > 10);
      for (const story of await page.locator(`${RESULTS} .story`).all()) {
        assert.match(await story.getAttribute("lang"), new RegExp(`^${language}`));
        assert.equal(await story.getAttribute("dir"), direction);
      }
      await shot(page, `${language}-1280`);
    });
  }
}
