// Starts the application without any inline script. Trunk writes the names of the built files into
// <meta name="parlance-app">; if they cannot be loaded, the boot shell says so and offers another try.
const note = document.getElementById("boot-note");

function fail(text) {
  if (!note) return;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn primary";
  again.textContent = "Try again";
  again.addEventListener("click", () => location.reload());
  note.textContent = text;
  note.after(again);
}

const app = document.querySelector('meta[name="parlance-app"]');
if (app) {
  const [script, wasm] = app.content.split(" ");
  try {
    if (!("WebAssembly" in globalThis)) throw new TypeError("no WebAssembly");
    const { default: init } = await import(script);
    await init({ module_or_path: wasm });
    // `trunk serve` puts a script into the page, and who develops wants nothing kept.
    const isServedByTrunk = document.querySelector("script:not([src])");
    if (!isServedByTrunk) navigator.serviceWorker?.register("/sw.js").catch(() => {});
  } catch (error) {
    console.error(error);
    fail(
      error instanceof TypeError && !("WebAssembly" in globalThis)
        ? "This browser is too old for Parlance. Firefox 128, Chrome 123, Safari 17.5 and newer work."
        : "Parlance could not be loaded. Check the connection to your server.",
    );
  }
}
