import dayjs from "dayjs";
import utc from "dayjs/plugin/utc";

/**
 * Lets the calendar compute with wall times as they are.
 *
 * It reads texts such as "2026-03-29 02:30" with dayjs, which takes them for times of the browser's own zone: where
 * the browser's clock jumps that night they are an hour off. As UTC no time is jumped over, and none comes twice.
 */
interface Parsing {
  parse: (this: unknown, config: Record<string, unknown>) => void;
}

dayjs.extend(utc);
dayjs.extend((_, Dayjs) => {
  const times = Dayjs.prototype as unknown as Parsing;
  const { parse } = times;
  times.parse = function (config) {
    parse.call(this, { ...config, utc: true });
  };
});
