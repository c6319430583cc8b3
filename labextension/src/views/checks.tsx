/**
 * The group Checks: what was found, worst first, and what to do about it.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFinding } from '../types';
import { useNotebook, usePanel } from './context';
import { Button, Note, Problem } from './controls';
import { idOf } from './field';
import { GroupBox, type ITally } from './group';
import { Rehearsal } from './rehearsal';
import { unknownOf } from './words';

/** Say what a remedy does, on its button. */
function wordsOf(remedy: string, trans: TranslationBundle): string {
  switch (remedy) {
    case 'clear-output':
      return trans.__('Clear this output');
    case 'redact':
      return trans.__('Redact');
    case 'environment':
      return trans.__('Read it from an environment variable');
    case 'relative':
      return trans.__('Write the path from the notebook’s folder');
    case 'bring':
      return trans.__('Copy the file beside the notebook');
    default:
      return remedy;
  }
}

const ORDER = ['block', 'error', 'warning', 'info'];

export function Checks(): JSX.Element {
  const { trans } = usePanel();
  const { model } = useNotebook();
  const findings = [...(model.plan?.findings ?? [])].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  const blockers = model.blockers.length;
  const open = findings.filter(finding => finding.severity !== 'info').length - blockers;
  const accepted = findings.filter(finding => model.order.isAccepted(finding)).length;
  const summary = [
    blockers ? trans._n('%1 must be fixed', '%1 must be fixed', blockers) : trans.__('Nothing in the way'),
    ...(blockers && open ? [trans._n('%1 to look at', '%1 to look at', open)] : []),
    ...(accepted ? [trans._n('%1 accepted', '%1 accepted', accepted)] : [])
  ];
  const tally: ITally = blockers
    ? { voice: 'bad', words: trans._n('%1 to fix', '%1 to fix', blockers) }
    : open
      ? { voice: 'warn', words: trans._n('%1 to look at', '%1 to look at', open) }
      : { voice: 'ok', words: trans.__('ready') };
  return (
    <GroupBox
      group="checks"
      name={trans.__('Checks')}
      summary={model.plan ? summary.join(' · ') : unknownOf(model, trans)}
      tally={model.plan && tally}
    >
      <div role="status" id="zj-remedied" tabIndex={-1}>
        {model.remedied?.ok && <Note voice="ok" title={model.remedied.words} />}
        {model.remedied?.ok === false && <Problem error={model.remedied.error} />}
      </div>
      {findings.map((finding, index) => (
        <Finding key={index} finding={finding} />
      ))}
      {!findings.length && <p className="zj-hint">{trans.__('All checks passed.')}</p>}
      {(model.plan?.rehearsal || model.rehearsing.isActive) && <Rehearsal />}
      {model.plan?.notes.map(note => (
        <p key={note} className="zj-hint">
          {note}
        </p>
      ))}
    </GroupBox>
  );
}

function Finding(props: { finding: IFinding }): JSX.Element {
  const { trans, focus } = usePanel();
  const { model, notebook, reveal } = useNotebook();
  const { finding } = props;
  const field = /^metadata\.(\w+)/.exec(finding.where)?.[1];
  const isAccepted = model.order.isAccepted(finding);
  const blocks = finding.severity === 'block' && !isAccepted;
  return (
    <Note
      voice={blocks ? 'bad' : finding.severity === 'info' ? 'info' : 'warn'}
      title={finding.message}
      id={`zj-finding-${finding.id}`}
    >
      <p>
        {blocks && <span className="zj-badword">{trans.__('Must be fixed first.')} </span>}
        {isAccepted && <span className="zj-strong">{trans.__('Published all the same, as you decided.')} </span>}
        {finding.fix}
      </p>
      {finding.share && <p className="zj-sub">{finding.share}</p>}
      <div className="zj-row zj-gap">
        {!notebook.isReadOnly &&
          finding.remedies.map(name => (
            <Button
              key={name}
              className="zj-btn-s"
              aria-label={`${wordsOf(name, trans)}: ${finding.where}`}
              aria-disabled={model.isLooking || undefined}
              onClick={() => void model.remedy(finding, name).then(() => focus('zj-remedied'))}
            >
              {wordsOf(name, trans)}
            </Button>
          ))}
        {finding.cell !== null && (
          <Button
            className="zj-btn-s"
            aria-label={trans.__('Show %1', finding.where)}
            onClick={() => notebook.show(finding.cell!)}
          >
            {trans.__('Show')}
          </Button>
        )}
        {field && (
          <Button
            className="zj-btn-s"
            aria-label={trans.__('Show %1', finding.where)}
            onClick={() => reveal('about', idOf([field]))}
          >
            {trans.__('Show')}
          </Button>
        )}
        {blocks && (
          <Button kind="quiet" className="zj-btn-s" onClick={() => model.order.accept(finding)}>
            {trans.__('It is harmless, publish it all the same')}
          </Button>
        )}
      </div>
    </Note>
  );
}
