/**
 * Signing in: a token is pasted, tested on the spot, and never shown again.
 */
import { launchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { ApiError } from '../api';
import { blockIcon, tickIcon } from '../icons';
import type { IRepository } from '../types';
import { usePanel } from './context';
import { Away, Button, Icon, Link } from './controls';

export function Token(props: { repository: IRepository; onDone: () => void }): JSX.Element {
  const { trans, places } = usePanel();
  const { repository } = props;
  const [token, setToken] = React.useState('');
  const [isAsking, setAsking] = React.useState(false);
  const [problem, setProblem] = React.useState<ApiError | null>(null);
  const account = places.accounts.get(repository.name);
  const id = `zj-token-${repository.name}`;

  React.useEffect(() => {
    places.askAccount(repository.name).catch(setProblem);
  }, [repository.name]);

  const attempt = async (work: () => Promise<void>) => {
    setAsking(true);
    setProblem(null);
    try {
      await work();
      setToken('');
      props.onDone();
    } catch (error) {
      setProblem(error as ApiError);
    }
    setAsking(false);
  };
  const check = (text: string) => {
    if (text.trim()) {
      void attempt(() => places.keepToken(repository.name, text.trim()));
    }
  };

  const said = problem && (
    <p className="zj-err" id={`${id}-err`} role="alert">
      <Icon icon={blockIcon} />
      <span>
        {problem.message} {problem.hint}
      </span>
    </p>
  );
  if (repository.has_token) {
    const kept = places.keptIn.get(repository.name);
    return (
      <div className="zj-token">
        {account && (
          <p className="zj-ok" role="status">
            <Icon icon={tickIcon} /> {trans.__('Checked: account of %1', account)}
          </p>
        )}
        {kept && <p className="zj-hint">{trans.__('Kept in %1, sent to %2 only.', kept, hostOf(repository.url))}</p>}
        {said}
        <Link onClick={() => void attempt(() => places.forgetToken(repository.name))}>{trans.__('Forget this token')}</Link>
      </div>
    );
  }
  return (
    <div className="zj-token">
      <div className="zj-label">
        <label htmlFor={id}>{trans.__('Access token')}</label>
        {repository.help_url && (
          <Away href={repository.help_url}>
            {trans.__('Make one on %1', hostOf(repository.url))} <Icon icon={launchIcon} />
          </Away>
        )}
      </div>
      <input
        id={id}
        className={`zj-in jp-mod-styled ${problem ? 'is-invalid' : ''}`}
        type="password"
        autoComplete="off"
        placeholder={trans.__('Paste it here; it is checked at once')}
        value={token}
        disabled={isAsking}
        aria-invalid={!!problem || undefined}
        aria-describedby={`${id}-hint ${problem ? `${id}-err` : ''}`}
        onChange={event => setToken(event.target.value)}
        onPaste={event => {
          event.preventDefault();
          const text = event.clipboardData.getData('text');
          setToken(text);
          check(text);
        }}
        onKeyDown={event => event.key === 'Enter' && check(token)}
      />
      {token && (
        <Button className="zj-btn-s zj-gap-s" disabled={isAsking} onClick={() => check(token)}>
          {trans.__('Check and keep')}
        </Button>
      )}
      <p className="zj-hint" id={`${id}-hint`} role="status">
        {isAsking
          ? trans.__('Asking %1 …', hostOf(repository.url))
          : trans.__('It wants the scopes deposit:write and deposit:actions, and is sent to %1 only.', hostOf(repository.url))}
      </p>
      {said}
    </div>
  );
}

function hostOf(url: string): string {
  return url.replace(/^\w[\w+.-]*:\/\//, '').replace(/\/.*$/, '');
}
