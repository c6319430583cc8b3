/**
 * Running a record's notebooks again: which, the question, and how far it is.
 */
import { notebookIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { usePanel } from './context';
import { Button, Icon, Note, Problem } from './controls';
import { Bar } from './progress';
import { Verdicts } from './verdict';

/** The foot while a re-run is asked for, under way or done; null where there is none. */
export function ReproducingFoot(): JSX.Element | null {
  const { trans, reproducing } = usePanel();
  const { job, problem, question, done } = reproducing;
  if (reproducing.isActive) {
    return <Running />;
  }
  if (question !== null) {
    return (
      <div className="zj-foot">
        <Note voice="warn" title={trans.__('Run what they wrote?')} id="zj-consent">
          <p className="zj-question">{question.replace(/\nNobody said.*$/, '')}</p>
        </Note>
        <div className="zj-acts zj-gap">
          <Button kind="main" isGuarded className="zj-btn-wide zj-primary" onClick={() => void reproducing.start(true)}>
            {trans.__('Run it')}
          </Button>
          <Button className="zj-btn-wide" onClick={() => reproducing.leave()}>
            {trans.__('Do not run it')}
          </Button>
        </div>
      </div>
    );
  }
  if (reproducing.isChoosing) {
    return <Choosing />;
  }
  if (done.length) {
    return <Verdicts />;
  }
  if (problem || job?.error) {
    return (
      <div className="zj-foot">
        <Problem error={problem ?? job!.error!} />
        <div className="zj-acts zj-gap">
          <Button className="zj-btn-wide" onClick={() => reproducing.leave()}>
            {trans.__('Back')}
          </Button>
        </div>
      </div>
    );
  }
  return null;
}

function Running(): JSX.Element {
  const { trans, reproducing } = usePanel();
  const progress = reproducing.job!.progress;
  const isCells = progress?.unit === 'cells' && !!progress.total;
  return (
    <div className="zj-foot">
      <Bar progress={progress} label={trans.__('Running it again')} />
      {isCells && (
        <div className="zj-cells" aria-hidden="true">
          {Array.from({ length: Math.min(progress!.total!, 200) }, (_, index) => (
            <i key={index} className={index < progress!.done! ? 'is-done' : index === progress!.done ? 'is-now' : ''} />
          ))}
        </div>
      )}
      <div className="zj-acts zj-gap">
        <Button className="zj-btn-wide" onClick={() => void reproducing.cancel()}>
          {trans.__('Cancel')}
        </Button>
      </div>
    </div>
  );
}

/** Which of several notebooks are run. */
function Choosing(): JSX.Element {
  const { trans, reproducing, focus } = usePanel();
  const { notebooks, unticked } = reproducing;
  const chosen = notebooks.filter(name => !unticked.has(name)).length;
  return (
    <div className="zj-foot">
      <fieldset className="zj-which" id="zj-which" tabIndex={-1}>
        <legend className="zj-strong">{trans.__('Which notebooks?')}</legend>
        <p className="zj-hint">{trans.__('They run in this order, each in the folder that those before it left.')}</p>
        <ul className="zj-files">
          {notebooks.map(name => (
            <li key={name} className="zj-file is-used">
              <input
                type="checkbox"
                id={`zj-run-${name}`}
                checked={!unticked.has(name)}
                onChange={event => reproducing.tick(name, event.target.checked)}
              />
              <Icon icon={notebookIcon} />
              <label className="zj-fname" htmlFor={`zj-run-${name}`}>
                {name}
              </label>
            </li>
          ))}
        </ul>
      </fieldset>
      <div className="zj-acts zj-gap">
        <Button
          kind="main"
          className="zj-btn-wide zj-primary"
          aria-disabled={!chosen || undefined}
          onClick={() => chosen && void reproducing.start().then(() => focus('zj-consent', 'zj-verdict'))}
        >
          {chosen === notebooks.length
            ? trans.__('Run all %1, in order …', chosen)
            : trans._n('Run %1 notebook …', 'Run %1 notebooks …', chosen)}
        </Button>
        <Button className="zj-btn-wide" onClick={() => reproducing.leave()}>
          {trans.__('Back')}
        </Button>
      </div>
    </div>
  );
}
