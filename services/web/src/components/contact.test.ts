import { expect, it } from "vitest";
import { mailtoOf, telOf } from "@/components/contact";

it.each([
  ["+49 30 1234567", "tel:+49301234567"],
  ["+49 (0)30 123-4567", "tel:+49301234567"],
  ["(030) 1234567", "tel:0301234567"],
  ["030/123.45 67", "tel:0301234567"],
  ["+1 415\u2011555\u20110132", "tel:+14155550132"],
  ["+44 20 7946 0123 ext. 12", "tel:+442079460123;ext=12"],
  ["020 7946 0123x9", "tel:02079460123;ext=9"],
  ["030 1234567 extension 12", "tel:0301234567;ext=12"],
  ["112", "tel:112"],
])("calls %s", (phone, address) => expect(telOf(phone)).toBe(address));

it.each([
  ["ann@acme.example", "mailto:ann@acme.example"],
  ["ann+b&c?d@acme.example", "mailto:ann%2Bb%26c%3Fd@acme.example"],
])("writes to %s", (email, address) => expect(mailtoOf(email)).toBe(address));
