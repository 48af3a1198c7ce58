/** A place in the queue. */
export interface Waiting {
  readonly network: string;
  /** Before all that are not first. */
  readonly isFirst: boolean;
}

type Lane<Item> = Map<string, Item[]>;

/**
 * Serves networks in turn, one item each, however many items one of them has (round robin, as in
 * fair queuing, RFC 970). Items of one network keep their order.
 */
export function fairQueue<Item extends Waiting>() {
  const lanes: readonly [Lane<Item>, Lane<Item>] = [new Map(), new Map()];
  let size = 0;
  const laneOf = ({ isFirst }: Waiting) => lanes[isFirst ? 0 : 1];

  /** Removes an item of a network. The network's turn goes to the end of its lane. */
  function takeFrom(lane: Lane<Item>, network: string, at: number): Item | undefined {
    const items = lane.get(network) ?? [];
    const [item] = items.splice(at, 1);
    if (item) size -= 1;
    if (items.length === 0) lane.delete(network);
    return item;
  }

  return {
    size: () => size,

    /** Returns how many items are served before an item that is added now. */
    ahead(item: Waiting): number {
      const own = laneOf(item).get(item.network)?.length ?? 0;
      let count = 0;
      if (!item.isFirst) for (const items of lanes[0].values()) count += items.length;
      for (const [network, items] of laneOf(item))
        count += network === item.network ? own : Math.min(items.length, own + 1);
      return count;
    },

    add(item: Item): void {
      const lane = laneOf(item);
      const items = lane.get(item.network);
      if (items) items.push(item);
      else lane.set(item.network, [item]);
      size += 1;
    },

    remove(item: Item): void {
      const lane = laneOf(item);
      const at = lane.get(item.network)?.indexOf(item) ?? -1;
      if (at !== -1) takeFrom(lane, item.network, at);
    },

    /** Removes the item whose turn it is. */
    next(): Item | undefined {
      const lane = lanes[0].size > 0 ? lanes[0] : lanes[1];
      const [network] = lane.keys();
      if (network === undefined) return undefined;
      const item = takeFrom(lane, network, 0);
      const rest = lane.get(network);
      if (rest) {
        lane.delete(network);
        lane.set(network, rest);
      }
      return item;
    },

    /** Removes the newest item of the network that has the most, if it has more than `than`. */
    dropOfLongest(than: number): Item | undefined {
      const [longest] = [...lanes[1]].toSorted(([, one], [, other]) => other.length - one.length);
      if (!longest || longest[1].length <= than) return undefined;
      return takeFrom(lanes[1], longest[0], longest[1].length - 1);
    },

    /** Returns how many items of this network wait. */
    countOf: (item: Waiting): number => laneOf(item).get(item.network)?.length ?? 0,
  };
}
