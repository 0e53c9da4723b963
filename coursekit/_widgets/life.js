// What both widgets share. It is put in front of a widget's own module, so that each is one file wherever it runs.

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

const ENDS = ["restarting", "autorestarting", "terminating", "dead"];

/**
 * Hide the still picture under a live widget and watch whether Python is there: `lost` is called at once when the kernel
 * is restarted or the notebook was opened without one, `back` when a host says that it answers again. JupyterLab tells of
 * its kernel, other hosts by a class on the view. Returns what ends the watch.
 */
const whileLive = (model, el, { lost, back }) => {
  const name = model.get("still");
  const cover = name ? element("style", {}, `.${name} { display: none; }`) : null;
  if (cover) document.head.append(cover);
  let gone = false;
  let ended = false; // what a restarted kernel has forgotten does not come back
  const look = () => {
    const now = ended || el.closest(".jupyter-widgets-disconnected") !== null;
    if (now === gone) return;
    gone = now;
    (gone ? lost : back)();
  };
  const told = (_, status) => {
    ended ||= ENDS.includes(status);
    look();
  };
  const changes = model.widget_manager?.kernel?.statusChanged;
  changes?.connect(told);
  const soon = () => queueMicrotask(look); // the class is set by a listener that may come after this one
  const watch = new MutationObserver(look);
  watch.observe(el, { attributes: true, attributeFilter: ["class"] });
  model.on("comm_live_update", soon);
  const first = setTimeout(look);
  return () => {
    clearTimeout(first);
    watch.disconnect();
    changes?.disconnect(told);
    model.off("comm_live_update", soon);
    cover?.remove();
  };
};
