import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../api';
import { Places } from '../places';
import { Requests } from '../requests';

const asked = (id: string, created: string, actions: string[]) => ({ id, created, actions, status: 'submitted', title: `Request ${id}` });

describe('Requests', () => {
  let answers: { [from: string]: any };
  let acts: any[];
  let requests: Requests;

  beforeEach(() => {
    acts = [];
    answers = {
      local: [asked('1', '2026-01-03', ['cancel']), asked('2', '2026-01-02', ['accept', 'decline'])],
      zenodo: [asked('3', '2026-01-04', ['accept', 'decline'])]
    };
    const repositories = Object.keys(answers).map(name => ({ name, url: `https://${name}.org`, has_token: true }));
    const ask = async <T>(from: string, answer: () => T) => {
      if (answers[from] instanceof Error) {
        throw answers[from];
      }
      return answer();
    };
    requests = new Requests(
      new Places({
        fields: async () => ({ fields: [], groups: [] }),
        repositories: async () => ({ default: 'local', repositories: [...repositories, { name: 'far', url: 'https://far.org' }] }),
        requests: (from: string) => ask(from, () => ({ requests: answers[from] })),
        request: (id: string, from: string) => ask(from, () => ({ ...answers[from].find((one: any) => one.id === id), comments: ['Please look.'] })),
        actOn: (...act: any[]) =>
          ask(act[3], () => {
            acts.push(act);
            return { id: act[0], status: act[1] === 'comment' ? 'submitted' : `${act[1]}ed`, comments: [act[2]] };
          })
      } as any)
    );
  });

  it('has those that wait for oneself first, of all repositories where one has an account', async () => {
    await requests.look();
    expect(requests.items.map(item => [item.id, item.repository])).toEqual([['3', 'zenodo'], ['2', 'local'], ['1', 'local']]);
  });

  it('shows what was said, and goes on when something is added', async () => {
    await requests.look();
    await requests.read(requests.items[0]);
    expect(requests.items[0].comments).toEqual(['Please look.']);
    await requests.act(requests.items[0], 'comment', 'I do.');
    expect(requests.items[0]).toMatchObject({ id: '3', title: 'Request 3', comments: ['I do.'] });
  });

  it('takes what was decided off the list, and says what it was', async () => {
    await requests.look();
    await requests.act(requests.items[0], 'accept', 'Thank you');
    expect(acts).toEqual([['3', 'accept', 'Thank you', 'zenodo']]);
    expect(requests.items.map(item => item.id)).toEqual(['2', '1']);
    expect(requests.decided).toMatchObject({ id: '3', status: 'accepted' });
  });

  it('tells of a repository that does not answer, and shows the others', async () => {
    answers.zenodo = new ApiError({ error: 'CouldNotAsk', message: 'Zenodo does not answer.', hint: '' }, 502);
    await requests.look();
    expect([...requests.problems.keys()]).toEqual(['zenodo']);
    expect(requests.items.map(item => item.id)).toEqual(['2', '1']);
  });
});
