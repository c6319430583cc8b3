/**
 * The first line of the panel: where the notebook stands.
 */
import * as React from 'react';
import { markIcons } from '../icons';
import { Icon } from './controls';
import { useNotebook, usePanel } from './context';
import { agoOf, standingOf } from './words';

export function StateLine(): JSX.Element {
  const { trans, places } = usePanel();
  const { model, notebook } = useNotebook();
  const place = places.repository(model.order.chosen.to)?.title ?? '';
  const parts: string[] = [notebook.name];
  if (model.act.isWaiting) {
    parts.splice(0, 1, trans.__('The Jupyter server does not answer; asking again'));
  } else if (model.mark === 'uploading') {
    parts.splice(0, 1, trans.__('to %1', place));
  } else if (model.mark === 'stopped') {
    parts.splice(0, 1, trans.__('Nothing is lost · to %1', place));
  } else if (notebook.isReadOnly) {
    parts.push(trans.__('read-only: the badge goes into the published copy alone'));
  } else if (model.mark === 'published' || model.mark === 'changed') {
    parts.push(place);
  } else if (model.standing?.anonymous) {
    parts.push(trans.__('with reviewers, on %1', place));
  } else if (model.standing?.saved) {
    parts.push(trans.__('on %1, where only you see it', place));
  } else if (model.mark === 'draft') {
    parts.push(trans.__('not sent anywhere yet'));
  } else if (notebook.saved) {
    parts.push(trans.__('saved %1', agoOf(notebook.saved)));
  }
  return (
    <div className="zj-state" role="status" id="zj-state" tabIndex={-1} data-mark={model.mark}>
      <Icon icon={markIcons[model.mark]} className="zj-mark" />
      <div>
        <div className="zj-state-line">{standingOf(model, trans)}</div>
        <div className="zj-state-sub">{parts.join(' · ')}</div>
      </div>
    </div>
  );
}
