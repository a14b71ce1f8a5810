"use strict";
// Bring a report to life that is in the document; its listeners end with the signal, if one is given.
function attachReport(data, signal) {
  const [VOICES, STANCES, UNSURE, KIND, CONFIDENCE, DATE, SOURCE, REASON] = [0, 1, 2, 3, 4, 5, 6, 7];
  const { statements, voices, firsts, strings } = data;
  const find = (query, within = document) => [...within.querySelectorAll(query)];
  const form = document.querySelector(".filters");
  const status = document.querySelector(".status");
  const card = document.getElementById("card");
  const articles = find("article");
  const pieces = find(".s");
  const numbersOf = pieces.map((piece) => numbers(piece));
  const shown = new Uint8Array(statements.length).fill(1);
  let here = null;

  function numbers(piece) {
    return piece.dataset.s ? piece.dataset.s.split(" ").map(Number) : [Number(piece.id.slice(1))];
  }

  // -- filters --------------------------------------------------------------------------------------------------------

  function speaks(row, voice) {
    if (!row[VOICES].length) return voices[voice][0] === "(not told)";
    return row[VOICES].some((key) => key === voice || voices[key][2] === voice);
  }

  function takes(row, wanted) {
    return wanted.some((one) => {
      if (one === "none") return !row[STANCES] || !row[STANCES].length;
      if (one === "unsure") return row[UNSURE].length > 0;
      return (row[STANCES] || []).some(([label]) => label === Number(one.slice(1)));
    });
  }

  function apply() {
    const voice = form.elements.voice.value;
    const only = form.elements.document.value;
    const wanted = find("input:checked", form).map((box) => box.value);
    const filtered = voice !== "" || only !== "" || wanted.length > 0;
    let kept = 0;
    let texts = 0;
    articles.forEach((article, number) => {
      const own = only === "" || Number(only) === number;
      let inside = 0;
      for (let n = firsts[number]; n < firsts[number + 1]; n += 1) {
        const row = statements[n];
        shown[n] = own && (!voice || speaks(row, voice)) && (!wanted.length || takes(row, wanted)) ? 1 : 0;
        inside += shown[n];
      }
      const gone = filtered && !inside && !(own && only !== "" && !voice && !wanted.length);
      if (article.classList.contains("gone") !== gone) article.classList.toggle("gone", gone);
      kept += inside;
      texts += gone ? 0 : 1;
    });
    pieces.forEach((piece, place) => {
      const off = !numbersOf[place].some((n) => shown[n]);
      if (piece.classList.contains("off") !== off) piece.classList.toggle("off", off);
    });
    hide();
    const count = (number, what) => `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
    status.textContent = filtered
      ? `${count(kept, "statement")} of ${statements.length.toLocaleString("en")} in ${count(texts, "document")}`
      : count(kept, "statement");
  }

  function only(voice, filter) {
    form.elements.voice.value = voice;
    form.elements.document.value = "";
    find("input", form).forEach((box) => {
      box.checked = box.value === filter;
    });
    apply();
  }

  // -- from statement to statement ------------------------------------------------------------------------------------

  function pieceOf(number) {
    const target = document.getElementById(`s${number}`);
    return target && (target.matches(".s") ? target : pieces[numbersOf.findIndex((list) => list.includes(number))]);
  }

  function go(number) {
    const piece = pieceOf(number);
    if (!piece) return;
    if (here) here.classList.remove("here");
    here = piece;
    here.classList.add("here");
    piece.focus({ preventScroll: true });
    piece.scrollIntoView({ block: "center" });
    show(piece);
  }

  function step(by) {
    let number = here ? numbers(here).at(-1) : by > 0 ? -1 : statements.length;
    do number += by;
    while (number >= 0 && number < statements.length && !shown[number]);
    if (number >= 0 && number < statements.length) go(number);
    else status.textContent = `No ${by > 0 ? "further" : "earlier"} statement.`;
  }

  // -- what is known of a statement -----------------------------------------------------------------------------------

  function add(parent, tag, text, name) {
    const made = parent.appendChild(document.createElement(tag));
    if (text) made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  function day(iso) {
    if (!iso) return "day not known";
    const form = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
    return new Date(`${iso}T00:00:00Z`).toLocaleDateString("en-GB", form);
  }

  function describe(row) {
    const speaking = row[VOICES].map((key) => voices[key]);
    add(card, "p", speaking.map(([name]) => name).join("; ") || "Speaker not told", "who");
    const actors = [...new Set(speaking.map(([, , actor]) => voices[actor][0]))].join(", ");
    const kinds = [...new Set(speaking.map(([, kind]) => kind))].join(", ");
    if (actors) add(card, "p", `${kinds}, counts for ${actors}`, "soft");
    const list = add(card, "ul");
    for (const [label, probability, intensity] of row[STANCES] || []) {
      const item = add(list, "li");
      const doubt = row[UNSURE].includes(label) ? ", in doubt" : "";
      const worded = intensity ? `, ${data.intensities[intensity]}` : "";
      add(item, "span", `${data.labels[label]} ${probability.toFixed(2)}${worded}${doubt}`);
      const bar = add(item, "span", "", `bar f${label}`);
      add(bar, "span").style.width = `${100 * probability}%`;
    }
    for (const label of row[UNSURE].filter((one) => !(row[STANCES] || []).some(([taken]) => taken === one)))
      add(add(list, "li"), "span", `${data.labels[label]}: in doubt, not taken`);
    if (!row[STANCES]) add(list, "li", "not classified");
    else if (!list.childElementCount) add(list, "li", "no stance");
    const said = [`${data.kinds[row[KIND]]}, ${day(strings[row[DATE]])}`];
    if (row[SOURCE]) said.unshift(`“${strings[row[SOURCE]]}”`);
    add(card, "p", said.join(", "));
    const why = row[REASON] ? `${strings[row[REASON]]}; ` : "";
    add(card, "p", `${why}span and speaker ${row[CONFIDENCE].toFixed(2)} sure`, "soft");
  }

  function show(piece, point) {
    card.replaceChildren();
    numbers(piece)
      .slice()
      .reverse()
      .forEach((number, place) => {
        if (place) add(card, "hr");
        describe(statements[number]);
      });
    card.hidden = false;
    piece.setAttribute("aria-describedby", "card");
    const boxes = [...piece.getClientRects()];
    const box = (point && boxes.find((one) => one.top <= point.y && point.y <= one.bottom)) || boxes[0];
    const width = document.documentElement.clientWidth;
    const left = Math.max(16, Math.min(point ? point.x - 40 : box.left, width - card.offsetWidth - 16));
    const below = boxes.at(-1).bottom + 8;
    const above = boxes[0].top - card.offsetHeight - 8;
    const top = below + card.offsetHeight > window.innerHeight && above > 0 ? above : below;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${top + window.scrollY}px`;
  }

  function hide() {
    card.hidden = true;
  }

  // -- events ---------------------------------------------------------------------------------------------------------

  const texts = document.getElementById("texts");
  const pieceAt = (event) => event.target.closest && event.target.closest(".s");
  let leaving = 0;
  let dismissed = false;
  let pointer = "";
  const place = (event) => `${event.clientX} ${event.clientY}`;
  const everywhere = (type, does) => document.addEventListener(type, does, { signal });
  everywhere("pointermove", (event) => {
    pointer = place(event);
  });
  texts.addEventListener("pointerover", (event) => {
    const piece = pieceAt(event);
    // Where the pointer rests, it was the page that moved.
    if (!piece || place(event) === pointer) return;
    clearTimeout(leaving);
    show(piece, { x: event.clientX, y: event.clientY });
  });
  // The pointer may cross to the card, to read or to copy; behind it comes what has the focus.
  const leave = () => {
    clearTimeout(leaving);
    leaving = setTimeout(() => {
      const focused = document.activeElement.closest(".s");
      if (focused && !dismissed) show(focused);
      else hide();
    }, 250);
  };
  texts.addEventListener("pointerout", (event) => pieceAt(event) && leave());
  card.addEventListener("pointerenter", () => clearTimeout(leaving));
  card.addEventListener("pointerleave", leave);
  texts.addEventListener("focusin", (event) => {
    dismissed = false;
    if (pieceAt(event)) show(pieceAt(event));
  });
  texts.addEventListener("focusout", (event) => pieceAt(event) && leave());
  everywhere("keydown", (event) => {
    if (event.key !== "Escape") return;
    dismissed = true;
    hide();
  });
  everywhere("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#s']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !/^#s\d+$/.test(link.getAttribute("href"))) return;
    event.preventDefault();
    if ("voice" in link.dataset) only(link.dataset.voice, link.dataset.filter);
    const number = Number(link.getAttribute("href").slice(2));
    history.replaceState(null, "", `#s${number}`);
    go(number);
  });
  form.addEventListener("change", apply);
  form.elements.all.addEventListener("click", () => only("", ""));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.back.addEventListener("click", () => step(-1));
  form.elements.on.addEventListener("click", () => step(1));
  find("[data-more]").forEach((button) => {
    const part = document.getElementById(button.dataset.more);
    part.classList.add("folded");
    button.hidden = false;
    button.addEventListener("click", () => {
      part.classList.remove("folded");
      button.hidden = true;
      part.querySelector(".far").querySelector("a").focus();
    });
  });
  form.hidden = false;
  apply();
  if (/^#s\d+$/.test(location.hash)) go(Number(location.hash.slice(2)));
}
