// What is better with JavaScript: keys, and filters that answer as they are ticked. Everything works without it.

const box = () => document.getElementById("q");
const help = document.getElementById("help");

// Keys

const actions = {
  "/": () => { box()?.focus(); box()?.select(); },
  "j": () => step(1),
  "k": () => step(-1),
  "?": () => help.showModal(),
};

function step(by) {
  const items = [...document.querySelectorAll("#stories > li")];
  if (!items.length) return;
  const at = items.findIndex((item) => item.classList.contains("at"));
  const next = items[Math.min(items.length - 1, Math.max(0, at + by))];
  items[at]?.classList.remove("at");
  next.classList.add("at");
  next.querySelector(".headline a").focus(); // Enter opens it, as any link
  next.scrollIntoView({ block: "nearest" });
}

const isTyping = (target) => target.matches?.("input:not([type=checkbox]), textarea, select") ?? false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

const button = document.getElementById("help-button");
button.hidden = false;
button.addEventListener("click", () => help.showModal());

// Filters

let latest = 0;
let shown = location.search;

async function show(address, { push }) {
  const mine = ++latest;
  document.getElementById("results").ariaBusy = "true";
  const page = await read(address);
  if (mine !== latest) return; // a later tick is being answered
  if (!page?.getElementById("results")) {
    location.assign(address); // which tells what is wrong
    return;
  }
  const { name, value } = document.activeElement;
  const unfolded = [...document.querySelectorAll("#rail details")].map((one) => one.open);
  if (push) history.pushState(null, "", address);
  shown = location.search;
  document.title = page.title;
  replaceWith(page, "results");
  replaceWith(page, "rail");
  const folds = document.querySelectorAll("#rail details");
  if (folds.length === unfolded.length) folds.forEach((one, at) => { one.open = unfolded[at]; });
  if (name) [...form.elements].find((one) => one.name === name && one.value === value)?.focus();
  document.getElementById("said").textContent = document.getElementById("count").textContent;
}

async function read(address) {
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

function replaceWith(page, id) {
  document.getElementById(id).replaceWith(document.adoptNode(page.getElementById(id)));
}

function addressOf(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  return given.length ? `/?${new URLSearchParams(given)}` : "/";
}

const form = document.getElementById("search");

document.addEventListener("change", (event) => {
  if (event.target.form !== form || !event.target.closest("#rail")) return;
  if (event.target.type === "date" && event.target.value && event.target.value < "1000") return; // a year half typed
  show(addressOf(form), { push: true });
});

addEventListener("popstate", () => {
  if (location.search !== shown) location.reload(); // else it was only a jump within the page
});

form?.addEventListener("submit", (event) => {
  event.preventDefault(); // without the empty fields that a form sends
  location.assign(addressOf(form));
});
