package org.unmute.audio.place;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The time in the name of a recording's file, in the forms that recorders write.
 *
 * <ul>
 *   <li>AudioMoth: {@code 20240517_053000.WAV}, UTC unless the recorder was set otherwise; in hexadecimal seconds since
 *       1970 in early versions, {@code 5CE2F3A0.WAV}
 *   <li>Song Meter: {@code SITE_20240517_053000.wav}, {@code SITE_0+1_20240517$053000.wav}
 *   <li>PAMGuard: {@code NAME_20240517_053000_123.wav}, with milliseconds
 *   <li>SoundTrap: {@code 5678.240517053000.wav}
 *   <li>BirdNET-Pi: {@code 2024-05-17-birdnet-05:30:00.wav}, also after the name of a class
 *   <li>ISO 8601 with any separators: {@code 2024-05-17T05-30-00Z}, {@code 20240517T053000+1000_REC}
 * </ul>
 *
 * @param time    the time; null if the name holds none
 * @param prefix  what stands before the time, without separators, such as Song Meter's site; may be empty
 * @param problem why digits that look like a time are none; null if there is no problem
 */
public record FileNameTime(
        @Nullable StatedTime time, String prefix, @Nullable String problem) {
    private static final Pattern HEXADECIMAL = Pattern.compile("([0-9A-F]{8})\\.(?i:wav|flac)");
    private static final long FIRST_AUDIOMOTH = 1_420_070_400L; // 2015
    private static final long LAST_HEXADECIMAL = 2_051_222_400L; // 2035
    private static final Pattern AUDIOMOTH = Pattern.compile("\\d{8}_\\d{6}T?\\.(?i:wav|flac)");
    private static final Pattern SOUNDTRAP =
            Pattern.compile("^(\\d{3,})\\.(\\d{2})(\\d{2})(\\d{2})(\\d{2})(\\d{2})(\\d{2})(?=\\.|$)");
    private static final Pattern BIRDNET_PI = Pattern.compile("(?<!\\d)(\\d{4})-(\\d{2})-(\\d{2})-birdnet-"
            + "(?:[A-Za-z]+_\\d+-)?(\\d{2})[:_-]?(\\d{2})[:_-]?(\\d{2})(?!\\d)");
    private static final Pattern GENERAL = Pattern.compile("(?<!\\d)(\\d{4})[-_]?(\\d{2})[-_]?(\\d{2})[_T$ -]?"
            + "(\\d{2})[:_.h-]?(\\d{2})[:_.m-]?(\\d{2})(?:[._](\\d{3}|\\d{6}))?"
            + "(Z(?![A-Za-z])|[+-]\\d{2}:?\\d{2})?(?!\\d)");
    private static final int RESET_YEAR = 1970;
    /** A later year is no time that a recorder's clock shows. */
    static final int LAST_YEAR = 2099;

    private static final int CENTURY = 2000;
    private static final int MAX_OFFSET_HOURS = 14;
    private static final int QUARTER = 15;
    private static final FileNameTime NONE = new FileNameTime(null, "", null);

    /**
     * Reads a name.
     *
     * @param path a path or a file name
     */
    public static FileNameTime of(String path) {
        String name = last(path);
        Matcher hex = HEXADECIMAL.matcher(name);
        if (hex.matches()) {
            long seconds = Long.parseLong(hex.group(1), 16);
            if (seconds >= FIRST_AUDIOMOTH && seconds < LAST_HEXADECIMAL) {
                LocalDateTime utc = LocalDateTime.ofInstant(Instant.ofEpochSecond(seconds), ZoneOffset.UTC);
                return new FileNameTime(StatedTime.of(StatedTime.Source.NAME, utc, ZoneOffset.UTC), "", null);
            }
        }
        Matcher trap = SOUNDTRAP.matcher(name);
        if (trap.find()) {
            FileNameTime read = read(name, trap.toMatchResult(), CENTURY + number(trap, 2), 3, trap.group(1));
            if (read.time != null) {
                return read;
            }
        }
        String problem = null;
        for (Pattern form : new Pattern[] {BIRDNET_PI, GENERAL}) {
            Matcher m = form.matcher(name);
            for (int from = 0; m.find(from); from = m.start() + 1) {
                FileNameTime read = read(name, m.toMatchResult(), number(m, 1), 2, prefix(name, m));
                if (read.time != null) {
                    return read;
                }
                problem = problem == null ? read.problem : problem;
            }
        }
        return problem == null ? NONE : new FileNameTime(null, "", problem);
    }

    static String last(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    private static int number(MatchResult m, int group) {
        return Integer.parseInt(m.group(group));
    }

    /** What stands before the time, without separators and without the channels that Song Meters write. */
    private static String prefix(String name, MatchResult m) {
        String before = name.substring(0, m.start()).replaceFirst("[_\\-. ]+$", "");
        before = before.replaceFirst("_\\d\\+\\d$", "");
        return m.group().contains("$") ? before.replaceFirst("_[AB01]$", "") : before;
    }

    /** @param group the group of the month, which day and time follow */
    private static FileNameTime read(String name, MatchResult m, int year, int group, String prefix) {
        int nanos = 0;
        ZoneId zone = null;
        if (m.groupCount() >= group + 6) {
            String fraction = m.group(group + 5);
            nanos = fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
            String suffix = m.group(group + 6);
            zone = suffix == null ? null : offset(suffix);
        }
        LocalDateTime local;
        try {
            local = LocalDateTime.of(
                    year,
                    number(m, group),
                    number(m, group + 1),
                    number(m, group + 2),
                    number(m, group + 3),
                    number(m, group + 4),
                    nanos);
        } catch (DateTimeException e) {
            boolean meant = year > RESET_YEAR && year <= LAST_YEAR;
            String digits = String.format(
                    Locale.ROOT,
                    "%04d-%s-%s %s:%s:%s",
                    year,
                    m.group(group),
                    m.group(group + 1),
                    m.group(group + 2),
                    m.group(group + 3),
                    m.group(group + 4));
            return new FileNameTime(
                    null, "", meant ? "its name reads as " + digits + ", a time that does not exist" : null);
        }
        if (year == RESET_YEAR) {
            return new FileNameTime(
                    null,
                    "",
                    "its name reads as " + RecordedTime.of(local, null).isoSeconds()
                            + ": the recorder's clock was reset");
        }
        if (year < RESET_YEAR || year > LAST_YEAR) {
            return NONE;
        }
        boolean audiomoth = AUDIOMOTH.matcher(name).matches();
        return new FileNameTime(
                new StatedTime(StatedTime.Source.NAME, local, zone, audiomoth && zone == null), prefix, null);
    }

    /** An offset such as {@code +0200}; null if the digits are no offset that any zone has. */
    private static @Nullable ZoneId offset(String text) {
        if (text.equals("Z")) {
            return ZoneOffset.UTC;
        }
        int hours = Integer.parseInt(text.substring(1, 3));
        int minutes = Integer.parseInt(text.substring(text.length() - 2));
        if (hours > MAX_OFFSET_HOURS || minutes % QUARTER != 0 || minutes >= 60) {
            return null;
        }
        int sign = text.charAt(0) == '-' ? -1 : 1;
        return ZoneOffset.ofHoursMinutes(sign * hours, sign * minutes);
    }
}
