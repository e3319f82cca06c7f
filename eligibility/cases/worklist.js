// Sorting and filtering of the worklist; the page is whole without it.
// SPDX-License-Identifier: Apache-2.0
"use strict";
(function () {
  const table = document.querySelector(".worklist");
  const body = table.tBodies[0];
  const heads = Array.from(table.tHead.rows[0].cells);
  const rows = Array.from(body.rows);
  const field = (name) => document.getElementById(name);

  function key(row, column) {
    const cell = row.cells[column];
    const text = cell.hasAttribute("data-v") ? cell.getAttribute("data-v")
      : cell.textContent.trim().toLowerCase();
    const number = Number(text);
    return text === "" ? null : Number.isNaN(number) ? text : number;
  }

  // Empty cells stay last in both directions; equal ones keep their order.
  function compare(left, right, sign) {
    if (left === null || right === null)
      return left === right ? 0 : left === null ? 1 : -1;
    if (typeof left !== typeof right)
      return typeof left === "number" ? -1 : 1;
    return left < right ? -sign : left > right ? sign : 0;
  }

  function sort(column) {
    const head = heads[column];
    const up = head.getAttribute("aria-sort") !== "ascending";
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = rows.map((row) => [key(row, column), row]);
    keyed.sort((a, b) => compare(a[0], b[0], up ? 1 : -1));
    keyed.forEach((item) => body.appendChild(item[1]));
  }

  // Folders that could not be read are shown whatever the filter.
  function filter() {
    const words = field("filter-text").value.trim().toLowerCase();
    const scope = field("filter-scope").value;
    const verdict = field("filter-verdict").value;
    let shown = 0;
    rows.forEach((row) => {
      const fits = row.classList.contains("not-read") ||
        ((!scope || row.dataset.scope === scope) &&
         (!verdict || row.dataset.verdict === verdict) &&
         row.textContent.toLowerCase().includes(words));
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    field("shown").textContent =
      "Showing " + shown + " of " + rows.length + " rows";
  }

  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    button.disabled = false;
    button.addEventListener("click", () => sort(column));
  });
  ["filter-text", "filter-scope", "filter-verdict"].forEach((name) =>
    field(name).addEventListener("input", filter));
  field("controls").hidden = false;
  field("controls").addEventListener("submit", (event) =>
    event.preventDefault());
  filter();
})();
