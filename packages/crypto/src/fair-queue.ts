/** An item that waits. */
export interface Waiting {
  readonly network: string;
  /** In the first lane, if its network has room there. */
  readonly isFirst: boolean;
}

type Lane<Item> = Map<string, Item[]>;

/** Maximum number of items of one network in the first lane. */
const MAX_FIRST = 2;

/**
 * Serves networks in turn, one item each, however many items one of them has (round robin, as in
 * fair queuing, RFC 970). Items of one network keep their order within a lane. Two lanes take
 * turns, and the first serves a network about once in each round of the second, so that neither
 * starves the other.
 */
export function fairQueue<Item extends Waiting>() {
  const [first, second]: [Lane<Item>, Lane<Item>] = [new Map(), new Map()];
  const laneOf = new Map<Item, Lane<Item>>();
  let isFirstsTurn = true;
  /** Networks that the first lane has served in this round of the second. */
  const served = new Set<string>();
  let leftOfRound = 0;

  const countIn = (lane: Lane<Item>, network: string) => lane.get(network)?.length ?? 0;
  const laneFor = ({ isFirst, network }: Waiting) =>
    isFirst && !served.has(network) && countIn(first, network) < MAX_FIRST ? first : second;
  const sizeOf = (lane: Lane<Item>) => {
    let size = 0;
    for (const items of lane.values()) size += items.length;
    return size;
  };

  function takeFrom(lane: Lane<Item>, network: string, at: number): Item | undefined {
    const items = lane.get(network) ?? [];
    const [item] = items.splice(at, 1);
    if (item) laneOf.delete(item);
    if (items.length === 0) lane.delete(network);
    return item;
  }

  return {
    size: () => laneOf.size,

    /** Returns how many of the waiting items may be served before an item that is added now. */
    ahead(item: Waiting): number {
      const lane = laneFor(item);
      const own = countIn(lane, item.network);
      let count = 0;
      for (const [network, items] of lane)
        count += network === item.network ? own : Math.min(items.length, own + 1);
      return count + Math.min(sizeOf(lane === first ? second : first), count + 1);
    },

    add(item: Item): void {
      const lane = laneFor(item);
      const items = lane.get(item.network);
      if (items) items.push(item);
      else lane.set(item.network, [item]);
      laneOf.set(item, lane);
    },

    remove(item: Item): void {
      const lane = laneOf.get(item);
      const at = lane?.get(item.network)?.indexOf(item) ?? -1;
      if (lane && at !== -1) takeFrom(lane, item.network, at);
    },

    /** Removes the item whose turn it is. */
    next(): Item | undefined {
      const lane = first.size > 0 && (isFirstsTurn || second.size === 0) ? first : second;
      isFirstsTurn = lane !== first;
      const [network] = lane.keys();
      if (network === undefined) return undefined;
      if (lane === first) served.add(network);
      else leftOfRound -= 1;
      if (leftOfRound <= 0) {
        served.clear();
        leftOfRound = second.size;
      }
      const item = takeFrom(lane, network, 0);
      const rest = lane.get(network);
      if (rest) {
        lane.delete(network); // its next turn is after those of the others
        lane.set(network, rest);
      }
      return item;
    },

    /** Returns the network with the most items in the second lane, if it has two more than this. */
    longestBeyond({ network: own }: Waiting): string | undefined {
      const [longest] = [...second].toSorted(([, one], [, other]) => other.length - one.length);
      return longest && longest[1].length > countIn(second, own) + 1 ? longest[0] : undefined;
    },

    /** Removes the newest item of a network in the second lane. */
    dropNewest: (network: string): Item | undefined =>
      takeFrom(second, network, countIn(second, network) - 1),
  };
}
