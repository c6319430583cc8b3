/**
 * Running a record's notebook again: the question, how far it is, and the verdict.
 */
import { fileIcon, notebookIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { strip } from '../mime';
import { usePanel } from './context';
import { Button, Note, Problem } from './controls';
import { Bar } from './progress';

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
  if (done) {
    return <Verdict />;
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

function Verdict(): JSX.Element {
  const { trans, reproducing, openFile, compareFiles } = usePanel();
  const done = reproducing.done!;
  const { level, failure, comparison } = done;
  const voice = level.rung >= 4 ? 'ok' : level.rung >= 2 ? 'warn' : 'bad';
  const boxes = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => boxes.current?.replaceChildren(strip(comparison.outputs.map(output => output.verdict))), [comparison]);
  return (
    <div className="zj-foot">
      <Note voice={voice} title={`R${level.rung} ${level.name}`} id="zj-verdict" role="status">
        <p>{done.verdict}</p>
        {failure && (
          <p>
            {failure.words} {failure.hint}
          </p>
        )}
        <div ref={boxes} className="zj-gap" />
      </Note>
      <div className="zj-acts zj-gap">
        <Button kind="main" className="zj-btn-wide zj-primary" icon={fileIcon} onClick={() => void openFile(done.report)}>
          {trans.__('Open the report')}
        </Button>
      </div>
      <div className="zj-acts zj-gap">
        <Button
          className="zj-btn-wide"
          icon={notebookIcon}
          onClick={() => void compareFiles(done.notebook, done.executed, comparison.outputs)}
        >
          {trans.__('Compare side by side')}
        </Button>
        <Button className="zj-btn-wide" onClick={() => reproducing.leave()}>
          {trans.__('Done')}
        </Button>
      </div>
    </div>
  );
}
