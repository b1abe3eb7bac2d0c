// 亮证: the countdown of a code, and keeping a licence in this phone.
import { newKey, publicJwk, sign } from "./credentials/jose.js";
import * as store from "./credentials/store.js";

const showing = document.querySelector("[data-showing]");
if (showing) {
  const words = showing.querySelector("[data-left-words]");
  const ends = performance.now() + Number(showing.dataset.seconds) * 1000;
  const tick = () => {
    const left = Math.ceil((ends - performance.now()) / 1000);
    if (left > 0) {
      words.textContent = showing.dataset.left.replace("%(seconds)s", left);
      return setTimeout(tick, 1000);
    }
    words.textContent = showing.dataset.over;
    showing.classList.add("showing--over");
    for (const part of showing.querySelectorAll("[data-qr], [data-digits]")) part.setAttribute("aria-hidden", "true");
    return undefined;
  };
  tick();
}

const keep = document.querySelector("[data-keep]");
if (keep && window.indexedDB && window.crypto?.subtle) {
  keep.hidden = false;
  const problem = keep.querySelector("[data-keep-problem]");
  keep.querySelector("[data-keep-start]").addEventListener("click", async () => {
    problem.hidden = true;
    try {
      await keepHere();
      window.location.assign(keep.dataset.next);
    } catch {
      problem.hidden = false;
      problem.focus();
    }
  });
}

async function keepHere() {
  const pair = await newKey();
  const jwk = await publicJwk(pair);
  const claims = { aud: keep.dataset.aud, iat: Math.floor(Date.now() / 1000), nonce: keep.dataset.challenge };
  const proof = await sign({ typ: "openid4vci-proof+jwt", jwk }, claims, pair.privateKey);
  const body = new FormData();
  body.set("proof", proof);
  body.set("csrfmiddlewaretoken", keep.querySelector("[name=csrfmiddlewaretoken]").value);
  const answer = await fetch(keep.dataset.action, { method: "POST", body });
  if (!answer.ok) throw new Error(`the licence was refused: ${answer.status}`);
  const given = await answer.json();
  await store.put("licences", given.id, { ...given, key: pair.privateKey, clockOffset: given.server_time - Date.now() / 1000 });
}
