// Pages that lead somewhere by themselves: back to the shop once the buyer has seen that it is paid, or to the next page as
// soon as the bank has spoken. Without JavaScript the browser does the same by a refresh.

const { leave, again, afterS } = document.querySelector(".outcome").dataset;
const later = () => new Promise((done) => setTimeout(done, Number(afterS) * 1000));

/** Whether the bank has spoken. A page that cannot be fetched is asked for again: the connection may come back. */
async function spoken() {
  try {
    const answer = await fetch(again);
    return answer.ok && !new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-again]");
  } catch {
    return false;
  }
}

// In the place of this page: who comes back with the browser's button is not sent away once more.
if (leave) {
  await later();
  window.location.replace(leave);
}
if (again) {
  do await later();
  while (!(await spoken()));
  window.location.replace(again);
}
