// The officers' door without a mouse; `?` shows the keys, and switches them off. Pages work without it.
(() => {
  const rows = () => [...document.querySelectorAll('[data-row] th a')];
  const typing = at => at && at.closest('input:not([type=radio],[type=checkbox]),textarea,select,[contenteditable]');
  const help = document.getElementById('tombol'), use = document.getElementById('tombol-pakai'), OFF = 'balai-tanpa-tombol';
  let on = true;
  try { on = !localStorage.getItem(OFF); } catch { /* then they are on */ }
  if (help && help.showModal) {
    const by = document.querySelector('[data-keys]');
    if (by) { by.hidden = false; by.addEventListener('click', () => help.showModal()); }
    use.checked = on;
    use.addEventListener('change', () => {
      on = use.checked;
      try { if (on) localStorage.removeItem(OFF); else localStorage.setItem(OFF, '1'); } catch { /* for this page then */ }
    });
  }
  // The answer of that number to the first question that has none yet; each question once.
  const choose = number => {
    const form = document.getElementById('isian');
    if (!form) return false;
    const names = [...new Set([...form.querySelectorAll('input[type=radio]')].map(one => one.name))];
    const open = names.find(name => !form.querySelector(`input[name="${CSS.escape(name)}"]:checked`));
    const wanted = open && form.querySelectorAll(`input[name="${CSS.escape(open)}"]`)[number - 1];
    if (wanted) { wanted.focus(); wanted.click(); }
    return Boolean(wanted);
  };
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(document.activeElement)) return;
    if (help && help.open) return;
    if (event.key === '?' && help && help.showModal) { event.preventDefault(); return help.showModal(); }
    if (!on) return;
    const all = rows(), at = all.findIndex(link => link.closest('[data-row]').contains(document.activeElement));
    const go = to => { const link = all[Math.max(0, Math.min(all.length - 1, to))]; if (link) { event.preventDefault(); link.focus(); } };
    if (event.key === 'j') go(at + 1);
    else if (event.key === 'k') go(at < 0 ? all.length - 1 : at - 1);
    else if (event.key === 'Enter' && all.length && (document.activeElement === document.body || document.activeElement.id === 'main')) { event.preventDefault(); all[0].click(); }
    else if (event.key === '/' || event.key === 'f') { const find = document.querySelector(event.key === 'f' ? '#isi' : '[data-find]'); if (find) { event.preventDefault(); find.focus(); } }
    else if (/^[1-9]$/.test(event.key)) { if (choose(Number(event.key))) event.preventDefault(); }
    else if (/^[a-z]$/.test(event.key)) { const by = (event.key === 'n' && document.querySelector('[data-next]')) || document.querySelector(`[data-key="${event.key}"]`); if (by) { event.preventDefault(); by.click(); } }
  });
  document.querySelectorAll('.filters select').forEach(one => one.addEventListener('change', () => one.form.requestSubmit()));
  // Two minutes before the session is locked a word is shown; whoever answers it, or opens a page elsewhere, goes on.
  const idle = document.querySelector('[data-idle]');
  if (idle) {
    let last = Date.now();
    const warnAfter = Math.max(1, Number(idle.dataset.idle) - 120) * 1000;
    const look = () => { idle.hidden = Date.now() - last < warnAfter; };
    setInterval(look, Math.min(5000, warnAfter));
    idle.addEventListener('submit', async event => {
      event.preventDefault();
      event.stopPropagation();
      const answer = await fetch(idle.action, { method: 'POST', body: new FormData(idle), redirect: 'manual' });
      if (answer.status === 204) { last = Date.now(); look(); } else idle.querySelector('button').hidden = true;
    });
  }
  // Questions that follow from an answer which was put back after a lock are asked for at once.
  addEventListener('DOMContentLoaded', () => {
    const typed = document.querySelector('[data-typed]'), asked = typed && typed.form.querySelector('[data-asks] input:checked, input[data-asks]:checked');
    if (asked) asked.dispatchEvent(new Event('change', { bubbles: true }));
  });
  // A letter is ticked once the end of each of its pages came into view and the server, which is asked at signing, noted it.
  const seen = document.querySelector('[data-seen]'), pages = [...document.querySelectorAll('[data-page]')], left = new Set(pages);
  const look = () => pages.forEach(async page => {
    if (!left.has(page) || page.dataset.asked || !page.naturalWidth || page.getBoundingClientRect().bottom > innerHeight + 8) return;
    page.dataset.asked = 'yes';
    try {
      if (seen && !(await fetch(`${page.dataset.page}&lihat=1`)).ok) throw page;
      left.delete(page);
      if (seen && !left.size) seen.checked = true;
    } catch { delete page.dataset.asked; }
  });
  pages.forEach(page => { page.addEventListener('load', look); page.src = `${page.dataset.page}&lihat=0`; page.hidden = false; });
  if (pages.length) { addEventListener('scroll', look, { passive: true, capture: true }); addEventListener('resize', look); }
  // A document is turned and a part of a case opened without loading the page anew; without script both are links and buttons.
  document.addEventListener('click', async event => {
    const turn = event.target.closest('[data-turn]'), part = event.target.closest('[data-part]');
    if (part) {
      event.preventDefault();
      document.querySelectorAll('[data-part]').forEach(one => one === part ? one.setAttribute('aria-current', 'true') : one.removeAttribute('aria-current'));
      document.querySelectorAll('.part').forEach(one => one.classList.toggle('on', one.id === part.dataset.part));
      history.replaceState(null, '', part.getAttribute('href').split('#')[0]);
    }
    if (!turn || !navigator.onLine) return;
    event.preventDefault();
    const data = new FormData(), view = turn.closest('.viewer'), to = turn.formAction && turn.hasAttribute('formaction') ? turn.formAction : turn.form.action;
    data.set('csrfmiddlewaretoken', turn.form.elements.csrfmiddlewaretoken.value);
    const now = Number(/turn(\d+)/.exec(view.className)[1]);
    view.className = `viewer turn${(now + 90) % 360}`;
    try {
      const answer = await fetch(to, { method: 'POST', body: data, headers: { 'X-Balai-Part': '1' } });
      if (answer.status !== 204) throw answer;
    } catch { view.className = `viewer turn${now}`; }
  });
  // Where an officer stands is taken from the device only when they ask for it; it can always be typed.
  document.addEventListener('click', event => {
    const by = event.target.closest('[data-locate]');
    if (!by) return;
    const said = by.parentElement.querySelector('[role=status]'), failed = () => { said.textContent = by.dataset.failed; };
    if (!navigator.geolocation) return failed();
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const at = document.getElementById(by.dataset.locate);
      at.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)} (±${Math.round(coords.accuracy)} m)`;
      said.textContent = '';
      at.dispatchEvent(new Event('input', { bubbles: true }));
    }, failed, { enableHighAccuracy: true, timeout: 15000 });
  });
  // What a counter's device still holds for sending is told before signing out; where nothing waits, it goes.
  const out = document.querySelector('.whoami form');
  if (out) out.addEventListener('submit', event => {
    let held = null;
    try { held = JSON.parse(localStorage.getItem('balai-loket')); } catch { /* nothing is held then */ }
    if (held && held.n) { event.preventDefault(); event.stopPropagation(); location.href = `${held.at}?keluar`; }
    else if (held) { indexedDB.deleteDatabase(held.db); localStorage.removeItem('balai-loket'); }
  });
})();
