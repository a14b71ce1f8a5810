"use strict";
(() => {
  const find = (query, within = document) => [...within.querySelectorAll(query)];
  const one = (query, within = document) => within.querySelector(query);
  const ask = one("#ask");
  const field = ask.elements;
  const outcome = one("#outcome");
  const result = one("#result");
  const progress = one("#progress");
  const problem = one("#problem");
  const limit = Number(document.body.dataset.limit);
  // What the server sends escapes all text; nothing else becomes markup, and no markup runs a script.
  const policy = window.trustedTypes ? trustedTypes.createPolicy("result", { createHTML: (markup) => markup }) : null;
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [sheet];
  let files = [];
  let asked = null;
  let view = null;
  let attached = null;
  let reading = null;

  function add(parent, tag, text, more = {}) {
    const made = parent.appendChild(document.createElement(tag));
    if (text) made.textContent = text;
    return Object.assign(made, more);
  }

  function tell(place, sentences) {
    place.replaceChildren();
    for (const sentence of sentences) add(place, "p", sentence);
    place.hidden = !sentences.length;
  }

  // -- asking the server ----------------------------------------------------------------------------------------------

  async function send(path, body, signal) {
    let answer;
    try {
      answer = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
      });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Error("The server does not answer; is it still running?");
    }
    if (answer.ok) return answer;
    const said = await answer.json().catch(() => ({ error: `the server says ${answer.status}` }));
    throw new Error(said.error);
  }

  // -- texts ----------------------------------------------------------------------------------------------------------

  const length = (text) => [...text].length;
  const number = (value) => value.toLocaleString("en");

  function count() {
    const all = length(field.pasted.value) + files.reduce((sum, file) => sum + file.length, 0);
    const shown = one("#count");
    shown.textContent = `${number(all)} of ${number(limit)} characters`;
    shown.classList.toggle("over", all > limit);
  }

  function list() {
    const shown = one("#files");
    shown.replaceChildren();
    files.forEach((file, place) => {
      const item = add(shown, "li", file.id);
      const button = add(item, "button", "×", { type: "button" });
      button.setAttribute("aria-label", `Remove ${file.id}`);
      button.addEventListener("click", () => {
        files.splice(place, 1);
        list();
        (find("#files button")[Math.min(place, files.length - 1)] || field.files).focus();
      });
    });
    shown.hidden = !files.length;
    count();
  }

  async function take(chosen) {
    const refused = [];
    for (const file of chosen) {
      if (file.size > 4 * limit) {
        refused.push(`${file.name}: too long; at most ${number(limit)} characters are taken`);
        continue;
      }
      try {
        const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
        if (text.includes("\0")) throw new TypeError("binary");
        files.push({ id: file.name.replace(/\.txt$/i, "").slice(0, 200) || "file", text, length: length(text) });
      } catch {
        refused.push(`${file.name}: no text in UTF-8; convert it, for instance: iconv -f latin1 -t utf-8`);
      }
    }
    list();
    tell(problem, refused);
  }

  function ownLabels() {
    const found = new Map();
    for (const line of field.labels.value.split("\n").filter((text) => text.trim())) {
      const [name, ...rest] = line.split(":");
      const told = found.get(name.trim()) || found.set(name.trim(), []).get(name.trim());
      if (rest.join(":").trim()) told.push(rest.join(":").trim());
    }
    return [...found].map(([name, descriptions]) => ({ name, descriptions }));
  }

  function question() {
    const documents = files.map(({ id, text }) => ({ id, text }));
    if (field.pasted.value.trim()) documents.unshift({ text: field.pasted.value });
    if (!documents.length) throw new Error("There is no text yet: paste one, or choose a file.");
    const own = field.model.value === "";
    const labels = own ? ownLabels() : null;
    if (own && !labels.length) throw new Error("There are no labels yet: write at least one.");
    return {
      documents,
      ...(own ? { labels } : { model: field.model.value }),
      ...(field.date.value ? { date: field.date.value } : {}),
      ...(field.author.value.trim() ? { author: field.author.value.trim() } : {}),
      force: field.force.checked,
    };
  }

  async function read(event) {
    event.preventDefault();
    if (reading) reading.abort();
    tell(problem, []);
    let body;
    try {
      body = question();
    } catch (error) {
      tell(problem, [error.message]);
      return;
    }
    const own = new AbortController();
    reading = own;
    outcome.setAttribute("aria-busy", "true");
    progress.textContent = "Reading …";
    try {
      const found = await (await send("api/view", body, own.signal)).json();
      asked = body;
      show(found);
      outcome.scrollIntoView({ block: "start" });
      const statements = found.statements.length;
      progress.textContent = statements === 1 ? "1 statement" : `${number(statements)} statements`;
      tell(problem, found.refused.map(({ id, error }) => `${id}: ${error}`));
    } catch (error) {
      if (error.name === "AbortError") return;
      progress.textContent = "";
      tell(problem, [error.message]);
    }
    reading = null;
    outcome.removeAttribute("aria-busy");
  }

  function show(found) {
    if (attached) attached.abort();
    attached = new AbortController();
    view = found;
    history.replaceState(null, "", location.pathname);
    sheet.replaceSync(found.style);
    result.innerHTML = policy ? policy.createHTML(found.markup) : found.markup;
    outcome.hidden = false;
    attachReport(found.data, attached.signal);
    for (const [list, key] of [["#speakers-known", "speaker"], ["#actors-known", "actor"]]) {
      const names = new Set(found.statements.map((row) => row[key]).filter(Boolean));
      one(list).replaceChildren(...[...names].sort().map((name) => new Option("", name)));
    }
  }

  // -- saving the result ----------------------------------------------------------------------------------------------

  async function save(format) {
    try {
      const data = await (await send(`api/export/${format}`, asked)).blob();
      const link = Object.assign(document.createElement("a"), {
        href: URL.createObjectURL(data),
        download: `stance.${format}`,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      progress.textContent = `Saved as ${link.download}`;
    } catch (error) {
      tell(problem, [error.message]);
      problem.scrollIntoView({ block: "nearest" });
    }
  }

  // -- correcting a statement -----------------------------------------------------------------------------------------

  const editor = one("#editor");
  const form = one("form", editor);
  const wrong = one(".problem", editor);
  const STRENGTHS = ["plain", "strong", "strongest"];
  const MARKS = { plain: "", strong: " +", strongest: " ++" };
  let here = null;
  let current = null;

  const numbersOf = (piece) => (piece.dataset.s ? piece.dataset.s.split(" ") : [piece.id.slice(1)]).map(Number);

  function edit(piece) {
    here = piece;
    current = numbersOf(piece).at(-1);
    const row = view.statements[current];
    one("blockquote", editor).textContent = row.text;
    const from = row.source ? `“${row.source}”` : "nobody is named";
    one(".from", editor).textContent = `${row.doc}, ${row.kind}, ${from}`;
    const rows = one(".rows", editor);
    rows.replaceChildren();
    view.labels.forEach((label, place) => {
      const line = add(rows, "div");
      const named = add(line, "label");
      const box = add(named, "input", "", { type: "checkbox", name: "label", value: label, id: `e-label-${place}` });
      box.checked = row.labels.includes(label);
      named.append(label);
      const strength = add(line, "select", "", { disabled: !box.checked });
      strength.setAttribute("aria-label", `How strongly worded: ${label}`);
      strength.append(...STRENGTHS.map((name) => new Option(name, name)));
      strength.value = row.intensity[label] || "plain";
      box.addEventListener("change", () => {
        strength.disabled = !box.checked;
      });
    });
    form.elements.speaker.value = row.speaker || "";
    form.elements.actor.value = row.actor || "";
    form.elements.aliases.value = row.aliases.join("; ");
    wrong.hidden = true;
    editor.showModal();
    form.elements.speaker.setSelectionRange(0, 0);
  }

  // A speaker that stands elsewhere in the result counts there for somebody.
  function follow() {
    const name = form.elements.speaker.value.trim();
    const known = view.statements.find((row) => row.speaker === name);
    if (!name) form.elements.actor.value = "";
    else if (known) form.elements.actor.value = known.actor || "";
  }

  function corrected() {
    const boxes = find("[name=label]", form).filter((box) => box.checked);
    const strength = (box) => box.closest("div").querySelector("select").value;
    const names = form.elements.aliases.value.split(";").map((name) => name.trim());
    return {
      ...view.statements[current],
      speaker: form.elements.speaker.value.trim() || null,
      actor: form.elements.actor.value.trim() || null,
      aliases: [...new Set(names.filter(Boolean))],
      labels: boxes.map((box) => box.value),
      intensity: Object.fromEntries(boxes.map((box) => [box.value, strength(box)])),
    };
  }

  async function keep(event) {
    event.preventDefault();
    const row = corrected();
    const number = current;
    try {
      await send("api/corrections", row);
    } catch (error) {
      wrong.textContent = error.message;
      wrong.hidden = false;
      return;
    }
    const renamed = row.speaker === view.statements[number].speaker ? "" : `${row.speaker || "speaker not told"}: `;
    view.statements[number] = row;
    const pieces = find(".s", result).filter((piece) => numbersOf(piece).includes(number));
    pieces.forEach((piece) => piece.classList.add("corrected"));
    const words = row.labels.map((label) => label + MARKS[row.intensity[label]]).join(", ") || "no stance";
    pieces.at(-1).dataset.l = `corrected: ${renamed}${words}`;
    pieces[0].dataset.w = row.speaker || "(not told)";
    editor.close();
    progress.textContent = "Correction saved";
  }

  // -- events ---------------------------------------------------------------------------------------------------------

  ask.addEventListener("submit", read);
  field.pasted.addEventListener("input", count);
  field.files.addEventListener("change", async () => {
    await take(field.files.files);
    field.files.value = "";
  });
  field.model.addEventListener("change", () => {
    one("#own").hidden = field.model.value !== "";
    if (field.model.value === "") field.labels.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !editor.open) ask.requestSubmit();
  });
  find("[data-export]").forEach((button) => button.addEventListener("click", () => save(button.dataset.export)));
  result.addEventListener("click", (event) => {
    const piece = event.target.closest(".text .s");
    if (piece && !event.ctrlKey && !event.metaKey && !event.shiftKey) edit(piece);
  });
  form.addEventListener("submit", keep);
  form.elements.speaker.addEventListener("change", follow);
  form.elements.cancel.addEventListener("click", () => editor.close());
  editor.addEventListener("close", () => here && here.focus());

  const dropping = one("#dropping");
  const holds = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    dropping.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) dropping.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    dropping.hidden = true;
    if (!holds(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  list();
})();
