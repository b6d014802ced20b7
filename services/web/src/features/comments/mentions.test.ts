import { describe, expect, it } from "vitest";
import { askedIn, bodyOf, draftOf, EMPTY, mentioning, partsOf } from "@/features/comments/mentions";

const ANNA = { id: 12, name: "Anna Berg" };
const ANN = { id: 3, name: "Ann" };
const OTHER_ANNA = { id: 40, name: "Anna Berg" };

const written = (text: string) => ({ ...EMPTY, text });

describe("what is asked for behind an @", () => {
  it.each([
    ["@", ""],
    ["Ask @an", "an"],
    ["Ask @Anna Be", "Anna Be"],
    ["Ask @Anna ", "Anna "],
    ["(@an", "an"],
    ["line\n@an", "an"],
    ["anna@example", null],
    ["Ask @Anna Berg now", null],
    ["Ask @Anna Berg ", null],
    ["Ask", null],
  ])("%j is %j", (text, asked) => {
    expect(askedIn(text, text.length)).toBe(asked);
  });

  it("is what is before the caret", () => {
    expect(askedIn("Ask @an now", 6)).toBe("a");
  });
});

describe("a mention", () => {
  it("takes the place of what was asked for, and the caret is behind it", () => {
    const { draft, caret } = mentioning(written("Ask @an now"), 7, ANNA);
    expect(draft.text).toBe("Ask @Anna Berg now");
    expect(draft.text.slice(0, caret)).toBe("Ask @Anna Berg ");
    expect(bodyOf(draft)).toBe("Ask <@12> now");
  });

  it("is sent by id, the longest name first, and not within a word", () => {
    const one = mentioning(written("@"), 1, ANN).draft;
    const two = mentioning({ ...one, text: `${one.text}@` }, one.text.length + 1, ANNA).draft;
    expect(bodyOf({ ...two, text: `${two.text}@Annabel @Ann, @Bo` })).toBe("<@3> <@12> @Annabel <@3>, @Bo");
  });

  it("of two who are called the same is kept apart", () => {
    const one = mentioning(written("@"), 1, ANNA).draft;
    const two = mentioning({ ...one, text: `${one.text}@` }, one.text.length + 1, OTHER_ANNA).draft;
    expect(two.text).toBe("@Anna Berg @Anna Berg (40) ");
    expect(bodyOf(two)).toBe("<@12> <@40>");
  });
});

it("a comment that is kept is written on as it was", () => {
  const body = "<@12> and <@40>, see <@99>\nnow";
  const draft = draftOf(body, [ANNA, OTHER_ANNA]);
  expect(draft.text).toBe("@Anna Berg and @Anna Berg (40), see <@99>\nnow");
  expect(bodyOf(draft)).toBe(body);
});

it("a comment is shown in parts", () => {
  expect(partsOf("Ask <@12> or <@99>", [ANNA])).toEqual([{ words: "Ask " }, { name: "Anna Berg" }, { words: " or " }, { name: undefined }, { words: "" }]);
});
