import { Text, Title } from "@mantine/core";
import type { Calendar } from "@/api/types";
import { countryName, sourceOf } from "@/features/calendars/countries";
import { draftOf } from "@/features/calendars/draft";
import { weekInWords } from "@/features/calendars/week";
import { WeekPicture } from "@/features/calendars/WeekPicture";
import { YearView } from "@/features/calendars/YearView";
import { words } from "@/i18n/calendars";
import classes from "./calendars.module.css";

/** A calendar for those who do not edit it. */
export function CalendarFacts({ calendar }: { calendar: Calendar }) {
  const { holidays, hours, time_zone: zone } = calendar;
  return (
    <>
      <Text mb="md">{words.hoursLine(weekInWords(hours), zone)}</Text>
      <div className={classes.columns}>
        <WeekPicture hours={hours} />
        <div>
          <Text>{words.dayTitle(words.holidays, holidays ? countryName(holidays.country, holidays.subdivision) : words.noHolidays)}</Text>
          {holidays && (
            <Text size="sm" c="dimmed">
              {sourceOf(calendar)}
            </Text>
          )}
        </div>
      </div>
      <Title order={2} mt="xl" mb="xs">
        {words.year}
      </Title>
      <YearView draft={draftOf(calendar)} saved={calendar} />
    </>
  );
}
