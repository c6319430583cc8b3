/**
 * What came of running a record's notebooks again: for each its level, its sentence, its outputs, and the ways to see more.
 */
import { fileIcon, notebookIcon } from '@jupyterlab/ui-components';
import { PathExt } from '@jupyterlab/coreutils';
import * as React from 'react';
import { strip } from '../mime';
import type { IReproduced } from '../types';
import { usePanel } from './context';
import { Button, Note } from './controls';

/** From this level on, the outputs came out the same; from the second on, it ran to its end. */
const [SAME, RAN] = [4, 2];

export function Verdicts(): JSX.Element {
  const { trans, reproducing } = usePanel();
  const { done } = reproducing;
  const same = done.filter(one => one.level.rung >= SAME).length;
  return (
    <div className="zj-foot zj-verdicts" id="zj-verdict" tabIndex={-1}>
      {done.length > 1 && (
        <p className="zj-foot-say" role="status">
          {trans.__('%1 of %2 notebooks came out the same.', same, done.length)}
        </p>
      )}
      {done.map(one => (
        <Verdict key={one.executed} done={one} isOnly={done.length === 1} />
      ))}
      <div className="zj-acts zj-gap">
        <Button className="zj-btn-wide" onClick={() => reproducing.leave()}>
          {trans.__('Done')}
        </Button>
      </div>
    </div>
  );
}

function Verdict(props: { done: IReproduced; isOnly: boolean }): JSX.Element {
  const { trans, openFile, compareFiles } = usePanel();
  const { done, isOnly } = props;
  const { level, failure, comparison } = done;
  const voice = level.rung >= SAME ? 'ok' : level.rung >= RAN ? 'warn' : 'bad';
  const boxes = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => boxes.current?.replaceChildren(strip(comparison.outputs.map(output => output.verdict), trans)), [comparison]);
  const name = PathExt.basename(done.notebook);
  const title = `R${level.rung} ${level.name}`;
  return (
    <>
      <Note voice={voice} title={isOnly ? title : trans.__('%1: %2', name, title)} role={isOnly ? 'status' : undefined}>
        <p>{done.verdict}</p>
        {failure && (
          <p>
            {failure.words} {failure.hint}
          </p>
        )}
        <div ref={boxes} className="zj-gap" />
      </Note>
      <div className="zj-acts zj-gap">
        <Button
          kind={isOnly ? 'main' : undefined}
          className={`zj-btn-wide ${isOnly ? 'zj-primary' : ''}`}
          icon={fileIcon}
          aria-label={isOnly ? undefined : trans.__('Open the report on %1', name)}
          onClick={() => void openFile(done.report)}
        >
          {trans.__('Open the report')}
        </Button>
        <Button
          className="zj-btn-wide"
          icon={notebookIcon}
          aria-label={isOnly ? undefined : trans.__('Compare %1 side by side', name)}
          onClick={() => void compareFiles(done.notebook, done.executed, comparison.outputs)}
        >
          {trans.__('Compare side by side')}
        </Button>
      </div>
    </>
  );
}
