package org.unmute.audio.place;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.unmute.files.PlainText;

/** Times as recorders write them into chunks. What is no time becomes a problem. */
final class ClockText {
    private static final Pattern ISO = Pattern.compile("(\\d{4})[-:/](\\d{1,2})[-:/](\\d{1,2})[T ]+"
            + "(\\d{1,2})[:.-](\\d{2})(?:[:.-](\\d{2})(?:[.,](\\d{1,9}))?)?\\s*(Z|[+-]\\d{1,2}(?::?\\d{2})?)?");
    private static final Pattern AUDIOMOTH = Pattern.compile("Recorded at (\\d{2}):(\\d{2}):(\\d{2})(?:\\.(\\d{1,9}))? "
            + "(\\d{2})/(\\d{2})/(\\d{4})(?: \\((UTC)([+-]\\d{1,2}(?::?\\d{2})?)?\\))?");
    private static final int RESET_YEAR = 1970;

    private final List<StatedTime> times = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    List<StatedTime> times() {
        return times;
    }

    List<String> problems() {
        return problems;
    }

    /** Reads an ISO 8601 text, with {@code T} or a blank between date and time. */
    void iso(StatedTime.Source source, @Nullable String text) {
        Matcher m = ISO.matcher(text.strip());
        if (!m.matches()) {
            unreadable(source, text);
            return;
        }
        try {
            add(StatedTime.of(source, local(m, 1, 2, 3, 4), zone(m.group(8))), text);
        } catch (DateTimeException e) {
            unreadable(source, text);
        }
    }

    /** Reads the comment of AudioMoth, which is in UTC unless it says otherwise; other comments are skipped. */
    void audioMoth(String text) {
        Matcher m = AUDIOMOTH.matcher(text);
        if (!m.find()) {
            return;
        }
        try {
            boolean stated = m.group(8) != null;
            ZoneId zone = m.group(9) != null ? zone(m.group(9)) : stated ? ZoneOffset.UTC : null;
            add(new StatedTime(StatedTime.Source.AUDIOMOTH, local(m, 7, 6, 5, 1), zone, !stated), m.group());
        } catch (DateTimeException e) {
            unreadable(StatedTime.Source.AUDIOMOTH, m.group());
        }
    }

    void add(StatedTime time, String text) {
        if (time.local().getYear() <= RESET_YEAR) {
            problems.add(time.source().text() + " says " + PlainText.quote(text.strip())
                    + ": the recorder's clock was reset");
        } else {
            times.add(time);
        }
    }

    void unreadable(StatedTime.Source source, String text) {
        problems.add(source.text() + " says " + PlainText.quote(text.strip()) + ", which is no time");
    }

    /**
     * The time of a match.
     *
     * @param time group of the hours, which minutes, seconds and their fraction follow
     * @throws DateTimeException if there is no such time
     */
    private static LocalDateTime local(MatchResult m, int year, int month, int day, int time) {
        return LocalDateTime.of(
                number(m.group(year)),
                number(m.group(month)),
                number(m.group(day)),
                number(m.group(time)),
                number(m.group(time + 1)),
                number(m.group(time + 2)),
                nanos(m.group(time + 3)));
    }

    private static int number(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static int nanos(String fraction) {
        return fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
    }

    /** An offset such as {@code +02:00}, {@code -0500} or {@code +1}; null without one. */
    private static @Nullable ZoneId zone(String text) {
        if (text == null || text.equals("Z")) {
            return text == null ? null : ZoneOffset.UTC;
        }
        String digits = text.substring(1).replace(":", "");
        int hours = Integer.parseInt(digits.length() <= 2 ? digits : digits.substring(0, digits.length() - 2));
        int minutes = digits.length() <= 2 ? 0 : Integer.parseInt(digits.substring(digits.length() - 2));
        int sign = text.charAt(0) == '-' ? -1 : 1;
        return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
    }
}
