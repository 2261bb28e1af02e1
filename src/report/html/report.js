/* report.js: theme, sorting, filtering. The page is complete without it: what needs a script is hidden until it runs.
   It reads the page only, and keeps the theme (nothing else) in the browser's storage where there is one. */
(function () {
  "use strict";
  var root = document.documentElement;

  function byId(id) { return document.getElementById(id); }
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }

  /* theme: auto, light, dark */
  var themes = ["auto", "light", "dark"];
  function storedTheme() {
    try { return localStorage.getItem("assay-theme") || "auto"; } catch (e) { return "auto"; }
  }
  function setTheme(theme) {
    if (themes.indexOf(theme) < 1) { theme = "auto"; root.removeAttribute("data-theme"); }
    else { root.setAttribute("data-theme", theme); }
    var button = byId("theme");
    if (button) { button.textContent = "Theme: " + theme; button.setAttribute("data-now", theme); }
  }
  setTheme(storedTheme()); /* before the first paint */

  function startTheme() {
    var button = byId("theme");
    button.hidden = false;
    setTheme(storedTheme());
    button.addEventListener("click", function () {
      var next = themes[(themes.indexOf(button.getAttribute("data-now")) + 1) % themes.length];
      try { localStorage.setItem("assay-theme", next); } catch (e) { /* the choice lasts until the page is closed */ }
      setTheme(next);
    });
  }

  /* sorting: a click on a heading sorts up, then down, then as written */
  var collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  function keyOf(row, column) {
    var cell = row.cells[column];
    var value = cell.getAttribute("data-v");
    if (value === null) { return cell.textContent.trim(); }
    return value === "" ? null : Number(value);
  }
  function compareKeys(a, b) {
    if (typeof a === "number" && typeof b === "number") { return a - b; }
    return collator.compare(String(a), String(b));
  }
  function sortRows(body, column, order) {
    var rows = all("tr", body);
    rows.forEach(function (row, index) { if (!row.hasAttribute("data-at")) { row.setAttribute("data-at", index); } });
    rows.sort(function (x, y) {
      var asWritten = Number(x.getAttribute("data-at")) - Number(y.getAttribute("data-at"));
      if (!order) { return asWritten; }
      var a = keyOf(x, column), b = keyOf(y, column);
      if (a === null || b === null) { return (a === null) - (b === null) || asWritten; } /* n/a comes last */
      return order * compareKeys(a, b) || asWritten;
    });
    rows.forEach(function (row) { body.appendChild(row); });
  }
  function startSorting(table) {
    var heads = all("thead th", table), body = table.tBodies[0];
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.title = "Sort by this column";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () {
        var now = head.getAttribute("aria-sort");
        var order = now === "ascending" ? -1 : now === "descending" ? 0 : 1;
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        if (order) { head.setAttribute("aria-sort", order > 0 ? "ascending" : "descending"); }
        sortRows(body, column, order);
      });
    });
  }

  /* filtering: one filter for every table and for the conversations */
  var fields = ["f-text", "f-c", "f-outcome", "f-tag", "f-slot"];

  function wanted() {
    var filter = {};
    fields.forEach(function (id) { filter[id.slice(2)] = byId(id).value; });
    filter.text = filter.text.trim().toLowerCase();
    return filter;
  }
  function listOf(element, name) {
    try { return JSON.parse(element.getAttribute(name) || "[]"); } catch (e) { return []; }
  }
  function textOf(element) {
    if (element.assayText === undefined) { element.assayText = element.textContent.toLowerCase(); }
    return element.assayText;
  }
  function trialMatches(trial, filter) {
    return (!filter.text || textOf(trial).indexOf(filter.text) >= 0) &&
      (!filter.c || trial.getAttribute("data-c") === filter.c) &&
      (!filter.outcome || trial.getAttribute("data-outcome") === filter.outcome) &&
      (!filter.tag || listOf(trial, "data-tags").indexOf(filter.tag) >= 0) &&
      (!filter.slot || listOf(trial, "data-slots").indexOf(filter.slot) >= 0);
  }
  function rowMatches(row, filter) {
    return (!filter.text || textOf(row).indexOf(filter.text) >= 0) &&
      (!filter.c || !row.hasAttribute("data-c") || row.getAttribute("data-c") === filter.c) &&
      (!filter.slot || !row.hasAttribute("data-slot") || row.getAttribute("data-slot") === filter.slot);
  }
  function tellRows(table, shown, total) {
    var note = table.assayNote;
    if (!note) {
      note = table.assayNote = document.createElement("p");
      note.className = "small rows";
      table.parentNode.parentNode.insertBefore(note, table.parentNode.nextSibling);
    }
    note.hidden = shown === total;
    note.textContent = shown + " of " + total + " rows shown: the filter hides the others.";
  }
  function applyFilter() {
    var filter = wanted(), active = fields.some(function (id) { return byId(id).value.trim() !== ""; });
    all("table.data").forEach(function (table) {
      var rows = all("tbody tr", table), shown = 0;
      rows.forEach(function (row) {
        row.hidden = !rowMatches(row, filter);
        shown += row.hidden ? 0 : 1;
      });
      tellRows(table, shown, rows.length);
    });
    all(".data thead th[data-c], .data td[data-c], figure[data-c], .scroll[data-c]").forEach(function (cell) {
      cell.hidden = filter.c !== "" && cell.getAttribute("data-c") !== filter.c;
    });
    var shownTrials = 0;
    all(".trial").forEach(function (trial) {
      trial.hidden = !trialMatches(trial, filter);
      shownTrials += trial.hidden ? 0 : 1;
    });
    var status = byId("shown");
    if (status) {
      status.textContent = status.assayText.replace(/^\S+/, String(shownTrials));
    }
    byId("f-state").textContent = active ? "Filtered: the tables and conversations below show only what matches." : "";
  }
  function addOptions(select, names) {
    Object.keys(names).sort(collator.compare).forEach(function (name) {
      var option = document.createElement("option");
      option.value = name;
      option.textContent = name;
      select.appendChild(option);
    });
    select.parentNode.hidden = select.options.length < 2;
  }
  function startFilter() {
    var outcomes = Object.create(null), tags = Object.create(null), slots = Object.create(null);
    all(".trial").forEach(function (trial) {
      outcomes[trial.getAttribute("data-outcome")] = 1;
      listOf(trial, "data-tags").forEach(function (tag) { tags[tag] = 1; });
      listOf(trial, "data-slots").forEach(function (slot) { slots[slot] = 1; });
    });
    all("tr[data-slot]").forEach(function (row) { slots[row.getAttribute("data-slot")] = 1; });
    addOptions(byId("f-outcome"), outcomes);
    addOptions(byId("f-tag"), tags);
    addOptions(byId("f-slot"), slots);
    var form = byId("filter"), toggle = byId("filter-toggle"), wait = 0;
    var isNarrow = window.matchMedia("(max-width: 52rem)");
    function show(isOpen) {
      form.hidden = !isOpen;
      toggle.setAttribute("aria-expanded", String(isOpen));
    }
    toggle.hidden = false;
    toggle.addEventListener("click", function () { show(form.hidden); });
    isNarrow.addEventListener("change", function () { show(!isNarrow.matches); });
    show(!isNarrow.matches);
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("input", function () { clearTimeout(wait); wait = setTimeout(applyFilter, 80); });
    form.addEventListener("reset", function () { setTimeout(applyFilter, 0); });
  }

  /* the list of conversations */
  function startTrials() {
    var list = byId("trials"), order = byId("order");
    if (!list) { return; }
    byId("shown").assayText = byId("shown").textContent;
    all(".tools").forEach(function (tools) { tools.hidden = false; });
    var trials = all(".trial", list);
    order.addEventListener("change", function () {
      var name = order.value;
      trials.slice().sort(function (x, y) {
        if (!name) { return trials.indexOf(x) - trials.indexOf(y); }
        var difference = collator.compare(x.getAttribute("data-" + name), y.getAttribute("data-" + name));
        return (name === "faults" ? -difference : difference) || trials.indexOf(x) - trials.indexOf(y);
      }).forEach(function (trial) { list.appendChild(trial); });
    });
    function setOpen(isOpen) { trials.forEach(function (trial) { if (!trial.hidden) { trial.open = isOpen; } }); }
    byId("open-all").addEventListener("click", function () { setOpen(true); });
    byId("close-all").addEventListener("click", function () { setOpen(false); });
  }
  function openTarget() {
    var target = location.hash.length > 1 && byId(location.hash.slice(1));
    if (target && target.classList.contains("trial")) { target.open = true; target.scrollIntoView(); }
  }

  document.addEventListener("DOMContentLoaded", function () {
    startTheme();
    all("table.data, table.decide").forEach(startSorting);
    startTrials();
    startFilter();
    openTarget();
    window.addEventListener("hashchange", openTarget);
    root.setAttribute("data-ready", "yes");
  });
})();
