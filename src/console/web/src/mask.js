// A mask in the picture's own pixels: two values, no soft edges. Strokes are kept as what was done,
// not as pixels, so undoing costs nothing and a resize loses nothing.

export const mostUndo = 100;

function trace(path, points) {
  path.moveTo(points[0].x, points[0].y);
  for (const point of points) {
    path.lineTo(point.x, point.y);
  }
  if (points.length === 1) {
    path.lineTo(points[0].x + 0.01, points[0].y);
  }
}

// Draws what was done onto `canvas`: opaque where the picture is to change.
export function draw(canvas, done) {
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.globalCompositeOperation = "source-over";
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#fff";
  pen.strokeStyle = "#fff";
  pen.lineCap = "round";
  pen.lineJoin = "round";
  for (const one of done) {
    pen.globalCompositeOperation = one.tool === "eraser" ? "destination-out" : "source-over";
    if (one.tool === "clear") {
      pen.clearRect(0, 0, canvas.width, canvas.height);
    } else if (one.tool === "invert") {
      pen.globalCompositeOperation = "xor";
      pen.fillRect(0, 0, canvas.width, canvas.height);
    } else if (one.tool === "rectangle") {
      pen.fillRect(one.x, one.y, one.w, one.h);
    } else {
      pen.beginPath();
      trace(pen, one.points);
      if (one.tool === "lasso") {
        pen.closePath();
        pen.fill();
      } else {
        pen.lineWidth = one.size;
        pen.stroke();
      }
    }
  }
}

// Every pixel is in or out: edges that the canvas smoothed are decided here.
function decided(canvas) {
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const pixels = pen.getImageData(0, 0, canvas.width, canvas.height);
  let painted = 0;
  for (let at = 3; at < pixels.data.length; at += 4) {
    const inside = pixels.data[at] >= 128;
    painted += inside ? 1 : 0;
    pixels.data.fill(inside ? 255 : 0, at - 3, at);
    pixels.data[at] = 255;
  }
  return { pixels, share: painted / (canvas.width * canvas.height) };
}

export function shareOf(canvas) {
  const small = document.createElement("canvas");
  small.width = Math.min(canvas.width, 256);
  small.height = Math.max(1, Math.round(canvas.height * small.width / canvas.width));
  small.getContext("2d").drawImage(canvas, 0, 0, small.width, small.height);
  return decided(small).share;
}

// A PNG of the picture's size, white where it is to change, as the API has it.
export function maskOf(canvas) {
  const { pixels, share } = decided(canvas);
  const whole = document.createElement("canvas");
  whole.width = canvas.width;
  whole.height = canvas.height;
  whole.getContext("2d").putImageData(pixels, 0, 0);
  return { png: whole.toDataURL("image/png"), share };
}
