// What people do on the pages, played in a real browser: node scenarios.mjs ORDER, a JSON object (see conftest.py).
// Prints a JSON line for each scenario: its name, and what was wrong.

import assert from "node:assert/strict";
import { findBarriers, openBrowser, play } from "./browser.mjs";
import { addLanguages } from "./languages.mjs";
import { addLooks } from "./looks.mjs";

const order = JSON.parse(process.argv[2]);
const scenarios = [];
const scenario = (name, steps, options = {}) => scenarios.push({ name, steps, options });

const RESULTS = "#stories > li";
const total = async (page) => Number((await page.textContent("#count")).replace(/\D/g, ""));
const headlines = (page) => page.locator(`${RESULTS} .headline`).allTextContents();
const parameters = (page) => new URL(page.url()).searchParams;
const countBeside = async (box) => Number((await box.locator("xpath=ancestor::li").locator(".count").textContent()).replace(/\D/g, ""));
const firstArticle = (page) => page.locator(`${RESULTS} .headline a`).first().getAttribute("href");
// The same box by its value: ticking brings it to the front, and the first is then another one.
const named = async (page, box) => page.locator(`#rail input[value="${await box.inputValue()}"]`);
const shot = (page, name) => page.screenshot({ path: `${order.screenshots}/${name}.png`, fullPage: true });

scenario("search", async ({ page }) => {
  await page.goto("/");
  assert.match(await page.textContent("h1"), /Latest copy/);
  await page.fill("#q", "bridge");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=bridge/);
  assert.ok(await total(page) > 20);
  assert.equal(await page.locator(RESULTS).count(), 10);
  assert.match(await page.locator(`${RESULTS} mark`).first().textContent(), /bridge/i);
  assert.match(await page.title(), /^bridge: \d+ articles/);
  assert.equal(await page.inputValue("#q"), "bridge");
});

scenario("filter by ticking", async ({ page }) => {
  await page.goto("/");
  const everything = await total(page);
  const box = await named(page, page.locator('#rail input[name="language"]').nth(1));
  const expected = await countBeside(box);
  await page.evaluate(() => { window.same = true; });
  await box.check();
  await page.waitForSelector(".chips");
  assert.equal(await total(page), expected);
  assert.ok(expected < everything);
  assert.equal(await page.evaluate(() => window.same), true, "the page was loaded anew");
  assert.ok(parameters(page).get("language"));
  assert.equal(await page.evaluate(() => document.activeElement.name), "language");
  assert.match(await page.textContent("#said"), /articles/);
  const second = await named(page, page.locator('#rail input[name="language"]:not(:checked)').first());
  const more = expected + await countBeside(second);
  await second.check();
  await page.locator(".chips li").nth(1).waitFor();
  assert.equal(await total(page), more);
  await page.click(".chips a >> nth=0");
  await page.waitForURL((url) => url.searchParams.getAll("language").length === 1);
});

scenario("filter by a bar of the histogram", async ({ page }) => {
  await page.goto("/?q=bridge");
  const bars = page.locator(".timeline svg a");
  const bar = bars.nth(Math.floor(await bars.count() / 2));
  const expected = Number((await bar.getAttribute("aria-label")).match(/: ([\d,]+)/)[1]);
  await bar.locator(".column").click({ force: true });
  await page.waitForURL(/since=.*until=/);
  assert.equal(await total(page), expected);
  assert.ok(await page.locator(".timeline svg a").count() >= 1, "no days within the month");
});

scenario("filter on the map", async ({ page }) => {
  await page.goto("/");
  assert.ok(await page.locator(".map .dot").count() > 20);
  const land = await page.locator(".map .land").evaluate((use) => use.getBBox().width);
  assert.ok(land > 500, "the outline of the land is not drawn");
  const dot = page.locator(".map a").last();
  const [, place, count] = (await dot.getAttribute("aria-label")).match(/^(.*): ([\d,]+)/);
  await dot.locator("circle").click({ force: true });
  await page.waitForURL(/place=/);
  assert.equal(parameters(page).get("place"), place);
  assert.equal(await total(page), Number(count));
  assert.equal(await page.locator(".dot.chosen").count(), 1);
});

scenario("page through an answer", async ({ page }) => {
  await page.goto("/?q=bridge");
  const first = await firstArticle(page);
  await page.click('.paging a[rel="next"]');
  await page.waitForURL(/page=2/);
  const second = await firstArticle(page);
  assert.notEqual(first, second);
  assert.equal(await page.textContent('.paging [aria-current="page"]'), "2");
  await page.click('.paging a[rel="prev"]');
  await page.waitForURL((url) => !url.searchParams.has("page"));
  assert.equal(await firstArticle(page), first);
  await page.click(".paging ol a >> nth=-1");
  await page.waitForURL(/page=\d+/);
  assert.equal(await page.locator('.paging a[rel="next"]').count(), 0);
});

scenario("open an article, original beside", async ({ page }) => {
  await page.goto("/?q=olympics+OR+blueprint&source=seeds");
  const headline = (await headlines(page))[0];
  await page.click(`${RESULTS} .headline a >> nth=0`);
  await page.waitForURL(/\/articles\/[0-9a-f]{32}/);
  assert.equal(await page.textContent("h1"), headline);
  assert.ok(await page.locator(".clean p").count() > 2);
  assert.ok(await page.locator(".lines .kept").count() > 3);
  assert.ok(await page.locator(".lines .dropped del").count() > 1);
  const left = await page.locator(".clean").boundingBox();
  const right = await page.locator(".raw").boundingBox();
  assert.ok(right.x > left.x + left.width - 1, "not side by side");
  assert.ok(await page.locator(".about .story").count() > 0, "nothing like this");
  await shot(page, "article-1280");
});

scenario("a web page beside its article", async ({ page }) => {
  await page.goto("/?q=crane&source=seeds");
  await page.click(`${RESULTS} .headline a >> nth=0`);
  await page.waitForSelector(".raw");
  const dropped = await page.locator(".lines .dropped").allTextContents();
  assert.ok(dropped.some((line) => line.includes("Sign in")));
  const kept = await page.locator(".lines .kept").count();
  assert.ok(kept >= 8, `only ${kept} lines kept`);
});

scenario("go back", async ({ page }) => {
  await page.goto("/?q=bridge");
  const before = await headlines(page);
  await (await named(page, page.locator('#rail input[name="section"]').first())).check();
  await page.waitForSelector(".chips");
  const filtered = await total(page);
  await page.click(`${RESULTS} .headline a >> nth=0`);
  await page.waitForURL(/\/articles\//);
  await page.goBack();
  await page.waitForSelector(".chips");
  assert.equal(await total(page), filtered);
  await page.goBack();
  await page.waitForSelector(".chips", { state: "detached" });
  assert.deepEqual(await headlines(page), before);
});

scenario("without JavaScript", async ({ page }) => {
  await page.goto("/");
  assert.equal(await page.isVisible("#help-button"), false);
  await page.fill("#q", "bridge");
  await page.click("#search .primary");
  const everything = await total(page);
  const box = page.locator('#rail input[name="country"]').first();
  const expected = await countBeside(box);
  await box.check();
  assert.equal(await total(page), everything, "ticking alone changed the page");
  await page.click(".apply .primary");
  await page.waitForURL(/country=/);
  assert.equal(await total(page), expected);
  assert.equal(await page.inputValue("#q"), "bridge");
  await page.click(".syntax summary");
  assert.ok(await page.isVisible(".syntax table"));
  await page.click(`${RESULTS} .headline a >> nth=0`);
  await page.waitForURL(/\/articles\//);
  assert.ok(await page.locator(".clean p").count() > 0);
}, { javaScriptEnabled: false });

scenario("keyboard", async ({ page }) => {
  await page.goto("/?q=bridge");
  await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Skip/);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  await page.keyboard.type("j/");
  assert.equal(await page.inputValue("#q"), "j/", "keys do something while one types");
  await page.keyboard.press("Escape");
  const at = () => page.evaluate((rows) => [...document.querySelectorAll(rows)].findIndex((row) => row.contains(document.activeElement)), RESULTS);
  for (const [key, place] of [["j", 0], ["j", 1], ["j", 2], ["k", 1]]) {
    await page.keyboard.press(key);
    assert.equal(await at(), place);
  }
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(ring, "solid", "the focus is not to be seen");
  await page.keyboard.press("?");
  assert.ok(await page.isVisible("#help"));
  await page.keyboard.press("Escape");
  assert.equal(await page.isVisible("#help"), false);
  const headline = (await headlines(page))[1];
  await page.locator(`${RESULTS} .headline a`).nth(1).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/articles\//);
  assert.equal(await page.textContent("h1"), headline);
});

scenario("a word that nobody wrote", async ({ page }) => {
  await page.goto("/?q=brigde");
  assert.equal(await total(page), 0);
  assert.match(await page.textContent(".nothing"), /Nothing was found/);
  await page.click(".suggestions a >> nth=0");
  assert.ok(await total(page) > 0);
});

scenario("a query that does not parse", async ({ page }) => {
  await page.goto(`/?q=${encodeURIComponent("bridge AND (")}`);
  assert.match(await page.textContent(".note"), /instead/);
  assert.ok(await total(page) > 0);
});

scenario("copy that would break out", async ({ page }) => {
  await page.goto("/?q=hostile");
  assert.match((await headlines(page))[0], /<script>alert\(1\)<\/script>/);
  assert.equal(await page.locator("main script, main img").count(), 0);
  await page.click(`${RESULTS} .headline a >> nth=0`);
  await page.waitForURL(/\/articles\//);
  assert.match(await page.textContent("h1"), /<script>alert\(1\)<\/script>/);
  assert.equal(await page.locator("main script, main img").count(), 0);
  await page.goto(`/?q=${encodeURIComponent('"><img src=x onerror=alert(2)>')}`);
  assert.equal(await page.locator("img").count(), 0);
});

scenario("feeds and files", async ({ page, context }) => {
  await page.goto("/?q=bridge&language=en");
  const feeds = await page.locator('link[rel="alternate"]').evaluateAll((links) => links.map((one) => [one.type, one.href]));
  assert.equal(feeds.length, 2);
  for (const [type, href] of feeds) {
    const answer = await context.request.get(href);
    assert.equal(answer.status(), 200);
    assert.ok(answer.headers()["content-type"].startsWith(type));
  }
  for (const href of await page.locator(".exports a").evaluateAll((links) => links.map((one) => one.href))) {
    assert.equal((await context.request.get(href)).status(), 200, href);
  }
});

scenario("status", async ({ page }) => {
  await page.goto("/");
  const articles = await total(page);
  await page.goto("/status");
  assert.equal(Number((await page.textContent(".figures dd >> nth=0")).replace(/\D/g, "")), articles);
  assert.match(await page.textContent("main"), /bad-json/);
  assert.ok(await page.locator(".status meter").count() > 10);
  assert.ok(await page.locator(".timeline .bar").count() > 0);
  assert.match(await page.textContent("main"), /ended/);
  await shot(page, "status-1280");
});

scenario("an article that is not there", async ({ page }) => {
  const answer = await page.goto(`/articles/${"0".repeat(32)}`);
  assert.equal(answer.status(), 404);
  assert.match(await page.textContent("h1"), /Not Found/);
  assert.deepEqual(await findBarriers(page), []);
}, { expected: ["404"] });

scenario("a question that cannot be", async ({ page }) => {
  const answer = await page.goto("/?since=2025-99-99");
  assert.equal(answer.status(), 400);
  assert.match(await page.textContent("main"), /since/i);
}, { expected: ["400"] });

scenario("what must not be is noticed", async ({ page }) => {
  await page.goto("/");
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "alert(1)";
    document.head.append(script);
    document.body.setAttribute("style", "color: silver");
    const picture = new Image();
    picture.src = "http://127.0.0.1:1/static/none.png";
    fetch("http://198.51.100.1/").catch(() => null);
    setTimeout(() => { throw new Error("thrown on purpose"); });
  });
  await page.waitForTimeout(300);
}, { meant: ["script-src", "style-src", "img-src", "connect-src", "thrown on purpose"] });

scenario("log in", async ({ page, desk }) => {
  await page.goto(`${desk.locked}/?q=bridge`);
  assert.match(page.url(), /\/login/);
  assert.deepEqual(await findBarriers(page), []);
  await page.fill("#token", "not the token");
  await page.click(".login .primary");
  assert.match(await page.textContent("[role=alert]"), /not the token/);
  await page.fill("#token", desk.token);
  await page.click(".login .primary");
  await page.waitForURL(/q=bridge/);
  assert.ok(await total(page) > 0);
}, { expected: ["401"] });

addLanguages(scenario, { shot, total, RESULTS });
addLooks(scenario, { shot, firstArticle });

const browser = await openBrowser(order.chromium);
try {
  for (const one of scenarios.filter(({ name }) => name.includes(order.only ?? ""))) {
    console.log(JSON.stringify(await play(one, browser, order)));
  }
} finally {
  await browser.close();
}
