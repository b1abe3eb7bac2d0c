// 手机里的证照: shown without a network to a verifier whose number was typed, as a QR code that its phone reads.
import encodeQR from "qr";
import { readJson } from "./credentials/jose.js";
import { present } from "./credentials/sd-jwt.js";
import * as store from "./credentials/store.js";
import { install } from "./credentials/worker.js";
import { announce } from "./site.js";

const SECONDS = 60;
const words = JSON.parse(document.getElementById("show-data").textContent);
const form = document.querySelector("[data-form]");
const shown = document.querySelector("[data-shown]");
const audience = document.getElementById("audience");
const nonce = document.getElementById("nonce");
let licences = [];
let timer;
let text = "";

const find = (selector) => document.querySelector(selector);

async function begin() {
  licences = await store.all("licences");
  if (licences.length === 0) {
    form.hidden = true;
    find("[data-none-words]").textContent = words.none;
    find("[data-none]").hidden = false;
  } else {
    form.hidden = false;
    drawLicences();
    drawAudiences();
    drawPurposes();
  }
  await install("/show/").catch(() => {});
}

function drawLicences() {
  const lines = licences.map((one) => ({
    value: one.id,
    text: one.name,
    hint: words.for.replace("%(holder)s", one.holder).replace("%(issuer)s", one.issuer),
  }));
  radios(find("[data-licences]"), "licence", lines);
  find("[data-licences]").addEventListener("change", drawPurposes);
}

function drawAudiences() {
  const list = find("[data-audiences]");
  list.replaceChildren(
    ...chosen().audiences.map((one) => Object.assign(document.createElement("option"), { value: `${one.name}（${one.code}）` })),
  );
  audience.addEventListener("input", drawPurposes);
}

function drawPurposes() {
  const to = audienceOf();
  const offers = chosen().offers[to?.kind ?? "OTHER"];
  radios(
    find("[data-purposes]"),
    "purpose",
    offers.map((one) => ({ value: one.purpose, text: one.words, hint: one.shows })),
  );
}

function radios(place, name, lines) {
  const before = form.elements[name]?.value;
  place.replaceChildren(
    ...lines.map((line, number) => {
      const item = document.createElement("div");
      item.className = "govuk-radios__item";
      const input = Object.assign(document.createElement("input"), {
        className: "govuk-radios__input",
        type: "radio",
        name,
        id: `${name}-${number}`,
        value: line.value,
        checked: before ? before === line.value : number === 0,
      });
      const label = Object.assign(document.createElement("label"), {
        className: "govuk-label govuk-radios__label",
        htmlFor: input.id,
        textContent: line.text,
      });
      const hint = Object.assign(document.createElement("div"), {
        className: "govuk-hint govuk-radios__hint",
        id: `${input.id}-hint`,
        textContent: line.hint,
      });
      input.setAttribute("aria-describedby", hint.id);
      item.append(input, label, hint);
      return item;
    }),
  );
  if (!place.querySelector(":checked")) place.querySelector("input").checked = true;
}

const chosen = () => licences.find((one) => one.id === form.elements.licence?.value) ?? licences[0];

/** The verifier by its name or code; one nobody told this phone about yet goes by its code alone. */
function audienceOf() {
  const typed = audience.value.trim();
  const code = /V[0-9]{6,12}/i.exec(typed)?.[0].toUpperCase();
  const known = chosen().audiences.find((one) => one.code === code || one.name === typed);
  if (known || !code) return known;
  const { iss } = readJson(chosen().credential.split("~")[0].split(".")[1]);
  return { code, name: code, kind: "OTHER", aud: `${iss.split("/issuers/")[0]}/verifiers/${code}` };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const to = audienceOf();
  const number = nonce.value.replace(/\s/g, "");
  const licence = chosen();
  const at = Date.now() / 1000 + licence.clockOffset;
  const { exp } = readJson(licence.credential.split("~")[0].split(".")[1]);
  const problems = {
    audience: at >= exp ? words.expired : to ? "" : words.audience,
    nonce: /^[0-9]{6}$/.test(number) ? "" : words.nonce,
  };
  for (const [name, sentence] of Object.entries(problems)) mark(name, sentence);
  const wrong = Object.keys(problems).find((name) => problems[name]);
  if (wrong) return document.getElementById(wrong).focus();
  const offer = licence.offers[to.kind].find((one) => one.purpose === form.elements.purpose.value);
  text = await present(licence.credential, offer.fields, { key: licence.key, audience: to.aud, nonce: number, at });
  return draw(to, offer);
});

function mark(name, sentence) {
  const place = find(`[data-error=${name}]`);
  const input = document.getElementById(name);
  place.id = `${name}-error`;
  place.textContent = sentence;
  place.hidden = !sentence;
  input.classList.toggle("govuk-input--error", Boolean(sentence));
  input.setAttribute("aria-describedby", sentence ? place.id : "");
}

function draw(to, offer) {
  find("[data-shown-to]").textContent = to.name;
  find("[data-shown-fields]").textContent = offer.shows;
  // The library's own markup of squares; nothing in it comes from outside.
  find("[data-qr]").innerHTML = encodeQR(text, "svg", { ecc: "low", border: 4 });
  shown.hidden = false;
  shown.classList.remove("showing--over");
  shown.focus();
  clearInterval(timer);
  const ends = performance.now() + SECONDS * 1000;
  const tick = () => {
    const left = Math.ceil((ends - performance.now()) / 1000);
    find("[data-left]").textContent = left > 0 ? words.left.replace("%(seconds)s", left) : words.over;
    if (left > 0) return;
    clearInterval(timer);
    shown.classList.add("showing--over");
    find("[data-qr]").replaceChildren();
    text = "";
  };
  tick();
  timer = setInterval(tick, 1000);
}

find("[data-copy-shown]").addEventListener("click", async () => {
  await navigator.clipboard.writeText(text);
  announce(words.copied);
});

find("[data-remove]").addEventListener("click", async () => {
  await store.remove("licences", chosen().id);
  announce(words.removed);
  shown.hidden = true;
  await begin();
});

begin();
