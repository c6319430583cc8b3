/**
 * The foot while the notebook is what was published: the way to its last page, or to a change of the description.
 */
import * as React from 'react';
import { blockIcon } from '../icons';
import { useNotebook, usePanel } from './context';
import { Button, Icon, Link, Note } from './controls';
import { Bar } from './progress';

export function PublishedFoot(): JSX.Element {
  const { trans, focus } = usePanel();
  const { model, reveal } = useNotebook();
  const { editing, plan, standing } = model;
  const save = (answer?: { yes?: boolean; overwrite?: boolean }) =>
    void model.edit(answer).then(() => focus('zj-edit-question', 'zj-edited', 'zj-faults'));
  if (editing.isActive) {
    return (
      <div className="zj-foot">
        <Bar progress={editing.job?.progress ?? null} label={trans.__('Changing the description')} />
      </div>
    );
  }
  if (editing.question) {
    const { message, answer } = editing.question;
    return (
      <div className="zj-foot">
        <Note voice="warn" title={message} role="alert" id="zj-edit-question" />
        <div className="zj-acts zj-gap">
          <Button onClick={() => editing.leave()}>{trans.__('Not yet')}</Button>
          <Button kind="main" isGuarded className="zj-btn-wide zj-primary" data-final onClick={() => save({ [answer]: true })}>
            {answer === 'yes' ? trans.__('Change it') : trans.__('Throw their changes away')}
          </Button>
        </div>
      </div>
    );
  }
  if (!plan?.redescribed) {
    return (
      <div className="zj-foot">
        <p className="zj-foot-say">{trans.__('Nothing changed since version %1.', standing!.next_index - 1)}</p>
        <div className="zj-acts">
          <Button kind="main" className="zj-btn-wide zj-primary" onClick={() => model.turn(null)}>
            {trans.__('Show DOI and citation')}
          </Button>
        </div>
      </div>
    );
  }
  const isWrong = model.faults.size > 0;
  return (
    <div className="zj-foot">
      <p className="zj-foot-say" id="zj-foot-say">
        {isWrong ? (
          <>
            <Icon icon={blockIcon} className="zj-bad" /> {trans.__('The description is not complete.')}{' '}
            <Link onClick={() => reveal('about', 'zj-faults')}>{trans.__('Go there')}</Link>
          </>
        ) : (
          trans.__('Only the description changed. The record can say so in place, under the same DOI.')
        )}
      </p>
      <div className="zj-acts">
        <Button onClick={() => model.turn('review')} aria-disabled={isWrong || undefined}>
          {trans.__('Version %1 …', standing!.next_index)}
        </Button>
        <Button
          kind="main"
          className="zj-btn-wide zj-primary"
          aria-disabled={isWrong || undefined}
          aria-describedby="zj-foot-say"
          data-final
          onClick={() => (isWrong ? reveal('about', 'zj-faults') : save())}
        >
          {trans.__('Change the description')}
        </Button>
      </div>
    </div>
  );
}
