// A shop's own cart, as small as can be: lines in memory, drawn as text.
(() => {
  const PRICES = { tent: 23500, "tent-xl": 29900, mat: 2700, lamp: 1500, pan: 3900 };
  const widget = document.querySelector("pairwell-offers");
  const list = document.querySelector("#lines");
  window.cart = JSON.parse(document.body.dataset.cart || '[{"item_id": "tent", "quantity": 1}]');
  window.heard = [];
  window.shift = 0;
  new PerformanceObserver((all) => {
    for (const entry of all.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });

  function draw() {
    list.replaceChildren(...window.cart.map((line) => {
      const item = document.createElement("li");
      item.textContent = `${line.quantity} × ${line.item_id}`;
      return item;
    }));
    widget.cart = window.cart.map((line) => ({ ...line, unit_price_minor: PRICES[line.item_id] }));
  }

  for (const name of ["offers", "accept", "decline", "silent"])
    document.addEventListener("pairwell:" + name, (event) => window.heard.push([name, event.detail]));
  document.addEventListener("pairwell:accept", (event) => {
    const { item_ids, replaces, waitUntil } = event.detail;
    if (window.refuse) return event.preventDefault();
    if (window.fail) return waitUntil(Promise.reject(new Error("the cart is away")));
    const kept = window.cart.filter((line) => line.item_id !== replaces);
    window.cart = [...kept, ...item_ids.map((item_id) => ({ item_id, quantity: 1 }))];
    draw();
  });
  draw();
})();
