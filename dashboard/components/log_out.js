// Leave the page of somebody who has logged out: nothing of it stays on the screen.
export default function leave(component) {
  window.location.replace(component.data.to);
}
