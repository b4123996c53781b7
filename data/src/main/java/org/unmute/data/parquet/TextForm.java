package org.unmute.data.parquet;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * The form in which values of a column are read as text.
 *
 * @param kind  the meaning of the values
 * @param scale decimal places of a {@link Kind#DECIMAL}, or units per second of a time
 */
record TextForm(Kind kind, int scale) {
    /** Meanings of values. */
    enum Kind {
        FLAG,
        SIGNED,
        UNSIGNED,
        FRACTION,
        TEXT,
        DATE,
        /** A point in time, in UTC. */
        INSTANT,
        /** Local date and time, without a time zone. */
        LOCAL_TIME,
        DECIMAL
    }

    private static final int MAX_SCALE = 38;

    TextForm {
        if (kind == Kind.DECIMAL && (scale < 0 || scale > MAX_SCALE)) {
            throw new BrokenRuleException(
                    "bad-schema", "a decimal number with " + scale + " places; 0 to " + MAX_SCALE + " are read");
        }
    }

    TextForm(Kind kind) {
        this(kind, 0);
    }

    /** Whether texts in a list are quoted. */
    boolean isQuoted() {
        return kind == Kind.TEXT || kind == Kind.DATE || kind == Kind.INSTANT || kind == Kind.LOCAL_TIME;
    }

    /** The text of an integer, which is sign-extended if it had 32 bits. */
    String of(long value, boolean wide) {
        try {
            return switch (kind) {
                case UNSIGNED -> wide ? Long.toUnsignedString(value) : Long.toString(value & 0xFFFF_FFFFL);
                case DATE -> LocalDate.ofEpochDay(value).toString();
                case INSTANT -> instant(value).toString();
                case LOCAL_TIME ->
                    LocalDateTime.ofInstant(instant(value), ZoneOffset.UTC).toString();
                case DECIMAL -> BigDecimal.valueOf(value, scale).toPlainString();
                default -> Long.toString(value);
            };
        } catch (DateTimeException e) {
            throw new BrokenRuleException("bad-date", value + " is not a date");
        }
    }

    private Instant instant(long value) {
        return Instant.ofEpochSecond(
                Math.floorDiv(value, (long) scale), Math.floorMod(value, (long) scale) * (1_000_000_000L / scale));
    }

    /** The text of the next bytes; advances past them. */
    String of(Bytes in, int bytes) {
        if (kind == Kind.DECIMAL) {
            byte[] digits = in.array(bytes);
            return new BigDecimal(digits.length == 0 ? BigInteger.ZERO : new BigInteger(digits), scale).toPlainString();
        }
        return in.utf8(bytes);
    }

    /** NaN becomes null, since data frames write it for a missing value. */
    static String of(double value) {
        return Double.isNaN(value) ? null : Double.toString(value);
    }

    static String of(float value) {
        return Float.isNaN(value) ? null : Float.toString(value);
    }
}
