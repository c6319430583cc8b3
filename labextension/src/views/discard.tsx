/**
 * The question before a draft is thrown away, in the place of the buttons.
 */
import * as React from 'react';
import { usePanel } from './context';
import { Button } from './controls';

/** Asks; the first button keeps the draft, and has the focus. */
export function Discard(props: { onKeep: () => void; onDiscard: () => void }): JSX.Element {
  const { trans, focus } = usePanel();
  React.useEffect(() => focus('zj-keep'), []);
  return (
    <div className="zj-hit-ways" role="group" aria-label={trans.__('Discard the draft and its DOI?')}>
      <p className="zj-strong">{trans.__('Discard the draft and its DOI?')}</p>
      <div className="zj-row zj-gap">
        <Button className="zj-btn-s" id="zj-keep" onClick={props.onKeep}>
          {trans.__('Keep')}
        </Button>
        <Button className="zj-btn-s" isGuarded onClick={props.onDiscard}>
          {trans.__('Discard')}
        </Button>
      </div>
    </div>
  );
}
