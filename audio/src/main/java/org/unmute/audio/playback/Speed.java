package org.unmute.audio.playback;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * How fast a recording is played to an encoder: at 0.1 each second lasts ten and 40 kHz sound as 4 kHz, as bats are
 * made audible; at 10 whales are. The rate of the recording is read as rate times speed, exactly, as it is a fraction.
 *
 * @param numerator of the fraction in lowest terms
 * @param denominator of it
 */
public record Speed(int numerator, int denominator) implements Serializable {
    /** As it was recorded. */
    public static final Speed NORMAL = new Speed(1, 1);
    /** The lowest speed. */
    public static final double MIN = 0.001;
    /** The highest speed. */
    public static final double MAX = 1000;

    /** Digits after the point. */
    private static final int MAX_SCALE = 4;

    /** @throws IllegalArgumentException if the fraction is not positive or not in lowest terms */
    public Speed {
        if (numerator < 1
                || denominator < 1
                || !BigInteger.valueOf(numerator)
                        .gcd(BigInteger.valueOf(denominator))
                        .equals(BigInteger.ONE)) {
            throw new IllegalArgumentException("speed: " + numerator + "/" + denominator);
        }
    }

    /**
     * Parses a decimal number.
     *
     * @throws IllegalArgumentException with the reason, if it is no number from {@link #MIN} to {@link #MAX} with at
     *     most four digits after the point
     */
    public static Speed parse(String text) {
        if (text.strip().equals("1")) {
            return NORMAL;
        }
        BigDecimal value; // its class alone takes 40 ms to load, so it is not used at the start of each command
        try {
            value = new BigDecimal(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the speed is a number such as 0.1 or 10, not '" + text + "'", e);
        }
        if (value.doubleValue() < MIN || value.doubleValue() > MAX) {
            throw new IllegalArgumentException("the speed is 0.001 to 1000, not " + text
                    + ": below 1 for sound that is too high to be heard, above for sound that is too low");
        }
        value = value.stripTrailingZeros();
        if (value.scale() > MAX_SCALE) {
            throw new IllegalArgumentException(
                    "the speed has at most " + MAX_SCALE + " digits after the point, not " + text);
        }
        int ten = (int) Math.pow(10, Math.max(0, value.scale()));
        int whole = value.multiply(BigDecimal.valueOf(ten)).intValueExact();
        int divisor = BigInteger.valueOf(whole).gcd(BigInteger.valueOf(ten)).intValue();
        return new Speed(whole / divisor, ten / divisor);
    }

    /** Whether recordings are played as they were recorded. */
    public boolean isNormal() {
        // The first equals of a record binds its class loader to caches of the JVM, and an application cannot be
        // unloaded.
        return numerator == denominator;
    }

    /** The speed as a number. */
    public double value() {
        return (double) numerator / denominator;
    }

    /**
     * Time in a recording.
     *
     * @param samples number of samples that are played
     * @param rate of them in Hz
     * @return seconds of the recording
     */
    public double seconds(double samples, int rate) {
        return samples * numerator / ((double) rate * denominator);
    }

    /** Time that is played, from seconds of the recording. */
    public double played(double seconds) {
        return seconds * denominator / numerator;
    }

    /** Time in a recording, from seconds that are played. */
    public double recorded(double seconds) {
        return seconds * numerator / denominator;
    }

    /** A frequency in a recording, from one of what is played, in Hz. */
    public double recordedHertz(double played) {
        return played * denominator / numerator;
    }

    /**
     * Written out: the one that a record has by default stays in caches of the JVM, so that an application server could
     * not unload the class.
     */
    @Override
    public boolean equals(Object other) {
        return other instanceof Speed speed && speed.numerator == numerator && speed.denominator == denominator;
    }

    @Override
    public int hashCode() {
        return 31 * numerator + denominator;
    }

    /** The speed as a decimal number. */
    @Override
    public String toString() {
        return isNormal()
                ? "1"
                : new BigDecimal(numerator)
                        .divide(new BigDecimal(denominator))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
