// "Use my location": a point is taken from the device only when somebody asks for it. Without this script it is typed, or left out.
(() => {
  if (window.balaiPlace) return;
  window.balaiPlace = true;
  const show = () => document.querySelectorAll('[data-here]').forEach(by => { by.hidden = !navigator.geolocation; });
  const say = (by, words, far) => {
    const said = document.getElementById(by.dataset.said);
    said.textContent = words;
    said.classList.toggle('fault', Boolean(far));
  };
  // The same arithmetic as the hall's own: kilometres along the ground from the town's middle.
  const tell = (by, latitude, longitude) => {
    const [lat, lon, reach] = by.dataset.town.split(' ').map(Number), rad = Math.PI / 180;
    if (!by.dataset.town) return say(by, by.dataset.taken);
    const half = Math.sin((latitude - lat) * rad / 2) ** 2 + Math.cos(lat * rad) * Math.cos(latitude * rad) * Math.sin((longitude - lon) * rad / 2) ** 2;
    const km = Math.round(2 * 6371 * Math.asin(Math.min(1, Math.sqrt(half))));
    say(by, (km > reach ? by.dataset.far : by.dataset.near).replace('{km}', km), km > reach);
  };
  document.addEventListener('click', event => {
    const by = event.target.closest('[data-here]');
    if (!by) return;
    say(by, by.dataset.waits);
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const at = document.getElementById(by.dataset.here);
      at.value = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`;
      at.dispatchEvent(new Event('input', { bubbles: true }));
      tell(by, coords.latitude, coords.longitude);
    }, () => say(by, by.dataset.failed, true), { enableHighAccuracy: true, timeout: 15000 });
  });
  document.addEventListener('change', event => {
    const by = event.target.id && document.querySelector(`[data-here="${CSS.escape(event.target.id)}"]`);
    const found = by && /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(event.target.value);
    if (by) found ? tell(by, Number(found[1]), Number(found[2])) : say(by, '');
  });
  new MutationObserver(show).observe(document.body, { childList: true, subtree: true });
  show();
})();
