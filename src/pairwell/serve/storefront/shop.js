// The shop's own code: what an offer taken does to the cart, and how the page shows it.
(() => {
  const money = document.querySelector("#total");

  function show(cart) {
    const list = document.querySelector(".columns #lines");
    document.querySelector("#pieces").textContent = cart.lines.reduce((sum, line) => sum + line.quantity, 0);
    if (!list) return;
    money.textContent = cart.total;
    document.querySelector("#empty").hidden = cart.lines.length > 0;
    document.querySelector(".sums").hidden = cart.lines.length === 0;
    list.replaceChildren(...cart.lines.map((line) => {
      const item = document.createElement("li"), image = document.createElement("img"), form = document.createElement("form");
      const name = document.createElement("span"), price = document.createElement("span"), id = document.createElement("input");
      const remove = document.createElement("button");
      Object.assign(image, { src: `/pictures/${encodeURIComponent(line.item_id)}.svg`, alt: "", className: "small", width: 72, height: 72 });
      Object.assign(name, { textContent: `${line.quantity} × ${line.title}`, className: "name" });
      Object.assign(price, { textContent: line.price, className: "price" });
      Object.assign(form, { method: "post", action: "/cart/remove" });
      Object.assign(id, { type: "hidden", name: "item_id", value: line.item_id });
      Object.assign(remove, { type: "submit", textContent: "Remove" });
      form.append(id, remove);
      item.append(image, name, price, form);
      return item;
    }));
  }

  async function change(widget, { item_ids, replaces, decision_id, offer_no }) {
    const body = JSON.stringify({ item_ids, replaces, decision_id, offer_no });
    const answer = await fetch("/cart/lines", { method: "POST", body });
    if (!answer.ok) throw new Error(`The cart answers ${answer.status}.`);
    const cart = await answer.json();
    show(cart);
    if (widget.getAttribute("placement") === "cart")
      widget.cart = cart.lines.map(({ item_id, quantity }) => ({ item_id, quantity }));
  }

  document.addEventListener("pairwell:accept", (event) => event.detail.waitUntil(change(event.target, event.detail)));
})();
