/**
 * Signing in: on the repository's own pages, where that is set up, or by a token, which is tested on the spot and never shown.
 */
import { launchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { ApiError } from '../api';
import { blockIcon, tickIcon } from '../icons';
import type { IRepository } from '../types';
import { usePanel } from './context';
import { Away, Button, Fold, Icon, Link } from './controls';

interface IFault {
  id: string;
  error: ApiError;
}

/** What the ways to sign in have in common. */
interface IWay {
  repository: IRepository;
  /** Of what is focused first. */
  id: string;
  /** Whether something is being asked. */
  isAsking: boolean;
  /** What went wrong, with the id of what it belongs to. */
  problem: IFault | null;
  /** Do something, and tell what goes wrong at an element, which has the focus then, unless the person went elsewhere. */
  attempt(work: () => Promise<void>, id: string): Promise<void>;
}

export function Token(props: { repository: IRepository; onDone: () => void }): JSX.Element {
  const { places, focus } = usePanel();
  const { repository } = props;
  const [isAsking, setAsking] = React.useState(false);
  const [problem, setProblem] = React.useState<IFault | null>(null);
  const id = `zj-token-${repository.name}`;

  React.useEffect(() => {
    places.askAccount(repository.name).catch(error => setProblem({ id, error }));
  }, [repository.name]);

  const here = React.useRef<HTMLDivElement>(null);
  const attempt = async (work: () => Promise<void>, back: string) => {
    setAsking(true);
    setProblem(null);
    try {
      await work();
      props.onDone();
    } catch (error) {
      setProblem({ id: back, error: error as ApiError });
    }
    setAsking(false);
    if (document.activeElement === document.body || here.current?.contains(document.activeElement)) {
      focus(back, id);
    }
  };

  const way = { repository, id, isAsking, problem, attempt };
  return (
    <div className="zj-token" ref={here}>
      {repository.has_token ? <Kept {...way} /> : repository.can_sign_in ? <SignIn {...way} /> : <Paste {...way} />}
    </div>
  );
}

/** Tells what went wrong, where it went wrong. */
function Said({ id, problem }: Pick<IWay, 'id' | 'problem'>): JSX.Element | null {
  return problem?.id === id ? (
    <p className="zj-err" id={`${id}-err`} role="alert">
      <Icon icon={blockIcon} />
      <span>
        {problem.error.message} {problem.error.hint}
      </span>
    </p>
  ) : null;
}

/** Who one is, and how to end that. */
function Kept({ repository, id, problem, attempt }: IWay): JSX.Element {
  const { trans, places } = usePanel();
  const account = places.accounts.get(repository.name);
  const kept = places.keptIn.get(repository.name);
  return (
    <>
      {account && (
        <p className="zj-ok" role="status">
          <Icon icon={tickIcon} /> {trans.__('Checked: account of %1', account)}
        </p>
      )}
      {kept && <p className="zj-hint">{trans.__('Kept in %1, sent to %2 only.', kept, hostOf(repository.url))}</p>}
      <Link id={id} onClick={() => void attempt(() => places.forgetToken(repository.name), id)}>
        {repository.is_signed_in ? trans.__('Sign out') : trans.__('Forget this token')}
      </Link>
      <Said id={id} problem={problem} />
    </>
  );
}

/** Sends the person to the repository's own pages; a token can still be pasted. */
function SignIn(way: IWay): JSX.Element {
  const { trans, places, focus } = usePanel();
  const { repository, id, attempt } = way;
  const begun = places.signIns.get(repository.name);
  const begin = () => {
    // In the click itself: a window that opens any later is taken for a pop-up.
    const page = window.open('', '_blank');
    let isThere = false;
    void attempt(async () => {
      try {
        await places.signIn(repository.name, address => {
          isThere = true;
          focus(id);
          if (page) {
            page.opener = null;
            page.location.href = address;
          }
        });
      } catch (error) {
        if (!isThere) {
          page?.close(); // it is empty; later it says what went wrong, too
        }
        throw error;
      }
    }, id);
  };
  if (begun) {
    return (
      <>
        <p role="status">
          {trans.__('Waiting for you: sign in to %1 in the window that has opened, and let Jupyter in.', repository.title)}
        </p>
        <p className="zj-row">
          <Away href={begun.address} id={id}>
            {trans.__('Open it again')} <Icon icon={launchIcon} />
          </Away>
          <Link onClick={() => void places.signIns.cancel(repository.name)}>{trans.__('Cancel')}</Link>
        </p>
      </>
    );
  }
  return (
    <>
      <Button id={id} icon={launchIcon} disabled={way.isAsking} onClick={begin}>
        {trans.__('Sign in with %1', repository.title)}
      </Button>
      <Said {...way} />
      <Fold title={trans.__('Or paste a token')}>
        <Paste {...way} id={`${id}-pasted`} />
      </Fold>
    </>
  );
}

/** Takes a token. */
function Paste({ repository, id, isAsking, problem, attempt }: IWay): JSX.Element {
  const { trans, places } = usePanel();
  const [token, setToken] = React.useState('');
  const isWrong = problem?.id === id;
  const check = (text: string) => {
    if (text.trim()) {
      void attempt(async () => {
        await places.keepToken(repository.name, text.trim());
        setToken('');
      }, id);
    }
  };
  return (
    <>
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
        className={`zj-in jp-mod-styled ${isWrong ? 'is-invalid' : ''}`}
        type="password"
        autoComplete="off"
        placeholder={trans.__('Paste it here; it is checked at once')}
        value={token}
        disabled={isAsking}
        aria-invalid={isWrong || undefined}
        aria-describedby={`${id}-hint ${isWrong ? `${id}-err` : ''}`}
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
      <Said id={id} problem={problem} />
    </>
  );
}

function hostOf(url: string): string {
  return url.replace(/^\w[\w+.-]*:\/\//, '').replace(/\/.*$/, '');
}
