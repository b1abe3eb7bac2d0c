// The console by keyboard: j and k walk the rows, x ticks, Enter opens, a leads to what can be done, / looks, ? explains.
const form = document.querySelector("form[data-queue]");

const search = document.getElementById("q");

const help = document.querySelector("[data-keys-help]");
if (help) help.hidden = false;

const anywhere = {
  "/": () => search?.focus(),
  // Only the focus moves: what is done to a case is always confirmed with Enter.
  a: () => document.querySelector("[data-acts] .govuk-button, .act-bar .govuk-button")?.focus(),
  "?": () => {
    if (!help) return;
    help.open = !help.open;
    help.querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  const act = anywhere[event.key];
  if (!act || isTyping(event)) return;
  event.preventDefault();
  act();
});

// A viewer without a file is a strip; it grows when one is opened in it.
const viewer = document.querySelector(".viewer:not([src])");
for (const link of document.querySelectorAll("a[target=viewer]"))
  link.addEventListener("click", () => viewer?.classList.add("is-open"));
viewer?.classList.add("is-empty");

if (form) {
  const all = form.querySelector("input[data-all]");
  let rows = [];
  let boxes = [];
  let here = -1;

  const take = () => {
    rows = [...form.querySelectorAll("tr[data-row]")];
    boxes = rows.map((row) => row.querySelector("input[name=case]"));
  };
  take();
  scrollOn(form, () => {
    take();
    const told = form.querySelector("[data-shown]");
    told.textContent = told.dataset.shown.replace("0", rows.length);
  });

  const go = (to) => {
    if (!rows[to]) return;
    rows[here]?.classList.remove("is-here");
    here = to;
    rows[here].classList.add("is-here");
    rows[here].querySelector("th a").focus();
    rows[here].scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (isTyping(event)) return;
    if (event.key === "j") go(Math.min(here + 1, rows.length - 1));
    else if (event.key === "k") go(Math.max(here - 1, 0));
    else if (event.key === "x" && boxes[here]) boxes[here].checked = !boxes[here].checked;
    else return;
    event.preventDefault();
  });

  form.addEventListener("focusin", (event) => {
    const at = rows.indexOf(event.target.closest("tr"));
    if (at < 0 || at === here) return;
    rows[here]?.classList.remove("is-here");
    here = at;
    rows[here].classList.add("is-here");
  });

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) if (box) box.checked = all.checked;
    });
  }
}

/** The next page's rows follow by themselves when the end of the list comes near; without a script there is the link. */
function scrollOn(form, taken) {
  const body = form.querySelector("tbody");
  const watch = new IntersectionObserver(
    async ([seen]) => {
      if (!seen.isIntersecting) return;
      const link = seen.target;
      watch.unobserve(link);
      const answer = await fetch(link.href);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      body.append(...page.querySelectorAll("tr[data-row]"));
      taken();
      const next = page.querySelector("a[rel=next]");
      if (!next) return link.remove();
      link.href = next.href;
      watch.observe(link);
    },
    { rootMargin: "600px" },
  );
  const link = document.querySelector(".pager a[rel=next]");
  if (link) watch.observe(link);
}

/** Whether the key belongs to a field or to the browser. */
function isTyping(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}
