// Starts the browser, and watches each scenario: what it logs, what it asks for, what its policy refuses.

import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

export const openBrowser = (executablePath) => chromium.launch({ executablePath, args: ARGUMENTS });

export async function play({ name, options, steps }, browser, desk) {
  const problems = [];
  const began = performance.now();
  const { expected = [], meant, ...settings } = options;
  const context = await browser.newContext({ baseURL: desk.base, viewport: { width: 1280, height: 900 }, ...settings });
  context.setDefaultTimeout(30_000);
  watch(context, problems, desk, expected);
  try {
    await steps({ page: await context.newPage(), context, desk });
  } catch (error) {
    problems.push(String(error.stack ?? error).split("\n").slice(0, 6).join("\n"));
  }
  await context.close();
  if (meant) { // the scenario is wrong on purpose: what matters is that it was noticed
    const noticed = problems.splice(0);
    problems.push(...meant.filter((part) => !noticed.some((one) => one.includes(part))).map((part) => `not noticed: ${part}`));
  }
  return { name, problems, ms: Math.round(performance.now() - began) };
}

function watch(context, problems, desk, expected) {
  context.on("console", (message) => {
    const text = message.text();
    if (["error", "warning"].includes(message.type()) && !expected.some((part) => text.includes(part))) {
      problems.push(`the console says: ${text}`);
    }
  });
  context.on("weberror", (error) => problems.push(`thrown in the page: ${error.error()}`));
  context.on("dialog", (dialog) => { problems.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  context.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (!["data:", "about:", "blob:"].includes(protocol) && hostname !== "127.0.0.1") {
      problems.push(`a request leaves this machine: ${request.url()}`);
    }
  });
  context.on("response", (response) => {
    if (new URL(response.url()).pathname.startsWith("/static/") && !response.ok()) {
      problems.push(`${response.status()} for ${response.url()}`);
    }
  });
}

export async function findBarriers(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((rules) => axe.run(document, { runOnly: rules }), RULES);
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`);
}

export async function overflow(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - innerWidth;
    if (wide <= 0) return null;
    const widest = [...document.querySelectorAll("main *")].find((one) => one.getBoundingClientRect().right > innerWidth + 1);
    return `${wide}px too wide: ${widest?.outerHTML.slice(0, 120)}`;
  });
}
