package org.unmute.audio.place;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A moment of a recording, exact to the microsecond: the time on a clock and, if it is known, the zone of that clock.
 * Adding seconds follows the rules of the zone, so that an hour after 01:30 is 03:30 when summer time begins.
 *
 * @param local  date and time on the clock
 * @param offset from UTC at that moment; null if the zone is not known
 * @param zone   the zone, which may be an offset; null if it is not known
 */
public record RecordedTime(
        LocalDateTime local,
        @Nullable ZoneOffset offset,
        @Nullable ZoneId zone) {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT);
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss", Locale.ROOT);
    private static final double MICROS = 1e6;

    /** @throws IllegalArgumentException if only one of offset and zone is known */
    public RecordedTime {
        if ((offset == null) != (zone == null)) {
            throw new IllegalArgumentException("time: offset and zone are known together or not at all");
        }
    }

    /**
     * A time on a clock of a zone. A time that the zone skips, as when summer time begins, is moved forward by the
     * length of the gap; of a time that comes twice, the first is meant.
     *
     * @param zone null if it is not known
     */
    public static RecordedTime of(LocalDateTime local, @Nullable ZoneId zone) {
        return zone == null ? new RecordedTime(local, null, null) : of(ZonedDateTime.of(local, zone));
    }

    private static RecordedTime of(ZonedDateTime time) {
        return new RecordedTime(time.toLocalDateTime(), time.getOffset(), time.getZone());
    }

    /** The time so many seconds later, rounded to microseconds. */
    public RecordedTime plus(double seconds) {
        long micros = Math.round(seconds * MICROS);
        return zone == null
                ? new RecordedTime(local.plus(micros, ChronoUnit.MICROS), null, null)
                : of(zoned().plus(micros, ChronoUnit.MICROS));
    }

    /** The same moment on the clocks of another zone; the same time on the clock if this zone is not known. */
    public RecordedTime in(ZoneId other) {
        return zone == null ? this : of(zoned().withZoneSameInstant(other));
    }

    /** The day on the clock. */
    public LocalDate date() {
        return local.toLocalDate();
    }

    /** Seconds from this time to another: between moments if both zones are known, else between clocks. */
    public double secondsTo(RecordedTime other) {
        boolean moments = zone != null && other.zone != null;
        LocalDateTime from = moments ? utc() : local;
        LocalDateTime to = moments ? other.utc() : other.local;
        return ChronoUnit.MICROS.between(from, to) / MICROS;
    }

    /** The time on a clock in UTC; the time on this clock if the zone is not known. */
    public LocalDateTime utc() {
        return offset == null ? local : LocalDateTime.ofInstant(local.toInstant(offset), ZoneOffset.UTC);
    }

    private ZonedDateTime zoned() {
        return ZonedDateTime.ofInstant(local, offset, zone);
    }

    /** ISO 8601 with six decimals, and with the offset from UTC if it is known. */
    public String iso() {
        return CLOCK.format(local) + suffix();
    }

    /** ISO 8601 with whole seconds, the rest cut off, and with the offset from UTC if it is known. */
    public String isoSeconds() {
        return SECONDS.format(local) + suffix();
    }

    private String suffix() {
        return offset == null ? "" : offset.getId();
    }

    /** A form that {@link #parse} reads. */
    @Override
    public String toString() {
        return zone == null ? local.toString() : zoned().toString();
    }

    /**
     * Reads what {@link #toString} wrote.
     *
     * @throws DateTimeException if it is no such text
     */
    public static RecordedTime parse(String text) {
        return text.matches(".*(Z|[+-]\\d\\d:\\d\\d(:\\d\\d)?|])")
                ? of(ZonedDateTime.parse(text))
                : of(LocalDateTime.parse(text), null);
    }
}
