// Follows the folder: asks whether it was saved, and loads the page anew with what was typed on it. Everything works without this.
(() => {
  const bar = document.querySelector('[data-look]');
  if (!bar) return;
  let leaving = 0;  // since when another page is on its way: what was clicked goes before what was saved
  addEventListener('beforeunload', () => { leaving = Date.now(); });
  const kept = `pratinjau ${location.pathname}`;
  const controls = () => [...document.querySelectorAll('main input[name], main select[name], main textarea[name]')]
    .filter(one => !['hidden', 'file', 'submit', 'password'].includes(one.type));
  const typed = one => one.type === 'checkbox' || one.type === 'radio' ? one.checked !== one.defaultChecked
    : one.tagName === 'SELECT' ? [...one.options].some(each => each.selected !== each.defaultSelected)
    : one.value !== one.defaultValue;
  const keep = () => sessionStorage.setItem(kept, JSON.stringify({
    top: scrollY, typed: controls().map((one, at) => typed(one) ? [at, one.name, one.value, one.checked] : null).filter(Boolean),
  }));
  const back = () => {
    const found = JSON.parse(sessionStorage.getItem(kept) || 'null');
    sessionStorage.removeItem(kept);
    if (!found) return;
    const all = controls();
    for (const [at, name, value, checked] of found.typed) {
      const one = all[at] && all[at].name === name ? all[at] : all.find(each => each.name === name);
      if (!one) continue;
      if (one.type === 'checkbox' || one.type === 'radio') one.checked = checked; else one.value = value;
      one.dispatchEvent(new Event('input', { bubbles: true }));
      one.dispatchEvent(new Event('change', { bubbles: true }));
    }
    scrollTo(0, found.top);
  };
  const anew = async () => {
    const here = location.pathname + location.search;
    if (bar.dataset.sent && !(await fetch(here, { redirect: 'manual' }).catch(() => ({}))).ok) {
      bar.querySelector('[data-news]').hidden = false;  // this address answers forms alone: only its reader knows where to go
      return false;
    }
    keep();
    location.replace(here);
    return true;
  };
  const ask = async () => {
    if (document.hidden || Date.now() - leaving < 15000) return setTimeout(ask, 1000);
    try {
      const [read, result, faults] = (await (await fetch('/pratinjau/kini', { cache: 'no-store' })).text()).split(' ');
      const [readHere, resultHere] = bar.dataset.look.split(' ');
      if (read !== readHere || (result !== resultHere && document.querySelector('[data-map]'))) {
        bar.dataset.look = `${read} ${result}`;
        if (Date.now() - leaving > 15000 && await anew()) return;
      } else if (result !== resultHere && faults !== '-') {
        bar.dataset.look = `${read} ${result}`;
        const tag = bar.querySelector('.tag');
        tag.className = `tag ${faults === '0' ? 'ok' : 'bad'}`;
        tag.textContent = faults === '0' ? bar.dataset.good : bar.dataset.bad;
      }
    } catch { return setTimeout(ask, 1500); }
    setTimeout(ask, 300);
  };
  back();
  ask();
})();
