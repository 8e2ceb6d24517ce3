/* Comforts only: every page works without this file. */
(function () {
  "use strict";

  // Before paper: open every explanation, and close what was closed afterwards.
  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (each) {
      each.open = true;
      opened.push(each);
    });
  });
  window.addEventListener("afterprint", function () {
    opened.splice(0).forEach(function (each) { each.open = false; });
  });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });

  // Two minutes before the session ends, offer to go on without losing the page.
  var bar = document.getElementById("session");
  if (!bar) { return; }
  var warn;
  function start(seconds) {
    clearTimeout(warn);
    bar.hidden = true;
    warn = setTimeout(function () { bar.hidden = false; }, Math.max(0, seconds - 120) * 1000);
  }
  var keep = bar.querySelector("[data-keep]");
  keep.addEventListener("click", function (event) {
    event.preventDefault();
    fetch(keep.dataset.keep, { headers: { Accept: "application/json" }, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.json() : Promise.reject(); })
      .then(function (said) { start(said.seconds); })
      .catch(function () { window.location.assign(keep.href); });
  });
  start(Number(bar.dataset.ends));
})();
