// Maps with values below zero: another hue for them, and zero in the middle of the scale (code 128).

const BELOW_ZERO = "#c4571b"; // as in the other pictures with signs
const signed = new Map();

// The theme with a ramp from −high over 0 to high.
function signedTheme(theme) {
  if (!signed.has(theme.background + theme.accent)) {
    const background = parseColor(theme.background, "#ffffff");
    const above = rampOf(background, parseColor(theme.accent, "#2c6fa3")).colors;
    const below = rampOf(background, parseColor(BELOW_ZERO, "#c4571b")).colors;
    const colors = Array.from({ length: 256 }, (_, code) => (code < 128 ? below[Math.min(255, 2 * (128 - code))] : above[Math.min(255, Math.round((code - 128) * 255 / 127))]));
    const words = new Uint32Array(colors.map(([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0));
    signed.set(theme.background + theme.accent, { colors, words });
  }
  const ramp = signed.get(theme.background + theme.accent);
  const lightness = (color) => toLab(parseColor(color, "#000000"))[0];
  const inkOn = (code) => (Math.abs(toLab(ramp.colors[code])[0] - lightness(theme.text)) > 0.42 ? theme.text : theme.background);
  return { ...theme, ramp, inkOn };
}

const signedCode = (value, high) => (high > 0 ? Math.max(1, Math.min(255, Math.round(128 + (127 * value) / high))) : 128);

const signedValue = (code, high) => ((code - 128) / 127) * high;

const signedStops = (theme) => [1, 64, 128, 191, 255].map((code) => cssOf(theme.ramp.colors[code])).join(", ");
