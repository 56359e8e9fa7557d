/**
 * Moves points apart until none is nearer to another than a distance, each as little as a few pushes allow.
 * The same points give the same answer.
 * @param {Array<{x: number, y: number}>} points
 * @param {number} distance
 * @returns {Array<{x: number, y: number}>}
 */
export function spread(points, distance) {
  const moved = points.map(({ x, y }) => ({ x, y }));
  for (let round = 0; round < 60; round++) {
    let still = true;
    for (let a = 0; a < moved.length; a++) {
      for (let b = 0; b < a; b++) {
        let dx = moved[a].x - moved[b].x;
        let dy = moved[a].y - moved[b].y;
        let away = Math.hypot(dx, dy);
        if (away >= distance) continue;
        if (away < 0.01) {
          dx = Math.cos(a * 2.4);
          dy = Math.sin(a * 2.4);
          away = 1;
        }
        const push = (distance - Math.min(away, distance)) / 2 + 0.05;
        moved[a].x += (dx / away) * push;
        moved[a].y += (dy / away) * push;
        moved[b].x -= (dx / away) * push;
        moved[b].y -= (dy / away) * push;
        still = false;
      }
    }
    if (still) break;
  }
  return moved;
}
