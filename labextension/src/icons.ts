/**
 * The icon of publishing, and the marks of where a notebook stands. Each mark has a shape of its own, so that it reads without
 * colour.
 */
import { LabIcon } from '@jupyterlab/ui-components';
import type { Mark } from './model';

function icon(name: string, shapes: string): LabIcon {
  const svgstr = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="16"><g class="jp-icon3" fill="#616161">${shapes}</g></svg>`;
  return new LabIcon({ name: `zenodo-jupyter:${name}`, svgstr });
}

export const publishIcon = icon(
  'publish',
  '<path d="M3 1h7l3 3v4.2h-1.4V5H9V2.4H4.4v11.2h3.2V15H3z"/><path d="m11.6 8.6 3.6 3.7-1 1-1.9-1.9V16h-1.4v-4.6L9 13.3l-1-1z"/>'
);

const TRIANGLE =
  '<path fill-rule="evenodd" d="M8 .9 15.6 14.5H.4zM7.2 5.6v4.4h1.6V5.6zm0 5.6v1.6h1.6v-1.6z"/>';
const RING = 'fill="none" class="jp-icon3 zj-ring" stroke="#616161" stroke-width="1.6"';

export const markIcons: { readonly [mark in Mark]: LabIcon } = {
  never: icon('never', `<circle cx="8" cy="8" r="5.6" ${RING} stroke-dasharray="2.6 1.8"/>`),
  draft: icon('draft', `<circle cx="8" cy="8" r="5.8" ${RING}/><path d="M8 2.2a5.8 5.8 0 0 0 0 11.6z"/>`),
  published: icon(
    'published',
    '<path fill-rule="evenodd" d="M8 1.4a6.6 6.6 0 1 0 0 13.2A6.6 6.6 0 0 0 8 1.4zm-1 9.9L3.9 8.2l1.1-1.1L7 9l4-4 1.1 1.2z"/>'
  ),
  changed: icon(
    'changed',
    '<path d="M7 3.2a5.8 5.8 0 1 0 5.8 5.8c0-.5 0-.9-.2-1.3A4 4 0 0 1 8.3 3.34 6 6 0 0 0 7 3.2z"/><circle cx="12.6" cy="3.6" r="2.6"/>'
  ),
  uploading: icon(
    'uploading',
    '<path d="M8 1.5 13.5 7.4l-1.3 1.2-3.2-3.3V14.5H7V5.3L3.8 8.6 2.5 7.4z"/>'
  ),
  stopped: icon('stopped', TRIANGLE),
  waiting: icon('waiting', `<circle cx="8" cy="8" r="5.8" ${RING}/><path d="M7.2 4.2h1.6v3.6l2.6 1.5-.8 1.4-3.4-2z"/>`),
  declined: icon('declined', TRIANGLE)
};

/** Something must be fixed. */
export const blockIcon = icon(
  'block',
  '<path fill-rule="evenodd" d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2zM7.2 4v5h1.6V4zm0 6.2v1.7h1.6v-1.7z"/>'
);
/** Something to look at. */
export const warnIcon = icon('warn', TRIANGLE);
export const tickIcon = icon('tick', '<path d="m6.3 12.6-4-4 1.2-1.2 2.8 2.8 6.2-6.3 1.2 1.2z"/>');
/** A step that is to come. */
export const waitIcon = icon('wait', `<circle cx="8" cy="8" r="3.4" ${RING}/>`);
