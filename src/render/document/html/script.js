"use strict";
// Reading needs no script: it adds sorting, filtering and the choice of colours.
(() => {
  const root = document.documentElement;
  // Shorter tables are seen at a glance.
  const LONG = 12;

  function chooseColours() {
    const button = document.getElementById("theme");
    const system = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
    const label = () => {
      button.textContent = isDark() ? "Light colours" : "Dark colours";
    };
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      label();
    });
    system.addEventListener("change", label);
    label();
    button.hidden = false;
  }

  const collator = new Intl.Collator("en", { numeric: true });

  // Numbers, times and days carry their value; what is unknown comes last whichever way.
  function keys(rows, place) {
    return rows.map((row) => {
      const cell = row.cells[place];
      if (cell.classList.contains("none")) return null;
      return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
    });
  }

  function sorted(rows, place, direction) {
    if (direction === "none") return rows;
    const sign = direction === "ascending" ? 1 : -1;
    const values = keys(rows, place);
    const order = rows.map((_, position) => position);
    order.sort((left, right) => {
      const [a, b] = [values[left], values[right]];
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (typeof a === "number" ? a - b : collator.compare(a, b));
    });
    return order.map((position) => rows[position]);
  }

  // Numbers first from the largest, words from the first; the third time as the report has them.
  function next(head) {
    const ways = head.classList.contains("number") ? ["descending", "ascending"] : ["ascending", "descending"];
    return [...ways, "none"][ways.indexOf(head.getAttribute("aria-sort")) + 1];
  }

  function makeSortable(table, status) {
    const body = table.tBodies[0];
    const rows = [...body.rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, place) => {
      const name = head.textContent;
      const button = document.createElement("button");
      button.type = "button";
      const words = document.createElement("span");
      words.append(...head.childNodes);
      button.append(words);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const direction = next(head);
        for (const other of heads) other.setAttribute("aria-sort", "none");
        head.setAttribute("aria-sort", direction);
        body.append(...sorted(rows, place, direction));
        status.textContent = direction === "none" ? "In the order of the report" : `Sorted by ${name}, ${direction}`;
      });
    });
  }

  function makeFilter(table, tools) {
    const rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => [...row.cells].map((cell) => cell.textContent).join("\n").toLowerCase());
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "search";
    label.append("Filter rows", input);
    const count = document.createElement("p");
    count.setAttribute("role", "status");
    const total = rows.length.toLocaleString("en");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, position) => {
        row.hidden = !words.every((word) => texts[position].includes(word));
        shown += row.hidden ? 0 : 1;
      });
      const isFiltered = words.length > 0;
      tools.classList.toggle("filtered", isFiltered);
      count.textContent = isFiltered ? `${shown.toLocaleString("en")} of ${total} rows with “${words.join(" ")}”` : "";
    });
    tools.append(label, count);
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const tools = document.createElement("div");
    tools.className = "tools";
    const status = document.createElement("p");
    status.className = "unseen";
    status.setAttribute("role", "status");
    tools.append(status);
    if (table.tBodies[0].rows.length > LONG) makeFilter(table, tools);
    makeSortable(table, status);
    table.parentElement.before(tools);
  }

  // Paper has nothing to click.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.columns:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });

  chooseColours();
})();
