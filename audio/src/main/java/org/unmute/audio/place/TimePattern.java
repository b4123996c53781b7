package org.unmute.audio.place;

import java.io.Serializable;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A custom pattern for times in file names, with the letters of C's {@code strptime}: {@code %Y %y %m %d %j %H %M
 * %S %f %z %s %%}; {@code *} stands for any characters and {@code %P} for the site. The pattern may occur anywhere in
 * the name.
 */
public final class TimePattern implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final Map<Character, String> FIELDS = Map.ofEntries(
            Map.entry('Y', "\\d{4}"),
            Map.entry('y', "\\d{2}"),
            Map.entry('m', "\\d{2}"),
            Map.entry('d', "\\d{2}"),
            Map.entry('j', "\\d{3}"),
            Map.entry('H', "\\d{2}"),
            Map.entry('M', "\\d{2}"),
            Map.entry('S', "\\d{2}"),
            Map.entry('f', "\\d{1,9}"),
            Map.entry('z', "Z|[+-]\\d{2}:?\\d{2}"),
            Map.entry('s', "\\d{1,10}"),
            Map.entry('P', ".+?"));
    private static final int CENTURY = 2000;

    private final String text;
    private final transient Pattern pattern;
    private final transient Map<Character, String> groups = new LinkedHashMap<>();

    private TimePattern(String text) {
        this.text = text;
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '*') {
                regex.append(".*?");
            } else if (c != '%') {
                regex.append(Pattern.quote(String.valueOf(c)));
            } else {
                i++;
                char field = i < text.length() ? text.charAt(i) : ' ';
                if (field == '%') {
                    regex.append('%');
                    continue;
                }
                if (!FIELDS.containsKey(field) || groups.containsKey(field)) {
                    throw new IllegalArgumentException("the pattern '" + text + "' has "
                            + (groups.containsKey(field) ? "%" + field + " twice" : "'%" + field + "'")
                            + ": it may have each of %Y %y %m %d %j %H %M %S %f %z %s and %P once");
                }
                String group = (Character.isUpperCase(field) ? "u" : "l") + field;
                groups.put(field, group);
                regex.append("(?<")
                        .append(group)
                        .append('>')
                        .append(FIELDS.get(field))
                        .append(')');
            }
        }
        boolean date = (has('Y') || has('y')) && (has('j') || has('m') && has('d'));
        if (!has('s') && !(date && has('H'))) {
            throw new IllegalArgumentException("the pattern '" + text
                    + "' tells no time: it needs %Y (or %y), %m and %d (or %j) and %H, or %s for seconds since 1970");
        }
        pattern = Pattern.compile(regex.toString());
    }

    private boolean has(char field) {
        return groups.containsKey(field);
    }

    /** @throws IllegalArgumentException if the pattern is malformed, or tells no time */
    public static TimePattern of(String text) {
        return new TimePattern(text);
    }

    /** Reads a name; a name that does not match has no time and a problem. */
    public FileNameTime name(String path) {
        Matcher m = pattern.matcher(FileNameTime.last(path));
        if (!m.find()) {
            return new FileNameTime(null, "", "its name does not match --time-pattern '" + text + "'");
        }
        String site = has('P') ? m.group(groups.get('P')) : "";
        FileNameTime read = read(m, site);
        return read.time() != null && read.time().local().getYear() <= 1970
                ? new FileNameTime(
                        null, site, "its name reads as " + read.time().text() + ": the recorder's clock was reset")
                : read;
    }

    private FileNameTime read(Matcher m, String site) {
        try {
            if (has('s')) {
                LocalDateTime utc = LocalDateTime.ofInstant(
                        Instant.ofEpochSecond(Long.parseLong(m.group(groups.get('s')))), ZoneOffset.UTC);
                return new FileNameTime(StatedTime.of(StatedTime.Source.PATTERN, utc, ZoneOffset.UTC), site, null);
            }
            int year = has('Y') ? number(m, 'Y') : CENTURY + number(m, 'y');
            LocalDate date = has('j')
                    ? LocalDate.ofYearDay(year, number(m, 'j'))
                    : LocalDate.of(year, number(m, 'm'), number(m, 'd'));
            String fraction = has('f') ? (m.group(groups.get('f')) + "000000000").substring(0, 9) : "0";
            LocalTime time = LocalTime.of(
                    number(m, 'H'),
                    has('M') ? number(m, 'M') : 0,
                    has('S') ? number(m, 'S') : 0,
                    Integer.parseInt(fraction));
            ZoneId zone = has('z') ? ZoneId.of(m.group(groups.get('z'))) : null;
            return new FileNameTime(
                    StatedTime.of(StatedTime.Source.PATTERN, LocalDateTime.of(date, time), zone), site, null);
        } catch (DateTimeException e) {
            return new FileNameTime(null, site, "its name reads as '" + m.group() + "', a time that does not exist");
        }
    }

    private int number(Matcher m, char field) {
        return Integer.parseInt(m.group(groups.get(field)));
    }

    private Object readResolve() {
        return of(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
