/**
 * The page when it was stopped: what is safe first, then what went wrong, then how to go on.
 */
import * as React from 'react';
import { hintOf } from '../api';
import { tickIcon } from '../icons';
import { useNotebook, usePanel } from './context';
import { Button, CopyButton, Facts, Fold, Icon, Note } from './controls';
import { Bar, STEPS } from './progress';

export function Failed(): JSX.Element {
  const { trans, places, focus } = usePanel();
  const { model } = useNotebook();
  const job = model.act.job!;
  const step = job.progress?.step ?? '';
  const hasDoi = job.log.some(line => /10\.\d{4,9}\//.test(line));
  const isCancelled = job.state === 'cancelled';
  const isDoubtful = ['publish', 'verify'].includes(step);
  const safe = [
    hasDoi ? trans.__('The draft and its DOI are yours') : trans.__('Nothing was lost'),
    trans.__('What was sent is there, and is not sent again'),
    isDoubtful
      ? trans.__('Nothing is published twice: it is looked up first')
      : trans.__('Nothing is public, nothing is published twice'),
    trans.__('Your notebook is unchanged')
  ];
  const title = isCancelled ? trans.__('Stopped, as you asked.') : (job.error?.message ?? trans.__('The Jupyter server ended.'));
  const hint = hintOf(job.error ?? {});
  const report = [`${job.error?.error ?? job.state}: ${title}`, hint, ...job.log].filter(Boolean).join('\n');
  const resume = () => {
    void model.publish(false, job.params.anonymous ? 'anonymous' : job.params.draft ? 'draft' : 'record');
    focus('zj-state');
  };
  React.useEffect(() => {
    if (job.error?.error === 'AccessDenied') {
      void places.reload(); // a sign-in may have ended
    }
  }, [job.id]);
  return (
    <>
      <div className="zj-body">
        <div className="zj-pad">
          {job.progress?.unit === 'B' && <Bar progress={job.progress} label={trans.__('Stopped')} isStopped />}
          <div className="zj-gap">
            <Note voice={isCancelled ? 'info' : 'bad'} title={title} role={isCancelled ? undefined : 'alert'}>
              {hint && <p>{hint}</p>}
            </Note>
          </div>
          <h3 className="zj-head zj-gap2">{trans.__('What is safe')}</h3>
          <ul className="zj-steps">
            {safe.map(words => (
              <li key={words} className="is-done">
                <Icon icon={tickIcon} />
                <span>{words}</span>
              </li>
            ))}
          </ul>
          <Fold title={trans.__('Details')}>
            <Facts
              rows={[
                [trans.__('Step'), `${STEPS.findIndex(steps => steps.includes(step)) + 1}/${STEPS.length}, ${step}`],
                [trans.__('Error'), <span className="zj-mono">{job.error?.error ?? job.state}</span>],
                [trans.__('Last'), job.log[job.log.length - 1] ?? '']
              ]}
            />
            <div className="zj-gap">
              <CopyButton text={report}>{trans.__('Copy report')}</CopyButton>
            </div>
          </Fold>
        </div>
      </div>
      <div className="zj-foot">
        <div className="zj-acts">
          <Button onClick={() => model.leave()}>{trans.__('Back to editing')}</Button>
          <Button kind="main" className="zj-btn-wide zj-primary" data-final onClick={resume}>
            {trans.__('Resume')}
          </Button>
        </div>
      </div>
    </>
  );
}
