/** Which pictures there are, and what of the dashboard each shows. */
import { BOARD, type Board, excerpt } from './board.ts';

export const PICTURES: Readonly<Record<string, Board>> = {
  'docs/pictures/dashboard.svg': BOARD,
  'docs/pictures/dashboard-leases.svg': excerpt(BOARD, ['Overview', 'Leases and certificates']),
};
