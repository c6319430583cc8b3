/**
 * The copy for anonymous review: the switch that asks for it, and the secret link that came of it.
 */
import * as React from 'react';
import { isEmbedded } from '../places';
import { useNotebook, usePanel } from './context';
import { Button, CopyButton, Note } from './controls';
import { sizeOf } from './words';

/** Asks for a copy without names in place of publishing. */
export function AnonymousSwitch(props: { isOn: boolean; onChange: (isOn: boolean) => void }): JSX.Element {
  const { trans } = usePanel();
  return (
    <div className="zj-switch zj-gap2">
      <input
        type="checkbox"
        role="switch"
        id="zj-anonymous"
        checked={props.isOn}
        aria-describedby="zj-anonymous-hint"
        onChange={event => props.onChange(event.target.checked)}
      />
      <div>
        <label htmlFor="zj-anonymous" className="zj-strong">
          {trans.__('Only a copy for anonymous review')}
        </label>
        <p className="zj-sub" id="zj-anonymous-hint">
          {trans.__('Publishes nothing: a draft without names, ORCIDs, paths of your computer and addresses of your repositories, searched for all of them, and a secret link to it for reviewers. Your notebook stays as it is; publish it with names later, from the same draft.')}
        </p>
      </div>
    </div>
  );
}

/** Says that reviewers have a copy, with the link to it as far as it is known. */
export function WithReviewers(): JSX.Element | null {
  const { trans, places } = usePanel();
  const { model } = useNotebook();
  const row = places.repository(model.order.chosen.to);
  const copied = model.act.published?.anonymous ? model.act.published : null;
  if (!model.standing?.anonymous) {
    return null;
  }
  return (
    <div className="zj-pad">
      <Note voice="ok" id="zj-copied" title={trans.__('A draft without names is there, and nothing is published')}>
        {copied?.link && (
          <>
            <p>
              {trans.__('Whoever has this link can read it. Nothing in it leads to you, as far as a search of all its files tells (%1).', sizeOf(copied.sent_bytes + copied.kept_bytes))}
            </p>
            <p className="zj-secret zj-mono zj-small">{copied.link}</p>
            <div className="zj-row zj-gap">
              <CopyButton text={copied.link}>{trans.__('Copy the secret link')}</CopyButton>
            </div>
          </>
        )}
        {copied?.link && row && isEmbedded(row) && (
          <p className="zj-sub">{trans.__('For practice: it answers on this computer only, while its repository is served.')}</p>
        )}
        {copied && !copied.link && <p>{trans.__('This repository makes no secret links.')}</p>}
        {!copied && (
          <div className="zj-row zj-gap">
            <Button className="zj-btn-s" onClick={() => void model.publish(false, 'anonymous')}>
              {trans.__('Bring it up to date, and show its link')}
            </Button>
          </div>
        )}
      </Note>
    </div>
  );
}
