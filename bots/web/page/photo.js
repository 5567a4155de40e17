/** How a photo gets onto the page: file picker, camera, drop or paste; looked at before it is sent. */
import { Problem } from './api.js';

const $ = (id) => document.getElementById(id);
const megabytes = (bytes) => Math.round((bytes / 1024 / 1024) * 10) / 10;

/** @returns { aspect, thumb } by drawing the file small, or null when the browser cannot read it */
const drawSmall = async (file) => {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, 400 / Math.max(bitmap.width, bitmap.height));
  const canvas = Object.assign(document.createElement('canvas'), {
    width: Math.max(1, bitmap.width * scale),
    height: Math.max(1, bitmap.height * scale),
  });
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { aspect: canvas.width / canvas.height, thumb: canvas.toDataURL('image/jpeg', 0.75) };
};

/**
 * @returns { file, url, name, aspect, thumb }; `aspect` is null when the browser cannot show this kind of file
 * @throws Problem when the server would refuse the file for its size
 */
export const readPhoto = async (file, maxBytes) => {
  if (file.size > maxBytes) {
    const message = `That photo is ${megabytes(file.size)} MB; I take up to ${megabytes(maxBytes)} MB. Send a smaller copy, for example a JPEG.`;
    throw new Problem({ code: 'PHOTO_TOO_LARGE', message });
  }
  const small = await drawSmall(file);
  return { file, url: URL.createObjectURL(file), name: file.name, aspect: small?.aspect ?? null, thumb: small?.thumb ?? '/icon.svg' };
};

const fileIn = (transfer) => [...(transfer?.files ?? [])].find((file) => file.type.startsWith('image/')) ?? transfer?.files?.[0];

/** Calls back with every file that somebody chooses, takes, drops or pastes. */
export const onPhoto = (callback) => {
  const take = (file) => file && callback(file);
  for (const id of ['file', 'camera']) {
    $(id).addEventListener('change', () => {
      take($(id).files[0]);
      $(id).value = '';
    });
  }
  document.addEventListener('paste', (event) => take(fileIn(event.clipboardData)));
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    $('print').classList.add('over');
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) $('print').classList.remove('over');
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    $('print').classList.remove('over');
    take(fileIn(event.dataTransfer));
  });
};
