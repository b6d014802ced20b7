interface PersonCount {
  user: { name: string };
  by_day: readonly { date: string; count: number }[];
}

/** Who gets most on one day, and when. */
export function busiest(people: readonly PersonCount[]): { name: string; date: string; count: number } | null {
  const days = people.flatMap(({ user, by_day }) => by_day.map((day) => ({ name: user.name, ...day })));
  return days.reduce<(typeof days)[number] | null>((top, day) => (top && top.count >= day.count ? top : day), null);
}
